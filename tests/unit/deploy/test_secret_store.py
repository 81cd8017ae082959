"""Files that only their owner reads are whole or as they were, whenever writing them ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy import secret_store


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_file_that_was_being_written_when_the_power_went_is_as_it_was(tmp_path, monkeypatch, step):
    path = tmp_path / "file"
    secret_store.write_private(path, "before")

    def power_cut(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(*(os, "fsync", power_cut) if step == "fsync" else (Path, "replace", power_cut))
        secret_store.write_private(path, "after")
    assert path.read_text() == "before"
    secret_store.write_private(path, b"after")
    assert path.read_text() == "after" and path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


def test_missing_secrets_are_made_and_known_ones_kept(tmp_path):
    path = tmp_path / "secrets.env"
    secret_store.save(path, {"JWT_SECRET": "known"})
    known = secret_store.load(path)
    assert known["JWT_SECRET"] == "known" and set(known) == set(secret_store.GENERATED)
    assert secret_store.load(path) == known
