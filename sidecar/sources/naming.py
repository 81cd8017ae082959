"""One reading of names: which place of a lead a header, a form's question or a key stands for.

A name is taken apart into words and these into meanings (words.py); the meanings as a whole name a place
(places.txt). A word that nobody knows makes the name unknown: "Email Status" is no address. A bare record
id is that of the system whose export it stands in (systems.txt).

Shapes: a place is a field of a lead (`email`), a key of one of its objects (`utm.source`, `consent.phone`,
`custom.budget`), or in brackets what is known and stands for no field (`[street]`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, pairwise, product
from json import dumps
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from sidecar.records.schema import KNOWN, LISTS, MAX_KEYS, NUMBERS, OBJECTS, pointer
from sidecar.records.truth import truth
from sidecar.terms.fields import DERIVED, FIELDS, GIVEN

from .words import MAX_NAME, fold, languages, meanings, pieces, readings, table, words

_MAX_READINGS: Final = 64  # of a name whose words mean several things
_MAX_DEPTH: Final = 4  # of bodies within bodies
_MAX_VALUES: Final = 200  # of a body, those within it counted
_CUSTOM_ROOM: Final = 6000  # characters of unknown answers; a lead may have 8192 bytes of them

_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）|【[^【】]*】")
# Unit of amounts -> how names say it.
_UNITS: Final = {
    "thousand": frozenset("000 thousand thousands tsd k t keur teur kusd tkr tsek 千円".split()),  # noqa: SIM905
    "million": frozenset("million millions mio mn m meur musd mkr msek 百万円".split())}  # noqa: SIM905
_PAGE: Final = re.compile("page|url|landing|location|href")  # in the name of an address of a page
_MAX_ADDRESS: Final = 2000
_PROFILE: Final = re.compile(r"linkedin\.com/(in|pub)/", re.IGNORECASE)
# What is worked out -> what it is worked out from, in a lead's names.
_BASE: Final = {
    name: next(str(other.lead) for other in GIVEN.values() if (other.entity, other.name) ==
               (field.entity, field.derived_from))
    for name, field in DERIVED.items()}
# Meanings of containers that tell nothing about what is in them, to a reader of names and to people.
_TRANSPARENT: Final = frozenset(("noise", "person"))
_SILENT: Final = frozenset((*_TRANSPARENT, "lead", "value", "record", "form"))
# Containers of what somebody answered, whatever else their words mean in other names ("Submission date").
_AROUND_ANSWERS: Final = frozenset(("submission", "formdata", "formfields", "formresponse", "formresponses"))
_RECORD: Final = frozenset(("id", "record", "person", "lead", "noise"))
# The keys of a list of answers: what was asked, and what was said.
_ASKED: Final = ("label", "question", "title", "name", "field", "key", "column_name", "column_id", "id")
_SAID: Final = ("value", "values", "answer", "answers", "string_value", "text")


class Named(NamedTuple):
    """What a name stands for. place: None when nobody knows; rank: of several names of one place the one
    with the smallest counts first; means: what a "yes" in that place means ("Converted": converted), or the
    unit of its numbers ("in 000s USD": thousand)."""

    place: str | None
    rank: int = 0
    means: str = ""


class _Combination(NamedTuple):
    """Meanings that together name a place. needed: all of them are said; beside: what else may be said;
    bare: nothing else, not even words that mean nothing."""

    named: Named
    needed: frozenset[str]
    beside: frozenset[str]
    bare: bool


def _combinations() -> Iterator[_Combination]:
    for place, beside, ways in table("places.txt"):
        field, _, means = place.partition(":")
        for rank, way in enumerate(ways.split(",")):
            bare = way.strip().startswith("=")
            yield _Combination(Named(field, rank, means), frozenset(way.strip("= ").split()),
                               frozenset() if bare else frozenset(beside.split()), bare)


_COMBINATIONS: Final = tuple(_combinations())
_BRACKETED: Final = re.compile(r"(\w+)\[([^\[\]]+)\]")  # "custom[budget]", as PHP and Rails name boxes
_OWN: Final = {fold(name): name for name in GIVEN}
# Columns of our exports and of files of refused rows that an import must not take for answers.
_EXPORTED: Final = frozenset(
    ("lead_id", "stage", "grade", "score", "created_at", "updated_at", "rejected_line", "rejected_because",
     "warning_line", "warnings",
     *(field.lead or field.name for field in FIELDS
       if field.lead not in GIVEN and (field.lead or field.entity == "lead"))))
_OF_SYSTEM: Final = {
    fold(name): f"external_ids.{system}" for system, names, _ in table("systems.txt")
    for name in names.split(",") if name.strip()}
_MARKS: Final = [(system, tuple(mark.strip() for mark in marks.split(",")))
                 for system, _, marks in table("systems.txt")]


def field_named(name: str) -> str | None:
    """The place that a name alone stands for, None when none does."""
    place = read_names((name,))[0].place
    return None if place is None or place.startswith("[") else place


@lru_cache(256)
def read_names(names: tuple[str, ...]) -> tuple[Named, ...]:
    """What each of the names stands for, which stand beside each other in a file or a body.

    Words that mean two things are read in the language of the others. A bare "name" beside a first name is
    the last, a bare "title" beside a job title is a salutation, a bare "id" is that of the system whose
    export this is, and the "URL" of a connection is a profile.
    """
    if len(names) == 1:
        return (_read(names[0], frozenset()),)
    spoken = languages(names)
    found = [_read(name, spoken) for name in names]
    places = [named.place for named in found]
    said = [{meaning for piece in pieces(name) for meaning in meanings(piece)} for name in names]
    system = _system(names)
    for i, name in enumerate(names):
        alone = sum(meanings(piece)[:1] != ["noise"] for piece in pieces(name)) == 1
        if alone and "name" in said[i] and places[i] == "full_name":
            found[i] = Named(_part_of_name(places))
        elif alone and "title" in said[i] and places.count("job_title") > 1:
            found[i] = Named("[salutation]")
        elif alone and "url" in said[i] and any("connected_on" in other for other in said):
            found[i] = Named("linkedin_url")
        elif system and places[i] is None and "id" in said[i] and _is_record(name):
            found[i] = Named(f"external_ids.{system}")
    return tuple(found)


def _part_of_name(places: Sequence[str | None]) -> str:
    if "first_name" in places:
        return "full_name" if "last_name" in places else "last_name"
    return "first_name" if "last_name" in places else "full_name"


def _system(names: Iterable[str]) -> str | None:
    """The system whose export has these columns, by those that only it has."""
    known = [name.strip().lower() for name in names]
    shares = {
        system: sum(name.startswith(mark) if mark.endswith(" -") else name == mark
                    for mark in marks for name in known)
        for system, marks in _MARKS}
    system = max(shares, key=lambda system: shares[system])
    return system if shares[system] else None


def _is_record(name: str) -> bool:
    return all(not _RECORD.isdisjoint(meanings(piece)) for piece in pieces(name))


@lru_cache(4096)
def _read(name: str, spoken: frozenset[str]) -> Named:
    part, dot, key = _BRACKETED.sub(r"\1.\2", name.strip()).partition(".")
    if dot and key and part.lower() in OBJECTS:
        return Named(f"{part.lower()}.{key}")
    for text in dict.fromkeys((name, _BRACKETS.sub(" ", name))):
        if named := _meant(pieces(text), spoken):
            return named._replace(means=_unit(name)) if named.place == "annual_revenue" else named
    head, colon, _ = name.partition(":")
    if colon and (named := _meant(pieces(head), spoken)) and (named.place or "").startswith("refused."):
        return named  # a refusal of one kind of mail, as "Opted out of email: offers"
    if name.lower().startswith(("utm_", "utm.")) and len(name) > 4:
        return Named(f"utm.{name[4:].lower()}")
    folded = fold(name)
    return Named(_OWN.get(folded) or _OF_SYSTEM.get(folded) or ("[exported]" if name in _EXPORTED else None))


def _unit(name: str) -> str:
    """The unit in which a name says that amounts are given."""
    said = words(name)
    return next((unit for unit, words_of in _UNITS.items() if not words_of.isdisjoint(said)), "")


def _meant(name: Sequence[str], spoken: frozenset[str]) -> Named | None:
    """The place of pieces that are all known; one that takes nothing only where no field fits."""
    said = [piece for piece in name if not piece.isdecimal()]
    nth = max((int(piece) for piece in name if piece.isdecimal() and len(piece) == 1), default=1)
    for reading in islice(product(*(meanings(piece, spoken) for piece in said)), _MAX_READINGS):
        if named := _placed(said, reading):
            return named._replace(rank=named.rank * 10 + max(nth - 1, 0))
    return None


def _placed(said: Sequence[str], reading: Sequence[str]) -> Named | None:
    told = [meaning for meaning in reading if meaning != "noise"]
    if not told:
        return None
    if told.count("system") == 1 and "id" in told and {*told} <= _RECORD | {"system"}:
        return Named(f"external_ids.{said[reading.index('system')]}")
    if len(told) > 1 and (told[0] == "person" or (told[0] == "name" and told[1].endswith("_name"))):
        told[0] = "kind"  # of record, as in "Person - Email"
    for i, pair in enumerate(pairwise(reading)):
        if pair == ("company", "person"):  # not "company of the person"
            told[len([meaning for meaning in reading[:i + 1] if meaning != "noise"])] = "whom"
    return _fitting(frozenset(told), len(told) == len(reading))


@lru_cache(4096)
def _fitting(told: frozenset[str], bare: bool) -> Named | None:
    fits = [way for way in _COMBINATIONS
            if way.needed <= told <= way.needed | way.beside and (bare or not way.bare)]
    best = max(fits, key=lambda way: (len(way.needed), -way.named.rank), default=None)
    return best and best.named


def read_keys(raw: Any) -> Any:
    """A sender's body as a raw lead in our names; what is one already, or no body, is answered as it is.

    Several keys of one field become a list, the best first; campaign parameters become `utm`, unknown keys
    `custom`, passwords and the like nothing. Bodies within the body, lists of questions with answers and
    names with dots or brackets are read; what lies deeper or comes after too much is left out.
    """
    if not isinstance(raw, dict) or raw.keys() <= GIVEN.keys() or all(_is_ours(key, raw) for key in raw):
        return raw
    return gather((*said.named, said.key, said.value) for said in _told(raw))


def _is_ours(key: str, raw: Mapping[str, Any]) -> bool:
    """Whether a key is one of ours. What is worked out of another field is what somebody says without it."""
    return key in KNOWN and _BASE.get(key, key) in raw


def at_senders_keys(problems: list[dict[str, Any]], raw: Any) -> list[dict[str, Any]]:
    """Problems of a lead that `read_keys` made of a body, each at the sender's key."""
    if not problems or read_keys(raw) is raw:
        return problems
    places: dict[str, list[tuple[int, _Said]]] = {}
    for said in _told(raw):
        where = (said.named.place or f"custom.{said.key}").partition(".")
        places.setdefault(pointer(where[0], *([where[2]] if where[2] else [])), []).append(
            (said.named.rank, said))
    return [problem | {"pointer": _senders(problem, places)} for problem in problems]


