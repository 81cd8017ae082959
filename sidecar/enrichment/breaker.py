"""The circuit breaker of a provider's key: for how long it is left alone after what it answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

# Seconds that a provider is left alone after these outcomes, unless it says how long: what failed says
# nothing of whom was asked about. A quota comes back much later than haste is forgiven.
PAUSES: Final[Mapping[str, int]] = {"auth": 600, "quota": 3600, "throttled": 60, "error": 60}
PROBE_SECONDS: Final = 60  # within which the one call that is let through is answered
_LONGEST_PAUSE: Final = 86_400
_FAILURES_TO_OPEN: Final = {"auth": 1, "quota": 1, "throttled": 1, "error": 5}


@dataclass(frozen=True, slots=True)
class Breaker:
    """Open from `opened_at` on: until `open_until` nothing is asked, then one call, whose answer decides."""

    failures: int = 0
    opened_at: datetime | None = None
    open_until: datetime | None = None
    last_error: str | None = None


def after(
    breaker: Breaker, outcome: str, retry_after_s: float | None, begun_at: datetime, now: datetime
) -> Breaker:
    """The breaker after an answer to a call that was begun then.

    An answer to what was begun before it opened does not close it; no later answer makes it open for less.
    Who says how long to be left alone is left alone at once.
    """
    if outcome not in PAUSES:
        if breaker.opened_at and begun_at <= breaker.opened_at:
            return breaker
        return replace(breaker, failures=0, opened_at=None, open_until=None)
    failures = breaker.failures + 1
    if failures < _FAILURES_TO_OPEN[outcome] and not retry_after_s:
        return replace(breaker, failures=failures, last_error=outcome)
    until = now + timedelta(seconds=min(retry_after_s or PAUSES[outcome], _LONGEST_PAUSE))
    return Breaker(failures, now, max(until, breaker.open_until or until), outcome)
