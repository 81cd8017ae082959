"""What a predictive model is told of a lead: what rules may look at too, and nothing that names a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sidecar.scoring.subject import moment, number
from sidecar.terms.states import EVENTS

_TEXTS: Final = (
    "contact.seniority", "contact.department", "contact.country", "contact.email_type", "contact.phone_type",
    "organization.industry", "organization.company_size", "organization.revenue_range",
    "organization.country", "lead.source")
_NUMBERS: Final = ("organization.employee_count", "organization.annual_revenue", "organization.founded_year")
_KNOWN: Final = ("contact.job_title", "contact.phone", "contact.linkedin_url", "organization.domain")
_LONGEST: Final = 80

# Name -> "text" or "number".
FEATURES: Final = dict.fromkeys(_TEXTS, "text") | dict.fromkeys(_NUMBERS, "number") | {
    name: "number" for place in _KNOWN for name in (f"{place} known",)} | {
    name: "number" for event in EVENTS for name in (f"{event} count", f"{event} days ago")}


def row_of(facts: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The features of a lead at a moment, of facts in the shape that scoring reads: numbers, texts or None.
    Events of machines do not count."""
    row: dict[str, Any] = {}
    for name in _TEXTS:
        value = _fact(facts, name)
        row[name] = None if value is None else str(value).casefold()[:_LONGEST]
    for name in _NUMBERS:
        value = _fact(facts, name)
        row[name] = None if isinstance(value, str) else number(value)
    for name in _KNOWN:
        row[f"{name} known"] = float(_fact(facts, name) is not None)
    days: dict[str, list[float]] = {}
    for event in facts.get("events") or ():
        if not event.get("machine"):
            at = moment(event["occurred_at"])
            days.setdefault(event["type"], []).append(max(0.0, (now - at).total_seconds() / 86_400))
    for event in EVENTS:
        ages = days.get(event, ())
        row[f"{event} count"] = float(len(ages))
        row[f"{event} days ago"] = min(ages) if ages else None
    return row


def words(name: str, value: Any) -> str:
    """A feature and its value, for people."""
    thing = name.partition(".")[2] or name
    if value is None:
        return f"{thing.removesuffix(' days ago').replace('_', ' ')} unknown"
    if name.endswith(" known"):
        return thing.replace("_", " ") if value else thing.replace("_", " ").replace("known", "unknown")
    if name.endswith(" days ago"):
        return f"{name.removesuffix(' days ago').replace('_', ' ')} {value:.0f} days ago"
    if name.endswith(" count"):
        return f"{value:.0f} × {name.removesuffix(' count').replace('_', ' ')}"
    return f"{thing.replace('_', ' ')} {value:g}" if isinstance(value, float) else (
        f"{thing.replace('_', ' ')} {value}")


def _fact(facts: Mapping[str, Any], place: str) -> Any:
    part, _, name = place.partition(".")
    value = (facts.get(part) or {}).get(name)
    return None if value in ("", [], {}) else value
