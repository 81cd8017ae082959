"""What the goal `fill` cannot cost less than in a market, whoever chooses."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

from sidecar.enrichment.market import Lead, Market, Said
from sidecar.enrichment.offers import Offer
from sidecar.records import canonical
from sidecar.scoring.bounds import fact_at

Places = frozenset[str]


class _Case(NamedTuple):
    """A lead when everything was bought: which wanted places it got by that, who might have told those that
    nobody told, and what each operation cost and told of them."""

    got: Places
    vain: frozenset[Offer]
    told: Mapping[Offer, tuple[float, Places]]


def least(market: Market, wanted: Places) -> tuple[float, float]:
    """What it costs to get what buying everything gets, in USD, chosen in hindsight: by who also asks whoever
    might tell what nobody turns out to tell, as that is not known before; and by who knew even that. What
    must be known before an operation can be asked is left out of account, so that neither can be less."""
    companies: dict[str, list[_Case]] = {}
    bought: dict[tuple[str, str], Said] = {}
    for number, one in enumerate(market.leads):
        company, case = _case(market, one, wanted, bought)
        companies.setdefault(company or str(number), []).append(case)
    careful, knowing = (sum(_least(cases, asks) for cases in companies.values()) for asks in (True, False))
    return careful, knowing


def _case(market: Market, one: Mapping[str, Any], wanted: Places,
          bought: dict[tuple[str, str], Said]) -> tuple[str | None, _Case]:
    lead = Lead(canonical(one["lead"]), one["answers"])
    before = _of(lead, wanted)
    told: dict[Offer, tuple[float, Places]] = {}
    while offer := next((offer for offer in market.offers
                         if offer.name not in lead.asked and offer.possible(lead.known)), None):
        company = lead.company()
        said = lead.answer(offer)
        if company and offer.subject == "organization" and said.outcome != "error":
            said = bought.setdefault((company, offer.name), said)
        alone = Lead(lead.own, {})
        alone.take(offer, said)
        price = {"found": offer.price_found, "not_found": offer.price_missing}.get(said.outcome, 0.0)
        told[offer] = price, _of(alone, wanted) - before
        lead.take(offer, said)
    after = _of(lead, wanted)
    vain = frozenset(offer for offer in told if any(
        offer.tells(place, lead.known) for place in offer.changes & wanted - after))
    return lead.company(), _Case(after - before, vain, told)


def _of(lead: Lead, wanted: Places) -> Places:
    return frozenset(place for place in wanted if fact_at(lead.facts, place) is not None)


def _least(cases: Collection[_Case], asks: bool) -> float:
    """For the leads of one company, which pay once for what is asked about it."""
    prices = {offer: price for case in cases for offer, (price, _) in case.told.items()
              if offer.subject == "organization"}
    tells = {offer for case in cases for offer, (_, places) in case.told.items() if places}
    must: set[Offer] = set()
    base = 0.0
    rest: list[tuple[_Case, Places, Callable[[Places], float]]] = []
    for case in cases:
        mine = case.vain if asks else frozenset()
        must |= mine & prices.keys()
        own = [case.told[offer] for offer in mine - prices.keys()]
        base += sum(price for price, _ in own)
        rest.append((case, case.got.difference(*(places for _, places in own)), _cover(
            [answer for offer, answer in case.told.items() if offer not in prices])))
    may = [offer for offer in prices if offer in tells - must]
    cheapest = math.inf
    for count in range(len(may) + 1):
        for more in combinations(may, count):
            company = must.union(more)
            cheapest = min(cheapest, base + sum(prices[offer] for offer in company) + sum(
                cover(missing.difference(*(case.told[offer][1] for offer in company & case.told.keys())))
                for case, missing, cover in rest))
    return cheapest


def _cover(answers: Iterable[tuple[float, Places]]) -> Callable[[Places], float]:
    """The least that answers cost which tell all of some places."""
    useful = [(price, places) for price, places in answers if places]

    @cache
    def cover(missing: Places) -> float:
        if not missing:
            return 0.0
        first = min(missing)
        return min((price + cover(missing - places) for price, places in useful if first in places),
                   default=math.inf)

    return cover
