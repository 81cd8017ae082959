"""Does anybody work? Leads wait and no run comes: Lead enrichment is not published, or no worker lives."""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass
from datetime import datetime

from redis import RedisError

from sidecar.engine import Engine
from sidecar.errors import Unavailable
from sidecar.pipeline import watching
from sidecar.store import statistics

# A sweep comes every minute, so some of them in a row found nobody.
STALLED_AFTER_SECONDS = 300
_LOOK_EVERY_SECONDS = 60

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """For how long the oldest due lead has waited (0: none waits), and when a run last took leads (None and
    infinitely long ago: never)."""

    oldest_waiting_seconds: float = 0.0
    last_run_at: datetime | None = None
    last_run_seconds: float = math.inf

    @property
    def stalled(self) -> bool:
        """Leads wait, and it is not for their turn: nobody has taken any for as long."""
        return min(self.oldest_waiting_seconds, self.last_run_seconds) > STALLED_AFTER_SECONDS


def pace(engine: Engine) -> Pace:
    """How the work goes; a stall is said in the log, once a minute at most. Raises Unavailable."""
    with engine.database.read(may_lag=True) as cursor:
        found = Pace(**statistics.pace(cursor))
    if found.stalled and _first_to_tell(engine):
        log.warning(
            "leads wait and no run comes: is Lead enrichment published, and does an n8n worker run?",
            extra={"oldest_waiting_seconds": round(found.oldest_waiting_seconds),
                   "last_run_at": found.last_run_at})
    return found


def watch(engine: Engine) -> None:
    """Look every minute, in the background, until this process ends."""
    def look() -> None:
        pause = threading.Event()
        while not pause.wait(_LOOK_EVERY_SECONDS):
            try:
                pace(engine)
                watching.look(engine)
            except Unavailable:  # the readiness tells that
                continue
            except Exception:  # an alert tells that nobody looks
                log.exception("looking for what does not come failed; it is tried again in a minute")

    threading.Thread(target=look, name="stalling", daemon=True).start()


def _first_to_tell(engine: Engine) -> bool:
    try:
        return engine.cache.first_in("stalled", _LOOK_EVERY_SECONDS)
    except RedisError:
        return True
