"""The waterfall: what is worth asking about a lead next, and when to stop.

Three goals. `decision`: until no answer can change the lead's grade, or until the chance that one would is
not worth its price. `reach`: until there is an e-mail that can be delivered or a phone that can be called,
then as `decision`. `fill`: until every wanted field is known. Nothing here knows a provider: what can be
asked, for how much, is data (offers.py), what comes of it is believed (beliefs.py), what it would change is
the scoring model's own arithmetic (scoring/bounds.py, outlook.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from sidecar.enrichment.beliefs import Beliefs, Chances
from sidecar.enrichment.merge import FieldValue, merge, winners
from sidecar.enrichment.model import Statement
from sidecar.enrichment.offers import FOLLOWS, Offer, openers
from sidecar.enrichment.outlook import Outlook, Source
from sidecar.scoring.bounds import Scorecard, fact_at
from sidecar.terms.states import Goal

Why = Literal["settled", "not_worth", "known", "nothing_left", "ceiling", "ask"]
SUBJECTS: Final = ("contact", "organization")

_REACHED: Final = frozenset({"contact.email", "contact.phone"})
# What is told more seldom is not asked for the sake of what it would make possible.
_SELDOM: Final = 0.1
# Who tells it more rarely is not asked for what did not follow from what is known.
_RARELY: Final = 0.2
# What a free operation is taken to cost.
_FREE: Final = 1e-6
# What a grade is worth that is the one of buying everything: so many times what it is believed to cost to
# learn all that the model looks at of a lead of whom nothing is known.
WORTH: Final = 24.0


@dataclass(slots=True)
class Standing:
    """What is known of a lead. `facts` as scoring reads them, `points` what each rule of the model gives for
    them, `known`: place -> the statement that counts there; `asked`: operation -> its outcome, in order;
    `at`: when; `barred`: operations that may be asked later, not now; `dear`: those for which there is no
    money; `grade`: what the lead was before, which it stays on the edge."""

    facts: Mapping[str, Any]
    points: Sequence[int]
    known: Mapping[str, FieldValue]
    asked: Mapping[str, str]
    at: datetime
    barred: frozenset[str] = frozenset()
    dear: frozenset[str] = frozenset()
    grade: str | None = None

    def missing(self, wanted: Iterable[str]) -> frozenset[str]:
        """What of the wanted places is not known, and of which no person said that there is nothing."""
        return frozenset(place for place in wanted if fact_at(self.facts, place) is None and not (
            (stated := self.known.get(place)) and stated.locked))

    def can(self, offer: Offer) -> bool:
        """Whether an offer can be asked now."""
        return offer.name not in self.barred and offer.possible(self.known)


# A lead of whom nothing is known.
_UNKNOWN: Final = Standing({}, (), {}, {}, datetime.min)


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: `offer` to ask, or None and why not. `doubt`: how likely the grade would still change
    if everything were bought; `price`: what this one is expected to cost, `change`: what it is expected to
    settle of the doubt."""

    offer: Offer | None
    why: Why
    doubt: float = 0.0
    price: float = 0.0
    change: float = 0.0

    @property
    def settled(self) -> bool:
        """Whether there is no more to buy for the goal, as opposed to no money for it."""
        return self.why != "ceiling"


@dataclass(frozen=True, slots=True)
class Lesson:
    """An answer that was bought: what it told by place (a value of None: that it was told, not what; None at
    all where it is not known what it told), what was known before, the traits of the lead and what had
    answered about the same person or company."""

    offer: Offer
    outcome: str
    told: Mapping[str, Any] | None
    before: Mapping[str, FieldValue]
    traits: Sequence[str]
    history: Sequence[tuple[str, bool]]


