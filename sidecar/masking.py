"""Personal data out of what is shown, kept and logged: of records every field that is not known as harmless,
of a text what identifies a person wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sidecar.terms.fields import FIELDS, fields_of

# What stands beside the fields and names nobody.
_BESIDE: Final = {
    "contact": {"id", "fields", "created_at", "updated_at", "leads", "organization"},
    "organization": {"id", "fields"},
    "lead": {"id", "stage", "lane", "stage_code", "stage_reason", "version", "created_at", "updated_at",
             "is_test", "owner_id", "score", "events", "history", "status_history", "notifications",
             "hot_changes", "contact", "organization", "may_email", "may_call"},
}
_HARMLESS: Final = {
    entity: beside | {field.name for field in fields_of(entity) if not field.personal}
    for entity, beside in _BESIDE.items()}
# Of an event; addresses, agents and pages may name somebody.
_OF_EVENTS: Final = {"list", "test", "machine", "method"}
# A lead always has all its fields: masked ones are empty.
_EMPTY: Final[dict[str, Any]] = {"list": (), "object": {}}
_HIDDEN: Final = {field.name: _EMPTY.get(field.kind) for field in fields_of("lead") if field.personal}
# Parameters of a list of leads that filter by what is hidden.
PERSONAL_FILTERS: Final = frozenset(field.filter for field in FIELDS if field.personal and field.filter)


# Each match is bounded, and so is the time. n8n/redact.cjs does the same to n8n's own log.
_EMAIL: Final = re.compile(
    r"""(?:"[^"\n]{1,64}" | (?: [^\s<>"'(),;:=&?/@] | (?<=\w)'(?=\w) ){1,64}?)
        (?:@|%40) [\w-]{1,63} (?:\.[\w-]{1,63}){1,8}""", re.IGNORECASE | re.VERBOSE)
_PROFILE: Final = re.compile(
    r"""(?:https?(?::|%3a)(?:/|%2f){2})? (?:\w{1,10}\.)? linkedin\.com
        (?:/|%2f)(?:in|pub)(?:/|%2f) [^\s"'<>,;&]{1,200}""", re.IGNORECASE | re.VERBOSE)
# With +, 00 or 0 in front, or grouped as in North America: ids, ISO dates and addresses stay legible.
_PHONE: Final = re.compile(
    r"""(?:\+|%2b) (?:[ ()./-]{0,3}\d){7,15}
      | (?<![\w.-]) \(?0\d (?:[ ()./-]{0,2}\d){5,13} (?!-?\w)
      | (?<![\w.-]) (?:\(\d{3}\)[ ]?|\d{3}[ .-]) \d{3}[ .-]\d{4} (?!-?\w)""", re.IGNORECASE | re.VERBOSE)


def redact(text: str) -> str:
    """A text without mail addresses, profiles at LinkedIn and phone numbers: [email], [profile], [phone].

    For what comes from outside and is kept, sent or logged: messages of errors, reasons, lines of a log.
    Of names it knows nothing.
    """
    return _PHONE.sub("[phone]", _EMAIL.sub("[email]", _PROFILE.sub("[profile]", text)))


def names_nobody(text: str) -> bool:
    """Whether `redact` would leave it as it is: it may be a label of what is measured."""
    return redact(text) == text


def mask_lead(lead: Mapping[str, Any]) -> dict[str, Any]:
    """A lead without what names the person."""
    organization = lead.get("organization")
    shown = {name: _HIDDEN.get(name, value) for name, value in lead.items()
             if name in _HARMLESS["lead"] or name in _HIDDEN}
    if "refusals" in lead:
        shown["refusals"] = mask_refusals(lead["refusals"])
    if "warnings" in lead:  # where they point inside of answers is in the sender's own words
        shown["warnings"] = [
            {"pointer": "/".join(warning["pointer"].split("/")[:2]), "code": warning["code"]}
            for warning in lead["warnings"]]
    if "events" in lead:
        shown["events"] = mask_events(lead["events"])
    return shown | {
        "contact": mask("contact", lead["contact"]),
        "organization": organization and mask("organization", organization), "masked": True}


def mask_events(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Events without what may name somebody."""
    return [
        {**event, "properties": {
            name: value for name, value in event["properties"].items() if name in _OF_EVENTS}}
        for event in events]


def mask_refusals(refusals: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Refusals without what staff wrote of them."""
    return [{**refusal, "reason": None} for refusal in refusals]


def mask(entity: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a contact or organization without the person: of some fields a part is left,
    initials, `j…@example.com`, the end of the phone."""
    parts, harmless = _PARTS.get(entity, {}), _HARMLESS[entity]
    shown = {name: value if name in harmless else value and parts[name](value)
             for name, value in known.items() if name in harmless or name in parts}
    return shown | {"fields": mask_sources(entity, known["fields"])} if "fields" in known else shown


def mask_sources(entity: str, sources: Mapping[str, Any]) -> dict[str, Any]:
    """Whose word counts for each field, and what others say of it, as `mask` shows it."""
    return {field: {**source, "others": [
        {**other, "value": mask(entity, {field: other["value"]}).get(field)} for other in source["others"]]}
        for field, source in sources.items()}


def mask_email(email: str) -> str:
    """`jane.roe@example.com` -> `j…@example.com`."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}" if at else "…"


def _initials(name: str) -> str:
    return " ".join(f"{word[0]}." for word in name.split())


def _end(phone: str) -> str:
    return f"…{phone[-2:]}"


# What of a personal field may go out; of all others nothing does.
_PARTS: Final[dict[str, dict[str, Callable[[str], str]]]] = {
    "contact": {"full_name": _initials, "first_name": _initials, "last_name": _initials,
                "email": mask_email, "phone": _end},
}
