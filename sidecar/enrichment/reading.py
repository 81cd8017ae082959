"""Reading what providers send: nothing they may send can raise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sidecar.enrichment.model import Answer, Statement
from sidecar.jsons import of_json
from sidecar.records import (
    canonical_industry,
    company_size,
    country_code,
    department,
    email_type,
    is_filler,
    is_junk_name,
    linkedin_url,
    parse_email,
    parse_phone,
    registrable_domain,
    revenue_range,
    seniority,
)
from sidecar.records.email import Address, canonical_address
from sidecar.records.phone import Phone
from sidecar.records.text import tidy

_LONGEST = 500
_MOST_LISTED = 100
_NAMES = ("first_name", "last_name", "full_name")
# What is told in words of the provider's own -> what a lead calls it.
_IN_WORDS = {name: name for name in (*_NAMES, "job_title", "industry", "region", "city")} | {
    "name": "company_name"}
PAUSE_SECONDS = 60.0  # after a refusal for haste that does not say how long
_LONGEST_PAUSE = 86_400.0


def json_object(body: str) -> dict[str, Any] | None:
    """The body as a JSON object, or None."""
    try:
        value = of_json(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def header(headers: Mapping[str, Any], name: str) -> str | None:
    """A header, whatever its letters' case; None when there is none or it is empty."""
    for key, value in headers.items():
        if isinstance(key, str) and key.lower() == name and isinstance(value, str | int | float):
            return str(value).strip() or None
    return None


def throttled(headers: Mapping[str, Any], otherwise: float = PAUSE_SECONDS) -> Answer:
    """A refusal for haste: for how long it asks to be left alone, else `otherwise` seconds."""
    return Answer("throttled", retry_after_s=patience(headers) or min(max(otherwise, 1.0), _LONGEST_PAUSE))


def patience(headers: Mapping[str, Any]) -> float | None:
    """For how many seconds an answer asks to be left alone by Retry-After (RFC 9110 10.2.3: seconds or a
    date; a date counts from the answer's own), from one to a day; None where it does not say."""
    told = header(headers, "retry-after")
    seconds = number(told)
    if seconds is None and told:
        seconds = until(headers, told)
    return None if seconds is None else min(max(seconds, 1.0), _LONGEST_PAUSE)


def until(headers: Mapping[str, Any], moment: str | None) -> float | None:
    """Seconds from an answer's Date to a moment, an HTTP date or ISO 8601 (UTC unless it says else)."""
    then, now = _moment(moment), _moment(header(headers, "date"))
    return (then - now).total_seconds() if then and now else None


def _moment(told: str | None) -> datetime | None:
    if not told:
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = parse(told)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found
    return None


def failure(status: int) -> Answer:
    """What a status means that a provider's own reading leaves over."""
    if status in (400, 422):
        return Answer("invalid", detail="the request was refused")
    if status == 401:
        return Answer("auth", detail="the key was refused")
    if status == 451:
        return Answer("refused", detail="the person asked not to be processed")
    return Answer("error", detail=f"status {status}")


def found(values: Mapping[str, Statement], credits: float = 1.0, **more: Any) -> Answer:
    """An answer with these statements; without any it is none, but costs the same."""
    told = values or more.get("company") or more.get("candidates")
    return Answer("found" if told else "not_found", values, credits, **more)


def at(value: Any, *path: str) -> Any:
    """A member down a path of objects; None where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def listed(value: Any, *path: str) -> list[str]:
    """The texts of a list, or those that stand in each of its objects down a path, a hundred at most."""
    return [told for item in items(value)[:_MOST_LISTED] if (told := text(at(item, *path)))]


def record_id(provider: str, value: Any) -> str | None:
    """A provider's id of a record, by which the record is known again."""
    told = str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)
    return f"{provider}:{told}" if told and told != "0" else None


