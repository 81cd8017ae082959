"""Housekeeping: with the claims of work, at most once a minute for all replicas."""

from __future__ import annotations

from redis import RedisError

from sidecar.engine import Engine
from sidecar.store import retention, statistics

_FOLDS = 10


def tidy_up(engine: Engine) -> None:
    """Forget what is over its time, add up the counts; without Redis the next minute does it."""
    try:
        if not engine.cache.first_in("retention", 60):
            return
    except RedisError:
        return
    with engine.database.write() as cursor:
        retention.purge(cursor, engine.settings.raw_payload_days)
    add_up_counts(engine)


def add_up_counts(engine: Engine) -> None:
    """Add changes to the counts in short transactions; the next call goes on."""
    for _ in range(_FOLDS):
        with engine.database.write() as cursor:
            if not statistics.fold(cursor):
                return
