"""From the submit of a form to the message in Slack, on a stack at rest and while a large file comes in.

    IMPORT_ROWS=50000 python -m tests.benchmarks telling

A demo request of somebody whom scoring finds hot comes to the edge, to a web page's form and to the webhook
of Lead intake in turn; the whole flow runs in n8n, sandbox providers are asked, and the Slack of the sandbox
notes when the message came. The peer is n8n itself: a workflow that is nothing but a webhook, asked at the
same edge in turn with the others and answered when its execution is over. The parts are told apart by what is
stored; all medians, so that what else a machine does counts little.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import requests

from local import n8n, programs
from local import stack as local_stack
from tests.benchmarks import plain_workflow
from tests.benchmarks.events import at_rest, percentile
from tests.benchmarks.throughput import connected, rows
from tests.client import Client, until
from tests.stack import Running, running

TIMES, WARM_UP = 30, 3
ROWS = int(os.environ.get("IMPORT_ROWS", "50000"))
IDLE, BUSY = 15, 3  # times the bare webhook's figure; times the idle one
PATH = "bare-webhook"

# Moments of a lead's first run and its message, as seconds since the epoch; what has not come yet is null.
_MOMENTS: Final = """
SELECT l.id::text, extract(epoch FROM l.created_at), extract(epoch FROM b.created_at),
       extract(epoch FROM c.planned), extract(epoch FROM c.answered), extract(epoch FROM s.calculated_at),
       extract(epoch FROM n.claimed_at), c.calls, c.rounds
FROM leads l
LEFT JOIN LATERAL (SELECT * FROM lead_scores WHERE lead_id = l.id ORDER BY calculated_at LIMIT 1) s ON true
LEFT JOIN batches b ON b.id = s.batch_id
LEFT JOIN LATERAL (
    SELECT min(planned_at) AS planned, max(answered_at) AS answered, count(*) AS calls,
           count(DISTINCT planned_at) AS rounds
    FROM provider_calls WHERE l.id = ANY(lead_ids) AND planned_at < s.calculated_at) c ON true
LEFT JOIN LATERAL (SELECT * FROM notifications WHERE lead_id = l.id AND channel = 'slack') n ON true
WHERE l.email = %s
"""
PARTS: Final = ("submit -> stored", "stored -> claimed", "claimed -> asking", "asking -> last answer",
                "last answer -> scored", "scored -> sending", "sending -> in Slack")


def bare_workflow() -> dict[str, Any]:
    """n8n's own: a webhook, answered when the execution is over."""
    name = "Bare webhook"
    return {
        "id": "bareWebhookBench", "name": f"{name} (benchmark)", "active": True, "connections": {},
        "meta": None, "tags": [], "settings": {
            "executionOrder": "v1", "saveDataSuccessExecution": "none", "saveDataErrorExecution": "none"},
        "nodes": [{
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "name": name, "position": [0, 0],
            "type": "n8n-nodes-base.webhook", "typeVersion": 2.1, "webhookId": PATH,
            "parameters": {"httpMethod": "POST", "path": PATH, "responseMode": "lastNode", "options": {}}}],
    }


def person(mark: str, number: int) -> dict[str, Any]:
    """Somebody of a company that fits, who asks for a demo."""
    return {"email": f"pat.quill{number}@{mark}{number}.example", "first_name": "Pat",
            "last_name": f"Quill{number}", "job_title": "VP of Sales", "country": "US",
            "company_name": f"{mark} {number} Inc.", "industry": "Software", "employee_count": 420,
            "source": "demo_request", "message": "We would like to see a demo for a team of forty."}


