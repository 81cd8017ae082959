"""What would lift a lead to the next grade: the fewest things that have not happened or are not known yet.

A step is an event of a type that never happened, happening now, or a fact that is not known, turning out as
well as it can. What is known stays as it is: nobody changes a company's size. Of as few steps that reach the
grade those are taken whose outcome is surest, the last one no larger than it need be. Steps are tried with
the model's own arithmetic, so that what they are said to add they add.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import Any, Final

from sidecar.scoring.checking import VOCABULARIES
from sidecar.scoring.compiling import Model
from sidecar.scoring.subject import Subject, fact_at, with_facts
from sidecar.terms import label
from sidecar.terms.states import EVENTS

# Of an event that happens now.
_NOW: Final = datetime(2000, 1, 1, tzinfo=UTC)
# More steps are no advice; more combinations are not tried.
_MOST_STEPS: Final = 4
_MOST_TRIED: Final = 300
# A fact is tried with so many values at most.
_MOST_VALUES: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An event (`value` is None) or a fact with the value that is best to a model.

    `hoped`: it can also turn out worse. `rules`: those that look at it. `alone`: what each gives while
    nothing else that it looks at is known or happened; `single`: it looks at nothing else. `component`,
    `rule`, `text`: that which gives most, and what is told."""

    name: str
    value: Any
    hoped: bool
    rules: tuple[int, ...]
    alone: tuple[int, ...]
    single: bool
    component: str
    rule: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """A step that is open to a lead: what its rules would give then, and at most what it adds to the total
    (in hundredths of hundredths)."""

    step: Step
    points: Sequence[int]
    most: int


@lru_cache(64)
def _steps_of(made: Model) -> tuple[Step, ...]:
    """All steps that can lift a lead by themselves."""
    return tuple(sorted((step for step in (*_events(made), *_facts(made)) if step),
                        key=lambda step: (step.hoped, step.name)))


def _events(made: Model) -> Iterator[Step | None]:
    for event in EVENTS:
        rules = [rule.number for rule in made.rules if event in rule.events]
        yield _step(made, event, None, rules, single=all(
            made.rules[number].events == (event,) and not made.rules[number].places for number in rules))


def _facts(made: Model) -> Iterator[Step | None]:
    for place in dict.fromkeys(place for rule in made.rules for place in rule.places):
        rules = [rule.number for rule in made.rules if place in rule.places]
        values = dict.fromkeys(VOCABULARIES.get(place) or (
            value for number in rules for value in (made.rules[number].examples or {}).get(place, ())))
        single = all(made.rules[number].places == (place,) and not made.rules[number].events
                     for number in rules)
        yield max((step for value in list(values)[:_MOST_VALUES]
                   if (step := _step(made, place, value, rules, single=single))),
                  key=lambda step: sum(_weighed(made, step.rules, step.alone)), default=None)


def _step(made: Model, name: str, value: Any, rules: Sequence[int], *, single: bool) -> Step | None:
    subject = Subject(_facts_with({}, _NOW, [(name, value)]), _NOW)
    outcomes = [made.rules[number].evaluate(subject) for number in rules]
    alone = tuple(outcome.hundredths if outcome else 0 for outcome in outcomes)
    weighed = _weighed(made, rules, alone)
    if not rules or sum(weighed) <= 0:
        return None
    best = max(range(len(rules)), key=lambda place: weighed[place])
    rule, outcome = made.rules[rules[best]], outcomes[best]
    said = rule.document.get("step")
    if not said and value is None:
        said = str(rule.document.get("text", label(name)))
    elif not said:
        said = f"{rule.document.get('missing') or label(name)} ({outcome.text if outcome else ''})"
    return Step(name, value, value is not None and rule.document["kind"] != "known", tuple(rules), alone,
                single, made.components[rule.component].name, rule.name, said)


def _weighed(made: Model, rules: Sequence[int], points: Sequence[int]) -> list[int]:
    return [worth * made.components[made.rules[number].component].percent
            for number, worth in zip(rules, points, strict=True)]


