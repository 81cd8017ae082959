"""What would lift a lead to the next grade: the fewest things that have not happened or are not known yet.

A step is an event of a type that never happened, happening now, or a fact that is not known, turning out as
well as it can. What is known stays as it is: nobody changes a company's size. Of as few steps that reach the
grade those are taken whose outcome is surest, the last one no larger than it need be. Steps are tried with
the model's own arithmetic, so that what they are said to add they add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate, count
from typing import Any, Final

from sidecar.scoring.checking import VOCABULARIES
from sidecar.scoring.compiling import FULL, Model
from sidecar.scoring.subject import Read, Subject, reader, with_facts
from sidecar.terms import label
from sidecar.terms.states import EVENTS

# The moment at which steps are tried that no date matters to.
_NOW: Final = datetime(2000, 1, 1, tzinfo=UTC)
# More steps are no advice; more combinations are not tried.
_MOST_STEPS: Final = 4
_MOST_TRIED: Final = 300
# A fact is tried with so many values at most.
_MOST_VALUES: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An event (`value` is None) or a fact with the value that is best to a model.

    `read`: the fact. `hoped`: it can also turn out worse. `rules`: those that look at it, and `others`: at
    what else. `gains`: (slot, hundredths) that it changes while nothing of that is known or happened; `most`:
    what it can add to the total then, in hundredths of hundredths. `component`, `rule`: the rule that gives
    most; `text`: what is told."""

    name: str
    value: Any
    read: Read
    hoped: bool
    rules: frozenset[int]
    others: tuple[Read, ...]
    other_events: frozenset[str]
    gains: tuple[tuple[int, int], ...]
    most: int
    component: str
    rule: str
    text: str

    def open(self, subject: Subject) -> bool:
        """Whether it has not been taken."""
        return self.name not in subject.ages if self.value is None else self.read(subject.facts) is None

    def alone(self, subject: Subject) -> bool:
        """Whether nothing else that its rules look at is known or happened."""
        return self.other_events.isdisjoint(subject.ages) and not any(
            read(subject.facts) is not None for read in self.others)


@lru_cache(64)
def _steps_of(made: Model) -> tuple[Step, ...]:
    """All steps that can lift a lead, the surest first, of those the smallest."""
    events = (_step(made, event, None) for event in EVENTS)
    return tuple(sorted((step for step in (*events, *_facts(made)) if step and step.most > 0),
                        key=lambda step: (step.hoped, step.most, step.name)))


@lru_cache(64)
def _better(made: Model) -> Mapping[str, frozenset[str]]:
    """Step -> those that are at least as good everywhere and as sure: it is not taken before they are. Only
    of steps whose rules look at nothing else."""
    found: dict[str, frozenset[str]] = {}
    simple = [step for step in _steps_of(made) if not step.others and not step.other_events]
    for step in simple:
        gains = _by_slot(step)
        found[step.name] = frozenset(
            other.name for other in simple if other is not step and other.hoped <= step.hoped
            and (other.most, other.name) > (step.most, step.name)
            and all(_by_slot(other).get(slot, 0) >= gain for slot, gain in gains.items())
            and all(gain >= 0 or slot in gains for slot, gain in _by_slot(other).items()))
    return found


def _by_slot(step: Step) -> dict[int, int]:
    gains: dict[int, int] = {}
    for slot, gain in step.gains:
        gains[slot] = gains.get(slot, 0) + gain
    return gains


def _facts(made: Model) -> Iterator[Step | None]:
    """Of each fact the best value."""
    for place in dict.fromkeys(place for rule in made.rules for place in rule.places):
        values = dict.fromkeys(VOCABULARIES.get(place) or (
            value for rule in made.rules for value in (rule.examples or {}).get(place, ())))
        steps = (_step(made, place, value) for value in list(values)[:_MOST_VALUES])
        yield max((step for step in steps if step), key=lambda step: step.most, default=None)


def _step(made: Model, name: str, value: Any) -> Step | None:
    rules = [rule for rule in made.rules if name in (rule.events if value is None else rule.places)]
    if not rules:
        return None
    after = [rule.evaluate(Subject(_facts_with({}, _NOW, [(name, value)]), _NOW)) for rule in rules]
    before = [rule.evaluate(Subject({}, _NOW)) for rule in rules]
    gains = [(one.hundredths if one else 0) - (other.hundredths if other else 0)
             for one, other in zip(after, before, strict=True)]
    best = max(range(len(rules)), key=lambda place: (
        gains[place] * made.components[rules[place].component].percent))
    rule, outcome = rules[best], after[best]
    said = rule.document.get("step")
    if not said and value is None:
        said = str(rule.document.get("text", label(name)))
    elif not said:
        said = f"{rule.document.get('missing') or label(name)} ({outcome.text if outcome else ''})"
    slots = [(rule.slot, gain) for rule, gain in zip(rules, gains, strict=True) if gain]
    return Step(
        name, value, reader([name]), value is not None and rule.document["kind"] != "known",
        frozenset(rule.number for rule in rules),
        tuple(reader([place]) for place in {place for rule in rules for place in rule.places} - {name}),
        frozenset(event for rule in rules for event in rule.events) - {name},
        tuple(slots), _most(made, slots), made.components[rule.component].name, rule.name, said)


