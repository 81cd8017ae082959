"""People Data Labs (v5): person/enrich and company/enrich.

A person stands in `data`, a company flat in the answer. Misses (404) are free. Free plans answer
contact fields as booleans: they are left out. 402: credits used up; 429: throttled, with no
Retry-After. Source: People Data Labs' API reference, v5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.enrichment import reading
from sidecar.enrichment.model import Answer, Auth, Facts, Operation, Provider, Statement, get_request
from sidecar.terms.states import COMPANY_SIZES, DEPARTMENTS, REVENUE_RANGES, SENIORITIES

_PAUSE_SECONDS = 60.0


def _person_lookup(facts: Facts) -> dict[str, str] | None:
    contact = facts["contact"]
    if contact.get("email_canonical") and contact.get("email_type") not in ("disposable", "role"):
        return {"email": contact["email_canonical"]}
    return {"profile": contact["linkedin_url"]} if contact.get("linkedin_url") else None


def _company_lookup(facts: Facts) -> dict[str, str] | None:
    organization = facts["organization"]
    if organization.get("domain"):
        return {"website": organization["domain"]}
    return {"name": organization["name"]} if organization.get("name") else None


def _read_person(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    answer = reading.json_object(body)
    if status != 200:
        return _refusal(status)
    data = reading.at(answer, "data")
    if not isinstance(data, dict):
        return Answer("error", detail="no data in the answer")
    levels = data.get("job_title_levels")
    level = next((item for item in levels if item in SENIORITIES), None) if isinstance(
        levels, list) else None
    phones = data.get("phone_numbers")
    return _found(headers, reading.statements(_confidence(answer), {
        "first_name": _cased(data.get("first_name")),
        "last_name": _cased(data.get("last_name")),
        "full_name": _cased(data.get("full_name")),
        **reading.person(data.get("job_title"), level,
                         reading.band(data.get("job_title_role"), DEPARTMENTS)),
        "linkedin_url": reading.linkedin(data.get("linkedin_url")),
        "phone": reading.phone(data.get("mobile_phone")) or reading.phone(
            phones[0] if isinstance(phones, list) and phones else None),
        "country": reading.country(data.get("location_country")),
        "region": _cased(data.get("location_region")),
        "city": _cased(data.get("location_locality")),
    }), _about_person(data))


def _about_person(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "email": [data.get("work_email"), *reading.listed(data.get("emails"), "address"),
                  *reading.listed(data.get("personal_emails"))],
        "company_name": data.get("job_company_name"), "company_domain": data.get("job_company_website"),
        "former_employers": [*reading.listed(data.get("experience"), "company", "name"),
                             *reading.listed(data.get("experience"), "company", "website")],
        "other_names": reading.listed(data.get("name_aliases")),
        "record_id": reading.record_id("peopledatalabs", data.get("id")),
    }


def _read_company(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    data = reading.json_object(body)
    if status != 200:
        return _refusal(status)
    if data is None:
        return Answer("error", detail="the answer is not JSON")
    return _found(headers, reading.statements(_confidence(data), {
        "name": reading.text(data.get("display_name")) or _cased(data.get("name")),
        "industry": reading.industry(data.get("industry")),
        **reading.size(data.get("employee_count"),
                       reading.band(data.get("size"), COMPANY_SIZES)),
        "revenue_range": reading.band(data.get("inferred_revenue"), REVENUE_RANGES),
        "country": reading.country(reading.at(data, "location", "country")),
        "region": _cased(reading.at(data, "location", "region")),
        "city": _cased(reading.at(data, "location", "locality")),
        "founded_year": reading.whole(data.get("founded")),
        "linkedin_url": reading.linkedin(data.get("linkedin_url")),
        "description": reading.text(data.get("summary")),
    }), {
        "company_domain": data.get("website"), "domain_aliases": data.get("alternative_domains"),
        "company_other_names": data.get("alternative_names"),
        "record_id": reading.record_id("peopledatalabs", data.get("id")),
    })


def _found(
    headers: Mapping[str, Any], statements: dict[str, Statement], about: dict[str, Any]
) -> Answer:
    spent = next((v for k, v in headers.items() if k.lower() == "x-call-credits-spent"), None)
    try:
        credits = float(spent) if spent is not None else 1.0
    except (TypeError, ValueError):
        credits = 1.0
    return Answer("found" if statements else "not_found", statements, credits, about=about)


def _confidence(answer: Any) -> float:
    """Their likelihood, 1 to 10, as 0.1 to 0.95."""
    likelihood = reading.whole(reading.at(answer, "likelihood"))
    return min(0.95, max(0.1, (likelihood or 6) / 10))


def _cased(value: Any) -> str | None:
    """Their names come in lower case unless asked otherwise."""
    told = reading.text(value)
    return told.title() if told and told.islower() else told


def _refusal(status: int) -> Answer:
    if status == 404:
        return Answer("not_found")
    if status == 402:
        return Answer("quota", detail="the credits are used up")
    if status in (401, 403):
        return Answer("auth", detail="the key was refused")
    if status == 429:
        return Answer("throttled", retry_after_s=_PAUSE_SECONDS)
    if status in (400, 422):
        return Answer("invalid", detail="the request was refused")
    return Answer("error", detail=f"status {status}")


PROVIDER = Provider(
    name="peopledatalabs",
    title="People Data Labs",
    key_setting="PEOPLEDATALABS_API_KEY",
    base_url="https://api.peopledatalabs.com/v5",
    hosts=("api.peopledatalabs.com",),
    auth=Auth("header", "X-Api-Key"),
    pace_per_second=1.6,  # free plans: 100 a minute
    operations=(
        Operation(
            name="company", subject="organization",
            provides=frozenset({
                "name", "industry", "employee_count", "company_size", "revenue_range", "country",
                "region", "city", "founded_year", "linkedin_url", "description"}),
            credits=1.0, hit_rate=0.45, lookup=_company_lookup, request=get_request("/company/enrich"),
            read=_read_company,
        ),
        Operation(
            name="person", subject="contact",
            provides=frozenset({
                "first_name", "last_name", "full_name", "job_title", "seniority", "department",
                "linkedin_url", "phone", "country", "region", "city"}),
            credits=1.0, hit_rate=0.7, lookup=_person_lookup, request=get_request("/person/enrich"),
            read=_read_person,
        ),
    ),
)
