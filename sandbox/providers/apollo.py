"""Apollo's people/match and organizations/enrich: nobody found is 200 with null."""

from __future__ import annotations

from typing import Any

from sandbox import people
from sandbox.twin import JSON, Reply, Twin, person_asked, plain, reply

_LEVELS = {"cxo": "c_suite"}


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call."""
    nobody = reply({"organization": None} if operation == "company" else {
        "person": None, "request_id": -8123456789012345678})
    refusals: dict[str, Reply] = {
        "missing": nobody, "refuse": nobody,
        "throttle": reply({"message": "The maximum number of api calls allowed for api/v1/people/match is"
                           " 600 times per hour. Please upgrade your plan."}, 429, {
                               "retry-after": "120", "x-rate-limit-minute": "",
                               "x-hourly-requests-left": "0"}),
        "quota": reply({"error": "You have insufficient credits to perform this action."}, 422),
        "unauthorized": plain("Invalid API key. See https://docs.apollo.io/", 401),
        "down": reply({"error": "internal"}, 500),
        "garbled": (200, '{"person": {"first_na', JSON, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    if people.seed("apollo" + subject) % 10 >= 6:
        return nobody
    headers = {"x-rate-limit-hourly": "600", "x-hourly-requests-left": "599", "x-rate-limit-24-hour": ""}
    if operation == "company":
        return reply({"organization": _company(subject, behaviour)}, headers=headers)
    return reply({"person": _person(subject, behaviour), "waterfall": None,
                  "request_id": -8123456789012345678}, headers=headers)


def _company(domain: str, behaviour: str) -> dict[str, Any]:
    c = people.company(domain)
    return {
        "id": str(people.seed(domain)), "name": c["name"], "website_url": f"http://www.{domain}",
        "primary_domain": domain, "industry": c["industry"], "keywords": [],
        "estimated_num_employees": None if behaviour == "nulls" else c["count"],
        "annual_revenue": float(c["revenue"]), "founded_year": c["founded"], "phone": None,
        "city": c["city"], "state": c["region"], "country": c["country"].title(),
        "linkedin_url": f"http://www.linkedin.com/company/{c['slug']}",
        "technology_names": ["Nginx", "Postgresql"], "short_description": f"{c['name']} is invented."}


def _person(email: str, behaviour: str) -> dict[str, Any]:
    p = people.person(email)
    verified = people.mailbox(email, behaviour) == "valid"
    return {
        "id": str(people.seed(email)), "first_name": p["first"], "last_name": p["last"],
        "name": f"{p['first']} {p['last']}",
        "title": "Fire Juggler" if behaviour == "contradict" else p["title"],
        "email_status": "verified" if verified else "unavailable",
        "email": email if verified else "email_not_unlocked@domain.com",
        "linkedin_url": f"http://www.linkedin.com/in/{p['slug']}", "city": p["city"], "state": p["region"],
        "country": p["country"].title(), "employment_history": [], "departments": [p["role"]],
        "seniority": _LEVELS.get(p["level"], p["level"]),
        "organization": {"name": people.company(p["domain"])["name"], "primary_domain": p["domain"]},
        # The row of one's own CRM, which may be somebody else.
        "contact": {"first_name": "Somebody", "last_name": "Else", "email": "somebody.else@example.org"}}


def _subject(params: Any) -> str:
    return str(params["domain"]) if set(params) == {"domain"} else person_asked(params)


TWIN = Twin("apollo", {"/api/v1/people/match": "person", "/api/v1/organizations/enrich": "company"},
            answer, _subject)
