"""What is said before a backup of the embedded stack, or its restore, touches anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.backup import Backup
from deploy.problem import Problem
from deploy.settings import Settings
from local import backups

GENERATED = {"FERNET_KEY": "made", "HASH_KEY": "made too", "N8N_ENCRYPTION_KEY": "made as well"}


@pytest.fixture
def found(tmp_path):
    word = tmp_path / "word"
    word.write_text("a passphrase of some length")
    return Settings(tmp_path / "state", {
        "BACKUP_FOLDER": str(tmp_path / "backups"), "BACKUP_PASSPHRASE_FILE": str(word)})


def test_there_is_nothing_to_back_up_before_the_first_start(found):
    with pytest.raises(Problem, match="nothing to back up"):
        backups.take(found)
    assert not found.state.exists()


@pytest.mark.parametrize(("name", "said"), [
    (None, "no backup in"), ("20200101T000000Z", "no backup 20200101T000000Z in")])
def test_a_backup_that_is_not_there_is_said(found, name, said):
    if name:
        folder = Path(found.values["BACKUP_FOLDER"]) / "20261101T030000Z"
        folder.mkdir(parents=True)
        (folder / "manifest.json").touch()
        found = replace(found, values={**found.values, "BACKUP": name})
    with pytest.raises(Problem, match=said):
        backups.restore(found)


def test_what_has_no_room_is_not_begun(tmp_path):
    large = Backup(tmp_path, {"databases": {"sidecar": {"bytes": 10**18}}}, {})
    with pytest.raises(Problem, match=r"need 1000000001\.1 GB"):
        backups._room(large, tmp_path)
    backups._room(replace(large, manifest={"databases": {}}), tmp_path)


def test_keys_that_were_set_win(found):
    assert backups.keys(found, GENERATED).encryption == ("made",)
    chosen = backups.keys(replace(found, values={
        "SIDECAR_ENCRYPTION_KEYS": "new,old", "SIDECAR_HASH_KEY": "h", "N8N_ENCRYPTION_KEY": "n"}), GENERATED)
    assert (chosen.encryption, chosen.hashing, chosen.n8n) == (("new", "old"), "h", "n")


def test_nobody_knows_what_was_asked_for_where_the_data_is_lost(found, tmp_path, capsys):
    found.state.mkdir()
    assert backups._asked(found, Backup(tmp_path, {"taken_at": "2026-11-01T03:00:00+00:00"}, {})) == ""
    assert "repeat that by hand" in capsys.readouterr().out


def test_what_was_asked_for_is_read_when_nothing_more_can_be_asked_for(found, monkeypatch, tmp_path):
    done = []
    monkeypatch.setattr(backups, "_read", lambda _: Backup(tmp_path, {"databases": {}}, {}))
    monkeypatch.setattr(backups, "keys", lambda *_: None)
    monkeypatch.setattr(backups.backup, "check", lambda *_: None)
    monkeypatch.setattr(backups.local_stack, "stop", lambda _: done.append("stopped"))
    monkeypatch.setattr(backups, "_asked", lambda *_: done.append("asked"))
    monkeypatch.setattr(backups, "_restore", lambda *_: None)
    backups.restore(found)
    assert done == ["stopped", "asked"]
