"""One submission that is delivered twice: form services send again after a time-out, visitors click again."""

from __future__ import annotations

from collections.abc import Mapping
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
    if not intake_event(lead):
        return []
    custom = lead.get("custom")
    if custom and (name := next((name for name in EVENT_IDS if custom.get(name)), None)):
        who = [lead.get(field) for field in ("email_canonical", "phone", "linkedin_url")]
        return [_hashed([lead.get("source"), name, custom[name], *who])]
    # The same words in the same order: what was normalised has its fields in one.
    said = _hashed([item for item in lead.items() if item[0] != "email"])
    hour = int(now.timestamp()) // _SAME_WITHIN_SECONDS
    return [f"{said}:{hour}", f"{said}:{hour - 1}"]


def _hashed(said: Any) -> str:
    return f"intake:{blake2b(repr(said).encode(), digest_size=16).hexdigest()}"
