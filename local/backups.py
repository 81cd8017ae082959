"""Backups of the embedded stack: `python -m local.backups take | verify | restore | upgrade`.

BACKUP names the backup, else it is the newest. REPLACE=yes restores over what is stored.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from deploy import asked, backup, commands, secret_store
from deploy.backup import Backup, Keys, Server
from deploy.problem import Problem
from deploy.progress import say, step
from deploy.settings import Settings
from local import aside, postgres, programs
from local import stack as local_stack
from local.programs import Stack
from local.stack import STOP_ORDER
from local.supervision import Supervisor

_SETTINGS = ".env"  # beside the generated secrets: people write secrets there too
# A restored database takes less than it did, its indexes being new; its log takes up to a gigabyte more.
_ROOM_BYTES = 2**30


def keys(found: Settings, secrets: Mapping[str, str]) -> Keys:
    """Those that the programs get: what people set wins."""
    return Keys(tuple(found.get("SIDECAR_ENCRYPTION_KEYS", secrets["FERNET_KEY"]).split(",")),
                found.get("SIDECAR_HASH_KEY", secrets["HASH_KEY"]),
                found.get("N8N_ENCRYPTION_KEY", secrets["N8N_ENCRYPTION_KEY"]))


def server(stack: Stack) -> Server:
    """The stack's Postgres."""
    return Server(postgres.cluster(stack.settings.state).binaries / "bin", {
        name: stack.dsn("postgres", "POSTGRES_PASSWORD", name) for name in ("sidecar", "n8n")})


def n8n_version(found: Settings) -> str:
    """The pinned n8n of this release."""
    package = json.loads((found.root / "local/n8n/package.json").read_text(encoding="utf-8"))
    return str(package["dependencies"]["n8n"])


def take(found: Settings) -> Backup:
    """Make a backup and remove the old ones."""
    word, (keep, days) = backup.passphrase(found), backup.kept(found)
    if not (found.state / "secrets.env").exists():
        raise Problem("There is nothing to back up: no stack was started here.")
    local_stack.undo_cut_off_restore(found)
    folder, now = backup.home(found), datetime.now(UTC)
    with _postgres(found) as stack, step(f"backing up both databases into {folder}"):
        secrets = dict(stack.secrets)
        if (settings := found.root / _SETTINGS).exists():
            secrets[_SETTINGS] = settings.read_text(encoding="utf-8")
        made = backup.take(
            folder, server(stack), keys(found, stack.secrets), secrets, word, n8n_version(found), now)
        backup.record(made, server(stack))
        removed = backup.prune(folder, now, keep, days)
    say(f"         {made.folder}, {made.bytes / 1e6:.1f} MB"
        + (f"; removed {', '.join(removed)}" if removed else ""))
    return made


def verify(found: Settings) -> None:
    """Restore a backup into databases beside the stack's, which are dropped again."""
    chosen = _read(found)
    local_stack.undo_cut_off_restore(found)
    with _postgres(found) as stack, step(f"restoring {chosen.name} to try it"):
        _room(chosen, postgres.cluster(found.state).home)
        backup.verify(chosen, server(stack), keys(found, chosen.secrets))
        backup.record(chosen, server(stack), datetime.now(UTC))
    say(f"         {chosen.name} is whole: every row is there, its keys open what is encrypted.")


def restore(found: Settings) -> None:
    """Make the stack what it was at a backup, and start it. All is checked before anything is touched; what
    is replaced is kept until the stack is up, and put back when it does not get up."""
    found.state.mkdir(parents=True, exist_ok=True)
    with aside.at_work(found.state):
        local_stack.end_restore(found)
        with step("checking the backup"):
            chosen = _read(found)
            backup.check(chosen, keys(found, chosen.secrets))
            if _there(found) and found.get("REPLACE") != "yes":
                raise Problem("There is a stack here already. `make restore REPLACE=yes` restores in its "
                              "place: it is stopped, and kept until the restored one is up.")
            _room(chosen, postgres.cluster(found.state).home.parent)
        local_stack.stop(found)  # nobody asks for more from here on
        told = _asked(found, chosen)
        secrets = dict(chosen.secrets)
        settings = secrets.pop(_SETTINGS, "")
        aside.put(found.state)
        try:
            _restore(found, chosen, secrets, told)
        except BaseException:
            local_stack.end_restore(found)
            raise
        aside.forget(found.state)
    said = found.root / _SETTINGS
    if settings and (not said.exists() or said.read_text(encoding="utf-8") != settings):
        secret_store.write_private(found.state / "settings-of-the-backup", settings)
        say(f"         the settings were others then: see {found.state / 'settings-of-the-backup'}")


def _asked(found: Settings, chosen: Backup) -> str:
    """What people asked of the stack that is here since the backup was made."""
    def ask(*words: str, given: str = "") -> str:
        if not _there(found):
            raise Problem("There is no stack here.")
        with _postgres(found) as stack:
            return local_stack.sidecar(stack, *words, given=given)

    return asked.since(datetime.fromisoformat(chosen.manifest["taken_at"]), ask)


def _there(found: Settings) -> bool:
    return (postgres.cluster(found.state).data / "PG_VERSION").exists()


def _restore(found: Settings, chosen: Backup, secrets: Mapping[str, str], told: str) -> None:
    secret_store.save(found.state / "secrets.env", secrets)
    for name in ("provisioned", "samples-sent"):
        (found.state / name).touch()
    with _postgres(found) as stack, step(f"restoring {chosen.name}"):
        local_stack.make_databases(stack)
        backup.restore(chosen, server(stack))
        backup.record(chosen, server(stack), datetime.now(UTC))
        if told:
            local_stack.migrate(stack)
            asked.repeat(told, partial(local_stack.sidecar, stack), found.state / asked.KEPT)
    local_stack.start(found)


def upgrade(found: Settings) -> None:
    """Back up, then bring the stack to this release: its databases first, then each program."""
    take(found)
    local_stack.start(found, restart=True)


def _read(found: Settings) -> Backup:
    folder = backup.home(found)
    names = [path.name for path in backup.listed(folder)]
    if not names:
        raise Problem(f"There is no backup in {folder}.")
    name = found.get("BACKUP", names[0])
    if name not in names:
        raise Problem(f"There is no backup {name} in {folder}; there are {', '.join(names)}.")
    return backup.read(folder / name, backup.passphrase(found), n8n_version(found))


def _room(chosen: Backup, folder: Path) -> None:
    """Raises a Problem unless the databases fit beside what is there."""
    free, needed = shutil.disk_usage(folder).free, chosen.database_bytes + _ROOM_BYTES
    if free < needed:
        raise Problem(f"The restored databases need {needed / 1e9:.1f} GB below {folder}, "
                      f"{free / 1e9:.1f} GB are free.")


@contextmanager
def _postgres(found: Settings) -> Iterator[Stack]:
    """The stack with Postgres up: as it is when it runs, else for this alone."""
    stack, supervisor = local_stack.prepare(found)
    running = supervisor.is_running()
    if not running:
        postgres.prepare(found.state, stack.secrets["POSTGRES_PASSWORD"])
        supervisor.apply(programs.services(stack), found.machine())
        supervisor.start("postgres")
    try:
        postgres.wait(stack.dsn("postgres", "POSTGRES_PASSWORD"))
        yield stack
    finally:
        if not running:
            Supervisor(found.state, stack.secrets["SUPERVISOR_PASSWORD"]).shut_down(STOP_ORDER)


if __name__ == "__main__":
    commands.run(__doc__, {"take": take, "verify": verify, "restore": restore, "upgrade": upgrade})
