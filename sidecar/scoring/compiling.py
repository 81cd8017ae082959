"""A model made ready: each rule a function, each number a whole one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from math import gcd
from threading import Lock
from typing import Any, Final

from sidecar.scoring import conditions
from sidecar.scoring.rules import KINDS
from sidecar.scoring.subject import Evaluator, Outcome, Subject, hundredths
from sidecar.terms.states import GRADES

FULL: Final = 100_00
# Points below a threshold at which a lead that was above still stays there.
MARGIN: Final = 2
QUARTERS: Final = (75, 50, 25)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule: its number in the model, the places of its component and of its slot, and what it gives.

    `places`: the facts that it looks at. `examples`: by place, values of them that make a difference; None
    where its kind does not tell them: it gives anything from `least` to `most` then."""

    number: int
    component: int
    slot: int
    name: str
    document: Mapping[str, Any]
    evaluate: Evaluator
    places: tuple[str, ...]
    examples: Mapping[str, tuple[Any, ...]] | None
    events: tuple[str, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """What counts together in a component: the rules of a group, up to its limit in either direction, or all
    that are in none (no limit)."""

    component: int
    name: str
    limit: int | None
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """`percent`: its weight; `step`: only multiples of so many hundredths weigh whole hundredths."""

    name: str
    percent: int
    step: int
    weight: float
    empty: str
    rules: tuple[Rule, ...]
    slot: int
    groups: tuple[int, ...]


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
    fit: tuple[int, ...]
    intent: tuple[int, ...]
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
        return next((name for name, least in self.thresholds_from(previous) if total >= least), GRADES[-1])

    @cached_property
    def slack(self) -> int:
        """What roundings can add to a sum of gains, in hundredths of hundredths."""
        return sum(component.step * component.percent for component in self.components)

    def together(self, sums: Sequence[int]) -> list[int]:
        """What each component's rules give together, of what those of each slot give."""
        together = [0] * len(self.components)
        for slot, points in zip(self.slots, sums, strict=True):
            if slot.limit is not None:
                points = min(max(points, -slot.limit), slot.limit)
            together[slot.component] += points
        return together

    def rooms(self, sums: Sequence[int]) -> list[int]:
        """What more could count in each component."""
        return [FULL - min(max(points, 0), FULL) for points in self.together(sums)]

    def total(self, sums: Sequence[int]) -> int:
        """The total in hundredths of what the rules of each slot give together."""
        total = 0
        for component, points in zip(self.components, self.together(sums), strict=True):
            points = 0 if points < 0 else min(points, FULL)
            total += (points - points % component.step) * component.percent // 100
        return min(total, FULL)


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
        slots.append(Slot(place, "", None, ""))
        for group, said in part.get("groups", {}).items():
            slot_of[group] = len(slots)
            slots.append(Slot(place, group, hundredths(said["limit"]), said["text"]))
        for rule in part["rules"]:
            rules.append(_rule(len(rules), place, slot_of[rule.get("group")], rule))
        percent = round(part["weight"] * 100)
        components.append(Component(
            name, percent, 100 // gcd(percent, 100), part["weight"], part["empty"], tuple(rules[first:]),
            slot_of[None], tuple(number for group, number in slot_of.items() if group is not None)))
    thresholds, rating = document["thresholds"], document.get("rating", {})
    return Model(
        document.get("version", ""), tuple(components), tuple(rules), tuple(slots),
        tuple((grade, hundredths(thresholds[grade])) for grade in GRADES[:-1]),
        hundredths(thresholds.get("margin", MARGIN)),
        tuple(map(hundredths, rating.get("fit", QUARTERS))),
        tuple(map(hundredths, rating.get("intent", QUARTERS))))


def _rule(number: int, component: int, slot: int, document: Mapping[str, Any]) -> Rule:
    kind, when = KINDS[document["kind"]], document.get("when")
    evaluate, examples = kind.prepare(document), kind.examples and kind.examples(document)
    places = list(document.get("facts", ()) if examples is None else examples)
    events = [document["event"]] if "event" in document else list(document.get("events", ()))
    if when is not None:
        for _, leaf in conditions.leaves(when):
            (places if "fact" in leaf else events).append(leaf.get("fact") or leaf["event"])
        if "when" not in kind.fields:
            evaluate = _while(conditions.compiled(when), evaluate)
            also = conditions.examples(when)
            examples = None if examples is None or also is None else {
                place: (*examples.get(place, ()), *also.get(place, ())) for place in {**examples, **also}}
        if events:
            examples = None
    worths = [0, *points_in(document)]
    if "limit" in document:
        worths.append(hundredths(document["limit"]) * (1 if document["points"] >= 0 else -1))
    return Rule(number, component, slot, document["name"], document, evaluate, tuple(dict.fromkeys(places)),
                examples, tuple(dict.fromkeys(events)), min(worths), max(worths))


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

