"""What people did, as vendors tell it, in the words of the engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sidecar.records.text import storable

# {type, occurred_at (UTC, None: not told), event_id, properties, and whose it is: email, external_id,
# anonymous_id}; reason: why, where it is a refusal.
Told = dict[str, Any]

_LONGEST = 2000
# Pages on which people look for prices.
_PRICING = re.compile(
    r"\b(pricing|prices?|plans|preise?|tarife?|kosten|tarifs?|precios|prezzi)\b", re.IGNORECASE)


def deed(
    type_: str | None, *, email: Any = None, event_id: Any, at: datetime | None, reason: str | None = None,
    anonymous_id: Any = None, external_id: str | None = None, **properties: Any,
) -> Told | None:
    """An event; None where it is of no type that is known, or of nobody. `properties` in the names that are
    kept: url, user_agent, ip, method, message_id, machine (whether the vendor calls it one's deed) …"""
    whose = {"email": _text(email, 320)} if isinstance(email, str) and email else {
        "external_id": _text(external_id, 400)} if external_id else {}
    if anonymous_id:
        whose["anonymous_id"] = _text(anonymous_id, 200)
    if type_ is None or not whose:
        return None
    return whose | {
        "type": type_, "occurred_at": at, "event_id": _text(event_id or "", 200), "reason": reason,
        "properties": {name: value if isinstance(value, bool) else _text(value, _LONGEST)
                       for name, value in properties.items()
                       if isinstance(value, str | int | float | bool) and value not in ("", False)}}


def viewed(page: str) -> str:
    """What it is to look at a page, by its name or address."""
    return "pricing_view" if _PRICING.search(page) else "page_view"


def moment(value: Any, read: Callable[[Any], datetime]) -> datetime | None:
    """A time as UTC (one without a zone is UTC already); None: it cannot be read."""
    try:
        found = read(value)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def from_epoch(seconds: Any) -> datetime:
    """A time of seconds since 1970, as number or text."""
    return datetime.fromtimestamp(float(seconds), UTC)


def _text(value: Any, longest: int) -> str:
    return storable(str(value)[:longest])
