"""Masks personal data for callers who may not see it: every field that is not known to be harmless."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sidecar.terms.fields import FIELDS, fields_of

# What stands beside the fields and names nobody.
_BESIDE: Final = {
    "contact": {"id", "fields", "created_at", "updated_at", "leads", "organization"},
    "organization": {"id", "fields"},
    "lead": {"id", "stage", "lane", "stage_code", "stage_reason", "version", "created_at", "updated_at",
             "score", "events", "history", "status_history", "notifications", "contact", "organization"},
}
_HARMLESS: Final = {
    entity: beside | {field.name for field in fields_of(entity) if not field.personal}
    for entity, beside in _BESIDE.items()}
# A lead always has all its fields: masked ones are empty.
_EMPTY: Final[dict[str, Any]] = {"list": (), "object": {}}
_HIDDEN: Final = {field.name: _EMPTY.get(field.kind) for field in fields_of("lead") if field.personal}
# Parameters of a list of leads that filter by what is hidden.
PERSONAL_FILTERS: Final = frozenset(field.filter for field in FIELDS if field.personal and field.filter)


def mask_lead(lead: Mapping[str, Any]) -> dict[str, Any]:
    """A lead without what names the person."""
    organization = lead.get("organization")
    shown = {name: _HIDDEN.get(name, value) for name, value in lead.items()
             if name in _HARMLESS["lead"] or name in _HIDDEN}
    return shown | {
        "contact": mask("contact", lead["contact"]),
        "organization": organization and mask("organization", organization), "masked": True}


def mask(entity: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a contact or organization without the person: of some fields a part is left,
    initials, `j…@example.com`, the end of the phone."""
    parts, harmless = _PARTS.get(entity, {}), _HARMLESS[entity]
    return {name: value if name in harmless else value and parts[name](value)
            for name, value in known.items() if name in harmless or name in parts}


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
