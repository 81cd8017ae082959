"""One at a time, also when the one before was killed."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.problem import Problem


@contextmanager
def alone(path: Path, said: str) -> Iterator[None]:
    """Whoever has this file; a Problem with that sentence while another process has it."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(said) from None
        yield
