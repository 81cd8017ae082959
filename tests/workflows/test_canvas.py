"""What the canvas of Lead enrichment shows is what happens to each lead, on the real n8n.

Each scenario is the shipped workflow, changed as people change it in the editor; all are published side by
side, and each claims only its own leads. The calls are counted at the sandbox providers, and what another app
got at the other app.
"""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import psycopg2
import pytest
import requests

from local import n8n, programs
from tests.client import Client, until
from tests.stack import running

LEASE_SECONDS = 5
LONG_WAIT = 66  # seconds; from 65 on n8n keeps a waiting run in its database, not in memory
WAKE, CLAIM, PLAN, ASK = "Woken by the sidecar", "Claim a batch", "Plan provider calls", "Ask the providers"
SCORE, NOTIFY, COMPLETE = "Score", "Notify about hot leads", "Complete the batch"
# n8n's own steps, in the version that the editor makes.
OWN = {"if": 2.3, "filter": 2.3, "merge": 3.2, "splitInBatches": 3, "wait": 1.1, "httpRequest": 4.5,
       "stopAndError": 1}
DE = {"options": {"caseSensitive": True, "leftValue": "", "typeValidation": "strict", "version": 3},
      "combinator": "and",
      "conditions": [{"id": "1", "leftValue": "={{ $json.country }}", "rightValue": "DE",
                      "operator": {"type": "string", "operation": "equals"}}]}


class Canvas:
    """A copy of the shipped workflow, to be changed as people do it in the editor."""

    def __init__(self, name: str, lane: str, app: str) -> None:
        self.app = app
        self.path = f"canvas-{name}"
        self.flow = json.loads((n8n.WORKFLOWS / "lead-enrichment.json").read_text())
        self.flow |= {"id": uuid.uuid4().hex[:16], "name": name}
        self.nodes = {node["name"]: node for node in self.flow["nodes"]}
        del self.nodes["Every minute"]
        self.nodes[WAKE] |= {"webhookId": str(uuid.uuid4())}
        self.nodes[WAKE]["parameters"]["path"] = self.path
        self.nodes[CLAIM]["parameters"]["lane"] = lane
        self.links = self.flow["connections"]

    def workflow(self) -> dict[str, Any]:
        """What n8n imports."""
        return self.flow | {"nodes": list(self.nodes.values()), "connections": {
            name: links for name, links in self.links.items() if name in self.nodes}}

    def put(self, kind: str, at: str, dy: int = 0, name: str = "", **parameters: Any) -> str:
        """A new step a little before another one and so many pixels below: one of n8n's own, or a second one
        of a step that is there. Answers its name."""
        name = name or f"{kind} {len(self.nodes)}"
        x, y = self.nodes[at]["position"]
        node = self.nodes.get(kind) or {
            "type": f"n8n-nodes-base.{kind}", "typeVersion": OWN[kind], "parameters": {}}
        self.nodes[name] = {**node, "id": str(uuid.uuid4()), "name": name, "position": [x - 64, y + dy],
                            "parameters": node["parameters"] | parameters}
        return name

    def request(self, name: str, at: str, dy: int = 0) -> str:
        """HTTP Request: a row in the other app for each lead; its answer replaces the item."""
        return self.put("httpRequest", at, dy, name, method="POST", options={},
                        url=f"={self.app}/{name}/{{{{ $json.lead_id }}}}")

    def link(self, source: str, *ports: list[str | tuple[str, int]]) -> None:
        """Each port: the steps that it leads to, or (step, its input)."""
        self.links[source] = {"main": [[
            {"node": target, "type": "main", "index": 0} if isinstance(target, str) else
            {"node": target[0], "type": "main", "index": target[1]} for target in port] for port in ports]}


def as_shipped(_: Canvas) -> None:
    pass


def example_switched_on(c: Canvas) -> None:
    """What the canvas shows, switched off, where a step may be inserted."""
    del c.nodes["To be enriched?"]["disabled"]


def by_country(c: Canvas, germany: str = SCORE, plan_dy: int = 0) -> None:
    """IF the country is DE: that step, else Plan."""
    c.put("if", PLAN, name="Germany?", conditions=DE, options={})
    c.link(CLAIM, ["Germany?"])
    c.link("Germany?", [germany], [PLAN])
    c.nodes[PLAN]["position"][1] += plan_dy


def skip_enrichment(c: Canvas) -> None:
    by_country(c, c.put(PLAN, PLAN, -80, "Skip", operation="skipEnrichment"))
    c.link("Skip", [PLAN])


