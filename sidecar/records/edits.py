"""What a person's edit of a contact or organization says, read by the rules that read leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sidecar.terms.fields import fields_of
from sidecar.terms.states import ENTITIES

from .normalization import normalize
from .settings import DEFAULT_SETTINGS, RecordSettings
from .validation import validate

# Of the fields that people edit: kind -> field -> its name in a lead; then what is worked out from them:
# kind -> field -> (its name in a lead, the field that it follows).
EDITABLE: Final = {kind: {field.name: field.reads_as or field.name for field in fields_of(kind)
                          if field.editable} for kind in ENTITIES}
_FOLLOWING: Final = {kind: {field.name: (field.lead, field.derived_from) for field in fields_of(kind)
                            if field.lead and field.derived_from} for kind in ENTITIES}
# A name is written in two ways, of which each is worked out from the other.
_PARTS: Final = ("first_name", "last_name")
# An address of nobody lets fields be checked that alone would make no lead.
_NOBODY: Final = {"email": "nobody@example.com"}
_UNUSABLE: Final = {
    "code": "unusable", "detail": "This is no value of the field. Send null to take its value away."}


def read_edit(
    kind: str, known: Mapping[str, Any], changes: Mapping[str, Any],
    settings: RecordSettings = DEFAULT_SETTINGS,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(what is to be said of each field, errors): canonical values, None for what is taken away.

    `changes`: field -> what a person wrote, None or a blank text for "there is none". They are read beside
    what is `known`, and what follows from them is said too. Errors are {pointer, code, detail}: a value that
    cannot be used is one, so that no edit does nothing.
    """
    names = EDITABLE[kind]
    written = {name: None if isinstance(value, str) and not value.strip() else value
               for name, value in changes.items()}
    if written.get("full_name", "") is None:
        written = dict.fromkeys(_PARTS) | written
    changed = _with_the_name(written)
    stored = {theirs: known[ours] for ours, theirs in names.items() if ours in known}
    beside = normalize(stored, settings)["lead"]
    lead = {theirs: beside[theirs] for ours, theirs in names.items()
            if ours not in changed and theirs in beside}
    if kind == "contact" and "full_name" not in written:
        # The part of the name that is not edited.
        lead |= {part: beside[part] for part in _PARTS if part not in written and part in beside}
    lead |= {names[name]: value for name, value in written.items() if value is not None}
    checked = validate(_NOBODY | lead, settings)
    found = normalize(lead, settings)["lead"]
    said = {name: found.get(names[name]) for name in changed}
    said |= {name: None for name, value in written.items() if value is None}
    said |= {name: None if said[followed] is None else found.get(theirs)
             for name, (theirs, followed) in _FOLLOWING[kind].items() if followed in said}
    wrong = {problem["pointer"] for problem in checked["errors"]}
    why = {problem["pointer"]: problem for problem in (*checked["warnings"], *checked["errors"])}
    return said, [
        {"pointer": f"/{name}", **{part: why.get(f"/{names[name]}", _UNUSABLE)[part] for part in _UNUSABLE}}
        for name, value in written.items()
        if value is not None and (f"/{names[name]}" in wrong or said[name] is None)]


def _with_the_name(written: Mapping[str, Any]) -> list[str]:
    """The edited fields, with what else of the name they change."""
    also = _PARTS if "full_name" in written else ("full_name",) if written.keys() & {*_PARTS} else ()
    return [*written, *(name for name in also if name not in written)]
