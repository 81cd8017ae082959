"""Progress lines: what is being done, and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_started = time.monotonic()


def say(text: str = "") -> None:
    """One line to standard output, at once."""
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Prints `[  12 s] text`, then how long it took when that was noticeable."""
    begun = time.monotonic()
    say(f"[{begun - _started:4.0f} s] {text}")
    yield
    took = time.monotonic() - begun
    if took >= 5:
        say(f"         done in {took:.0f} s")


def warn(text: str) -> None:
    """One line to standard error."""
    print(text, file=sys.stderr, flush=True)
