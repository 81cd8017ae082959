"""Runs that are killed, late, refused and short of money: what holds of the ledger whatever happens."""

from __future__ import annotations

import json
import math
import random
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from sandbox.providers import TWINS
from sidecar.enrichment import PROVIDERS
from sidecar.errors import NotFound
from sidecar.pipeline import asking, claiming, completion, planning, scoring
from sidecar.pipeline.callbacks import callback_url
from tests.integration.test_pipeline import lead

KEYED = [name for name, provider in PROVIDERS.items() if provider.auth]
BEHAVIOURS = ("", "", "", "", "missing", "missing", "pending", "throttle", "quota", "unauthorized", "down",
              "refuse", "garbled", "nulls")
ERRORS = ("timeout", "connection_refused", "not_sent", "body_too_large")
_OVER = ("UPDATE provider_breakers SET open_until = now() - interval '1 second' WHERE open_until IS NOT NULL",
         "UPDATE provider_cache SET expires_at = now() WHERE expires_at > now() AND outcome NOT IN ('found',"
         " 'not_found', 'refused')")


class Worker:
    """One n8n execution: a claim and where it is."""

    def __init__(self, batch):
        self.id = batch["batch_id"]
        self.leads = [row["lead_id"] for row in batch["leads"]]
        self.step, self.requests = "plan", []


