"""Postmark: webhooks of a message stream, an event each (postmarkapp.com/developer/webhooks).

Nothing is signed: the secret is the password of HTTP Basic authentication, or a Bearer token. Postmark goes
on sending after a bounce that leaves the address active, and whoever sends may not agree for who refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sidecar.sources import signatures
from sidecar.sources.answers import member
from sidecar.sources.deeds import Told, deed, moment
from sidecar.sources.model import MADE, Source
from sidecar.terms.states import DELIVERED

# RecordType -> (type, key of the address, key of the time).
_TYPES: Final = {
    "Open": ("email_open", "Recipient", "ReceivedAt"),
    "Click": ("email_click", "Recipient", "ReceivedAt"),
    "Bounce": ("bounce", "Email", "BouncedAt"),
    "SpamComplaint": ("unsubscribe", "Email", "BouncedAt"),
    "SubscriptionChange": ("unsubscribe", "Recipient", "ChangedAt"),
    "Inbound": ("email_reply", "From", "Date"),
    "Delivery": (DELIVERED, "Recipient", "DeliveredAt"),
}


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    given = signatures.basic_password(headers) or signatures.bearer(headers)
    return signatures.verdict(given, secret)


def events(body: Any) -> list[Told | None] | None:
    """One event."""
    kind = body.get("RecordType") if isinstance(body, dict) else None
    if not isinstance(kind, str) or kind not in _TYPES:
        return None
    type_, address, time = _TYPES[kind]
    if kind == "Bounce" and not body.get("Inactive"):
        return [None]
    if kind == "SubscriptionChange" and not body.get("SuppressSending"):
        if body.get("Origin") != "Recipient":
            return [None]
        type_ = "resubscribe"
    if kind == "SubscriptionChange" and body.get("SuppressionReason") == "HardBounce":
        type_ = "bounce"
    at = body.get(time) or body.get("ClickedAt")
    return [deed(
        type_, email=body.get(address), at=moment(at, datetime.fromisoformat),
        # Only bounces and complaints have an id of their own.
        event_id=" ".join(map(str, filter(None, (
            kind, body.get("ID") or body.get("MessageID"), at, body.get("OriginalLink"))))),
        reason="spam complaint" if kind == "SpamComplaint" else None,
        url=body.get("OriginalLink"), user_agent=body.get("UserAgent"), ip=member(body, "Geo", "IP"),
        message_id=body.get("MessageID"))]


SOURCE = Source(
    name="postmark", title="Postmark", secret=MADE, check=check, events=events, mail=True,
    setup=(
        "In Postmark, Webhooks of the message stream, add {url} with the Basic auth credentials events and"
        " {secret}; choose opens, clicks, deliveries, bounces, spam complaints and subscription changes.",
    ),
)