class Bench:
    """A stack that runs, with a form of its own and the bare webhook."""

    def __init__(self, stack: Running) -> None:
        self.stack, self.client = stack, Client(stack.facts)
        origin = stack.facts["dashboard_url"].rstrip("/")
        local_stack.sidecar(stack.stack, "forms", "add", "bench", "--origin", origin)
        key = rows(stack, "SELECT key FROM forms WHERE name = 'bench'")[0][0]
        edge = stack.stack.product_url
        header = {stack.facts["webhook_header"]: stack.facts["webhook_token"]}
        self.ways: dict[str, Callable[[dict[str, Any]], requests.Response]] = {
            "a page's form": lambda lead: self.post(
                f"{stack.facts['api_url']}/v1/forms/{key}", lead, {"Origin": origin}),
            "the webhook of n8n": lambda lead: self.post(stack.facts["webhook_url"], lead, header)}
        self.bare = f"{edge}/webhook/{PATH}"
        tree, environment = n8n.install(stack.stack.settings), programs.n8n_environment(stack.stack)
        with tempfile.TemporaryDirectory() as folder:
            plain_workflow.dump(Path(folder) / "workflow.json", bare_workflow())
            n8n.command(tree, environment, "import:workflow", f"--input={folder}/workflow.json",
                        "--activeState=fromJson")
        until(lambda: requests.post(self.bare, json={}, timeout=10, verify=stack.facts["ca_file"]).ok, 60,
              "the bare webhook")

    def post(self, url: str, body: Any, headers: dict[str, str]) -> requests.Response:
        """A sender's request, on a connection of its own."""
        return requests.post(url, json=body, headers=headers, timeout=60, verify=self.stack.facts["ca_file"])

    def asked(self, number: int) -> float:
        """Seconds until the bare webhook has answered."""
        begun = time.time()
        self.post(self.bare, person("bare", number), {}).raise_for_status()
        return time.time() - begun

    def told(self, way: str, lead: dict[str, Any]) -> tuple[list[float], int, int]:
        """(seconds of each part, provider calls, rounds in which they were made) of a lead, until its message
        is in Slack."""
        begun = time.time()
        until(lambda: self.ways[way](lead).ok, 60, f"{way} to take a lead")  # sent again, as senders do
        with connected(self.stack) as cursor:
            def came() -> Any:
                cursor.execute(_MOMENTS, (lead["email"],))
                found = cursor.fetchone()
                message = found and found[6] and next((
                    message for message in reversed(self.client.messages("slack_url"))
                    if found[0] in str(message)), None)
                return message and (found, message)

            found, message = until(came, 120, f"the message about {lead['email']}")
        stored, claimed, asking, answered, scored, sending = (
            None if moment is None else float(moment) for moment in found[1:7])
        arrived = datetime.fromisoformat(message["received_at"]).timestamp()
        moments = [begun, stored, claimed, asking or claimed, answered or asking or claimed, scored, sending,
                   arrived]
        return ([after - before for before, after in pairwise(moments)],
                int(found[7]), int(found[8]))

    def several(self, mark: str, *, rest: bool) -> dict[str, list[Any]]:
        """What each way took, `TIMES` times, the bare webhook among them."""
        found: dict[str, list[Any]] = {name: [] for name in ("bare", *self.ways)}
        for number in range(TIMES + WARM_UP):
            if rest:
                at_rest(self.stack)
            found["bare"].append(self.asked(number))
            for place, way in enumerate(self.ways):
                if rest:
                    at_rest(self.stack)
                found[way].append(self.told(way, person(f"{mark}{'ab'[place]}", number)))
        return {name: values[WARM_UP:] for name, values in found.items()}

    def import_file(self) -> str:
        """The id of the job of a large file that has begun to come in."""
        text = "Work Email,First Name,Last Name,Job Title,Company,Country\r\n" + "".join(
            f"lee.{n}@firm{n % 5000}.example,Lee,Row{n},Purchasing Manager,Firm {n % 5000} Inc.,US\r\n"
            for n in range(ROWS))
        answer = self.client.call("POST", "/v1/jobs/imports?source=fair", data=text.encode(), timeout=120,
                                  headers={"Content-Type": "text/csv"})
        answer.raise_for_status()
        job_id = str(answer.json()["job"]["id"])
        until(lambda: self.job(job_id)["counts"]["handled"], 120, "the first rows of the file")
        return job_id

    def job(self, job_id: str) -> dict[str, Any]:
        """The job as it stands."""
        return dict(self.client.get(f"/v1/jobs/{job_id}").json()["job"])


def report(found: dict[str, list[Any]], ways: Sequence[str]) -> dict[str, float]:
    """Print the parts of each way in milliseconds; the medians of all, in seconds."""
    medians = {"bare": statistics.median(found["bare"])}
    print(f"  n8n's bare webhook: median {1000 * medians['bare']:.0f} ms,"
          f" 95 % {1000 * percentile(found['bare']):.0f}")
    for way in ways:
        whole = [sum(parts) for parts, *_ in found[way]]
        medians[way] = statistics.median(whole)
        print(f"  by {way}, {len(whole)} times: median {1000 * medians[way]:.0f} ms,"
              f" 95 % {1000 * percentile(whole):.0f}; {statistics.median(n for _, n, _ in found[way]):.0f}"
              f" provider calls in {statistics.median(n for *_, n in found[way]):.0f} rounds")
        for place, name in enumerate(PARTS):
            values = [parts[place] for parts, *_ in found[way]]
            print(f"    {name}: median {1000 * statistics.median(values):.0f},"
                  f" 95 % {1000 * percentile(values):.0f}")
    return medians


def main() -> None:
    """Print the parts, and each ratio beside its goal."""
    with running() as stack:
        measure(Bench(stack))


def measure(bench: Bench) -> None:
    """The figures of a stack that runs."""
    print(f"from the submit of a form to the message in Slack, on a stack at rest, ms of {TIMES} times")
    idle = report(bench.several("idle", rest=True), [*bench.ways])
    job_id = bench.import_file()
    found = bench.several("busy", rest=False)
    job = bench.job(job_id)
    print(f"the same while a file of {ROWS:,} rows comes in ({job['state']} after it:"
          f" {job['counts']['handled']:,} rows), ms")
    busy = report(found, [*bench.ways])
    for way in bench.ways:
        print(f"telling, by {way}, at rest: median {1000 * idle[way]:.0f} ms, n8n's bare webhook"
              f" {1000 * idle['bare']:.0f} ms: ratio {idle[way] / idle['bare']:.1f} (goal: at most {IDLE})")
        print(f"telling, by {way}, during an import: median {1000 * busy[way]:.0f} ms: ratio to the same at"
              f" rest {busy[way] / idle[way]:.1f} (goal: at most {BUSY})")


if __name__ == "__main__":
    main()
