"""What the deployment's commands do, in its order."""

from __future__ import annotations

from pathlib import Path

from deploy import compose
from deploy.settings import Settings


def test_a_backup_after_a_release_was_fetched_is_asked_for_of_an_image_that_knows_it(monkeypatch):
    told = []
    monkeypatch.setattr(compose, "prepare", lambda _: told.append("prepared"))
    monkeypatch.setattr(compose, "compose", lambda _, *words: told.append(" ".join(words)))
    monkeypatch.setattr(compose.archive, "backup", lambda _: told.append("backed up"))
    compose.backup(Settings(Path("state")))
    assert told == ["prepared", "build --quiet postgres", "backed up"]
