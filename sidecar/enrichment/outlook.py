"""How a lead's grade may end: the distribution of its score if everything were bought that could be.

Each rule of the model is worth one of few numbers of points; one with a condition on several facts is worth
what it gives for each combination of what they may be. What could still be answered changes facts, each
with a probability that is believed (beliefs.py); which operations find somebody hangs together through the
hidden familiarity, so the ways in which they may turn out are gone through one by one. All sums are exact;
what is simplified is said: facts of one answer are right or wrong independently of each other, of many
operations that could change one component the weakest are taken together as one, and what one answer tells is
judged in that component in which it tells most.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import accumulate
from math import asin, log, sin, sqrt
from typing import Any, Final

from sidecar.enrichment.beliefs import Beliefs
from sidecar.scoring.bounds import Scorecard, Side, fact_at

Distribution = dict[int, float]
# Operations that are told apart in one component; what is rarer than this is not followed.
_APART: Final = 3
_NEGLIGIBLE: Final = 1e-6
# Chances are rounded by their angle (the arc sine of the root), to so many steps a radian: the seldom and the
# almost sure are told apart more finely than what is even.
_STEPS: Final = 16
# A value of a fact is believed as if each outcome of the rule had been seen so often.
_PRIOR_SEEN: Final = 2.0
# Combinations of what the facts of one rule may be that are told apart, and of what an answer leaves several
# such rules.
_MOST_WAYS: Final = 500
_MOST_HALVES: Final = 30


@dataclass(frozen=True, slots=True)
class Source:
    """An operation that may still answer: by hidden familiarity of its subject how likely it finds somebody,
    and by place how likely it then changes that fact. `chance`: over all familiarities, once it can be
    asked."""

    name: str
    subject: str
    chance: float
    found: Sequence[float]
    changes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ahead:
    """`grades`: grade -> how likely the lead ends with it if everything is bought; `tells`: operation -> the
    share of the grade's entropy that its answer is expected to take away."""

    grades: Mapping[str, float]
    tells: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a lead: the places, and of the rules that look at several facts at once on which side
    each of these is now."""

    places: frozenset[str]
    sides: Mapping[int, tuple[Side, ...]]


@dataclass(slots=True)
class Outlook:
    """Distributions, remembered until what is believed of values has changed much (`forget`)."""

    card: Scorecard
    beliefs: Beliefs
    _sums: dict[Any, list[tuple[int, float]]] = field(default_factory=dict)
    _worths: dict[int, Distribution] = field(default_factory=dict)
    _sides: dict[tuple[int, str], list[tuple[Side, float]]] = field(default_factory=dict)
    _rules_of: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self._rules_of = [
            [number for number, rule in enumerate(self.card.rules) if rule.component == component]
            for component in range(len(self.card.percents))]

    def forget(self) -> None:
        """Work distributions out anew."""
        self._sums.clear()
        self._worths.clear()
        self._sides.clear()

    def ahead(self, facts: Mapping[str, Any], points: Sequence[int], sources: Sequence[Source],
              weights: Mapping[str, Sequence[float]], grade: str | None = None) -> Ahead:
        """How the lead's grade may end. `weights`: subject -> weights of familiarities; `grade`: what it was
        before."""
        changing = frozenset().union(*(source.changes for source in sources))
        known = _Known(frozenset(place for place in self.card.places if fact_at(facts, place) is not None), {
            number: tuple(self.card.side(number, place, fact_at(facts, place))
                          for place in self.card.rules[number].places) for number in self.card.joint})
        parts = [self._component(component, known, points, sources, weights, changing)
                 for component in range(len(self.card.percents))]
        certain = sum(total for part in parts if len(part) == 1 for total in part)
        unsure = {component: part for component, part in enumerate(parts) if len(part) > 1}
        others = {component: _Tail(_sum_all(part for other, part in unsure.items() if other != component))
                  for component in unsure}
        component, part = next(iter(unsure.items()), (0, {0: 1.0}))
        tail = others.get(component) or _Tail({0: 1.0})
        lacking = {name: least - certain for name, least in self.card.thresholds(grade)}
        likely = {grade: sum(share * tail.above(least - total) for total, share in part.items())
                  for grade, least in lacking.items()}
        open_ones = [(lacking[grade], chance) for grade, chance in likely.items() if 0 < chance < 1]
        whole = sum(_entropy(chance) for _, chance in open_ones)
        anyone: dict[str, float] = {}
        for source in sources:
            for place, change in source.changes.items():
                anyone[place] = 1 - (1 - anyone.get(place, 0.0)) * (1 - source.chance * change)
        tells = {
            source.name: max((self._tells(source, number, known, points, anyone, rest, open_ones)
                              for number, rest in others.items()), default=0.0) / whole
            for source in sources} if whole else {}
        return Ahead({"hot": likely["hot"], "warm": max(0.0, likely["warm"] - likely["hot"]),
                      "cold": max(0.0, 1.0 - likely["warm"])}, tells)

    def _tells(self, source: Source, component: int, known: _Known, points: Sequence[int],
               anyone: Mapping[str, float], rest: _Tail, open_ones: Sequence[tuple[int, float]]) -> float:
        """The entropy of the grade that an answer is expected to take away by what it changes in one
        component (their mutual information, in nats), from the chances of a grade before it and after each
        answer there may be; a group's limit is applied to what the answer changes alone. `rest` is what other
        components may add, `anyone`: place -> how likely it changes whoever is asked; `open_ones`: what is
        lacking for a grade, and the chance to get there."""
        mine: list[int] = []
        half: list[int] = []  # rules of which the answer tells one fact, and others may tell another
        later: list[int] = []
        fixed = 0
        others = anyone.keys() - source.changes.keys()
        for number in self._rules_of[component]:
            rule = self.card.rules[number]
            if rule.examples and not source.changes.keys().isdisjoint(rule.places):
                (mine if number not in self.card.joint or others.isdisjoint(rule.places) else half
                 ).append(number)
            elif rule.examples and not anyone.keys().isdisjoint(rule.places):
                later.append(number)
            else:
                fixed += points[number]
        if not mine and not half:
            return 0.0
        told = self._added(mine, known, points, source.changes)
        mores = self._halves(half, known, source.changes, {place: anyone[place] for place in others},
                             self._added(later, known, points, anyone))
        learnt = 0.0
        hit, miss = source.chance, max(1 - source.chance, _NEGLIGIBLE)
        for lacking, chance in open_ones:
            after = [(share * so, sum(
                likely * rest.above(lacking - self.card.weighed(fixed + one + other, component))
                for other, likely in more.items())) for one, share in told.items() for more, so in mores]
            # Whatever is answered, the chances after it make up the chance before it.
            found = sum(share * then for share, then in after)
            missed = min(1.0, max(0.0, (chance - hit * found) / miss))
            learnt += _entropy(chance) - miss * _entropy(missed) - hit * sum(
                share * _entropy(then) for share, then in after)
        return max(0.0, learnt)

    def _halves(self, rules: Sequence[int], known: _Known, changes: Mapping[str, float],
                others: Mapping[str, float], more: Distribution) -> list[tuple[Distribution, float]]:
        """What may come after an answer, each with its chance: `more`, and what rules may give then of which
        it tells one fact and others may tell another; of many such rules the later ones as if the answer told
        nothing of them."""
        made = [(more, 1.0)]
        for number in rules:
            after: dict[tuple[tuple[int, float], ...], float] = {}
            for sides, share in self._ways(number, known.sides[number], changes).items():
                then = self._given(number, sides, others)
                key = tuple(sorted(then.items()))
                after[key] = after.get(key, 0.0) + share
            if len(made) * len(after) > _MOST_HALVES:
                mixed: Distribution = {}
                for shape, share in after.items():
                    for worth, part in shape:
                        mixed[worth] = mixed.get(worth, 0.0) + share * part
                after = {tuple(mixed.items()): 1.0}
            made = [(_sum(before, dict(shape)), likely * share)
                    for before, likely in made for shape, share in after.items()]
        return made

    def _component(self, component: int, known: _Known, points: Sequence[int],
                   sources: Sequence[Source], weights: Mapping[str, Sequence[float]], changing: frozenset[str]
                   ) -> Distribution:
        """What a component may add to the total."""
        rules, fixed = self._unsure(component, points, changing)
        if not rules:
            return {self.card.weighed(fixed, component): 1.0}
        places = frozenset(place for number in rules for place in self.card.rules[number].places)
        concerned = _few([source for source in sources if not places.isdisjoint(source.changes)], places)
        order = sorted(places & changing)
        now = (component, fixed, len(rules), *(points[number] for number in rules), *(
            place in known.places for number in rules for place in self.card.rules[number].places), *(
            known.sides[number] for number in rules if number in self.card.joint))
        made: Distribution = {}
        for chance, changes in _patterns(concerned, weights, places):
            rounded = [round(asin(sqrt(changes.get(place, 0.0))) * _STEPS) for place in order]
            key = (now, tuple(order), tuple(rounded))
            sums = self._sums.get(key)
            if sums is None:
                sums = self._sums[key] = self._add_up(
                    component, fixed, rules, known, points,
                    {place: sin(change / _STEPS)**2 for place, change in zip(order, rounded, strict=True)})
            for total, share in sums:
                made[total] = made.get(total, 0.0) + chance * share
        return made

    def _add_up(self, component: int, fixed: int, rules: list[int], known: _Known,
                points: Sequence[int], changes: Mapping[str, float]) -> list[tuple[int, float]]:
        weighed: Distribution = {}
        for total, share in self._added(rules, known, points, changes).items():
            worth = self.card.weighed(fixed + total, component)
            weighed[worth] = weighed.get(worth, 0.0) + share
        return [(worth, share) for worth, share in weighed.items() if share > _NEGLIGIBLE]

    def _added(self, rules: Sequence[int], known: _Known, points: Sequence[int],
               changes: Mapping[str, float]) -> Distribution:
        """What rules may give together."""
        rules_in: dict[int, list[Distribution]] = {}
        for number in rules:
            rules_in.setdefault(self.card.rules[number].slot, []).append(
                self._outcomes(number, known, points[number], changes))
        return _sum_all(self._kept(slot, _sum_all(several)) for slot, several in rules_in.items())

    def _kept(self, slot: int, together: Distribution) -> Distribution:
        """What counts of what the rules of a slot give together."""
        if not self.card.model.slots[slot].name:
            return together
        limit = self.card.model.slots[slot].limit
        made: Distribution = {}
        for worth, share in together.items():
            kept = min(max(worth, -limit), limit)
            made[kept] = made.get(kept, 0.0) + share
        return made

    def _unsure(self, component: int, points: Sequence[int], changing: frozenset[str]
                ) -> tuple[list[int], int]:
        """The rules of a component that may change, with all of their groups; what the others give."""
        rules: list[int] = []
        others: list[int] = []
        for number in self._rules_of[component]:
            rule = self.card.rules[number]
            (rules if rule.examples and not changing.isdisjoint(rule.places) else others).append(number)
        if not self.card.model.grouped:
            return rules, sum(points[number] for number in others)
        slot_of = {number: self.card.rules[number].slot for number in self._rules_of[component]}
        moved = {slot_of[number] for number in rules if self.card.model.slots[slot_of[number]].name}
        rules += [number for number in others if slot_of[number] in moved]
        fixed: dict[int, int] = {}
        for number in others:
            if slot_of[number] not in moved:
                fixed[slot_of[number]] = fixed.get(slot_of[number], 0) + points[number]
        return rules, sum(worth for slot, together in fixed.items()
                          for worth in self._kept(slot, {together: 1.0}))

    def _outcomes(self, number: int, known: _Known, now: int, changes: Mapping[str, float]
                  ) -> Distribution:
        """What a rule may be worth. Its first known fact counts: one further down only while it is not."""
        if number in self.card.joint:
            return self._given(number, known.sides[number], changes)
        made: Distribution = {}
        left = 1.0
        for place in self.card.rules[number].places:
            change = left * changes.get(place, 0.0) * self.beliefs.says(place).rate
            if change:
                for worth, share in self._worth(number).items():
                    made[worth] = made.get(worth, 0.0) + change * share
                left -= change
            if place in known.places:
                break
        if left:
            made[now] = made.get(now, 0.0) + left
        return made

    def _given(self, number: int, now: tuple[Side, ...], changes: Mapping[str, float]) -> Distribution:
        """What a rule may be worth that looks at several facts at once."""
        made: Distribution = {}
        for sides, share in self._ways(number, now, changes).items():
            worth = self.card.worth_of_sides(number, sides)
            made[worth] = made.get(worth, 0.0) + share
        return made

    def _ways(self, number: int, now: tuple[Side, ...], changes: Mapping[str, float]
              ) -> dict[tuple[Side, ...], float]:
        """On which sides the facts of a rule may be together. Of many the likeliest to change are told
        apart."""
        places = self.card.rules[number].places
        moved: dict[str, float] = {}
        ways = 1
        for place in sorted(changes.keys() & set(places), key=lambda place: (-changes[place], place)):
            ways *= len(self._told(number, place)) + 1
            if ways > _MOST_WAYS:
                break
            moved[place] = changes[place] * self.beliefs.says(place).rate
        made: dict[tuple[Side, ...], float] = {(): 1.0}
        for place, side in zip(places, now, strict=True):
            change = moved.get(place, 0.0)
            new = [(side, 1 - change)] if not change else [(side, 1 - change), *(
                (told, change * share) for told, share in self._told(number, place))]
            further: dict[tuple[Side, ...], float] = {}
            for before, likely in made.items():
                for one, share in new:
                    further[*before, one] = further.get((*before, one), 0.0) + likely * share
            made = further
        return made

    def _told(self, number: int, place: str) -> list[tuple[Side, float]]:
        """On which side of a rule an answer is believed to put a fact: by the values that were told so far,
        and before there are any each side as likely."""
        found = self._sides.get((number, place))
        if found is None:
            sides = dict.fromkeys(
                self.card.side(number, place, value) for value in self.card.values(number, place))
            seen = dict.fromkeys(sides, _PRIOR_SEEN / len(sides))
            for value, times in self.beliefs.values(place).items():
                side = self.card.side(number, place, value)
                seen[side] = seen.get(side, 0.0) + times
            total = sum(seen.values())
            found = self._sides[number, place] = [(side, times / total) for side, times in seen.items()]
        return found

    def _worth(self, number: int) -> Distribution:
        """What a rule is believed to be worth once an answer tells its fact: by the values that were told so
        far, and before there are any by the rule's own cases, each as likely."""
        found = self._worths.get(number)
        if found is None:
            rule = self.card.rules[number]
            alone = [tuple(value if at == place else None for at in rule.places)
                     for place in rule.places[:1] for value in self.card.values(number, place)]
            kinds = {self.card.worth(number, values) for values in alone}
            found = {worth: _PRIOR_SEEN / len(kinds) for worth in kinds}
            for place in rule.places:
                for value, seen in self.beliefs.values(place).items():
                    worth = self.card.worth(
                        number, tuple(value if at == place else None for at in rule.places))
                    found[worth] = found.get(worth, 0.0) + seen
            total = sum(found.values())
            found = self._worths[number] = {worth: seen / total for worth, seen in found.items()}
        return found


