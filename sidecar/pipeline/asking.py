"""The calls of providers: planned ones begun, answers stored, whoever brings them.

Each can be repeated without a second payment.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from operator import itemgetter
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from redis import RedisError

from sidecar import tracing
from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS, operation_of, priced, reading
from sidecar.enrichment.breaker import PAUSES
from sidecar.enrichment.model import DAY, Answer, Operation, Provider
from sidecar.enrichment.money import cost, highest
from sidecar.errors import Deadlock, NotFound
from sidecar.intake.refusals import may_enrich
from sidecar.metrics import ANSWER_SECONDS, ANSWERS, REFUSALS_HELD
from sidecar.pipeline import spending
from sidecar.pipeline.answers import merge_found
from sidecar.pipeline.batches import step
from sidecar.pipeline.breaking import Told, allowed, note, use_keys
from sidecar.pipeline.callbacks import call_of, callback_url
from sidecar.pipeline.surveying import ERROR_TTL_SECONDS
from sidecar.pipeline.waking import wake_after
from sidecar.store import calls, customers, refusals, work
from sidecar.store.database import Cursor, Row

log = logging.getLogger(__name__)

REFUSED_SECONDS = 3650 * DAY  # whoever asked a provider not to be processed is not asked about again
_PENDING_S = 60  # until a provider that is still looking, and does not say for how long, is asked again
STARTED_AT_ONCE = 250  # of a provider: no more, so that a kill leaves few in doubt


def start(
    engine: Engine, batch_id: str, lead_ids: list[str], live: list[str], provider: str | None = None,
    keys: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Begin planned calls that these leads need, the next 250 of each provider or of one: {requests:
    [{call_id, provider, method, url, headers, query, body, not_before, timeout_s}], more: [provider]},
    without keys. The ledger says `started` before this answers. `live`: who is asked for real, `keys`: the
    marks of the keys.

    The first call for all providers is a step; those that go on with one only keep the leases: what was
    taken from the run meanwhile is not planned any more.
    """
    if provider is None:
        with step(engine, "enrich", batch_id, lead_ids) as at_work:
            use_keys(engine, at_work.cursor, live, keys)
            calls.follow_keys(at_work.cursor, batch_id, {
                (provider.name, operation.name): highest(operation)
                for provider in priced(engine.settings.provider_prices).values()
                for operation in provider.operations})
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
        rows = calls.planned(
            cursor, batch_id, sorted(asking), provider, STARTED_AT_ONCE + 1, ERROR_TTL_SECONDS)
        if asked := [row["call_id"] for row in rows if row["asked"]]:  # others were faster
            calls.drop(cursor, asked)
            continue
        # Who refused it since the call was planned is not asked about any more.
        needing = {lead_id for row in rows for lead_id in row["lead_ids"]} & asking
        refusing = {lead_id for lead_id, refused in refusals.refused_of(cursor, needing).items()
                    if not may_enrich(refused, engine.settings.no_enrichment_after)}
        if not refusing:
            break
        REFUSALS_HELD.labels("enrichment").inc(len(refusing))
        asking -= refusing
    for row in rows:
        planned.setdefault(row["provider"], []).append(row["call_id"])
    most = allowed(cursor, planned, STARTED_AT_ONCE)
    now = {call_id for name, own in planned.items() for call_id in own[:most[name]]}
    begun = calls.start(
        cursor, spending.payers(engine, cursor, [row for row in rows if row["call_id"] in now], asking),
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
        rows = sorted((row for row in begun if row["provider"] == name), key=itemgetter("call_id"))
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
    """Store what providers said, raw and encrypted, and merge what they found: {accepted, ignored}. The lease
    need not hold: what was paid for is kept. A repeated or unknown answer is ignored."""
    with engine.database.write() as cursor:
        work.lock_people(cursor, calls.leads_of(cursor, [answer["call_id"] for answer in answers]))
        # A call that was begun here but never sent cost nothing: it may be planned again.
        calls.unsend(cursor, [a["call_id"] for a in answers if a.get("error") == "not_sent"])
        asked = calls.started(cursor, [answer["call_id"] for answer in answers])
        accepted = [(row, answer) for answer in answers if (row := asked.pop(answer["call_id"], None))]
        store_answers(engine, cursor, accepted, merging=True)
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


def store_answers(
    engine: Engine, cursor: Cursor, answers: list[tuple[Row, dict[str, Any]]], *, merging: bool = False
) -> None:
    """Settle calls by what was answered to each: the ledger, the cache, the breakers. `merging`: the people
    are locked, and what was found about leads that still wait for it is merged at once. All else is merged by
    the next step that plans for them."""
    now = engine.now()
    tickets = _tickets(engine, cursor, [row for row, _ in answers])
    providers = priced(engine.settings.provider_prices)
    settled, cached, found = [], [], []
    health: dict[tuple[str, str], list[Told]] = {}
    for row, answer in answers:
        operation = operation_of(row["provider"], row["operation"])
        read = operation.read(
            answer.get("status") or 0, answer.get("headers") or {}, answer.get("body") or "")
        outcome = read.outcome if not answer.get("error") else (
            "not_found" if answer["error"] in operation.misses else "error")
        wait = read.retry_after_s or (reading.patience(answer.get("headers") or {}) if outcome == "error"
                                      else None)
        settled.append({
            "id": row["call_id"], "outcome": outcome, "status": answer.get("status"),
            "credits": 0 if answer.get("error") else read.credits,
            "price": cost(providers[row["provider"]].operation(row["operation"]), outcome,
                          answer.get("error"), read.credits),
            "elapsed_ms": answer.get("elapsed_ms"),
            "error": answer.get("error") or read.detail or None,
        })
        cached.append({
            "request_key": row["request_key"], "sandbox": row["sandbox"],
            "provider": row["provider"], "operation": row["operation"],
            "subject_kind": row["subject_kind"], "subject_id": row["subject_id"],
            "outcome": outcome, "fetched_at": now,
            "expires_at": now + timedelta(seconds=_ttl(operation, outcome, wait)),
            "answer": engine.vault.seal({
                "status": answer.get("status"), "headers": answer.get("headers") or {},
                "body": answer.get("body") or "", "error": answer.get("error"),
                "ticket": read.ticket or tickets.get((row["request_key"], row["sandbox"]))}),
        })
        if outcome == "found" and merging and row["state"] == "started":
            found.append((row | {"fetched_at": now}, read))
        if not PROVIDERS[row["provider"]].web:  # one site that does not answer says nothing of others
            health.setdefault((row["provider"], row["key_mark"]), []).append(
                (outcome, wait, row["started_at"]))
    calls.settle(cursor, settled)
    spending.settle_late(cursor, [
        {"request_key": row["request_key"], "sandbox": row["sandbox"], "price": told["price"]}
        for (row, _), told in zip(answers, settled, strict=True)
        if told["outcome"] in ("found", "not_found")])
    merged = _merged(engine, found)
    # Of two answers to one question the later one is kept.
    newest = {(row["request_key"], row["sandbox"]): (row["call_id"], kept)
              for (row, _), kept in zip(answers, cached, strict=True)}
    calls.keep_answers(cursor, [
        kept | {"applied": kept["outcome"] != "found" or call_id in merged}
        for call_id, kept in newest.values()])
    note(engine, cursor, health)
    engine.database.after_commit(lambda: _measure(answers, settled))


def _merged(engine: Engine, found: list[tuple[Row, Answer]]) -> set[str]:
    """Merge what was found: the calls whose answers were merged. Where that fails the answers are kept, and
    the step that merges them fails with ever fewer leads until it is known with which."""
    if not found:
        return set()
    try:
        with engine.database.write() as cursor:
            return merge_found(engine, cursor, found)
    except Deadlock:  # all of it is tried again
        raise
    except Exception:
        log.exception("answers are merged later")
        return set()


def _measure(answers: list[tuple[Row, dict[str, Any]]], settled: list[Row]) -> None:
    for (row, answer), told in zip(answers, settled, strict=True):
        ANSWERS.labels(row["provider"], told["outcome"]).inc()
        tracing.ended(
            "provider call", answer.get("elapsed_ms") or 0, provider=row["provider"],
            operation=row["operation"], sandbox=row["sandbox"], outcome=told["outcome"], call=row["call_id"])
        if answer.get("elapsed_ms") is not None:
            ANSWER_SECONDS.labels(row["provider"]).observe(answer["elapsed_ms"] / 1000)


def _ttl(operation: Operation, outcome: str, retry_after_s: float | None) -> float:
    """Seconds for which an answer holds: what was found, what there is not, what failed."""
    if outcome == "found":
        return operation.ttl_found_s
    if outcome in ("not_found", "invalid"):
        return operation.ttl_missing_s
    if outcome == "refused":
        return REFUSED_SECONDS
    if outcome == "pending":
        return min(retry_after_s or _PENDING_S, operation.ttl_error_s)
    most = operation.ttl_error_s if outcome == "error" else PAUSES[outcome]
    return min(retry_after_s or most, most)
