"""One reading of names: which place of a lead a header, a form's question or a key stands for.

A name is taken apart into words, the words into meanings (words.txt, by language), and the meanings as a
whole name a place (places.txt). A word that nobody knows makes the name unknown: "Email Status" is no
address. Both files are read once, when the module is loaded.

Shapes: a place is a field of a lead (`email`), a key of one of its objects (`utm.source`, `consent.phone`,
`custom.budget`), or in brackets what is known and stands for no field (`[street]`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import islice, product
from json import dumps
from typing import Any, Final, NamedTuple

from sidecar.records.schema import KNOWN, LISTS, MAX_KEYS, OBJECTS, pointer
from sidecar.terms.fields import GIVEN

MAX_NAME: Final = 200  # characters of a name that are looked at
_MAX_READINGS: Final = 64  # of a name whose words mean several things
_MAX_DEPTH: Final = 4  # of bodies within bodies
_MAX_KEYS: Final = 200  # of a body, those within it counted

_CAMEL: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+|#")
_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）|【[^【】]*】")
_MARKS: Final = re.compile("[\u0300-\u036f]")
_LATIN: Final = str.maketrans({"ß": "ss", "æ": "a", "œ": "o", "ø": "o", "ł": "l", "ı": "i", "đ": "d"})
_E: Final = re.compile("(?<=[aou])e")  # as in ae, oe, ue for ä, ö, ü
_SPACELESS: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # kana and kanji stand without spaces
# The keys of a list of answers: what was asked, and what was said.
_ASKED: Final = ("label", "question", "title", "name", "field", "key", "column_name", "column_id", "id")
_SAID: Final = ("value", "values", "answer", "answers", "string_value", "text")
_SILENT: Final = ("noise", "person", "lead", "value", "record")
_PROFILE: Final = re.compile(r"linkedin\.com/(in|pub)/", re.IGNORECASE)
_CUSTOM_ROOM: Final = 6000  # characters of unknown answers; a lead may have 8192 bytes of them


class Named(NamedTuple):
    """What a name stands for. place: None when nobody knows; rank: of several names of one place the one
    with the smallest counts first."""

    place: str | None
    rank: int = 0


def _fold(word: str) -> str:
    """A word without case, accents and umlauts, however they were written."""
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LATIN))
    return _E.sub("", _MARKS.sub("", letters))


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKC", name[:MAX_NAME])
    return [_fold(word) for word in _WORD.findall(_CAMEL.sub(" ", text))]


def _table(name: str) -> Iterator[list[str]]:
    for line in files(__package__).joinpath(name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


def _meanings() -> dict[str, list[tuple[str, str]]]:
    """Folded words -> [(meaning, language)], as in the file."""
    found: dict[str, list[tuple[str, str]]] = {"#": [("number", "*")]}
    for meaning, language, words in _table("words.txt"):
        for word in words.split(","):
            readings = found.setdefault("".join(_words(word)), [])
            if all(meaning != known for known, _ in readings) or language != "*":
                readings.append((meaning, language))
    found.pop("", None)
    return found


class _Combination(NamedTuple):
    place: str
    rank: int
    needed: frozenset[str]
    beside: frozenset[str]


def _combinations() -> list[_Combination]:
    return [
        _Combination(place, rank, frozenset(words.strip("= ").split()),
                     frozenset() if words.strip().startswith("=") else frozenset(beside.split()))
        for place, beside, ways in _table("places.txt") for rank, words in enumerate(ways.split(","))]


_MEANINGS: Final = _meanings()
_COMBINATIONS: Final = _combinations()
_LONGEST: Final = max(map(len, _MEANINGS))
_OWN: Final = {"".join(_words(name)): name for name in GIVEN}


def field_named(name: str) -> str | None:
    """The place that a name alone stands for, None when none does."""
    place = _read(name, frozenset()).place
    return None if place is None or place.startswith("[") else place


def read_keys(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A sender's body as a raw lead in our names; a body that is one already is answered as it is.

    Several keys of one field become a list, the best first; campaign parameters become `utm`, unknown keys
    `custom`, passwords and the like nothing. Bodies within the body, lists of questions with answers and
    names with dots or brackets are read; what lies deeper or comes after too much is left out.
    """
    if raw.keys() <= KNOWN:
        return raw if isinstance(raw, dict) else dict(raw)
    told = _told(raw)
    return gather((said.named, said.key, said.value) for said in told)


