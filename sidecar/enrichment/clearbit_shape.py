"""The Clearbit record shape, which Hunter's people, companies and combined answers have, too.

Missing objects stand there with null members, `employees` may be null beside `employeesRange`, `employment`
of old versions has no role.
"""

from __future__ import annotations

from typing import Any

from sidecar.enrichment import reading
from sidecar.enrichment.model import Answer, Statement
from sidecar.terms.states import COMPANY_SIZES, REVENUE_RANGES, SENIORITIES

PERSON_FIELDS = frozenset({
    "first_name", "last_name", "full_name", "job_title", "seniority", "department", "linkedin_url",
    "phone", "country", "region", "city"})
COMPANY_FIELDS = frozenset({
    "company_name", "industry", "employee_count", "company_size", "annual_revenue", "revenue_range",
    "country", "region", "city", "founded_year", "description", "linkedin_url", "technologies"})
# Clearbit's three levels in People Data Labs' vocabulary; `executive` covers VP to CEO: the title
# decides.
_LEVELS = {"manager": "manager", "director": "director"}


def person(record: Any, confidence: float, credits: float) -> Answer:
    """The answer that is a Clearbit person; absent and null members are left out."""
    return reading.found(_person(record, confidence), credits, about=_about(record))


def company(record: Any, confidence: float, credits: float) -> Answer:
    """The answer that is a Clearbit company."""
    return reading.found(_company(record, confidence), credits, about=reading.about(
        company_name=reading.text(reading.at(record, "name")),
        company_other_names=reading.text(reading.at(record, "legalName")),
        company_domain=reading.domain(reading.at(record, "domain")),
        domain_aliases=reading.listed(reading.at(record, "domainAliases")),
        parent_domain=reading.domain(reading.at(record, "parent", "domain")),
        company_country=reading.country(reading.at(record, "geo", "countryCode")),
        record_id=reading.record_id("clearbit", reading.at(record, "id"))))


def combined(record: Any, confidence: float, credits: float) -> Answer:
    """The answer that is {person, company}; either may be null."""
    employer = reading.at(record, "company")
    return reading.found(
        _person(reading.at(record, "person"), confidence), credits, company=_company(employer, confidence),
        about=reading.about(company_domain=reading.domain(reading.at(employer, "domain")))
        | _about(reading.at(record, "person")))


def _about(record: Any) -> dict[str, Any]:
    return reading.about(
        email=reading.text(reading.at(record, "email")),
        full_name=reading.text(reading.at(record, "name", "fullName")),
        company_name=reading.text(reading.at(record, "employment", "name")),
        company_domain=reading.domain(reading.at(record, "employment", "domain")),
        country=reading.country(reading.at(record, "geo", "countryCode")),
        record_id=reading.record_id("clearbit", reading.at(record, "id")))


def _person(record: Any, confidence: float) -> dict[str, Statement]:
    told = reading.at(record, "employment", "seniority")
    level = reading.band(told, SENIORITIES) or _LEVELS.get(told if isinstance(told, str) else "")
    return reading.statements(confidence, {
        "first_name": reading.text(reading.at(record, "name", "givenName")),
        "last_name": reading.text(reading.at(record, "name", "familyName")),
        "full_name": reading.text(reading.at(record, "name", "fullName")),
        **reading.person(reading.at(record, "employment", "title"), level),
        "linkedin_url": reading.linkedin(reading.at(record, "linkedin", "handle")),
        **reading.phone(reading.at(record, "phone")),
        "country": reading.country(reading.at(record, "geo", "countryCode")),
        "region": reading.text(reading.at(record, "geo", "state")),
        "city": reading.text(reading.at(record, "geo", "city")),
    })


def _company(record: Any, confidence: float) -> dict[str, Statement]:
    return reading.statements(confidence, {
        "name": reading.text(reading.at(record, "name")),
        "industry": reading.industry(reading.at(record, "category", "industry")),
        **reading.size(
            reading.at(record, "metrics", "employees"),
            reading.band(reading.at(record, "metrics", "employeesRange"), COMPANY_SIZES)),
        **reading.revenue(
            reading.at(record, "metrics", "annualRevenue"),
            reading.band(reading.at(record, "metrics", "estimatedAnnualRevenue"), REVENUE_RANGES)),
        "country": reading.country(reading.at(record, "geo", "countryCode")),
        "region": reading.text(reading.at(record, "geo", "state")),
        "city": reading.text(reading.at(record, "geo", "city")),
        "founded_year": reading.year(reading.at(record, "foundedYear")),
        "description": reading.text(reading.at(record, "description")),
        "linkedin_url": reading.linkedin(reading.at(record, "linkedin", "handle"), "company"),
        "technologies": reading.listed(reading.at(record, "tech"))[:50] or None,
    })
