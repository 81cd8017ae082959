"""One submission that is delivered twice: form services send again after a time-out, visitors click again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from sidecar.scoring import intake_event

# By what custom fields senders call the id of a submission.
EVENT_IDS: Final = ("event_id", "submission_id", "response_id", "delivery_id", "message_id")
_SAME_WITHIN_SECONDS: Final = 3600  # without an id, the same words again are the same submission


def delivery_keys(lead: Mapping[str, Any], now: datetime) -> list[str]:
    """The keys of a normalised lead's submission: its own first, then those under which it may have come
    before. Hashes that name nobody; none for a lead that is no deed of the person."""
    return list(_keys(lead, now)) if intake_event(lead) else []


def _keys(lead: Mapping[str, Any], now: datetime) -> Iterator[str]:
    custom = lead.get("custom") or {}
    name = next((name for name in EVENT_IDS if custom.get(name)), None)
    who = [lead.get(field) for field in ("email_canonical", "phone", "linkedin_url")]
    if name:
        yield _hashed([lead.get("source"), name, custom[name], *who])
        return
    said = _hashed({field: value for field, value in lead.items() if field != "email"})
    hour = int(now.timestamp()) // _SAME_WITHIN_SECONDS
    for before in (0, 1):
        yield f"{said}:{hour - before}"


def _hashed(said: Any) -> str:
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return f"intake:{blake2b(text.encode(), digest_size=16).hexdigest()}"
