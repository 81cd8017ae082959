"""SendGrid: the event webhook, a list of events (twilio.com/docs/sendgrid: event webhook reference).

Signature: `X-Twilio-Email-Event-Webhook-Signature`, ECDSA with SHA-256 over `-Timestamp` and the raw body, in
Base64 of DER; the key is told as Base64 of a public key in DER. A block is for the time being, no bounce.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from sidecar.sources import signatures
from sidecar.sources.deeds import Told, deed, from_epoch, moment
from sidecar.sources.model import GIVEN, Source
from sidecar.terms.states import DELIVERED

_TYPES: Final = {
    "open": "email_open", "click": "email_click", "bounce": "bounce", "spamreport": "unsubscribe",
    "unsubscribe": "unsubscribe", "group_unsubscribe": "unsubscribe", "group_resubscribe": "resubscribe",
    "delivered": DELIVERED,
}
_HEADER: Final = "x-twilio-email-event-webhook-"
_SECONDS: Final = 3 * 86_400  # it tries again for a day; what comes twice is stored once


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    given, at = headers.get(f"{_HEADER}signature"), headers.get(f"{_HEADER}timestamp")
    if not given:
        return signatures.UNSIGNED
    if stale := signatures.staleness(at, now, _SECONDS):
        return stale
    try:
        key = load_der_public_key(base64.b64decode("".join(
            line for line in secret.splitlines() if not line.startswith("-----"))))
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return signatures.WRONG
        key.verify(base64.b64decode(given, validate=True), str(at).encode() + body, ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        return signatures.WRONG
    return None


def events(body: Any) -> list[Told | None] | None:
    """A list of events."""
    if not isinstance(body, list) or not body or not all(
            isinstance(told, dict) and isinstance(told.get("event"), str)
            and isinstance(told.get("email"), str) for told in body):
        return None
    return [_event(told) for told in body]


def _event(told: Told) -> Told | None:
    if told.get("type") == "blocked":
        return None
    return deed(
        _TYPES.get(told["event"]), email=told["email"], event_id=told.get("sg_event_id"),
        at=moment(told.get("timestamp"), from_epoch),
        reason="spam complaint" if told["event"] == "spamreport" else None,
        url=told.get("url"), user_agent=told.get("useragent"), ip=told.get("ip"),
        message_id=told.get("sg_message_id"), machine=bool(told.get("sg_machine_open")))


SOURCE = Source(
    name="sendgrid", title="SendGrid", secret=GIVEN, check=check, events=events, mail=True,
    setup=(
        "In SendGrid, Settings › Mail Settings › Event Webhooks, add a webhook with the URL {url}; choose"
        " opens, clicks, bounces, unsubscriptions, spam reports and deliveries.",
        "Switch Signed Event Webhook on there; its verification key is this source's secret.",
    ),
)
