"""Is the process up, and can it work?"""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from redis import RedisError

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint
from sidecar.engine import Engine
from sidecar.errors import Unavailable
from sidecar.pipeline import stalling

bp = Blueprint("health", __name__)


@endpoint(bp, "GET", "/healthz", scope=None, answer=schemas.Health())
def healthz(engine: Engine, caller: None) -> Any:
    """The process is up."""
    return {"status": "ok"}


@endpoint(bp, "GET", "/readyz", scope=None, answer=schemas.Readiness())
def readyz(engine: Engine, caller: None) -> Any:
    """Postgres and Redis answer: 200, else 503 with each one's state.

    `pipeline` is `stalled` when leads wait and no run has come for five minutes. The API takes leads all the
    same, so it stays ready.
    """
    checks = {"postgres": "ok", "redis": "ok"}
    pipeline = "unknown"
    try:
        engine.database.ping()
        pipeline = "stalled" if stalling.pace(engine).stalled else "ok"
    except Unavailable:
        checks["postgres"] = "down"
    try:
        engine.cache.ping()
    except RedisError:
        checks["redis"] = "down"
    ready = all(state == "ok" for state in checks.values())
    told = {"status": "ok" if ready else "unavailable", "checks": checks | {"pipeline": pipeline}}
    return told, 200 if ready else 503
