"""The lead as the rules see it, and the points they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from math import isfinite
from typing import Any, Final

from sidecar.scoring.shapes import Schema
from sidecar.scoring.validation import Problem

# Facts quoted in a reason are cut to this many characters.
_QUOTED: Final = 80
_NOTHING: Final[Mapping[str, Any]] = {}


class Subject:
    """Facts of one lead at one moment.

    `facts` is {"contact", "organization", "lead", "events": [{"type", "occurred_at", "machine"}],
    "prediction"}; absent means unknown. `occurred_at` is a datetime or ISO 8601 text, UTC when it names no
    zone. What cannot be read is not known: nothing raises. An event with a `machine` (the reason code) was
    nobody's deed and counts for nothing.
    """

    __slots__ = ("ages", "facts", "machines", "now")
    facts: Mapping[str, Any]

    def __init__(self, facts: Mapping[str, Any], now: datetime) -> None:
        self.facts = facts
        self.now = now if now.tzinfo is not None else now.replace(tzinfo=UTC)
        # Type -> whole days since each such event; 0 for today's and for clocks running ahead.
        self.ages: dict[str, list[int]] = {}
        # Type -> reason codes of those that machines made.
        self.machines: dict[str, list[str]] = {}
        events = facts.get("events")
        if events:
            self._read(events)

    def _read(self, events: Any) -> None:
        now, found = self.now, self.ages
        for event in _listed(events):
            try:
                kind, at = event["type"], event["occurred_at"]
                try:
                    age = (now - at).days
                except TypeError:  # a text, or no zone
                    age = (now - moment(at)).days
                if event.get("machine"):
                    self.machines.setdefault(kind, []).append(as_text(event["machine"]))
                elif kind in found:
                    found[kind].append(age if age > 0 else 0)
                else:
                    found[kind] = [age if age > 0 else 0]
            except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
                continue

    def after(self, steps: Sequence[tuple[str, Any]]) -> Subject:
        """The subject after events of these types happen now (value None) and these facts are learnt."""
        made: Subject = object.__new__(Subject)
        made.now, made.machines, made.ages = self.now, self.machines, self.ages
        learnt = [(name, value) for name, value in steps if value is not None]
        facts = with_facts([name for name, _ in learnt], [value for _, value in learnt], self.facts)
        if len(learnt) < len(steps):
            happened = [name for name, value in steps if value is None]
            made.ages = self.ages | {name: [*self.ages.get(name, ()), 0] for name in happened}
            facts["events"] = [*_listed(self.facts.get("events")), *(
                {"type": name, "occurred_at": self.now} for name in happened)]
        made.facts = facts
        return made

    def of_each_day(self, kind: str, most: int) -> list[int]:
        """The ages of events of a type, of each day (in UTC) the latest ones, so many at most."""
        days: dict[int, list[int]] = {}
        for event in _listed(self.facts.get("events")):
            try:
                if event["type"] == kind and not event.get("machine"):
                    at = moment(event["occurred_at"])
                    days.setdefault(at.astimezone(UTC).toordinal(), []).append(max(0, (self.now - at).days))
            except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
                continue
        return [age for ages in days.values() for age in sorted(ages)[:most]]


def _listed(events: Any) -> Sequence[Any]:
    return events if isinstance(events, list | tuple) else ()


Read = Callable[[Mapping[str, Any]], Any]


def reader(places: Sequence[str]) -> Read:
    """Reads the first known of these facts ("contact.seniority", "lead.custom.budget"); None when none is."""
    paths = [parts_of(place) for place in places]
    (the_entity, the_name, the_key), *others = paths

    def read_one(facts: Mapping[str, Any]) -> Any:
        try:
            value = facts[the_entity].get(the_name)
        except (KeyError, TypeError, AttributeError):
            return None
        if value is None or value.__class__ is str:
            return value or None
        return None if value == [] or value == {} else value

    if not others and not the_key:
        return read_one

    def read(facts: Mapping[str, Any]) -> Any:
        for entity, name, key in paths:
            try:
                value = facts[entity].get(name)
                if key:
                    value = value.get(key)
            except (KeyError, TypeError, AttributeError):
                continue
            if value.__class__ is str:
                if value:
                    return value
            elif value is not None and value != [] and value != {}:
                return value
        return None

    return read


@lru_cache(4096)
def _reader(place: str) -> Read:
    return reader([place])


def fact_at(facts: Mapping[str, Any], place: str) -> Any:
    """The fact at a place such as "contact.seniority" or "lead.custom.budget"; None when it is not known."""
    return _reader(place)(facts)


def parts_of(place: str) -> tuple[str, str, str]:
    """Entity, field and, of an object, the name of its member, or ""."""
    entity, _, name = place.partition(".")
    name, _, key = name.partition(".")
    return entity, name, key


def with_facts(places: Sequence[str], values: Sequence[Any], facts: Mapping[str, Any] = _NOTHING
               ) -> dict[str, Any]:
    """Facts of which, beside others, these are known; None: not known."""
    made = dict(facts)
    for place, value in zip(places, values, strict=True):
        if value is not None:
            *above, last = (name for name in parts_of(place) if name)
            part = made
            for name in above:
                inner = part.get(name)
                part[name] = dict(inner) if isinstance(inner, Mapping) else {}
                part = part[name]
            part[last] = value
    return made


def as_text(value: Any) -> str:
    """A fact as text; empty for what has none (numbers of thousands of digits)."""
    try:
        return value if isinstance(value, str) else str(value)
    except (ValueError, RecursionError):
        return ""


@lru_cache(4096)
def moment(value: Any) -> datetime:
    """A moment from a datetime, a date or ISO 8601 text; UTC when it names no zone. Raises ValueError,
    TypeError, AttributeError or OverflowError for anything else."""
    if isinstance(value, datetime):
        at = value
    elif isinstance(value, date):
        at = datetime(value.year, value.month, value.day, tzinfo=UTC)
    else:
        at = datetime.fromisoformat(value.strip())
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def number(value: Any) -> float | None:
    """A fact as a finite number, also where it is a text that is one; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None


