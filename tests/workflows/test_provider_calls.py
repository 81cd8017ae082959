"""What the money and the patience of providers are spent on, on the real n8n: once, around failures, as they
come.

Calls are counted at the providers and in the ledger. Clearbit, the resolver and home pages are asked at their
real host names (`tests/workflows/world`), all others in the stack's sandbox.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import psycopg2.extras
import pytest
import requests
from aiohttp import web

from local import stack as local_stack
from sandbox import clearbit_records
from sandbox.server import Script
from sidecar.enrichment import PROVIDERS
from tests.client import Client, until
from tests.stack import running
from tests.workflows.world import World, existing


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A stack in its world."""
    folder = tmp_path_factory.mktemp("world")
    with existing(folder, {}) as (world, settings), running(
            SIDECAR_CALLBACK_URL="https://leads.example.com/api", CLEARBIT_API_KEY="sk_test", HOME_PAGE="on",
            MAIL_DOMAIN="on", **settings) as stack:
        yield Here(stack, world)


class Here:
    """The stack, and what tests ask of it."""

    def __init__(self, stack: Any, world: World) -> None:
        self.stack, self.world = stack, world
        self.client = Client(stack.facts)

    def sql(self, statement: str, *params: Any) -> list[dict[str, Any]]:
        with closing(psycopg2.connect(
                self.stack.facts["internal"]["database_url"],
                cursor_factory=psycopg2.extras.RealDictCursor)) as connection, connection:
            cursor = connection.cursor()
            cursor.execute(statement, params)
            return [dict(row) for row in cursor.fetchall()] if cursor.description else []

    def play(self, **script: Any) -> None:
        """Everybody behaves so, here and at their real names."""
        requests.post(f"{self.stack.facts['providers_url']}/_script", json=script, timeout=10)
        self.world.sandbox.scripts.append(Script(**script))

    def asked(self, mark: str) -> dict[str, int]:
        """How often providers were asked about what bears a mark: {provider operation subject: times}."""
        told = requests.get(f"{self.stack.facts['providers_url']}/_calls", timeout=10).json()["by_key"]
        return {key: times for counts in (told, dict(self.world.sandbox.calls))
                for key, times in counts.items() if mark in key}

    def calls(self, lead_ids: list[str]) -> list[dict[str, Any]]:
        """The ledger of these leads."""
        return self.sql("SELECT id::text, provider, operation, request_key, state, outcome, error, sandbox,"
                        " price::float8 AS price, started_at, answered_at FROM provider_calls"
                        " WHERE lead_ids && %s::uuid[] ORDER BY id", lead_ids)

    def send(self, leads: list[dict[str, Any]], lane: str = "interactive") -> list[str]:
        answer = self.client.post("/v1/leads", {"lane": lane, "leads": leads}, timeout=60)
        assert answer.status_code == 202, answer.text
        return [result["lead_id"] for result in answer.json()["results"]]

    def wake(self) -> None:
        """What the schedule does every minute."""
        with suppress(requests.RequestException):  # it was killed
            requests.post(f"{self.stack.facts['internal']['n8n_main_url']}/webhook/enrichment-wake",
                          headers={"X-Wake-Token": self.stack.stack.secrets["WAKE_TOKEN"]}, timeout=5)

    def minutes_pass(self, *, but: list[str] | None = None) -> None:
        """What was to wait for minutes has waited, but these leads."""
        for statement in (
                "UPDATE provider_breakers SET open_until = now() WHERE open_until > now()",
                "UPDATE provider_cache SET expires_at = now() WHERE expires_at > now()"
                " AND outcome IN ('error', 'pending')",
                "UPDATE work_items SET due_at = now() WHERE stage = 'waiting' AND due_at > now()"
                " AND lead_id <> ALL(%s::uuid[])"):
            self.sql(statement, *[but or []] * statement.count("%s"))

    def go_on(self, lead_ids: list[str]) -> set[str]:
        """What the schedule does, and minutes pass while all that is left waits; the stages of the leads."""
        stages = self.stages(lead_ids)
        if stages <= {"waiting", "done"} and "waiting" in stages:
            self.minutes_pass()
        self.sql("UPDATE work_items SET due_at = now() WHERE lead_id = ANY(%s::uuid[]) AND stage = 'queued'",
                 lead_ids)
        if self.sql("SELECT 1 FROM work_items WHERE lead_id = ANY(%s::uuid[]) AND (stage IN ('queued',"
                    " 'waiting') AND due_at <= now() OR stage IN ('leased', 'scored')"
                    " AND lease_until < now())", lead_ids):
            self.wake()
        return stages

    def stages(self, lead_ids: list[str]) -> set[str]:
        return {row["stage"] for row in self.sql(
            "SELECT DISTINCT stage FROM work_items WHERE lead_id = ANY(%s::uuid[])", lead_ids)}

    def done(self, lead_ids: list[str], timeout: float = 90) -> list[dict[str, Any]]:
        """The leads, once all are done, whatever they wait for meanwhile."""
        until(lambda: self.go_on(lead_ids) == {"done"}, timeout, "the leads to be done")
        return [self.client.get(f"/v1/leads/{lead_id}").json() for lead_id in lead_ids]


