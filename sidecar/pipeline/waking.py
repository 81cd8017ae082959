"""Waking n8n: after a commit, coalesced, never blocking, never needed (a schedule sweeps)."""

from __future__ import annotations

import logging
import threading

from redis import RedisError

from sidecar import logs, tracing
from sidecar.engine import Engine
from sidecar.errors import Unavailable
from sidecar.metrics import WAKES
from sidecar.pipeline import yielding

IMPORTS = "imports"  # beside the lanes of leads: jobs that wait for a step

SETTLE = 1.5
_planned: set[str] = set()
_planning = threading.Lock()

log = logging.getLogger(__name__)


def wake_after(engine: Engine, lane: str) -> None:
    """Wake once the transaction at work, if any, is committed: before, there is nothing to claim."""
    engine.database.after_commit(lambda: wake(engine, lane))


def wake(engine: Engine, lane: str) -> bool:
    """Call the wake webhook once per second and lane, in the background, if a run is to be woken. Whether
    this call did."""
    if not _url(engine, lane):
        return False
    try:
        if not yielding.to_be_woken(engine, lane) or not engine.cache.first_wake(lane):
            return False
    except (RedisError, Unavailable):
        return False  # what was stored is stored: the sweep comes within a minute
    threading.Thread(target=logs.carried(_call, engine, lane, tracing.headers()), daemon=True).start()
    return True


def wake_soon(engine: Engine, lane: str) -> None:
    """Wake `SETTLE` seconds after the transaction at work: of what people do much comes together, and a lead
    is scored once for all of it. While a wake-up of the lane is due no other one is planned."""
    def plan() -> None:
        if not _url(engine, lane):
            return
        with _planning:
            if lane in _planned:
                return
            timer = threading.Timer(SETTLE, _due, (engine, lane))
            timer.daemon = True
            _planned.add(lane)
            timer.start()

    engine.database.after_commit(plan)


def _due(engine: Engine, lane: str) -> None:
    with _planning:
        _planned.discard(lane)
    wake(engine, lane)


def clear(engine: Engine, *lanes: str) -> None:
    """From here on a wake-up counts again: whoever looks for work after this sees all of it."""
    try:
        engine.cache.clear_wake(*lanes)
    except RedisError:
        return  # wake-ups are never needed: the sweep comes within a minute


def _url(engine: Engine, lane: str) -> str:
    settings = engine.settings
    return (settings.imports_wake_url if lane == IMPORTS else settings.wake_url) or ""


def _call(engine: Engine, lane: str, trace: dict[str, str]) -> None:
    import requests

    try:
        requests.post(
            _url(engine, lane), json={"lane": lane, "request_id": logs.request_id()}, timeout=5,
            headers={"X-Wake-Token": engine.settings.wake_token} | trace,
        ).raise_for_status()
        WAKES.labels("ok").inc()
    except requests.RequestException as error:
        WAKES.labels("lost").inc()
        log.warning("wake-up lost", extra={"lane": lane, "reason": type(error).__name__})