def _senders(problem: Mapping[str, Any], places: Mapping[str, list[tuple[int, _Said]]]) -> str:
    ours: str = problem["pointer"]
    found = sorted(places.get(ours, ()), key=lambda ranked: ranked[0])
    # Of several keys the one whose value it is about.
    found.sort(key=lambda ranked: "value" in problem and ranked[1].value != problem["value"])
    return pointer(*found[0][1].path) if found else ours


def gather(told: Iterable[tuple[str | None, int, str, str, Any]]) -> dict[str, Any]:
    """(what a name stands for: place, rank, means; the name; its value) as a raw lead; not what is empty."""
    lead: dict[str, Any] = {}
    ranks: dict[str, int] = {}
    several: dict[str, list[tuple[int, Any]]] = {}
    custom: dict[str, Any] = {}
    states: list[tuple[str, Any]] = []
    not_ended: str | None = None
    for place, rank, means, key, value in told:
        if not value and (value is None or value in ("", [], {})):
            continue
        field, part = _parts(place)
        if part is not None:
            within = lead.setdefault(field, {})
            if field == "custom":
                custom.setdefault(part, value)
                states.append((part, value))
            elif isinstance(within, dict):
                within.setdefault(part, value)
            continue
        if field in _UNKNOWN:
            if place != "[secret]":
                custom.setdefault(key[:100], value)
                states.append((key, value))
            continue
        if field in OBJECTS:
            within = lead.get(field)
            lead[field] = value | within if isinstance(value, dict) and isinstance(within, dict) else value
            continue
        if means:
            if field in NUMBERS:
                value = f"{value} {means}"
            elif (said := truth(value)) is not None:
                if not said:
                    if field == "outcome" and means != "lost":
                        not_ended = f"not {means}"
                    continue
                value = means
        elif field == "outcome" and (said := truth(value)) is not None:
            value = "converted" if said else "not converted"
        elif field == "company_domain" and isinstance(value, str) and _PROFILE.search(value):
            field = "linkedin_url"
        if field in lead:
            several.setdefault(field, [(ranks[field], lead[field])]).append((rank, value))
        else:
            lead[field], ranks[field] = value, rank
    for field, values in several.items():
        values.sort(key=lambda ranked: ranked[0])
        lead[field] = _united(field, [value for _, value in values])
    if not_ended:  # unless another column says how it ended
        lead.setdefault("outcome", not_ended)
    if custom:
        lead["custom"] = _within_room(custom, lead.get("custom"))
        for key, value in states:
            if _is_status(key) and isinstance(value, str) and (purpose := _REFUSES.get(_state(value))):
                refused = lead.setdefault("refused", {})
                if isinstance(refused, dict):
                    refused.setdefault(purpose, value)
        if "utm" not in lead and (campaign := _campaign_of_page(custom)):
            lead["utm"] = campaign
    return lead


