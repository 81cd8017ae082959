"""What a score can still become: exact bounds over the facts that may yet be learnt.

A `Scorecard` is a model made ready for many such questions. Of every rule it knows which facts it looks at
and, by the examples of the rule's kind, what those facts could be worth; so nothing here knows a kind of
rule. Points are integer hundredths, as in the engine, whose floors, caps and roundings are repeated exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise, product
from math import prod
from typing import Any, Final

from sidecar.scoring import conditions
from sidecar.scoring.checking import VOCABULARIES
from sidecar.scoring.compiling import FULL, Rule, compiled
from sidecar.scoring.subject import Subject, fact_at, points_of, with_facts
from sidecar.terms.fields import FIELDS

__all__ = ["Rule", "Scorecard", "fact_at"]

# What a rule makes of one fact.
Side = tuple[Any, ...]

_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
# More values of a fact, or combinations of facts, are not tried out.
_MOST_SIDES: Final = 200
_MOST_COMBINATIONS: Final = 20_000
_LISTS: Final = frozenset(f"{field.entity}.{field.name}" for field in FIELDS if field.kind == "list")


class Scorecard:
    """A model that `check_model` finds no problem with, ready to tell what could become of scores."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        self.model = compiled(model)
        self.percents: list[int] = [component.percent for component in self.model.components]
        self.rules = self.model.rules
        self._worth: dict[Any, int] = {}
        self._reach: dict[Any, tuple[int, int]] = {}
        self._bounds: dict[Any, tuple[int, int]] = {}
        self._alike: dict[Any, list[Any]] = {}
        self._tests: dict[tuple[int, str], list[conditions.Holds]] = {}
        self._typical: dict[tuple[int, str, Side], Any] = {}
        self._together_worth: dict[tuple[int, tuple[Side, ...]], int] = {}
        # The facts that the model looks at, in one order.
        self.places = tuple(sorted({place for rule in self.rules for place in rule.places}))
        # The rules that look at several facts at once; of all others the first known fact counts.
        self.joint = frozenset(rule.number for rule in self.rules if (
            rule.examples and "when" in rule.document and len(rule.places) > 1))

    def thresholds(self, previous: str | None = None) -> tuple[tuple[str, int], ...]:
        """The hundredths at which each grade but the last begins, the best first, for a lead that had this
        grade before."""
        return self.model.thresholds_from(previous)

    def grade(self, total: int, previous: str | None = None) -> str:
        """The grade of a total in hundredths, of a lead that had this one before."""
        return self.model.grade(total, previous)

    def points(self, facts: Mapping[str, Any], now: datetime) -> list[int]:
        """What each rule gives now."""
        subject = Subject(facts, now)
        return [points_of(rule.evaluate(subject)) for rule in self.rules]

    def total(self, points: Sequence[int]) -> int:
        """The total in hundredths of what each rule gives."""
        return self.model.total(self._sums(range(len(self.rules)), points))

    def weighed(self, points: int, component: int) -> int:
        """What the rules of a component that give so many hundredths add to the total."""
        return self.model.weighed[component][points]

    def worth(self, number: int, values: tuple[Any, ...]) -> int:
        """What a rule gives when its facts are these."""
        key = (number, _key(values))
        found = self._worth.get(key)
        if found is None:
            rule = self.rules[number]
            found = self._worth[key] = points_of(
                rule.evaluate(Subject(with_facts(rule.places, values), _NO_TIME)))
        return found

    def values(self, number: int, place: str) -> tuple[Any, ...]:
        """The values of a fact that make a difference to a rule, as far as there are such values."""
        # Of a vocabulary also those that the rule does not name: they fall under `otherwise`.
        return VOCABULARIES.get(place) or (self.rules[number].examples or {}).get(place, ())

    def side(self, number: int, place: str, value: Any) -> Side:
        """What a rule makes of a fact: whether it is known, what the rule's kind gives for it alone, and each
        part of the rule's condition on it. Values of one side are worth the same, whatever else is known."""
        subject = Subject(with_facts([place], [value]), _NO_TIME)
        made = (value is not None, points_of(self.rules[number].own(subject)),
                *(part(subject) for part in self._parts(number, place)))
        self._typical.setdefault((number, place, made), value)
        return made

    def worth_of_sides(self, number: int, sides: tuple[Side, ...]) -> int:
        """What a rule gives when its facts are on these sides."""
        found = self._together_worth.get((number, sides))
        if found is None:
            found = self._together_worth[number, sides] = self.worth(number, tuple(
                self._typical[number, place, side]
                for place, side in zip(self.rules[number].places, sides, strict=True)))
        return found

    def bounds(self, facts: Mapping[str, Any], points: Sequence[int], learnable: frozenset[str]
               ) -> tuple[int, int]:
        """The least and the most that the total can become when each of the `learnable` places may get any
        value that there is, or stay as it is. `points` is what each rule gives now."""
        key = (tuple(points), _key([fact_at(facts, place) for place in self.places]), learnable)
        found = self._bounds.get(key)
        if found is None:
            found = self._bounds[key] = self._find_bounds(facts, points, learnable)
        return found

    def _find_bounds(self, facts: Mapping[str, Any], points: Sequence[int], learnable: frozenset[str]
                     ) -> tuple[int, int]:
        least, most = [0] * len(self.model.slots), [0] * len(self.model.slots)
        tied: list[int] = []  # rules of facts that count in several components
        shared = self._shared(learnable)
        for number, rule in enumerate(self.rules):
            if learnable.isdisjoint(rule.places) and not (rule.examples is None and not rule.places
                                                          and learnable):
                low = high = points[number]
            elif rule.document["kind"] == "prediction":  # a condition may let it count, whatever it is
                low, high = min(0, points[number]), FULL
            elif not shared.isdisjoint(rule.places):
                tied.append(number)
                continue
            else:
                low, high = self._rule_bounds(number, facts, points[number], learnable)
            least[rule.slot] += low
            most[rule.slot] += high
        if not tied:
            return self.model.total(least), self.model.total(most)
        ends = [self.model.total([a + b for a, b in zip(side, together, strict=True)])
                for together in self._together(tied, facts, points, learnable) for side in (least, most)]
        return min(ends), max(ends)

    def _shared(self, learnable: frozenset[str]) -> frozenset[str]:
        """The learnable facts that several rules look at."""
        seen: set[str] = set()
        twice: set[str] = set()
        for rule in self.rules:
            mine = learnable.intersection(rule.places)
            twice |= mine & seen
            seen |= mine
        return frozenset(twice)

    def _rule_bounds(self, number: int, facts: Mapping[str, Any], now: int, learnable: frozenset[str]
                     ) -> tuple[int, int]:
        rule = self.rules[number]
        if rule.examples is None:
            return min(rule.least, now), max(rule.most, now)
        values = [fact_at(facts, place) for place in rule.places]
        key = (number, _key(values), tuple(place in learnable for place in rule.places))
        found = self._reach.get(key)
        if found is None:
            choices = [[value, *self._choices((number,), place)] if place in learnable else [value]
                       for place, value in zip(rule.places, values, strict=True)]
            if _too_many(choices):
                return min(rule.least, now), max(rule.most, now)
            worths = [now, *(self.worth(number, combination) for combination in product(*choices))]
            found = self._reach[key] = (min(worths), max(worths))
        return found

    def _choices(self, numbers: tuple[int, ...], place: str) -> list[Any]:
        """The values of a fact that make a difference to rules together: one of those that are worth the same
        to all of them is enough."""
        found = self._alike.get((numbers, place))
        if found is None:
            concerned = [number for number in numbers if place in self.rules[number].places]
            alike = {self._sides(concerned, place, value): value
                     for one in concerned for value in self.values(one, place)}
            if place not in VOCABULARIES and (len(concerned) > 1 or self._parts(concerned[0], place)):
                self._mix(alike, concerned, place)
            found = self._alike[numbers, place] = list(alike.values())
        return found

    def _mix(self, alike: dict[Any, Any], concerned: Sequence[int], place: str) -> None:
        """Beside examples of several tests of one fact, values that are on other sides of them together."""
        numbers = sorted({value for one in concerned for value in self.values(one, place)
                          if isinstance(value, int | float)})
        for middle in ((one + other) / 2 for one, other in pairwise(numbers)):
            alike.setdefault(self._sides(concerned, place, middle), middle)
        pieces = [value for value in alike.values() if isinstance(value, str)]
        mixed = [[piece] for piece in pieces]
        for before in mixed:  # grows while new sides are found
            for piece in pieces:
                value = [*before, piece] if place in _LISTS else " ".join((*before, piece))
                sides = self._sides(concerned, place, value)
                if sides not in alike and len(alike) <= _MOST_SIDES:
                    alike[sides] = value
                    mixed.append([*before, piece])

    def _sides(self, numbers: Sequence[int], place: str, value: Any) -> tuple[Side, ...]:
        return tuple(self.side(number, place, value) for number in numbers)

    def _parts(self, number: int, place: str) -> list[conditions.Holds]:
        """The parts of a rule's condition that look at a fact."""
        found = self._tests.get((number, place))
        if found is None:
            found = self._tests[number, place] = [
                conditions.compiled(leaf)
                for _, leaf in conditions.leaves(self.rules[number].document.get("when", {}))
                if leaf.get("fact") == place]
        return found

    def _together(self, tied: list[int], facts: Mapping[str, Any], points: Sequence[int],
                  learnable: frozenset[str]) -> Iterator[list[int]]:
        """What rules that share facts can give to each component together."""
        places = sorted({place for number in tied for place in self.rules[number].places})
        choices = [[fact_at(facts, place), *(self._choices(tuple(tied), place) if place in learnable else ())]
                   for place in places]
        if any(self.rules[number].examples is None for number in tied) or _too_many(choices):
            reach = [self._rule_bounds(number, facts, points[number], learnable) for number in tied]
            for end in (0, 1):
                yield self._sums(tied, [pair[end] for pair in reach])
            return
        for combination in product(*choices):
            value_at = dict(zip(places, combination, strict=True))
            yield self._sums(tied, [
                self.worth(number, tuple(value_at[place] for place in self.rules[number].places))
                for number in tied])

    def _sums(self, numbers: Sequence[int], points: Sequence[int]) -> list[int]:
        sums = [0] * len(self.model.slots)
        for number, worth in zip(numbers, points, strict=True):
            sums[self.rules[number].slot] += worth
        return sums


def _too_many(choices: Sequence[Sequence[Any]]) -> bool:
    """Whether combinations are not tried out; the bounds are wider then."""
    return max(map(len, choices)) > _MOST_SIDES or prod(map(len, choices)) > _MOST_COMBINATIONS


def _key(values: Sequence[Any]) -> tuple[Any, ...]:
    """Something that values of facts can be looked up by; lists and objects by their words."""
    return tuple(value if isinstance(value, str) or value is None else repr(value) for value in values)