def sender_pointers(raw: Mapping[str, Any]) -> dict[str, list[str]]:
    """Place -> the JSON pointers of the sender's keys that were read as it, the best first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for said in _told(raw):
        place = said.named.place or f"custom.{said.key}"
        found.setdefault(place, []).append((said.named.rank, pointer(*said.path)))
    return {place: [where for _, where in sorted(told)] for place, told in found.items()}


def gather(told: Iterable[tuple[Named, str, Any]]) -> dict[str, Any]:
    """(what a name stands for, the name, its value) as a raw lead, without what is empty."""
    lead: dict[str, Any] = {}
    candidates: dict[str, list[tuple[int, int, Any]]] = {}
    custom: dict[str, Any] = {}
    room = _CUSTOM_ROOM
    for turn, ((place, rank), key, value) in enumerate(told):
        if value is None or value == "" or value == [] or value == {}:
            continue
        if place in ("company_domain", "website") and isinstance(value, str) and _PROFILE.search(value):
            place = "linkedin_url"
        field, _, part = (place or "").partition(".")
        if place is None or place.startswith("["):
            if place != "[secret]":
                custom.setdefault(key[:100], value)
        elif part:
            lead.setdefault(field, {})
            if isinstance(lead[field], dict):
                lead[field].setdefault(part, value)
        elif field in OBJECTS:
            told_before = lead.get(field)
            lead[field] = (value | told_before if isinstance(value, dict) and isinstance(told_before, dict)
                           else value)
        else:
            candidates.setdefault(field, []).append((rank, turn, value))
    for field, values in candidates.items():
        lead[field] = _candidates(field, [value for *_, value in sorted(values, key=lambda told: told[:2])])
    for key, value in custom.items():
        size = len(key) + len(value if isinstance(value, str) else dumps(value, default=str))
        if size <= room and len(lead.setdefault("custom", {})) < MAX_KEYS - 10:
            lead["custom"].setdefault(key, value)
            room -= size
    return lead


def _candidates(field: str, values: list[Any]) -> Any:
    """One value of a field, or several in a list."""
    if len(values) == 1 and not (isinstance(values[0], list) and field not in LISTS and len(values[0]) == 1):
        return values[0]
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
    leaves = list(islice(_leaves(raw, (), ()), _MAX_KEYS))
    named = read_names(tuple(".".join(names)[-MAX_NAME:] for names, _, _ in leaves))
    return [
        _Said(Named(names[0]) if len(names) == 1 and names[0] in KNOWN else named[i],
              ".".join(_telling(names)), value, path)
        for i, (names, value, path) in enumerate(leaves)]


_Leaf = tuple[tuple[str, ...], Any, tuple[str | int, ...]]


def _leaves(body: Mapping[str, Any], names: tuple[str, ...], path: tuple[str | int, ...]) -> Iterator[_Leaf]:
    for key, value in body.items():
        here, where = (*names, str(key)), (*path, key)
        if not names and key in KNOWN and not isinstance(value, list):
            yield here, value, where
        elif isinstance(value, dict) and len(here) < _MAX_DEPTH and key in OBJECTS:
            yield (key,), value, where
        elif isinstance(value, dict) and value.keys() & {"value"} and not _nested(value):
            yield here, value["value"], (*where, "value")
        elif isinstance(value, dict) and len(here) < _MAX_DEPTH and _pieces(".".join(here)):
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


def _nested(value: Mapping[str, Any]) -> bool:
    return any(isinstance(part, dict | list) for part in value.values())


def _telling(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a path without containers that say nothing ("data", "properties")."""
    return tuple(
        name for name in names[:-1]
        if any(meaning not in _SILENT for piece in _pieces(name) or ()
               for meaning, _ in _MEANINGS.get(piece, [])[:1])) + names[-1:]


@lru_cache(1024)
def read_names(names: tuple[str, ...]) -> tuple[Named, ...]:
    """What each of the names stands for, which stand beside each other in a file or a body: words that mean
    two things are read in the language of the others, a bare "name" beside a first name is the last."""
    spoken = _languages(names)
    found = [_read(name, spoken) for name in names]
    places = {named.place for named in found}
    bare = ("last_name" if "first_name" in places and "last_name" not in places else
            "first_name" if "last_name" in places and "first_name" not in places else None)
    if bare:
        found = [Named(bare, named.rank) if named.place == "full_name" and _is_bare(name) else named
                 for name, named in zip(names, found, strict=True)]
    return tuple(found)


def _is_bare(name: str) -> bool:
    """Whether a name says "name" and nothing more."""
    pieces = _pieces(name) or ()
    return len(pieces) == 1 and any(meaning == "name" for meaning, _ in _MEANINGS.get(pieces[0], ()))