def let_go(c: Canvas) -> None:
    by_country(c, c.put(PLAN, PLAN, 80, operation="letGo", how="skipped", why="Not our market"))


def filtered(c: Canvas) -> None:
    c.put("filter", PLAN, name="Not Germany", options={},
          conditions=json.loads(json.dumps(DE).replace('"equals"', '"notEquals"')))
    c.link(CLAIM, ["Not Germany"])
    c.link("Not Germany", [PLAN])


def two_completes(c: Canvas) -> None:
    by_country(c, c.put(SCORE, SCORE, 160, "Score Germany"))
    c.link("Score Germany", [c.put(COMPLETE, COMPLETE, 160)])


def merged_before_plan(c: Canvas) -> None:
    skip_enrichment(c)
    c.put("merge", PLAN, name="Merge")
    c.link("Germany?", ["Skip"], [("Merge", 1)])
    c.link("Skip", ["Merge"])
    c.link("Merge", [PLAN])


def merged_after_score(c: Canvas) -> None:
    by_country(c, c.put(SCORE, SCORE, 160, "Score Germany"))
    c.put("merge", NOTIFY, name="Merge")
    c.link("Score Germany", ["Merge"])
    c.link(SCORE, [("Merge", 1)])
    c.link("Merge", [NOTIFY])


def merged_with_itself(c: Canvas) -> None:
    c.put("merge", PLAN, name="Merge")
    c.link(CLAIM, ["Merge", ("Merge", 1)])
    c.link("Merge", [PLAN])


def in_tens(c: Canvas) -> None:
    c.put("splitInBatches", PLAN, name="Tens", batchSize=10, options={})
    c.link(CLAIM, ["Tens"])
    c.link("Tens", [], [PLAN])
    c.link(COMPLETE, ["Tens"], ["Tens"])


def waiting(c: Canvas, seconds: int, hold: bool = False) -> None:
    c.put("wait", NOTIFY, name="Wait", resume="timeInterval", amount=seconds, unit="seconds")
    c.link(SCORE, ["Wait"])
    c.link("Wait", [NOTIFY])
    if hold:
        c.put(PLAN, NOTIFY, name="Hold", operation="hold", minutes=5)
        c.link(SCORE, ["Hold"])
        c.link("Hold", ["Wait"])


def requests_in_line(c: Canvas) -> None:
    """After the claim, beside the loop, and before Complete."""
    for source, port, target in ((CLAIM, 0, PLAN), (PLAN, 1, SCORE), (NOTIFY, 0, COMPLETE)):
        name = c.request(f"row-{target.split()[0].lower()}", target)
        c.links[source]["main"][port] = [{"node": name, "type": "main", "index": 0}]
        c.link(name, [target])


def stop_before_plan(c: Canvas) -> None:
    by_country(c, c.put("stopAndError", PLAN, -80, errorMessage="Not this one"))


def stop_after_score(c: Canvas) -> None:
    c.put("if", NOTIFY, name="Germany?", conditions=DE, options={})
    c.link(SCORE, ["Germany?"])
    c.link("Germany?", [c.put("stopAndError", NOTIFY, 80, errorMessage="Not this one")], [NOTIFY])


def failing_beside(c: Canvas, dy: int) -> None:
    """A row in another app, then an error, beside the line from Notify to Complete. n8n runs what is above it
    first."""
    c.link(NOTIFY, [COMPLETE, c.request("row", COMPLETE, dy)])
    c.link("row", [c.put("stopAndError", COMPLETE, dy, errorMessage="The app is full")])


ENRICHED, PLAIN = ("done", True), ("done", False)


@dataclass(frozen=True)
class Scenario:
    """A changed canvas, and what becomes of a lead of each country: (stage, whether it is asked about) or
    (stage, asked, reason code); how many rows of it each request puts into the other app; whether a run
    fails."""

    change: Callable[[Canvas], None]
    expected: dict[str, tuple[Any, ...]] = field(default_factory=lambda: {"DE": ENRICHED, "FR": ENRICHED})
    countries: tuple[str, ...] = ("DE", "FR", "DE", "FR")
    rows: dict[str, int] = field(default_factory=dict)
    lane: str = "interactive"
    fails: bool = False


