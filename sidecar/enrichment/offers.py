"""What can be asked, as planning sees it: operations with the places of the facts that they need and tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from sidecar.enrichment.model import Operation, Provider
from sidecar.terms.fields import COLUMNS, FIELDS
from sidecar.terms.states import ENTITIES

# What a lead calls a fact -> where it stands, such as "contact.seniority"; what follows from what.
PLACES: Final = {field.lead: f"{field.entity}.{field.name}" for field in FIELDS if field.lead}
_OWN: Final = {(entity, name): f"{entity}.{name}" for entity in ENTITIES for name in COLUMNS[entity]}
FOLLOWS: Final = {
    f"{field.entity}.{field.name}": f"{field.entity}.{field.derived_from}"
    for field in FIELDS if field.derived_from}

_EMAIL, _DOMAIN = "contact.email", "organization.domain"


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """An operation. `provides` are the places that its answers tell, `changes` those and what follows from
    them, `sought` those for which it is asked by who wants to know more; `needs` alternatives of places that
    must be known before it can be asked. Prices in USD."""

    name: str
    provider: str
    operation: str
    subject: str
    needs: tuple[frozenset[str], ...]
    provides: frozenset[str]
    changes: frozenset[str]
    sought: frozenset[str]
    price_found: float
    price_missing: float
    confidence: float
    hit_rate: float

    def price(self, chance: float) -> float:
        """What asking is expected to cost when this is the chance that something is found."""
        return chance * self.price_found + (1 - chance) * self.price_missing

    @property
    def highest(self) -> float:
        """The most that asking may cost."""
        return max(self.price_found, self.price_missing)

    def follows(self, place: str) -> str | None:
        """With what a place goes in its answers: a company's own address tells its domain."""
        if place == _DOMAIN and place not in self.provides:
            return _EMAIL
        return FOLLOWS.get(place)

    def tells(self, place: str, known: Container[str]) -> bool:
        """Whether it may tell a place that is missing without saying something else of what it goes with
        than what is known of that."""
        return place in self.provides or self.follows(place) not in known

    def possible(self, known: Container[str]) -> bool:
        """Whether it can be asked when these places are known."""
        return not self.needs or any(all(place in known for place in need) for need in self.needs)


def openers(
    serving: Iterable[Offer], offers: Iterable[Offer], known: Collection[str],
    tells: Callable[[Offer, str], bool],
) -> list[Offer]:
    """Of offers those that must be asked first to make possible what serves, or to make these possible; of
    needs that nobody can fulfil none is looked for."""
    closed = [offer for offer in serving if not offer.possible(known)]
    if not closed:
        return []
    others = {offer: frozenset(filter(partial(tells, offer), offer.changes)) for offer in offers}
    within = frozenset(known).union(*others.values())
    for offer in serving:
        others.pop(offer, None)
    found: list[Offer] = []
    while closed:
        lacking = {place for offer in closed for need in offer.needs if need <= within
                   for place in need if place not in known}
        closed = [offer for offer, told in others.items() if not lacking.isdisjoint(told)]
        found += closed
        for offer in closed:
            del others[offer]
        closed = [offer for offer in closed if not offer.possible(known)]
    return found


def offers_of(providers: Mapping[str, Provider], *, flat: bool = False) -> tuple[Offer, ...]:
    """All operations of providers, in their order. `flat`: every field is one of the canonical lead, so that
    a country is the person's whoever is asked; else an answer about an organization tells its own country."""
    return tuple(_offer(provider.name, operation, flat)
                 for provider in providers.values() for operation in provider.operations)


def _offer(provider: str, operation: Operation, flat: bool) -> Offer:
    own = "organization" if operation.subject == "organization" and not flat else ""
    provides = _places(operation.provides, own)
    changes = _with_following(provides)
    sought = changes if operation.sought is None else _with_following(_places(operation.sought, own))
    return Offer(
        f"{provider}.{operation.name}", provider, operation.name, operation.subject,
        tuple(_places(need) for need in operation.needs), provides, changes, sought,
        operation.price_found, operation.price_missing, operation.confidence, operation.hit_rate)


def _with_following(places: frozenset[str]) -> frozenset[str]:
    if _EMAIL in places:
        places |= {_DOMAIN}
    return places | {follower for follower, followed in FOLLOWS.items() if followed in places}


def _places(names: Iterable[str], own: str = "") -> frozenset[str]:
    places = (_OWN.get((own, name)) or PLACES.get(name) for name in names)
    return frozenset(place for place in places if place)
