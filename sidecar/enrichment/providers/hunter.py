"""Hunter (api.hunter.io v2): people/find and companies/find, in Clearbit's shape.

Throttling is 403 or 429 (captures disagree), 429 also means the cycle's quota is gone; a 429
whose error id or text speaks of the quota is read as that. 451: the person asked not to be processed.
202: still working, ask again. Source: Hunter's published API reference, v2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.enrichment import clearbit_shape, reading
from sidecar.enrichment.model import Answer, Auth, Facts, Operation, Provider, Statement, get_request

_PAUSE_SECONDS = 60.0


def _person_lookup(facts: Facts) -> dict[str, str] | None:
    contact = facts["contact"]
    email = contact.get("email_canonical")
    if not email or contact.get("email_type") in ("disposable", "role"):
        return None
    return {"email": email}


def _company_lookup(facts: Facts) -> dict[str, str] | None:
    domain = facts["organization"].get("domain")
    return {"domain": domain} if domain else None


def _read(shape: Any, about: Any) -> Any:
    def read(status: int, headers: Mapping[str, Any], body: str) -> Answer:
        if status == 200:
            data = reading.at(reading.json_object(body), "data")
            if not isinstance(data, dict):
                return Answer("error", detail="no data in the answer")
            statements: dict[str, Statement] = shape(data, 0.85)
            return Answer("found", statements, 1.0, about=about(data)) if statements else Answer("not_found")
        return _refusal(status, body)

    return read


def _refusal(status: int, body: str) -> Answer:
    errors = reading.at(reading.json_object(body), "errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    said = f"{reading.at(first, 'id')} {reading.at(first, 'details')}".lower()
    if status == 202:
        return Answer("pending")
    if status == 404:
        return Answer("not_found")
    if status == 401:
        return Answer("auth", detail="the key was refused")
    if status == 451:
        return Answer("refused", detail="the person asked not to be processed")
    if status == 429 and ("quota" in said or "limit" in said or "usage" in said):
        return Answer("quota", detail="the quota of this cycle is used up")
    if status in (403, 429):
        return Answer("throttled", retry_after_s=_PAUSE_SECONDS)
    if status in (400, 422):
        return Answer("invalid", detail="the request was refused")
    return Answer("error", detail=f"status {status}")


PROVIDER = Provider(
    name="hunter",
    title="Hunter",
    key_setting="HUNTER_API_KEY",
    base_url="https://api.hunter.io/v2",
    hosts=("api.hunter.io",),
    auth=Auth("header", "X-API-KEY"),
    pace_per_second=8.0,  # 500 a minute
    operations=(
        Operation(
            name="company", subject="organization", provides=clearbit_shape.COMPANY_FIELDS,
            credits=1.0, hit_rate=0.6, lookup=_company_lookup, request=get_request("/companies/find"),
            read=_read(clearbit_shape.company, clearbit_shape.about_company),
        ),
        Operation(
            name="person", subject="contact", provides=clearbit_shape.PERSON_FIELDS, credits=1.0,
            hit_rate=0.5, lookup=_person_lookup, request=get_request("/people/find"),
            read=_read(clearbit_shape.person, clearbit_shape.about_person),
        ),
    ),
)
