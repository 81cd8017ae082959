"""The provider steps of a run: plan, start, answers, apply.

The order in which n8n runs them is n8n's; each can be repeated without a second payment.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from redis import RedisError

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS, planning, priced, reach
from sidecar.enrichment.breaker import PAUSES
from sidecar.enrichment.model import Operation, Provider
from sidecar.enrichment.planner import goal_of
from sidecar.enrichment.planning import lacks, request_key
from sidecar.errors import NotFound
from sidecar.ids import new_id
from sidecar.intake.refusals import may_enrich
from sidecar.pipeline import gating, provenance, reaching
from sidecar.pipeline.batches import step
from sidecar.pipeline.breaking import SANDBOX, Told, allowed, failed, note, use_keys
from sidecar.pipeline.callbacks import call_of, callback_url
from sidecar.pipeline.deciding import decide
from sidecar.pipeline.looking import Looks
from sidecar.pipeline.waking import wake_after
from sidecar.store import breakers, calls, customers, facts, refusals, subscriptions, work
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import ENTITIES
from sidecar.webhooks import of_enrichment

log = logging.getLogger(__name__)

ERROR_TTL_SECONDS = 3600
STARTED_AT_ONCE = 100  # of a provider: few, so that a kill leaves few in doubt
_ANSWERED_IN = {"pending": 60, "planned": 30, "started": 30}  # seconds, mostly


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
    return next(item for item in PROVIDERS[provider].operations if item.name == name)


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
    answered: dict[tuple[str, bool], Row]
    busy: dict[tuple[str, bool], str]
    states: dict[str, Row]
    removed: dict[str, set[str]]

    @classmethod
    def of(cls, engine: Engine, cursor: Cursor, known: list[Row]) -> Survey:
        possible = {
            row["lead_id"]: {
                (item.provider, item.operation.name): item for item in _lookups(engine, row)
            }
            for row in known
        }
        keys = sorted({item.key for items in possible.values() for item in items.values()})
        states = breakers.provider_states(cursor)
        answers = calls.known_answers(cursor, keys, [name for name, state in states.items() if state["open"]])
        return cls(
            possible,
            {(row["request_key"], row["sandbox"]): row for row in answers},
            calls.under_way(cursor, keys, ERROR_TTL_SECONDS),
            states,
            facts.removed(cursor, _subjects(known)),
        )

    def live(self, provider: str) -> bool:
        return bool(self.states.get(provider, {}).get("live"))

    def open(self, provider: str) -> bool:
        return bool(self.states.get(provider, {}).get("open"))

    def answer(self, item: Lookup) -> Row:
        """The cached answer to a lookup: {outcome, stale, holds_for …}, {} when there is none."""
        return self.answered.get((item.key, not self.live(item.provider)), {})

    def status(self, item: Lookup) -> str | None:
        """The outcome of a lookup, planned | started | in_doubt while there is none, or None."""
        return self.answer(item).get("outcome") or self.busy.get((item.key, not self.live(item.provider)))

    def asked(self, lead_id: str, *, later: bool = False) -> dict[tuple[str, str], str]:
        """What planning must not ask again about this lead; `later`: when the providers that fail now answer
        again."""
        told = {}
        for name, item in self.possible[lead_id].items():
            status = self.status(item)
            if status and not (later and (failed(status) or self.answer(item).get("stale"))):
                told[name] = {"planned": "pending", "started": "pending", "in_doubt": "error"}.get(
                    status, status)
        return told


def _subjects(known: list[Row]) -> list[str]:
    """The contacts and organizations of leads."""
    return sorted({
        subject["id"] for row in known for subject in (row["contact"], row["organization"])
        if subject.get("id")})


def _unreachable(engine: Engine, survey: Survey) -> frozenset[str]:
    """Providers that can't be asked at all: no key, and no sandbox."""
    return frozenset(
        name for name in PROVIDERS if not (survey.live(name) or engine.settings.sandbox_url))


def _wanted(
    engine: Engine, cursor: Cursor, batch_id: str, known: list[Row], lane: str | None
) -> list[Row]:
    """Ledger rows to plan: identical lookups of several leads are one call."""
    looks = Looks(engine, cursor, known)
    known = reaching.with_candidates(engine, cursor, [looks.facts(row) for row in known])
    survey = Survey.of(engine, cursor, known)
    away = _unreachable(engine, survey) | {name for name in PROVIDERS if survey.open(name)}
    worth = _worth_asking(engine, cursor, survey, known, away, lane)
    rows: dict[str, Row] = {}
    for row in known:
        for lookup in looks.affordable(row["lead_id"], worth[row["lead_id"]]):
            item = survey.possible[row["lead_id"]][lookup.provider, lookup.operation]
            rows.setdefault(item.key, {
                "id": new_id(), "batch_id": batch_id, "provider": item.provider,
                "operation": item.operation.name, "request_key": item.key,
                "subject_kind": item.operation.subject, "subject_id": item.subject_id,
                "sandbox": not survey.live(item.provider),
                "request": engine.vault.seal(item.params), "lead_ids": [],
            })["lead_ids"].append(row["lead_id"])
    return list(rows.values())


