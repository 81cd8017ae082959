"""What is believed of providers: how often they find somebody, and how far they can be trusted.

Learnt while answers come, from a prior. Whether an operation finds somebody is a logistic regression with one
weight for the operation, one for each trait of the lead (country, e-mail type, company size) and one for the
pair, each Gaussian around its prior: what was seen seldom stays near what is seen of all (shrinkage). Who is
obscure to one provider is obscure to others: of every person and company a hidden familiarity is believed,
which each hit raises and each miss lowers; how much it spreads is learnt, too. Nobody is judged by more than
about the latest 2,000 answers, so that what changes is noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from typing import Any, Final

from sidecar.terms.fields import FIELDS

# Familiarity: how far it may spread (in logits), and three places of a bell curve with their weights.
SPREADS: Final = (0.3, 1.0, 1.8)
_PLACES: Final = ((-1.732, 1 / 6), (0.0, 2 / 3), (1.732, 1 / 6))
FAMILIARITIES: Final = tuple((spread * place, number) for number, spread in enumerate(SPREADS)
                             for place, _ in _PLACES)
_WEIGHTS: Final = tuple(weight for _ in SPREADS for _, weight in _PLACES)

# Variances of the weights before anything is seen: of an operation's own, of a trait's, of the pair's.
_OWN, _TRAIT, _PAIR = 1.2, 0.15, 0.1
# So many answers are remembered, and how sure of a weight so many make: 1 / (n p (1 - p)) for p = 1/2.
_REMEMBERED: Final = 2000.0
_SUREST: Final = 4 / _REMEMBERED
# A found answer fills a field that its operation provides, and is wrong: believed as if seen so often.
_FILLED, _FILLED_SEEN = 0.85, 4.0
_BY_THE_WAY = 0.3  # a company's domain comes mostly with an address, and many of these are private
_WRONG, _WRONG_SEEN = 0.06, 6.0
# An answer that speaks of a field tells it: believed as if seen so often.
_SAID_SEEN = 2.0
# What did not follow from what is known (a seniority from a title) another answer tells: believed as if seen
# so often, which leaves room for some tries.
_ANEW, _ANEW_SEEN = 0.6, 2.0
# What is told is believed to stay until it is corrected: as if so much had been told and nothing corrected.
_KEPT_SEEN = 20.0

# Of these places values are remembered: they name nobody.
_NAMELESS: Final = frozenset(f"{field.entity}.{field.name}" for field in FIELDS if not field.personal)
# What is kept of a state at most: weights, the surest first; values of each place, the most frequent first,
# and how long they may be.
_MOST_WEIGHTS, _MOST_VALUES, _LONGEST_VALUE = 3000, 100, 100


@dataclass(slots=True)
class _Weight:
    mean: float
    variance: float


@dataclass(slots=True)
class Share:
    """How often something was so, with a prior."""

    yes: float
    all: float

    @property
    def rate(self) -> float:
        return self.yes / self.all

    def see(self, yes: float, all: float = 1.0) -> None:
        keep = min(1.0, _REMEMBERED / (self.all + all))
        self.yes = (self.yes + yes) * keep
        self.all = (self.all + all) * keep


@dataclass(slots=True)
class Chances:
    """Of one person or company: the weight of each familiarity, and by operation the chance to be found
    under each."""

    weights: list[float]
    found: dict[str, list[float]]

    def of(self, operation: str) -> float:
        """The chance that an operation finds it, over all familiarities."""
        return sum(map(_times, self.weights, self.found[operation]))


def _times(a: float, b: float) -> float:
    return a * b


@dataclass(slots=True)
class Beliefs:
    """`priors`: operation -> how often it is believed to find somebody before anything is seen."""

    priors: Mapping[str, float]
    _weights: dict[tuple[str, ...], _Weight] = field(default_factory=dict)
    _spreads: list[float] = field(default_factory=lambda: [1 / len(SPREADS)] * len(SPREADS))
    _filled: dict[tuple[str, str], Share] = field(default_factory=dict)
    _anew: dict[tuple[str, str], Share] = field(default_factory=dict)
    _wrong: dict[str, Share] = field(default_factory=dict)
    _corrected: dict[str, Share] = field(default_factory=dict)
    _says: dict[str, Share] = field(default_factory=dict)
    _values: dict[str, dict[Any, float]] = field(default_factory=dict)
    seen: int = 0

    def chances(self, subject: str, operations: Iterable[str], traits: Sequence[str],
                history: Sequence[tuple[str, bool]]) -> Chances:
        """How likely each operation finds somebody with these traits, about whom these have answered."""
        logits = {name: self._logit(subject, name, traits)
                  for name in (*operations, *(name for name, _ in history))}
        weights = [weight * self._spreads[spread]
                   for weight, (_, spread) in zip(_WEIGHTS, FAMILIARITIES, strict=True)]
        found = {name: [_sigmoid(logit + familiarity) for familiarity, _ in FAMILIARITIES]
                 for name, logit in logits.items()}
        for name, hit in history:
            weights = [weight * (chance if hit else 1 - chance)
                       for weight, chance in zip(weights, found[name], strict=True)]
        total = sum(weights)
        return Chances([weight / total for weight in weights], found)

    def see(self, subject: str, operation: str, traits: Sequence[str],
            history: Sequence[tuple[str, bool]], hit: bool) -> None:
        """An operation answered about somebody about whom these had answered before."""
        self.seen += 1
        chances = self.chances(subject, (operation,), traits, history)
        expected = chances.of(operation)
        parts = [self._weight(key) for key in self._keys(subject, operation, traits)]
        uncertainty = expected * (1 - expected)
        doubt = 1 + uncertainty * sum(part.variance for part in parts)
        for part in parts:
            part.mean += part.variance * (hit - expected) / doubt
            part.variance = max(
                min(part.variance, _SUREST), part.variance - part.variance**2 * uncertainty / doubt)
        if history:
            fits = [0.0] * len(SPREADS)
            apart = [0.0] * len(SPREADS)
            for weight, chance, (_, spread) in zip(
                    chances.weights, chances.found[operation], FAMILIARITIES, strict=True):
                apart[spread] += weight
                fits[spread] += weight * (chance if hit else 1 - chance)
            # What was seen of them before has been counted already.
            made = [before * (fit / share) if share else before
                    for before, fit, share in zip(self._spreads, fits, apart, strict=True)]
            self._spreads = [max(0.02, one / sum(made)) for one in made]

    def doubt(self, operation: str) -> float:
        """How unsure it is how often an operation finds somebody: a standard deviation, in logits."""
        return sqrt(self._weight((operation,)).variance)

    def filled(self, operation: str, place: str) -> Share:
        """How often a found answer of an operation speaks of a field: tells it, or what it follows from."""
        found = self._filled.get((operation, place))
        if found is None:
            rate = _BY_THE_WAY if place == "organization.domain" else _FILLED
            found = self._filled[operation, place] = Share(rate * _FILLED_SEEN, _FILLED_SEEN)
        return found

    def anew(self, operation: str, place: str) -> Share:
        """How often a found answer of an operation tells a field that is not known although what it follows
        from is."""
        return self._anew.setdefault((operation, place), Share(_ANEW * _ANEW_SEEN, _ANEW_SEEN))

    def wrong(self, operation: str) -> Share:
        """How often what an operation tells, or a provider told, is contradicted."""
        share = self._wrong.get(operation)
        if share is None:
            share = Share(_WRONG * _WRONG_SEEN, _WRONG_SEEN)
            if operation in self.priors:  # whoever else is named is remembered only once they contradict
                self._wrong[operation] = share
        return share

    def kept(self, operation: str) -> float:
        """The share of what an operation tells that nobody corrects later."""
        share = self._corrected.get(operation)
        return 1.0 - share.rate if share else 1.0

    def correct(self, operation: str, corrected: float, told: float = 0.0) -> None:
        """So much that an operation told was corrected: by a person, by a mail that came back, as it is about
        somebody else. `told`: so many fields it has told now."""
        self._corrected.setdefault(operation, Share(0.0, _KEPT_SEEN)).see(corrected, corrected + told)

    def values(self, place: str) -> dict[Any, float]:
        """How often each value of a field was told."""
        return self._values.setdefault(place, {})

    def says(self, place: str) -> Share:
        """How often an answer that speaks of a field tells a value: not every title tells a seniority."""
        return self._says.setdefault(place, Share(_SAID_SEEN, _SAID_SEEN))

    def told(self, place: str, value: Any) -> None:
        """Somebody told a value of a field. Of one that may name somebody no value is remembered."""
        if place not in _NAMELESS:
            return
        values = self.values(place)
        key = value if isinstance(value, str | int | float) else repr(value)
        values[key] = values.get(key, 0.0) + 1.0

    def differ(self, operation: str, known_from: str, differs: bool) -> None:
        """An operation said of a known fact the same, or something else; the lead itself is believed."""
        if known_from == "lead":
            self._contradict(operation, float(differs))
        else:
            self._contradict(operation, differs / 2)
            self._contradict(known_from, differs / 2)

    def _contradict(self, name: str, wrong: float) -> None:
        self._wrong.setdefault(name, self.wrong(name)).see(wrong)

    def forget(self, operation: str) -> None:
        """Nothing was seen of an operation."""
        for key in [key for key in self._weights if key[0] == operation]:
            del self._weights[key]
        for shares in (self._filled, self._anew):
            for pair in [pair for pair in shares if pair[0] == operation]:
                del shares[pair]
        self._wrong.pop(operation, None)
        self._corrected.pop(operation, None)

    def state(self) -> dict[str, Any]:
        """What was learnt, as JSON: of a bounded size, and nothing that tells of a person."""
        sources = {*self.priors, *(name.partition(".")[0] for name in self.priors)}
        surest = sorted(((key, weight) for key, weight in self._weights.items()
                         if len(key) == 2 or key[0] in self.priors),
                        key=lambda item: (len(item[0]), item[1].variance))[:_MOST_WEIGHTS]
        return {
            "seen": self.seen,
            "spreads": [_short(spread) for spread in self._spreads],
            "weights": [[*key, _short(weight.mean), _short(weight.variance)] for key, weight in surest],
            "filled": [[*pair, *_pair(share)] for pair, share in self._filled.items()
                       if pair[0] in self.priors],
            "anew": [[*pair, *_pair(share)] for pair, share in self._anew.items() if pair[0] in self.priors],
            "wrong": [[name, *_pair(share)] for name, share in self._wrong.items() if name in sources],
            "corrected": [[name, *_pair(share)] for name, share in self._corrected.items()
                          if name in self.priors],
            "says": [[place, *_pair(share)] for place, share in self._says.items()],
            "values": {place: _frequent(values) for place, values in self._values.items() if values},
        }

    @classmethod
    def of(cls, priors: Mapping[str, float], state: Mapping[str, Any]) -> Beliefs:
        """Beliefs with what `state` told; of operations that there are no more nothing is believed."""
        made = cls(priors)
        made.seen = state["seen"]
        made._spreads = list(state["spreads"])
        made._weights = {tuple(key): _Weight(mean, variance) for *key, mean, variance in state["weights"]
                         if len(key) == 2 or key[0] in priors}
        made._filled = {(name, place): Share(yes, all) for name, place, yes, all in state["filled"]
                        if name in priors}
        made._anew = {(name, place): Share(yes, all) for name, place, yes, all in state.get("anew", ())
                      if name in priors}
        made._wrong = {name: Share(yes, all) for name, yes, all in state["wrong"]}
        made._corrected = {name: Share(yes, all) for name, yes, all in state["corrected"]}
        made._says = {place: Share(yes, all) for place, yes, all in state["says"]}
        made._values = {place: dict(values) for place, values in state["values"].items()}
        return made

    def _logit(self, subject: str, operation: str, traits: Sequence[str]) -> float:
        return sum(self._weight(key).mean for key in self._keys(subject, operation, traits))

    def _keys(self, subject: str, operation: str, traits: Sequence[str]) -> list[tuple[str, ...]]:
        return [(operation,), *((subject, trait) for trait in traits),
                *((operation, "", trait) for trait in traits)]

    def _weight(self, key: tuple[str, ...]) -> _Weight:
        found = self._weights.get(key)
        if found is None:
            if len(key) == 1:
                prior = min(max(self.priors[key[0]], 0.01), 0.99)
                found = _Weight(log(prior / (1 - prior)), _OWN)
            else:
                found = _Weight(0.0, _TRAIT if len(key) == 2 else _PAIR)
            self._weights[key] = found
        return found


def _sigmoid(logit: float) -> float:
    return 1 / (1 + exp(-logit)) if logit > -30 else 0.0


def _short(number: float) -> float:
    """Six digits are enough."""
    return float(f"{number:.6g}")


def _pair(share: Share) -> tuple[float, float]:
    return _short(share.yes), _short(share.all)


def _frequent(values: Mapping[Any, float]) -> list[tuple[Any, float]]:
    """The values that were told most, each as often as among the answers that are remembered."""
    kept = sorted(((value, seen) for value, seen in values.items()
                   if not isinstance(value, str) or len(value) <= _LONGEST_VALUE),
                  key=lambda item: -item[1])[:_MOST_VALUES]
    scale = min(1.0, _REMEMBERED / (sum(seen for _, seen in kept) or 1.0))
    return [(value, _short(seen * scale)) for value, seen in kept]
