"""What the deployment's commands do, in its order."""

from __future__ import annotations

from pathlib import Path

from deploy import compose
from deploy.settings import Settings, load


def test_a_backup_after_a_release_was_fetched_is_asked_for_of_an_image_that_knows_it(monkeypatch):
    told = []
    monkeypatch.setattr(compose, "prepare", lambda _: told.append("prepared"))
    monkeypatch.setattr(compose, "compose", lambda _, *words: told.append(" ".join(words)))
    monkeypatch.setattr(compose.archive, "backup", lambda _: told.append("backed up"))
    compose.backup(Settings(Path("state")))
    assert told == ["prepared", "build --quiet postgres", "backed up"]


def test_every_start_brings_each_part_to_the_number_that_is_set(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text('SCALE="--scale sidecar=3 --scale n8n-worker=4"\n')
    told = []
    monkeypatch.setattr(compose, "compose", lambda _, *words, capture=False: told.append(words) or "sidecar")
    monkeypatch.setattr(compose, "publish", lambda _: None)
    compose.start(load({}, tmp_path))
    [started] = (" ".join(words) for words in told if words[0] == "up")
    assert "--scale sidecar=3 --scale n8n-worker=4 sidecar" in started