@dataclass(slots=True)
class Planner:
    """What planning goes by: offers, a model, beliefs and the goal; `wanted` are the places of `fill`,
    `worth` is what agreement is worth (WORTH)."""

    offers: Sequence[Offer]
    card: Scorecard
    beliefs: Beliefs
    goal: Goal
    wanted: frozenset[str]
    worth: float = WORTH
    outlook: Outlook = field(init=False)
    _fresh: int = 0
    _learnable: dict[Any, frozenset[str]] = field(default_factory=dict)
    _changes: dict[Any, Mapping[str, float]] = field(default_factory=dict)
    _whole: float | None = None
    # What follows from beliefs as they stand after so many answers.
    _seen: int = -1
    _chances: dict[Any, Chances] = field(default_factory=dict)
    _apart: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.outlook = Outlook(self.card, self.beliefs)

    @classmethod
    def of(cls, offers: Sequence[Offer], card: Scorecard, goal: Goal, wanted: frozenset[str]) -> Planner:
        """A planner that has seen nothing yet."""
        return cls(offers, card, Beliefs({offer.name: offer.hit_rate for offer in offers}), goal, wanted)

    def round(self, standing: Standing) -> list[Step]:
        """What to ask at once: all that is free and worth it, and of what is paid one about each subject, no
        two that may tell the same; the last step tells why no more is asked now."""
        if self.goal == "fill":
            self._refresh()
            return self._affordable(standing, math.inf, lambda one: self._fill(one, self.wanted))
        steps = [self.next(standing)]
        while offer := steps[-1].offer:
            standing = replace(standing, barred=standing.barred | self._beside(offer))
            steps.append(self.next(standing))
        return steps

    def _beside(self, offer: Offer) -> frozenset[str]:
        """What is not asked in the round in which this is."""
        found = self._apart.get(offer.name)
        if found is None:
            places = self.wanted if self.goal == "fill" else _REACHED | set(self.card.places)
            told = offer.changes & places
            found = self._apart[offer.name] = frozenset({offer.name}) | {
                other.name for other in self.offers if offer.highest and other.highest and (
                    other.subject == offer.subject or not told.isdisjoint(other.changes))}
        return found

    def learn(self, lesson: Lesson) -> None:
        """Learn from an answer."""
        if lesson.outcome not in ("found", "not_found"):
            return
        offer, found = lesson.offer, lesson.outcome == "found"
        self.beliefs.see(offer.subject, offer.name, lesson.traits, lesson.history, found)
        told = lesson.told
        if not found or told is None:
            return
        for place in offer.changes:
            spoken = place in told or FOLLOWS.get(place) in told
            self.beliefs.filled(offer.name, place).see(spoken)
            if spoken:
                self.beliefs.says(place).see(place in told)
            if place not in lesson.before and offer.follows(place) in lesson.before:
                self.beliefs.anew(offer.name, place).see(place in told)
        self.beliefs.correct(offer.name, 0.0, told=len(told))
        for place in told.keys() & set(self.card.places):
            if told[place] is None:
                continue
            self.beliefs.told(place, told[place])
            if place in lesson.before:
                before = lesson.before[place]
                self.beliefs.differ(offer.name, before.source, told[place] != before.value)

    def next(self, standing: Standing, budget: float = math.inf) -> Step:
        """What to do about a lead for which so much may still be spent."""
        self._refresh()
        return self._affordable(standing, budget, lambda one: [self._next(one)])[0]

    def _affordable(
        self, standing: Standing, budget: float, ask: Callable[[Standing], list[Step]]
    ) -> list[Step]:
        """What a ceiling forbids tells nothing: others are judged, and asked, as if it were not there."""
        dear = [offer.name for offer in self.offers if offer.name not in standing.asked and (
            offer.name in standing.dear or offer.highest > budget)]
        if not dear:
            return ask(standing)
        steps = ask(replace(standing, asked={**standing.asked, **dict.fromkeys(dear, "closed")}))
        if not steps[0].offer and ask(standing)[0].offer:
            return [replace(steps[0], why="ceiling")]
        return steps

    def _next(self, standing: Standing) -> Step:
        if self.goal == "fill":
            return self._fill(standing, self.wanted)[0]
        if self.goal == "reach" and not reached(standing.facts):
            step = self._fill(standing, _REACHED)[0]
            if step.offer:
                return step
        return self._decide(standing)

    def _refresh(self) -> None:
        """Forget what follows from what was believed before."""
        if self.beliefs.seen > self._fresh * 1.3 + 5:
            self._fresh = self.beliefs.seen
            self.outlook.forget()
            self._changes.clear()
            self._whole = None
        if self.beliefs.seen != self._seen:
            self._seen = self.beliefs.seen
            self._chances.clear()

    def learnable(self, standing: Standing, left: Iterable[Offer]) -> frozenset[str]:
        """The places whose facts may still change: by what can be asked now or after other answers."""
        key = (frozenset(standing.asked), tuple(
            (place, value.source, value.confidence, value.observed_at, value.locked, value.sandbox)
            for place, value in standing.known.items()))
        made = self._learnable.get(key)
        if made is None:
            made = self._learnable[key] = self._find_learnable(standing, left)
        return made

    def _find_learnable(self, standing: Standing, left: Iterable[Offer]) -> frozenset[str]:
        can = {place for place in _NEEDED if fact_at(standing.facts, place) is not None} | set(standing.known)
        waiting = list(left)
        found: set[str] = set()
        while possible := [offer for offer in waiting if offer.possible(can)]:
            waiting = [offer for offer in waiting if offer not in possible]
            for offer in possible:
                can |= offer.changes
                found |= {place for place in offer.changes
                          if _may_change(standing.known.get(place), offer, standing.at)}
        return frozenset(found)

    def _left(self, standing: Standing) -> list[Offer]:
        return [offer for offer in self.offers if offer.name not in standing.asked]

    def chances(self, standing: Standing, offers: Iterable[Offer]) -> dict[str, Chances]:
        """By subject, how likely offers find the lead's person or company."""
        traits = traits_of(standing.facts)
        made = {}
        for subject in SUBJECTS:
            mine = tuple(offer.name for offer in offers if offer.subject == subject)
            history = tuple(history_of(self.offers, standing.asked, subject))
            key = (subject, mine, traits, history)
            found = self._chances.get(key)
            if found is None:
                found = self._chances[key] = self.beliefs.chances(subject, mine, traits, history)
            made[subject] = found
        return made

    def _fill(self, standing: Standing, wanted: Collection[str]) -> list[Step]:
        """What to ask at once to fill what is missing, the best first; the last step tells why no more."""
        missing = standing.missing(wanted)
        if not missing:
            return [Step(None, "known")]
        left = [offer for offer in self._left(standing) if any(
            self._fills(standing, offer, place) for place in missing & offer.sought)]
        ways = self._openers(standing, left, self._fills)
        usable = [offer for offer in ways if standing.can(offer)]
        steps = [Step(offer, "ask") for offer in usable if not offer.highest]
        if len(steps) < len(usable):
            chances = self.chances(standing, ways)
            order = self._order(standing, ways, missing, chances)
            paid = [way for way in order if way.offer.highest and way.offer in usable]
            while paid:
                best = min(paid, key=lambda way: _cost(way, order))
                steps.append(Step(best.offer, "ask", price=best.price))
                paid = [way for way in paid if way.offer.name not in self._beside(best.offer)]
        steps.append(Step(None, "nothing_left"))
        return steps

    def _order(self, standing: Standing, offers: Sequence[Offer], missing: frozenset[str],
               chances: Mapping[str, Chances]) -> list[_Way]:
        """By price per missing field found. What only opens the way goes by its price together with that of
        the best that it opens, and is worth asking while anything is missing that what it opens may tell."""
        ways: dict[Offer, _Way] = {}
        for offer in offers:
            chance = chances[offer.subject].of(offer.name)
            way = self._way(standing, offer, missing, chance)
            opened = [] if way.leaves else [
                other for other in ways if not other.possible(standing.known) and any(
                    self._fills(standing, offer, place) > _SELDOM
                    for need in other.needs for place in (need & offer.changes).difference(standing.known))]
            if opened:
                best = min((ways[other] for other in opened), key=lambda way: way.price_per_field)
                found = chance * best.found
                way = _Way(offer, way.price, way.price / found + best.price_per_field, found, [
                    (place, 1.0) for place in {place for other in opened for place, _ in ways[other].leaves}])
            ways[offer] = way
        return sorted(ways.values(), key=lambda way: way.price_per_field)

    def _way(self, standing: Standing, offer: Offer, missing: frozenset[str], chance: float) -> _Way:
        # What will be corrected fills nothing.
        told = {place: rate for place in missing & offer.changes
                if (rate := self._fills(standing, offer, place))}
        counts = chance * self.beliefs.kept(offer.name)
        price, found = offer.price(chance), counts * sum(told.values())
        return _Way(offer, price, price / found if found else math.inf, found,
                    [(place, 1 - counts * rate) for place, rate in told.items()])

    def _fills(self, standing: Standing, offer: Offer, place: str) -> float:
        """How likely a found answer tells a place that is missing. Who could only by saying something else of
        what it goes with is not asked for it once that turned out to be rare."""
        if not offer.tells(place, standing.known):
            rate = self.beliefs.anew(offer.name, place).rate
            return rate if rate > _RARELY else 0.0
        return self.beliefs.filled(offer.name, place).rate

    def _openers(self, standing: Standing, left: list[Offer],
                 tells: Callable[[Standing, Offer, str], float]) -> list[Offer]:
        """What serves, and what must be asked first to make some of it possible."""
        return left + openers(left, self._left(standing), standing.known,
                              lambda offer, place: tells(standing, offer, place) > _SELDOM)

    def _tells(self, standing: Standing, offer: Offer, place: str) -> float:
        """How likely a found answer tells a place. A domain that comes with an address is mostly that of the
        address that is known already."""
        by_the_way = place == "organization.domain" and place not in offer.provides
        if by_the_way and "contact.email" in standing.known:
            return 0.0
        return self.beliefs.filled(offer.name, place).rate

    def _decide(self, standing: Standing) -> Step:
        left = self._left(standing)
        learnable = self.learnable(standing, left)
        low, high = self.card.bounds(standing.facts, standing.points, learnable)
        grade = self.card.grade(low, standing.grade)
        if grade == self.card.grade(high, standing.grade):
            return Step(None, "settled")
        serving = [offer for offer in left if not learnable.isdisjoint(offer.changes)]
        left = self._openers(standing, serving, self._tells)
        chances = self.chances(standing, left)
        sources = [self._source(offer, standing, chances[offer.subject]) for offer in left]
        relevant = [source for source in sources if source.changes]
        ahead = self.outlook.ahead(standing.facts, standing.points, relevant, {
            subject: made.weights for subject, made in chances.items()}, standing.grade)
        doubt = 1 - ahead.grades[self.card.grade(self.card.total(standing.points), standing.grade)]
        ranked = self._ranked(standing, left, chances, ahead.tells, doubt)
        if not ranked:
            return Step(None, "nothing_left", doubt)
        gain, offer, price = ranked[0]
        if gain * self.agreement < 1:
            return Step(None, "not_worth", doubt)
        return Step(offer, "ask", doubt, price, min(doubt, gain * price))

    @property
    def agreement(self) -> float:
        """What a grade that is the one of buying everything may cost, in USD. Where nobody costs anything all
        are asked."""
        if self._whole is None:
            ways = [self._way(_UNKNOWN, offer, told, self.beliefs.chances(
                offer.subject, (offer.name,), (), ()).of(offer.name))
                for offer in self.offers if (told := offer.changes.intersection(self.card.places))]
            order = sorted(ways, key=lambda way: way.price_per_field)
            self._whole = min((_cost(way, order) for way in ways), default=0.0)
        return self.worth * self._whole or math.inf

    def _ranked(self, standing: Standing, left: list[Offer], chances: Mapping[str, Chances],
                tells: Mapping[str, float], doubt: float) -> list[tuple[float, Offer, float]]:
        """(expected change per dollar, offer, expected price) of what can be asked now, the best first."""
        ranked = []
        closed = [offer for offer in left if not offer.possible(standing.known)]
        for offer in left:
            if not standing.can(offer):
                continue
            # What will be corrected settles nothing.
            told = tells.get(offer.name, 0.0) * self.beliefs.kept(offer.name)
            chance = chances[offer.subject].of(offer.name)
            price = max(offer.price(chance), _FREE)
            gain = told / price
            after = standing.known.keys() | offer.changes if closed else ()
            for other in closed:
                if other.possible(after):
                    then = max(other.price(chances[other.subject].of(other.name)), _FREE)
                    gain = max(gain, (told + chance * tells.get(other.name, 0.0)) / (price + chance * then))
            if gain:
                ranked.append((doubt * gain, offer, price))
        return sorted(ranked, key=lambda item: -item[0])

    def _source(self, offer: Offer, standing: Standing, chances: Chances) -> Source:
        """What an offer may change of what the model looks at."""
        key = (offer.name, "contact.email" in standing.known, *(
            (value.field, value.source, value.confidence, value.observed_at, value.locked, value.sandbox)
            if (value := _heard(standing.known, place)) else None for place in self.card.places))
        changes = self._changes.get(key)
        if changes is None:
            changes = self._changes[key] = self._find_changes(offer, standing)
        found, chance = chances.found[offer.name], chances.of(offer.name)
        if not offer.possible(standing.known):
            found = [likely * 0.5 for likely in found]
        return Source(offer.name, offer.subject, chance, found, changes)

    def _find_changes(self, offer: Offer, standing: Standing) -> dict[str, float]:
        changes = {}
        for place in offer.changes:
            if place not in self.card.places:
                continue
            heard = _heard(standing.known, place)
            filled = self._tells(standing, offer, place)
            if heard is None:
                changes[place] = filled
            elif _may_change(standing.known.get(place), offer, standing.at):
                differs = 1 - (1 - self.beliefs.wrong(offer.name).rate) * (
                    1 - (self.beliefs.wrong(heard.source).rate if heard.source != "lead" else 0))
                changes[place] = filled * differs
        return changes


