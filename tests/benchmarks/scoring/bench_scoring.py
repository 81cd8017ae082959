"""`python -m tests.benchmarks scoring`: the default model in process, as a ratio to a bare loop that reads
every member of the same dictionaries and does nothing with it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

from sidecar.scoring import compiled, default_model, score
from sidecar.terms.states import COMPANY_SIZES, DEPARTMENTS, REVENUE_RANGES, SENIORITIES

LEADS = 3000
ROUNDS = 7
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
# Type of event -> how often, beside the others.
_EVENTS = {"page_view": 40, "email_open": 25, "email_click": 8, "pricing_view": 5, "form_submit": 5,
           "content_download": 4, "webinar": 3, "email_reply": 2, "demo_request": 2, "contact_request": 2,
           "meeting_booked": 1, "unsubscribe": 1, "bounce": 1}
_INDUSTRIES = ("Computer Software", "Machinery", "Farming", "Financial Services", "Retail",
               "Hospital & Health", "Logistics and Supply Chain", "Legal Services")


def leads(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Facts of leads as the store gives them: from a bare address to all that providers tell, with none to 20
    events of the last three months."""
    maker = random.Random(seed)
    return [_lead(maker, number) for number in range(count)]


def _lead(maker: random.Random, number: int) -> dict[str, Any]:
    known = maker.choice((0.2, 0.6, 0.9))
    country = maker.choice(("DE", "FR", "US", "GB", "IN", "BR"))

    def some(facts: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in facts.items() if maker.random() < known}

    return {
        "contact": {
            "id": f"c{number}", "email": f"p{number}@firm{number}.example",
            "email_canonical": f"p{number}@firm{number}.example",
            "email_type": maker.choice(("corporate", "corporate", "role", "free"))} | some({
                "full_name": f"Pat Sample {number}", "first_name": "Pat", "last_name": f"Sample {number}",
                "job_title": "Head of Things", "seniority": maker.choice(SENIORITIES),
                "department": maker.choice(DEPARTMENTS), "email_status": "valid",
                "phone": f"+4930{number:07}", "phone_type": "fixed_line", "phone_country": country,
                "linkedin_url": f"https://www.linkedin.com/in/p{number}", "city": "Berlin",
                "region": "Berlin", "country": country}),
        "organization": {"id": f"o{number}"} | some({
            "name": f"Firm {number}", "domain": f"firm{number}.example",
            "industry": maker.choice(_INDUSTRIES), "employee_count": number,
            "company_size": maker.choice(COMPANY_SIZES), "annual_revenue": number * 1000,
            "revenue_range": maker.choice(REVENUE_RANGES), "founded_year": 1990, "city": "Berlin",
            "region": "Berlin", "country": country, "company_key": f"firm {number}",
            "mail_host": "google", "technologies": ["x", "y"]}),
        "lead": {"source": "web_form", "tags": [], "message": None, "utm": {"source": "news"},
                 "first_utm": {}, "custom": {}},
        "events": [{
            "type": maker.choices(tuple(_EVENTS), tuple(_EVENTS.values()))[0],
            "occurred_at": NOW - timedelta(days=90 * maker.random()), "properties": {"path": "/"},
            "machine": None} for _ in range(maker.randrange(21))],
        "prediction": None,
    }


def bare(facts: list[dict[str, Any]]) -> None:
    """Read every member of every dictionary."""
    for lead in facts:
        for part in ("contact", "organization", "lead"):
            for name in (known := lead[part]):
                known[name]
        for event in lead["events"]:
            for name in event:
                event[name]
        lead["prediction"]


def scored(facts: list[dict[str, Any]], model: Any) -> None:
    """Score all of them; what comes out is not kept."""
    for lead in facts:
        score(lead, model, NOW)


def main() -> None:
    """Print the ratio; the two take turns, and of each the fastest round counts."""
    facts, model = leads(LEADS), compiled(default_model())
    document = default_model()
    ways: dict[str, Callable[[], None]] = {
        "bare": lambda: bare(facts),
        "compiled": lambda: scored(facts, model),
        "document": lambda: scored(facts, document),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            started = process_time()
            way()
            best[name] = min(best[name], process_time() - started)
    each = {name: seconds / LEADS * 1e6 for name, seconds in best.items()}
    print(f"scoring: the default model takes {each['compiled'] / each['bare']:.1f} times a bare loop over the"
          f" same dictionaries ({each['compiled']:.1f} and {each['bare']:.2f} us a lead, {LEADS} leads with 0"
          f" to 20 events); from the model's JSON document {each['document'] / each['bare']:.1f} times")


if __name__ == "__main__":
    main()
