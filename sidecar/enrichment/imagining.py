"""Answers as they are believed to come: what nobody knows before it is asked, drawn by chance.

So that production's own planner can go through leads before anything is paid for: whether an operation finds
somebody hangs on the lead's traits and on what answered before, what it then tells on how often it did.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, count
from typing import Any, Final

from sidecar.enrichment.beliefs import Beliefs
from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.offers import FOLLOWS, Offer
from sidecar.scoring.bounds import Scorecard

# The values of a rule's own cases count as if each kind of them had been told so often, all together.
_PRIOR_SEEN: Final = 2.0
# Whom a field leads to must be somebody of its own.
_IDENTIFIES: Final = {
    "contact.email": "imagined.{}@imagined.example", "organization.domain": "imagined-{}.example",
    "contact.linkedin_url": "https://www.linkedin.com/in/imagined-{}"}


class Imagination:
    """What providers would answer about leads, by what is believed; `chance` gives numbers from 0 to 1."""

    def __init__(self, beliefs: Beliefs, card: Scorecard, chance: Callable[[], float]) -> None:
        self._beliefs = beliefs
        self._card = card
        self._chance = chance
        self._number = count()
        self._values: dict[str, tuple[list[Any], list[float]]] = {}

    def answer(self, offer: Offer, traits: Sequence[str], history: Sequence[tuple[str, bool]],
               known: Mapping[str, FieldValue]) -> dict[str, Any] | None:
        """What an operation tells about somebody of whom this is known, by place; None: nobody is found."""
        chances = self._beliefs.chances(offer.subject, (offer.name,), traits, history)
        return self.told(offer, known) if self._chance() < chances.of(offer.name) else None

    def told(self, offer: Offer, known: Mapping[str, FieldValue]) -> dict[str, Any]:
        """What an operation tells that finds somebody."""
        told: dict[str, Any] = {}
        for place in sorted(offer.changes, key=lambda place: (place in FOLLOWS, place)):
            if self._chance() < self._likely(offer, place, told, known):
                told[place] = self._value(offer, place, known.get(place), told)
        return told

    def _likely(self, offer: Offer, place: str, told: Mapping[str, Any], known: Mapping[str, FieldValue]
                ) -> float:
        """How likely a field is told. One that follows from another is told with that, the same of what is
        known already as is known to follow, and without it only where the operation has it of its own."""
        rate = self._beliefs.filled(offer.name, place).rate * self._beliefs.says(place).rate
        followed = FOLLOWS.get(place)
        if followed not in offer.changes:
            return rate
        first = self._beliefs.filled(offer.name, followed).rate
        if followed in told:
            again = followed in known and told[followed] == known[followed].value
            if again and place not in offer.provides:
                return float(place in known)
            return min(1.0, rate / first)
        return max(0.0, rate - first) / (1 - first) if place in offer.provides and first < 1 else 0.0

    def _value(self, offer: Offer, place: str, known: FieldValue | None, told: Mapping[str, Any]) -> Any:
        """What is known already, where both are right; else a value as they were told so far."""
        if known is not None and known.value is not None:
            right = 1 - self._beliefs.wrong(offer.name).rate
            if known.source != "lead":
                right *= 1 - self._beliefs.wrong(known.source).rate
            if self._chance() < right:
                return known.value
        if place in _IDENTIFIES:
            return _IDENTIFIES[place].format(next(self._number))
        if place == "contact.email_canonical":
            return told["contact.email"]
        values, upto = self._values.get(place) or self._values.setdefault(place, self._told_so_far(place))
        return values[bisect(upto, self._chance() * upto[-1], hi=len(upto) - 1)] if values else "imagined"

    def _told_so_far(self, place: str) -> tuple[list[Any], list[float]]:
        """The values of a field, and their weights summed up: those that were told, and as many of the
        model's own cases as are believed before any is."""
        weights: dict[Any, float] = {}
        for number, rule in enumerate(self._card.rules):
            if place not in (rule.places if number in self._card.joint else rule.places[:1]):
                continue
            kinds = {self._card.side(number, place, value): value
                     for value in self._card.values(number, place)}
            for value in kinds.values():
                weights[value] = weights.get(value, 0.0) + _PRIOR_SEEN / len(kinds)
        for value, seen in self._beliefs.values(place).items():
            weights[value] = weights.get(value, 0.0) + seen
        return list(weights), list(accumulate(weights.values()))
