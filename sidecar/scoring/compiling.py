"""A model made ready: each rule a function, each number a whole one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from math import gcd
from operator import getitem
from threading import Lock
from typing import Any, Final

from sidecar.scoring import conditions
from sidecar.scoring.rules import KINDS
from sidecar.scoring.schema import FIT, INTENT
from sidecar.scoring.subject import Evaluator, Outcome, Subject, hundredths, parts_of
from sidecar.terms.states import GRADES

FULL: Final = 100_00
UNLIMITED: Final = 1_000_000_00
_MOST_WEIGHED: Final = 50_000
# Points below a threshold at which a lead that was above still stays there.
MARGIN: Final = 2
QUARTERS: Final = (75, 50, 25)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule: its number in the model, the places of its component and of its slot, and what it gives.

    `own`: what it gives whatever its condition says. `places`: the facts that it looks at. `examples`: by
    place, values of them that make a difference; None where its kind does not tell them: it gives anything
    from `least` to `most` then."""

    number: int
    component: int
    slot: int
    name: str
    document: Mapping[str, Any]
    evaluate: Evaluator
    own: Evaluator
    places: tuple[str, ...]
    examples: Mapping[str, tuple[Any, ...]] | None
    events: tuple[str, ...]
    least: int
    most: int
    # The one event without which it says nothing, where there is one; its place among equals.
    event: str | None
    rank: str


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """What counts together in a component: the rules of a group, up to its limit in either direction, or
    all that are in none (a limit that they cannot reach)."""

    component: int
    name: str
    limit: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """`percent`: its weight; `step`: only multiples of so many hundredths weigh whole hundredths. `slots`:
    the first is that of no group. `of_facts`: time and events change nothing of it; `of_events`: nothing else
    does, each rule by its `events`."""

    name: str
    percent: int
    step: int
    weight: float
    empty: str
    rules: tuple[Rule, ...]
    slots: range
    of_facts: bool
    of_events: bool
    # The rules as the engine goes through them: event, evaluate, name, rank, most, slot.
    lines: tuple[tuple[str | None, Evaluator, str, str, int, int], ...]
    # What makes a difference of a lead's facts, None where that cannot be told; what was made of it; what of
    # that is equal.
    key: Callable[[Mapping[str, Any]], tuple[Any, ...] | None]
    remembered: dict[Any, Any]
    shared: dict[Any, Any]


