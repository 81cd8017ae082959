"""Backups of the deployment's Postgres, and its state at a point in time (sql/server/backup.sh)."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from deploy import asked
from deploy.engine import compose, docker, folder
from deploy.locking import alone
from deploy.problem import Problem
from deploy.progress import say, step
from deploy.settings import Settings

_KEYS = ("encryption_keys", "hash_key", "n8n_encryption_key")


@dataclass(frozen=True)
class Backup:
    """One backup: when it was finished, by which release's schema and which keys."""

    ended: datetime
    schema: str
    keys: frozenset[str]


def fingerprints(known: Mapping[str, str]) -> str:
    """What tells the keys apart by which data is encrypted, and tells nothing of them; between blanks."""
    return " ".join(
        f"{name}:{hashlib.sha256(key.encode()).hexdigest()[:16]}"
        for name in _KEYS for key in known[name].split(","))


def seal(target: Path) -> None:
    """`secrets.sealed` in the folder of secrets: all other files of it, encrypted with `backup_passphrase`.

    It lies beside each backup. To open it: docs/OPERATIONS.md.
    """
    sealed, fresh = target / "secrets.sealed", target / ".secrets.sealed"
    files = sorted(path.name for path in target.iterdir()
                   if path.is_file() and not path.name.startswith(".")
                   and path.name not in (sealed.name, "backup_passphrase"))
    try:
        packed = subprocess.run(
            ["tar", "--create", "--gzip", *files], cwd=target, capture_output=True, check=False)
        done = subprocess.run(
            ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-iter", "600000",
             "-pass", "file:backup_passphrase", "-out", fresh.name],
            cwd=target, input=packed.stdout, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise Problem(f"{error.filename} is not installed.") from None
    if packed.returncode or done.returncode:
        raise Problem(f"The secrets cannot be sealed: {(packed.stderr + done.stderr).decode()[-500:]}")
    sealed.write_bytes(fresh.read_bytes())  # in place: a running container has this very file mounted
    sealed.chmod(0o644)
    fresh.unlink()


def listed(told: str) -> list[Backup]:
    """The backups in pgBackRest's JSON, the oldest first."""
    stanzas: list[dict[str, Any]] = json.loads(told)
    return sorted(
        (Backup(datetime.fromtimestamp(one["timestamp"]["stop"], UTC),
                one.get("annotation", {}).get("schema", ""),
                frozenset(one.get("annotation", {}).get("keys", "").split()))
         for stanza in stanzas for one in stanza["backup"] if not one["error"]),
        key=lambda backup: backup.ended)


def moment(text: str) -> datetime | None:
    """TIME as a point in time in UTC; None for all that there is."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Problem(f"TIME is {text}; say it with its zone, as 2026-03-01T14:30:00+01:00.")
    return found.astimezone(UTC)


def chosen(backups: Iterable[Backup], when: datetime | None) -> Backup:
    """The backup from which that point is reached: the last one before it."""
    fit = [backup for backup in backups if when is None or backup.ended < when]
    if not fit:
        raise Problem("There is no backup" + (f" from before {when:%Y-%m-%d %H:%M:%S} UTC." if when else "."))
    return fit[-1]


def refuse(backup: Backup, keys: frozenset[str], newest: str) -> None:
    """A Problem if this release with these keys could not read what is restored.

    `newest` is the id of the newest migration of this release.
    """
    if backup.schema > newest:
        raise Problem(f"The backup is of a newer release (its schema is {backup.schema}, this one's "
                      f"{newest}): restore it with that release.")
    missing = {key.split(":")[0] for key in backup.keys - keys}
    if missing:
        raise Problem(f"The backup is encrypted by keys that are not in the folder of secrets: put back "
                      f"{', '.join(sorted(missing))} as they were.")


def newest_migration(root: Path) -> str:
    """The id of this release's newest migration."""
    return max(path.stem for path in (root / "sql").glob("[0-9]*.sql"))


def backup(found: Settings) -> None:
    """A backup now, of what changed since the last whole one."""
    undo_cut_off_restore(found)
    with step("backing up Postgres"):
        compose(found, "exec", "-T", "backup", "/etc/postgresql/backup.sh", "make", "incr")
    passphrase = folder(found) / "backup_passphrase"
    say(f"It is encrypted by {passphrase}. Keep that folder elsewhere, too: nothing can be read without it.")


def undo_cut_off_restore(found: Settings) -> None:
    """Before anything else is done with a deployment. Raises a Problem while the restore is still at work,
    or when what was restored has been in use since."""
    with _alone(found):
        _undo_cut_off(found)


def _alone(found: Settings) -> AbstractContextManager[None]:
    return alone(folder(found) / ".restore", "A restore is at work; wait for its end.")


def _undo_cut_off(found: Settings) -> None:
    aside = _one_shot(found, "aside", capture=True).split()
    if not aside:
        return
    if "sidecar" in _running(found) or any(path.endswith(".used") for path in aside):
        raise Problem(
            "A restore was cut off, and the deployment started since. Both are kept, what was there before"
            " and what is there now: docker compose --profile=restore run --rm --no-deps restore keep drops"
            " what was before. To take that back instead, make down, then the same with undo.")
    compose(found, "stop")
    _one_shot(found, "undo")
    say("         A restore was cut off: what was there before it is back.")


