"""The step that says what is worth asking: which calls are made now, and why no more.

It can be repeated: what was planned, asked or answered is not planned again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sidecar import tracing
from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS, planning
from sidecar.enrichment.money import Purse
from sidecar.enrichment.planner import Step, goal_of
from sidecar.enrichment.planning import lacks
from sidecar.ids import new_id
from sidecar.metrics import CACHE_LOOKUPS, REFUSALS_HELD
from sidecar.pipeline import reaching, spending
from sidecar.pipeline.answers import merge_answers
from sidecar.pipeline.batches import step
from sidecar.pipeline.breaking import failed
from sidecar.pipeline.deciding import Ground, decide
from sidecar.pipeline.looking import Looks
from sidecar.pipeline.refusals import who_may_be_asked_about
from sidecar.pipeline.surveying import Lookup, Survey
from sidecar.store import calls
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import Goal, Stop

ANSWERED_IN = {"pending": 60, "planned": 30, "started": 30}  # seconds, mostly


def plan(engine: Engine, batch_id: str, lead_ids: list[str]) -> dict[str, Any]:
    """What is worth asking now: {round, asking: [lead_id], settled: [lead_id], results}; the calls stay here.

    Answers that are already here (an earlier run, another lead of the same company) are merged
    first, so a repeated plan asks nothing twice.
    """
    with step(engine, "plan", batch_id, lead_ids, changes_people=True) as at_work:
        cursor = at_work.cursor
        calls.give_up(cursor, at_work.lead_ids)
        known = merge_answers(engine, cursor, at_work.lead_ids)
        rounds = {lead["lead_id"]: lead["rounds"] for lead in at_work.held}
        may_ask = [row for row in known if 0 < (rounds[row["lead_id"]] or 0) <= engine.settings.max_rounds]
        fresh = {lead_id for lead_id, number in rounds.items() if number == 1}
        with tracing.span("plan calls", leads=len(may_ask)):
            wanted = _wanted(engine, cursor, batch_id, may_ask, at_work.lane, fresh) if may_ask else []
            tracing.note(calls=len(wanted))
        REFUSALS_HELD.labels("enrichment").inc(len(fresh - {row["lead_id"] for row in known}))
        planned = calls.plan(cursor, wanted) if wanted else []
        asking = {lead_id for row in planned for lead_id in row["lead_ids"]}
        return {
            "round": max((number or 0 for number in rounds.values()), default=0),
            "asking": [lead_id for lead_id in at_work.lead_ids if lead_id in asking],
            "settled": [lead_id for lead_id in at_work.lead_ids if lead_id not in asking],
            "results": at_work.results(),
        }


@dataclass(slots=True)
class Round:
    """What is asked about leads in one round: the calls by their key, and why no more is asked about each
    lead; USD are reserved for a call at the lead that pays."""

    calls: dict[str, Row] = field(default_factory=dict)
    stops: dict[str, Stop] = field(default_factory=dict)

    @property
    def costs(self) -> bool:
        """Whether something must be paid."""
        return any(row["price"] for row in self.calls.values())


def _wanted(
    engine: Engine, cursor: Cursor, batch_id: str, known: list[Row], lane: str | None, fresh: set[str]
) -> list[Row]:
    """Ledger rows to plan: identical lookups of several leads are one call. Their prices are reserved under
    a lock, so that all that plan at once never pass a ceiling. `fresh`: the leads whose first round it is."""
    looks = Looks(engine, cursor, known)
    known = reaching.with_candidates(engine, cursor, looks.facts_of(known))
    survey = Survey.of(engine, cursor, known)
    ground = ground_of(engine, cursor, known, lane)
    lead_ids = [row["lead_id"] for row in known]

    def chosen(looks: Looks) -> Round:
        purse = spending.purse(engine, cursor, lead_ids)
        return choose(engine, ground, survey, known, away(engine, survey), lane, purse, looks)

    round_ = chosen(looks)
    if engine.settings.ceilings.any and round_.costs:
        spending.lock(cursor)
        now = spending.purse(engine, cursor, lead_ids)
        if not all(now.pay([row["lead_id"]], row["provider"], row["sandbox"], row["price"])
                   for row in round_.calls.values()):
            round_ = chosen(Looks(engine, cursor, known))  # others were faster
    CACHE_LOOKUPS.labels("hit").inc(len({
        item.key for lead_id in fresh & survey.possible.keys() for item in survey.possible[lead_id].values()
        if survey.answer(item)}))
    CACHE_LOOKUPS.labels("miss").inc(len(round_.calls))
    return [
        {"id": new_id(), "batch_id": batch_id, "request": engine.vault.seal(row["params"])}
        | {name: value for name, value in row.items() if name != "params"}
        for row in round_.calls.values()]


def away(engine: Engine, survey: Survey) -> frozenset[str]:
    """Providers that are not asked now."""
    return _unreachable(engine, survey) | {name for name in PROVIDERS if survey.open(name)}


def choose(
    engine: Engine, ground: Ground, survey: Survey, known: list[Row], away: frozenset[str],
    lane: str | None, purse: Purse, looks: Looks,
) -> Round:
    """A round that the purse pays for: who cannot pay for one call is asked about by a cheaper one."""
    round_, choosing = Round(), known
    while choosing:
        worth, stops = worth_asking(engine, ground, survey, choosing, away, lane, purse)
        round_.stops |= stops
        needs: dict[str, tuple[Lookup, dict[str, planning.Lookup]]] = {}
        for row in choosing:
            lead_id = row["lead_id"]
            for lookup in looks.affordable(lead_id, worth[lead_id]):
                item = survey.possible[lead_id][lookup.provider, lookup.operation]
                needs.setdefault(item.key, (item, {}))[1][lead_id] = lookup
        unpaid: set[str] = set()
        for key, (item, wishes) in needs.items():
            if key in round_.calls:
                there = round_.calls[key]["lead_ids"]
                there.extend(lead_id for lead_id in wishes if lead_id not in there)
                continue
            price, sandbox = survey.price(item), not survey.live(item.provider)
            payer = purse.pay(wishes, item.provider, sandbox, price)
            if payer is None:
                unpaid |= wishes.keys()
                continue
            round_.calls[key] = {
                "provider": item.provider, "operation": item.operation.name, "request_key": key,
                "subject_kind": item.operation.subject, "subject_id": item.subject_id, "sandbox": sandbox,
                "params": item.params, "lead_ids": list(wishes), "lead_id": payer, "price": price,
                "reason": dict(wishes[payer].reason)}
        choosing = [row for row in choosing if row["lead_id"] in unpaid]
    return round_


def ground_of(engine: Engine, cursor: Cursor, known: list[Row], lane: str | None) -> Ground:
    """What deciding about these leads stands on. For `fill` the leads' facts are enough."""
    goals = goals_of(engine, known, lane)
    return Ground.of(engine, cursor, [row for row in known if goals[row["lead_id"]] != "fill"],
                     sorted({*goals.values()}))


