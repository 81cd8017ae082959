"""How long to wait before something is tried again."""

from __future__ import annotations

import math


def backoff(failures: int, *, first: int = 1, most: float = math.inf) -> int:
    """Seconds before the next try after so many failures: `first`, doubled by each one, at most `most`."""
    return int(min(most, first * 2**failures))