def items(value: Any) -> list[Any]:
    """A list, empty for anything else."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """A tidy, non-empty line; anything else (booleans of free plans, too) is None."""
    return tidy(value)[:_LONGEST].rstrip() or None if isinstance(value, str) else None


def cased(value: Any) -> str | None:
    """A name or place; one in lower case gets its capitals."""
    told = text(value)
    return told.title() if told and told.islower() else told


def number(value: Any) -> float | None:
    """A finite number, also as a text ("0.95", "-1"); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        told = float(value)
    except (ValueError, OverflowError):
        return None
    return told if math.isfinite(told) else None


def whole(value: Any) -> int | None:
    """A sensible non-negative whole number, or None."""
    told = None if isinstance(value, str) else number(value)
    return int(told) if told is not None and 0 <= told < 2**31 else None


def year(value: Any) -> int | None:
    """A year in which a company may have been founded, or None."""
    told = whole(value)
    return told if told and 1000 <= told <= 2100 else None


def amount(value: Any) -> float | None:
    """A sensible non-negative amount of money, or None."""
    told = None if isinstance(value, str) else number(value)
    return value if told is not None and 0 <= told < 10**15 else None


def credits(value: Any) -> float | None:
    """What a provider says that a call cost, or None: more than a thousand credits no call costs."""
    told = number(value)
    return told if told is not None and 0 <= told <= 1000 else None


def truth(value: Any) -> bool | None:
    """A truth value, also as {"value": true, "text": "TRUE"} or "true"; None for anything else."""
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def country(value: Any) -> str | None:
    """ISO 3166-1 alpha-2 of a name or code."""
    return country_code(value) if text(value) else None


def domain(value: Any) -> str | None:
    """Registrable domain of a website."""
    return registrable_domain(value) if text(value) else None


def linkedin(value: Any, page: str = "in") -> str | None:
    """A LinkedIn URL in its tidy form; bare handles are understood as of a person ("in") or "company"."""
    told = text(value)
    if told and "linkedin." not in told.lower():
        told = told.strip("/")
        told = f"linkedin.com/{told}" if "/" in told else f"linkedin.com/{page}/{told}"
    return linkedin_url(told) if told else None


def phone(value: Any) -> dict[str, str | None]:
    """A telephone number with what its digits tell: {phone, phone_country, phone_type}; {} for none."""
    told = text(value)
    parsed = parse_phone(told) if told else None
    if not isinstance(parsed, Phone) or not parsed.possible:
        return {}
    return {"phone": parsed.e164, "phone_country": parsed.country, "phone_type": parsed.type}


def _address(value: Any) -> Address | None:
    told = text(value)
    address = parse_email(told) if told else None
    return None if isinstance(address, str) else address


def candidate(value: Any) -> tuple[str, ...]:
    """An address that nobody verified, of one person: what a verifier may be asked."""
    address = _address(value)
    return (address.email,) if address and email_type(address) not in ("role", "disposable") else ()


def email(value: Any, status: str | None) -> dict[str, str | None]:
    """An address with what a verifier says of it: {email, email_canonical, email_type, email_status}.

    {} for none, and without a status: an address that nobody verified is no statement.
    """
    address = _address(value) if status else None
    if address is None:
        return {}
    return {"email": address.email, "email_canonical": canonical_address(address),
            "email_type": email_type(address), "email_status": status}


def industry(value: Any) -> str | None:
    """The canonical industry, or the provider's own word where the list has none."""
    told = text(value)
    return (canonical_industry(told) or told) if told else None


def band(value: Any, known: Any) -> str | None:
    """A band of a vocabulary, or None."""
    return value if isinstance(value, str) and value in known else None


def statements(confidence: float, values: Mapping[str, Any]) -> dict[str, Statement]:
    """Statements of all that is known: neither "n/a" nor "Test User" is."""
    full_name = values.get("full_name")
    nobody = _NAMES if full_name and is_junk_name(full_name) else ()
    return {name: Statement(value, confidence) for name, value in values.items()
            if value is not None and name not in nobody
            and not (name in _IN_WORDS and is_filler(value, _IN_WORDS[name]))}


def about(**values: Any) -> dict[str, Any]:
    """Of whom an answer speaks: what is known of it."""
    return {name: value for name, value in values.items() if value}


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
    known = amount(value)
    return {"annual_revenue": known, "revenue_range": revenue_range(known) if known else told}