def restore(found: Settings, start: Callable[[Settings], None]) -> None:
    """All of Postgres as of TIME, else as of its last change; what was there stays until that succeeded.

    `start` starts the deployment. Refused before anything is touched: a time that no backup reaches, a
    backup of a newer release, keys that would not decrypt it.
    """
    when = moment(found.get("TIME"))
    with _alone(found):
        _undo_cut_off(found)
        told = _one_shot(found, "list", capture=True)
        keys = frozenset((folder(found) / "backup_notes").read_text(encoding="utf-8").splitlines()[1].split())
        first = chosen(listed(told), when)
        refuse(first, keys, newest_migration(found.root))
        sidecar = partial(_sidecar, found)
        with step("stopping the deployment"):
            services = _running(found)
            if rest := sorted(services - {"postgres", "redis"}):
                compose(found, "stop", *rest)
            wishes = asked.since(when or first.ended, partial(_ask_sidecar, found))  # nobody adds to them now
            if "postgres" in services:
                try:
                    # The restore's own, which archives nothing, where one was cut off at its end.
                    compose(
                        found, "up", "--detach", "--no-deps", "--wait", "--wait-timeout", "300", "postgres")
                    _archive_all(found)
                except Problem as error:
                    if when is None:
                        raise Problem(
                            f"{error} The deployment is stopped and its data as it was; make up starts it."
                            " To restore without the rest of the log: make down, then make restore-up."
                        ) from None
                    say(f"         {error} What was not archived is left out.")
            if "postgres" in _running(found):
                compose(found, "stop", "postgres")
        with step("restoring"):
            target = f"{when:%Y-%m-%d %H:%M:%S.%f}+00" if when else ""
            try:
                _one_shot(found, "restore", target)
                own = replace(found, values={**found.values, "RESTORING": "yes"})
                compose(own, "up", "--detach", "--no-deps", "postgres")
                _until(lambda: _recovered(found), 6 * 3600, "Postgres does not end its recovery.")
                if wishes:
                    sidecar("migrate")
                    asked.repeat(wishes, sidecar, found.state / asked.KEPT)
                _forget(found)
            except BaseException as error:
                compose(found, "stop", "postgres")
                _one_shot(found, "undo")
                if not isinstance(error, Problem):
                    raise
                raise Problem(
                    f"{error} The data is again as it was; make up starts the deployment. Where Postgres did "
                    "not reach its point, TIME may lie behind the last change that was archived.") from None
            _one_shot(found, "keep")
    start(found)
    backup(found)


def _running(found: Settings) -> set[str]:
    return set(compose(found, "ps", "--services", "--status", "running", capture=True).split())


def _sidecar(found: Settings, *words: str, given: str = "") -> str:
    """A command of the sidecar's command line, without its other services."""
    return compose(found, "run", "--rm", "--no-deps", "-T", "sidecar", "python", "-m", "sidecar", *words,
                   capture=True, given=given)


def _ask_sidecar(found: Settings, *words: str, given: str = "") -> str:
    """The same of the data that is there, whose Postgres is started where it does not run. Raises a Problem
    where there is none, or it does not start."""
    if "postgres" not in _running(found):
        if not _one_shot(found, "cluster", capture=True).strip():
            raise Problem("There is no data here.")
        try:
            compose(found, "up", "--detach", "--no-deps", "--wait", "--wait-timeout", "300", "postgres")
        except Problem:
            compose(found, "stop", "postgres")
            raise
    return _sidecar(found, *words, given=given)


def _one_shot(found: Settings, *words: str, capture: bool = False) -> str:
    return compose(found, "--profile=restore", "run", "--rm", "--no-deps", "-T", "restore", *words,
                   capture=capture)


def _ask(found: Settings, statement: str) -> str:
    return compose(found, "exec", "-T", "postgres", "psql", "-qtA", "-U", "postgres", "-c", statement,
                   capture=True).strip()


def _archive_all(found: Settings) -> None:
    """Wait until all that happened is archived, with a last change at which a recovery may end."""
    _ask(found, "SELECT pg_current_xact_id()")
    last = _ask(found, "SELECT pg_walfile_name(pg_switch_wal())")
    _until(lambda: _ask(found, "SELECT last_archived_wal FROM pg_stat_archiver") >= last, 120,
           "Postgres cannot archive its log; see make logs-up.")


def _recovered(found: Settings) -> bool:
    """Whether Postgres has reached its point. Raises a Problem when it ended before."""
    container = compose(found, "ps", "--all", "--quiet", "postgres", capture=True).strip()
    if docker(found, "inspect", "--format", "{{.RestartCount}}", container).strip() != "0":
        raise Problem("Postgres ended during its recovery.")
    return compose(found, "exec", "-T", "postgres", "sh", "-c",
                   "psql -qtA -U postgres -c 'SELECT pg_is_in_recovery()' 2>/dev/null || :",
                   capture=True).strip() == "f"


def _until(holds: Callable[[], bool], seconds: float, failed: str) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise Problem(failed)
        time.sleep(0.5)


def _forget(found: Settings) -> None:
    """Drop what belongs to the data before: n8n's queue and the sidecar's counts in Redis, and the copy."""
    compose(found, "up", "--detach", "--no-deps", "--wait", "redis")
    compose(found, "exec", "-T", "redis", "sh", "-c",
            'REDISCLI_AUTH="$(cat /run/secrets/redis_password)" valkey-cli --tls '
            "--cacert /run/secrets/ca.crt -h localhost FLUSHALL", capture=True)
    compose(found, "--profile=*", "rm", "--force", "postgres-replica")
    project = json.loads(compose(found, "config", "--format", "json", capture=True))["name"]
    copy = f"{project}_postgres-replica"
    if copy in docker(found, "volume", "ls", "--quiet").split():
        docker(found, "volume", "rm", copy)
