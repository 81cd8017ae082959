"""Clearbit's legacy API: people, companies, both. A miss costs like what is found."""

from __future__ import annotations

from sandbox import clearbit_records, people
from sandbox.twin import JSON, Reply, Twin, plain, reply


def _error(kind: str, message: str, status: int, **headers: str) -> Reply:
    return reply({"error": {"type": kind, "message": message}}, status, headers)


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call."""
    refusals: dict[str, Reply] = {
        "missing": _error("unknown_record", "Unknown person.", 404),
        "throttle": reply({"error": {"type": "rate_limited", "message": "Slow down."}}, 429, {
            "X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}),
        "quota": _error("over_quota", "Over quota.", 402),
        "refuse": _error("unknown_record", "Unknown person.", 404),
        "unauthorized": _error("auth_required", "Invalid API key.", 401),
        "down": plain("Bad Gateway", 502),
        "garbled": (200, '{"id": "x", "name": ', JSON, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    if behaviour == "pending" and times < 3:
        return _error("queued", "Your lookup has been queued", 202)
    if people.seed("clearbit" + subject) % 10 >= 6:
        return refusals["missing"]
    if operation == "company":
        return reply(clearbit_records.company(subject, behaviour))
    person = clearbit_records.person(subject, behaviour)
    if operation == "person":
        return reply(person)
    return reply({"person": None if behaviour == "nulls" else person,
                  "company": clearbit_records.company(subject.partition("@")[2], behaviour)})


TWIN = Twin("clearbit", {
    "/v2/people/find": "person", "/v2/companies/find": "company", "/v2/combined/find": "combined",
}, answer, billed=lambda operation, status: status in (200, 202, 404))
