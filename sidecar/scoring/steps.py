"""What would lift a lead to the next grade: the fewest things that have not happened or are not known yet.

A step is an event of a type that never happened, happening now, or a fact that is not known, turning out as
well as it can. What is known stays as it is: nobody changes a company's size. Of as few steps that reach the
grade those are taken whose outcome is surest, the last one no larger than it need be. Steps are tried with
the model's own arithmetic, so that what they are said to add they add.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from operator import add, attrgetter, ge
from typing import Any, Final

from sidecar.scoring.checking import VOCABULARIES
from sidecar.scoring.compiling import FULL, Model, Rule
from sidecar.scoring.subject import Read, Subject, points_of, reader
from sidecar.terms import label
from sidecar.terms.states import EVENTS

# The moment at which steps are tried that no date matters to.
_NOW: Final = datetime(2000, 1, 1, tzinfo=UTC)
# The least and the most that may be predicted: whether a rule of the prediction counts may hang on a step.
_PREDICTED: Final[tuple[Mapping[str, Any], ...]] = ({}, {"prediction": {"points": 100}})
# More steps are no advice; more combinations are not tried.
_MOST_STEPS: Final = 3
_MOST_TRIED: Final = 300
# A fact is tried with so many values at most.
_MOST_VALUES: Final = 100
_RANK: Final = attrgetter("rank")


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a rule that looks at a step's event or fact gains by it, as long as nothing else that it looks at
    is known or happened. `before`: facts that count before this one does. `worth`: what it gives once this
    one counts, whatever else is known; None where that hangs on the lead."""

    rule: int
    slot: int
    gain: int
    worth: int | None
    before: Read | None
    others: Read | None
    events: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An event (`value` is None) or a fact with the value that is best to a model.

    `read`: the fact. `hoped`: it can also turn out worse. `looks`: what its rules make of it; `plain`: none
    of them looks at anything else. `gains`: of each slot; `adds`: where it adds, how much, and the weight
    there; `most`: to the total, in hundredths of hundredths. `component`, `rule`: the rule that gives most;
    `text`: what is told. Sets are bits of whole numbers: the `rules` that look at it; its own `bit`, and the
    steps that are `better`, at least as good everywhere and as sure: it is not taken before they are."""

    name: str
    value: Any
    read: Read
    hoped: bool
    looks: tuple[Look, ...]
    rules: int
    plain: bool
    gains: tuple[int, ...]
    adds: tuple[tuple[int, int, int], ...]
    most: int
    component: str
    rule: str
    text: str
    bit: int = 0
    better: int = 0


# A step as it is tried: with its event if it is one, read, plain.
_Line = tuple[Step, str | None, Read, bool]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The steps of a model. `groups`: the sure ones and the hoped ones, the smallest first, with what those
    up to each can add to any lead; `lines`: all, the widest first."""

    groups: tuple[tuple[list[int], list[_Line]], ...]
    lines: tuple[_Line, ...]


@lru_cache(64)
def _table(made: Model) -> _Table:
    steps = sorted((step for step in (*(_step(made, event, None) for event in EVENTS), *_facts(made))
                    if step and _at_most(made, step) > 0),
                   key=lambda step: (step.hoped, step.most, step.name))
    bits = {step.name: 1 << place for place, step in enumerate(sorted(
        steps, key=lambda step: (not step.hoped, step.most, step.name), reverse=True))}
    lines: list[_Line] = []
    for step in steps:
        bit = bits[step.name]
        better = 0 if not step.plain else sum(
            bits[other.name] for other in steps if other.plain and bits[other.name] < bit
            and other.hoped <= step.hoped and all(map(ge, other.gains, step.gains)))
        lines.append((replace(step, bit=bit, better=better), step.name if step.value is None else None,
                      step.read, step.plain))
    parts = [[line for line in lines if line[0].hoped is hoped] for hoped in (False, True)]
    return _Table(tuple(([*accumulate((_at_most(made, step) for step, *_ in part), max)], part)
                        for part in parts),
                  tuple(sorted(lines, key=lambda line: line[0].bit)))


