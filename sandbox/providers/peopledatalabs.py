"""People Data Labs' person/enrich (in `data`) and company/enrich (flat)."""

from __future__ import annotations

from typing import Any

from sandbox import people
from sandbox.twin import JSON, Reply, Twin, reply


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call."""
    def error(status: int, name: str, message: str) -> Reply:
        return reply({"status": status, "error": {"type": name, "message": message}}, status)

    refusals: dict[str, Reply] = {
        "missing": error(404, "not_found", "No records were found matching your request"),
        "throttle": error(429, "rate_limit_error", "An error occurred due to requests hitting the API"),
        "quota": error(402, "payment_required", "You have hit your account maximum"),
        "refuse": error(404, "not_found", "No records were found matching your request"),
        "unauthorized": error(401, "authentication_error", "Request contained a missing or invalid key"),
        "down": error(503, "api_error", "The server encountered an unexpected condition"),
        "garbled": (200, '{"status": 200, "data": {"full_na', JSON, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    if people.seed("pdl" + subject) % 10 >= 7:
        return refusals["missing"]
    headers = {"x-call-credits-spent": "1", "x-call-credits-type": "enrich",
               "x-ratelimit-remaining": "{'minute': 99}"}
    if operation == "company":
        c = people.company(subject)
        return reply({
            "status": 200, "likelihood": 8, "id": c["slug"], "name": c["name"].lower(),
            "display_name": c["name"], "size": c["band"], "employee_count": c["count"],
            "industry": c["industry"], "founded": c["founded"], "website": subject,
            "linkedin_url": f"linkedin.com/company/{c['slug']}", "inferred_revenue": "$10M-$25M",
            "location": {"locality": c["city"].lower(), "region": c["region"].lower(),
                         "country": c["country"]},
            "summary": f"{c['name']} is an invented company.", "naics": None,
        }, headers=headers)
    p = people.person(subject)
    hidden: Any = True if behaviour == "booleans" else None
    return reply({"status": 200, "likelihood": 9, "data": {
        "id": p["slug"], "full_name": f"{p['first']} {p['last']}".lower(),
        "first_name": p["first"].lower(), "last_name": p["last"].lower(),
        "job_title": p["title"].lower(), "job_title_role": p["role"],
        "job_title_levels": [p["level"]], "work_email": hidden, "mobile_phone": hidden,
        "phone_numbers": hidden or [], "linkedin_url": f"linkedin.com/in/{p['slug']}",
        "location_country": p["country"], "location_region": p["region"].lower(),
        "location_locality": p["city"].lower(),
    }}, headers=headers)


TWIN = Twin("peopledatalabs", {"/v5/person/enrich": "person", "/v5/company/enrich": "company"}, answer)
