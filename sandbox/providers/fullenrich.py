"""FullEnrich: begun by a POST, fetched by the id that it answers. The id holds what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox import people
from sandbox.twin import JSON, Reply, Twin, person_asked, plain, reply

_PATH = "/api/v2/contact/enrich/bulk"
_STATUSES = {"valid": "DELIVERABLE", "catch_all": "CATCH_ALL", "invalid": "INVALID"}


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call; `phone` and `email` are what is fetched, `start …` begins one of them."""
    refusals: dict[str, Reply] = {
        "throttle": reply({"code": "error.rate.limit", "message": "Too many requests"}, 429),
        "quota": reply({"code": "error.credits.insufficient", "message": "Not enough credits"}, 402),
        "unauthorized": reply({"code": "error.api.key", "message": "Invalid API key"}, 401),
        "down": plain("Bad Gateway", 502),
        "garbled": (200, '{"enrichment_id": "', JSON, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    kind = operation.removeprefix("start ")
    if kind != operation:
        return reply({"enrichment_id": f"{kind}|{subject}".encode().hex()})
    if behaviour == "pending" and times < 3:
        return reply({"code": "error.enrichment.in_progress", "message": "In progress"}, 400)
    missed = behaviour in ("missing", "refuse") or people.seed("fullenrich" + subject) % 10 >= 7
    p = people.person(subject)
    info: dict[str, Any] = {"most_probable_work_email": None, "most_probable_phone": None, "phones": []}
    if not missed and kind == "email":
        status = _STATUSES.get(people.mailbox(subject, behaviour))
        info["most_probable_work_email"] = {"email": subject, "status": status} if status else None
    elif not missed:
        info["most_probable_phone"] = {"number": p["phone"], "region": "GB", "line_type": "MOBILE"}
    found = any(info.values())
    return reply({
        "id": "sandbox", "name": "lead", "status": "FINISHED",
        "cost": {"credits": (10 if kind == "phone" else 1) if found else 0},
        "data": [{"input": {}, "custom": {}, "contact_info": info, "profile": {
            "full_name": f"{p['first']} {p['last']}",
            "employment": {"current": {"title": p["title"], "company": {
                "name": people.company(p["domain"])["name"], "domain": p["domain"]}}},
        } if found else None}]})


def _asked(params: Mapping[str, Any]) -> tuple[str, str]:
    if "id" in params:
        kind, _, subject = bytes.fromhex(params["id"]).decode().partition("|")
        return kind, subject
    lead = params["data"][0]
    return f"start {'phone' if 'contact.phones' in lead['enrich_fields'] else 'email'}", person_asked(lead)


TWIN = Twin(
    "fullenrich", {_PATH: "start", _PATH + "/{id}": "fetch"}, answer, lambda params: _asked(params)[1],
    lambda params: _asked(params)[0],
    lambda operation, status: status == 200 and not operation.startswith("start "))