def _campaign_of_page(custom: Mapping[str, Any]) -> dict[str, str]:
    """The campaign parameters in the address of the page that somebody was on, where that is told."""
    for key, value in custom.items():
        if isinstance(value, str) and "utm_" in value and _PAGE.search(fold(key)):
            told = parse_qsl(value[:_MAX_ADDRESS].partition("?")[2].partition("#")[0])
            if campaign := {name[4:]: text for name, text in told if name.startswith("utm_") and name[4:]}:
                return campaign
    return {}


_UNKNOWN: Final = ("", "[")
# What a status may say of somebody's will -> the purpose that is refused.
_REFUSES: Final = {"unsubscribed": "marketing_email", "optout": "any_contact", "no_call": "phone"}


@lru_cache(1024)
def _is_status(key: str) -> bool:
    """Whether an unknown name is the status of a person or address ("Status", "Email status")."""
    told = {meaning for piece in pieces(key) for meaning in meanings(piece)[:1]}
    return "status" in told and told <= {"status", "noise", "person", "lead", "kind", "email", "form"}


@lru_cache(1024)
def _state(value: str) -> str:
    """Which refusal a status says ("Unsubscribed", "Do not contact"), nothing for any other status."""
    said = [meaning for meaning in meanings(fold(value)) if meaning in _REFUSES]
    return said[0] if said and truth(value) is False else ""