def _most(made: Model, gains: Sequence[tuple[int, int]]) -> int:
    return sum(gain * made.components[made.slots[slot].component].percent for slot, gain in gains if gain > 0)


def _facts_with(facts: Mapping[str, Any], now: datetime, steps: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Facts after these steps."""
    events = [{"type": name, "occurred_at": now} for name, value in steps if value is None]
    learnt = [(name, value) for name, value in steps if value is not None]
    known = facts.get("events")
    return with_facts([name for name, _ in learnt], [value for _, value in learnt], facts) | {
        "events": [*(known if isinstance(known, list | tuple) else ()), *events]}


def next_grade(made: Model, subject: Subject, points: Callable[[], Sequence[int]], sums: Sequence[int],
               total: int, grade: str) -> dict[str, Any] | None:
    """What would lift a lead with this total to the next grade: {"grade", "missing", "steps"}; None for the
    best grade, no steps where few do not reach it. `points` tells those of each rule, `sums` are of each
    slot."""
    better = made.better(grade, total)
    if better is None:
        return None
    name, least = better
    search = _Search(made, subject, points, sums, least)
    steps: list[dict[str, Any]] = []
    before = total
    ways = search.fewest(least - total)
    for upto, way in enumerate(ways, 1):
        after = search.total(ways[:upto])
        steps.append({"component": way.component, "rule": way.rule, "points": (after - before) / 100,
                      "text": way.text})
        before = after
    return {"grade": name, "missing": (least - total) / 100, "steps": steps}


class _Search:
    """The search for the steps of one lead."""

    def __init__(self, made: Model, subject: Subject, points: Callable[[], Sequence[int]],
                 sums: Sequence[int], least: int) -> None:
        self._made, self._subject, self._points, self._sums, self._least = made, subject, points, sums, least
        self._tried = count()
        self._surest: list[Step] = []
        self._widest: list[Step] = []
        self._before: dict[str, set[str]] = {}
        self._gain: list[list[int]] = []

    def fewest(self, missing: int) -> list[Step]:
        """As few steps as reach the grade; none where no few do."""
        steps, need = _steps_of(self._made), missing * 100 - self._made.slack
        for step in steps:
            if step.most >= need and step.open(self._subject) and (
                    self.total([way := self._way(step)]) >= self._least):
                return [way]
        # As they are ordered by what they add to who has nothing else, so they are tried.
        self._surest = [self._way(step) for step in steps if step.open(self._subject)]
        self._widest = sorted(self._surest, key=lambda way: (not way.hoped, way.most, way.name), reverse=True)
        names = {way.name for way in self._surest}
        self._before = {name: names & better for name, better in _better(self._made).items()}
        gains: list[list[int]] = [[] for _ in self._made.components]
        for way in self._surest:
            for slot, gain in way.gains:
                if gain > 0:
                    gains[self._made.slots[slot].component].append(gain)
        self._gain = [list(accumulate(sorted(of_one, reverse=True)[:_MOST_STEPS], initial=0))
                      for of_one in gains]
        for number in range(2, min(_MOST_STEPS, len(self._surest)) + 1):
            if found := self._together([], number, 0, self._sums):
                return found
        return []

    def _together(self, chosen: list[Step], number: int, start: int, sums: Sequence[int]) -> list[Step]:
        """`chosen`, after which the slots have these sums, and so many more steps that reach the grade; none
        if there are none."""
        made = self._made
        need = left = (self._least - made.total(sums)) * 100 - made.slack
        for points, gain, component in zip(made.together(sums), self._gain, made.components, strict=True):
            most = min(points + gain[min(number, len(gain) - 1)], FULL) - max(points, 0)
            if most > 0:
                left -= most * component.percent
        if left > 0 or next(self._tried) > _MOST_TRIED:
            return []
        if number == 1:
            return next((together for way in self._surest if way.most >= need and way not in chosen
                         and self.total(together := [*chosen, way]) >= self._least), [])
        names = {way.name for way in chosen}
        for place in range(start, len(self._widest)):
            way = self._widest[place]
            if not self._before.get(way.name, names) <= names:
                continue
            after = list(sums)
            for slot, more in way.gains:
                after[slot] += more
            if found := self._together([*chosen, way], number - 1, place + 1, after):
                return found
        return []

    def total(self, ways: Sequence[Step]) -> int:
        """The lead's total after these steps."""
        sums = list(self._sums)
        rules = set[int]()
        for way in ways:
            if not rules.isdisjoint(way.rules):
                ways = [replace(way, gains=tuple(self._gains(ways)))]
                break
            rules |= way.rules
        for way in ways:
            for slot, gain in way.gains:
                sums[slot] += gain
        return self._made.total(sums)

    def _way(self, step: Step) -> Step:
        """A step as this lead would take it."""
        if step.alone(self._subject):
            return step
        gains = self._gains([step])
        return replace(step, gains=tuple(gains), most=_most(self._made, gains))

    def _gains(self, ways: Sequence[Step]) -> list[tuple[int, int]]:
        subject = Subject(_facts_with(self._subject.facts, self._subject.now, [
            (way.name, way.value) for way in ways]), self._subject.now)
        points, found = self._points(), []
        for number in frozenset().union(*(way.rules for way in ways)):
            rule = self._made.rules[number]
            outcome = rule.evaluate(subject)
            found.append((rule.slot, (outcome.hundredths if outcome else 0) - points[number]))
        return found