class _Way(NamedTuple):
    """An operation that may fill something: its expected price, that per missing field found, how many fields
    it is expected to find, and how likely each place that it may tell is missing still after it answered."""

    offer: Offer
    price: float
    price_per_field: float
    found: float
    leaves: list[tuple[str, float]]


def _cost(first: _Way, order: Sequence[_Way]) -> float:
    """What asking one first, then the others in their order, is expected to cost until nothing is missing."""
    absent = dict(first.leaves)
    cost = first.price if absent else 0.0
    for way in order:
        if way is not first and way.leaves:
            most = 0.0
            for place, leaves in way.leaves:
                missing = absent.get(place, 1.0)
                if missing > most:
                    most = missing
                absent[place] = missing * leaves
            cost += most * way.price
    return cost


_NEEDED: Final = ("contact.email", "organization.domain", "contact.linkedin_url")


def _heard(known: Mapping[str, FieldValue], place: str) -> FieldValue | None:
    """The statement by which a fact is known, or by which it is not although what it follows from is."""
    return known.get(place) or known.get(FOLLOWS.get(place, ""))


def _may_change(known: FieldValue | None, offer: Offer, at: datetime) -> bool:
    """Whether what an offer answers then would count in place of what is known."""
    return known is None or _outranks(known._replace(value=None), offer.provider, offer.confidence, at)


