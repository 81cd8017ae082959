"""What e-mail services tell of a mail, in the words of the engine.

Shapes: the webhooks of SendGrid (a list), Mailgun (`event-data`) and Postmark (`RecordType`). What people did
is told; that a mail was accepted or is delayed is not, nor what a machine opened. That one was delivered is
told to who asks for it: it says something of the address.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from sidecar.records.text import storable
from sidecar.terms.states import DELIVERED

Told = dict[str, Any]

_SENDGRID: Final = {
    "open": "email_open", "click": "email_click", "bounce": "bounce", "spamreport": "unsubscribe",
    "unsubscribe": "unsubscribe", "group_unsubscribe": "unsubscribe", "group_resubscribe": "resubscribe",
    "delivered": DELIVERED,
}
_MAILGUN: Final = {
    "opened": "email_open", "clicked": "email_click", "failed": "bounce", "complained": "unsubscribe",
    "unsubscribed": "unsubscribe", "delivered": DELIVERED,
}
_COMPLAINTS: Final = ("spamreport", "complained", "SpamComplaint")
# RecordType -> (type, key of the address, key of the time).
_POSTMARK: Final = {
    "Open": ("email_open", "Recipient", "ReceivedAt"),
    "Click": ("email_click", "Recipient", "ReceivedAt"),
    "Bounce": ("bounce", "Email", "BouncedAt"),
    "SpamComplaint": ("unsubscribe", "Email", "BouncedAt"),
    "SubscriptionChange": ("unsubscribe", "Recipient", "ChangedAt"),
    "Inbound": ("email_reply", "From", "Date"),
    "Delivery": (DELIVERED, "Recipient", "DeliveredAt"),
}


def read_mail_events(body: Any, *, deliveries: bool = False) -> tuple[str, list[Told | None]] | None:
    """(service, events), None for a body of no service that is known. An event is None where it tells of no
    deed of a person, else {type, email, event_id, occurred_at (UTC, None: not told), reason (None, or that
    it was a complaint)}. `deliveries`: that a mail was delivered is an event, too."""
    found = _read(body)
    if found is None:
        return None
    service, events = found
    return service, [event if event and (deliveries or event["type"] != DELIVERED) else None
                     for event in events]


def _read(body: Any) -> tuple[str, list[Told | None]] | None:
    if isinstance(body, list) and body and all(_is(told, "event", "email") for told in body):
        return "sendgrid", [_sendgrid(told) for told in body]
    if isinstance(body, dict) and _is(body.get("event-data"), "event", "id"):
        return "mailgun", [_mailgun(body["event-data"])]
    if _is(body, "RecordType") and body["RecordType"] in _POSTMARK:
        return "postmark", [_postmark(body)]
    return None


def _is(told: Any, *names: str) -> bool:
    return isinstance(told, dict) and all(isinstance(told.get(name), str) for name in names)


def _sendgrid(told: Told) -> Told | None:
    if told.get("sg_machine_open") or told.get("type") == "blocked":  # a block is for the time being
        return None
    return _event(_SENDGRID.get(told["event"]), told["email"], told.get("sg_event_id"),
                  told.get("timestamp"), _from_epoch, told["event"])


def _mailgun(told: Told) -> Told | None:
    if told["event"] == "failed" and told.get("severity") != "permanent":
        return None
    return _event(_MAILGUN.get(told["event"]), told.get("recipient"), told["id"], told.get("timestamp"),
                  _from_epoch, told["event"])


def _postmark(told: Told) -> Told | None:
    kind = told["RecordType"]
    type_, address, time = _POSTMARK[kind]
    if kind == "Bounce" and not told.get("Inactive"):  # Postmark goes on sending there
        return None
    if kind == "SubscriptionChange" and not told.get("SuppressSending"):
        if told.get("Origin") != "Recipient":  # whoever sends may not agree for them
            return None
        type_ = "resubscribe"
    if kind == "SubscriptionChange" and told.get("SuppressionReason") == "HardBounce":
        type_ = "bounce"
    # Only bounces and complaints have an id of their own.
    name = f"{kind} {told.get('ID') or told.get('MessageID')} {told.get(time)}"
    return _event(type_, told.get(address), name, told.get(time), datetime.fromisoformat, kind)


def _event(
    type_: str | None, email: Any, event_id: Any, time: Any, read: Callable[[Any], datetime], kind: str
) -> Told | None:
    if type_ is None or not isinstance(email, str):
        return None
    try:
        occurred_at = read(time)
        occurred_at = occurred_at.replace(tzinfo=occurred_at.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        occurred_at = None
    return {"type": type_, "email": storable(email[:320]), "event_id": storable(str(event_id or "")[:200]),
            "occurred_at": occurred_at, "reason": "spam complaint" if kind in _COMPLAINTS else None}


def _from_epoch(seconds: Any) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