@lru_cache(4096)
def _parts(place: str | None) -> tuple[str, str | None]:
    """(field, key within it) of a place; of one that is no field "" or "["."""
    if place is None or place.startswith("["):
        return (place or "")[:1], None
    field, dot, part = place.partition(".")
    return field, part if dot else None


def _within_room(custom: Mapping[str, Any], said: Any) -> dict[str, Any]:
    """Unknown answers beside those that were given as such, as many as a lead may have."""
    kept: dict[str, Any] = dict(said) if isinstance(said, dict) else {}
    room = _CUSTOM_ROOM
    for key, value in custom.items():
        room -= len(key) + len(value if isinstance(value, str) else dumps(value, default=str))
        if room < 0 or len(kept) >= MAX_KEYS:
            break
        kept.setdefault(key, value)
    return kept


def _united(field: str, values: list[Any]) -> Any:
    """The values of several names of one field: all that differ, or the one that they are."""
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    different = [value for n, value in enumerate(flat) if value not in flat[:n]]
    return different[0] if len(different) == 1 and field not in LISTS else different


class _Said(NamedTuple):
    """A value that a body tells: the place of its name, the key of an unknown one, where it stands."""

    named: Named
    key: str
    value: Any
    path: tuple[str | int, ...]


def _told(raw: Mapping[str, Any]) -> list[_Said]:
    """Every value of a body with the place of its name, read beside the others."""
    leaves = list(islice(_leaves(raw, (), ()), _MAX_VALUES))
    named = _of_one_person(
        read_names(tuple(_path(names, _TRANSPARENT)[-MAX_NAME:] for names, _, _ in leaves)), leaves)
    return [
        _Said(Named(names[0]) if names[0] != found.place and len(names) == 1 and _is_ours(names[0], raw)
              else found, _path(names, _SILENT), value, path)
        for found, (names, value, path) in zip(named, leaves, strict=True)]


