"""What people asked for since a backup was made, taken from the data before a restore to the data after it:
who was erased, who is not to come again, what people refuse."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from deploy.problem import Problem
from deploy.progress import say
from deploy.secret_store import write_private

KEPT = "asked-since-the-backup.json"  # in the state folder


class Sidecar(Protocol):
    """The sidecar's command line, on the data that is there now. Raises a Problem when a command fails."""

    def __call__(self, *words: str, given: str = "") -> str:
        """What a command prints, with that on its standard input."""


def since(when: datetime, sidecar: Sidecar) -> str:
    """What was asked for since then, as `repeat` takes it; nothing, which is said, where the data does not
    tell any more."""
    try:
        return sidecar("privacy", "asked", "--since", when.astimezone(UTC).isoformat(timespec="seconds"))
    except Problem:
        say("         The data that is here does not tell who was erased since, or refuses something: "
            "repeat that by hand (docs/BACKUP.md).")
        return ""


def repeat(told: str, sidecar: Sidecar, kept: Path) -> None:
    """Do it again; what cannot be done is kept in that file, and said: the data is restored nevertheless."""
    if not told:
        return
    try:
        say(f"         asked for since the backup: {sidecar('privacy', 'repeat', given=told).strip()}")
    except Problem as error:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_private(kept, told)
        say(f"         {error}\n         Not all that was asked for since the backup counts again. When that "
            f"is mended: sidecar privacy repeat < {kept}")
