"""Many cases of one rule as one test: each is tried, and every one that fails is named.

A parametrised case costs pytest a few milliseconds, more than most of these rules take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def check_each(check: Callable[..., None], cases: Iterable[tuple[Any, ...]]) -> None:
    """Call `check(*case)` for each case. Raises AssertionError that names every case that failed."""
    failures = []
    for case in cases:
        try:
            check(*case)
        except AssertionError as error:
            failures.append(f"{case!r:.200}: {error}")
    assert not failures, "\n".join(failures)