def goals_of(engine: Engine, known: list[Row], lane: str | None) -> dict[str, Goal]:
    """The goal of each lead."""
    return {row["lead_id"]: goal_of(engine.settings.enrichment_goals, lane, row["lead"].get("source"),
                                    row["goal"]) for row in known}


def worth_asking(
    engine: Engine, ground: Ground, survey: Survey, known: list[Row], away: frozenset[str],
    lane: str | None, purse: Purse, *, later: bool = False,
) -> tuple[dict[str, list[planning.Lookup]], dict[str, Stop]]:
    """By lead id what its goal wants asked now and the purse pays for, and why no more; `later`: when the
    providers that fail answer again."""
    steps, asked, goals = _steps(engine, ground, survey, known, away, lane, purse, later=later)
    made = {row["lead_id"]: [
        planning.Lookup(item.provider, item.operation.name, item.operation.subject, item.params,
                        {"goal": goals[row["lead_id"]]} | _reason(
                            row, step, engine.settings.wanted_fields))
        for step in steps[row["lead_id"]] if step.offer
        for item in (survey.possible[row["lead_id"]][step.offer.provider, step.offer.operation],)]
        for row in known}
    return made, _stops(steps, asked)


Asked = dict[str, dict[tuple[str, str], str]]


def _steps(
    engine: Engine, ground: Ground, survey: Survey, known: list[Row], away: frozenset[str], lane: str | None,
    purse: Purse, *, later: bool = False,
) -> tuple[dict[str, list[Step]], Asked, dict[str, Goal]]:
    """By lead id the steps to take now, the last one without an offer; what was asked; and each lead's goal.
    """
    goals = goals_of(engine, known, lane)
    asked = {row["lead_id"]: survey.asked(row["lead_id"], later=later) for row in known}
    too_dear = {row["lead_id"]: survey.too_dear(row["lead_id"], purse) for row in known}
    return decide(ground, known, goals, survey, asked, away, too_dear), asked, goals


