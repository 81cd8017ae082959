"""Events that are told without our ids: by when they may be, and what tells that one came before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

# Clocks that are wrong by their zone tell a time up to a day ahead: it is taken as now. What is later, or
# older than anything that is scored, is a mistake.
AHEAD: Final = timedelta(days=1)
OLDEST: Final = timedelta(days=3653)

# Beside ours, by which of these an event names its person.
NAMES: Final = ("lead_id", "contact_id", "email", "linkedin_url", "external_id")


def moment(occurred_at: datetime | None, now: datetime) -> datetime:
    """When it happened, as far as it can be: never after `now`. Raises ValueError, in words, for a time that
    cannot be."""
    if occurred_at is None:
        return now
    if occurred_at > now + AHEAD:
        raise ValueError("This is more than a day ahead.")
    if occurred_at < now - OLDEST:
        raise ValueError("This is more than ten years ago.")
    return min(occurred_at, now)


def once(event: Mapping[str, Any], source: str) -> str | None:
    """What tells that an event came before: the sender's id, else what it says, if that tells its time. None:
    nothing does."""
    if event.get("event_id"):
        return f"{source}:{event['event_id']}"
    if event.get("occurred_at") is None:
        return None
    said = json.dumps(event, sort_keys=True, default=str)
    return f"{source}:={hashlib.sha256(said.encode()).hexdigest()[:40]}"
