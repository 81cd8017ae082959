"""The provider steps of a run: plan, start, answers, apply.

The order in which n8n runs them is n8n's; each can be repeated without a second payment.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from redis import RedisError

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS, planning, priced, reach
from sidecar.enrichment.model import Operation, Provider
from sidecar.enrichment.money import Purse, cost, highest
from sidecar.enrichment.planner import goal_of
from sidecar.enrichment.planning import lacks, request_key
from sidecar.ids import new_id
from sidecar.intake.refusals import may_enrich
from sidecar.pipeline import gating, provenance, reaching, spending
from sidecar.pipeline.batches import step
from sidecar.pipeline.deciding import decide
from sidecar.pipeline.looking import Looks
from sidecar.store import calls, customers, facts, refusals, subscriptions, work
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import ENTITIES, Stop
from sidecar.webhooks import of_enrichment

log = logging.getLogger(__name__)

ERROR_TTL_SECONDS = 3600
STARTED_AT_ONCE = 100  # of a provider: few, so that a kill leaves few in doubt
# Seconds a provider is left alone after these outcomes; `error` only after five in a row.
_OPEN_SECONDS = {"auth": 600, "quota": 3600, "throttled": 60, "error": 60}
_FAILURES_TO_OPEN = {"auth": 1, "quota": 1, "throttled": 1, "error": 5}


@dataclass(frozen=True)
class Lookup:
    """One thing a provider could be asked about one lead."""

    lead_id: str
    key: str
    provider: str
    operation: Operation
    subject_id: str
    params: dict[str, str]


def operation_of(provider: str, name: str) -> Operation:
    """A provider's operation by name."""
    return PROVIDERS[provider].operation(name)


def plan(engine: Engine, batch_id: str, lead_ids: list[str]) -> dict[str, Any]:
    """What is worth asking now: {round, asking: [lead_id], settled: [lead_id], results}; the calls stay here.

    Answers that are already here (an earlier run, another lead of the same company) are merged
    first, so a repeated plan asks nothing twice.
    """
    with step(engine, "plan", batch_id, lead_ids, changes_people=True) as at_work:
        cursor = at_work.cursor
        calls.give_up(cursor, at_work.lead_ids)
        known = _merge_answers(engine, cursor, at_work.lead_ids)
        rounds = {lead["lead_id"]: lead["rounds"] for lead in at_work.held}
        may_ask = [row for row in known if 0 < (rounds[row["lead_id"]] or 0) <= engine.settings.max_rounds]
        wanted = _wanted(engine, cursor, batch_id, may_ask, at_work.lane) if may_ask else []
        planned = calls.plan(cursor, wanted) if wanted else []
        asking = {lead_id for row in planned for lead_id in row["lead_ids"]}
        return {
            "round": max((number or 0 for number in rounds.values()), default=0),
            "asking": [lead_id for lead_id in at_work.lead_ids if lead_id in asking],
            "settled": [lead_id for lead_id in at_work.lead_ids if lead_id not in asking],
            "results": at_work.results(),
        }


def _who_may_be_asked_about(engine: Engine, known: list[Row]) -> list[Row]:
    """The facts without those of people who refused it: about them and for them nothing is asked, and what is
    answered is not merged."""
    return [row for row in known if may_enrich(row["refused"], engine.settings.no_enrichment_after)]


def _lookups(engine: Engine, row: Row) -> Iterable[Lookup]:
    """Everything that could be asked about what a lead lacks, asked already or not."""
    secret = engine.settings.hash_key.encode()
    lacking = lacks(row)
    for provider in PROVIDERS.values():
        for operation in provider.operations:
            if operation.provides.isdisjoint(lacking[operation.subject]):
                continue
            subject = row[operation.subject]
            params = operation.lookup(row) if subject.get("id") else None
            if params:
                key = request_key(provider.name, operation.name, params, secret)
                yield Lookup(
                    row["lead_id"], key, provider.name, operation, subject["id"], params
                )