def _of_one_person(named: tuple[Named, ...], leaves: Sequence[_Leaf]) -> Sequence[Named]:
    """The places without the names of others, as that of the form around the answers: of several whole names
    in different objects the one that stands beside the address counts."""
    places = [found.place for found in named]
    if places.count("full_name") < 2 or "email" not in places:
        return named
    beside = leaves[places.index("email")][2][:-1]
    here = [found.place == "full_name" and path[:-1] == beside for found, (_, _, path) in zip(
        named, leaves, strict=True)]
    return [Named(None) if found.place == "full_name" and any(here) and not mine else found
            for found, mine in zip(named, here, strict=True)]


_Leaf = tuple[tuple[str, ...], Any, tuple[str | int, ...]]


def _leaves(body: Mapping[str, Any], names: tuple[str, ...], path: tuple[str | int, ...]) -> Iterator[_Leaf]:
    for key, value in body.items():
        here, where = (*names, str(key)), (*path, key)
        if not names and key in KNOWN and not isinstance(value, list):
            yield here, value, where
        elif isinstance(value, dict) and len(here) < _MAX_DEPTH and key in OBJECTS:
            yield (key,), value, where
        elif isinstance(value, dict) and not isinstance(value.get("value", {}), dict | list):
            label = next((value[name] for name in _ASKED if isinstance(value.get(name), str)), "")
            known = not label or _read(_path(here, _TRANSPARENT), frozenset()).place
            yield here if known else (label,), value["value"], (*where, "value")
        elif isinstance(value, dict) and len(here) < _MAX_DEPTH and pieces(".".join(here)):
            yield from _leaves(value, here, where)
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            yield from _listed(value, here, where)
        else:
            yield here, value, where


def _listed(items: list[dict[str, Any]], names: tuple[str, ...], path: tuple[str | int, ...]
            ) -> Iterator[_Leaf]:
    """A list of questions with their answers; of values with marks ({"value": …, "primary": true}); or
    whatever else."""
    said = [next((name for name in _SAID if name in item), None) for item in items]
    asked = [next((name for name in _ASKED if isinstance(item.get(name), str)), None) for item in items]
    if any(said) and _read(".".join(names), frozenset()).place:
        order = sorted(items, key=lambda item: not item.get("primary"))
        yield names, [item[key] for item in order for key in _SAID if key in item], path
    elif not any(said) or not any(asked):
        yield names, items, path
    else:
        for n, (item, question, answer) in enumerate(zip(items, asked, said, strict=True)):
            if question and answer:
                value = item[answer]
                one = value[0] if isinstance(value, list) and len(value) == 1 else value
                yield (item[question],), one, (*path, n, answer)


def _path(names: tuple[str, ...], silent: frozenset[str]) -> str:
    """The names of a path in one, without containers of these meanings."""
    return ".".join([*(name for name in names[:-1] if fold(name) not in _AROUND_ANSWERS and any(
        meaning not in silent for piece in pieces(name) for meaning, _ in readings(piece)[:1])), names[-1]])