def _worth_asking(
    engine: Engine, cursor: Cursor, survey: Survey, known: list[Row], away: frozenset[str], lane: str | None,
    *, later: bool = False,
) -> dict[str, list[planning.Lookup]]:
    """By lead id what its goal wants asked now, or later, when the providers that fail answer again."""
    settings = engine.settings
    goals = {row["lead_id"]: goal_of(settings.enrichment_goals, lane, row["lead"].get("source"))
             for row in known}
    asked = {row["lead_id"]: survey.asked(row["lead_id"], later=later) for row in known}
    providers = priced(settings.provider_prices)
    made = {
        row["lead_id"]: planning.plan(row, asked[row["lead_id"]], providers, away, survey.removed)
        for row in known if goals[row["lead_id"]] == "fill"}
    deciding = [row for row in known if row["lead_id"] not in made]
    if deciding:
        decided = decide(engine, cursor, deciding, goals, survey.possible, asked, away)
        made |= {lead_id: [
            planning.Lookup(item.provider, item.operation.name, item.operation.subject, item.params)
            for item in (survey.possible[lead_id][name] for name in names)]
            for lead_id, names in decided.items()}
    return made


@dataclass(frozen=True)
class Wait:
    """For whom a lead waits, `seconds` at least; it is due at once when one of `awaits`, which were not asked
    yet, answers again; `down`: what to tell of those that fail, "" when none does."""

    seconds: int
    awaits: frozenset[str]
    down: str


def waiting(engine: Engine, cursor: Cursor, known: list[Row], lane: str | None) -> dict[str, Wait]:
    """Leads whose providers will have more to say later, by their id. What is under way about them was given
    up."""
    known = reaching.with_candidates(engine, cursor, _who_may_be_asked_about(engine, known))
    survey = Survey.of(engine, cursor, known)
    worth = _worth_asking(engine, cursor, survey, known, _unreachable(engine, survey), lane, later=True)
    waits = {}
    for row in known:
        lead_id = row["lead_id"]
        possible = survey.possible[lead_id]
        owed = [possible[lookup.provider, lookup.operation] for lookup in worth[lead_id]]
        under_way = (survey.status(possible[name]) for name in survey.asked(lead_id))
        seconds = [_ANSWERED_IN[status] for status in under_way if status in _ANSWERED_IN] + [
            _owed_in(survey, item) for item in owed]
        if seconds:
            waits[lead_id] = Wait(
                min(seconds),
                frozenset(item.provider for item in owed
                          if survey.open(item.provider) or not survey.answer(item)),
                _told_of_down(survey, [item for item in owed if survey.open(item.provider)]))
    return waits


def _owed_in(survey: Survey, item: Lookup) -> int:
    """Seconds until something worth asking may be asked: its breaker is open, it failed, or the rounds or the
    time of Ask Providers were over."""
    open_for = survey.states[item.provider]["open_for"] if survey.open(item.provider) else 0
    failed_for = survey.answer(item).get("holds_for", 0) if failed(survey.status(item)) else 0
    return max(open_for, failed_for, 30)


def _told_of_down(survey: Survey, owed: list[Lookup]) -> str:
    names = sorted({PROVIDERS[item.provider].title for item in owed})
    if not names:
        return ""
    older = ", and what it found before counts until then" if any(
        survey.answer(item).get("stale") for item in owed) else ""
    return f"{', '.join(names)} will be asked when it answers again{older}"