def _languages(names: Sequence[str]) -> frozenset[str]:
    """The languages that several names speak, by the words that are not of every language alike."""
    votes: dict[str, float] = defaultdict(float)
    for name in names:
        for piece in _pieces(name) or ():
            spoken = {"en" if language == "*" else language for _, language in _MEANINGS.get(piece, ())}
            for language in spoken:
                votes[language] += 1 / len(spoken)
    most = max(votes.values(), default=0)
    return frozenset(language for language, n in votes.items() if n * 3 >= most >= 1)


@lru_cache(8192)
def _read(name: str, spoken: frozenset[str]) -> Named:
    part, dot, key = name.strip().partition(".")
    if dot and key and part.lower() in OBJECTS:
        return Named(f"{part.lower()}.{key}")
    for text in dict.fromkeys((name, _BRACKETS.sub(" ", name))):
        pieces = _pieces(text)
        if pieces and (named := _meant(pieces, spoken)):
            return named
    if name.lower().startswith(("utm_", "utm.")) and len(name) > 4:
        return Named(f"utm.{name[4:].lower()}")
    return Named(_OWN.get("".join(_words(name))))


def _meant(pieces: Sequence[str], spoken: frozenset[str]) -> Named | None:
    """The place of words that are all known."""
    words = [piece for piece in pieces if not piece.isdigit()]
    nth = max((int(piece) for piece in pieces if piece.isdigit() and len(piece) == 1), default=1) - 1
    readings = [_readings(word, spoken) for word in words]
    for meanings in islice(product(*readings), _MAX_READINGS):
        if named := _placed(words, meanings):
            return Named(named.place, named.rank * 10 + max(nth, 0))
    return None


def _readings(word: str, spoken: frozenset[str]) -> list[str]:
    """What a word may mean, the likeliest first: a language that nobody else here speaks is left out."""
    readings = _MEANINGS[word]
    if spoken and len(readings) > 1:
        heard = [meaning for meaning, language in readings if language in spoken]
        plain = [meaning for meaning, language in readings if language == "*"]
        if heard or plain:
            return list(dict.fromkeys(heard + plain))
    return list(dict.fromkeys(meaning for meaning, _ in readings))


def _placed(words: Sequence[str], meanings: Sequence[str]) -> Named | None:
    said = [meaning for meaning in meanings if meaning != "noise"]
    if not said:
        return None
    if len(said) > 1 and said[0] == "person":
        said[0] = "kind"
    if place := _system_id(words, meanings):
        return Named(place)
    return _placed_set(frozenset(said), len(said) == len(meanings))


def _system_id(words: Sequence[str], meanings: Sequence[str]) -> str | None:
    if "id" in meanings and meanings.count("system") == 1 and {*meanings} <= {
            "id", "system", "person", "kind", "lead", "record", "noise"}:
        return f"external_ids.{words[meanings.index('system')]}"
    return None


@lru_cache(4096)
def _placed_set(said: frozenset[str], alone: bool) -> Named | None:
    fits = [
        way for way in _COMBINATIONS if way.needed <= said <= way.needed | way.beside
        and (alone or way.beside)]
    best = max(fits, key=lambda way: (len(way.needed), -way.rank), default=None)
    return best and Named(best.place, best.rank)


@lru_cache(8192)
def _pieces(name: str) -> tuple[str, ...] | None:
    """The words of a name as the table knows them, compounds taken apart; None when one is unknown."""
    words = _words(name)
    text = "".join(words)
    ends = {0}
    for word in words:
        ends.add(max(ends) + len(word))
    digits = {start: start + len(word) for start, word in zip(sorted(ends), words, strict=False)
              if word.isdigit()}
    best: list[tuple[int, tuple[str, ...]] | None] = [(0, ()), *[None] * len(text)]
    for start in range(len(text)):
        here = best[start]
        if here is None:
            continue
        if start in digits:
            _offer(best, digits[start], here, 0, text[start:digits[start]])
        for end in range(start + 1, min(len(text), start + _LONGEST) + 1):
            piece = text[start:end]
            readings = _MEANINGS.get(piece)
            if readings is None:
                continue
            whole = start in ends and end in ends
            if whole or _SPACELESS.match(piece) or (len(piece) > 2 and readings[0][0] != "noise"):
                _offer(best, end, here, 2 if whole else 3, piece)
    found = best[len(text)]
    return found[1] if found and found[1] else None


def _offer(best: list[tuple[int, tuple[str, ...]] | None], end: int, here: tuple[int, tuple[str, ...]],
           cost: int, piece: str) -> None:
    total, there = here[0] + cost, best[end]
    if there is None or total < there[0]:
        best[end] = (total, (*here[1], piece))
