"""Backups of the deployment: which one a restore begins with, and what is refused before it begins."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy import archive
from deploy.problem import Problem

DAY = datetime(2026, 3, 1, tzinfo=UTC)
MINUTES = st.integers(0, 100_000).map(lambda minutes: DAY + timedelta(minutes=minutes))


def a_backup(
    ended: datetime = DAY, schema: str = "0030_pre_sessions", keys: str = "hash_key:1",
) -> archive.Backup:
    return archive.Backup(ended, schema, frozenset(keys.split()))


def test_what_pgbackrest_tells_is_read():
    stop = int(DAY.timestamp())
    told = [{"name": "engine", "backup": [
        {"label": "b", "error": False, "timestamp": {"start": stop, "stop": stop + 60}},
        {"label": "a", "error": False, "timestamp": {"start": stop - 9, "stop": stop},
         "annotation": {"keys": "hash_key:1 n8n_encryption_key:2", "schema": "0030_pre_sessions"}},
        {"label": "c", "error": True, "timestamp": {"start": stop, "stop": stop + 90}}]}]
    assert archive.listed(json.dumps(told)) == [
        a_backup(keys="hash_key:1 n8n_encryption_key:2"), a_backup(DAY + timedelta(minutes=1), "", "")]
    assert archive.listed("[]") == []


@settings(deadline=None)
@given(st.lists(MINUTES, min_size=1), MINUTES)
def test_a_restore_begins_with_the_last_backup_before_its_time(ended, when):
    backups = [a_backup(one) for one in sorted(ended)]
    assert archive.chosen(backups, None).ended == max(ended)
    before = [one for one in ended if one < when]
    if before:
        assert archive.chosen(backups, when).ended == max(before)
    else:
        with pytest.raises(Problem, match="no backup from before"):
            archive.chosen(backups, when)


@pytest.mark.parametrize(("text", "found"), [
    ("", None), ("2026-03-01T01:00:00+01:00", DAY), ("2026-03-01 00:00:00Z", DAY)])
def test_a_time_has_a_zone(text, found):
    assert archive.moment(text) == found


@pytest.mark.parametrize("text", ["2026-03-01T00:00:00", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_time_without_a_zone_is_refused(text):
    with pytest.raises(Problem, match="with its zone"):
        archive.moment(text)


def test_a_restore_that_would_not_decrypt_or_is_of_a_newer_release_is_refused():
    keys = frozenset({"hash_key:1", "encryption_keys:2"})
    archive.refuse(a_backup(), keys, "0030_pre_sessions")
    archive.refuse(a_backup(), keys, "0031_pre_views")
    with pytest.raises(Problem, match="newer release"):
        archive.refuse(a_backup(), keys, "0029_pre_follow_ups")
    with pytest.raises(Problem, match="put back encryption_keys"):
        archive.refuse(a_backup(keys="hash_key:1 encryption_keys:3"), keys, "0030_pre_sessions")


def test_a_key_that_was_added_changes_nothing_for_older_backups():
    known = {"encryption_keys": "old", "hash_key": "h", "n8n_encryption_key": "n"}
    older = frozenset(archive.fingerprints(known).split())
    rotated = frozenset(archive.fingerprints(known | {"encryption_keys": "new,old"}).split())
    assert older < rotated
    assert not any(key in name.split(":")[1] for name in rotated for key in ("new", "old"))


def test_the_secrets_are_sealed_and_open_with_the_passphrase(tmp_path: Path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "backup_passphrase").write_text("a long passphrase")
    (secrets / "hash_key").write_text("keep me")
    archive.seal(secrets)
    archive.seal(secrets)
    assert {path.name for path in secrets.iterdir()} == {"backup_passphrase", "hash_key", "secrets.sealed"}
    opened = tmp_path / "opened"
    opened.mkdir()
    packed = subprocess.run(
        ["openssl", "enc", "-d", "-aes-256-cbc", "-pbkdf2", "-iter", "600000",
         "-pass", f"file:{secrets / 'backup_passphrase'}", "-in", secrets / "secrets.sealed"],
        capture_output=True, check=True).stdout
    subprocess.run(["tar", "--extract", "--gzip"], cwd=opened, input=packed, check=True)
    assert [(path.name, path.read_text()) for path in opened.iterdir()] == [("hash_key", "keep me")]