def _at_most(made: Model, step: Step) -> int:
    """What a step can add to any lead, in hundredths of hundredths."""
    return step.most if step.plain else sum(
        max(look.gain, FULL if rule.document["kind"] == "prediction" else rule.most - rule.least)
        * made.components[rule.component].percent
        for look, rule in ((look, made.rules[look.rule]) for look in step.looks))


def _facts(made: Model) -> Iterator[Step | None]:
    """Of each fact the best value; of equal ones the first, whatever the order of the rules."""
    rules = sorted(made.rules, key=_RANK)
    for place in dict.fromkeys(place for rule in rules for place in rule.places):
        values = dict.fromkeys(VOCABULARIES.get(place) or (
            value for rule in rules for value in (rule.examples or {}).get(place, ())))
        steps = (_step(made, place, value) for value in list(values)[:_MOST_VALUES])
        yield max((step for step in steps if step), key=lambda step: step.most, default=None)


def _step(made: Model, name: str, value: Any) -> Step | None:
    rules = sorted((rule for rule in made.rules if name in (rule.events if value is None else rule.places)),
                   key=_RANK)
    if not rules:
        return None
    after = [rule.evaluate(Subject({}, _NOW).after([(name, value)])) for rule in rules]
    gains = [max(_gained(rule, facts, name, value) for facts in _PREDICTED) for rule in rules]
    best = max(range(len(rules)), key=lambda place: (
        gains[place] * made.components[rules[place].component].percent))
    rule, outcome = rules[best], after[best]
    said = rule.document.get("step")
    if not said and value is None:
        said = str(rule.document.get("text", label(name)))
    elif not said:
        said = str(rule.document.get("missing") or label(name))
        if outcome:  # what it turns out to be
            said += f" ({outcome[1]})"
    timeless = all(rule.examples is not None for rule in rules)
    looks = tuple(_look(rule, name, gain, points_of(outcome) if outcome and timeless else None)
                  for rule, gain, outcome in zip(rules, gains, after, strict=True))
    return _with_gains(made, Step(
        name, value, reader([name]), value is not None and rule.document["kind"] != "known", looks,
        sum(1 << rule.number for rule in rules),
        not any(look.before or look.others or look.events for look in looks), (), (), 0,
        made.components[rule.component].name, rule.name, said), [(look.slot, look.gain) for look in looks])


def _gained(rule: Rule, facts: Mapping[str, Any], name: str, value: Any) -> int:
    subject = Subject(facts, _NOW)
    after = rule.evaluate(subject.after([(name, value)]))
    return points_of(after) - points_of(rule.evaluate(subject))


def _look(rule: Rule, name: str, gain: int, worth: int | None) -> Look:
    events, places = frozenset(rule.events) - {name}, rule.places
    if "when" in rule.document or name not in places:
        before: tuple[str, ...] = ()
        others, worth = tuple(place for place in places if place != name), None
    else:  # the first known one counts
        before, others = places[:places.index(name)], places[places.index(name) + 1:]
    read = reader(others) if others else None
    if rule.document["kind"] == "prediction":
        read = _always  # what a step adds to it hangs on the lead
    return Look(rule.number, rule.slot, gain, worth, reader(before) if before else None, read, events)


def _always(facts: Mapping[str, Any]) -> Any:
    return True


def _with_gains(made: Model, step: Step, gains: Iterable[tuple[int, int]]) -> Step:
    """A step of which the slots of its looks gain so much."""
    of_slots = [0] * len(made.slots)
    for slot, gain in gains:
        of_slots[slot] += gain
    adds = tuple((slot, gain, made.components[made.slots[slot].component].percent)
                 for slot, gain in enumerate(of_slots) if gain > 0)
    return replace(step, gains=tuple(of_slots), adds=adds,
                   most=sum(gain * percent for _, gain, percent in adds))


@lru_cache(4096)
def _taken(made: Model, step: Step, gains: tuple[int, ...]) -> Step:
    """A step of which each of its looks gains so much."""
    return _with_gains(made, step, [(look.slot, gain) for look, gain in zip(step.looks, gains, strict=True)])


