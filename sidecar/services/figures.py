"""What Postgres tells Prometheus: the families of `sidecar/metrics.py`, by name.

A reader is one question, or a few that belong together; add yours to READERS.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import product

from redis import RedisError

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS
from sidecar.errors import Unavailable
from sidecar.metrics import Figures, exposition
from sidecar.pipeline import stalling, watching
from sidecar.pipeline.following import FOLLOWED
from sidecar.pipeline.retention import days_of
from sidecar.pipeline.spending import months
from sidecar.scoring.drift import drift
from sidecar.services import privacy
from sidecar.services.jobs import KINDS
from sidecar.store import (
    backups,
    breakers,
    calls,
    following,
    notifications,
    retention,
    statistics,
    subscriptions,
    work,
)
from sidecar.store import drift as drift_store
from sidecar.store import jobs as jobs_store
from sidecar.store.database import Cursor, hurry
from sidecar.terms.states import DUE, FOLLOW_UPS, LANES, SUBSCRIPTION_STATES, UNFINISHED

log = logging.getLogger(__name__)
_NOTHING = [{"leads": 0, "won": 0, "lost": 0}] * 10


def _work(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    depth = {(row["lane"], row["stage"]): row for row in work.depth(cursor)}
    return {
        "work_items": {at: depth.get(at, {}).get("leads", 0) for at in product(LANES, UNFINISHED)},
        "queue_oldest_age_seconds": {
            at: max(0.0, depth.get(at, {}).get("oldest_seconds", 0.0)) for at in product(LANES, DUE)},
        "last_claim_age_seconds": {(): stalling.pace(engine).last_run_seconds},
        "grades": {(grade,): leads for grade, leads in statistics.grades(cursor).items()},
        "job_oldest_progress_age_seconds": {
            (kind,): waiting.get(kind, 0.0) for waiting in (jobs_store.progress(cursor),) for kind in KINDS},
    }


def _redis(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    try:
        seen = engine.cache.seen_at(*LANES)
    except RedisError:
        return {"redis_up": {(): 0}, "sweep_age_seconds": {}}
    return {"redis_up": {(): 1},
            "sweep_age_seconds": {(): max(0.0, engine.now().timestamp() - seen)}}


def _messages(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    untouched = following.untouched(cursor, engine.now() - FOLLOWED)
    return {
        "notifications": {(state,): count for state, count in notifications.counts(cursor).items()},
        "hot_leads_untouched": {
            (str(step),): untouched.get(step, 0) for step in range(len(FOLLOW_UPS) + 1)},
    }


def _events(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    events = subscriptions.figures(cursor)
    return {
        "subscriptions": {(state,): events[state] for state in SUBSCRIPTION_STATES},
        "deliveries": {(state,): events[state] for state in ("owed", "failed")},
        "event_oldest_age_seconds": {(): events["oldest_seconds"]},
    }


def _calls(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    spent = {(row["provider"], str(row["sandbox"]).lower()): row for row in calls.spend(cursor, 30)}
    both = list(product(PROVIDERS, ("false", "true")))
    return {name: {labels: spent.get(labels, {}).get(column) or 0 for labels in both}
            for name, column in (("provider_calls", "calls"), ("provider_credits", "credits"))}


def _providers(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    states = breakers.provider_states(cursor)
    paid = months(engine, cursor)
    return {
        "provider_credits_spent": {(name,): paid[name].cost for name in PROVIDERS},
        "provider_credits_budget": {
            (name,): engine.settings.ceilings.month.get(name, math.inf) for name in PROVIDERS},
        "provider_runway_days": {
            (name,): math.inf if (days := paid[name].runway_days) is None else days for name in PROVIDERS},
        "provider_breaker_open": {
            (name,): bool(states.get(name, {}).get("open")) for name in PROVIDERS},
    }


def _privacy(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    return {"privacy_notices_overdue": {(): privacy.counts(engine, cursor)["overdue"]},
            "privacy_retention_due": {(): privacy.overstaying(engine, cursor)}}


def _scores(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    by_month = drift_store.months(cursor)
    moved = drift(by_month, engine.now().date())
    lately = {f"{month:%Y-%m}": by_month.get(month, _NOTHING) for month in moved["stability"]}
    return {
        "scores": {(month, str(place)): tenth["leads"]
                   for month, tenths in lately.items() for place, tenth in enumerate(tenths)},
        "score_outcomes": {(month, str(place), outcome): tenth[outcome] for month, tenths in lately.items()
                           for place, tenth in enumerate(tenths) for outcome in ("won", "lost")},
        "score_stability_index": {(f"{month:%Y-%m}",): index for month, index in moved["stability"].items()},
        "score_calibration_error": {(): moved["calibration"]},
    }


def _tables(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    with engine.database.read() as primary:  # a replica does not know what is dead
        sizes = retention.sizes(primary)
    return {
        "table_bytes": {(name,): size for name, (size, _) in sizes.items()},
        "table_dead_ratio": {(name,): dead for name, (_, dead) in sizes.items()},
        "retention_due_rows": {(name,): rows for name, rows in retention.waiting(cursor, {
            rule.name: days_of(engine, rule) for rule in retention.RULES}).items()},
    }


def _backups(engine: Engine, cursor: Cursor) -> dict[str, Figures]:
    ages = backups.ages(cursor)
    return {"backup_age_seconds": {(): ages["made"]},
            "backup_verified_age_seconds": {(): ages["verified"]} if "verified" in ages else {}}


Reader = Callable[[Engine, Cursor], dict[str, Figures]]
Readers = tuple[Reader, ...]
READERS: Readers = (_work, _messages, _events, _providers, _backups, watching.signs, _redis)
# What is costly to read and moves slowly: kept so many times as long.
SLOW: Readers = (_calls, _scores, _privacy, _tables)
_SLOWLY = 60
# A statement may not take longer, and after that time nothing more is read anew: Prometheus waits for ten
# seconds, and then takes the sidecar for gone.
_SECONDS = 5
_PAUSE = 30  # seconds for which nobody else reads what one process reads, or failed to read
_late: set[str] = set()  # what could not be read here the last time: it comes last, and holds up no other
_read_here: dict[str, tuple[float, bytes]] = {}  # what moves slowly, by name, and until when it is told


def figures(engine: Engine, readers: Readers = READERS + SLOW) -> dict[str, Figures]:
    """Figures by the name of their family. Raises Unavailable."""
    told: dict[str, Figures] = {}
    with engine.database.read(may_lag=True) as cursor:
        hurry(cursor, _SECONDS)
        for reader in readers:
            told |= reader(engine, cursor)
    return told


def text(engine: Engine) -> bytes:
    """The figures as Prometheus reads them; those are left out that cannot be read and were not before. All
    processes tell what one of them read within the last SIDECAR_METRICS_SECONDS, and for as long again while
    it is read anew. Each reader's are read and kept by themselves: one that takes too long costs no other's.
    """
    readers = sorted(READERS + SLOW, key=lambda reader: reader.__name__ in _late)
    until = time.monotonic() + _SECONDS
    if not engine.settings.metrics_seconds:
        return b"".join(_told(engine, reader, until) for reader in readers)
    try:
        kept = engine.cache.figures([reader.__name__ for reader in readers])
        return b"".join(
            _kept(engine, reader, until, *part) for reader, part in zip(readers, kept, strict=True))
    except RedisError:
        return b"".join(_kept_here(engine, reader, until) for reader in readers)


def _seconds(engine: Engine, reader: Reader) -> int:
    """For how long it need not be read anew."""
    return engine.settings.metrics_seconds * (_SLOWLY if reader in SLOW else 1)


def _kept(engine: Engine, reader: Reader, until: float, known: bytes | None, left: float) -> bytes:
    name, seconds = reader.__name__, _seconds(engine, reader)
    if left > seconds or time.monotonic() > until or not engine.cache.first_in(
            f"figures:{name}", min(seconds, _PAUSE)):
        return known or b""
    told = _told(engine, reader, until)
    with suppress(RedisError):
        if told:
            engine.cache.keep_figures(name, told, 2 * seconds)
    return told or known or b""


def _kept_here(engine: Engine, reader: Reader, until: float) -> bytes:
    """Without Redis each process reads for itself, what moves slowly as seldom."""
    again, told = _read_here.get(reader.__name__, (0.0, b""))
    if reader not in SLOW:
        return _told(engine, reader, until)
    if again <= time.monotonic() <= until:
        told = _told(engine, reader, until)
        wait = _seconds(engine, reader) if told else _PAUSE
        _read_here[reader.__name__] = time.monotonic() + wait, told
    return told


def _told(engine: Engine, reader: Reader, until: float) -> bytes:
    if time.monotonic() > until:
        return b""
    try:
        told = exposition(figures(engine, (reader,)))
    except Unavailable as error:
        _late.add(reader.__name__)
        log.warning("figures (%s) could not be read: %s", reader.__name__.strip("_"), error.__cause__)
        return b""
    _late.discard(reader.__name__)
    return told
