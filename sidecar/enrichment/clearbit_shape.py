"""The Clearbit record shape, which Hunter's people/find and companies/find answer in, too."""

from __future__ import annotations

from typing import Any

from sidecar.enrichment import reading
from sidecar.enrichment.model import Statement
from sidecar.terms.states import COMPANY_SIZES, SENIORITIES

PERSON_FIELDS = frozenset({
    "first_name", "last_name", "full_name", "job_title", "seniority", "department", "linkedin_url",
    "phone", "country", "region", "city"})
COMPANY_FIELDS = frozenset({
    "name", "industry", "employee_count", "company_size", "annual_revenue", "revenue_range",
    "country", "region", "city", "founded_year", "description", "linkedin_url", "technologies"})
# Clearbit's three levels in People Data Labs' vocabulary; `executive` covers VP to CEO: the title
# decides.
_LEVELS = {"manager": "manager", "director": "director"}


def person(record: Any, confidence: float) -> dict[str, Statement]:
    """Statements of a Clearbit person; absent and null members are left out."""
    level = reading.at(record, "employment", "seniority")
    level = level if level in SENIORITIES else _LEVELS.get(level if isinstance(level, str) else "")
    return reading.statements(confidence, {
        "first_name": reading.text(reading.at(record, "name", "givenName")),
        "last_name": reading.text(reading.at(record, "name", "familyName")),
        "full_name": reading.text(reading.at(record, "name", "fullName")),
        **reading.person(reading.at(record, "employment", "title"), level),
        "linkedin_url": reading.linkedin(reading.at(record, "linkedin", "handle")),
        "phone": reading.phone(reading.at(record, "phone")),
        "country": reading.country(reading.at(record, "geo", "countryCode")),
        "region": reading.text(reading.at(record, "geo", "state")),
        "city": reading.text(reading.at(record, "geo", "city")),
    })


def company(record: Any, confidence: float) -> dict[str, Statement]:
    """Statements of a Clearbit company; `employees` may be null while `employeesRange` is set."""
    technologies = reading.at(record, "tech")
    names = [t for t in map(reading.text, technologies) if t] if isinstance(
        technologies, list) else []
    handle = reading.text(reading.at(record, "linkedin", "handle"))
    return reading.statements(confidence, {
        "name": reading.text(reading.at(record, "name")),
        "industry": reading.industry(reading.at(record, "category", "industry")),
        **reading.size(
            reading.at(record, "metrics", "employees"),
            reading.band(reading.at(record, "metrics", "employeesRange"), COMPANY_SIZES)),
        **reading.revenue(reading.at(record, "metrics", "annualRevenue")),
        "country": reading.country(reading.at(record, "geo", "countryCode")),
        "region": reading.text(reading.at(record, "geo", "state")),
        "city": reading.text(reading.at(record, "geo", "city")),
        "founded_year": reading.whole(reading.at(record, "foundedYear")),
        "description": reading.text(reading.at(record, "description")),
        "linkedin_url": reading.linkedin(
            handle if not handle or ("/" in handle and "linkedin" in handle)
            else f"linkedin.com/{handle.strip('/')}" if "/" in handle
            else f"linkedin.com/company/{handle}"),
        "technologies": names[:50] or None,
    })


def about_person(record: Any) -> dict[str, Any]:
    """Whom a Clearbit person is about."""
    return {
        "email": reading.at(record, "email"), "company_name": reading.at(record, "employment", "name"),
        "company_domain": reading.at(record, "employment", "domain"),
        "record_id": reading.record_id("clearbit", reading.at(record, "id")),
    }


def about_company(record: Any) -> dict[str, Any]:
    """Which company a Clearbit company is, by which domains and names."""
    return {
        "company_domain": reading.at(record, "domain"), "domain_aliases": reading.at(record, "domainAliases"),
        "company_other_names": reading.at(record, "legalName"),
        "parent_domain": reading.at(record, "parent", "domain"),
        "record_id": reading.record_id("clearbit", reading.at(record, "id")),
    }
