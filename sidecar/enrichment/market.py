"""Markets: leads, and what each provider would answer about them. The planner of production goes through one
as it would live, and is measured beside buying everything and a fixed order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple

from sidecar.enrichment.market_file import SUBJECTS, faults
from sidecar.enrichment.merge import FieldValue, merge, winners
from sidecar.enrichment.model import Answer, Auth, Operation, Provider, Statement
from sidecar.enrichment.offers import PLACES, Offer, offers_of, openers
from sidecar.enrichment.planner import Lesson, Planner, Standing, Step, history_of, traits_of
from sidecar.records import canonical, company_size, department, revenue_range, seniority
from sidecar.records.numbers import annual_revenue, employee_count
from sidecar.scoring.bounds import Scorecard, fact_at
from sidecar.scoring.intake import facts_of_lead
from sidecar.terms.fields import DERIVED, FIELDS
from sidecar.terms.states import GRADES, Goal

# A market has no clock: all of it happens at one moment.
MOMENT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_PRIOR_HIT_RATE: Final = 0.55
# What follows from other fields, and what providers tell in words of their own too.
_IN_WORDS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "seniority": lambda word: seniority(word.replace("_", " ")),
    "department": lambda word: department(word.replace("_", " ")),
    "company_size": lambda word: company_size(employee_count(word)),
    "revenue_range": lambda word: revenue_range(annual_revenue(word)),
}
_VOCABULARIES: Final = {name: DERIVED[name].choices for name in _IN_WORDS}
_MOST_TOLD: Final = 10
# What goes with the value of another field alone, whoever else tells it: follower -> followed.
_FOLLOWERS: Final = {
    field.lead: next(other.lead for other in FIELDS
                     if other.entity == field.entity and other.name == field.derived_from)
    for field in FIELDS if field.lead and field.unstated and field.derived_from}


class BadMarket(ValueError):
    """A file that holds no market; the sentence says why."""


class Said(NamedTuple):
    """An answer: what it tells, canonical, by a lead's names."""

    outcome: str
    told: Mapping[str, Any]
    confidence: float


@dataclass(slots=True)
class Lead:
    """A lead of a market while it is asked about."""

    own: Mapping[str, Any]
    answers: Mapping[str, Any]
    flat: dict[str, Any] = field(default_factory=dict)
    statements: list[FieldValue] = field(default_factory=list)
    known: dict[str, FieldValue] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.statements = [FieldValue(name, value, "lead", 1.0, MOMENT) for name, value in self.own.items()
                           if value is not None]
        self._count()

    def company(self) -> str | None:
        """By what the lead's company is known."""
        return self.flat.get("company_domain") or self.flat.get("company_key")

    def answer(self, offer: Offer) -> Said:
        """What an operation answers: as the market says it."""
        answer = self.answers.get(offer.name) or {"outcome": "not_found"}
        return Said(answer["outcome"], read_fields(answer.get("fields") or {}),
                    answer.get("confidence") or offer.confidence)

    def take(self, offer: Offer, said: Said) -> None:
        """Merge what was answered as a live answer is."""
        self.asked[offer.name] = said.outcome
        if said.outcome == "found":
            told = {name: Statement(value, said.confidence) for name, value in said.told.items()}
            self.statements = merge(self.statements, told, offer.provider, MOMENT)
            self._count()

    def _count(self) -> None:
        """Work out what counts from all that was stated."""
        best = winners(self.statements)
        for follower, followed in _FOLLOWERS.items():
            best.pop(follower, None)
            if followed in best:
                best |= {value.field: value for value in self.statements
                         if value.field == follower and value.source == best[followed].source}
        self.flat = {name: value.value for name, value in best.items()}
        self.known = {PLACES[name]: value for name, value in best.items() if name in PLACES}
        self.facts = facts_of_lead(self.flat | {
            name: self.own[name] for name in ("source", "tags", "custom") if name in self.own}, MOMENT)


