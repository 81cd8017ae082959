"""A saved mapping: which place of a sender's body is which field, by JSON pointer (RFC 6901).

{"each": where the list of leads is ("" the body itself), "event_id": …, "is_test": …, "fields": {pointer
below a lead: place}}. A place is as in naming.py: a field, utm.…, consent.…, refused.…, external_ids.…,
custom.…
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any, Final

from sidecar.records.text import is_storable
from sidecar.records.truth import truth
from sidecar.sources.answers import lead_of, text, text_of, with_facts
from sidecar.sources.marks import EVENT_IDS, folded
from sidecar.sources.model import Received
from sidecar.sources.naming import field_named, read_keys
from sidecar.sources.words import meanings, pieces
from sidecar.terms.fields import GIVEN

Mapped = dict[str, Any]

MAX_FIELDS: Final = 200
_MAX_LEAVES: Final = 5000
_PARTS: Final = ("each", "event_id", "is_test", "fields")
_MAX_DEPTH: Final = 6
_OBJECTS: Final = tuple(name for name, field in GIVEN.items() if field.kind == "object")
_IDENTITIES: Final = frozenset({"email", "phone", "linkedin_url"})
_TESTS: Final = frozenset({"istest", "test", "testlead", "testmode"})


def at(body: Any, pointer: str) -> Any:
    """What a JSON pointer leads to, None where there is nothing."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(body, dict):
            body = body.get(key)
        elif isinstance(body, list) and key.isascii() and key.isdecimal() and int(key) < len(body):
            body = body[int(key)]
        else:
            return None
    return body


def guessed(sample: Any) -> Mapped:
    """The mapping that a body suggests: each value by its name and the one above."""
    each = "" if isinstance(sample, list) else _list_of_leads(sample)
    leads = at(sample, each)
    found: Mapped = {"each": each, "fields": {}}
    leaves = chain.from_iterable(
        _leaves(lead, "", ()) for lead in (leads if isinstance(leads, list) else [leads]))
    for pointer, names, value in islice(leaves, _MAX_LEAVES):
        if pointer in found["fields"]:  # another lead has it too
            continue
        name = folded(names[-1])
        if name in EVENT_IDS or folded("".join(names[-2:])) in EVENT_IDS:
            found.setdefault("event_id", pointer)
        elif name in _TESTS and isinstance(value, bool):
            found.setdefault("is_test", pointer)
        elif len(found["fields"]) < MAX_FIELDS and (label := ".".join(names).strip(". ")):
            place = _named(names, value)
            found["fields"][pointer] = place if _is_place(place) else f"custom.{label}"[:100]
    if "event_id" not in found:
        outer = (names_pointer for names_pointer in _leaves(sample, "", ())
                 if folded(names_pointer[1][-1]) in EVENT_IDS)
        if each == "" and (first := next(outer, None)):
            found["event_id"] = first[0]
    return found


def _named(names: tuple[str, ...], value: Any) -> str | None:
    """What a value is, by its own name, else by that with the one above. Both come first where they say what
    is refused or agreed to, or that a company is meant. What stands in an owner is not the lead's."""
    *above, name = names
    if above and above[-1] in _OBJECTS:
        return f"{above[-1]}.{name}"
    if any("owner" in meanings(piece) for container in above for piece in pieces(container)):
        return None
    both = field_named(" ".join(names[-2:])) if above else None
    said = both and both.startswith(("refused.", "consent.")) and (
        isinstance(value, bool) or truth(value) is not None)
    return both if said or (both and both.startswith("company_")) else field_named(name) or both


def _list_of_leads(sample: Any) -> str:
    """Where in an object a list of people stands, "" where the object is one itself."""
    if not isinstance(sample, dict) or _tells_who(sample, lists=False):
        return ""
    lists = (name for name, value in sample.items()
             if isinstance(value, list) and value and isinstance(value[0], dict) and _tells_who(value[0]))
    name = next(lists, None)
    return "" if name is None else "/" + name.replace("~", "~0").replace("/", "~1")


def _tells_who(value: Any, *, lists: bool = True) -> bool:
    return any(field_named(names[-1]) in _IDENTITIES for pointer, names, _ in _leaves(value, "", ())
               if lists or not re.search(r"/\d+(/|$)", pointer))


def _leaves(value: Any, pointer: str, names: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """(pointer, names on the way, value) of every text, number and truth; a list of texts is one value."""
    if len(names) > _MAX_DEPTH or not all(map(is_storable, names)):
        return
    if isinstance(value, dict):
        for key, child in value.items():
            token = str(key).replace("~", "~0").replace("/", "~1")
            yield from _leaves(child, f"{pointer}/{token}", (*names, str(key)))
    elif isinstance(value, list) and any(isinstance(child, dict) for child in value):
        for number, child in enumerate(value[:5]):
            yield from _leaves(child, f"{pointer}/{number}", names)
    elif value is not None and names:
        yield pointer, names, value


def _is_pointer(pointer: Any) -> bool:
    return isinstance(pointer, str) and pointer.startswith("/") and is_storable(pointer)


def _is_place(place: Any) -> bool:
    """Whether a lead has such a field, or an object for such a key."""
    part, dot, key = place.partition(".") if isinstance(place, str) else ("", "", "")
    return bool(key) and is_storable(key) if part in _OBJECTS else part in GIVEN and not dot


def problem(mapping: Any) -> tuple[str, str] | None:
    """(pointer, sentence) of what is wrong with a mapping; None: nothing."""
    if not isinstance(mapping, dict) or not isinstance(mapping.get("fields"), dict):
        return "/fields", "A mapping has fields: {pointer: field}."
    if len(mapping["fields"]) > MAX_FIELDS:
        return "/fields", f"At most {MAX_FIELDS} fields."
    if unknown := next((name for name in mapping if name not in _PARTS), None):
        return "", f"A mapping has no {unknown!r}."
    for pointer, place in mapping["fields"].items():
        where = "/fields/" + str(pointer).replace("~", "~0").replace("/", "~1")
        if not _is_pointer(pointer):
            return where, "A JSON pointer begins with a slash."
        if not _is_place(place):
            return where, f"There is no field {place}."
    for name in ("each", "event_id", "is_test"):
        if mapping.get(name, "") != "" and not _is_pointer(mapping[name]):
            return f"/{name}", "A JSON pointer begins with a slash."
    return None


def mapped(mapping: Mapping[str, Any], body: Any) -> list[Received]:
    """The leads of a body; one of whom that does not tell who it is is read as the API reads it, which knows
    lists of questions with their answers."""
    leads = at(body, mapping.get("each", ""))
    return [_received(mapping, body, lead) for lead in (leads if isinstance(leads, list) else [leads])
            if isinstance(lead, dict)]


def _received(mapping: Mapping[str, Any], body: Any, lead: dict[str, Any]) -> Received:
    read = lead_of((place, at(lead, pointer), None) for pointer, place in mapping["fields"].items())
    if not _IDENTITIES & read.keys():
        by_api = with_facts(dict(read_keys(lead)))
        read = by_api if _IDENTITIES & by_api.keys() else read
    event_id = text(_either(mapping, "event_id", lead, body))
    said = text_of(_either(mapping, "is_test", lead, body))
    return Received(read, event_id, said is True or str(said).lower() in ("true", "1", "yes"))


def _either(mapping: Mapping[str, Any], name: str, lead: Any, body: Any) -> Any:
    """What stands below the lead, else below the whole body."""
    pointer = mapping.get(name)
    if not pointer:
        return None
    found = at(lead, pointer)
    return at(body, pointer) if found is None else found