@dataclass(frozen=True)
class Survey:
    """What could be asked about leads, and what has been: read in a few queries for all of them."""

    possible: dict[str, dict[tuple[str, str], Lookup]]
    answered: dict[tuple[str, bool], str]
    busy: dict[tuple[str, bool], str]
    states: dict[str, Row]
    removed: dict[str, set[str]]
    providers: Mapping[str, Provider]
    reserved: dict[tuple[str, bool], float]

    @classmethod
    def of(cls, engine: Engine, cursor: Cursor, known: list[Row]) -> Survey:
        possible = {
            row["lead_id"]: {
                (item.provider, item.operation.name): item for item in _lookups(engine, row)
            }
            for row in known
        }
        providers = priced(engine.settings.provider_prices)
        keys = sorted({item.key for items in possible.values() for item in items.values()})
        answers = calls.known_answers(cursor, keys)
        return cls(
            possible,
            {(row["request_key"], row["sandbox"]): row["outcome"] for row in answers},
            calls.under_way(cursor, keys, ERROR_TTL_SECONDS),
            calls.provider_states(cursor),
            facts.removed(cursor, _subjects(known)),
            providers,
            spending.pending(cursor, keys),
        )

    def live(self, provider: str) -> bool:
        return bool(self.states.get(provider, {}).get("live"))

    def open(self, provider: str) -> bool:
        return bool(self.states.get(provider, {}).get("open"))

    def status(self, item: Lookup) -> str | None:
        """The outcome of a lookup, planned | started | in_doubt while there is none, or None."""
        at = (item.key, not self.live(item.provider))
        return self.answered.get(at) or self.busy.get(at)

    def asked(self, lead_id: str) -> dict[tuple[str, str], str]:
        """What planning must not ask again about this lead."""
        told = {}
        for name, item in self.possible[lead_id].items():
            status = self.status(item)
            if status:
                told[name] = {"planned": "pending", "started": "pending", "in_doubt": "error"}.get(
                    status, status)
        return told


    def price(self, item: Lookup) -> tuple[float, float]:
        """The most that asking may cost, and what of that is not reserved yet, in USD."""
        most = highest(self.providers[item.provider].operation(item.operation.name))
        return most, max(0.0, most - self.reserved.get((item.key, not self.live(item.provider)), 0.0))

    def too_dear(self, lead_id: str, purse: Purse) -> frozenset[tuple[str, str]]:
        """What could be asked about a lead if there were money for it: (provider, operation)."""
        if not purse.ceilings.any:
            return frozenset()
        return frozenset(
            name for name, item in self.possible[lead_id].items() if not purse.affords(
                lead_id, item.provider, not self.live(item.provider), self.price(item)[1]))


def _subjects(known: list[Row]) -> list[str]:
    """The contacts and organizations of leads."""
    return sorted({
        subject["id"] for row in known for subject in (row["contact"], row["organization"])
        if subject.get("id")})


def _unreachable(engine: Engine, survey: Survey) -> frozenset[str]:
    """Providers that can't be asked at all: no key, and no sandbox."""
    return frozenset(
        name for name in PROVIDERS if not (survey.live(name) or engine.settings.sandbox_url))


@dataclass(slots=True)
class _Round:
    """What is asked about leads in one round: the calls by their key, and why no more is asked about each
    lead; USD are reserved for a call at the lead that pays."""

    calls: dict[str, Row] = field(default_factory=dict)
    stops: dict[str, Stop] = field(default_factory=dict)

    @property
    def costs(self) -> bool:
        """Whether something must be paid."""
        return any(row["price"] for row in self.calls.values())


def _wanted(
    engine: Engine, cursor: Cursor, batch_id: str, known: list[Row], lane: str | None
) -> list[Row]:
    """Ledger rows to plan: identical lookups of several leads are one call. Their prices are reserved under
    a lock, so that all that plan at once never pass a ceiling."""
    looks = Looks(engine, cursor, known)
    known = reaching.with_candidates(engine, cursor, looks.facts_of(known))
    survey = Survey.of(engine, cursor, known)
    away = _unreachable(engine, survey) | {name for name in PROVIDERS if survey.open(name)}
    lead_ids = [row["lead_id"] for row in known]

    def chosen(looks: Looks) -> _Round:
        purse = spending.purse(engine, cursor, lead_ids)
        return _choose(engine, cursor, survey, known, away, lane, purse, looks)

    round_ = chosen(looks)
    if engine.settings.ceilings.any and round_.costs:
        spending.lock(cursor)
        now = spending.purse(engine, cursor, lead_ids)
        if not all(now.pay([row["lead_id"]], row["provider"], row["sandbox"], row["due"])
                   for row in round_.calls.values()):
            round_ = chosen(Looks(engine, cursor, known))  # others were faster
    spending.pass_on(cursor, [key for key, row in round_.calls.items() if row["due"] < row["price"]])
    return [
        {"id": new_id(), "batch_id": batch_id, "request": engine.vault.seal(row["params"])}
        | {name: value for name, value in row.items() if name not in ("params", "due")}
        for row in round_.calls.values()]


