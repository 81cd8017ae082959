"""What a score can still become: exact bounds over the facts that may yet be learnt.

A `Scorecard` is a model made ready for many such questions. Of every rule it knows which facts it looks at
and, by the examples of the rule's kind, what those facts could be worth; so nothing here knows a kind of
rule. Points are integer hundredths, as in the engine, whose floors, caps and roundings are repeated exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from math import gcd
from typing import Any, Final

from sidecar.scoring.rules import KINDS
from sidecar.scoring.subject import Subject, hundredths
from sidecar.terms.fields import FIELDS

_FULL: Final = 100_00
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Place -> all values there are, of the fields that have a vocabulary.
VOCABULARIES: Final = {f"{field.entity}.{field.name}": field.choices for field in FIELDS if field.choices}
# More combinations of facts that count in several components are not tried out; the bounds are wider then.
_MOST_COMBINATIONS: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule of a model: the place of its component, the facts it looks at, in order, and the values of them
    that make a difference. `examples` is None where its kind does not tell them: `least` and `most` then."""

    component: int
    document: Mapping[str, Any]
    places: tuple[str, ...]
    examples: tuple[Any, ...] | None
    least: int
    most: int


class Scorecard:
    """A model that `check_model` finds no problem with, ready to tell what could become of scores."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        components = list(model["components"].values())
        self.percents: list[int] = [round(component["weight"] * 100) for component in components]
        self.rules = [
            _rule(number, rule) for number, component in enumerate(components) for rule in component["rules"]]
        self.hot, self.warm = (hundredths(model["thresholds"][name]) for name in ("hot", "warm"))
        self._worth: dict[Any, int] = {}
        self._reach: dict[Any, tuple[int, int]] = {}
        self._weighed: dict[tuple[int, int], int] = {}
        self._bounds: dict[Any, tuple[int, int]] = {}
        # The facts that the model looks at, in one order.
        self.places = tuple(sorted({place for rule in self.rules for place in rule.places}))

    def grade(self, total: int) -> str:
        """The grade of a total in hundredths."""
        return "hot" if total >= self.hot else "warm" if total >= self.warm else "cold"

    def points(self, facts: Mapping[str, Any], now: datetime) -> list[int]:
        """What each rule gives now."""
        subject = Subject(facts, now)
        outcomes = (KINDS[rule.document["kind"]].evaluate(rule.document, subject) for rule in self.rules)
        return [outcome.hundredths if outcome else 0 for outcome in outcomes]

    def total(self, points: Sequence[int]) -> int:
        """The total in hundredths of what each rule gives."""
        return self.total_of(self._sums(range(len(self.rules)), points))

    def total_of(self, sums: Sequence[int]) -> int:
        """The total in hundredths of what the rules of each component give together."""
        return min(_FULL, sum(map(self.weighed, sums, range(len(sums)))))

    def weighed(self, points: int, component: int) -> int:
        """What the rules of a component that give so many hundredths add to the total."""
        found = self._weighed.get((points, component))
        if found is None:
            percent = self.percents[component]
            kept = min(max(points, 0), _FULL)
            kept -= kept % (100 // gcd(percent, 100))
            found = self._weighed[points, component] = kept * percent // 100
        return found

    def worth(self, number: int, values: tuple[Any, ...]) -> int:
        """What a rule gives when its facts are these."""
        key = (number, _key(values))
        found = self._worth.get(key)
        if found is None:
            rule = self.rules[number]
            facts: dict[str, dict[str, Any]] = {}
            for place, value in zip(rule.places, values, strict=True):
                entity, _, name = place.partition(".")
                facts.setdefault(entity, {})[name] = value
            outcome = KINDS[rule.document["kind"]].evaluate(rule.document, Subject(facts, _NO_TIME))
            found = self._worth[key] = outcome.hundredths if outcome else 0
        return found

    def values(self, number: int, place: str) -> tuple[Any, ...]:
        """The values of a fact that make a difference to a rule, as far as there are such values."""
        examples, there_are = self.rules[number].examples or (), VOCABULARIES.get(place)
        if not there_are:
            return examples
        # Also those that the rule does not name: they fall under `otherwise`.
        return there_are

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
        least, most = [0] * len(self.percents), [0] * len(self.percents)
        tied: list[int] = []  # rules of facts that count in several components
        shared = self._shared(learnable)
        for number, rule in enumerate(self.rules):
            if learnable.isdisjoint(rule.places) and not (rule.examples is None and not rule.places
                                                          and learnable):
                low = high = points[number]
            elif not shared.isdisjoint(rule.places):
                tied.append(number)
                continue
            else:
                low, high = self._rule_bounds(number, facts, points[number], learnable)
            least[rule.component] += low
            most[rule.component] += high
        if not tied:
            return self.total_of(least), self.total_of(most)
        ends = [self.total_of([a + b for a, b in zip(side, together, strict=True)])
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
            worths = [now, *(self.worth(number, combination) for combination in product(*(
                (value, *self.values(number, place)) if place in learnable else (value,)
                for place, value in zip(rule.places, values, strict=True))))]
            found = self._reach[key] = (min(worths), max(worths))
        return found

    def _together(self, tied: list[int], facts: Mapping[str, Any], points: Sequence[int],
                  learnable: frozenset[str]) -> Iterator[list[int]]:
        """What rules that share facts can give to each component together."""
        places = sorted({place for number in tied for place in self.rules[number].places})
        choices: list[list[Any]] = []
        count = 1
        for place in places:
            value = fact_at(facts, place)
            choices.append([value])
            if place in learnable:
                # One value of those that are worth the same to all these rules is enough.
                alike: dict[tuple[int, ...], Any] = {}
                for number in tied:
                    for other in self.values(number, place) if place in self.rules[number].places else ():
                        alike.setdefault(tuple(
                            self.worth(rule, tuple(other if at == place else None
                                                   for at in self.rules[rule].places))
                            for rule in tied if place in self.rules[rule].places), other)
                choices[-1] += alike.values()
            count *= len(choices[-1])
        if count > _MOST_COMBINATIONS or any(self.rules[number].examples is None for number in tied):
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
        sums = [0] * len(self.percents)
        for number, worth in zip(numbers, points, strict=True):
            sums[self.rules[number].component] += worth
        return sums


def fact_at(facts: Mapping[str, Any], place: str) -> Any:
    """The fact at a place such as "contact.seniority"; None when it is not known."""
    entity, _, name = place.partition(".")
    value = (facts.get(entity) or {}).get(name)
    return None if value in ("", [], {}) else value


def _rule(component: int, document: Mapping[str, Any]) -> Rule:
    examples = KINDS[document["kind"]].examples
    worths = [0, *_points_in(document)]
    return Rule(component, document, tuple(document.get("facts") or ()),
                examples and examples(document), min(worths), max(worths))


def _points_in(document: Any) -> Iterator[int]:
    """All points that stand in a rule, however deep."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            if name == "points" and isinstance(value, int | float):
                yield hundredths(value)
            else:
                yield from _points_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from _points_in(value)


def _key(values: Sequence[Any]) -> tuple[Any, ...]:
    """Something that values of facts can be looked up by; lists and objects by their words."""
    return tuple(value if isinstance(value, str) or value is None else repr(value) for value in values)
