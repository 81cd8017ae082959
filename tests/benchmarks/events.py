"""From an event at a webhook to the new score, on the real stack at rest.

A mail service's click, proven by its password, comes to the edge, again and again, each of another lead
whose work is done; then many of one lead at once, which are scored together. The parts are told apart by
what is stored: webhook -> stored (the edge, n8n's trigger, the sidecar), -> claimed (the wait for what comes
together, the wake-up, n8n), -> scored. The peer is a lead that comes to the same edge by the same n8n, until
it has its score.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import requests

from tests.benchmarks.throughput import connected, rows
from tests.client import Client, until
from tests.stack import Running, running

EVENTS, PEERS, BURST = 40, 10, 100
GOAL = 5.0  # seconds, at the 95th percentile

_PARTS = """
    SELECT extract(epoch FROM e.received_at), extract(epoch FROM b.created_at),
           extract(epoch FROM s.calculated_at)
    FROM events e JOIN lead_scores s ON s.lead_id = e.lead_id AND s.calculated_at >= e.received_at
    JOIN batches b ON b.id = s.batch_id WHERE e.dedupe_key LIKE %s ORDER BY s.calculated_at LIMIT 1
"""


def main() -> None:
    """Print the parts in milliseconds, and whether the goal is met."""
    with running() as stack:
        client = Client(stack.facts)
        measure(stack, client)


def measure(stack: Running, client: Client) -> None:
    """The figures of a stack that runs."""
    made = client.post("/v1/sources", {"kind": "postmark", "name": "bench"}).json()
    sent = [{"email": f"pat.quill{i}@bench{i}.example", "full_name": f"Pat Quill{i}",
             "source": "import"} for i in range(EVENTS + 1)]
    client.post("/v1/leads", {"leads": sent}, timeout=60).raise_for_status()
    at_rest(stack)
    found = [event(stack, made, lead["email"], f"m{i}") for i, lead in enumerate(sent[:EVENTS])]
    peers = [lead(stack, client, i) for i in range(PEERS)]
    print(f"from an event at the webhook to the new score, {EVENTS} times on a stack at rest, ms")
    for name, values in zip(("webhook -> stored", "stored -> claimed", "claimed -> scored", "in all"),
                            zip(*found, strict=True), strict=True):
        print(f"  {name}: median {1000 * statistics.median(values):.0f},"
              f" 95 % {1000 * percentile(values):.0f}")
    whole = percentile([parts[-1] for parts in found])
    print(f"  in all beside a lead from the same edge to its score (median {statistics.median(peers):.2f} s):"
          f" ratio {whole / statistics.median(peers):.2f}; goal {GOAL:.0f} s at the 95th percentile:"
          f" {'met' if whole <= GOAL else 'missed'} with {whole:.2f} s")
    print(f"  {BURST} events of one lead at once: scored {burst(stack, client, sent[-1]['email'])} times")


def at_rest(stack: Running) -> None:
    """Wait until no lead is at work."""
    until(lambda: rows(stack, "SELECT NOT EXISTS (SELECT 1 FROM work_items WHERE stage <> 'done')")[0][0],
          240, "the stack to rest")


def event(stack: Running, source: dict[str, Any], email: str, name: str) -> list[float]:
    """Seconds of each part of one event, and of all together."""
    begun = time.time()
    answer = requests.post(
        source["url"], auth=("events", source["secret"]), timeout=30, verify=stack.facts["ca_file"],
        json={"RecordType": "Click", "MessageID": name, "Recipient": email,
              "ReceivedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})
    answer.raise_for_status()
    assert answer.json()["accepted"] == 1, answer.text
    with connected(stack) as cursor:
        def scored() -> Any:
            cursor.execute(_PARTS, (f"postmark:Click {name} %",))
            return cursor.fetchone()

        stored, claimed, done = map(float, until(scored, 60, "the new score"))
    return [stored - begun, claimed - stored, done - claimed, done - begun]


def lead(stack: Running, client: Client, number: int) -> float:
    """Seconds from a lead at the edge to its score."""
    begun = time.time()
    email = f"peer{number}@peer{number}.example"
    client.webhook({"email": email, "full_name": f"Pat Peer{number}"}).raise_for_status()
    with connected(stack) as cursor:
        def scored() -> Any:
            cursor.execute("SELECT extract(epoch FROM min(s.calculated_at)) FROM leads l JOIN lead_scores s"
                           " ON s.lead_id = l.id WHERE l.email = %s HAVING count(*) > 0", (email,))
            return cursor.fetchone()

        [done] = until(scored, 60, "the lead's score")
    return float(done) - begun


def burst(stack: Running, client: Client, email: str) -> int:
    """How often a lead is scored of whom much is told one after the other within a second or two."""
    at_rest(stack)
    scores = ("SELECT count(*) FROM lead_scores s JOIN leads l ON l.id = s.lead_id"
              f" WHERE l.email = '{email}'")
    before = rows(stack, scores)[0][0]
    for number in range(BURST):
        client.post("/v1/events", {"events": [
            {"email": email, "type": "page_view", "event_id": f"burst {number}"}]}).raise_for_status()
    until(lambda: rows(stack, scores)[0][0] > before, 60, "the burst's score")
    at_rest(stack)
    return int(rows(stack, scores)[0][0]) - int(before)


def percentile(values: Any) -> float:
    """The 95th."""
    return float(statistics.quantiles(values, n=20)[-1])
