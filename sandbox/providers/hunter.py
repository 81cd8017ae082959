"""Hunter's people/find and companies/find (Clearbit's shape in `data`)."""

from __future__ import annotations

from sandbox import people
from sandbox.twin import JSON, Reply, Twin, reply


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call."""
    refusals: dict[str, Reply] = {
        "missing": reply({"errors": [{"id": "not_found", "code": 404, "details": "Not found"}]}, 404),
        "throttle": reply({"errors": [
            {"id": "too_many_requests", "code": 403, "details": "Too many requests"}]}, 403),
        "quota": reply({"errors": [
            {"id": "usage_exceeded", "code": 429, "details": "You have reached your quota"}]}, 429),
        "refuse": reply({"errors": [
            {"id": "claimed_email", "code": 451, "details": "The person asked not to be processed"}]},
            451),
        "unauthorized": reply({"errors": [
            {"id": "authentication_failed", "code": 401,
             "details": "No user found for the API key supplied"}]}, 401),
        "down": (502, "Bad Gateway", "text/plain", {}),
        "garbled": (200, '{"data": {"name": ', JSON, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    if behaviour == "pending" and times < 3:
        return 202, "", JSON, {}
    if people.seed("hunter" + subject) % 10 >= (6 if operation == "company" else 5):
        return refusals["missing"]
    if operation == "company":
        c = people.company(subject)
        return reply({"data": {
            "id": str(people.seed(subject)), "name": c["name"], "legalName": None, "domain": subject,
            "category": {"sector": None, "industry": c["industry"]}, "tags": [],
            "description": f"{c['name']} is an invented company.", "foundedYear": c["founded"],
            "geo": {"city": c["city"], "state": c["region"], "countryCode": c["code"]},
            "linkedin": {"handle": f"company/{c['slug']}"}, "tech": ["nginx", "postgresql"],
            "metrics": {"employees": None if behaviour == "nulls" else c["count"],
                        "employeesRange": c["band"], "annualRevenue": c["revenue"]},
        }, "meta": {"domain": subject}})
    p = people.person(subject)
    title = "Fire Juggler" if behaviour == "contradict" else p["title"]
    return reply({"data": {
        "id": str(people.seed(subject)),
        "name": {"fullName": f"{p['first']} {p['last']}", "givenName": p["first"],
                 "familyName": p["last"]},
        "email": subject, "geo": {"city": p["city"], "state": p["region"], "countryCode": p["code"]},
        "employment": {"domain": p["domain"], "title": title, "role": p["role"], "seniority": None},
        "linkedin": {"handle": p["slug"]}, "phone": None,
    }, "meta": {"email": subject}})


TWIN = Twin("hunter", {"/v2/people/find": "person", "/v2/companies/find": "company"}, answer)
