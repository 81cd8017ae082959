"""kill -9 while events start runs: each event's run comes to its end, and what is repeated has the same id.

Some kills run with the tests; EVENT_KILLS=20 are 2,000 events (`make soak`).
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter

from tests.client import Client, until
from tests.integration.receivers import receiving
from tests.workflows.events import flow, published, subscriptions
from tests.workflows.test_kill import query
from tests.workflows.test_n8n_drives import ENRICHMENT, _wake_answers, publish

KILLS = int(os.environ.get("EVENT_KILLS", "3"))
EVENTS_PER_KILL = 100
VICTIMS = ("sidecar", "n8n-worker", "valkey")


def test_kills_lose_no_event_and_repeat_it_under_its_id(stack, tmp_path):
    client = Client(stack.facts)
    rng = random.Random(KILLS)
    enrichment = json.loads(ENRICHMENT.read_text())
    # It is about events: the leads wait meanwhile.
    publish(stack, enrichment | {"active": False}, tmp_path)
    until(lambda: not _wake_answers(stack), 60, "Lead enrichment to be unpublished")
    try:
        with receiving() as receiver:
            with published(stack, client, flow(receiver.url, events=["lead.created"])):
                [subscription] = subscriptions(client)
                started = time.monotonic()
                leads = []
                for kill in range(KILLS):
                    leads += _create(client, kill)
                    # In the middle of what is owed.
                    goal = len(leads) - rng.randint(10, EVENTS_PER_KILL - 10)
                    until(lambda goal=goal: len({body["lead_id"] for body in receiver.bodies}) >= goal, 300,
                          "runs under way")
                    victim = VICTIMS[kill % len(VICTIMS)]
                    if victim == "sidecar" and kill % 2:
                        stack.kill_child(victim)
                    else:
                        stack.kill(victim)
                    print(f"{victim} killed: {len(leads)} events, {len(receiver.bodies)} runs,"
                          f" {time.monotonic() - started:.0f} s")
                until(lambda: _owed(stack, subscription) == 0, 400, "all events to be delivered")
                seconds = time.monotonic() - started
            ids = {}
            for body in receiver.bodies:
                ids.setdefault(body["lead_id"], set()).add(body["event_id"])
            lost = set(leads) - set(ids)
            times = Counter(body["event_id"] for body in receiver.bodies)
            repeated = sum(count - 1 for count in times.values())
            print(f"{len(leads)} events, {KILLS} kills, {seconds:.0f} s: {len(lost)} lost,"
                  f" {repeated} repeated, {sum(len(own) > 1 for own in ids.values())} under another id")
            assert len(leads) == KILLS * EVENTS_PER_KILL and not lost
            assert all(len(own) == 1 for own in ids.values())
            assert repeated <= KILLS * 50
        assert subscriptions(client) == []
    finally:
        publish(stack, enrichment, tmp_path)
        until(lambda: _wake_answers(stack), 60, "Lead enrichment to be published again")


def _create(client, kill):
    """Leads, each with an event of its own; sent until they are taken, as a sender does."""
    batch = {"leads": [
        {"email": f"pat{kill}x{n}@events{kill}.example", "last_name": f"Quill{n}", "source": "import"}
        for n in range(EVENTS_PER_KILL)]}

    def taken():
        try:
            answer = client.post(
                "/v1/leads", batch, headers={"Idempotency-Key": f"events-{kill}"}, timeout=30)
        except OSError:
            return None
        return answer.json()["results"] if answer.status_code == 202 else None

    return [result["lead_id"] for result in until(taken, 60, "the leads to be taken")]


def _owed(stack, subscription):
    [[count]] = query(stack, "SELECT count(*) FROM deliveries WHERE subscription_id = %s"
                             " AND state <> 'delivered'", subscription["id"])
    return count
