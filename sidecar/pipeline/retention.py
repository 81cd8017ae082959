"""Housekeeping: whoever claims work tidies up first, at most once a minute for all replicas."""

from __future__ import annotations

from redis import RedisError

from sidecar.engine import Engine
from sidecar.store import retention, statistics


def tidy_up(engine: Engine) -> None:
    """Forget what is over its time, fold the counts; without Redis the next minute does it."""
    try:
        if not engine.cache.first_in("retention", 60):
            return
    except RedisError:
        return
    with engine.database.transaction() as cursor:
        retention.purge(cursor, engine.settings.raw_payload_days)
    with engine.database.transaction() as cursor:
        statistics.fold(cursor)
