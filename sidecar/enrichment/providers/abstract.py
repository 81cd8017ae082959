"""Abstract (e-mail validation, v1): whether an address takes mail.

Truth values are {"value", "text"}, on some plans bare; `quality_score` is a text ("0.95"). UNKNOWN is a miss
and billed like any request. 401: bad key; 422: the quota is gone (?); 429: throttled. Source: Abstract's API
reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.enrichment import reach, reading
from sidecar.enrichment.model import DAY, Answer, Auth, Operation, Provider, get_request

_LIKELY_SCORE = 0.8


def _read(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    if status == 422:
        return Answer("quota", detail="the quota is used up")
    if status == 429:
        return reading.throttled(headers)
    if status != 200:
        return reading.failure(status)
    answer = reading.json_object(body)
    told = reading.at(answer, "deliverability")
    if answer is None or not isinstance(told, str):
        return Answer("error", detail="no deliverability in the answer")
    address = reading.text(answer.get("email"))
    verdict = _verdict(told.upper(), answer)
    return reading.found(reading.statements(0.85, reading.email(address, verdict)), 1.0,
                         about=reading.about(email=address))


def _verdict(told: str, answer: Mapping[str, Any]) -> str | None:
    if told == "UNDELIVERABLE":
        return "invalid"
    if told in ("DELIVERABLE", "RISKY") and reading.truth(answer.get("is_catchall_email")):
        score = reading.number(answer.get("quality_score")) or 0.0
        return "catch_all_likely" if score >= _LIKELY_SCORE else "catch_all"
    return "valid" if told == "DELIVERABLE" else None


PROVIDER = Provider(
    name="abstract",
    title="Abstract e-mail validation",
    key_setting="ABSTRACT_EMAIL_API_KEY",
    base_url="https://emailvalidation.abstractapi.com/v1",
    hosts=("emailvalidation.abstractapi.com",),
    auth=Auth("query", "api_key"),
    pace_per_second=1.0,  # free plans: one a second
    prices="abstractapi.com, smallest plan, 17 USD for 5,000 requests (?), each answer counts; 2026-11.",
    operations=(
        Operation(
            name="email", subject="contact", needs=reach.NEEDS, lookup=reach.to_verify,
            provides=frozenset({"email", "email_status"}), price_found=0.0034, price_missing=0.0034,
            miss_credits=1.0, hit_rate=0.85, confidence=0.85, request=get_request("/"), read=_read,
            ttl_found_s=30 * DAY, timeout_s=20,
        ),
    ),
)
