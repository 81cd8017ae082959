"""kill -9 of anything while 500 leads are on their way: nothing is lost, nothing is paid twice.

One seed of each victim runs with the tests; KILL_SEEDS=n runs more (`make soak`).
"""

from __future__ import annotations

import os
import random
import uuid

import psycopg2
import pytest
import requests

from sidecar.channels import CHANNELS
from tests.client import Client, until

LEADS = 500
VICTIMS = ("sidecar", "n8n-worker", "n8n", "valkey", "postgres")
SEEDS = int(os.environ.get("KILL_SEEDS", "1"))


def query(stack, sql, *params):
    with psycopg2.connect(stack.facts["internal"]["database_url"]) as connection:
        cursor = connection.cursor()
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    connection.close()
    return rows


def batch(mark):
    return [
        {"email": f"pat.{i}@{mark}{i}.example", "first_name": "Pat", "last_name": f"Quill{i}",
         "job_title": "VP of Sales", "company_name": f"{mark} {i} Inc.", "country": "US",
         "industry": "Software", "employee_count": 420,
         "source": "demo_request" if i % 50 == 0 else "import", "tags": [mark]}
        for i in range(LEADS)
    ]


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_kill_loses_nothing(stack, victim, seed):
    client = Client(stack.facts)
    rng = random.Random(f"{victim}{seed}")
    mark = "k" + uuid.uuid4().hex[:8]
    answer = client.post("/v1/leads", {"leads": batch(mark)}, timeout=60)
    assert answer.status_code == 202
    ids = [result["lead_id"] for result in answer.json()["results"]]

    # A random share of the leads' calls has begun, and not all work is done: it dies in mid-flight.
    goal = rng.randint(20, 600)
    stages = "SELECT count(*) FROM work_items WHERE lead_id = ANY(%s::uuid[]) AND stage <> 'done'"
    started = (
        "SELECT count(*) FROM provider_calls p JOIN contacts c ON c.id = p.subject_id"
        " JOIN leads l ON l.contact_id = c.id WHERE l.id = ANY(%s::uuid[])"
        " AND p.started_at IS NOT NULL")
    # What was killed before may still be starting: its wake-ups are lost, and the sweep comes every minute.
    until(lambda: query(stack, started, ids)[0][0] * 2 >= min(goal, LEADS), 120, "work in flight")
    in_flight = query(stack, stages, ids)[0][0]
    assert in_flight, "nothing was in flight"
    if victim == "sidecar":
        stack.kill_child("sidecar")
    else:
        stack.kill(victim)

    def settled():
        try:
            rows = query(
                stack, "SELECT stage, count(*) FROM work_items WHERE lead_id = ANY(%s::uuid[])"
                " GROUP BY stage", ids)
        except psycopg2.OperationalError:
            return None
        counts = dict(rows)
        return counts if sum(counts.get(s, 0) for s in ("done", "waiting", "dead")) == LEADS else None

    counts = until(settled, 240, f"all leads to settle after the kill of {victim}")
    assert sum(counts.values()) == LEADS
    assert not counts.get("dead"), query(
        stack, "SELECT reason_code, count(*) FROM work_items WHERE stage = 'dead' GROUP BY 1")
    scored = query(
        stack, "SELECT count(*) FROM leads WHERE id = ANY(%s::uuid[]) AND grade IS NOT NULL", ids)
    assert scored[0][0] == LEADS
    repeated, in_doubt = _no_call_paid_twice(stack, mark)
    messages, doubled = _messages_once(stack, client, ids)
    print(f"{victim}, seed {seed}: {in_flight} of {LEADS} leads in flight, {repeated} calls repeated,"
          f" {in_doubt} in doubt on this stack so far, {messages} messages, {doubled} possible duplicates")


def _no_call_paid_twice(stack, mark):
    """A thing asked more often than once must stand in the ledger as in_doubt as often."""
    asked = requests.get(f"{stack.facts['providers_url']}/_calls", timeout=10).json()["by_key"]
    repeated = sum(times - 1 for key, times in asked.items() if mark in key)
    in_doubt = query(
        stack, "SELECT count(*) FROM provider_calls WHERE state = 'in_doubt' OR outcome = 'in_doubt'"
    )[0][0]
    assert repeated <= in_doubt, (repeated, in_doubt)
    doubled = query(
        stack, "SELECT request_key FROM provider_calls WHERE state = 'answered' AND outcome ="
        " 'found' GROUP BY request_key, sandbox HAVING count(*) > 1")
    assert not doubled
    return repeated, in_doubt


def _messages_once(stack, client, ids):
    """Each hot lead is told once per channel; twice only when marked as possible duplicate."""
    sql = ("SELECT lead_id::text, channel, state, possible_duplicate FROM notifications"
           " WHERE lead_id = ANY(%s::uuid[])")

    def delivered():
        rows = query(stack, sql, ids)
        return rows if rows and all(row[2] == "sent" for row in rows) else None

    rows = until(delivered, 180, "the messages to be sent")
    hot = query(
        stack, "SELECT count(*) FROM leads WHERE id = ANY(%s::uuid[]) AND grade = 'hot'", ids)[0][0]
    assert hot and len(rows) == len(CHANNELS) * hot
    sent = {"slack": client.messages("slack_url"), "email": client.messages("mail_url"),
            "slack_bot": client.messages("slack_bot_url"), "teams": client.messages("teams_url")}
    for lead_id, channel, _, possible_duplicate in rows:
        if channel in sent:
            times = sum(lead_id in str(message) for message in sent[channel])
            most = 2 if possible_duplicate and not CHANNELS[channel].reconciles else 1
            assert 1 <= times <= most, (channel, times)
    return len(rows), sum(possible_duplicate for *_, possible_duplicate in rows)