def next_grade(made: Model, subject: Subject, points: Sequence[int], sums: Sequence[int],
               total: int, grade: str) -> dict[str, Any] | None:
    """What would lift a lead with this total to the next grade: {"grade", "missing", "steps"}; None for the
    best grade, no steps where few do not reach it. `points` are those of each rule, `sums` of each slot."""
    better = made.better(grade, total)
    if better is None:
        return None
    name, least = better
    search = _Search(made, subject, points, sums, least)
    steps: list[dict[str, Any]] = []
    before = total
    ways = search.fewest(total)
    for upto, way in enumerate(ways, 1):
        after = search.reached if upto == len(ways) else search.total(ways[:upto])
        steps.append({"component": way.component, "rule": way.rule, "points": (after - before) / 100,
                      "text": way.text})
        before = after
    return {"grade": name, "missing": (least - total) / 100, "steps": steps}


def single_steps(made: Model, subject: Subject, total: int, grade: str,
                 scored: Callable[[Subject], int]) -> list[dict[str, Any]]:
    """What each step would do alone to a lead with this total, what adds most first, of the same the surest:
    [{"component", "rule", "points", "text", "total", "grade", "event", "sure"}]. `event`: something that
    happens, not a fact; `sure`: it cannot turn out worse. Steps that add nothing are left out. `scored`: the
    total of a subject, as the model itself makes it."""
    found = []
    for step, *_ in _table(made).lines:
        if step.name in subject.ages if step.value is None else step.read(subject.facts) is not None:
            continue
        after = scored(subject.after([(step.name, step.value)]))
        if after > total:
            found.append({
                "component": step.component, "rule": step.rule, "points": (after - total) / 100,
                "text": step.text, "total": after / 100, "grade": made.grade(after, grade),
                "event": step.value is None, "sure": not step.hoped})
    return sorted(found, key=lambda one: (-one["points"], not one["sure"], one["text"]))


