"""The backup of the release before, with leads in flight: `tests/backups/VERSION.tar`.

Made by that release: five leads of inflight1.example … are sent and two of them are claimed, then `make
backup` with the passphrase below. It takes the place of the one before when a release is made.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

FILE = max(Path(__file__).with_name("backups").glob("*.tar"))
PASSPHRASE = "the passphrase of the tests"
IN_FLIGHT = 5


def unpack(folder: Path) -> Path:
    """Lay it into a folder of backups; where it is."""
    target = folder / "20260101T030000Z"
    with tarfile.open(FILE) as archive:
        archive.extractall(target, filter="data")
    return target
