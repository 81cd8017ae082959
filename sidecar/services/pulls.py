"""What vendors announced, or sent while nobody was there: planned here, fetched by n8n, read and taken in
here.

n8n holds the vendors' keys. A request stays until its answer is stored; one that fails comes again, later
each time, and is given up after a day, which operations are told. What an outage missed is asked for again
from where it was last read to its end.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sidecar.engine import Engine
from sidecar.masking import redact
from sidecar.pipeline import intake, waking
from sidecar.pipeline.backoff import backoff
from sidecar.pipeline.messages import owe_operations
from sidecar.services import sources
from sidecar.sources.model import Page
from sidecar.sources.registry import SOURCES
from sidecar.store import sources as store
from sidecar.store.database import Row

_AT_ONCE, _LEASE_SECONDS, _MAX_TRIES = 50, 120, 10
_EVERY, _OVERLAP = timedelta(minutes=30), timedelta(minutes=10)


def start(engine: Engine, live: Sequence[str]) -> dict[str, Any]:
    """The requests that are due at the vendors whose keys are held: {requests: [{call_id, source, method,
    url, query, headers}]}, without keys. Now and then vendors are asked for what an outage missed."""
    kinds = [kind for kind in live if kind in SOURCES]
    now = engine.now()
    with engine.database.write() as cursor:
        for row in store.overdue(cursor, kinds, now - _EVERY):
            api = SOURCES[row["kind"]].api
            if api and api.missed:
                store.forget_given_up(cursor, row["key"])
                missed = api.missed(row["pull_of"], row["pulled_until"] - _OVERLAP)
                sources.plan(cursor, row["key"], [missed], until=now)
        due = store.take(cursor, kinds, _AT_ONCE, _LEASE_SECONDS)
    return {"requests": [
        {"call_id": row["id"], "source": row["kind"], "method": "GET", "url": row["url"],
         "query": row["query"], "headers": row["headers"]} for row in due]}


def take_answers(engine: Engine, answers: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Read answers [{call_id, status, body} or {call_id, error}], one transaction each: {leads, failed}."""
    told = {"leads": 0, "failed": 0}
    for answer in answers:
        taken = _take(engine, answer)
        told["leads"] += taken or 0
        told["failed"] += taken is None
    if told["leads"]:
        waking.wake_after(engine, "interactive")
    return told


def _take(engine: Engine, answer: dict[str, Any]) -> int | None:
    """How many leads an answer brought; None: it is none, and is asked for again or given up."""
    with engine.database.write() as cursor:
        asked = store.asked(cursor, answer["call_id"])
        if asked is None:  # it came before
            return 0
        page = _page(asked, answer)
        if isinstance(page, str):
            final = asked["attempts"] >= _MAX_TRIES
            store.postpone(cursor, answer["call_id"], page,
                           None if final else backoff(asked["attempts"], first=60, most=14_400))
            if final or answer.get("status") in (401, 403):
                title = f"{SOURCES[asked['kind']].title} does not give its leads"
                owe_operations(engine, cursor, title=title, detail=page, about=f"pull {asked['kind']}")
            return None
        row = store.get(cursor, asked["source_key"]) or {}
        leads = [sources.lead_of(SOURCES[asked["kind"]], row["name"], one) for one in page.leads]
        if leads:
            entries = intake.read(engine, leads, account=f"source:{asked['source_key']}", submitted=True)
            # Of what tells no time it is not known whether a refusal was said since: it lifts none.
            entries = [replace(entry, submitted=entry.said_at is not None) for entry in entries]
            intake.take_in(engine, entries, client=f"source:{row['name']}", lane="interactive")
        store.delivered(cursor, asked["source_key"], {
            "outcome": "accepted", "leads": len(leads), "tests": sum(one.is_test for one in page.leads),
            "pulled": True})
        store.answered(cursor, answer["call_id"])
        sources.plan(cursor, asked["source_key"], page.following, until=asked["until"])
        if asked["until"] and not store.is_asked(cursor, asked["source_key"]):
            store.pulled(cursor, asked["source_key"], asked["until"])
        return len(leads)


def _page(asked: Row, answer: dict[str, Any]) -> Page | str:
    """What an answer holds, or why it is none."""
    api = SOURCES[asked["kind"]].api
    if answer.get("error") or answer.get("status") != 200 or api is None:
        return redact(str(answer.get("error") or f"status {answer.get('status')}"))[:200]
    try:
        return api.read(asked["name"], json.loads(answer["body"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "the answer is none that is known"