def _choose(
    engine: Engine, cursor: Cursor, survey: Survey, known: list[Row], away: frozenset[str], lane: str | None,
    purse: Purse, looks: Looks,
) -> _Round:
    """A round that the purse pays for: who cannot pay for one call is asked about by a cheaper one."""
    round_, choosing = _Round(), known
    while choosing:
        worth, stops = worth_asking(engine, cursor, survey, choosing, away, lane, purse)
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
            price, due = survey.price(item)
            sandbox = not survey.live(item.provider)
            payer = purse.pay(wishes, item.provider, sandbox, due)
            if payer is None:
                unpaid |= wishes.keys()
                continue
            round_.calls[key] = {
                "provider": item.provider, "operation": item.operation.name, "request_key": key,
                "subject_kind": item.operation.subject, "subject_id": item.subject_id, "sandbox": sandbox,
                "params": item.params, "lead_ids": list(wishes), "lead_id": payer, "price": price, "due": due,
                "reason": dict(wishes[payer].reason)}
        choosing = [row for row in choosing if row["lead_id"] in unpaid]
    return round_


def worth_asking(
    engine: Engine, cursor: Cursor, survey: Survey, known: list[Row], away: frozenset[str], lane: str | None,
    purse: Purse,
) -> tuple[dict[str, list[planning.Lookup]], dict[str, Stop]]:
    """By lead id what its goal wants asked now and the purse pays for, and why no more."""
    settings = engine.settings
    goals = {row["lead_id"]: goal_of(
        settings.enrichment_goals, lane, row["lead"].get("source"), row["goal"]) for row in known}
    asked = {row["lead_id"]: survey.asked(row["lead_id"]) for row in known}
    too_dear = {row["lead_id"]: survey.too_dear(row["lead_id"], purse) for row in known}
    made: dict[str, list[planning.Lookup]] = {}
    stops: dict[str, Stop] = {}
    for row in known:
        lead_id = row["lead_id"]
        if goals[lead_id] == "fill":
            made[lead_id], stops[lead_id] = _filling(survey, row, asked[lead_id], away, too_dear[lead_id])
    deciding = [row for row in known if row["lead_id"] not in made]
    if deciding:
        decided = decide(engine, cursor, deciding, goals, survey.possible, asked, away, too_dear)
        for lead_id, (steps, why) in decided.items():
            stops[lead_id] = "waiting" if (
                steps or why == "ask" or "pending" in asked[lead_id].values()) else why
            made[lead_id] = [
                planning.Lookup(
                    item.provider, item.operation.name, item.operation.subject, item.params,
                    {"doubt": round(step.doubt, 4), "change": round(step.change, 4)})
                for step in steps if step.offer
                for item in (survey.possible[lead_id][step.offer.provider, step.offer.operation],)]
    return {lead_id: [replace(lookup, reason={"goal": goals[lead_id], **lookup.reason}) for lookup in lookups]
            for lead_id, lookups in made.items()}, stops


def _filling(
    survey: Survey, row: Row, asked: dict[tuple[str, str], str], away: frozenset[str],
    too_dear: frozenset[tuple[str, str]],
) -> tuple[list[planning.Lookup], Stop]:
    """What fills what is missing, and why no more."""
    lookups = planning.plan(row, asked, survey.providers, away, survey.removed, too_dear)
    if lookups or "pending" in asked.values():
        return lookups, "waiting"
    if not any(lacks(row).values()):
        return [], "known"
    return [], "ceiling" if too_dear and planning.plan(
        row, asked, survey.providers, away, survey.removed) else "nothing_left"


