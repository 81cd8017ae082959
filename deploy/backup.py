"""Backups of both databases and of the secrets without which they cannot be read.

A backup is a folder: a dump of each database as `pg_dump --format=directory` makes it, `secrets.sealed`, and
`manifest.json`, which tells what is in it. It has its name when it is whole. Dumps rather than copies of the
server's files: every row is read while they are made, any later Postgres takes them, and to try one it is
restored beside the others.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from cryptography.exceptions import InvalidTag
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ, connection, parse_dsn

from deploy.locking import alone
from deploy.problem import Problem
from deploy.secret_store import sync_folder, write_private
from deploy.settings import Settings
from sidecar import __version__
from sidecar.secrets import Vault
from sidecar.store import backups
from sidecar.store.migrations import unknown

MANIFEST, SEALED, LOCK = "manifest.json", "secrets.sealed", ".lock"
_FORMAT = 1
_MARK = b"enrichment backup 1\n"
_SALT, _NONCE = 16, 12
# OWASP password storage sheet: N=2^17, r=8, p=1 (128 MB, a third of a second).
_GUESSES = 2**17
_JOBS = "2"
_LIBPQ = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
          "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
# What the server does for a restore alone: nobody reads what is not whole.
_RESTORING = "-c maintenance_work_mem=256MB -c synchronous_commit=off"
# URL-safe base64 that begins with 0x80 (Fernet) or 0x81 (sidecar/secrets.py); hashes of tokens are raw bytes.
_CIPHERTEXT = re.compile(rb"g[AQ-Za-f][A-Za-z0-9_-]{20,}={0,2}")
_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relname <> 'yoyo_lock'
  AND c.relpersistence = 'p' ORDER BY 1, 2
"""
_SEALED_COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'bytea' ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Keys:
    """What makes stored secrets readable: the sidecar's encryption keys, its hash key, n8n's key."""

    encryption: tuple[str, ...]
    hashing: str
    n8n: str

    def fingerprints(self) -> dict[str, list[str]]:
        """Tells whether two keys are the same, and nothing else of them."""
        return {name: [hashlib.sha256(key.encode()).hexdigest()[:16] for key in keys] for name, keys in (
            ("encryption", self.encryption), ("hashing", (self.hashing,)), ("n8n", (self.n8n,)))}