class World:
    """The engine under some settings, runs at work, answers that are on their way."""

    def __init__(self, engine, api, seed):
        self.random = random.Random(seed)
        self.api = api
        self.ceilings = {
            "ceiling_per_lead": self.random.choice([math.inf, 0.03, 0.3]),
            "ceiling_per_day": self.random.choice([math.inf, 0.1, 0.6, 2.0]),
            "provider_ceilings": self.random.choice([{}, {"hunter": 0.03}, {"hunter": 0.03, "apollo": 0.05}])}
        goal = self.random.choice(["fill", "fill", "decision", "reach"])
        self.engine = replace(engine, settings=replace(
            engine.settings, callback_url="https://x.example/api", enrichment_goals={"": goal},
            interactive_batches=8, bulk_batches=8, **self.ceilings))
        self.live, self.keys = [], {}
        self.workers, self.flying, self.refusing = [], [], set()

    def sql(self, statement, *params):
        with self.engine.database.write() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchall() if cursor.description else []

    def arrive(self, count):
        rows = []
        for _ in range(count):
            number = self.random.randrange(14)
            more = {"email": f"pat{number}@firm{number % 5}.example", "company_name": f"Firm {number % 5}",
                    "first_name": f"Pat{number}", "job_title": self.random.choice([None, "CTO", "Clerk"])}
            rows.append({k: v for k, v in lead(number, **more).items() if v})
        answer = self.api.post("/v1/leads", {"leads": rows})
        assert answer.status_code == 202, answer.json

    # What may happen.
    def claim(self):
        batch = claiming.claim(self.engine, None, self.random.choice([1, 3, 8]), None)
        if batch["batch_id"]:
            self.workers.append(Worker(batch))

    def go_on(self, behaviour=None):
        if not self.workers:
            return
        worker = self.random.choice(self.workers)
        self.advance(worker, behaviour)

    def advance(self, worker, behaviour=None):
        if worker.step == "plan":
            told = planning.plan(self.engine, worker.id, worker.leads)
            worker.step = "start" if told["asking"] else "score"
        elif worker.step == "start":
            told = asking.start(self.engine, worker.id, worker.leads, self.live, None, self.keys)
            self.begun(told["requests"])
            worker.requests = told["requests"]
            worker.step = "answer"
        elif worker.step == "answer":
            self.random.shuffle(worker.requests)
            cut = 0 if behaviour == "" or self.random.random() < 0.7 else len(worker.requests)
            now, self.flying = worker.requests[cut:], self.flying + worker.requests[:cut]
            if behaviour is None and self.random.random() < 0.2:
                now, worker.requests = now[:1], now[1:]
            else:
                worker.requests = []
            self.answer(now, behaviour)
            if not worker.requests:
                worker.step = self.random.choice(["plan", "plan", "score"]) if behaviour is None else "plan"
        elif worker.step == "score":
            scoring.score(self.engine, worker.id, worker.leads)
            worker.step = "complete"
        else:
            completion.complete(self.engine, worker.id, worker.leads)
            self.workers.remove(worker)

    def begun(self, requests):
        for request in requests:
            (row,) = self.sql("SELECT * FROM provider_calls WHERE id = %s", request["call_id"])
            assert row["state"] == "started"
            assert row["subject_id"] not in self.refusing, "a call about somebody who refuses"
            assert row["sandbox"] != (row["provider"] in self.live), "asked where it is not to be asked"
            earlier = self.sql(
                "SELECT * FROM provider_calls WHERE request_key = %s AND sandbox = %s AND id <> %s AND"
                " (state IN ('planned', 'started') OR outcome IN ('found', 'not_found')"
                "  OR state = 'in_doubt')", row["request_key"], row["sandbox"], row["id"])
            assert not earlier, ("paid twice", row["provider"], row["operation"],
                                 [(e["state"], e["outcome"]) for e in earlier])

    def answer(self, requests, behaviour=None):
        answers = []
        for request in requests:
            if behaviour is None and self.random.random() < 0.12:
                answers.append({"call_id": request["call_id"], "error": self.random.choice(ERRORS)})
                continue
            twin = TWINS[request["provider"]]
            path = urlsplit(request["url"]).path.removeprefix(f"/{twin.name}")
            if PROVIDERS[request["provider"]].web and request["provider"] in self.live:
                answers.append({"call_id": request["call_id"], "error": "host_not_found"})
                continue
            how = self.random.choice(BEHAVIOURS) if behaviour is None else behaviour
            operation, subject = twin.asked(path, request["query"] or request["body"] or {})
            status, body, _, headers = twin.answer(operation, subject, how, 1)
            answers.append({"call_id": request["call_id"], "status": status, "body": body,
                            "headers": headers, "elapsed_ms": 1})
        if answers:
            asking.take_answers(self.engine, answers)

    def late(self):
        self.random.shuffle(self.flying)
        now, self.flying = self.flying[:2], self.flying[2:]
        self.answer(now)

    def kill(self):
        if self.workers:
            worker = self.workers.pop(self.random.randrange(len(self.workers)))
            self.flying += worker.requests
            self.sql("UPDATE work_items SET lease_until = now() - interval '1 second' WHERE batch_id = %s"
                     " AND stage IN ('leased', 'scored')", worker.id)

    def stale_step(self):
        """A worker that was thought dead goes on."""
        if self.workers:
            worker = self.random.choice(self.workers)
            self.sql("UPDATE work_items SET lease_until = now() - interval '1 second' WHERE batch_id = %s"
                     " AND stage IN ('leased', 'scored')", worker.id)

    def time(self):
        self.sql("UPDATE work_items SET due_at = now() WHERE stage IN ('queued', 'waiting')")
        for statement in _OVER:
            if self.random.random() < 0.5:
                self.sql(statement)

    def keys_change(self):
        name = self.random.choice([*KEYED, *PROVIDERS])
        if name in self.live:
            self.live = [other for other in self.live if other != name]
            self.keys.pop(name, None)
        else:
            self.live = [*self.live, name]
            if name in KEYED:
                self.keys[name] = self.random.choice(["a", "b"])

    def refuse(self):
        rows = self.sql("SELECT id::text AS id FROM contacts ORDER BY id")
        if rows:
            who = self.random.choice(rows)["id"]
            told = self.api.post(f"/v1/contacts/{who}/refusals", {
                "purpose": "enrichment", "refused": True, "reason": "said so"})
            assert told.status_code < 300, told.json
            self.refusing.add(who)

    def erase(self):
        rows = self.sql("SELECT id::text AS id FROM contacts")
        if rows:
            who = self.random.choice(rows)["id"]
            told = self.api.client.delete(f"/v1/contacts/{who}", headers=self.api.headers)
            assert told.status_code in (200, 204), told.json

    def again(self):
        rows = self.sql("SELECT lead_id::text AS id FROM work_items")
        if rows:
            self.api.post("/v1/leads/enrich", {"lead_ids": [self.random.choice(rows)["id"]]})

    def callback(self):
        rows = self.sql("SELECT id::text AS id, provider, operation FROM provider_calls WHERE provider ="
                        " 'clearbit' AND (state IN ('started', 'in_doubt') OR outcome = 'pending')")
        if not rows:
            return
        row = self.random.choice(rows)
        url = callback_url(self.engine, row["provider"], row["id"])
        token = url.partition("token=")[2]
        body = {"id": "x", "type": "person", "status": self.random.choice([200, 404]),
                "body": {"id": "c1", "name": {"fullName": "Pat Quill"}}}
        with suppress(NotFound):  # who was erased
            asking.take_callback(self.engine, row["provider"], token, json.dumps(body))

    # What holds.
    def check(self):
        limits = self.ceilings
        rows = self.sql("SELECT sandbox, sum(price)::float8 AS usd FROM provider_calls GROUP BY sandbox")
        for row in rows:
            assert row["usd"] <= limits["ceiling_per_day"] + 1e-9, ("day", row)
        for row in self.sql("SELECT lead_id, sandbox, sum(price)::float8 AS usd FROM provider_calls"
                            " WHERE price > 0 GROUP BY 1, 2"):
            assert row["lead_id"] and row["usd"] <= limits["ceiling_per_lead"] + 1e-9, ("lead", row)
        for row in self.sql("SELECT provider, sandbox, sum(price)::float8 AS usd FROM provider_calls"
                            " GROUP BY 1, 2"):
            most = limits["provider_ceilings"].get(row["provider"], math.inf)
            assert row["usd"] <= most + 1e-9, ("month", row)
        assert not self.sql("SELECT 1 FROM provider_calls WHERE state = 'dropped' AND price <> 0")

    def drain(self):
        """Nothing goes wrong any more: every lead comes to an end, and nothing is left under way."""
        while self.workers:
            self.kill()
        self.answer(self.flying, "")
        for _ in range(60):
            self.sql("UPDATE work_items SET due_at = now(), lease_until = now() - interval '1 second'")
            for statement in _OVER:
                self.sql(statement)
            self.claim()
            while self.workers:
                self.advance(self.workers[0], "")
                self.check()
            if not self.sql("SELECT 1 FROM work_items WHERE stage NOT IN ('done', 'let_go', 'dead')"):
                break
        ends = self.sql("SELECT stage, reason_code, reason, waits, stopped FROM work_items"
                        " WHERE stage NOT IN ('done', 'let_go', 'dead')"
                        " OR stage <> 'done' AND reason IS NULL")
        assert not ends, ends
        left = self.sql("SELECT state, provider, operation, price, batch_id FROM provider_calls"
                        " WHERE state IN ('planned', 'started')")
        assert not left, left
        told = {row["id"]: self.api.get(f"/v1/leads/{row['id']}/receipt").json
                for row in self.sql("SELECT id::text AS id FROM leads")}
        for lead_id, receipt in told.items():
            (row,) = self.sql(
                "SELECT coalesce(sum(price) FILTER (WHERE NOT sandbox), 0)::float8 AS real,"
                " coalesce(sum(price) FILTER (WHERE sandbox), 0)::float8 AS play"
                " FROM provider_calls WHERE lead_id = %s", lead_id)
            assert receipt["cost"] == pytest.approx(row["real"])
            assert receipt["sandbox_cost"] == pytest.approx(row["play"])


@pytest.mark.parametrize("seed", range(1, 3))
def test_whatever_happens(engine, api, seed):
    world = World(engine, api, seed)
    world.arrive(10)
    actions = ([world.claim] * 4 + [world.go_on] * 20 + [world.late] * 2 + [world.kill] + [world.stale_step]
               + [world.time] * 2 + [world.keys_change] + [world.refuse] + [world.erase] + [world.again]
               + [world.callback] * 2)
    for _ in range(90):
        world.random.choice(actions)()
        if world.random.random() < 0.03:
            world.arrive(2)
        world.check()
    world.drain()