def unique(letter: str) -> str:
    return letter + uuid.uuid4().hex[:8]


# --- once -----------------------------------------------------------------------------------------


def test_twenty_deliveries_at_once_and_kills_in_mid_call_cost_one_call_each(here):
    mark = unique("t")
    lead = {"email": f"pat.quill@{mark}.example", "first_name": "Pat", "last_name": "Quill",
            "company_name": f"{mark} Inc.", "source": "web_form"}
    here.play(match=mark, provider="hunter", behaviour="slow", times=1)
    with ThreadPoolExecutor(20) as pool:
        delivering = [pool.submit(deliver, here, lead, way, number)
                      for number, way in enumerate([by_webhook, by_form(here), by_api, by_api] * 5)]
        held = until(lambda: one_is_held(here, mark), 60, "one call to be held, all others answered")
        here.stack.kill("n8n-worker")
        here.stack.kill("n8n")
        here.sql("UPDATE work_items SET lease_until = now() WHERE batch_id ="
                 " (SELECT batch_id FROM provider_calls WHERE id = %s)", held)  # as minutes without a step do
        lead_ids = {delivered.result() for delivered in delivering}
    assert len(lead_ids) == 1
    [found] = here.done(list(lead_ids), 150)
    ledger = [row for row in here.calls(list(lead_ids)) if row["started_at"]]
    assert [row["id"] for row in ledger if "in_doubt" in (row["state"], row["outcome"])] == [held]
    assert {row["state"] for row in ledger if row["id"] != held} == {"answered"}
    operations = [(row["provider"], row["operation"]) for row in ledger]
    assert len(operations) == len(set(operations)) > 3, "an operation was begun twice"
    own = here.asked(mark)
    assert set(own.values()) == {1}, f"paid twice: {own}"
    assert len(own) == len([row for row in ledger if not PROVIDERS[row["provider"]].web])
    assert found["score"]["grade"] and found["contact"]["email"] == lead["email"]
    [taken] = here.sql("SELECT count(*) AS n, count(*) FILTER (WHERE outcome = 'rejected') AS refused"
                       " FROM intake WHERE lead_id = %s", found["id"])
    assert taken == {"n": 20, "refused": 0}
    assert here.sql("SELECT 1 FROM work_items WHERE lead_id = %s AND stage = 'dead'", found["id"]) == []


