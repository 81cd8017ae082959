"""Fake Hunter and People Data Labs, in the authentic shapes. All data is invented.

`python -m tests.fakes.providers --port N [--latency-ms 0]`. What is asked decides the behaviour: a
label such as `throttle-` at the start of the domain (or of the mail's local part), or a script sent
to POST /_script {"match", "behaviour", "times"}. GET /_calls counts calls and credits.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from typing import Any

from aiohttp import web

from tests.fakes import people

BEHAVIOURS = ("missing", "pending", "throttle", "quota", "refuse", "unauthorized", "down", "slow",
              "garbled", "nulls", "booleans", "contradict")
Reply = tuple[int, str, str, dict[str, str]]
JSON = "application/json"


def reply(value: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON answer."""
    return status, json.dumps(value), JSON, headers


class Fakes:
    """Counts what is asked and answers it."""

    def __init__(self, latency: float = 0.0) -> None:
        self.latency = latency
        self.calls: Counter[str] = Counter()
        self.by_provider: dict[str, Counter[str]] = {}
        self.scripts: list[dict[str, Any]] = []
        self.seen: Counter[str] = Counter()

    async def handle(self, request: web.Request) -> web.Response:
        provider, operation = request.match_info["provider"], request.match_info["operation"]
        subject = request.query.get("email") or request.query.get("domain") or request.query.get(
            "website") or request.query.get("name") or request.query.get("profile") or ""
        kind = "person" if operation.startswith(("people", "person")) else "company"
        key = f"{provider} {kind} {subject}"
        self.calls[key] += 1
        counts = self.by_provider.setdefault(provider, Counter())
        counts["calls"] += 1
        behaviour = self._behaviour(subject)
        if self.latency:
            await asyncio.sleep(self.latency)
        if behaviour == "slow":
            await asyncio.sleep(30)
        answer = hunter if provider == "hunter" else peopledatalabs
        self.seen[key] += 1
        status, body, content_type, headers = answer(kind, subject, behaviour, self.seen[key])
        if status == 200 and behaviour != "garbled":
            counts["credits"] += 1
        return web.Response(status=status, text=body, content_type=content_type, headers=headers)

    def _behaviour(self, subject: str) -> str:
        for script in self.scripts:
            if script["match"] in subject and script["times"] > 0:
                script["times"] -= 1
                return str(script["behaviour"])
        local, _, domain = subject.rpartition("@")
        for part in (domain, local):
            label = part.split("-")[0].split(".")[0]
            if label in BEHAVIOURS:
                return label
        return ""

    async def counts(self, request: web.Request) -> web.Response:
        return web.json_response({
            "total": sum(self.calls.values()),
            "by_provider": {name: {"calls": c["calls"], "credits": c["credits"]}
                            for name, c in self.by_provider.items()},
            "by_key": dict(self.calls)})

    async def reset(self, request: web.Request) -> web.Response:
        self.calls.clear()
        self.by_provider.clear()
        self.scripts.clear()
        self.seen.clear()
        return web.Response(status=204)

    async def script(self, request: web.Request) -> web.Response:
        told = await request.json()
        self.scripts.append({"times": 1_000_000_000} | told)
        return web.Response(status=204)


def hunter(kind: str, subject: str, behaviour: str, times: int) -> Reply:
    """Hunter's people/find and companies/find (Clearbit's shape in `data`)."""
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
    if people.seed("hunter" + subject) % 10 >= (6 if kind == "company" else 5):
        return refusals["missing"]
    if kind == "company":
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


def peopledatalabs(kind: str, subject: str, behaviour: str, times: int) -> Reply:
    """People Data Labs' person/enrich (in `data`) and company/enrich (flat)."""
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
    if kind == "company":
        c = people.company(subject)
        return reply({
            "status": 200, "likelihood": 8, "id": c["slug"], "name": c["name"].lower(),
            "display_name": c["name"], "size": c["band"], "employee_count": c["count"],
            "industry": c["industry"], "founded": c["founded"], "website": subject,
            "linkedin_url": f"linkedin.com/company/{c['slug']}", "inferred_revenue": "$10M-$25M",
            "location": {"locality": c["city"].lower(), "region": c["region"].lower(),
                         "country": c["country"]},
            "summary": f"{c['name']} is an invented company.", "naics": None,
        }, **headers)
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
    }}, **headers)


def create_app(latency: float = 0.0) -> web.Application:
    """The server."""
    fakes = Fakes(latency)
    app = web.Application()
    app.router.add_get("/_calls", fakes.counts)
    app.router.add_delete("/_calls", fakes.reset)
    app.router.add_post("/_script", fakes.script)
    app.router.add_get(
        "/{provider:hunter}/v2/{operation:people/find|companies/find}", fakes.handle)
    app.router.add_get(
        "/{provider:peopledatalabs}/v5/{operation:person/enrich|company/enrich}", fakes.handle)
    return app


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    options = parser.parse_args()
    web.run_app(create_app(options.latency_ms / 1000), host=options.host, port=options.port,
                access_log=None, print=None, keepalive_timeout=300)


if __name__ == "__main__":
    main()
