"""Segment and RudderStack: identify calls (twilio.com/docs/segment: webhooks destination, spec).

Signature: `X-Signature`, the hexadecimal HMAC-SHA1 of the body by the shared secret; RudderStack signs
nothing and takes headers of one's own: `Authorization: Bearer` with the secret is as good. No call but
identify is a lead; what visitors do belongs to POST /v1/events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, items, lead_of, member, objects, text
from sidecar.sources.model import MADE, Received, Source

_NAMES = {"name": "full_name", "title": "job_title"}
_COMPANY = {"name": "company_name", "domain": "company_domain", "website": "company_domain",
            "industry": "industry", "employee_count": "employee_count", "employees": "employee_count"}
_ADDRESS = {"city": "city", "state": "region", "country": "country"}
_CAMPAIGN = {"name": "campaign", "source": "source", "medium": "medium", "term": "term", "content": "content"}


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    if token := signatures.bearer(headers):
        return None if signatures.same(token, secret) else signatures.WRONG
    return signatures.verdict(headers.get("x-signature"), signatures.hex_hmac(secret, body, "sha1"))


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    """One call, or several as a list or `batch`."""
    calls = objects(body) if isinstance(body, list) else objects(items(member(body, "batch"))) or [body]
    return [_received(call) for call in calls if member(call, "type") == "identify"]


def _received(call: dict[str, Any]) -> Received:
    campaign = member(call, "context", "campaign")
    lead = lead_of(
        _answers(call),
        utm={ours: text(member(campaign, theirs)) for theirs, ours in _CAMPAIGN.items()},
        custom={"page_url": text(member(call, "context", "page", "url"))},
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
    name="segment", title="Segment and RudderStack", secret=MADE, check=check, read=read, event=None,
    setup=(
        "In Segment add the destination “Webhooks (Actions)” with the URL {url}, map identify calls to"
        " it, and enter"
        " the shared secret {secret} (RudderStack: the header Authorization with Bearer {secret}).",
    ),
)
