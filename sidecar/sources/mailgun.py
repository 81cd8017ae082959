"""Mailgun: webhooks of a domain, an event each (documentation.mailgun.com: webhooks, securing webhooks).

Signature: in the body, `signature` {timestamp, token, signature}: the hexadecimal HMAC-SHA256 of timestamp
and token by the webhook signing key. It does not cover the event, so a token proves one body alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sidecar.sources import signatures
from sidecar.sources.answers import member
from sidecar.sources.deeds import Told, deed, from_epoch, moment
from sidecar.sources.model import GIVEN, Source
from sidecar.terms.states import DELIVERED

_TYPES: Final = {
    "opened": "email_open", "clicked": "email_click", "failed": "bounce", "complained": "unsubscribe",
    "unsubscribed": "unsubscribe", "delivered": DELIVERED,
}
_SECONDS: Final = 12 * 3600  # it tries again for eight hours


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return signatures.UNSIGNED
    at, said, given = (str(member(told, "signature", name) or "") for name in (
        "timestamp", "token", "signature"))
    return signatures.verdict(given, signatures.hex_hmac(secret, f"{at}{said}".encode())) or (
        signatures.staleness(at, now, _SECONDS))


def token(body: Any) -> str | None:
    """What proves a body once."""
    found = member(body, "signature", "token")
    return str(found)[:200] if found else None


def events(body: Any) -> list[Told | None] | None:
    """One event."""
    told = body.get("event-data") if isinstance(body, dict) else None
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in ("event", "id")):
        return None
    if told["event"] == "failed" and told.get("severity") != "permanent":
        return [None]
    return [deed(
        _TYPES.get(told["event"]), email=told.get("recipient"), event_id=told["id"],
        at=moment(told.get("timestamp"), from_epoch),
        reason="spam complaint" if told["event"] == "complained" else None,
        url=told.get("url"), ip=told.get("ip"), user_agent=member(told, "client-info", "user-agent"),
        message_id=member(told, "message", "headers", "message-id"),
        machine=bool(member(told, "client-info", "bot")))]


SOURCE = Source(
    name="mailgun", title="Mailgun", secret=GIVEN, check=check, events=events, mail=True, token=token,
    setup=(
        "In Mailgun, Sending › Webhooks, add the URL {url} for opened, clicked, delivered, permanent fail,"
        " unsubscribed and complained messages.",
        "The HTTP webhook signing key, shown there, is this source's secret.",
    ),
)
