"""Invented messages of every kind, to look at: what `message_content` reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sidecar.terms.states import MessageKind

_HOUSE: Final = "https://leads.example.com"
_ARRIVED: Final = datetime(2026, 3, 12, 8, 41, tzinfo=UTC)
_ID: Final = "019cdfb2-7c1e-7f2a-9c44-3f0a1be7d210"

_WEIGHTS: Final = {
    "demographic": 0.25, "firmographic": 0.25, "behavioral": 0.15, "engagement": 0.35, "ml": 0.1}
_REASONS: Final = (
    ("engagement", 75, "Asked for a demo today"), ("engagement", 25, "Replied to a mail 3 days ago"),
    ("demographic", 70, "Decision maker: vice president"), ("demographic", 30, "Works in sales"),
    ("demographic", -6, "Phone number not confirmed"), ("firmographic", 50, "201 to 500 employees"),
    ("firmographic", 45, "Software company"), ("behavioral", 80, "Looked at the prices twice this week"),
    ("behavioral", -10, "Looked at the open jobs"))

_LEAD: Final[dict[str, Any]] = {
    "link": f"{_HOUSE}/#/leads/{_ID}",
    "name": "Elena Marsh", "job_title": "VP of Sales", "company": "Northgate Labs",
    "company_domain": "northgate.example", "industry": "Software", "company_size": "201-500",
    "email": "elena.marsh@northgate.example", "phone": "+12025550143", "phone_said": None, "country": "US",
    "source": "demo_request", "utm": {"campaign": "spring launch", "source": "linkedin", "medium": "cpc"},
    "custom": {"team_size": 40, "current_tool": "spreadsheets"}, "sandbox": False,
    "summary": "We hand out leads by spreadsheet and lose two days on each. Could somebody show us this week "
               "how routing works, and what it costs for forty people?",
    "arrived_at": _ARRIVED,
    "score": {"total": 92.75, "grade": "hot", "rating": "A1", "weights": _WEIGHTS, "reasons": [
        {"component": component, "points": points, "text": text} for component, points, text in _REASONS]},
    "refused": ["marketing_email"], "asked": True,
    "owner": {"name": "Vera Holt", "you": True,
              "reason": "The account Northgate Labs is vera.holt@example.com's already."},
    "company_leads": {"count": 3, "owners": ["Vera Holt", "Karim Saleh"],
                      "link": f"{_HOUSE}/#/leads?q=northgate.example"},
    "actions": [
        {"kind": kind, "value": f"{_ID}:1", "link": f"{_HOUSE}/take/Q2xhaW0tdGhpcy1vbmUtMTIz{kind[0]}"}
        for kind in ("claim", "snooze", "not_a_fit", "wrong_person")],
    "handled": None,
    "time_zone": "Europe/Berlin",
    "unsubscribe": {"link": f"{_HOUSE}/unsubscribe/c3RvcC10aGVzZS1tYWlscw", "one_click": True},
}


def _listed(name: str, company: str, score: float, hours: float, **more: str) -> dict[str, Any]:
    return {"name": name, "company": company, "score": score, "link": f"{_HOUSE}/#/leads/{_ID}",
            "at": _ARRIVED - timedelta(hours=hours), **more}


def _part(*leads: dict[str, Any], count: int | None = None) -> dict[str, Any]:
    return {"count": count or len(leads), "leads": list(leads)}


SAMPLES: Final[Mapping[MessageKind, Mapping[str, Any]]] = {
    "hot_lead": _LEAD,
    "reminder": _LEAD | {
        "untouched": {"minutes": 45, "since": _ARRIVED}},
    "escalation": _LEAD | {
        "untouched": {"minutes": 135, "since": _ARRIVED}, "owner": _LEAD["owner"] | {"you": False}},
    "handled": _LEAD | {
        "handled": {"kind": "claim", "by": "Vera Holt", "at": _ARRIVED + timedelta(minutes=7)}},
    "digest": {
        "link": f"{_HOUSE}/#/leads?owner=vera.holt%40example.com",
        "day": _ARRIVED, "time_zone": "Europe/Berlin", "unsubscribe": _LEAD["unsubscribe"],
        "untouched": _part(
            _listed("Elena Marsh", "Northgate Labs", 92.75, 2),
            _listed("Jonas Brandt", "Elbwerk GmbH", 88.5, 20),
            _listed("Amina Diallo", "Sahel Solar", 84.0, 23),
            _listed("Søren Kjær", "Fjordlight A/S", 81.25, 26),
            count=18),
        "new_hot": _part(_listed("Elena Marsh", "Northgate Labs", 92.75, 2),
                         _listed("Jonas Brandt", "Elbwerk GmbH", 88.5, 20)),
        "replied": _part(_listed("Priya Natarajan", "Lotus Freight", 79.0, 5)),
        "won": _part(_listed("Tomás Rivera", "Cobre Andino", 86.0, 18)),
        "lost": _part(_listed("Chloe Martin", "Atelier Nord", 61.5, 19)),
        "cooled": _part(_listed("Mark Osei", "Volta Foods", 74.0, 11)),
        "reassigned": _part(_listed("Lucía Prieto", "Marea Software", 83.0, 21, to="Karim Saleh"),
                            _listed("Søren Kjær", "Fjordlight A/S", 81.25, 22, **{"from": "Karim Saleh"})),
    },
    "operations": {
        "title": "12 leads ended in the dead letters within an hour",
        "detail": "Step: Ask\nReason: the answer of the provider cannot be read\n\n"
                  "The first of them: 09:12, the last: 09:58. They wait until somebody replays them.",
        "link": f"{_HOUSE}/#/dead-letters", "time_zone": "Europe/Berlin",
    },
}
