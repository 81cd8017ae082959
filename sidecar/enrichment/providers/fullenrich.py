"""FullEnrich (v2): telephone numbers and addresses of people, asked of some twenty vendors one by one.

What is asked for is begun by a POST, which answers an id, and fetched by it: 400
`error.enrichment.in_progress` until it is done (30 to 90 seconds each); then it is sent to `webhook_url`,
too. Only what is found is billed: 1 credit an address, 10 a telephone number. 402, or CREDITS_INSUFFICIENT
with nothing found: the quota is gone. Source: docs.fullenrich.com, v2, and captures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from sidecar.enrichment import reading
from sidecar.enrichment.model import Answer, Auth, Inputs, Operation, Provider, Request, get_request

_PATH = "/contact/enrich/bulk"
_TICKET = re.compile(r"[\w-]{1,100}", re.ASCII)
_RUNNING = ("CREATED", "IN_PROGRESS", "UNKNOWN", "")
# Their classes as ours; one that they call INVALID is nobody's address.
_STATUSES = {"DELIVERABLE": "valid", "HIGH_PROBABILITY": "catch_all_likely",
             "PROBABLY_VALID": "catch_all_likely", "CATCH_ALL": "catch_all"}
_PERSON = Inputs(
    {"first_name": "first_name", "last_name": "last_name", "domain": "company_domain",
     "linkedin_url": "linkedin_url"},
    {"linkedin_url": "linkedin_url"},
    {"first_name": "first_name", "last_name": "last_name", "domain": "company_domain"},
    {"first_name": "first_name", "last_name": "last_name", "company_name": "company_name"})


def _request(what: str, params: Mapping[str, str], base_url: str) -> Request:
    if ticket := params.get("ticket"):
        return get_request(f"{_PATH}/{ticket}")({}, base_url)
    params = dict(params)
    address = params.pop("callback", None)
    # Their page lists what was begun by name; no person's belongs there.
    return get_request(_PATH)({}, base_url) | {
        "method": "POST", "body": {
            "name": "lead", **({"webhook_url": address} if address else {}),
            "data": [{**params, "enrich_fields": [what]}]}}


def _called_back(body: str) -> tuple[int, str] | None:
    """What is fetched, sent when it is done."""
    answer = reading.json_object(body)
    return (200, body) if answer and "data" in answer else None


def _read(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    answer = reading.json_object(body)
    code = reading.text(reading.at(answer, "code")) or reading.text(reading.at(answer, "error")) or ""
    if status == 400 and code.endswith("in_progress"):
        return Answer("pending", retry_after_s=60.0)
    if status in (402, 403) and not reading.at(answer, "data"):
        return Answer("quota", detail="the credits are used up") if status == 402 or "credit" in code else (
            Answer("auth", detail="the key was refused"))
    if status == 404:
        return Answer("not_found", detail="what was begun is not known any more")
    if status == 429:
        return reading.throttled(headers)
    if status not in (200, 201, 202, 402):
        return reading.failure(status)
    if answer is None:
        return Answer("error", detail="the answer is not JSON")
    ticket = answer.get("enrichment_id")
    if isinstance(ticket, str) and _TICKET.fullmatch(ticket):
        return Answer("pending", retry_after_s=60.0, ticket=ticket)
    state = reading.text(answer.get("status")) or ""
    people = reading.items(answer.get("data"))
    if state in _RUNNING and not people:
        return Answer("pending", retry_after_s=60.0) if state else Answer("error")
    return _found(answer, people[0] if people else None)


def _found(answer: Mapping[str, Any], record: Any) -> Answer:
    contact, profile = reading.at(record, "contact_info"), reading.at(record, "profile")
    job = reading.at(profile, "employment", "current")
    mail = reading.at(contact, "most_probable_work_email")
    told = reading.at(mail, "status")
    address = reading.text(reading.at(mail, "email"))
    values = {
        **reading.email(address, _STATUSES.get(told) if isinstance(told, str) else None),
        **reading.phone(reading.at(contact, "most_probable_phone", "number")),
        **reading.person(reading.at(job, "title")),
        "linkedin_url": reading.linkedin(
            reading.at(profile, "social_profiles", "professional_network", "url")),
        "city": reading.text(reading.at(profile, "location", "city")),
        "country": reading.country(reading.at(profile, "location", "country_code")),
    }
    credits = reading.credits(reading.at(answer, "cost", "credits")) or 0.0
    return reading.found(reading.statements(0.8, values), credits, about=reading.about(
        email=address, full_name=reading.text(reading.at(profile, "full_name")),
        company_name=reading.text(reading.at(job, "company", "name")),
        company_domain=reading.domain(reading.at(job, "company", "domain")),
        country=reading.country(reading.at(profile, "location", "country_code"))))


_PROFILE = frozenset({"job_title", "seniority", "department", "linkedin_url", "city", "country"})

PROVIDER = Provider(
    name="fullenrich",
    title="FullEnrich",
    key_setting="FULLENRICH_API_KEY",
    base_url="https://app.fullenrich.com/api/v2",
    hosts=("app.fullenrich.com",),
    auth=Auth("header", "Authorization", "Bearer "),
    pace_per_second=1.0,  # 60 a minute
    prices="Credits: docs.fullenrich.com/credit, 10 a telephone number, 1 an address, none for a miss;"
           " 29 USD for 500 credits (?); 2026-11.",
    operations=(
        Operation(
            name="phone", subject="contact", needs=_PERSON.needs, lookup=_PERSON, polled=True,
            callback=_called_back,
            provides=_PROFILE | {"phone"}, sought=frozenset({"phone"}),
            price_found=0.58, credits=10.0, hit_rate=0.5,
            request=partial(_request, "contact.phones"), read=_read, timeout_s=20,
        ),
        Operation(
            name="email", subject="contact", needs=_PERSON.needs, lookup=_PERSON, polled=True,
            callback=_called_back,
            provides=_PROFILE | {"email", "email_status"}, sought=frozenset({"email", "email_status"}),
            price_found=0.058, hit_rate=0.6,
            request=partial(_request, "contact.work_emails"), read=_read, timeout_s=20,
        ),
    ),
)
