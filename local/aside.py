"""What a restore replaces is kept in the state folder until the restore has succeeded.

While the folder `aside` exists, a restore is at work or was cut off. A file in it tells that all that is kept
is there; what then lies in its old places is the restore's.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.locking import alone
from deploy.secret_store import sync_folder
from local import postgres

# What belongs to the stored data: secrets, both databases, the queue, n8n's own folder, what was done.
KEPT = ("secrets.env", "postgres-mark", "postgres", "valkey", "n8n", "n8n-owner-hash", "provisioned",
        "samples-sent")
_WHOLE = ".whole"


@contextmanager
def at_work(state: Path) -> Iterator[None]:
    """Of a restore and what undoes one, one at a time."""
    with alone(state / ".restore", "A restore is at work; wait for its end."):
        yield


def put(state: Path) -> None:
    """Take what is kept out of the way."""
    folder = state / postgres.ASIDE
    folder.mkdir(mode=0o700)
    for name in KEPT:
        if (state / name).exists():
            (state / name).rename(folder / name)
    sync_folder(folder)
    (folder / _WHOLE).touch()
    sync_folder(folder)


def back(state: Path) -> bool:
    """Put what was kept back and remove what a restore made; False when nothing was kept."""
    folder = state / postgres.ASIDE
    if not folder.exists():
        return False
    if (folder / _WHOLE).exists():
        for home in postgres.homes(state, folder):
            shutil.rmtree(home, ignore_errors=True)
        for name in KEPT:
            _remove(state / name)
        (folder / _WHOLE).unlink()
        sync_folder(folder)
    for name in KEPT:
        if (folder / name).exists():
            (folder / name).rename(state / name)
    folder.rmdir()
    return True


def forget(state: Path) -> None:
    """Remove what was kept: the restore has succeeded."""
    folder, gone = state / postgres.ASIDE, state / f".{postgres.ASIDE}"
    shutil.rmtree(gone, ignore_errors=True)
    folder.rename(gone)
    for home in postgres.homes(state):
        if home != postgres.cluster(state).home:
            shutil.rmtree(home)
    shutil.rmtree(gone)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
