"""Hunter: people, companies and both (Clearbit's shape in `data`), finder, verifier, domain search."""

from __future__ import annotations

from typing import Any

from sandbox import clearbit_records, people
from sandbox.twin import JSON, Reply, Twin, person_asked, plain, reply

_STATUSES = {"catch_all": "accept_all"}
_HITS = {"company": 6, "person": 5, "combined": 5, "finder": 6, "domain": 7, "verifier": 10}


def _error(name: str, code: int, details: str) -> Reply:
    return reply({"errors": [{"id": name, "code": code, "details": details}]}, code)


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call."""
    refusals: dict[str, Reply] = {
        "missing": _error("not_found", 404, "Not found"),
        "throttle": _error("too_many_requests", 403, "Too many requests"),
        "quota": _error("usage_exceeded", 429, "You have reached your quota"),
        "refuse": _error("claimed_email", 451, "The person asked not to be processed"),
        "unauthorized": _error(
            "authentication_failed", 401, "No user found for the API key supplied"),
        "down": plain("Bad Gateway", 502),
        "garbled": (200, '{"data": {"name": ', JSON, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    if behaviour == "pending" and times < 3:
        return 202, "", JSON, {}
    if people.seed("hunter" + subject) % 10 >= _HITS[operation]:
        return refusals["missing"]
    return reply({"data": _data(operation, subject, behaviour), "meta": {}})


def _data(operation: str, subject: str, behaviour: str) -> dict[str, Any]:
    if operation == "company":
        return clearbit_records.company(subject, behaviour)
    if operation == "person":
        return clearbit_records.person(subject, behaviour)
    if operation == "combined":
        return {"person": clearbit_records.person(subject, behaviour),
                "company": clearbit_records.company(subject.partition("@")[2], behaviour)}
    if operation == "domain":
        c = people.company(subject)
        return {"domain": subject, "disposable": False, "webmail": False, "accept_all": False,
                "pattern": None if behaviour == "nulls" else "{first}.{last}", "organization": c["name"],
                "emails": []}
    status = people.mailbox(subject, behaviour)
    status = _STATUSES.get(status, status)
    score = {"valid": 97, "invalid": 4}.get(status, 60)
    if operation == "verifier":
        return {"status": status, "result": "deliverable", "score": score, "email": subject, "regexp": True,
                "gibberish": False, "disposable": False, "webmail": False, "mx_records": True,
                "smtp_server": True, "smtp_check": status == "valid", "accept_all": status == "accept_all",
                "block": False, "sources": []}
    p = people.person(subject)
    return {"first_name": p["first"], "last_name": p["last"],
            "email": None if behaviour == "nulls" else subject, "score": score, "domain": p["domain"],
            "accept_all": status == "accept_all", "position": p["title"], "twitter": None,
            "linkedin_url": f"https://www.linkedin.com/in/{p['slug']}", "phone_number": None,
            "company": people.company(p["domain"])["name"], "sources": [],
            "verification": {"date": "2026-11-01", "status": status}}


def _subject(params: Any) -> str:
    return str(params["domain"]) if set(params) == {"domain"} else person_asked(params)


TWIN = Twin("hunter", {
    "/v2/people/find": "person", "/v2/companies/find": "company", "/v2/combined/find": "combined",
    "/v2/email-finder": "finder", "/v2/email-verifier": "verifier", "/v2/domain-search": "domain",
}, answer, _subject)
