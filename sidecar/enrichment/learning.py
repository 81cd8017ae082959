"""What production learns: lessons out of what the store knows of answers, and the state that is kept.

The same `Planner.learn` as in a simulated market; here the answers are of the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sidecar.enrichment.beliefs import Beliefs
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.enrichment.offers import FOLLOWS, Offer
from sidecar.enrichment.planner import Lesson, traits_of
from sidecar.enrichment.receipt import AT_ONCE
from sidecar.scoring.bounds import Scorecard, fact_at
from sidecar.terms.fields import FIELDS
from sidecar.terms.states import ENTITIES

# Another shape of the state is another number: what was kept in an older one is learnt anew.
_SHAPE: Final = 1
# What the code before reads, which still runs while replicas are replaced: goes with the table `left_leads`.
_UNUSED: Final = {"level": 1.0, "left": 0, "courses": []}
# What goes with another field alone and is not stated: place -> the place that it goes with.
_FOLLOWERS: Final = {
    place: FOLLOWS[place] for field in FIELDS if field.unstated
    and (place := f"{field.entity}.{field.name}") in FOLLOWS}
# Entity -> the fields of which a lesson wants to know what counts now.
LOOKED_AT: Final = {entity: frozenset(
    place.partition(".")[2] for pair in _FOLLOWERS.items() for place in pair
    if place.startswith(f"{entity}.")) for entity in ENTITIES}
# For planners that look at no model.
NO_MODEL: Final = Scorecard({"components": {}, "thresholds": {"hot": 100, "warm": 50}})


@dataclass(slots=True)
class Learnt:
    """What is believed of operations, and which of them answered in earnest (`real`): what the sandbox told
    in their place counts no more."""

    beliefs: Beliefs
    real: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, offers: Sequence[Offer], state: Mapping[str, Any] | None) -> Learnt:
        """What a state told of these offers; without one, nothing is learnt yet."""
        priors = {offer.name: offer.hit_rate for offer in offers}
        if not state or state["shape"] != _SHAPE:
            return cls(Beliefs(priors))
        return cls(Beliefs.of(priors, state["beliefs"]), set(state["real"]))

    def state(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {"shape": _SHAPE, "beliefs": self.beliefs.state(), "threshold": _UNUSED,
                "real": sorted(self.real & self.beliefs.priors.keys())}

    def counts(self, operation: str, *, sandbox: bool) -> bool:
        """Whether an answer tells of the operation: the sandbox's only while there is no other, and all that
        the sandbox told is forgotten with the first in earnest."""
        if sandbox:
            return operation not in self.real
        if operation not in self.real:
            self.real.add(operation)
            self.beliefs.forget(operation)
        return True


def lesson(
    call: Mapping[str, Any], offer: Offer, stated: Mapping[str, Iterable[FieldValue]],
    facts: Mapping[str, Any], history: Sequence[tuple[str, bool]], providers: Collection[str],
) -> Lesson:
    """What an answered call {outcome, answered_at} teaches. `stated`: by entity what all say of its fields,
    `facts`: what is known now; `history`: what had answered about the subject before.

    A statement of the provider is the call's if it came with it and is of a field for which the call asks.
    Who is no provider (the lead, a person, another system) is believed as the lead is. Where nothing came of
    what was found (it was held, or its person was erased), it is not known what it told.
    """
    at = call["answered_at"]
    told: dict[str, Any] = {}
    known: dict[str, FieldValue] = {}
    for entity, values in stated.items():
        before = []
        for value in values:
            place = f"{entity}.{value.field}"
            if value.source == offer.provider and place in offer.changes and (
                    abs(value.observed_at - at) < AT_ONCE):
                told[place] = value.value
            elif value.observed_at < at:
                before.append(value if value.source in providers else value._replace(source="lead"))
        known |= {f"{entity}.{name}": value for name, value in winners(before).items()
                  if value.value is not None}
    told |= _followers(told, facts, offer.changes)
    then = {place: value.value for place, value in known.items()}
    return Lesson(offer, call["outcome"], told or None, known, traits_of(_nested(
        then | _followers(then, facts, _FOLLOWERS))), history)


def _followers(values: Mapping[str, Any], facts: Mapping[str, Any], of: Container[str]) -> dict[str, Any]:
    """What goes with values and is not stated of itself; None where other values count now."""
    made = {}
    for follower, followed in _FOLLOWERS.items():
        if follower in of and values.get(followed) is not None:
            counts = fact_at(facts, followed) == values[followed]
            value = fact_at(facts, follower) if counts else None
            if value is not None or not counts:
                made[follower] = value
    return made


def _nested(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Values by place as facts."""
    made: dict[str, dict[str, Any]] = {}
    for place, value in values.items():
        entity, _, name = place.partition(".")
        made.setdefault(entity, {})[name] = value
    return made
