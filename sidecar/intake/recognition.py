"""Who a lead is about: somebody known, by identity keys and names that do not contradict each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sidecar.enrichment.merge import FieldValue, winners
from sidecar.intake.model import Entry, Key, Known, Row
from sidecar.matching import (
    Frequencies,
    Named,
    compare,
    initials_of,
    named_of,
    names_agree,
    names_contradict,
    sounds_of,
    whole_name,
)

_USUAL = Frequencies()
_MOST_PAIRS = 5  # to review, of one new person: a mailbox may be many people's
_NAMES = ("first_name", "last_name", "full_name")
# The field that tells what each kind of key, but another system's id, is made of.
_MADE_OF = {"email": "email", "linkedin": "linkedin_url", "mobile": "phone"}
_NAMELESS = ""
_NOBODYS = {whole_name(Named())}


def names_of_key(key: Key, lead: Mapping[str, Any]) -> set[str]:
    """The words by which somebody with a key is looked up by name: of a mailbox, which may be several
    people's."""
    if key[0] != "email":
        return set()
    name = named_of(lead)
    return {whole_name(name), *sounds_of(name)}


def sought(lead: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The words by which a lead's person is looked up: (those of the whole name, those that a name like it
    shares: how the family name sounds, or its initial alone)."""
    name = named_of(lead)
    return ({whole_name(name), str(lead.get("full_name") or "").lower()} - {""},
            {*sounds_of(name), *(f"={letter}" for letter in initials_of(name)),
             str(lead.get("last_name") or "").lower()} - {""})


def identity_of(entry: Entry) -> tuple[Any, ...]:
    """All of an entry that those after it are recognised by: one about the same person with the same changes
    nothing for them."""
    return (*entry.keys, *map(entry.lead.get, (*_NAMES, *_MADE_OF.values())))


class People:
    """The people that are known, and those that become so while leads are taken in one after the other.

    A profile is one person's. A mailbox is until names on it contradict each other, or it is a function's
    (info@…): then who is named there is known again by that name alone, and a lead without a name is about
    a person without one. The id of another system's record tells who somebody is where nothing else that
    they come with is known, or known of that person to be otherwise.
    """

    def __init__(self, known: Known) -> None:
        """`known` stays as it is."""
        self._owners: dict[Key, dict[str, None]] = {
            key: dict.fromkeys(people) for key, people in known.contacts.items()}
        self._named: dict[Key, dict[str, dict[str, None]]] = {}
        self._words = dict(known.names)
        self._merged = known.merged
        self._values = known.values["contact"]
        self._leads: dict[str, list[Row]] = {}
        self._names: dict[str, set[Named]] = {}

    def find(self, entry: Entry) -> str | None:
        """The person whom the entry is about; None for nobody who is known."""
        for key in entry.keys:
            found = self._owners.get(key)
            if found and (person := self._fitting(entry, key, found)):
                return person
        return None

    def _fitting(self, entry: Entry, key: Key, found: Collection[str]) -> str | None:
        lead, first = entry.lead, next(iter(found))
        if key[0] == "linkedin":
            return first
        name = named_of(lead)
        if key[0] == "external":
            return None if self._is_otherwise_known(entry) else self._first(
                name, (person for person in found if self._may_be(entry, person, name)))
        of_a_function = key[0] == "email" and lead.get("email_type") == "role"
        contact = self.contact_of(first)
        if of_a_function or any(self.contact_of(person) != contact for person in found):
            return self._called(key, name)
        return self._first(name, (person for person in found if self._may_be_called(person, name)))

    def _first(self, name: Named, fits: Iterable[str]) -> str | None:
        """Of several whom the name fits who goes by this very one, else the oldest."""
        return min(fits, key=lambda person: name not in self._names_of(person), default=None)

    def _may_be_called(self, person: str, name: Named) -> bool:
        said = self._names_of(person)
        return not said or any(not names_contradict(one, name) for one in said)

    def _is_otherwise_known(self, entry: Entry) -> bool:
        return any(self._owners.get(key) for key in entry.keys if key[0] != "external")

    def _may_be(self, entry: Entry, person: str, name: Named) -> bool:
        """Whether nothing that is known of somebody speaks against a lead with the id of their record."""
        record = self._record(self.contact_of(person))
        fields = [_MADE_OF[kind] for kind, _ in entry.keys if kind in _MADE_OF]
        return not any(record.get(field) not in (None, entry.lead.get(field)) for field in fields) and (
            name.known or not self._names_of(person)) and self._may_be_called(person, name)

    def _called(self, key: Key, name: Named) -> str | None:
        """Who, of the people with a key, goes by a name; who has none, for a lead without one."""
        named = self._named.get(key)
        if named is None:
            named = self._named[key] = {}
            for person in self._owners[key]:
                self._index(named, person, self._names_of(person))
        if not name.known:
            return next((person for person in named.get(_NAMELESS, ()) if not self._names_of(person)), None)
        for words in (sounds_of(name), initials_of(name)):  # few are asked whether they are the same
            near = dict.fromkeys(person for word in words for person in named.get(word, ()))
            if found := self._first(name, (person for person in near if any(
                    names_agree(one, name) for one in self._names_of(person)))):
                return found
        return None

    @staticmethod
    def _index(named: dict[str, dict[str, None]], person: str, names: Iterable[Named]) -> None:
        words = {word for name in names for word in (*sounds_of(name), *initials_of(name))}
        for word in words or {_NAMELESS}:
            named.setdefault(word, {})[person] = None

    def contact_of(self, person: str) -> str:
        """The contact that a person is now."""
        return self._merged.get(person, person)

    def add(self, entry: Entry, person: str) -> None:
        """The entry is about this person."""
        for key in entry.keys:
            self._owners.setdefault(key, {})[person] = None
            if key in self._named:
                self._index(self._named[key], person, [named_of(entry.lead)])
        self._leads.setdefault(person, []).append(entry.lead)
        if person in self._names and (name := named_of(entry.lead)).known:
            self._names[person].add(name)

    def has(self, key: Key, person: str, words: Collection[str]) -> bool:
        """Whether the person is known by the key, and by it under a name of these words, if they are one."""
        return person in self._owners.get(key, ()) and (
            words == _NOBODYS or self._words.get((key, person), frozenset()).issuperset(words))

    def words(self, key: Key, person: str, more: Collection[str]) -> set[str]:
        """The words of all names under which the person is known by the key, more of them now."""
        self._words[key, person] = {*self._words.get((key, person), ()), *more}
        return self._words[key, person]

    def candidates(self, entry: Entry) -> Iterator[tuple[str, float, list[str]]]:
        """Who shares a key with somebody new and yet is another: (person, score, reasons), for a review."""
        others: dict[str, Row] = {}
        for kind, value in entry.keys:
            owners = islice(self._owners.get((kind, value), ()), _MOST_PAIRS)
            for person in dict.fromkeys(map(self.contact_of, owners)):
                record = others.setdefault(person, self._record(person))
                if kind == "email":
                    record["email_canonical"] = value
        for person, record in list(others.items())[:_MOST_PAIRS]:
            found = compare(record, entry.lead, _USUAL)
            yield person, found.score, found.reasons

    def _record(self, person: str) -> Row:
        """What is known of a person, in the names of a lead."""
        record = {name: value.value for name, value in winners(
            FieldValue(**row) for row in self._values.get(person, ()) if not row.get("sandbox")).items()}
        for lead in self._leads.get(person, ()):
            record.update(lead)
        return record

    def _names_of(self, person: str) -> set[Named]:
        """The names by which a person goes: each source's, each lead's now; the sandbox's are none."""
        names = self._names.get(person)
        if names is None:
            by_source: dict[str, Row] = {}
            for row in self._values.get(self.contact_of(person), ()):
                if row["field"] in _NAMES and not row.get("sandbox") and (
                        row.get("person") or self.contact_of(person)) == person:
                    by_source.setdefault(row["source"], {})[row["field"]] = row["value"]
            said = map(named_of, (*by_source.values(), *self._leads.get(person, ())))
            names = self._names[person] = {name for name in said if name.known}
        return names