def start(
    engine: Engine, batch_id: str, lead_ids: list[str], live: list[str], provider: str | None = None,
    keys: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Begin planned calls that these leads need, the next hundred of each provider or of one: {requests:
    [{call_id, provider, method, url, headers, query, body, not_before, timeout_s}], more: [provider]},
    without keys. The ledger says `started` before this answers. `live`: who is asked for real, `keys`: the
    marks of the keys.

    The first call for all providers is a step; those that go on with one only keep the leases: what was
    taken from the run meanwhile is not planned any more.
    """
    if provider is None:
        with step(engine, "enrich", batch_id, lead_ids) as at_work:
            for name in use_keys(engine, at_work.cursor, live, keys):
                calls.switch_key(at_work.cursor, batch_id, name, name not in live,
                                 keys.get(name, "") if name in live else SANDBOX)
            return _begin(engine, at_work.cursor, batch_id, at_work.lead_ids, None)
    with engine.database.write() as cursor:
        work.renew(cursor, batch_id, lead_ids, engine.settings.lease_seconds)
        return _begin(engine, cursor, batch_id, lead_ids, provider)


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
    most = allowed(cursor, planned, STARTED_AT_ONCE)
    begun = calls.start(
        cursor, [call_id for name, own in planned.items() for call_id in own[:most[name]]],
        bool(engine.settings.sandbox_url))
    return {
        "requests": _requests(engine, cursor, begun),
        "more": [name for name, own in planned.items() if len(own) > most[name] > 0],
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
            more = {"ticket": ticket, "callback": None if row["sandbox"] or not operation.callback
                    else callback_url(engine, name, row["call_id"])}
            request = operation.request(engine.vault.open(row["request"]) | {
                parameter: value for parameter, value in more.items() if value}, base)
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
    with engine.database.write() as cursor:
        # A call that was begun here but never sent cost nothing: it may be planned again.
        calls.unsend(cursor, [a["call_id"] for a in answers if a.get("error") == "not_sent"])
        asked = calls.started(cursor, [answer["call_id"] for answer in answers])
        accepted = [(row, answer) for answer in answers if (row := asked.pop(answer["call_id"], None))]
        store_answers(engine, cursor, accepted)
        for batch_id, lead_ids in _by_batch(row for row, _ in accepted).items():
            work.renew(cursor, batch_id, lead_ids, engine.settings.lease_seconds)
        # Nobody expected these any more: their leads went on without.
        _resume(engine, cursor, {lead_id for row, _ in accepted if row["state"] == "in_doubt"
                                 for lead_id in row["lead_ids"]})
    return {"accepted": len(accepted), "ignored": len(answers) - len(accepted)}


def take_callback(engine: Engine, provider: str, token: str, body: str) -> bool:
    """Store what a provider sends by itself to the address that it was given with a call, and let the leads
    that wait for it go on. False for what is no answer, or was answered before: in whatever order and however
    often they come, one answer counts.

    Raises Unauthorized for a token that was not made here, NotFound when there is no such call any more.
    """
    call_id = call_of(engine, provider, token)
    with engine.database.write() as cursor:
        row = calls.owed(cursor, call_id)
        if row is None or not customers.existing(cursor, row["subject_kind"], [row["subject_id"]]):
            raise NotFound("There is no such call.")
        operation = operation_of(provider, row["operation"])
        told = operation.callback(body) if operation.callback and row["open"] else None
        if told is None or operation.read(told[0], {}, told[1]).outcome not in ("found", "not_found"):
            return False
        store_answers(engine, cursor, [(row, {"status": told[0], "body": told[1]})])
        _resume(engine, cursor, calls.asking_leads(cursor, row["subject_id"], row["request_key"]))
    return True


def _resume(engine: Engine, cursor: Cursor, lead_ids: Collection[str]) -> None:
    if lead_ids:
        for lane in sorted(work.resume(cursor, sorted(lead_ids))):
            wake_after(engine, lane)


def _by_batch(rows: Iterable[Row]) -> dict[str, list[str]]:
    leads: dict[str, list[str]] = {}
    for row in rows:
        leads.setdefault(row["batch_id"], []).extend(row["lead_ids"])
    return leads


def store_answers(engine: Engine, cursor: Cursor, answers: list[tuple[Row, dict[str, Any]]]) -> None:
    """Settle calls by what was answered to each: the ledger, the cache, the breakers."""
    now = engine.now()
    tickets = _tickets(engine, cursor, [row for row, _ in answers])
    settled, cached = [], []
    health: dict[tuple[str, str], list[Told]] = {}
    for row, answer in answers:
        operation = operation_of(row["provider"], row["operation"])
        read = operation.read(
            answer.get("status") or 0, answer.get("headers") or {}, answer.get("body") or "")
        outcome = read.outcome if not answer.get("error") else "error"
        settled.append({
            "id": row["call_id"], "outcome": outcome, "status": answer.get("status"),
            "credits": 0 if answer.get("error") else read.credits,
            "elapsed_ms": answer.get("elapsed_ms"),
            "error": answer.get("error") or read.detail or None,
        })
        cached.append({
            "request_key": row["request_key"], "sandbox": row["sandbox"],
            "provider": row["provider"], "operation": row["operation"],
            "subject_kind": row["subject_kind"], "subject_id": row["subject_id"],
            "outcome": outcome, "applied": outcome != "found", "fetched_at": now,
            "expires_at": now + timedelta(seconds=_ttl(operation, outcome, read.retry_after_s)),
            "answer": engine.vault.seal({
                "status": answer.get("status"), "headers": answer.get("headers") or {},
                "body": answer.get("body") or "", "error": answer.get("error"),
                "ticket": read.ticket or tickets.get((row["request_key"], row["sandbox"]))}),
        })
        if not PROVIDERS[row["provider"]].web:  # one site that does not answer says nothing of others
            health.setdefault((row["provider"], row["key_mark"]), []).append(
                (outcome, read.retry_after_s, row["started_at"]))
    calls.settle(cursor, settled)
    calls.keep_answers(cursor, list({(c["request_key"], c["sandbox"]): c for c in cached}.values()))
    note(engine, cursor, health)


def _ttl(operation: Operation, outcome: str, retry_after_s: float | None) -> float:
    """Seconds for which an answer holds: what was found, what there is not, what failed."""
    if outcome == "found":
        return operation.ttl_found_s
    if outcome in ("not_found", "refused"):
        return operation.ttl_missing_s
    most = {"pending": 60}.get(outcome) or (PAUSES[outcome] if outcome != "error" and failed(outcome)
                                            else operation.ttl_error_s)
    return min(retry_after_s or most, most)


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