def one_is_held(here, mark):
    """The id of the one call that is begun and not answered, when everything else that was begun is."""
    rows = here.sql("SELECT p.id::text AS id, p.state, p.provider FROM provider_calls p"
                    " JOIN leads l ON l.id = ANY(p.lead_ids) JOIN contacts c ON c.id = l.contact_id"
                    " WHERE c.email LIKE %s AND p.started_at IS NOT NULL", f"%@{mark}.example")
    begun = [row for row in rows if row["state"] == "started"]
    return len(begun) == 1 and begun[0]["provider"] == "hunter" and begun[0]["id"]


def by_webhook(here, lead, key):
    return requests.post(here.stack.facts["webhook_url"], json=lead, timeout=30,
                         verify=here.stack.facts["ca_file"], headers={
                             here.stack.facts["webhook_header"]: here.stack.facts["webhook_token"],
                             "Idempotency-Key": key})


def by_api(here, lead, key):
    return Client(here.stack.facts).post("/v1/leads", lead, headers={"Idempotency-Key": key})


def by_form(here):
    origin = here.stack.facts["dashboard_url"].rstrip("/")
    local_stack.sidecar(here.stack.stack, "forms", "add", "proof", "--origin", origin)
    [form] = here.sql("SELECT key FROM forms WHERE name = 'proof'")

    def send(here, lead, key):
        return requests.post(
            f"{here.stack.facts['api_url']}/v1/forms/{form['key']}", json=lead, timeout=30,
            verify=here.stack.facts["ca_file"], headers={"Origin": origin, "Idempotency-Key": key})

    return send


def deliver(here, lead, way, number):
    """Send it until it is taken, as senders do; the lead that it became."""
    key = f"{lead['email']} {number}"

    def taken():
        try:
            answer = way(here, lead, key)
        except requests.RequestException:
            return None
        return answer.status_code == 202 and here.sql(
            "SELECT l.id::text AS id FROM leads l JOIN contacts c ON c.id = l.contact_id WHERE c.email = %s",
            lead["email"])

    [found] = until(taken, 120, "the lead to be taken")
    return found["id"]


# --- around failures ------------------------------------------------------------------------------


def test_leads_are_scored_without_those_that_are_down_and_completed_on_their_return(here):
    mark = unique("d")
    here.play(match=mark, behaviour="down")
    here.play(match=f"pat.1@{mark}", provider="hunter", behaviour="slow", times=1)  # nobody waits so long
    ids = here.send([{"email": f"pat.{n}@{mark}{n}.example", "first_name": "Pat", "last_name": f"Quill{n}",
                      "company_name": f"{mark}{n} Inc.", "source": "demo_request"} for n in range(8)])
    until(lambda: here.stages(ids) == {"waiting"}, 90, "the leads to wait")
    told = [here.client.get(f"/v1/leads/{lead_id}").json() for lead_id in ids]
    assert all(lead["score"]["grade"] for lead in told)
    assert {lead["stage_code"] for lead in told} == {"provider_down"}
    assert all("Hunter" in lead["stage_reason"] for lead in told)
    ledger = here.calls(ids)
    assert {row["error"] for row in ledger} >= {"timeout"}
    assert not [row for row in ledger if row["outcome"] == "found"]
    health = {row["name"]: row for row in here.client.get("/v1/providers").json()["data"]}
    assert health["hunter"]["health"] != "ok"

    here.play(match=mark)  # they are back
    due = {row["lead_id"]: row["due_at"] for row in here.sql(
        "SELECT lead_id::text AS lead_id, due_at FROM work_items WHERE lead_id = ANY(%s::uuid[])", ids)}
    here.minutes_pass(but=ids[1:])
    until(lambda: here.stages(ids[:1]) != {"waiting"} or here.wake(), 60, "the first to come again")
    # It finds that they are: who waits for them is due.
    until(lambda: all(row["due_at"] < due[row["lead_id"]] or row["stage"] == "done" for row in here.sql(
        "SELECT lead_id::text AS lead_id, due_at, stage FROM work_items WHERE lead_id = ANY(%s::uuid[])",
        ids[1:])), 60, "those that wait to be due")
    here.done(ids, 150)
    stopped = here.sql("SELECT DISTINCT stopped FROM work_items WHERE lead_id = ANY(%s::uuid[])", ids)
    assert {row["stopped"] for row in stopped} <= {"known", "nothing_left"}
    ledger = here.calls(ids)
    assert {row["state"] for row in ledger} <= {"answered", "dropped"}
    settled = [row["request_key"] for row in ledger if row["outcome"] in ("found", "not_found")]
    assert len(settled) == len(set(settled)), "answered twice"
    failed = {row["request_key"] for row in ledger
              if row["outcome"] == "error" and row["provider"] == "hunter"}
    assert len(failed) == 16 and failed <= set(settled), "a call is lost"
    begun = [row for row in ledger if row["started_at"] and not PROVIDERS[row["provider"]].web]
    assert sum(here.asked(mark).values()) == len(begun), "the ledger is not what the providers counted"


