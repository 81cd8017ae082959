"""Apollo (v1): people/match and organizations/enrich.

Nobody found is 200 with `person: null` (?). The answer also has `contact`, a row of one's own CRM, which may
be somebody else: identity comes from `person` alone. An address counts only as verified; a locked one is
`email_not_unlocked@domain.com`. 401 is text/plain; 403 API_INACCESSIBLE: the plan has no API. 429 says in
words which window is full, with Retry-After; a window without limit is an empty header. `request_id` is a
signed 64-bit number and is not used. Misses are free. Telephone numbers come by a webhook alone and are not
asked for. Source: Apollo's published OpenAPI and reference, v1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.enrichment import reading
from sidecar.enrichment.model import Answer, Auth, Inputs, Operation, Provider, Request, get_request
from sidecar.terms.states import DEPARTMENTS

_CONFIDENCE = 0.8
_LOCKED = "email_not_unlocked@"
_WINDOWS = (("day", 86_400.0), ("24", 86_400.0), ("hour", 3600.0))  # by a word of the refusal, in seconds
# Their levels in our vocabulary; where they have none of ours the title decides.
_LEVELS = {
    "owner": "owner", "founder": "owner", "c_suite": "cxo", "partner": "partner", "vp": "vp",
    "head": "director", "director": "director", "manager": "manager", "senior": "senior", "entry": "entry",
    "intern": "training"}
_PERSON = Inputs(
    {"email": "email"}, {"linkedin_url": "linkedin_url"},
    {"first_name": "first_name", "last_name": "last_name", "domain": "company_domain"},
    {"first_name": "first_name", "last_name": "last_name", "organization_name": "company_name"})
_COMPANY = Inputs({"domain": "company_domain"})


def _match(params: Mapping[str, str], base_url: str) -> Request:
    return get_request("/people/match")(params, base_url) | {"method": "POST"}


def _read_person(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    answer = reading.json_object(body)
    if status != 200:
        return _refusal(status, headers, body)
    if answer is None:
        return Answer("error", detail="the answer is not JSON")
    data = answer.get("person")
    if not isinstance(data, dict):
        return Answer("not_found")
    address = reading.text(data.get("email"))
    verified = data.get("email_status") == "verified" and not (address or "").startswith(_LOCKED)
    level = data.get("seniority")
    departments = [item for item in reading.items(data.get("departments")) if isinstance(item, str)]
    role = next((item for item in departments if item in DEPARTMENTS), None)
    name = reading.text(data.get("name")) or " ".join(filter(None, (
        reading.text(data.get("first_name")), reading.text(data.get("last_name"))))) or None
    employer = data.get("organization")
    return reading.found(reading.statements(_CONFIDENCE, {
        "first_name": reading.text(data.get("first_name")),
        "last_name": reading.text(data.get("last_name")),
        "full_name": name,
        **reading.person(data.get("title"), _LEVELS.get(level) if isinstance(level, str) else None, role),
        "linkedin_url": reading.linkedin(data.get("linkedin_url")),
        **reading.email(address, "valid" if verified else None),
        "country": reading.country(data.get("country")),
        "region": reading.text(data.get("state")),
        "city": reading.text(data.get("city")),
    }), about=reading.about(
        email=address if verified else None, full_name=name,
        company_name=reading.text(reading.at(employer, "name")),
        company_domain=reading.domain(reading.at(employer, "primary_domain")),
        former_employers=[
            firm for job in reading.items(data.get("employment_history"))
            if reading.at(job, "current") is False and (
                firm := reading.text(reading.at(job, "organization_name")))],
        country=reading.country(data.get("country")), record_id=reading.record_id("apollo", data.get("id"))))


def _read_company(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    answer = reading.json_object(body)
    if status != 200:
        return _refusal(status, headers, body)
    if answer is None:
        return Answer("error", detail="the answer is not JSON")
    data = answer.get("organization")
    if not isinstance(data, dict):
        return Answer("not_found")
    name, country = reading.text(data.get("name")), reading.country(data.get("country"))
    return reading.found(reading.statements(_CONFIDENCE, {
        "name": name,
        "industry": reading.industry(data.get("industry")),
        **reading.size(data.get("estimated_num_employees")),
        **reading.revenue(data.get("annual_revenue")),
        "country": country,
        "region": reading.text(data.get("state")),
        "city": reading.text(data.get("city")),
        "founded_year": reading.year(data.get("founded_year")),
        "description": reading.text(data.get("short_description")),
        "linkedin_url": reading.linkedin(data.get("linkedin_url"), "company"),
        "technologies": reading.listed(data.get("technology_names"))[:50] or None,
    }), about=reading.about(
        company_name=name, company_country=country,
        company_domain=reading.domain(data.get("primary_domain")) or reading.domain(data.get("website_url")),
        record_id=reading.record_id("apollo", data.get("id"))))


def _refusal(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    answer = reading.json_object(body)
    said = f"{reading.at(answer, 'error')} {reading.at(answer, 'message')}".lower()
    if "credit" in said and status in (402, 403, 422, 429):
        return Answer("quota", detail="the credits are used up")
    if status == 404:
        return Answer("not_found")
    if status == 403:
        return Answer("auth", detail="this plan may not use it")
    if status == 429:
        return reading.throttled(headers, next(
            (seconds for word, seconds in _WINDOWS if word in said), reading.PAUSE_SECONDS))
    return reading.failure(status)


PROVIDER = Provider(
    name="apollo",
    title="Apollo",
    key_setting="APOLLO_API_KEY",
    base_url="https://api.apollo.io/api/v1",
    hosts=("api.apollo.io",),
    auth=Auth("header", "x-api-key"),
    pace_per_second=0.8,  # 50 a minute, 600 an hour on small plans
    prices="Credits: docs.apollo.io/docs/api-pricing, 1 for a person or company found, none for a miss;"
           " 0.025 USD a credit (?); 2026-11.",
    operations=(
        Operation(
            name="company", subject="organization", needs=_COMPANY.needs, lookup=_COMPANY,
            provides=frozenset({
                "company_name", "industry", "employee_count", "company_size", "annual_revenue",
                "revenue_range", "country", "region", "city", "founded_year", "description", "linkedin_url",
                "technologies"}),
            price_found=0.025, hit_rate=0.6, confidence=_CONFIDENCE,
            request=get_request("/organizations/enrich"), read=_read_company,
        ),
        Operation(
            name="person", subject="contact", needs=_PERSON.needs, lookup=_PERSON,
            provides=frozenset({
                "first_name", "last_name", "full_name", "job_title", "seniority", "department",
                "linkedin_url", "email", "email_status", "country", "region", "city"}),
            price_found=0.025, hit_rate=0.6, confidence=_CONFIDENCE, request=_match, read=_read_person,
        ),
    ),
)