def read_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical form of what a provider told; its own word for a seniority, a department or a band, or
    the first of several, counts before what follows from other fields."""
    told = {name: value for name, value in canonical(dict(fields)).items() if value is not None}
    for name, read in _IN_WORDS.items():
        said = fields.get(name)
        for word in said if isinstance(said, list) else [said]:
            if isinstance(word, str) and (value := word if word in _VOCABULARIES[name] else read(word)):
                told[name] = value
                break
    return told


@dataclass(slots=True)
class Market:
    """A market file, read."""

    offers: tuple[Offer, ...]
    leads: list[Mapping[str, Any]]

    def fields(self) -> frozenset[str]:
        """The places of all fields that somebody tells."""
        return frozenset(place for offer in self.offers for place in offer.provides)

    @classmethod
    def read(cls, document: Any) -> Market:
        """Raises BadMarket."""
        if found := faults(document):
            more = f" (and {len(found) - _MOST_TOLD} more)" if len(found) > _MOST_TOLD else ""
            raise BadMarket("The market cannot be used: " + "; ".join(map(str, found[:_MOST_TOLD])) + more)
        providers = {provider["name"]: _provider(provider) for provider in document["providers"]}
        return cls(offers_of(providers, flat=True), [_lead(lead) for lead in document["leads"]])


def _lead(document: Mapping[str, Any]) -> Mapping[str, Any]:
    answers = document.get("answers") or {}
    return {"lead": document["lead"], "answers": {
        name: {"outcome": "not_found"} | answer for name, answer in answers.items()}}


def _provider(document: Mapping[str, Any]) -> Provider:
    return Provider(
        name=document["name"], title=document["name"], key_setting="", base_url="", hosts=(),
        auth=Auth("header", ""), pace_per_second=math.inf,
        operations=tuple(_operation(operation) for operation in document["operations"]))


def _operation(document: Mapping[str, Any]) -> Operation:
    return Operation(
        name=document["name"], subject=SUBJECTS.get(document["subject"], document["subject"]),
        provides=frozenset(document["provides"]),
        credits=1.0, hit_rate=_PRIOR_HIT_RATE, lookup=lambda facts: None, request=lambda params, base: {},
        read=lambda status, headers, body: Answer("error"),
        needs=tuple(tuple(need) for need in document.get("needs") or ()),
        price_found=document["price_found"], price_missing=document.get("price_missing") or 0.0,
        confidence=0.8 if document.get("confidence") is None else document["confidence"])


@dataclass(slots=True)
class Simulation:
    """One way through a market. `choose` is the policy: what to do about a lead for which so much may still
    be spent; `learn` is told every answer that was bought. `answer` is who answers: the market, unless its
    answers are imagined. `bought`: what was answered about companies, (by what it is known, operation) ->
    answer; `failed`: what failed once about them, and is asked once more."""

    market: Market
    card: Scorecard
    choose: Callable[[Standing, float], Step]
    learn: Callable[[Lesson], None] | None = None
    ceiling_per_lead: float = math.inf
    ceiling_per_day: float = math.inf
    spent: float = 0.0
    answer: Callable[[Lead, Offer], Said] = Lead.answer
    bought: dict[tuple[str, str], Said] = field(default_factory=dict)
    failed: set[tuple[str, str]] = field(default_factory=set)

    def run(self) -> Iterator[dict[str, Any]]:
        """The line of each lead, in order: {index, calls, cost, score, grade, settled, fields}."""
        for index, one in enumerate(self.market.leads):
            yield {"index": index} | self._lead(Lead(canonical(one["lead"]), one["answers"]))

    def _lead(self, lead: Lead) -> dict[str, Any]:
        calls: list[str] = []
        cost = 0.0
        while True:
            self._share(lead)
            points = self.card.points(lead.facts, MOMENT)
            # A ceiling is reached to the last millionth of a dollar, whatever sums of floats say.
            budget = min(self.ceiling_per_lead - cost, self.ceiling_per_day - self.spent) + 1e-9
            step = self.choose(Standing(lead.facts, points, lead.known, lead.asked, MOMENT), budget)
            if step.offer is None:
                break
            calls.append(step.offer.name)
            price = self._buy(lead, step.offer)
            cost += price
            self.spent += price
        total = self.card.total(points)
        return {
            "calls": calls, "cost": round(cost, 6), "score": total / 100, "grade": self.card.grade(total),
            "settled": step.settled,
            "fields": {name: lead.flat[name] for name in PLACES if name in lead.flat}}

    def _share(self, lead: Lead) -> None:
        """Take what was paid for about the lead's company before."""
        company = lead.company()
        for offer in self.market.offers:
            said = self.bought.get((company, offer.name)) if company else None
            if said and offer.name not in lead.asked and offer.possible(lead.known):
                lead.take(offer, said)

    def _buy(self, lead: Lead, offer: Offer) -> float:
        """Ask, and tell the price."""
        company, before = lead.company(), lead.known
        traits, history = traits_of(lead.facts), history_of(self.market.offers, lead.asked, offer.subject)
        said = self.answer(lead, offer)
        lead.take(offer, said)
        if company and offer.subject == "organization":
            if said.outcome != "error" or (company, offer.name) in self.failed:
                self.bought[company, offer.name] = said
            else:
                self.failed.add((company, offer.name))
        if self.learn:
            told = {PLACES[name]: value for name, value in said.told.items() if name in PLACES}
            self.learn(Lesson(offer, said.outcome, told, before, traits, history))
        return {"found": offer.price_found, "not_found": offer.price_missing}.get(said.outcome, 0.0)


