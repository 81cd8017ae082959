"""Abstract's e-mail validation."""

from __future__ import annotations

from typing import Any

from sandbox import people
from sandbox.twin import JSON, Reply, Twin, person_asked, plain, reply

_DELIVERABLE = {"valid": "DELIVERABLE", "invalid": "UNDELIVERABLE", "catch_all": "RISKY"}


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call; `booleans`: as some plans answer, without {value, text}."""
    def error(status: int, code: str, message: str) -> Reply:
        return reply({"error": {"message": message, "code": code, "details": None}}, status)

    refusals: dict[str, Reply] = {
        "throttle": error(429, "too_many_requests", "The allowed requests have been reached."),
        "quota": error(422, "quota_reached", "The requests were aborted due to insufficient API credits."),
        "unauthorized": error(401, "unauthorized", "Invalid API key provided."),
        "down": plain("Internal Server Error", 500),
        "garbled": (200, '{"email": "', JSON, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    status = people.mailbox(subject, "missing" if behaviour == "refuse" else behaviour)

    def told(value: bool) -> Any:
        return value if behaviour == "booleans" else {"value": value, "text": str(value).upper()}

    return reply({
        "email": subject, "autocorrect": "", "deliverability": _DELIVERABLE.get(status, "UNKNOWN"),
        "quality_score": {"valid": "0.95", "catch_all": "0.60"}.get(status, "0.00"),
        "is_valid_format": told(True), "is_free_email": told(False), "is_disposable_email": told(False),
        "is_role_email": told(False), "is_catchall_email": told(status == "catch_all"),
        "is_mx_found": told(True), "is_smtp_valid": told(status == "valid")})


TWIN = Twin("abstract", {"/v1/": "email"}, answer, person_asked)