# --- as they come ---------------------------------------------------------------------------------


def test_answers_that_come_later_complete_the_lead_in_whatever_order(here):
    mark = unique("a")
    here.play(match=mark, behaviour="missing")
    early = f"sam.reed@{mark}b.example"  # of whom the answer comes before the word that it is looked for

    async def queued(request):
        if mark not in request.query_string:
            return await here.world.play(request)
        if request.query.get("email") == early:
            answer = await asyncio.to_thread(callback, here, request.query["webhook_url"], record(request))
            assert answer.json() == {"accepted": True}
        return web.json_response({"error": {"type": "queued"}}, status=202)

    for place in ("person.clearbit.com/v2/combined/find", "company.clearbit.com/v2/companies/find"):
        here.world.pages[place] = queued
    later, soon = here.send([
        {"email": email, "first_name": first, "last_name": last, "company_name": f"{mark} Inc.",
         "source": "demo_request"}
        for email, first, last in ((f"pat.quill@{mark}a.example", "Pat", "Quill"), (early, "Sam", "Reed"))])
    person, company = until(
        lambda: pending(here, f"{mark}a") or (here.go_on([later, soon]) and None), 60, "both to be asked")
    until(lambda: here.stages([later]) == {"waiting"}, 90, "the lead to wait")
    told = here.client.get(f"/v1/leads/{later}").json()
    assert told["score"]["grade"] and told["stage_code"] == "provider_pending"
    where = person.query["webhook_url"]
    wrong = where[:-1] + ("0" if where[-1] != "0" else "1")
    assert callback(here, wrong, record(person)).status_code == 401
    accepted = [callback(here, request.query["webhook_url"], body).json()["accepted"] for request, body in (
        (company, record(company)), (person, record(person)), (person, record(person)),
        (company, record(company)), (person, {"id": "x", "type": "person", "status": 404, "body": None}))]
    assert accepted == [True, True, False, False, False]
    for lead_id in (later, soon):  # by itself, before any minute passes
        lead = until(lambda lead_id=lead_id: completed(here, lead_id), 60, "the lead to go on")
        assert lead["contact"]["job_title"] == "VP of Sales"
        found = [row["operation"] for row in here.calls([lead_id])
                 if row["outcome"] == "found" and row["provider"] == "clearbit"]
        assert len(found) == len(set(found)) and "combined" in found


def completed(here, lead_id):
    """The lead, once it is done with Clearbit's answers."""
    lead = here.client.get(f"/v1/leads/{lead_id}").json()
    source = lead["contact"]["fields"].get("job_title", {}).get("source")
    return source == "clearbit" and lead["stage"] == "done" and lead


def pending(here, mark):
    """Clearbit was asked about the person and the company: the requests."""
    own = [request for request in here.world.requests
           if mark in request.query_string and "webhook_url" in request.query]
    person = [request for request in own if "email" in request.query]
    company = [request for request in own if "domain" in request.query]
    return person and company and (person[-1], company[-1])


