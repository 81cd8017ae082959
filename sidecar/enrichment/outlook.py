"""How a lead's grade may end: the distribution of its score if everything were bought that could be.

Each rule of the model is worth one of few numbers of points. What could still be answered changes facts, each
with a probability that is believed (beliefs.py); which operations find somebody hangs together through the
hidden familiarity, so the ways in which they may turn out are gone through one by one. All sums are exact;
what is simplified is said: facts of one answer are right or wrong independently of each other, and of many
operations that could change one component the weakest are taken together as one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final

from sidecar.enrichment.beliefs import Beliefs
from sidecar.scoring.bounds import Scorecard, fact_at

Distribution = dict[int, float]
# Operations that are told apart in one component; what is rarer than this is not followed.
_APART: Final = 3
_NEGLIGIBLE: Final = 1e-6
# A value of a fact is believed as if each outcome of the rule had been seen so often.
_PRIOR_SEEN: Final = 2.0


@dataclass(frozen=True, slots=True)
class Source:
    """An operation that may still answer: by hidden familiarity of its subject how likely it finds somebody,
    and by place how likely it then changes that fact."""

    name: str
    subject: str
    found: Sequence[float]
    changes: Mapping[str, float]


@dataclass(slots=True)
class Outlook:
    """Distributions, remembered until what is believed of values has changed much (`forget`)."""

    card: Scorecard
    beliefs: Beliefs
    _sums: dict[Any, list[tuple[int, float]]] = field(default_factory=dict)
    _worths: dict[int, Distribution] = field(default_factory=dict)
    _rules_of: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self._rules_of = [
            [number for number, rule in enumerate(self.card.rules) if rule.component == component]
            for component in range(len(self.card.percents))]

    def forget(self) -> None:
        """Work distributions out anew."""
        self._sums.clear()
        self._worths.clear()

    def grades(self, facts: Mapping[str, Any], points: Sequence[int], sources: Sequence[Source],
               weights: Mapping[str, Sequence[float]]) -> dict[str, float]:
        """Grade -> how likely the lead ends with it. `weights`: subject -> weights of familiarities."""
        certain = 0
        open_ones: list[Distribution] = []
        changing = frozenset().union(*(source.changes for source in sources))
        known = frozenset(place for place in self.card.places if fact_at(facts, place) is not None)
        for component in range(len(self.card.percents)):
            made = self._component(component, known, points, sources, weights, changing)
            if len(made) == 1:
                certain += next(iter(made))
            else:
                open_ones.append(made)
        while len(open_ones) > 2:
            open_ones.append(_sum(open_ones.pop(), open_ones.pop()))
        one, other = [*open_ones, {0: 1.0}, {0: 1.0}][:2]
        hot = _at_least(one, other, self.card.hot - certain)
        warm = _at_least(one, other, self.card.warm - certain)
        return {"hot": hot, "warm": max(0.0, warm - hot), "cold": max(0.0, 1.0 - warm)}

    def spread(self, points: Sequence[int], source: Source, chance: float) -> float:
        """The variance of the total (in hundredths) that the answer of one operation takes away."""
        mean = variance = 0.0
        for number, rule in enumerate(self.card.rules):
            stays = 1.0
            for place in rule.places:
                stays *= 1 - source.changes.get(place, 0.0)
            if stays == 1.0 or not rule.examples:
                continue
            change = 1 - stays
            percent = self.card.percents[rule.component] / 100
            now = points[number]
            shift = square = 0.0
            for worth, share in self._worth(number).items():
                shift += share * (worth - now)
                square += share * (worth - now) ** 2
            mean += change * shift * percent
            variance += (change * square - (change * shift) ** 2) * percent**2
        return chance * variance + chance * (1 - chance) * mean**2

    def _component(self, component: int, known: frozenset[str], points: Sequence[int],
                   sources: Sequence[Source], weights: Mapping[str, Sequence[float]], changing: frozenset[str]
                   ) -> Distribution:
        """What a component may add to the total."""
        fixed = 0
        rules: list[int] = []
        for number in self._rules_of[component]:
            rule = self.card.rules[number]
            if rule.examples and not changing.isdisjoint(rule.places):
                rules.append(number)
            else:
                fixed += points[number]
        if not rules:
            return {self.card.weighed(fixed, component): 1.0}
        places = frozenset(place for number in rules for place in self.card.rules[number].places)
        concerned = _few([source for source in sources if not places.isdisjoint(source.changes)], places)
        order = sorted(places & changing)
        now = (component, fixed, *(points[number] for number in rules), *(
            place in known for number in rules for place in self.card.rules[number].places))
        made: Distribution = {}
        for chance, changes in _patterns(concerned, weights, places):
            rounded = [round(changes.get(place, 0.0) * 25) for place in order]
            key = (now, tuple(order), tuple(rounded))
            sums = self._sums.get(key)
            if sums is None:
                sums = self._sums[key] = self._add_up(
                    component, fixed, rules, known, points,
                    {place: change / 25 for place, change in zip(order, rounded, strict=True)})
            for total, share in sums:
                made[total] = made.get(total, 0.0) + chance * share
        return made

    def _add_up(self, component: int, fixed: int, rules: list[int], known: frozenset[str],
                points: Sequence[int], changes: Mapping[str, float]) -> list[tuple[int, float]]:
        made: Distribution = {fixed: 1.0}
        for number in rules:
            made = _sum(made, self._outcomes(number, known, points[number], changes))
        weighed: Distribution = {}
        for total, share in made.items():
            worth = self.card.weighed(total, component)
            weighed[worth] = weighed.get(worth, 0.0) + share
        return [(worth, share) for worth, share in weighed.items() if share > _NEGLIGIBLE]

    def _outcomes(self, number: int, known: frozenset[str], now: int, changes: Mapping[str, float]
                  ) -> Distribution:
        """What a rule may be worth. Its first known fact counts: one further down only while it is not."""
        made: Distribution = {}
        left = 1.0
        for place in self.card.rules[number].places:
            change = left * changes.get(place, 0.0)
            if change:
                for worth, share in self._worth(number).items():
                    made[worth] = made.get(worth, 0.0) + change * share
                left -= change
            if place in known:
                break
        if left:
            made[now] = made.get(now, 0.0) + left
        return made

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
        merged.append(Source("", subject, [1 - left for left in found], kept))
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


def _at_least(one: Distribution, other: Distribution, least: int) -> float:
    """How likely the sum of two is at least so much."""
    values = sorted(other)
    tails = list(accumulate((other[value] for value in reversed(values)), initial=0.0))[::-1]
    return sum(p * tails[bisect_left(values, least - value)] for value, p in one.items())