PAST_GERMANY = {"DE": PLAIN, "FR": ENRICHED}
SCENARIOS = {
    "as-shipped": Scenario(as_shipped),
    "example-switched-on": Scenario(example_switched_on, PAST_GERMANY),
    "by-country": Scenario(by_country, PAST_GERMANY),
    "by-country-plan-above": Scenario(partial(by_country, plan_dy=-40), PAST_GERMANY),
    "by-country-plan-below": Scenario(partial(by_country, plan_dy=40), PAST_GERMANY),
    "skip-enrichment": Scenario(skip_enrichment, PAST_GERMANY),
    "let-go": Scenario(let_go, {"DE": ("done", False, "skipped"), "FR": ENRICHED}),
    "filter": Scenario(filtered, {"DE": ("let_go", False, "passed_by"), "FR": ENRICHED}),
    "filter-alone": Scenario(filtered, {"DE": ("let_go", False, "passed_by")}, ("DE",)),
    "two-completes": Scenario(two_completes, PAST_GERMANY),
    "merge-before-plan": Scenario(merged_before_plan, PAST_GERMANY),
    "merge-after-score": Scenario(merged_after_score, PAST_GERMANY),
    "merge-with-itself": Scenario(merged_with_itself),
    "in-tens": Scenario(in_tens, countries=("FR", "DE") * 11 + ("FR",)),
    "wait": Scenario(partial(waiting, seconds=LEASE_SECONDS + 2)),
    "wait-with-hold": Scenario(partial(waiting, seconds=LEASE_SECONDS + 2, hold=True), lane="bulk"),
    "long-wait-with-hold": Scenario(partial(waiting, seconds=LONG_WAIT, hold=True), lane="bulk"),
    "requests-in-line": Scenario(requests_in_line, rows={"row-plan": 1, "row-score": 1, "row-complete": 1}),
    "stop-before-plan": Scenario(
        stop_before_plan, {"DE": ("dead", False, "execution_failed"), "FR": ENRICHED}, fails=True),
    "stop-after-score": Scenario(
        stop_after_score, {"DE": ("let_go", True, "execution_failed"), "FR": ENRICHED}, fails=True),
    "failing-below": Scenario(partial(failing_beside, dy=80), rows={"row": 1}, fails=True),
    # Taken up once more, as after any failure, and then let go.
    "failing-above": Scenario(
        partial(failing_beside, dy=-80), dict.fromkeys(("DE", "FR"), ("let_go", True, "execution_failed")),
        rows={"row": 2}, fails=True),
}


