"""Many cases of one rule as one test: each is tried, and every one that fails is named.

A parametrised case costs pytest a few milliseconds, more than most of these rules take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

EXPORTS: Final = Path(__file__).parent / "unit" / "sources" / "cases"


def check_each(check: Callable[..., None], cases: Iterable[tuple[Any, ...]]) -> None:
    """Call `check(*case)` for each case. Raises AssertionError that names every case that failed."""
    failures = []
    for case in cases:
        try:
            check(*case)
        except AssertionError as error:
            failures.append(f"{case!r:.200}: {error}")
    assert not failures, "\n".join(failures)


def exports(file: str) -> dict[str, list[tuple[str, str]]]:
    """Name of an export -> [(right places of a column, header)]."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in (EXPORTS / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            found[line[3:]] = []
        elif line and not line.startswith("# "):
            places, header = line.split("\t", 1)
            found[[*found][-1]].append((places, header))
    return found
