"""ZeroBounce's validate: always 200."""

from __future__ import annotations

from sandbox import people
from sandbox.twin import JSON, Reply, Twin, person_asked, plain, reply

_STATUSES = {"catch_all": "catch-all"}


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call."""
    refusals: dict[str, Reply] = {
        "throttle": plain("Too many requests", 429),
        "quota": reply({"error": "Your account ran out of credits"}),
        "unauthorized": reply({"error": "Invalid API key or your account ran out of credits"}),
        "down": plain("Service Unavailable", 503),
        "garbled": (200, '{"address": "', JSON, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    p = people.person(subject)
    status = people.mailbox(subject, behaviour)
    refused = behaviour == "refuse"
    return reply({
        "address": subject, "status": "do_not_mail" if refused else _STATUSES.get(status, status),
        "sub_status": "global_suppression" if refused else
                      "mailbox_not_found" if status == "invalid" else "",
        "free_email": False, "did_you_mean": None, "account": subject.partition("@")[0],
        "domain": p["domain"], "domain_age_days": "4321", "smtp_provider": "example", "mx_found": "true",
        "mx_record": f"mx.{p['domain']}", "catchall_domain": status == "catch_all",
        "firstname": p["first"], "lastname": p["last"], "gender": None, "country": None, "region": None,
        "city": None, "zipcode": None, "processed_at": "2026-11-01 10:00:00.000"})


TWIN = Twin("zerobounce", {"/v2/validate": "validate"}, answer, person_asked)
