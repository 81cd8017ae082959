"""Who a lead is about: somebody known, by identity keys and names that do not contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from sidecar.enrichment.merge import FieldValue, winners
from sidecar.intake.model import Entry, Key, Known, Row
from sidecar.matching import Frequencies, Named, compare, named_of, names_agree, names_contradict

_USUAL = Frequencies()
_MOST_PAIRS = 5  # to review, of one new person: a mailbox may be many people's
_NAMES = ("first_name", "last_name", "full_name")


class People:
    """The people that are known, and those that become so while leads are taken in one after the other.

    A profile is one person's. A mailbox is until names on it contradict each other, or it is a function's
    (info@…): then who is named there is known again by that name alone, and a lead without a name is about
    a person without one.
    """

    def __init__(self, known: Known) -> None:
        self._owners: dict[Key, list[str]] = {key: list(people) for key, people in known.contacts.items()}
        self._merged = known.merged
        self._values = known.values["contact"]
        self._leads: dict[str, list[Row]] = {}
        self._names: dict[str, set[Named]] = {}

    def find(self, entry: Entry) -> str | None:
        """The person whom the entry is about; None for nobody who is known."""
        for key in entry.keys:
            found = self._owners.get(key)
            if found and (person := self._fitting(entry.lead, key, found)):
                return person
        return None

    def _fitting(self, lead: Row, key: Key, found: list[str]) -> str | None:
        if key[0] == "linkedin":
            return found[0]
        name = named_of(lead)
        of_a_function = key[0] == "email" and lead.get("email_type") == "role"
        if of_a_function or len({*map(self.contact_of, found)}) > 1:
            fits = [person for person in found
                    if any(names_agree(one, name) for one in self._names_of(person))
                    or not (name.known or self._names_of(person))]
        else:
            fits = [person for person in found if not (said := self._names_of(person))
                    or any(not names_contradict(one, name) for one in said)]
        return min(fits, key=lambda person: name not in self._names_of(person), default=None)

    def contact_of(self, person: str) -> str:
        """The contact that a person is now."""
        return self._merged.get(person, person)

    def add(self, entry: Entry, person: str) -> None:
        """The entry is about this person."""
        for key in entry.keys:
            owners = self._owners.setdefault(key, [])
            if person not in owners:
                owners.append(person)
        self._leads.setdefault(person, []).append(entry.lead)
        self._names.pop(person, None)

    def has(self, key: Key, person: str) -> bool:
        """Whether the person is known by the key."""
        return person in self._owners.get(key, ())

    def candidates(self, entry: Entry) -> Iterator[tuple[str, float, list[str]]]:
        """Who shares a key with somebody new and yet is another: (person, score, reasons), for a review."""
        others: dict[str, Row] = {}
        for kind, value in entry.keys:
            owners = self._owners.get((kind, value), ())[:_MOST_PAIRS]
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
