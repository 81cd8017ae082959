"""Answers of a form as a raw lead: labels in anybody's words, values as vendors write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sidecar.sources.naming import field_named, read_keys

MAX_CUSTOM: Final = 40  # a lead may have 50 keys of its own
_MAX_LABEL, _MAX_TEXT = 100, 500
_MAX_DIGITS: Final = 18


class NotADelivery(ValueError):
    """A body that is not the vendor's. Its text is told to the sender: it holds nothing of the body."""


# (label, value, the field that it is where the label does not say): label and value as the vendor writes.
Answer = tuple[str, Any, str | None]


def lead_of(answers: Iterable[Answer], **facts: Any) -> dict[str, Any]:
    """The raw lead of a form's answers. `facts`: what the vendor tells beside them, utm={…}, custom={…}; what
    somebody answered counts before it. Several answers of one field stand in order, the first one first."""
    raw: dict[str, Any] = {}
    for label, value, kind in answers:
        said = text_of(value)
        if said in (None, ""):
            continue
        name = label.strip()[:_MAX_LABEL]
        if kind and not field_named(name):
            name = kind
        name = name or "answer"
        known = raw.get(name)
        raw[name] = said if known is None else [*(known if isinstance(known, list) else [known]), said]
    return with_facts(read_keys(raw), **facts)


def with_facts(lead: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """The lead with what the vendor tells beside its answers, where these say nothing."""
    for name, value in facts.items():
        if isinstance(value, Mapping):
            given = {key: text for key, text in value.items() if text not in (None, "", [], {})}
            if given:
                lead[name] = given | (lead.get(name) or {})
        elif value not in (None, "", []):
            lead.setdefault(name, value)
    custom = lead.get("custom")
    if custom:
        lead["custom"] = {
            key: value[:_MAX_TEXT] if isinstance(value, str) else value
            for key, value in list(custom.items())[:MAX_CUSTOM]}
    return lead


def text_of(value: Any) -> Any:
    """A value as a lead takes it: text, number or truth; several in one text, an object's parts in one."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        parts = [str(part) for part in map(text_of, value) if part not in (None, "")]
        return ", ".join(parts)
    return value.strip() if isinstance(value, str) else value


def items(value: Any) -> list[Any]:
    """A list, or nothing."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [entry for entry in items(value) if isinstance(entry, dict)]


def member(value: Any, *path: str) -> Any:
    """What stands below these keys, None where there is nothing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Any) -> str:
    """An id or name as text, "" for anything else."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def number(value: Any) -> int:
    """A whole number, in digits or not; 0 for anything else."""
    digits = text(value) if isinstance(value, str | int) and len(str(value)[:99]) <= _MAX_DIGITS else ""
    return int(digits) if digits.isdecimal() else 0


def looks_like_an_address(value: Any) -> bool:
    """Whether an answer is an e-mail address, whatever was asked."""
    return isinstance(value, str) and re.fullmatch(r"[^\s@]+@[^\s@]+\.\w+", value) is not None


def a_dict(body: Any, what: str) -> dict[str, Any]:
    """The body as an object. Raises NotADelivery."""
    if not isinstance(body, dict):
        raise NotADelivery(f"This is not {what}.")
    return body
