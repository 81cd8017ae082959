"""ZeroBounce (v2): whether an address takes mail.

All answers are 200. `unknown` is a miss and free. A bad key and used-up credits are one and the same
{"error": "Invalid API key or your account ran out of credits"}: read as a refused key, since only a person
can tell. `global_suppression`: somebody asked not to be processed. Of a trap nobody must ever mail, so it is
invalid; of an abuser or a role, which do take mail, nothing is said. Source: ZeroBounce's API reference, v2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.enrichment import reach, reading
from sidecar.enrichment.model import DAY, Answer, Auth, Operation, Provider, get_request

_STATUSES = {"valid": "valid", "invalid": "invalid", "catch-all": "catch_all", "spamtrap": "invalid"}
_TRAPS = ("possible_trap", "toxic", "global_suppression")


def _read(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    if status == 429:
        return reading.throttled(headers)
    if status != 200:
        return reading.failure(status)
    answer = reading.json_object(body)
    error = reading.text(reading.at(answer, "error"))
    if error:
        said = error.lower()
        return Answer("auth" if "key" in said else "quota" if "credit" in said else "invalid", detail=error)
    told, reason = reading.at(answer, "status"), reading.at(answer, "sub_status")
    if answer is None or not isinstance(told, str):
        return Answer("error", detail="no status in the answer")
    if reason == "global_suppression":
        return Answer("refused", credits=1.0, detail="the person asked not to be processed")
    verdict = "invalid" if reason in _TRAPS else _STATUSES.get(told.lower())
    address = reading.text(answer.get("address"))
    if told.lower() == "unknown":
        return Answer("not_found")
    return reading.found(reading.statements(0.95, reading.email(address, verdict)), 1.0,
                         about=reading.about(email=address))


PROVIDER = Provider(
    name="zerobounce",
    title="ZeroBounce",
    key_setting="ZEROBOUNCE_API_KEY",
    base_url="https://api.zerobounce.net/v2",
    hosts=("api.zerobounce.net",),
    auth=Auth("query", "api_key"),
    pace_per_second=10.0,
    prices="zerobounce.net/email-validation-pricing: a credit for each address, none for unknown; 0.01 USD"
           " a credit (?); 2026-11.",
    operations=(
        Operation(
            name="validate", subject="contact", needs=reach.NEEDS, lookup=reach.to_verify,
            provides=frozenset({"email", "email_status"}), price_found=0.01, hit_rate=0.95, confidence=0.95,
            request=get_request("/validate"), read=_read, ttl_found_s=30 * DAY, timeout_s=30,
        ),
    ),
)
