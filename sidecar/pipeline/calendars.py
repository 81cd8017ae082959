"""Reading the calendar feeds of users: every hour, in the background, in bounded time and size."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import threading
from datetime import datetime
from typing import Final

from sidecar import __version__
from sidecar.calendars import feed as program
from sidecar.calendars.feed import Away
from sidecar.calendars.working import zone_or
from sidecar.engine import Engine
from sidecar.errors import Unavailable
from sidecar.pipeline import posting
from sidecar.store import owners
from sidecar.store.database import Row
from sidecar.webhooks import Target, target_of

log = logging.getLogger(__name__)

_HOURS: Final = 1.0
_AT_ONCE: Final = 20
_MOST_BYTES: Final = 5_000_000
_SECONDS: Final = 30  # of processor time; 20,000 events take 5


def target(engine: Engine, url: str) -> Target:
    """Where a feed is. Raises ValueError that says what is wrong with the address."""
    return target_of(url.replace("webcal://", "https://", 1), {}, engine.settings.subscriber_hosts)


def begin(engine: Engine) -> threading.Thread | None:
    """Read what is due, in a thread of its own; None when nothing is."""
    with engine.database.write() as cursor:
        due = owners.take_calendars(cursor, _HOURS, _AT_ONCE)
    if not due:
        return None
    thread = threading.Thread(target=_read_all, args=(engine, due), name="calendars", daemon=True)
    thread.start()
    return thread


def _read_all(engine: Engine, due: list[Row]) -> None:
    for row in due:
        try:
            read(engine, row)
        except Unavailable:
            return  # the next hour does it
        except Exception:  # of this feed alone: the others are read
            log.exception("a calendar cannot be read")
            with engine.database.write() as cursor:
                owners.calendar_failed(
                    cursor, row["id"], bytes(row["calendar_url"]), "It cannot be read.")


def read(engine: Engine, row: Row) -> None:
    """Read a user's feed {id, time_zone, calendar_url}: when they are away, or why that is not known."""
    sealed = bytes(row["calendar_url"])
    zone = zone_or(row["time_zone"], engine.settings.time_zone)
    try:
        answer, feed = posting.get(
            target(engine, engine.vault.open(sealed)),
            {"Accept": "text/calendar", "User-Agent": f"enrichment-engine/{__version__}"}, _MOST_BYTES)
        if not answer.ok:
            raise ValueError(answer.said)
        if len(feed) > _MOST_BYTES:
            raise ValueError(f"It is larger than {_MOST_BYTES // 1_000_000} MB.")
        times = _away_times(feed, zone, engine.now())
    except ValueError as error:
        with engine.database.write() as cursor:
            owners.calendar_failed(cursor, row["id"], sealed, str(error)[:200])
        return
    with engine.database.write() as cursor:
        owners.calendar_read(cursor, row["id"], sealed, times)


def _away_times(feed: bytes, zone: str, now: datetime) -> list[Away]:
    """As `away_times`, by a process of its own."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", program.__file__, str(_SECONDS), zone, now.isoformat()],
        input=feed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if done.returncode == -signal.SIGXCPU:
        raise ValueError(f"It takes longer than {_SECONDS} seconds to work out.")
    done.check_returncode()
    told = json.loads(done.stdout)
    if "error" in told:
        raise ValueError(told["error"])
    return [Away(datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at), uid)
            for starts_at, ends_at, uid in told["times"]]
