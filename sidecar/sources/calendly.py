"""Calendly (developer.calendly.com: webhook signatures, webhook payload).

Signature: `Calendly-Webhook-Signature: t=…,v1=…`, v1 the hexadecimal HMAC-SHA256 of `t.body`, at most three
minutes old, as Calendly's own example has it. A reschedule fires a cancellation and a new invitee: the person
is read again, but did not book a second meeting. A cancellation is no lead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, a_dict, lead_of, member, objects, text
from sidecar.sources.model import MADE, Received, Source


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    signature = dict(
        part.strip().partition("=")[::2] for part in headers.get("calendly-webhook-signature", "").split(","))
    timestamp = signature.get("t")
    signed = f"{timestamp}.".encode() + body
    return (signatures.verdict(signature.get("v1"), signatures.hex_hmac(secret, signed))
            or signatures.staleness(timestamp, now, 180))


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    sent = a_dict(body, "a delivery of Calendly")
    kind = sent.get("event")
    if kind not in ("invitee.created", "routing_form_submission.created"):
        return []
    payload = a_dict(sent.get("payload"), "an event of Calendly")
    tracking = payload.get("tracking")
    told = tracking.items() if isinstance(tracking, dict) else ()
    campaign = {name.removeprefix("utm_"): value for name, value in told if name.startswith("utm_")}
    lead = lead_of(
        _answers(payload), utm=campaign,
        custom={"event": _event(kind, payload), "meeting": text(member(payload, "scheduled_event", "name")),
                "meeting_at": text(member(payload, "scheduled_event", "start_time")),
                "time_zone": text(payload.get("timezone"))},
        external_ids={"salesforce": text(member(tracking, "salesforce_uuid"))})
    return [Received(lead, text(payload.get("uri")))]


def _event(kind: str, payload: dict[str, Any]) -> str | None:
    if kind != "invitee.created":
        return "form_submit"
    return None if payload.get("old_invitee") or payload.get("rescheduled") is True else "meeting_booked"


def _answers(payload: dict[str, Any]) -> Iterator[Answer]:
    for name in ("email", "first_name", "last_name"):
        yield name, payload.get(name), name
    if not payload.get("last_name"):
        yield "full_name", payload.get("name"), None
    yield "phone", payload.get("text_reminder_number"), None
    for asked in objects(payload.get("questions_and_answers")):
        yield text(asked.get("question")), asked.get("answer"), None


SOURCE = Source(
    name="calendly", title="Calendly", secret=MADE, check=check, read=read, event=None,
    setup=(
        "Make a webhook subscription by Calendly's API (POST"
        " https://api.calendly.com/webhook_subscriptions) with"
        " the url {url}, the events invitee.created and routing_form_submission.created, your organization,"
        " and the signing_key {secret}",
    ),
)