@dataclass(frozen=True)
class Server:
    """A Postgres server as its superuser: the URL of each database, and where Postgres' programs are."""

    programs: Path
    urls: Mapping[str, str]

    def run(self, program: str, url: str, *arguments: str) -> None:
        """One of Postgres' programs on a database. Raises a Problem when it fails."""
        environment = {**os.environ, "PGOPTIONS": _RESTORING if program == "pg_restore" else "", **{
            _LIBPQ[name]: str(value) for name, value in parse_dsn(url).items() if name in _LIBPQ}}
        done = subprocess.run(
            [str(self.programs / program), *arguments], env=environment, capture_output=True, text=True,
            check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise Problem(f"{program} failed:\n{done.stderr.strip()[-2000:]}")


@dataclass(frozen=True)
class Backup:
    """A backup that was read and found whole: what its manifest tells, and the secrets by file."""

    folder: Path
    manifest: Mapping[str, Any]
    secrets: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def bytes(self) -> int:
        """Of all files of the dumps."""
        return sum(file["bytes"] for file in self.manifest["files"].values())

    @property
    def database_bytes(self) -> int:
        """How much the databases took where they came from."""
        return sum(database["bytes"] for database in self.manifest["databases"].values())


def home(found: Settings) -> Path:
    """Where backups are: BACKUP_FOLDER, else `backups/`."""
    return (found.root / found.get("BACKUP_FOLDER", "backups")).resolve()


def passphrase(found: Settings) -> str:
    """What the secrets of a backup are sealed with, from the file BACKUP_PASSPHRASE_FILE."""
    if not (name := found.get("BACKUP_PASSPHRASE_FILE")):
        raise Problem("Set BACKUP_PASSPHRASE_FILE in .env to a file with a long passphrase, and keep a copy "
                      "of it elsewhere: without it no backup can be restored.")
    try:
        text = (found.root / name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Problem(f"BACKUP_PASSPHRASE_FILE cannot be read: {error}.") from None
    if len(text) < 16:
        raise Problem(f"The passphrase in {name} needs 16 characters or more.")
    return text


def take(folder: Path, server: Server, keys: Keys, secrets: Mapping[str, str], word: str, n8n: str,
         now: datetime) -> Backup:
    """Make a backup of these databases, as they are at one moment, and of these secrets (text by file).

    `n8n`: its version. Raises a Problem, and leaves nothing, when it does not become whole.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(folder / LOCK, "Another backup is being made."):
        for cut_off in folder.glob(".*.part"):
            shutil.rmtree(cut_off)
        target = folder / f"{now:%Y%m%dT%H%M%SZ}"
        fresh = folder / f".{target.name}.part"
        fresh.mkdir(mode=0o700)
        try:
            databases, samples, migrations = _dump(fresh, server)
            check_keys(samples, keys)
            manifest = {
                "format": _FORMAT, "taken_at": now.isoformat(), "release": __version__, "n8n": n8n,
                "migrations": migrations, "databases": databases, "files": _sums(fresh),
                "keys": keys.fingerprints(), "samples": samples}
            written = json.dumps(manifest, indent=1)
            write_private(fresh / MANIFEST, written)
            write_private(fresh / SEALED, seal(json.dumps(dict(secrets)), word, written.encode()))
            _sync(fresh)
            fresh.rename(target)
            sync_folder(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return Backup(target, manifest, secrets)


def _dump(folder: Path, server: Server) -> tuple[dict[str, Any], dict[str, list[str]], list[str]]:
    """Dump each database into a folder of its name, all of one moment as far as two can be.

    Answers of each its size and the rows of its tables; samples of what is encrypted; applied migrations.
    """
    databases, samples, migrations = {}, {}, []
    with ExitStack() as held:
        opened = {}
        for name, url in server.urls.items():
            reader = held.enter_context(closing(_connect(url)))
            reader.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
            opened[name] = (reader, _ask(reader, "SELECT pg_export_snapshot()")[0][0])
        for name, (reader, snapshot) in opened.items():
            server.run("pg_dump", server.urls[name], "--format=directory", f"--jobs={_JOBS}",
                       "--compress=gzip:1", f"--snapshot={snapshot}", "--exclude-table-data=*.yoyo_lock",
                       f"--file={folder / name}")
            databases[name] = {
                "bytes": _ask(reader, "SELECT pg_database_size(current_database())")[0][0],
                "tables": counts(reader)}
        samples = {"sidecar": _sealed_values(opened["sidecar"][0]),
                   # The keys that open its credentials, each encrypted with the one in our hands.
                   "n8n": [row[0] for row in _ask(
                       opened["n8n"][0], "SELECT value FROM deployment_key WHERE algorithm IS NOT NULL")]}
        migrations = [row[0] for row in _ask(
            opened["sidecar"][0], "SELECT migration_id FROM _yoyo_migration ORDER BY 1")]
    return databases, samples, migrations


def counts(reader: connection) -> dict[str, int]:
    """The rows of each table of a database."""
    tables = _ask(reader, _TABLES)
    each = [sql.SQL("SELECT {}, count(*) FROM {}").format(
        sql.Literal(".".join(table)), sql.Identifier(*table)) for table in tables]
    return dict(_ask(reader, sql.SQL(" UNION ALL ").join(each))) if each else {}


def _sealed_values(reader: connection) -> list[str]:
    """Of each column that the sidecar encrypts, the first value that there is."""
    found = []
    for table, column in _ask(reader, _SEALED_COLUMNS):
        name = sql.Identifier(column)
        rows = _ask(reader, sql.SQL("SELECT {0} FROM {1} WHERE {0} IS NOT NULL LIMIT 1").format(
            name, sql.Identifier(table)))
        found += [bytes(row[0]).decode() for row in rows if _CIPHERTEXT.fullmatch(row[0])]
    return found


def check_keys(samples: Mapping[str, Iterable[str]], keys: Keys) -> None:
    """Raises a Problem unless these keys open the samples of what is encrypted."""
    vault = Vault(keys.encryption)
    for sample in samples["sidecar"]:
        try:
            vault.open(sample.encode())
        except InvalidToken:
            raise Problem("The sidecar's encryption keys do not open what is stored with them.") from None
    for sample in samples["n8n"]:
        try:
            open_n8n_key(sample, keys.n8n)
        except InvalidTag:
            raise Problem("n8n's encryption key does not open its credentials.") from None


def open_n8n_key(text: str, key: str) -> bytes:
    """A key that n8n keeps in its database. Raises InvalidTag for another instance's key.

    Base64 of a version, a salt of 32 bytes, a tag of 16 and AES-256-GCM's text; key and nonce are derived
    (n8n-core, dist/encryption: decryptDEKWithInstanceKey of cipher.js, aes-256-gcm.js).
    """
    data = base64.b64decode(text)
    salt, tag, sealed = data[1:33], data[33:49], data[49:]
    derived = HKDF(hashes.SHA256(), 44, salt, b"n8n-encryption-v1").derive(
        hashlib.sha256(key.encode()).digest())
    return AESGCM(derived[:32]).decrypt(derived[32:], sealed + tag, None)


def read(folder: Path, word: str, n8n: str) -> Backup:
    """Read a backup and check all of it, but for its keys: that it is whole, of this release or one before,
    and opened by this passphrase. Raises a Problem that says why it cannot be restored.
    """
    try:
        written = (folder / MANIFEST).read_bytes()
        manifest = json.loads(written)
        sealed = (folder / SEALED).read_bytes()
    except FileNotFoundError:
        raise Problem(f"{folder} is no whole backup.") from None
    except ValueError:
        raise Problem(f"The manifest of {folder} was changed.") from None
    secrets = json.loads(open_sealed(sealed, word, written))
    newer = manifest["format"] > _FORMAT or unknown(manifest["migrations"])
    if newer or any(_version(theirs) > _version(ours) for theirs, ours in (
            (manifest["release"], __version__), (manifest["n8n"], n8n))):
        raise Problem(
            f"{folder.name} is a backup of a newer release ({manifest['release']}, n8n {manifest['n8n']}); "
            f"this is {__version__} with n8n {n8n}: restore it with that release.")
    found = _sums(folder)
    for name, file in manifest["files"].items():
        if found.get(name) != file:
            raise Problem(f"{folder.name} is damaged: {name} is {'changed' if name in found else 'missing'}.")
    return Backup(folder, manifest, secrets)


def check(backup: Backup, keys: Keys) -> None:
    """Raises a Problem unless what this backup restores can be read with these keys."""
    check_keys(backup.manifest["samples"], keys)
    if keys.fingerprints()["hashing"] != backup.manifest["keys"]["hashing"]:
        raise Problem("SIDECAR_HASH_KEY is another than the backup's: refusals would not be recognised.")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def restore(backup: Backup, server: Server) -> None:
    """Bring the dumps into these databases, which are empty. Raises a Problem unless every table then has as
    many rows as the manifest tells."""
    for name, url in server.urls.items():
        with closing(_connect(url)) as reader:
            if any(counts(reader).values()):
                raise Problem(f"The database {name} is not empty.")
        server.run("pg_restore", url, f"--jobs={_JOBS}", "--exit-on-error",
                   f"--dbname={parse_dsn(url)['dbname']}", str(backup.folder / name))
        server.run("vacuumdb", url, f"--jobs={_JOBS}", "--analyze-only", "--quiet")
        told = backup.manifest["databases"][name]["tables"]
        with closing(_connect(url)) as reader:
            found = counts(reader)
        if wrong := [table for table in sorted(told | found) if told.get(table) != found.get(table)]:
            raise Problem(f"Of {wrong[0]} the backup has {told.get(wrong[0], 0)} rows, restored were "
                          f"{found.get(wrong[0], 0)}.")


def verify(backup: Backup, server: Server, keys: Keys) -> None:
    """Restore a backup into databases beside the others, which are dropped again. Raises a Problem unless it
    is whole, its keys open what is in it and every row is there."""
    check(backup, keys)
    scratch = {name: f"verified_{name}" for name in server.urls}
    urls = {name: urlsplit(url)._replace(path=f"/{scratch[name]}").geturl()
            for name, url in server.urls.items()}
    with closing(_connect(server.urls["sidecar"])) as admin:
        admin.autocommit = True
        try:
            for name in scratch.values():
                _do(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
                _do(admin, "CREATE DATABASE {} TEMPLATE template0", name)
            restore(backup, Server(server.programs, urls))
        finally:
            for name in scratch.values():
                _do(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def record(backup: Backup, server: Server, verified_at: datetime | None = None) -> None:
    """Note the backup where the metrics find it; a database of an earlier release has no place for it."""
    with closing(_connect(server.urls["sidecar"])) as connection, connection, connection.cursor() as cursor:
        backups.record(
            cursor, backup.name, datetime.fromisoformat(backup.manifest["taken_at"]),
            backup.manifest["release"], backup.bytes, verified_at)


def listed(folder: Path) -> list[Path]:
    """The backups in a folder, the newest first."""
    return sorted((path.parent for path in folder.glob(f"[0-9]*Z/{MANIFEST}")), reverse=True)


def prune(folder: Path, now: datetime, keep: int, days: int) -> list[str]:
    """Remove the backups that are older than that many days, but for the newest ones; answers their names."""
    oldest = f"{now - timedelta(days=days):%Y%m%dT%H%M%SZ}"
    gone = [path for path in listed(folder)[keep:] if path.name < oldest]
    for path in gone:
        shutil.rmtree(path)
    return [path.name for path in gone]


def kept(found: Settings) -> tuple[int, int]:
    """How many backups are kept whatever their age (BACKUP_KEEP), and for how many days all of them are
    (BACKUP_KEEP_DAYS)."""
    numbers = []
    for name, default in (("BACKUP_KEEP", "7"), ("BACKUP_KEEP_DAYS", "14")):
        text = found.get(name, default)
        if not (text.isascii() and text.isdigit() and 0 < int(text) < 100_000):
            raise Problem(f"{name} must be a number of 1 or more, not {text!r}.")
        numbers.append(int(text))
    return numbers[0], numbers[1]


def seal(text: str, word: str, beside: bytes) -> bytes:
    """Encrypt a text with a passphrase (scrypt, AES-256-GCM), bound to the bytes beside it."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    return _MARK + salt + nonce + AESGCM(_derived(word, salt)).encrypt(nonce, text.encode(), beside)


def open_sealed(sealed: bytes, word: str, beside: bytes) -> str:
    """The text again. Raises a Problem when passphrase, text or the bytes beside it are others."""
    salt, nonce, rest = (sealed[len(_MARK):][start:end] for start, end in (
        (0, _SALT), (_SALT, _SALT + _NONCE), (_SALT + _NONCE, None)))
    with suppress(InvalidTag, ValueError):
        return AESGCM(_derived(word, salt)).decrypt(nonce, rest, beside).decode()
    raise Problem("The passphrase does not open this backup, or its manifest or its secrets were changed.")


def _derived(word: str, salt: bytes) -> bytes:
    return Scrypt(salt, 32, n=_GUESSES, r=8, p=1).derive(word.encode())


def _sums(folder: Path) -> dict[str, dict[str, Any]]:
    """SHA-256 and size of each file of the dumps, by its path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent != folder:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found[str(path.relative_to(folder))] = {"sha256": digest, "bytes": path.stat().st_size}
    return found


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def _connect(url: str) -> connection:
    try:
        return psycopg2.connect(url, connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise Problem(f"Postgres does not answer: {error}") from None


def _ask(reader: connection, statement: str | sql.Composable) -> list[tuple[Any, ...]]:
    with reader.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _do(admin: connection, statement: str, name: str) -> None:
    with admin.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
