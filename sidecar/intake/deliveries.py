"""One submission that is delivered twice: form services send again after a time-out, visitors click again."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

from sidecar.records.truth import moment
from sidecar.scoring import intake_event
from sidecar.sources.marks import EVENT_IDS, folded

_MILLISECONDS: Final = re.compile("[0-9]{13}")
_SUBMITTED_AT: Final = "submitted_at"  # the custom field that tells when a submission was made
_SAME_WITHIN_SECONDS: Final = 3600  # without an id, the same words again are the same submission


def delivery_keys(lead: Mapping[str, Any], now: datetime) -> list[str]:
    """The keys of a normalised lead's submission: its own first, then those under which it may have come
    before. Hashes that name nobody; none for a lead that is no deed of the person."""
    if not intake_event(lead):
        return []
    if custom := lead.get("custom"):
        ids = {folded(name): value for name, value in custom.items() if value}
        if name := next((name for name in EVENT_IDS if name in ids), None):
            who = [lead.get(field) for field in ("email_canonical", "phone", "linkedin_url")]
            return [_hashed([lead.get("source"), name, ids[name], *who])]
    # The same words in the same order: what was normalised has its fields in one.
    said = _hashed([item for item in lead.items() if item[0] != "email"])
    hour = int(now.timestamp()) // _SAME_WITHIN_SECONDS
    return [f"{said}:{hour}", f"{said}:{hour - 1}"]


def has_id(deliveries: Collection[str]) -> bool:
    """Whether these are the keys of a submission that has an id; else the same words may be said anew."""
    return len(deliveries) == 1


def submitted_at(lead: Mapping[str, Any]) -> datetime | None:
    """When a normalised lead says that it was submitted (custom.submitted_at, a time or the milliseconds
    since 1970): what comes late was said then."""
    told = str((lead.get("custom") or {}).get(_SUBMITTED_AT, ""))
    if _MILLISECONDS.fullmatch(told):
        return datetime.fromtimestamp(int(told) / 1000, UTC)
    return moment(told)


def _hashed(said: Any) -> str:
    return f"intake:{blake2b(repr(said).encode(), digest_size=16).hexdigest()}"
