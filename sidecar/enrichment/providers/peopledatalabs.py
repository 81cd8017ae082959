"""People Data Labs (v5): person/enrich and company/enrich.

A person stands in `data`, a company flat in the answer. Misses (404) are free. Free plans answer
contact fields as booleans: they are left out; so is an e-mail, which nobody verified. 402: credits used up;
429: throttled, with no Retry-After but with `x-ratelimit-reset`, an ISO time in UTC. Its other
`x-ratelimit-*` headers are objects in single quotes. Source: People Data Labs' API reference and SDKs, v5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.enrichment import reading
from sidecar.enrichment.model import Answer, Auth, Inputs, Operation, Provider, Statement, get_request
from sidecar.terms.states import COMPANY_SIZES, DEPARTMENTS, REVENUE_RANGES, SENIORITIES

_PERSON = Inputs(
    {"email": "email"}, {"profile": "linkedin_url"},
    {"first_name": "first_name", "last_name": "last_name", "company": "company_domain"},
    {"first_name": "first_name", "last_name": "last_name", "company": "company_name"})
_COMPANY = Inputs({"website": "company_domain"}, {"name": "company_name"})


def _read_person(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    answer = reading.json_object(body)
    if status != 200:
        return _refusal(status, headers)
    data = reading.at(answer, "data")
    if not isinstance(data, dict):
        return Answer("error", detail="no data in the answer")
    levels = reading.items(data.get("job_title_levels"))
    level = next((item for item in levels if isinstance(item, str) and item in SENIORITIES), None)
    phones = reading.items(data.get("phone_numbers"))
    return _found(headers, reading.statements(_confidence(answer), {
        "first_name": reading.cased(data.get("first_name")),
        "last_name": reading.cased(data.get("last_name")),
        "full_name": reading.cased(data.get("full_name")),
        **reading.person(data.get("job_title"), level,
                         reading.band(data.get("job_title_role"), DEPARTMENTS)),
        "linkedin_url": reading.linkedin(data.get("linkedin_url")),
        **(reading.phone(data.get("mobile_phone")) or reading.phone(phones[0] if phones else None)),
        "country": reading.country(data.get("location_country")),
        "region": reading.cased(data.get("location_region")),
        "city": reading.cased(data.get("location_locality")),
    }), reading.about(
        email=reading.listed([
            data.get("work_email"), *reading.listed(data.get("emails"), "address"),
            *reading.listed(data.get("personal_emails"))]),
        full_name=reading.cased(data.get("full_name")),
        other_names=reading.listed(data.get("name_aliases")),
        company_name=reading.cased(data.get("job_company_name")),
        company_domain=reading.domain(data.get("job_company_website")),
        former_employers=[*reading.listed(data.get("experience"), "company", "name"),
                          *reading.listed(data.get("experience"), "company", "website")],
        country=reading.country(data.get("location_country")),
        record_id=reading.record_id("peopledatalabs", data.get("id"))))


def _read_company(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    data = reading.json_object(body)
    if status != 200:
        return _refusal(status, headers)
    if data is None:
        return Answer("error", detail="the answer is not JSON")
    name = reading.text(data.get("display_name")) or reading.cased(data.get("name"))
    country = reading.country(reading.at(data, "location", "country"))
    return _found(headers, reading.statements(_confidence(data), {
        "name": name,
        "industry": reading.industry(data.get("industry")),
        **reading.size(data.get("employee_count"),
                       reading.band(data.get("size"), COMPANY_SIZES)),
        "revenue_range": reading.band(data.get("inferred_revenue"), REVENUE_RANGES),
        "country": country,
        "region": reading.cased(reading.at(data, "location", "region")),
        "city": reading.cased(reading.at(data, "location", "locality")),
        "founded_year": reading.year(data.get("founded")),
        "linkedin_url": reading.linkedin(data.get("linkedin_url"), "company"),
        "description": reading.text(data.get("summary")),
    }), reading.about(
        company_name=name, company_other_names=reading.listed(data.get("alternative_names")),
        company_domain=reading.domain(data.get("website")),
        domain_aliases=reading.listed(data.get("alternative_domains")), company_country=country,
        record_id=reading.record_id("peopledatalabs", data.get("id"))))


def _found(
    headers: Mapping[str, Any], statements: dict[str, Statement], about: dict[str, Any]
) -> Answer:
    spent = reading.credits(reading.header(headers, "x-call-credits-spent"))
    return reading.found(statements, 1.0 if spent is None else spent, about=about)


def _confidence(answer: Any) -> float:
    """Their likelihood, 1 to 10, as 0.1 to 0.95."""
    likelihood = reading.whole(reading.at(answer, "likelihood"))
    return min(0.95, max(0.1, (likelihood or 6) / 10))


def _refusal(status: int, headers: Mapping[str, Any]) -> Answer:
    if status == 404:
        return Answer("not_found")
    if status == 402:
        return Answer("quota", detail="the credits are used up")
    if status == 403:
        return Answer("auth", detail="the key was refused")
    if status == 429:
        if reading.number(reading.header(headers, "x-totallimit-remaining")) == 0:
            return Answer("quota", detail="the credits are used up")
        reset = reading.until(headers, reading.header(headers, "x-ratelimit-reset"))
        return reading.throttled(headers, reset or reading.PAUSE_SECONDS)
    return reading.failure(status)


PROVIDER = Provider(
    name="peopledatalabs",
    title="People Data Labs",
    key_setting="PEOPLEDATALABS_API_KEY",
    base_url="https://api.peopledatalabs.com/v5",
    hosts=("api.peopledatalabs.com",),
    auth=Auth("header", "X-Api-Key"),
    pace_per_second=1.6,  # free plans: 100 a minute
    prices="support.peopledatalabs.com, article 25794271805211, monthly plans, lowest tier: 0.28 USD a"
           " person, 0.10 USD a company (?); 2026-11.",
    operations=(
        Operation(
            name="company", subject="organization", needs=_COMPANY.needs, lookup=_COMPANY,
            provides=frozenset({
                "company_name", "industry", "employee_count", "company_size", "revenue_range", "country",
                "region", "city", "founded_year", "linkedin_url", "description"}),
            price_found=0.10, hit_rate=0.45, request=get_request("/company/enrich"), read=_read_company,
        ),
        Operation(
            name="person", subject="contact", needs=_PERSON.needs, lookup=_PERSON,
            provides=frozenset({
                "first_name", "last_name", "full_name", "job_title", "seniority", "department",
                "linkedin_url", "phone", "country", "region", "city"}),
            price_found=0.28, hit_rate=0.7, request=get_request("/person/enrich"), read=_read_person,
        ),
    ),
)