def simulate(
    market: Market, model: Mapping[str, Any], goal: Goal, *, ceiling_per_lead: float = math.inf,
    ceiling_per_day: float = math.inf,
) -> Iterator[dict[str, Any]]:
    """What the planner makes of each lead of a market, which it learns to know as it goes."""
    card = Scorecard(model)
    planner = Planner.of(market.offers, card, goal, market.fields())
    return Simulation(market, card, planner.next, planner.learn, ceiling_per_lead, ceiling_per_day).run()


def all_at_once(market: Market, model: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything that can be asked is."""
    def choose(standing: Standing, budget: float) -> Step:
        return next((Step(offer, "ask") for offer in market.offers if offer.name not in standing.asked
                     and offer.possible(standing.known)), Step(None, "nothing_left"))

    return Simulation(market, Scorecard(model), choose).run()


def fixed_order(market: Market, model: Mapping[str, Any], order: Sequence[str], wanted: Collection[str]
                ) -> Iterator[dict[str, Any]]:
    """Of an order the next operation that can be asked and tells something wanted that is missing, or what
    makes such a one possible."""
    by_name = {offer.name: offer for offer in market.offers}

    def choose(standing: Standing, budget: float) -> Step:
        missing = {place for place in wanted if fact_at(standing.facts, place) is None}
        left = [by_name[name] for name in order if name not in standing.asked]
        serving = [offer for offer in left if any(
            offer.tells(place, standing.known) for place in missing & offer.changes)]
        useful = {*serving, *openers(serving, left, standing.known, lambda offer, place: True)}
        return next((Step(offer, "ask") for offer in left if offer in useful
                     and offer.possible(standing.known)), Step(None, "known"))

    return Simulation(market, Scorecard(model), choose).run()


def tuned_order(market: Market, wanted: Collection[str]) -> list[str]:
    """The operations in the order of their price per wanted field found, by what the market really answers:
    a fixed order that knows in hindsight what the planner has to learn."""
    found: dict[str, int] = {}
    for lead in market.leads:
        for name, answer in lead["answers"].items():
            found[name] = found.get(name, 0) + (answer["outcome"] == "found")

    def price(offer: Offer) -> float:
        rate = found.get(offer.name, 0) / max(1, len(market.leads))
        fields = rate * len(offer.changes.intersection(wanted))
        return offer.price(rate) / fields if fields else math.inf

    return [offer.name for offer in sorted(market.offers, key=price)]


def fixed_order_wants(market: Market, model: Mapping[str, Any], goal: Goal) -> frozenset[str]:
    """What a fixed order buys for a goal: what the model looks at and somebody tells; for `fill`, all."""
    if goal == "fill":
        return market.fields()
    told = frozenset(place for offer in market.offers for place in offer.changes)
    return told.intersection(Scorecard(model).places)


def summary(market: Market, ways: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """A table for people: what each way through a market cost and found, a column each."""
    names = sorted({name for name, place in PLACES.items() if place in market.fields()})
    count = max(1, len(market.leads))
    full = [line["grade"] for line in ways["all at once"]]

    def share(number: float) -> str:
        return f"{100 * number / count:.1f} %"

    rows: dict[str, Callable[[Sequence[Mapping[str, Any]]], str]] = {
        "cost a lead, USD": lambda lines: f"{sum(line['cost'] for line in lines) / count:.4f}",
        "calls a lead": lambda lines: f"{sum(len(line['calls']) for line in lines) / count:.2f}",
        "same grade as all at once": lambda lines: share(sum(
            line["grade"] == grade for line, grade in zip(lines, full, strict=True))),
        **{grade: partial(lambda grade, lines: str(sum(line["grade"] == grade for line in lines)), grade)
           for grade in GRADES},
        **{f"{name} known": partial(
            lambda name, lines: share(sum(name in line["fields"] for line in lines)), name)
           for name in names},
    }
    table = [["", *ways], *([title, *(row(lines) for lines in ways.values())] for title, row in rows.items())]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join("  ".join(
        cell.ljust(width) if place == 0 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip() for row in table)
