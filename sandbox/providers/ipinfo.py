"""IPinfo's answer of a plan with companies."""

from __future__ import annotations

from sandbox import people
from sandbox.twin import JSON, Reply, Twin, plain, reply


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call. Addresses name no behaviour: it comes by a script."""
    refusals: dict[str, Reply] = {
        "missing": reply({"ip": subject, "bogon": True}), "refuse": reply({"ip": subject, "bogon": True}),
        "throttle": reply({"title": "Rate limit exceeded", "message": "You are sending too fast."}, 429),
        "quota": reply({"status": 429, "error": {
            "title": "Rate limit exceeded", "message": "You've hit the monthly limit of your plan."}}, 429),
        "unauthorized": reply(
            {"status": 403, "error": {"title": "Unknown token", "message": "No token."}}, 403),
        "down": plain("Internal Server Error", 500),
        "garbled": (200, '{"ip": "', JSON, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    number = people.seed(subject)
    city, region, code, _ = people.CITIES[number % len(people.CITIES)]
    isp = behaviour == "contradict" or number % 3 == 0
    name = "Sample Telecom" if isp else f"Sample {number % 100}"
    return reply({
        "ip": subject, "hostname": None, "city": city, "region": region, "country": code, "loc": "0.0,0.0",
        "org": "AS64500 Sample Telecom", "postal": None, "timezone": "Etc/UTC",
        "company": {"name": name, "domain": f"{name.lower().replace(' ', '-')}.example",
                    "type": "isp" if isp else "business"}})


TWIN = Twin("ipinfo", {"/{ip}": "network"}, answer)
