"""Reading what providers send: nothing they may send can raise."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from sidecar.enrichment.model import Statement
from sidecar.records import (
    canonical_industry,
    company_size,
    country_code,
    department,
    linkedin_url,
    parse_phone,
    registrable_domain,
    revenue_range,
    seniority,
)
from sidecar.records.phone import Phone
from sidecar.records.text import tidy

_LONGEST = 500


def json_object(body: str) -> dict[str, Any] | None:
    """The body as a JSON object, or None."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def at(value: Any, *path: str) -> Any:
    """A member down a path of objects; None where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def listed(value: Any, *path: str) -> list[Any]:
    """The members of a list, or what stands in each down a path; of anything else none."""
    return [at(item, *path) for item in value] if isinstance(value, list) else []


def record_id(provider: str, value: Any) -> str | None:
    """A provider's id of a record, by which the record is known again."""
    return f"{provider}:{value}" if isinstance(value, str | int) and value and value is not True else None


def text(value: Any) -> str | None:
    """A tidy, non-empty line; anything else (booleans of free plans, too) is None."""
    return tidy(value)[:_LONGEST].rstrip() or None if isinstance(value, str) else None


def whole(value: Any) -> int | None:
    """A sensible non-negative whole number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if 0 <= value < 2**31 else None


def amount(value: Any) -> float | None:
    """A sensible non-negative amount of money, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value if 0 <= value < 10**15 else None


def country(value: Any) -> str | None:
    """ISO 3166-1 alpha-2 of a name or code."""
    return country_code(value) if text(value) else None


def domain(value: Any) -> str | None:
    """Registrable domain of a website."""
    return registrable_domain(value) if text(value) else None


def linkedin(value: Any) -> str | None:
    """A LinkedIn URL in its tidy form; bare handles are understood."""
    told = text(value)
    if told and "/" not in told:
        told = f"linkedin.com/in/{told}"
    return linkedin_url(told) if told else None


def phone(value: Any) -> str | None:
    """E.164, or None."""
    told = text(value)
    parsed = parse_phone(told) if told else None
    return parsed.e164 if isinstance(parsed, Phone) else None


def industry(value: Any) -> str | None:
    """The canonical industry, or the provider's own word where the list has none."""
    told = text(value)
    return (canonical_industry(told) or told) if told else None


def band(value: Any, known: Any) -> str | None:
    """A band of a vocabulary, or None."""
    return value if isinstance(value, str) and value in known else None


def statements(confidence: float, values: Mapping[str, Any]) -> dict[str, Statement]:
    """Statements of all that is known."""
    return {name: Statement(value, confidence) for name, value in values.items() if value is not None}


def person(title: Any, level: Any = None, role: Any = None) -> dict[str, str | None]:
    """Job title with seniority and department: the provider's own if in vocabulary, else ours."""
    told = text(title)
    return {
        "job_title": told,
        "seniority": level or (seniority(told) if told else None),
        "department": role or (department(told) if told else None),
    }


def size(employees: Any, told: str | None = None) -> dict[str, Any]:
    """Head count and its band."""
    count = whole(employees)
    return {"employee_count": count, "company_size": company_size(count) if count else told}


def revenue(value: Any, told: str | None = None) -> dict[str, Any]:
    """Annual revenue and its band."""
    number = amount(value)
    return {"annual_revenue": number, "revenue_range": revenue_range(number) if number else told}