def _entropy(chance: float) -> float:
    """Of what is so with this chance. It weighs what is almost certain more than the variance does, and so
    prefers an answer that may settle the grade to one that makes it only likelier."""
    if not 0 < chance < 1:
        return 0.0
    return -chance * log(chance) - (1 - chance) * log(1 - chance)


def _few(sources: list[Source], places: frozenset[str]) -> list[Source]:
    """The sources that matter most, and the others as if they were one."""
    if len(sources) <= _APART:
        return sources
    ranked = sorted(sources, reverse=True, key=lambda source: (
        sum(source.found) * sum(change for place, change in source.changes.items() if place in places)))
    rest: dict[str, list[Source]] = {}
    for source in ranked[_APART - 1:]:
        rest.setdefault(source.subject, []).append(source)
    merged = []
    for subject, them in rest.items():
        found = [1.0] * len(them[0].found)
        kept: dict[str, float] = {}
        for source in them:
            found = [left * (1 - chance) for left, chance in zip(found, source.found, strict=True)]
            for place, change in source.changes.items():
                kept[place] = max(kept.get(place, 0.0), change)
        merged.append(Source("", subject, 0.0, [1 - left for left in found], kept))
    return ranked[:_APART - 1] + merged


def _patterns(sources: Sequence[Source], weights: Mapping[str, Sequence[float]], places: frozenset[str]
              ) -> list[tuple[float, dict[str, float]]]:
    """Each way in which the sources may find somebody or not: how likely, how likely each fact changes."""
    by_subject: dict[str, list[Source]] = {}
    for source in sources:
        by_subject.setdefault(source.subject, []).append(source)
    made: list[tuple[float, dict[str, float]]] = [(1.0, {})]
    for subject, them in by_subject.items():
        ways: list[tuple[list[float], dict[str, float]]] = [(list(weights[subject]), {})]
        for source in them:
            further = []
            for likely, stays in ways:
                missed = [a * (1 - b) for a, b in zip(likely, source.found, strict=True)]
                hit = [a * b for a, b in zip(likely, source.found, strict=True)]
                changed = dict(stays)
                for place, change in source.changes.items():
                    if place in places:
                        changed[place] = changed.get(place, 1.0) * (1 - change)
                further += [(missed, stays), (hit, changed)]
            ways = further
        made = [(before * chance, {**stays, **_times(stays, more)})
                for before, stays in made for likely, more in ways if (chance := sum(likely)) > _NEGLIGIBLE]
    return [(chance, {place: 1 - stay for place, stay in stays.items()}) for chance, stays in made]


def _times(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {place: one.get(place, 1.0) * stay for place, stay in other.items()}


def _sum(one: Distribution, other: Distribution) -> Distribution:
    """The distribution of the sum of two that are independent."""
    if len(one) == 1 or len(other) == 1:
        (shift, _), = (one if len(one) == 1 else other).items()
        return {shift + value: share for value, share in (other if len(one) == 1 else one).items()}
    made: Distribution = {}
    for a, p in one.items():
        for b, q in other.items():
            made[a + b] = made.get(a + b, 0.0) + p * q
    return made


def _sum_all(several: Iterable[Distribution]) -> Distribution:
    return reduce(_sum, several, {0: 1.0})


class _Tail:
    """How likely a distribution is at least so much."""

    def __init__(self, of: Distribution) -> None:
        self._values = sorted(of)
        self._shares = list(accumulate((of[value] for value in reversed(self._values)), initial=0.0))[::-1]

    def above(self, least: int) -> float:
        """The chance of `least` or more."""
        return self._shares[bisect_left(self._values, least)]