def _facts_with(facts: Mapping[str, Any], now: datetime, steps: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Facts after these steps."""
    events = [{"type": name, "occurred_at": now} for name, value in steps if value is None]
    learnt = [(name, value) for name, value in steps if value is not None]
    known = facts.get("events")
    return with_facts([name for name, _ in learnt], [value for _, value in learnt], facts) | {
        "events": [*(known if isinstance(known, list | tuple) else ()), *events]}


def next_grade(made: Model, subject: Subject, points: Sequence[int], sums: Sequence[int], total: int,
               grade: str) -> dict[str, Any] | None:
    """What would lift a lead with this total to the next grade: {"grade", "missing", "steps"}; None for the
    best grade, no steps where few do not reach it. `points` of each rule, `sums` of each slot."""
    better = [(name, least) for name, least in made.thresholds if name != grade and least > total]
    if not better or grade == made.thresholds[0][0]:
        return None
    name, least = better[-1]
    search = _Search(made, subject, points, sums, least)
    steps = []
    before = total
    ways = search.fewest(least - total)
    for upto, way in enumerate(ways, 1):
        after = search.total(ways[:upto])
        steps.append({"component": way.step.component, "rule": way.step.rule,
                      "points": (after - before) / 100, "text": way.step.text})
        before = after
    return {"grade": name, "missing": (least - total) / 100, "steps": steps}


class _Search:
    """The search for the steps of one lead."""

    def __init__(self, made: Model, subject: Subject, points: Sequence[int], sums: Sequence[int], least: int
                 ) -> None:
        self._made, self._subject, self._points, self._sums, self._least = made, subject, points, sums, least
        self._tried = count()

    def fewest(self, missing: int) -> list[_Way]:
        """As few ways as reach the grade; none where no few do."""
        ways = self._ways()
        need = missing * 100 - self._made.slack
        largest = sorted((way.most for way in ways), reverse=True)
        surest = sorted(ways, key=lambda way: (way.step.hoped, way.most, way.step.name))
        widest = sorted(ways, key=lambda way: (way.step.hoped, -way.most, way.step.name))
        for number in range(1, min(_MOST_STEPS, len(ways)) + 1):
            if sum(largest[:number]) >= need and (
                    found := self._together([], number, need, largest[0], widest, surest)):
                return found
        return []

    def _together(self, chosen: list[_Way], number: int, need: int, largest: int, widest: Sequence[_Way],
                  surest: Sequence[_Way]) -> list[_Way]:
        """`chosen` and `number` more ways that reach the grade; none if there are none."""
        if number == 1:
            for way in surest:
                if way.most >= need and way not in chosen:
                    if next(self._tried) > _MOST_TRIED:
                        return []
                    if self.total([*chosen, way]) >= self._least:
                        return [*chosen, way]
            return []
        for place, way in enumerate(widest):
            if way.most + (number - 1) * largest >= need and (found := self._together(
                    [*chosen, way], number - 1, need - way.most, largest, widest[place + 1:], surest)):
                return found
        return []

    def total(self, ways: Sequence[_Way]) -> int:
        """The lead's total after these steps."""
        made, sums = self._made, list(self._sums)
        rules = [number for way in ways for number in way.step.rules]
        if len(set(rules)) == len(rules):
            points = [worth for way in ways for worth in way.points]
        else:
            rules = list(set(rules))
            points = self._after(ways, rules)
        for number, worth in zip(rules, points, strict=True):
            sums[made.rules[number].slot] += worth - self._points[number]
        return made.total(sums)

    def _after(self, ways: Sequence[_Way] | Sequence[Step], rules: Sequence[int]) -> list[int]:
        steps = [way.step if isinstance(way, _Way) else way for way in ways]
        subject = Subject(_facts_with(self._subject.facts, self._subject.now, [
            (step.name, step.value) for step in steps]), self._subject.now)
        outcomes = (self._made.rules[number].evaluate(subject) for number in rules)
        return [outcome.hundredths if outcome else 0 for outcome in outcomes]

    def _ways(self) -> list[_Way]:
        made, ages, facts, found = self._made, self._subject.ages, self._subject.facts, []
        rooms = made.rooms(self._sums)
        for step in _steps_of(made):
            if step.name in ages if step.value is None else fact_at(facts, step.name) is not None:
                continue
            points = step.alone if step.single else self._after([step], step.rules)
            most = 0
            for number, worth in zip(step.rules, points, strict=True):
                component = made.rules[number].component
                more = worth - self._points[number]
                if more > 0:
                    most += min(more, rooms[component]) * made.components[component].percent
            if most:
                found.append(_Way(step, points, most))
        return found