# The result of a rule: hundredths of a point (negative ones are taken off), the reason, and whether by
# something that is known, so that 0 points speak against the lead. Names would cost as much as the rule.
Outcome = tuple[int, str, bool]
Evaluator = Callable[[Subject], Outcome | None]


def _no_problems(_: Mapping[str, Any]) -> list[Problem]:
    return []


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule.

    `fields`: the rule's own fields, as JSON Schema; those of `optional` may be left out.
    `prepare(rule)` makes, of a rule that is checked, the function that gives its outcome, or None when it has
    nothing to say. It never raises, whatever the facts.
    `check(rule)` lists what is wrong with a rule beyond its schema.
    `of_events`: it counts events, and so belongs to behavior and engagement.
    `examples(rule)` gives, by place, values of the facts it looks at, at least one for every outcome that the
    rule has when the fact is known: what a fact that is still to be learnt could be worth. A kind without it,
    or of which it gives None, is taken to be worth anything between the least and the most points that stand
    in the rule.
    """

    name: str
    fields: Mapping[str, Schema]
    prepare: Callable[[Mapping[str, Any]], Evaluator]
    examples: Callable[[Mapping[str, Any]], Mapping[str, tuple[Any, ...]] | None] | None = None
    check: Callable[[Mapping[str, Any]], list[Problem]] = field(default=_no_problems)
    optional: frozenset[str] = frozenset()
    of_events: bool = False


# A text that no model names: what falls under `otherwise`.
UNNAMED: Final = "\N{WHITE SQUARE}"


def points_of(outcome: Outcome | None) -> int:
    """The hundredths that a rule gives."""
    return outcome[0] if outcome else 0


def hundredths(points: float) -> int:
    """Points of the model document in hundredths."""
    return round(points * 100)


def quote(text: str, value: object) -> str:
    """The reason's text with "{value}" replaced by the fact."""
    return text.replace("{value}", as_text(value)[:_QUOTED]) if "{value}" in text else text
