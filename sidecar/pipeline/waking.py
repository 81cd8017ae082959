"""Waking n8n: after a commit, coalesced, never blocking, never needed (a schedule sweeps)."""

from __future__ import annotations

import logging
import threading

import requests
from redis import RedisError

from sidecar.engine import Engine
from sidecar.metrics import WAKES

IMPORTS = "imports"  # beside the lanes of leads: jobs that wait for a step

log = logging.getLogger(__name__)


def wake_after(engine: Engine, lane: str) -> None:
    """Wake once the transaction at work, if any, is committed: before, there is nothing to claim."""
    engine.database.after_commit(lambda: wake(engine, lane))


def wake(engine: Engine, lane: str) -> bool:
    """Call the wake webhook once per second and lane, in the background. Whether this call did."""
    if not _url(engine, lane):
        return False
    try:
        if not engine.cache.first_wake(lane):
            return False
    except RedisError:
        return False
    threading.Thread(target=_call, args=(engine, lane), daemon=True).start()
    return True


def clear(engine: Engine, *lanes: str) -> None:
    """From here on a wake-up counts again: whoever looks for work after this sees all of it."""
    try:
        engine.cache.clear_wake(*lanes)
    except RedisError:
        return  # wake-ups are never needed: the sweep comes within a minute


def _url(engine: Engine, lane: str) -> str:
    settings = engine.settings
    return (settings.imports_wake_url if lane == IMPORTS else settings.wake_url) or ""


def _call(engine: Engine, lane: str) -> None:
    try:
        requests.post(
            _url(engine, lane), json={"lane": lane}, timeout=5,
            headers={"X-Wake-Token": engine.settings.wake_token},
        ).raise_for_status()
        WAKES.labels("ok").inc()
    except requests.RequestException as error:
        WAKES.labels("lost").inc()
        log.warning("wake-up lost", extra={"lane": lane, "reason": type(error).__name__})
