"""Hunter (v2): enrichment of people and companies in Clearbit's shape, finding and verifying addresses.

202: still working, ask the same again. Throttling is 403 or 429 (captures disagree); 429 also means that
the cycle's quota is gone: one whose id or text speaks of the quota is read as that, any other as haste.
451: the person asked not to be processed. A finder that finds nothing answers 404, or 200 with a null
address (?). Misses are free. Source: Hunter's published API reference, v2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sidecar.enrichment import clearbit_shape, reach, reading
from sidecar.enrichment.model import DAY, Answer, Auth, Inputs, Operation, Provider, get_request

_CONFIDENCE = 0.85
# Their verdicts as ours; of an address at a webmail service or of a minute they try nothing.
_STATUSES = {"valid": "valid", "accept_all": "catch_all", "invalid": "invalid"}
_LIKELY_SCORE = 90  # from here on an address of a domain that takes all is likely
_QUOTA_WORDS = ("quota", "usage", "billing", "upgrade", "exceeded your")

_COMPANY = Inputs({"domain": "company_domain"})
_PERSON = Inputs({"email": "email"}, {"linkedin_handle": "linkedin_url"})
_COMBINED = Inputs({"email": "email"})
_FINDER = Inputs(
    {"domain": "company_domain", "first_name": "first_name", "last_name": "last_name"},
    {"domain": "company_domain", "full_name": "full_name"})


def _read(shape: Callable[[Any, float, float], Answer], credits: float) -> Any:
    """An operation's `read` of what stands in `data`."""

    def read(status: int, headers: Mapping[str, Any], body: str) -> Answer:
        if status != 200:
            return _refusal(status, headers, body)
        data = reading.at(reading.json_object(body), "data")
        if not isinstance(data, dict):
            return Answer("error", detail="no data in the answer")
        answer = shape(data, _CONFIDENCE, credits)
        return answer if answer.outcome == "found" else Answer("not_found")

    return read


def _handled(params: Mapping[str, str], base_url: str) -> dict[str, Any]:
    """People are known by the handle alone, not by the whole address of their profile."""
    handle = params.get("linkedin_handle", "").rstrip("/").rpartition("/")[2]
    return get_request("/people/find")({"linkedin_handle": handle} if handle else params, base_url)


def _status(data: Mapping[str, Any], told: Any, score: Any) -> str | None:
    status = _STATUSES.get(told) if isinstance(told, str) else None
    likely = reading.items(data.get("sources")) or (reading.number(score) or 0) >= _LIKELY_SCORE
    return "catch_all_likely" if status == "catch_all" and likely else status


def _finder(data: Any, confidence: float, credits: float) -> Answer:
    """The address found counts as it was verified; one that was not is a candidate."""
    status = _status(data, reading.at(data, "verification", "status"), data.get("score"))
    address = reading.text(data.get("email"))
    score = reading.number(data.get("score"))
    values = {
        **reading.email(address, status if status != "invalid" else None),
        **reading.person(data.get("position")),
        "linkedin_url": reading.linkedin(data.get("linkedin_url") or data.get("linkedin")),
        **reading.phone(data.get("phone_number")),
    }
    return reading.found(
        reading.statements(min(0.95, max(0.05, (score or 60) / 100)), values) if address else {}, credits,
        candidates=() if status else reading.candidate(address),
        about=reading.about(
            email=address, company_name=reading.text(data.get("company")),
            company_domain=reading.domain(data.get("domain")),
            full_name=" ".join(filter(None, (
                reading.text(data.get("first_name")), reading.text(data.get("last_name")))))))


def _verifier(data: Any, confidence: float, credits: float) -> Answer:
    address = reading.text(data.get("email"))
    values = reading.email(address, _status(data, data.get("status"), data.get("score")))
    return reading.found(reading.statements(0.95, values), credits, about=reading.about(email=address))


def _domain(data: Any, confidence: float, credits: float) -> Answer:
    """The pattern of a company's addresses. The people that it lists were not asked about."""
    pattern = reading.text(data.get("pattern"))
    return reading.found(
        reading.statements(confidence, {"email_pattern": pattern}), credits, about=reading.about(
            company_name=reading.text(data.get("organization")),
            company_domain=reading.domain(data.get("domain"))))


def _refusal(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    errors = reading.items(reading.at(reading.json_object(body), "errors"))
    first = errors[0] if errors else {}
    said = f"{reading.at(first, 'id')} {reading.at(first, 'details')}".lower()
    if status == 202:
        return Answer("pending")
    if status == 404:
        return Answer("not_found")
    if status == 429 and any(word in said for word in _QUOTA_WORDS):
        return Answer("quota", detail="the quota of this cycle is used up")
    if status in (403, 429):
        return reading.throttled(headers)
    return reading.failure(status)


PROVIDER = Provider(
    name="hunter",
    title="Hunter",
    key_setting="HUNTER_API_KEY",
    base_url="https://api.hunter.io/v2",
    hosts=("api.hunter.io",),
    auth=Auth("header", "X-API-KEY"),
    pace_per_second=5.0,  # the verifier allows 300 a minute, all others 500
    prices="Credits: help.hunter.io, article 1911617; 49 USD a month for 2,000 credits (?); 2026-11.",
    operations=(
        Operation(
            name="company", subject="organization", needs=_COMPANY.needs, lookup=_COMPANY,
            provides=clearbit_shape.COMPANY_FIELDS, price_found=0.0049, credits=0.2, hit_rate=0.6,
            confidence=_CONFIDENCE, request=get_request("/companies/find"),
            read=_read(clearbit_shape.company, 0.2),
        ),
        Operation(
            name="person", subject="contact", needs=_PERSON.needs, lookup=_PERSON,
            provides=clearbit_shape.PERSON_FIELDS, price_found=0.0049, credits=0.2, hit_rate=0.5,
            confidence=_CONFIDENCE, request=_handled, read=_read(clearbit_shape.person, 0.2),
        ),
        Operation(
            name="combined", subject="contact", needs=_COMBINED.needs, lookup=_COMBINED,
            provides=clearbit_shape.PERSON_FIELDS | clearbit_shape.COMPANY_FIELDS,
            price_found=0.0098, credits=0.4, hit_rate=0.5, confidence=_CONFIDENCE,
            request=get_request("/combined/find"), read=_read(clearbit_shape.combined, 0.4),
        ),
        Operation(
            name="finder", subject="contact", needs=_FINDER.needs, lookup=_FINDER,
            provides=frozenset({
                "email", "email_status", "job_title", "seniority", "department", "linkedin_url", "phone"}),
            price_found=0.0245, hit_rate=0.45, request=get_request("/email-finder"),
            read=_read(_finder, 1.0), timeout_s=20,
        ),
        Operation(
            name="verifier", subject="contact", needs=reach.NEEDS, lookup=reach.to_verify,
            provides=frozenset({"email", "email_status"}), price_found=0.0123, credits=0.5, hit_rate=0.9,
            confidence=0.95, request=get_request("/email-verifier"), read=_read(_verifier, 0.5),
            ttl_found_s=30 * DAY, timeout_s=20,
        ),
        Operation(
            name="domain", subject="organization", needs=_COMPANY.needs, lookup=_COMPANY,
            provides=frozenset({"email_pattern"}), price_found=0.0245, hit_rate=0.6,
            confidence=_CONFIDENCE, request=get_request("/domain-search"), read=_read(_domain, 1.0),
            ttl_found_s=180 * DAY,
        ),
    ),
)