class _Search:
    """The search for the steps of one lead, which reach the `least` total."""

    __slots__ = ("_least", "_made", "_most", "_points", "_subject", "_sums", "_tried", "_ways", "_widest",
                 "reached")
    # The open steps with what each can add, in their order and the widest first; what so many can add.
    _ways: list[tuple[int, Step]]
    _widest: list[tuple[int, Step]]
    _most: list[int]
    _tried: int
    # The total after the steps that were tried last.
    reached: int

    def __init__(self, made: Model, subject: Subject, points: Sequence[int],
                 sums: Sequence[int], least: int) -> None:
        self._made, self._subject, self._points, self._sums, self._least = made, subject, points, sums, least

    def fewest(self, total: int) -> Sequence[Step]:
        """As few steps as lift the lead from this total to the grade; none where no few do."""
        table, need = _table(self._made), self._need(total)
        if found := self._one_more(table, (), 0, 0, self._sums, need) or self._with_widest(table, need):
            return found
        taken = self._open(table)
        self._tried = 0
        for number in range(2, _MOST_STEPS + 1):
            if self._most[number] >= need and (
                    found := self._together((), 0, number, taken, taken, self._sums, need)):
                return found
        return ()

    def _need(self, total: int) -> int:
        """What a step must add to this total at least, in hundredths of hundredths."""
        return (self._least - total) * 100 - self._made.slack

    def _one_more(self, table: _Table, chosen: tuple[Step, ...], rules: int, tried: int, sums: Sequence[int],
                  need: int) -> tuple[Step, ...]:
        """`chosen`, after which the slots have these sums, and the first in order of the open steps that
        reaches the grade after them; none if there is none. `rules`: those that look at the chosen, all if
        one looks at two of them. `tried`: steps that it is not. `need`: what is to be added still."""
        ages, facts = self._subject.ages, self._subject.facts
        for mosts, lines in table.groups:
            for step, event, read, plain in lines[bisect_left(mosts, need):]:
                if not step.bit & tried and (event not in ages if event else read(facts) is None):
                    way = step if plain else self._way(step)
                    if way.most >= need and self._reaches(chosen, rules, way, sums):
                        return (*chosen, way)
        return ()

    def _with_widest(self, table: _Table, need: int) -> tuple[Step, ...]:
        """The widest open step and another one, if they reach the grade: of two, they mostly do."""
        ages, facts = self._subject.ages, self._subject.facts
        for step, event, read, plain in table.lines:
            if event not in ages if event else read(facts) is None:
                way = step if plain else self._way(step)
                if way.most > 0:
                    sums = list(map(add, self._sums, way.gains))
                    # What a plain one adds itself is known; another one may add more beside others.
                    still = self._need(self._made.total(sums)) if plain else need - way.most
                    return self._one_more(table, (way,), way.rules, way.bit, sums, still)
        return ()

    def _open(self, table: _Table) -> int:
        """Finds the open steps and what each can add; gives the bits of the others."""
        ages, facts = self._subject.ages, self._subject.facts
        rooms = self._made.rooms(self._sums)
        self._ways, self._widest, taken = [], [], 0
        for _, lines in table.groups:
            found = []
            for step, event, read, plain in lines:
                if event in ages if event else read(facts) is not None:
                    taken |= step.bit
                    continue
                way, worth = step if plain else self._way(step), 0
                for slot, gain, percent in way.adds:
                    room = rooms[slot]
                    worth += (gain if gain < room else room) * percent
                if way.adds:  # also where there is no room yet: another step may make some
                    found.append((worth, way))
            self._ways += found
            found.reverse()
            self._widest += found
        worths = sorted((worth for worth, _ in self._ways), reverse=True)
        self._most = [sum(worths[:number]) for number in range(_MOST_STEPS + 1)]
        return taken

    def _together(self, chosen: tuple[Step, ...], rules: int, number: int, taken: int, tried: int,
                  sums: Sequence[int], need: int) -> tuple[Step, ...]:
        """As `_one_more`, with so many more steps. `taken`: steps that cannot be chosen any more; `tried`:
        also those with which it was tried."""
        self._tried += 1
        if self._tried > _MOST_TRIED:
            return ()
        if number == 1:
            for worth, way in self._ways:
                if worth >= need and not way.bit & tried and self._reaches(chosen, rules, way, sums):
                    return (*chosen, way)
            return ()
        others = self._most[number - 1]
        for worth, way in self._widest:
            if not way.bit & tried and not way.better & ~taken:
                if worth + others >= need and (found := self._together(
                        (*chosen, way), -1 if rules & way.rules else rules | way.rules, number - 1,
                        taken | way.bit, tried | way.bit, list(map(add, sums, way.gains)), need - worth)):
                    return found
                tried |= way.bit
        return ()

    def _reaches(self, chosen: tuple[Step, ...], rules: int, way: Step, sums: Sequence[int]) -> bool:
        """Whether a step reaches the grade after those that were chosen."""
        self.reached = (self.total((*chosen, way)) if rules & way.rules
                        else self._made.total(map(add, sums, way.gains)))
        return self.reached >= self._least

    def total(self, ways: Sequence[Step]) -> int:
        """The lead's total after these steps."""
        rules = 0
        sums: Iterable[int] = self._sums
        for way in ways:
            if rules & way.rules:  # one rule looks at both
                sums = map(add, self._sums, self._tried_out(ways).gains)
                break
            rules |= way.rules
            sums = map(add, sums, way.gains)
        return self._made.total(sums)

    def _way(self, step: Step) -> Step:
        """A step as this lead would take it."""
        facts, ages = self._subject.facts, self._subject.ages
        gains = []
        for look in step.looks:
            if look.before and look.before(facts) is not None:
                gains.append(0)  # what counts before it counts already
            elif (look.others and look.others(facts) is not None) or not look.events.isdisjoint(ages):
                if look.worth is None:
                    return self._tried_out((step,))
                gains.append(look.worth - self._points[look.rule])
            else:
                gains.append(look.gain)
        return _taken(self._made, step, tuple(gains))

    def _tried_out(self, ways: Sequence[Step]) -> Step:
        """The first of these steps with what all of them gain together."""
        subject = self._subject.after([(way.name, way.value) for way in ways])
        found = []
        for number in {look.rule for way in ways for look in way.looks}:
            rule = self._made.rules[number]
            found.append((rule.slot, points_of(rule.evaluate(subject)) - self._points[number]))
        return _with_gains(self._made, ways[0], found)