@lru_cache(4096)
def _outranks(known: FieldValue, source: str, confidence: float, at: datetime) -> bool:
    statements = merge([known], {known.field: Statement(True, confidence)}, source, at)
    return winners(statements)[known.field].value is True


def traits_of(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """By what leads differ in how well they are known: country, e-mail type, company size."""
    country = fact_at(facts, "contact.country") or fact_at(facts, "organization.country") or fact_at(
        facts, "contact.phone_country")
    return (f"country {country}", f"e-mail {fact_at(facts, 'contact.email_type')}",
            f"size {fact_at(facts, 'organization.company_size')}")


def history_of(offers: Sequence[Offer], asked: Mapping[str, str], subject: str) -> list[tuple[str, bool]]:
    """What has answered about the lead's person or company: (operation, whether it found something)."""
    mine = {offer.name for offer in offers if offer.subject == subject}
    return [(name, outcome == "found") for name, outcome in asked.items()
            if name in mine and outcome in ("found", "not_found")]


def goal_of(
    goals: Mapping[str, Goal], lane: str | None, source: str | None, own: Goal | None = None
) -> Goal:
    """The goal of a lead: its own, else of its source, of its lane, of all (""), else `fill`."""
    if own:
        return own
    return next((goals[name] for name in (source, lane, "") if name is not None and name in goals), "fill")


def reached(facts: Mapping[str, Any]) -> bool:
    """Whether there is an e-mail that can be delivered or a phone that can be called."""
    mailbox = fact_at(facts, "contact.email_type") not in (None, "disposable")
    return ((mailbox and fact_at(facts, "contact.email_status") != "invalid")
            or fact_at(facts, "contact.phone_type") is not None)
