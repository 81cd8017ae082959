"""What the arrival of a lead itself tells: the event that intake stores, and its first facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sidecar.terms.fields import SCORED, fields_of
from sidecar.terms.states import EVENTS

# The first line that shares a word with the lead's hints names the event.
_WORDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("demo_request", frozenset({"demo", "demos", "trial"})),
    ("contact_request", frozenset({
        "contact", "kontakt", "pricing", "price", "quote", "quotation", "angebot", "offer",
        "callback", "inquiry", "enquiry", "sales",
    })),
    ("webinar", frozenset({"webinar", "webinars"})),
    ("content_download", frozenset({
        "download", "downloads", "whitepaper", "ebook", "guide", "report",
    })),
    ("form_submit", frozenset({
        "form", "formular", "webform", "webhook", "web", "website", "landing", "newsletter",
        "signup",
    })),
)
# A source with one of these words is a list of people who did nothing themselves.
_LISTS = frozenset({
    "csv", "import", "imported", "upload", "list", "lists", "api", "crm", "export", "bought",
    "purchased", "scraped", "scraper", "navigator",
})
# A source with one of these words, and none of a list, is a form that people fill in themselves; the tools
# among them are those that make forms and pages with forms.
_FORMS = dict(_WORDS)["form_submit"] | frozenset({
    "forms", "popup", "demo", "demos", "trial", "webinar", "callback", "inquiry", "enquiry", "ads", "leadgen",
    "typeform", "tally", "webflow", "jotform", "calendly", "googleforms", "formstack", "wufoo",
})
_FILLED_IN = (*dict(_WORDS), "meeting_booked")
# Custom fields in which forms say what was asked for.
_HINTS = ("event", "event_type", "intent", "request", "request_type", "form", "form_name")

# What a lead calls each fact -> where rules find it.
_FACTS = {
    kind: {field.lead: field.name for field in fields_of(kind) if field.lead and field.name in SCORED[kind]}
    for kind in SCORED}


def intake_event(lead: Mapping[str, Any]) -> str | None:
    """The event type that a normalised lead's own arrival is, or None.

    Tags, the custom fields of forms and the source are read, in that order of trust: "demo",
    "Contact sales", "web form"… A list (CSV, import, API) is no event unless tags or custom fields
    say so. `custom.event` may name the event as it is. Never raises.
    """
    source, tags, custom = lead.get("source"), lead.get("tags"), lead.get("custom")
    if custom and isinstance(custom, Mapping) and custom.get("event") in EVENTS:
        return str(custom["event"])
    said = set(_of_source(source)) if isinstance(source, str) else set()
    if tags or custom:
        said.update(_said(tags, custom))
    return next((event for event, words in _WORDS if not words.isdisjoint(said)), None) if said else None


@lru_cache(256)
def _of_source(source: str) -> frozenset[str]:
    """The words of a source that is no list; sources repeat."""
    return frozenset(() if is_list(source) else _split(source))


@lru_cache(256)
def is_list(source: str) -> bool:
    """Whether a source names a list of people who did nothing themselves."""
    return not _LISTS.isdisjoint(_split(source))


@lru_cache(256)
def _is_form(source: str) -> bool:
    return not _FORMS.isdisjoint(_split(source))


def is_filled_in(lead: Mapping[str, Any]) -> bool:
    """Whether a normalised lead is a form that the person filled in, by the name of its source or because it
    says which event it is ({"custom": {"event": "form_submit"}}); never one of a list."""
    source, custom = lead.get("source") or "", lead.get("custom")
    return not is_list(source) and (
        _is_form(source)
        or bool(custom and isinstance(custom, Mapping) and custom.get("event") in _FILLED_IN))


def _said(tags: object, custom: object) -> Iterator[str]:
    for tag in tags if isinstance(tags, list | tuple) else ():
        yield from _split(tag)
    if isinstance(custom, Mapping):
        for field in _HINTS:
            yield from _split(custom.get(field))


def _split(text: object) -> list[str]:
    """Lower-case words: "requestDemo", "request-demo" and "Request Demo" are the same two."""
    if not isinstance(text, str):
        return []
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text[:500])
    return re.findall(r"[^\W_]+", apart.lower())


def first_touch(lead: Mapping[str, Any]) -> dict[str, Any]:
    """The campaign parameters of the first touch: those that a lead calls so, else its own."""
    return lead.get("first_utm") or lead.get("utm") or {}


def facts_of_lead(lead: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The facts of a normalised lead that nothing else is known of, arriving now."""
    event = intake_event(lead)
    if touch := first_touch(lead):
        lead = {**lead, "first_utm": touch}
    return {
        **{kind: {name: lead[field] for field, name in names.items() if field in lead}
           for kind, names in _FACTS.items()},
        "events": [{"type": event, "occurred_at": now, "properties": {}}] if event else [],
    }
