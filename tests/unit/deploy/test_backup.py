"""Backups: secrets are sealed, what cannot be restored is refused with its reason, old ones go."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy import backup
from deploy.problem import Problem
from deploy.settings import Settings
from sidecar import __version__
from sidecar.secrets import Vault
from sidecar.store.migrations import SQL_FOLDER

KEY, OTHER = "A" * 43 + "=", "B" * 43 + "="
KEYS = backup.Keys((KEY,), "hashes", "n8n's")
WORD = "a passphrase of some length"
NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
# A key of n8n's own database, which n8n 2.41.1 encrypted with the instance's key "n8n's".
N8N_KEY = (
    "AWMfOJsSeTi9J9re7e7Eejz7+cJ3lCOonHxWLjtqpc4hj0QosQWqUABlK/rbhP6gdXgum+Nb97o0UJ15qw5QOih/1q"
    "OyVU3ZpMAKXDHDpAZWLUsvBqjPnBdLH8BEEWtbUNIxtHWwcU38jfhxrf2BB3Y=")


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    """What makes guessing dear would make these tests slow."""
    monkeypatch.setattr(backup, "_GUESSES", 2**10)


@pytest.fixture
def made(tmp_path):
    """A whole backup without Postgres: one file of a dump, no samples."""
    folder = tmp_path / "20261101T030000Z"
    (folder / "sidecar").mkdir(parents=True)
    (folder / "sidecar/toc.dat").write_bytes(b"a dump")
    write(folder)
    return folder


def write(folder, **changes):
    manifest = {"format": 1, "taken_at": NOW.isoformat(), "release": __version__, "n8n": "2.41.1",
                "migrations": [path.stem for path in sorted(SQL_FOLDER.glob("0*.sql"))],
                "databases": {"sidecar": {"bytes": 7, "tables": {"public.leads": 1}}},
                "files": backup._sums(folder), "keys": KEYS.fingerprints(),
                "samples": {"sidecar": [], "n8n": []}} | changes
    text = json.dumps(manifest)
    (folder / "manifest.json").write_text(text)
    (folder / "secrets.sealed").write_bytes(backup.seal('{"JWT_SECRET": "s"}', WORD, text.encode()))


def test_what_was_written_is_read(made):
    found = backup.read(made, WORD, "2.41.1")
    assert (found.name, found.secrets, found.bytes) == (made.name, {"JWT_SECRET": "s"}, 6)
    assert b"JWT_SECRET" not in (made / "secrets.sealed").read_bytes()


@pytest.mark.parametrize("changes", [
    {"release": "9.0.0"}, {"release": "9.0.0rc1"}, {"n8n": "2.41.10"}, {"format": 2},
    {"migrations": ["0001_customers", "9999_pre_later"]}])
def test_a_newer_release_is_refused(made, changes):
    write(made, **changes)
    with pytest.raises(Problem, match="newer release"):
        backup.read(made, WORD, "2.41.1")


def damage(path):
    path.write_bytes(path.read_bytes()[:-1] + b"?")


@pytest.mark.parametrize(("harm", "said"), [
    (lambda folder: damage(folder / "sidecar/toc.dat"), "toc.dat is changed"),
    (lambda folder: (folder / "sidecar/toc.dat").unlink(), "toc.dat is missing"),
    (lambda folder: (folder / "secrets.sealed").unlink(), "no whole backup"),
    (lambda folder: damage(folder / "secrets.sealed"), "does not open"),
    (lambda folder: (folder / "secrets.sealed").write_bytes(b""), "does not open"),
    (lambda folder: damage(folder / "manifest.json"), "was changed"),
    (lambda folder: (folder / "manifest.json").write_text(
        (folder / "manifest.json").read_text().replace('"bytes": 7', '"bytes": 8')), "does not open"),
])
def test_a_damaged_one_is_refused(made, harm, said):
    harm(made)
    with pytest.raises(Problem, match=said):
        backup.read(made, WORD, "2.41.1")


def test_another_passphrase_is_refused(made):
    with pytest.raises(Problem, match="passphrase"):
        backup.read(made, WORD + "!", "2.41.1")


@pytest.mark.parametrize(("keys", "said"), [
    (backup.Keys((OTHER,), "hashes", "n8n's"), "sidecar's encryption keys"),
    (backup.Keys((KEY,), "other hashes", "n8n's"), "SIDECAR_HASH_KEY"),
    (backup.Keys((KEY,), "hashes", "other"), "n8n's encryption key"),
])
def test_keys_that_do_not_open_what_is_stored_are_refused(made, keys, said):
    write(made, samples={"sidecar": [Vault((KEY,)).seal({"a": 1}).decode()], "n8n": [N8N_KEY]})
    found = backup.read(made, WORD, "2.41.1")
    backup.check(found, KEYS)
    backup.check(found, backup.Keys((OTHER, KEY), "hashes", "n8n's"))  # the former key is still there
    with pytest.raises(Problem, match=said):
        backup.check(found, keys)


@given(ages=st.lists(st.integers(0, 40), max_size=12, unique=True), keep=st.integers(1, 8),
       days=st.integers(1, 30))
def test_old_ones_go_but_never_the_newest(tmp_path_factory, ages, keep, days):
    folder = tmp_path_factory.mktemp("backups")
    for age in ages:
        (folder / f"{NOW - timedelta(days=age):%Y%m%dT%H%M%SZ}").mkdir()
        (folder / f"{NOW - timedelta(days=age):%Y%m%dT%H%M%SZ}" / "manifest.json").touch()
    gone = backup.prune(folder, NOW, keep, days)
    left = {path.name for path in backup.listed(folder)}
    assert len(left) + len(gone) == len(ages) and len(left) >= min(keep, len(ages))
    assert all(name < min(left) for name in gone)
    assert {age for age in ages if f"{NOW - timedelta(days=age):%Y%m%dT%H%M%SZ}" in gone} == {
        age for age in sorted(ages)[keep:] if age > days}


@pytest.mark.parametrize(("text", "said"), [(None, "Set BACKUP_PASSPHRASE_FILE"), ("short", "16 characters")])
def test_a_passphrase_is_needed_and_long(tmp_path, text, said):
    values = {}
    if text is not None:
        (tmp_path / "word").write_text(text)
        values["BACKUP_PASSPHRASE_FILE"] = str(tmp_path / "word")
    with pytest.raises(Problem, match=said):
        backup.passphrase(Settings(tmp_path, values))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(Problem, match="cannot be read"):
        backup.passphrase(Settings(tmp_path, {"BACKUP_PASSPHRASE_FILE": str(tmp_path / "nowhere")}))


@pytest.mark.parametrize("text", ["0", "many", "-1"])
def test_how_many_are_kept_is_a_number(tmp_path, text):
    with pytest.raises(Problem, match="BACKUP_KEEP_DAYS must be a number"):
        backup.kept(Settings(tmp_path, {"BACKUP_KEEP_DAYS": text}))