def waiting(
    engine: Engine, cursor: Cursor, known: list[Row], lane: str | None
) -> tuple[dict[str, int], dict[str, Stop]]:
    """Leads whose providers will have more to say later: lead id -> seconds until asking again; and why no
    more was asked about each. What is under way about them was given up."""
    allowed = _who_may_be_asked_about(engine, known)
    stops: dict[str, Stop] = {row["lead_id"]: "refused" for row in known}
    known = reaching.with_candidates(engine, cursor, allowed)
    survey = Survey.of(engine, cursor, known)
    purse = spending.purse(engine, cursor, [row["lead_id"] for row in known])
    worth, told = worth_asking(engine, cursor, survey, known, _unreachable(engine, survey), lane, purse)
    due: dict[str, int] = {}
    for row in known:
        lead_id = row["lead_id"]
        asked = survey.asked(lead_id)
        seconds = [
            {"pending": 60, "throttled": 60, "planned": 30, "started": 30}.get(
                survey.status(survey.possible[lead_id][name]) or "", 0)
            for name in asked
        ] + [
            # Its breaker is open, or the rounds or the time of Ask Providers were over.
            max(survey.states[lookup.provider]["open_for"], 30) if survey.open(lookup.provider) else 30
            for lookup in worth[lead_id]
        ]
        if any(seconds):
            due[lead_id] = min(item for item in seconds if item)
    return due, stops | told


def start(
    engine: Engine, batch_id: str, lead_ids: list[str], live: list[str], provider: str | None = None
) -> dict[str, Any]:
    """Begin planned calls that these leads need, the next hundred of each provider or of one: {requests:
    [{call_id, provider, method, url, headers, query, body, not_before, timeout_s}], more: [provider]},
    without keys. The ledger says `started` before this answers.

    The first call for all providers is a step; those that go on with one only keep the leases: what was
    taken from the run meanwhile is not planned any more.
    """
    if provider is None:
        with step(engine, "enrich", batch_id, lead_ids) as at_work:
            _follow_modes(at_work.cursor, batch_id, live)
            return _begin(engine, at_work.cursor, batch_id, at_work.lead_ids, None)
    with engine.database.write() as cursor:
        work.renew(cursor, batch_id, lead_ids, engine.settings.lease_seconds)
        return _begin(engine, cursor, batch_id, lead_ids, provider)


def _follow_modes(cursor: Cursor, batch_id: str, live: list[str]) -> None:
    """Providers whose key was added or removed since: what is planned follows."""
    modes = {name: name in live for name in PROVIDERS}
    states = calls.provider_states(cursor)
    if any(states.get(name, {}).get("live", None) != mode for name, mode in modes.items()):
        calls.set_live(cursor, modes)
        for name, is_live in modes.items():
            calls.switch_mode(cursor, batch_id, name, not is_live)


def _begin(
    engine: Engine, cursor: Cursor, batch_id: str, lead_ids: list[str], provider: str | None
) -> dict[str, Any]:
    planned: dict[str, list[str]] = {}
    asking = set(lead_ids)
    while True:
        rows = calls.planned(cursor, batch_id, sorted(asking), provider, STARTED_AT_ONCE + 1)
        # Who refused it since the call was planned is not asked about any more.
        needing = {lead_id for row in rows for lead_id in row["lead_ids"]} & asking
        refusing = {lead_id for lead_id, refused in refusals.refused_of(cursor, needing).items()
                    if not may_enrich(refused, engine.settings.no_enrichment_after)}
        if not refusing:
            break
        asking -= refusing
    for row in rows:
        planned.setdefault(row["provider"], []).append(row["call_id"])
    now = {call_id for own in planned.values() for call_id in own[:STARTED_AT_ONCE]}
    begun = calls.start(
        cursor, spending.payers(engine, cursor, [row for row in rows if row["call_id"] in now], asking),
        bool(engine.settings.sandbox_url))
    return {
        "requests": _requests(engine, cursor, begun),
        "more": [name for name, own in planned.items() if len(own) > STARTED_AT_ONCE],
    }