def _stops(steps: Mapping[str, list[Step]], asked: Asked) -> dict[str, Stop]:
    """Why no more is asked about each lead."""
    stops: dict[str, Stop] = {}
    for lead_id, several in steps.items():
        why = several[-1].why
        stops[lead_id] = "waiting" if (
            len(several) > 1 or why == "ask" or "pending" in asked[lead_id].values()) else why
    return stops


def _reason(row: Row, step: Step, wanted: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    """Why an operation is asked."""
    if step.change:
        return {"doubt": round(step.doubt, 4), "change": round(step.change, 4)}
    return {"missing": sorted(name for entity, names in lacks(row, wanted).items() for name in names
                              if step.offer and f"{entity}.{name}" in step.offer.changes)}


@dataclass(frozen=True)
class Wait:
    """For whom a lead waits, `seconds` at least; it is due at once when one of `awaits`, which were not asked
    yet, answers again; `down`: what to tell of those that fail, "" when none does."""

    seconds: int
    awaits: frozenset[str]
    down: str


def waiting(
    engine: Engine, cursor: Cursor, known: list[Row], lane: str | None
) -> tuple[dict[str, Wait], dict[str, Stop]]:
    """Leads whose providers will have more to say later, by their id; and why no more was asked about each.
    What is under way about them was given up. A look waits for nobody who was not asked: its money is for
    now."""
    stops: dict[str, Stop] = {row["lead_id"]: "refused" for row in known}
    known = who_may_be_asked_about(engine, known)
    looks = Looks(engine, cursor, known)
    known = reaching.with_candidates(engine, cursor, known)
    survey = Survey.of(engine, cursor, known)
    purse = spending.purse(engine, cursor, [row["lead_id"] for row in known])
    steps, asked, _ = _steps(
        engine, ground_of(engine, cursor, known, lane), survey, known, _unreachable(engine, survey), lane,
        purse, later=True)
    waits = {}
    for lead_id, several in steps.items():
        possible = survey.possible[lead_id]
        owed = [] if lead_id in looks else [
            possible[step.offer.provider, step.offer.operation] for step in several if step.offer]
        under_way = ((possible[name], survey.status(possible[name])) for name in survey.asked(lead_id))
        seconds = [
            survey.answer(item).get("holds_for") or ANSWERED_IN[status]
            for item, status in under_way if status in ANSWERED_IN] + [
            _owed_in(survey, item) for item in owed]
        if seconds:
            waits[lead_id] = Wait(
                min(seconds),
                frozenset(item.provider for item in owed
                          if survey.open(item.provider) or not survey.answer(item)),
                _told_of_down(survey, [item for item in owed if survey.open(item.provider)]))
    return waits, stops | _stops(steps, asked)


def _owed_in(survey: Survey, item: Lookup) -> int:
    """Seconds until something worth asking may be asked: its breaker is open, it failed, or, soon, the
    rounds or the time of Ask Providers were over."""
    open_for = survey.states[item.provider]["open_for"] if survey.open(item.provider) else 0
    failed_for = survey.answer(item).get("holds_for", 0) if failed(survey.status(item)) else 0
    return max(open_for, failed_for, 30) if open_for or failed(survey.status(item)) else 1


def _told_of_down(survey: Survey, owed: list[Lookup]) -> str:
    names = sorted({PROVIDERS[item.provider].title for item in owed})
    if not names:
        return ""
    older = ", and what it found before counts until then" if any(
        survey.answer(item).get("stale") for item in owed) else ""
    return f"{', '.join(names)} will be asked when it answers again{older}"


def _unreachable(engine: Engine, survey: Survey) -> frozenset[str]:
    """Providers that can't be asked at all: no key, and no sandbox."""
    return frozenset(
        name for name in PROVIDERS if not (survey.live(name) or engine.settings.sandbox_url))
