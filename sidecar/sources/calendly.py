"""Calendly (developer.calendly.com: webhook signatures, webhook payload, list events, list event invitees).

Signature: `Calendly-Webhook-Signature: t=…,v1=…`, v1 the hexadecimal HMAC-SHA256 of `t.body`, at most three
minutes old, as Calendly's own example has it. A reschedule fires a cancellation and a new invitee: the person
is read again, but did not book a second meeting. A cancellation is no lead.

Its lists know when meetings begin, not when they were booked: of those that begin after an outage the
invitees are asked for if the meeting was made or changed since. A list of invitees does not name the meeting,
and routing forms are not asked for: their submissions hold answers of one form each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, a_dict, lead_of, member, objects, text
from sidecar.sources.model import MADE, Api, Fetch, Page, Received, Source

_API = "https://api.calendly.com"
_EVENT = re.compile(r"https://api\.calendly\.com/scheduled_events/([A-Za-z0-9-]+)")


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
    return [_received(kind, payload, text(payload.get("created_at")) or text(sent.get("created_at")))]


def _received(kind: str, payload: dict[str, Any], submitted_at: str) -> Received:
    tracking = payload.get("tracking")
    told = tracking.items() if isinstance(tracking, dict) else ()
    campaign = {name.removeprefix("utm_"): value for name, value in told if name.startswith("utm_")}
    lead = lead_of(
        _answers(payload), utm=campaign,
        custom={"event": _event(kind, payload), "meeting": text(member(payload, "scheduled_event", "name")),
                "meeting_at": text(member(payload, "scheduled_event", "start_time")),
                "time_zone": text(payload.get("timezone")), "submitted_at": submitted_at},
        external_ids={"salesforce": text(member(tracking, "salesforce_uuid"))})
    return Received(lead, text(payload.get("uri")))


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


def _missed(organization: str, since: datetime) -> Fetch:
    return _meetings(organization, since.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _meetings(organization: str, since: str, token: str = "") -> Fetch:
    return Fetch(f"organization {organization} {since}", f"{_API}/scheduled_events", {
        "organization": f"{_API}/organizations/{organization}", "min_start_time": since, "status": "active",
        "count": "100"} | ({"page_token": token} if token else {}))


def _invitees(meeting: str, since: str, token: str = "") -> Fetch:
    return Fetch(f"meeting {meeting} {since}", f"{_API}/scheduled_events/{meeting}/invitees", {
        "status": "active", "sort": "created_at:desc", "count": "100"} | (
        {"page_token": token} if token else {}))


def _page(name: str, body: Any) -> Page:
    """A page of meetings, followed by the invitees of those that were booked since, or one of invitees."""
    what, of, since = name.split(" ")
    found = objects(a_dict(body, "a list of Calendly")["collection"])
    token = text(member(body, "pagination", "next_page_token"))
    if what == "organization":
        booked = [found_id[1] for meeting in found
                  if max(text(meeting.get("created_at")), text(meeting.get("updated_at"))) >= since[:-1]
                  and (found_id := _EVENT.fullmatch(text(meeting.get("uri"))))]
        return Page([], [*(_invitees(meeting, since) for meeting in booked),
                         *([_meetings(of, since, token)] if token else [])])
    new = [one for one in found if text(one.get("created_at")) >= since[:-1]]
    return Page(
        [_received("invitee.created", one, text(one.get("created_at"))) for one in new],
        [_invitees(of, since, token)] if token and len(new) == len(found) else [])


SOURCE = Source(
    name="calendly", title="Calendly", secret=MADE, check=check, read=read, event=None,
    setup=(
        "Make a webhook subscription by Calendly's API (POST"
        " https://api.calendly.com/webhook_subscriptions) with"
        " the url {url}, the events invitee.created and routing_form_submission.created, your organization,"
        " and the signing_key {secret}",
    ),
    api=Api(hosts=("api.calendly.com",), header="Authorization", prefix="Bearer ", read=_page, missed=_missed,
            key_title="Personal access token", of_title="organization id, the end of its URI"),
)