def record(request):
    """What Clearbit sends when it has found who was asked about."""
    email = request.query.get("email")
    if email is None:
        return {"id": "x", "type": "company", "status": 200,
                "body": clearbit_records.company(request.query["domain"], "")}
    person = clearbit_records.person(email, "")
    job = person["employment"] | {"title": "VP of Sales", "seniority": "executive"}
    return {"id": "x", "type": "person_company", "status": 200, "body": {
        "person": person | {"employment": job},
        "company": clearbit_records.company(email.partition("@")[2], "")}}


def callback(here, where, body):
    """What a provider's server sends to the address that it was given."""
    parts = urlsplit(where)
    return requests.post(
        f"{here.stack.facts['api_url']}{parts.path.removeprefix('/api')}?{parts.query}", json=body,
        timeout=30, verify=here.stack.facts["ca_file"])


# --- people before imports ------------------------------------------------------------------------

LATENCY = 5  # seconds, of one provider


def test_an_import_does_not_delay_who_waits_for_more_than_their_own_calls(here):
    mark, count = unique("i"), int(os.environ.get("IMPORT_LEADS", "1000"))
    here.play(match=mark, provider="hunter", latency_ms=1000 * LATENCY)
    here.sql("UPDATE batches SET created_at = created_at - interval '1 minute'")  # no people came lately
    imported = []
    for first in range(0, count, 1000):
        imported += here.send([
            {"email": f"pat.{n}@{mark}{n}.example", "first_name": "Pat", "last_name": f"Quill{n}",
             "company_name": f"{mark}{n} Inc.", "source": "import"}
            for n in range(first, min(first + 1000, count))], lane="bulk")
    until(lambda: at_work(here, "bulk") >= 2 or here.wake(), 60, "the import to take all its runs")
    for number in range(int(os.environ.get("IMPORT_FORMS", "2"))):
        [lead_id] = here.send([
            {"email": f"sam.{number}@{mark}form{number}.example", "first_name": "Sam",
             "last_name": f"Reed{number}", "company_name": f"{mark} Form {number} Inc.",
             "source": "demo_request"}])
        row = until(lambda lead_id=lead_id: scored(here, lead_id), 120, "the form's lead to be scored")
        assert at_work(here, "bulk") == 2, "the import was over"
        own = [call for call in here.calls([lead_id]) if call["answered_at"]]
        assert any((call["answered_at"] - call["started_at"]).total_seconds() > 0.9 * LATENCY for call in own)
        beside = without(own, row["created_at"], row["scored_at"])
        print(f"{count} leads imported: scored after"
              f" {(row['scored_at'] - row['created_at']).total_seconds():.1f} s, of which {beside:.1f} s"
              " beside its own calls")
        # The import began before, and is still at its first round.
        assert not here.sql("SELECT 1 FROM lead_scores WHERE lead_id = ANY(%s::uuid[])"
                            " AND calculated_at < %s LIMIT 1", imported, row["scored_at"])
    here.play(match=mark, latency_ms=0)  # the rest need not take as long


def scored(here, lead_id):
    """When a lead came and was first scored, once it is."""
    rows = here.sql("SELECT l.created_at, min(s.calculated_at) AS scored_at FROM leads l"
                    " JOIN lead_scores s ON s.lead_id = l.id WHERE l.id = %s GROUP BY 1", lead_id)
    return rows[0] if rows else None


def at_work(here, lane):
    """How many runs have leads of a lane."""
    [row] = here.sql("SELECT count(DISTINCT batch_id) AS n FROM work_items WHERE lane = %s"
                     " AND stage IN ('leased', 'scored')", lane)
    return row["n"]


def without(calls, since, until_then):
    """Seconds of a time in which none of these calls was under way."""
    left, at = 0.0, since
    for call in sorted(calls, key=lambda call: call["started_at"]):
        left += max(0.0, (min(call["started_at"], until_then) - at).total_seconds())
        at = max(at, min(call["answered_at"], until_then))
    return left + max(0.0, (until_then - at).total_seconds())