def _requests(engine: Engine, cursor: Cursor, begun: list[Row]) -> list[dict[str, Any]]:
    now = engine.now()
    requests = []
    tickets = _tickets(engine, cursor, begun)
    for name in sorted({row["provider"] for row in begun}):
        provider = PROVIDERS[name]
        rows = [row for row in begun if row["provider"] == name]
        live_rows = [row for row in rows if not row["sandbox"]]
        first = _reserve(engine, provider, len(live_rows))
        for place, row in enumerate(live_rows):
            row["not_before"] = now + timedelta(
                milliseconds=max(0.0, first + place * 1000.0 / provider.pace_per_second)
            )
        for row in rows:
            operation = operation_of(name, row["operation"])
            base = provider.base_url if not row["sandbox"] else _sandbox_base(engine, provider)
            ticket = tickets.get((row["request_key"], row["sandbox"]))
            request = operation.request(
                engine.vault.open(row["request"]) | ({"ticket": ticket} if ticket else {}), base)
            requests.append({
                "call_id": row["call_id"], "provider": name, **request,
                "not_before": row.get("not_before"), "timeout_s": operation.timeout_s,
            })
    return requests


def _tickets(engine: Engine, cursor: Cursor, rows: Iterable[Row]) -> dict[tuple[str, bool], str]:
    """By what answers are fetched that were begun before and are not there yet, by (request_key, sandbox)."""
    keys = sorted({row["request_key"] for row in rows
                   if operation_of(row["provider"], row["operation"]).polled})
    if not keys:
        return {}
    return {(row["request_key"], row["sandbox"]): ticket
            for row in calls.stored_answers(cursor, keys) if row["outcome"] not in ("found", "not_found")
            if (ticket := engine.vault.open(row["answer"]).get("ticket"))}


def _reserve(engine: Engine, provider: Provider, count: int) -> float:
    """Milliseconds from now until this provider's first free slot."""
    if not count:
        return 0.0
    now_ms = int(engine.now().timestamp() * 1000)
    try:
        return engine.cache.reserve(
            provider.name, count, provider.pace_per_second, now_ms) - now_ms
    except RedisError:
        return 0.0  # the provider's own throttling remains


def _sandbox_base(engine: Engine, provider: Provider) -> str:
    return f"{engine.settings.sandbox_url}/{provider.name}{urlsplit(provider.base_url).path}"


def take_answers(engine: Engine, answers: list[dict[str, Any]]) -> dict[str, int]:
    """Store what providers said, raw and encrypted: {accepted, ignored}. The lease need not hold:
    what was paid for is kept. A repeated or unknown answer is ignored."""
    now = engine.now()
    with engine.database.write() as cursor:
        # A call that was begun here but never sent cost nothing: it may be planned again.
        calls.unsend(cursor, [a["call_id"] for a in answers if a.get("error") == "not_sent"])
        asked = calls.started(cursor, [answer["call_id"] for answer in answers])
        tickets = _tickets(engine, cursor, asked.values())
        providers = priced(engine.settings.provider_prices)
        settled, cached = [], []
        leads: dict[str, list[str]] = {}
        health: dict[str, list[tuple[str, float | None]]] = {}
        for answer in answers:
            row = asked.pop(answer["call_id"], None)
            if row is None:
                continue
            operation = operation_of(row["provider"], row["operation"])
            read = operation.read(
                answer.get("status") or 0, answer.get("headers") or {}, answer.get("body") or "")
            outcome = read.outcome if not answer.get("error") else "error"
            ttl = {"found": operation.ttl_found_s, "not_found": operation.ttl_missing_s}.get(
                outcome, read.retry_after_s or operation.ttl_error_s)
            if outcome in ("pending", "throttled", "quota", "auth"):
                ttl = min(ttl, 60 if outcome == "pending" else _OPEN_SECONDS[outcome])
            settled.append({
                "id": row["call_id"], "outcome": outcome, "status": answer.get("status"),
                "credits": 0 if answer.get("error") else read.credits,
                "price": cost(providers[row["provider"]].operation(row["operation"]), outcome,
                              answer.get("error")),
                "elapsed_ms": answer.get("elapsed_ms"),
                "error": answer.get("error") or read.detail or None,
            })
            cached.append({
                "request_key": row["request_key"], "sandbox": row["sandbox"],
                "provider": row["provider"], "operation": row["operation"],
                "subject_kind": row["subject_kind"], "subject_id": row["subject_id"],
                "outcome": outcome, "applied": outcome != "found", "fetched_at": now,
                "expires_at": now + timedelta(seconds=ttl),
                "answer": engine.vault.seal({
                    "status": answer.get("status"), "headers": answer.get("headers") or {},
                    "body": answer.get("body") or "", "error": answer.get("error"),
                    "ticket": read.ticket or tickets.get((row["request_key"], row["sandbox"]))}),
            })
            if not PROVIDERS[row["provider"]].web:  # one site that does not answer says nothing of others
                health.setdefault(row["provider"], []).append((outcome, read.retry_after_s))
            leads.setdefault(row["batch_id"], []).extend(row["lead_ids"])
        calls.settle(cursor, settled)
        calls.keep_answers(cursor, list({(c["request_key"], c["sandbox"]): c for c in cached}.values()))
        _note_health(cursor, health)
        for batch_id, lead_ids in leads.items():
            work.renew(cursor, batch_id, lead_ids, engine.settings.lease_seconds)
    return {"accepted": len(settled), "ignored": len(answers) - len(settled)}


