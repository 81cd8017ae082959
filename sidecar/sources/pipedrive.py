"""Pipedrive: persons that are added or changed (pipedrive.readme.io/docs/guide-for-webhooks-v2, and
version 1).

There is no signature: a webhook is made with a user and password (HTTP Basic authentication). A delivery
tells no time that proves anything; a replay is known by its id. A lead (LeadInbox) names its person by number
alone: that person is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, a_dict, lead_of, member, objects, text
from sidecar.sources.model import MADE, Api, Fetch, Page, Received, Source

_PERSONS = "https://api.pipedrive.com/api/v2/persons"


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    given = signatures.basic_password(headers)
    if given is None:
        return "The delivery has no password (HTTP Basic authentication)."
    return None if signatures.same(given, secret) else "The password is not valid."


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    sent = a_dict(body, "a delivery of Pipedrive")
    meta = sent.get("meta")
    person = sent.get("data") or sent.get("current")
    kind = text(member(meta, "entity")) or text(member(meta, "object"))
    if kind != "person" or not isinstance(person, dict):  # deleted: there is nobody any more
        return []
    event_id = text(member(meta, "id")) if "data" in sent else ""
    version = f"person {text(person.get('id'))} {text(person.get('update_time'))}"
    return [_received(person, event_id or version)]


def _received(person: dict[str, Any], event_id: str) -> Received:
    lead = lead_of(
        _answers(person),
        custom={"pipedrive_owner": text(person.get("owner_id"))},
        external_ids={"pipedrive": text(person.get("id"))},
        # "archived" and "no_consent" say nothing about what the person wants.
        refused={"marketing_email": True if person.get("marketing_status") == "unsubscribed" else None})
    return Received(lead, event_id)


def _answers(person: dict[str, Any]) -> Iterator[Answer]:
    yield "first_name", person.get("first_name"), None
    yield "last_name", person.get("last_name"), None
    if not person.get("last_name"):
        yield "full_name", person.get("name"), None
    for field, names in (("email", ("emails", "email")), ("phone", ("phones", "phone"))):
        values = next((objects(person[name]) for name in names if isinstance(person.get(name), list)), [])
        for entry in sorted(values, key=lambda entry: entry.get("primary") is not True):
            yield field, entry.get("value"), None
    yield "job_title", person.get("job_title"), None
    yield "company_name", member(person, "org_id", "name") or person.get("org_name"), None


def _announced(body: Any) -> list[Fetch]:
    """The person of a lead that was added."""
    if member(body, "meta", "entity") != "lead" or member(body, "meta", "action") != "create":
        return []
    person = text(member(body, "data", "person_id"))
    return [Fetch(f"person {person}", f"{_PERSONS}/{person}")] if re.fullmatch("[0-9]+", person) else []


def _page(name: str, body: Any) -> Page:
    person = a_dict(a_dict(body, "an answer of Pipedrive").get("data"), "a person of Pipedrive")
    return Page([_received(person, name)])


SOURCE = Source(
    name="pipedrive", title="Pipedrive", secret=MADE, check=check, read=read, event=None,
    setup=(
        "In Pipedrive open Settings → Tools and apps → Webhooks → Create: event *.person (and"
        " create.lead), endpoint"
        " {url}, HTTP Auth user “leads”, password {secret}",
    ),
    api=Api(hosts=("api.pipedrive.com",), header="x-api-token", prefix="", read=_page, announced=_announced,
            key_title="API token"),
)