@dataclass(eq=False)
class Model:
    """A model that `check_model` finds no problem with, made ready by `compiled`."""

    version: str
    components: tuple[Component, ...]
    rules: tuple[Rule, ...]
    slots: tuple[Slot, ...]
    # Grade -> the hundredths it begins at; the best grade first, the last one begins at 0.
    thresholds: tuple[tuple[str, int], ...]
    margin: int
    # The two axes of the rating: where the classes begin, and the weight of each component (place, percent).
    fit: tuple[int, ...]
    intent: tuple[int, ...]
    fit_of: tuple[tuple[int, int], ...]
    intent_of: tuple[tuple[int, int], ...]
    # Whether there are groups; by component what its points add to the total.
    grouped: bool
    # What roundings can add to the total, in hundredths of hundredths.
    slack: int
    weights: Mapping[str, float]
    weighed: tuple[Weighed, ...]
    _kept: dict[str | None, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    def thresholds_from(self, previous: str | None) -> tuple[tuple[str, int], ...]:
        """The thresholds for a lead with this grade: that of its grade and those below lie lower by the
        margin."""
        found = self._kept.get(previous)
        if found is None:
            names = [name for name, _ in self.thresholds]
            first = names.index(previous) if previous in names else len(names)
            found = self._kept[previous if previous in names else None] = tuple(
                (name, max(0, least - self.margin) if place >= first else least)
                for place, (name, least) in enumerate(self.thresholds))
        return found

    def grade(self, total: int, previous: str | None = None) -> str:
        """The grade of a total in hundredths, of a lead that had another one before."""
        for name, least in self.thresholds_from(previous):
            if total >= least:
                return name
        return GRADES[-1]

    def better(self, grade: str, total: int) -> tuple[str, int] | None:
        """The next better grade than that of a lead with this total, and what it begins at."""
        found = None
        for name, least in self.thresholds:
            if name == grade:
                break
            if least > total:
                found = name, least
        return found

    def together(self, sums: Sequence[int]) -> Sequence[int]:
        """What the rules of each component give together, of what those of each slot give."""
        if not self.grouped:
            return sums
        together = [0] * len(self.components)
        for slot, points in zip(self.slots, sums, strict=True):
            together[slot.component] += min(max(points, -slot.limit), slot.limit)
        return together

    def rooms(self, sums: Sequence[int]) -> list[int]:
        """What each slot can still add at most: up to its limit, and to the end of its component."""
        together = self.together(sums)
        return [max(0, min(FULL - max(together[slot.component], 0), slot.limit - max(points, -slot.limit)))
                for slot, points in zip(self.slots, sums, strict=True)]

    def total(self, sums: Iterable[int]) -> int:
        """The total in hundredths of what the rules of each slot give together."""
        if self.grouped:
            sums = self.together(list(sums))
        return min(sum(map(getitem, self.weighed, sums)), FULL)


class Weighed(dict[int, int]):
    """Hundredths of what the rules of a component give together -> what they add to the total."""

    def __init__(self, percent: int, step: int) -> None:
        super().__init__()
        self._percent, self._step = percent, step

    def __missing__(self, points: int) -> int:
        kept = min(max(points, 0), FULL)
        worth = (kept - kept % self._step) * self._percent // 100
        if len(self) < _MOST_WEIGHED:
            self[points] = worth
        return worth


class _Compiled:
    """The models that were used last, by their content. A model that is at hand is compared, not written out:
    its texts are the same objects."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._made: OrderedDict[int, tuple[Mapping[str, Any], Mapping[str, Any], Model]] = OrderedDict()

    def get(self, document: Mapping[str, Any]) -> Model:
        found = self._made.get(id(document))
        if found is not None and found[0] is document and found[1] == document:
            return found[2]
        with self._lock:
            same = next((kept for kept in self._made.values() if kept[1] == document), None)
            copy, model = same[1:] if same else (deepcopy(document), _compile(document))
            self._made[id(document)] = document, copy, model
            if len(self._made) > self._most:
                self._made.popitem(last=False)
            return model


_COMPILED: Final = _Compiled(32)


def compiled(model: Mapping[str, Any] | Model) -> Model:
    """A model that `check_model` finds no problem with, made ready; once for each content."""
    return model if isinstance(model, Model) else _COMPILED.get(model)


def _compile(document: Mapping[str, Any]) -> Model:
    components: list[Component] = []
    rules: list[Rule] = []
    slots: list[Slot] = []
    for place, (name, part) in enumerate(document["components"].items()):
        first, slot_of = len(rules), {None: len(slots)}
        slots.append(Slot(place, "", UNLIMITED, ""))
        for group, said in part.get("groups", {}).items():
            slot_of[group] = len(slots)
            slots.append(Slot(place, group, hundredths(said["limit"]), said["text"]))
        for rule in part["rules"]:
            rules.append(_rule(len(rules), place, slot_of[rule.get("group")], rule))
        percent = round(part["weight"] * 100)
        mine = tuple(rules[first:])
        components.append(Component(
            name, percent, 100 // gcd(percent, 100), part["weight"], part["empty"], mine,
            range(slot_of[None], len(slots)),
            name not in INTENT and all(rule.examples is not None and not rule.events for rule in mine),
            bool(mine) and all(rule.events and not rule.places for rule in mine), tuple(
                (rule.event, rule.evaluate, rule.name, rule.rank, rule.most, rule.slot) for rule in mine),
            _key_of(mine), {}, {}))
    thresholds, rating = document["thresholds"], document.get("rating", {})
    return Model(
        document.get("version", ""), tuple(components), tuple(rules), tuple(slots),
        tuple((grade, hundredths(thresholds[grade])) for grade in GRADES[:-1]),
        hundredths(thresholds.get("margin", MARGIN)),
        tuple(map(hundredths, rating.get("fit", QUARTERS))),
        tuple(map(hundredths, rating.get("intent", QUARTERS))),
        _weights(components, FIT), _weights(components, INTENT),
        len(slots) > len(components), sum(component.step * component.percent for component in components),
        {component.name: component.weight for component in components},
        tuple(Weighed(component.percent, component.step) for component in components))


def _weights(components: Sequence[Component], names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    found = [(place, one.percent) for place, one in enumerate(components) if one.name in names]
    return tuple(found if any(percent for _, percent in found) else [(place, 1) for place, _ in found])


def _rule(number: int, component: int, slot: int, document: Mapping[str, Any]) -> Rule:
    kind, when = KINDS[document["kind"]], document.get("when")
    own, examples = kind.prepare(document), kind.examples and kind.examples(document)
    evaluate = own
    places = list(document.get("facts", ()) if examples is None else examples)
    events = [document["event"]] if "event" in document else list(document.get("events", ()))
    if when is not None:
        for _, leaf in conditions.leaves(when):
            (places if "fact" in leaf else events).append(leaf.get("fact") or leaf["event"])
        if "when" not in kind.fields:
            evaluate = _while(conditions.compiled(when), own)
            also = conditions.examples(when)
            examples = None if examples is None or also is None else {
                place: (*examples.get(place, ()), *also.get(place, ())) for place in {**examples, **also}}
        if events:
            examples = None
    worths = [0, *points_in(document)]
    if "limit" in document:
        worths.append(hundredths(document["limit"]) * (1 if document["points"] >= 0 else -1))
    return Rule(number, component, slot, document["name"], document, evaluate, own,
                tuple(dict.fromkeys(places)), examples, tuple(dict.fromkeys(events)),
                min(worths), max(worths),
                document["event"] if document["kind"] == "event" else None,
                f"{component} {document['name']}")


def _key_of(rules: Sequence[Rule]) -> Callable[[Mapping[str, Any]], tuple[Any, ...] | None]:
    """Reads what makes a difference to rules: texts, and of what is only known or not, whether it is."""
    told = {place: all(rule.document["kind"] == "known" and "when" not in rule.document
                       and "{value}" not in rule.document["text"] for rule in rules if place in rule.places)
            for rule in rules for place in rule.places}
    predicted = any(rule.document["kind"] == "prediction" for rule in rules)
    parts: dict[str, tuple[list[str], list[int], list[tuple[str, str]]]] = {}
    for place, only_known in told.items():
        entity, name, inner = parts_of(place)
        names, known, members = parts.setdefault(entity, ([], [], []))
        if inner:
            members.append((name, inner))
        else:
            known += [len(names)] * only_known
            names.append(name)
    reads = [(entity, *names) for entity, names in parts.items()]

    def key(facts: Mapping[str, Any]) -> tuple[Any, ...] | None:
        if predicted and facts.get("prediction") is not None:
            return None
        found: list[Any] = []
        for entity, names, known, members in reads:
            part = facts.get(entity)
            if part.__class__ is not dict:
                return None
            values = [*map(part.get, names)]
            for name, inner in members:
                value = part.get(name)
                values.append(value.get(inner) if value.__class__ is dict else None)
            for value in values:
                if value is not None and value.__class__ is not str:
                    return None
            for place in known:
                values[place] = bool(values[place])
            found += values
        return tuple(found)

    return key


def _while(holds: conditions.Holds, evaluate: Evaluator) -> Evaluator:
    def outcome(subject: Subject) -> Outcome | None:
        return evaluate(subject) if holds(subject) else None

    return outcome


def points_in(document: Any) -> Iterator[int]:
    """All points that stand in a rule, however deep, in hundredths."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            if name == "points" and isinstance(value, int | float):
                yield hundredths(value)
            else:
                yield from points_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from points_in(value)