@dataclass
class Trial:
    """The leads of a scenario on their way through its canvas."""

    stack: Any
    scenario: Scenario
    path: str
    workflow_id: str
    rows: Counter[str]
    mark: str = field(default_factory=lambda: "c" + uuid.uuid4().hex[:8])
    ids: list[str] = field(default_factory=list)
    woken_at: float = 0.0

    def query(self, sql: str, *params: Any, of: str = "database_url") -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.stack.facts["internal"][of])) as connection:
            cursor = connection.cursor()
            cursor.execute(sql, params)
            return cursor.fetchall()

    def begin(self) -> None:
        """Send the leads, and wake the workflow."""
        answer = Client(self.stack.facts).post("/v1/leads", {"lane": self.scenario.lane, "leads": [
            {"email": f"pat@{self.mark}{i}x.example", "first_name": "Pat", "last_name": "Quill",
             "company_name": f"{self.mark} {i} Inc.", "country": country, "source": "demo_request"}
            for i, country in enumerate(self.scenario.countries)]})
        self.ids = [result["lead_id"] for result in answer.json()["results"]]
        self.wake()

    def wake(self) -> bool:
        try:
            return requests.post(
                f"{self.stack.facts['internal']['n8n_main_url']}/webhook/{self.path}", timeout=10,
                headers={"X-Wake-Token": self.stack.stack.secrets["WAKE_TOKEN"]}).ok
        except requests.Timeout:  # n8n is busy: the next one may do
            return False

    def running(self) -> bool:
        """Whether n8n has a run of the canvas that has not ended."""
        return bool(self.query(
            'SELECT 1 FROM execution_entity WHERE "workflowId" = %s'
            " AND status IN ('new', 'running', 'waiting')", self.workflow_id, of="n8n_database_url"))

    def stages(self) -> set[str]:
        return {stage for stage, in self.query(
            "SELECT DISTINCT stage FROM work_items WHERE lead_id = ANY(%s::uuid[])", self.ids)}

    def sweep(self) -> None:
        """What the schedule does every minute, as soon as there is something to do; once a second at most, as
        wake-ups coalesce, or runs that find nothing would keep the slow machine from the ones that work."""
        if time.monotonic() - self.woken_at > 1 and self.query(
                "UPDATE work_items SET due_at = now() WHERE lead_id = ANY(%s::uuid[])"
                " AND (stage = 'queued' OR stage IN ('leased', 'scored') AND lease_until < now())"
                " RETURNING 1", self.ids):
            self.woken_at = time.monotonic()
            self.wake()

    def at_rest(self) -> bool:
        """Whether all leads have left and no run goes on."""
        running = self.running()
        return self.stages() <= {"done", "let_go", "dead"} and not running

    def outcome(self) -> list[tuple[Any, ...]]:
        """What became of each lead, as scenarios say it."""
        asked = requests.get(f"{self.stack.facts['providers_url']}/_calls", timeout=10).json()["by_key"]
        own = {key: times for key, times in asked.items() if self.mark in key}
        assert set(own.values()) <= {1}, f"paid twice: {own}"
        client = Client(self.stack.facts)
        told = client.messages("slack_url")
        outcome = []
        for place, (lead_id, country) in enumerate(zip(self.ids, self.scenario.countries, strict=True)):
            lead = client.get(f"/v1/leads/{lead_id}").json()
            about = sum(f"@{self.mark}{place}x." in key for key in own)
            found = (lead["stage"], about > 0, lead["stage_code"])
            outcome.append(found[:len(self.scenario.expected[country])])
            assert (lead["score"] is None) == (lead["stage_code"] == "skipped" or lead["stage"] == "dead")
            assert sum(lead_id in str(message) for message in told) <= 1, "told twice"
            if lead["stage"] != "dead":
                rows = {name: self.rows[f"/{name}/{lead_id}"] for name in self.scenario.rows}
                assert rows == self.scenario.rows
        [(paid,)] = self.query(
            "SELECT count(*) FROM provider_calls WHERE state = 'answered' AND lead_ids && %s::uuid[]",
            self.ids)
        assert paid == len(own), "the ledger is not what the providers counted"
        errors = self.query(
            "SELECT node, message FROM workflow_errors WHERE workflow_id = %s", self.workflow_id)
        assert bool(errors) == self.scenario.fails, errors
        return outcome


@pytest.fixture(scope="module")
def other_app():
    """Another app: its address, and how often each path was asked for."""
    rows: Counter[str] = Counter()

    class App(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            rows[self.path] += 1
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"row": "taken"}')

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), App) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", rows
        server.shutdown()


@pytest.fixture(scope="module")
def trials(other_app, tmp_path_factory):
    """All canvases published on one stack, in place of the shipped one; those of the bulk lane have begun."""
    address, rows = other_app
    folder = tmp_path_factory.mktemp("canvases")
    with running(SIDECAR_LEASE_SECONDS=str(LEASE_SECONDS)) as stack:
        made = {}
        shipped = json.loads((n8n.WORKFLOWS / "lead-enrichment.json").read_text()) | {"active": False}
        (folder / "shipped.json").write_text(json.dumps(shipped))
        for name, scenario in SCENARIOS.items():
            canvas = Canvas(name, scenario.lane, address)
            scenario.change(canvas)
            (folder / f"{name}.json").write_text(json.dumps(canvas.workflow()))
            made[name] = Trial(stack, scenario, canvas.path, canvas.flow["id"], rows)
        n8n.command(
            n8n.install(stack.stack.settings), programs.n8n_environment(stack.stack),
            "import:workflow", "--separate", f"--input={folder}", "--activeState=fromJson")
        for trial in made.values():
            until(trial.wake, 120, "the changed workflows to be live")
        for trial in made.values():
            until(lambda trial=trial: not trial.running(), 120, "the runs without leads to end")
        for trial in made.values():
            if trial.scenario.lane == "bulk":
                trial.begin()
                until(lambda trial=trial: trial.sweep() or "scored" in trial.stages(), 120, "the wait")
        yield made


@pytest.mark.parametrize("name", sorted(SCENARIOS, key=lambda name: SCENARIOS[name].lane == "bulk"))
def test_the_canvas_shows_what_happens(trials, name):
    trial = trials[name]
    if not trial.ids:
        trial.begin()

    def at_rest():
        for other in trials.values():
            other.sweep()
        return trial.at_rest()

    until(at_rest, 150, "the leads to leave the flow")
    assert trial.outcome() == [trial.scenario.expected[country] for country in trial.scenario.countries]