def _note_health(
    cursor: Cursor, outcomes: dict[str, list[tuple[str, float | None]]]
) -> None:
    states = calls.provider_states(cursor)
    rows = []
    for provider, told in sorted(outcomes.items()):
        before = failures = states.get(provider, {}).get("failures", 0)
        open_for, error = None, None
        for outcome, retry_after in told:
            if outcome not in _OPEN_SECONDS:
                failures, open_for = 0, None
                continue
            failures, error = failures + 1, outcome
            if failures >= _FAILURES_TO_OPEN[outcome]:
                open_for = int(min(retry_after or _OPEN_SECONDS[outcome], 86_400))
        if failures != before or error:
            rows.append((provider, failures, open_for, error))
    calls.note_health(cursor, rows)


def apply(engine: Engine, batch_id: str, lead_ids: list[str]) -> dict[str, Any]:
    """Map and merge the stored answers into contacts and organizations: {results}."""
    with step(engine, "apply", batch_id, lead_ids, changes_people=True) as at_work:
        _merge_answers(engine, at_work.cursor, at_work.lead_ids)
        return {"results": at_work.results()}


def _merge_answers(engine: Engine, cursor: Cursor, lead_ids: list[str]) -> list[Row]:
    """Merge every stored, unmerged answer about these leads: their facts then, of those that may be asked
    about."""
    known = _who_may_be_asked_about(engine, facts.load(cursor, lead_ids))
    rows = calls.unapplied(cursor, _subjects(known))
    if not rows:
        return known
    facts_of = {row[kind]["id"]: row for row in known for kind in ENTITIES if row[kind].get("id")}
    stored = []
    for row in rows:
        answer = engine.vault.open(row["answer"])
        operation, about = operation_of(row["provider"], row["operation"]), facts_of[row["subject_id"]]
        read = operation.read(answer["status"] or 0, answer["headers"], answer["body"])
        if row["subject_kind"] == "contact":
            read = replace(read, statements=reach.admitted(read.statements, about["contact"]))
        stored.append(gating.Stored(row, read, operation.lookup(about) or {}))
    sifted = gating.sift(engine, cursor, known, stored)
    said = sifted.said
    told: dict[str, set[str]] = {}
    written: dict[str, dict[str, Any]] = {}
    customers.lock_leads(
        cursor, {item.entity_id for item in said["contact"]},
        {item.entity_id for item in said["organization"] if "name" in item.statements})
    for kind in ("organization", "contact"):
        # Who was erased meanwhile must not come back by a late answer.
        there = customers.existing(cursor, kind, sorted({item.entity_id for item in said[kind]}))
        known_still = [item for item in said[kind] if item.entity_id in there]
        written |= provenance.write_all(cursor, kind, known_still)
        for item in known_still:
            if item.statements:
                told.setdefault(item.entity_id, set()).add(item.source)
    gating.move(cursor, sifted.moves)
    subscriptions.tell(cursor, of_enrichment(known, told))
    calls.mark_applied(cursor, [(row["request_key"], row["sandbox"]) for row in rows])
    if sifted.moves:  # they are of another company now
        return facts.load(cursor, [row["lead_id"] for row in known])
    return [row | {kind: facts.changed(row[kind], written.get(row[kind].get("id"), {})) for kind in said}
            for row in known]
