"""What is counted of leads that came, by labels that stay few whatever is sent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Unavailable
from sidecar.masking import names_nobody
from sidecar.metrics import LEADS, LEADS_REFUSED, OTHER
from sidecar.store import statistics

# A source is told by its name when a form or a connection has it, or so many leads.
FEWEST, MOST = 20, 40
_KEPT_SECONDS = 300


class Sources:
    """The sources that are told by their names, read anew every five minutes."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._until = 0.0

    def label(self, engine: Engine, source: str) -> str:
        """The name, or `other`."""
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + _KEPT_SECONDS
            with suppress(Unavailable), engine.database.read(may_lag=True) as cursor:
                self._names = frozenset(
                    filter(names_nobody, statistics.named_sources(cursor, FEWEST, MOST)))
        return source if source in self._names else OTHER

    def forget(self) -> None:
        """Read them anew next time."""
        self._until = 0.0


SOURCES = Sources()


def count_leads(engine: Engine, came: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Count leads by (source, result of intake)."""
    leads: Counter[tuple[str, str]] = Counter()
    refused: Counter[str] = Counter()
    for source, result in came:
        leads[SOURCES.label(engine, source), result["outcome"]] += 1
        if result["outcome"] == "rejected":
            refused[result["errors"][0]["code"]] += 1
    for labels, number in leads.items():
        LEADS.labels(*labels).inc(number)
    for code, number in refused.items():
        LEADS_REFUSED.labels(code).inc(number)
