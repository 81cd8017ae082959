"""Segment and RudderStack: identify, track, page and screen calls (twilio.com/docs/segment: webhooks
destination, spec).

Signature: `X-Signature`, the hexadecimal HMAC-SHA1 of the body by the shared secret; RudderStack signs
nothing and takes headers of one's own: `Authorization: Bearer` with the secret is as good. Whoever identifies
by something to be reached by is a lead; all else is what a person or device did. The address stands in
traits, context.traits or properties; `userId` is what the site calls the person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.records.text import words
from sidecar.sources import signatures
from sidecar.sources.answers import Answer, items, lead_of, looks_like_an_address, member, objects, text
from sidecar.sources.deeds import Told, deed, moment, viewed
from sidecar.sources.model import MADE, Received, Source
from sidecar.terms.states import IDENTIFY

_NAMES = {"name": "full_name", "title": "job_title"}
_COMPANY = {"name": "company_name", "domain": "company_domain", "website": "company_domain",
            "industry": "industry", "employee_count": "employee_count", "employees": "employee_count"}
_ADDRESS = {"city": "city", "state": "region", "country": "country"}
_CAMPAIGN = {"name": "campaign", "source": "source", "medium": "medium", "term": "term", "content": "content"}

# By what somebody can be reached, whom a list of leads should hold.
_REACHED = ("email", "phone", "linkedin_url")
# The first line of which one set of words stands in a track call's name tells what was done. The names of
# mails are those of Segment's spec for e-mail events.
_EVENTS: tuple[tuple[str, tuple[frozenset[str], ...]], ...] = tuple(
    (type_, tuple(frozenset(part.split()) for part in parts)) for type_, parts in (
        ("unsubscribe", ("unsubscribed", "unsubscribe", "marked spam")),
        ("bounce", ("email bounced",)),
        ("email_click", ("email clicked", "email link clicked")),
        ("email_open", ("email opened", "email open")),
        ("email_reply", ("email replied", "email reply")),
        ("demo_request", ("demo requested", "demo request", "demo booked", "trial started", "trial")),
        ("meeting_booked", ("meeting booked", "meeting scheduled", "call booked")),
        ("webinar", ("webinar",)),
        ("content_download", ("downloaded", "download")),
        ("contact_request", ("contact sales", "contact requested", "quote requested", "contact form")),
        ("form_submit", ("form submitted", "form submit", "signed up", "sign up", "signup")),
        ("pricing_view", ("pricing viewed", "pricing")),
        ("page_view", ("page viewed", "page view", "viewed page")),
    ))


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    if token := signatures.bearer(headers):
        return None if signatures.same(token, secret) else signatures.WRONG
    return signatures.verdict(headers.get("x-signature"), signatures.hex_hmac(secret, body, "sha1"))


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    """One call, or several as a list or `batch`."""
    return [_received(call) for call in _calls(body) if _is_lead(call)]


def events(body: Any) -> list[Told | None] | None:
    """What the calls tell that are no leads."""
    return [_deed(call) for call in _calls(body) if not _is_lead(call)]


def _calls(body: Any) -> list[dict[str, Any]]:
    return objects(body) if isinstance(body, list) else objects(items(member(body, "batch"))) or (
        [body] if isinstance(body, dict) else [])


def _is_lead(call: dict[str, Any]) -> bool:
    return member(call, "type") == "identify" and any(
        name in _REACHED and value for name, value, _ in _answers(call))


def _deed(call: dict[str, Any]) -> Told | None:
    places = (("traits",), ("context", "traits"), ("properties",))
    email = next((found for place in places if (found := text(member(call, *place, "email")))), None)
    user, url = text(call.get("userId")), text(member(call, "context", "page", "url")) or text(
        member(call, "properties", "url"))
    campaign = member(call, "context", "campaign")
    return deed(
        _type(call, url), email=email or (user if looks_like_an_address(user) else None),
        external_id=f"segment:{user}" if user else None, anonymous_id=text(call.get("anonymousId")),
        event_id=call.get("messageId"),
        at=moment(call.get("timestamp") or call.get("originalTimestamp"), datetime.fromisoformat),
        url=url, user_agent=member(call, "context", "userAgent"), ip=member(call, "context", "ip"),
        **{f"utm_{ours}": text(member(campaign, theirs)) for theirs, ours in _CAMPAIGN.items()})


def _type(call: dict[str, Any], url: str) -> str | None:
    """Of a track call by its name, as Segment's spec and sites write them; None: no deed that we know."""
    kind = call.get("type")
    if kind == "identify":
        return IDENTIFY
    if kind in ("page", "screen"):
        return viewed(f"{text(call.get('name'))} {url}")
    said = set(words(text(call.get("event")).replace("_", " "))) if kind == "track" else set()
    return next((type_ for type_, parts in _EVENTS if said and any(part <= said for part in parts)), None)


def _received(call: dict[str, Any]) -> Received:
    campaign = member(call, "context", "campaign")
    lead = lead_of(
        _answers(call),
        utm={ours: text(member(campaign, theirs)) for theirs, ours in _CAMPAIGN.items()},
        custom={"page_url": text(member(call, "context", "page", "url")),
                "anonymous_id": text(call.get("anonymousId"))},
        external_ids={"segment": text(call.get("userId"))})
    return Received(lead, text(call.get("messageId")))


def _answers(call: dict[str, Any]) -> Iterator[Answer]:
    traits = {**(member(call, "context", "traits") or {}), **(call.get("traits") or {})}
    for name, value in traits.items():
        if name == "company" and isinstance(value, dict):
            yield from ((_COMPANY[part], said, None) for part, said in value.items() if part in _COMPANY)
        elif name == "address" and isinstance(value, dict):
            yield from ((_ADDRESS[part], said, None) for part, said in value.items() if part in _ADDRESS)
        elif name not in ("id", "avatar", "createdAt"):
            yield _NAMES.get(name, name), value, None
    if not traits.get("email"):
        yield "email", member(call, "properties", "email"), None


SOURCE = Source(
    name="segment", title="Segment and RudderStack", secret=MADE, check=check, read=read, events=events,
    event=None,
    setup=(
        "In Segment add the destination “Webhooks (Actions)” with the URL {url}, map identify,"
        " track and page calls to it, and enter"
        " the shared secret {secret} (RudderStack: the header Authorization with Bearer {secret}).",
    ),
)
