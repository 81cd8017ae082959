"""What the canvas of Lead enrichment shows is what happens to each lead; calls are counted at the sandbox."""

from __future__ import annotations

import json
import uuid

import pytest
import requests

from tests.client import Client, until
from tests.workflows.test_kill import query
from tests.workflows.test_n8n_drives import ENRICHMENT, _wake_answers, publish

CLAIM, PLAN, SCORE = "Claim a batch", "Plan provider calls", "Score"
COMPLETE = "Complete the batch"
DE = {
    "conditions": {
        "options": {"caseSensitive": True, "leftValue": "", "typeValidation": "loose", "version": 2},
        "combinator": "and",
        "conditions": [{
            "id": "1", "leftValue": "={{ $json.country }}", "rightValue": "DE",
            "operator": {"type": "string", "operation": "equals"}}],
    },
    "options": {},
}


class Canvas:
    """A copy of the shipped workflow, to be changed as people do it in the editor."""

    def __init__(self):
        self.flow = json.loads(ENRICHMENT.read_text())

    def node(self, name):
        return next(node for node in self.flow["nodes"] if node["name"] == name)

    def add(self, name, kind, version, parameters, position, **more):
        self.flow["nodes"].append({
            "id": str(uuid.uuid4()), "name": name, "type": kind, "typeVersion": version,
            "position": position, "parameters": parameters, **more})
        return name

    def copy(self, name, new, position):
        copied = self.node(name) | {"id": str(uuid.uuid4()), "name": new, "position": position}
        self.flow["nodes"].append(copied)
        return new

    def link(self, source, *ports):
        """Each port: the names of the steps that it leads to."""
        self.flow["connections"][source] = {"main": [
            [{"node": target, "type": "main", "index": 0} for target in port] for port in ports]}

    def by_country(self, plan_y):
        self.add("Germany?", "n8n-nodes-base.if", 2.2, DE, [360, 420])
        self.node(PLAN)["position"] = [480, plan_y]
        self.link(CLAIM, ["Germany?"])
        self.link("Germany?", [SCORE], [PLAN])

    def two_completes(self):
        self.by_country(420)
        self.copy(SCORE, "Score Germany", [720, 1200])
        self.copy(COMPLETE, "Complete Germany", [960, 1200])
        self.link("Germany?", ["Score Germany"], [PLAN])
        self.link("Score Germany", ["Complete Germany"])


@pytest.fixture
def canvas(stack, tmp_path):
    """Publish a changed canvas; the shipped one is back afterwards."""
    def live(change):
        made = Canvas()
        change(made)
        publish(stack, {**made.flow, "active": False}, tmp_path)
        until(lambda: not _wake_answers(stack), 30, "the workflow to be unpublished")
        return lambda: (publish(stack, made.flow, tmp_path),
                        until(lambda: _wake_answers(stack), 30, "the changed workflow to be live"))
    yield live
    publish(stack, json.loads(ENRICHMENT.read_text()), tmp_path)
    until(lambda: _wake_answers(stack), 30, "the shipped workflow to be live")


def through(stack, canvas, change, *countries):
    """Send one lead for each country through a changed canvas: [(country, stage, grade, asked)]; `asked`:
    how often the sandbox was asked about its person."""
    client = Client(stack.facts)
    mark = "c" + uuid.uuid4().hex[:8]
    publish_it = canvas(change)
    answer = client.post("/v1/leads", {"leads": [
        {"email": f"pat@{mark}{i}x.example", "first_name": "Pat", "last_name": f"Quill{mark}{i}",
         "company_name": f"{mark} {i} Inc.", "country": country, "source": "demo_request"}
        for i, country in enumerate(countries)]})
    ids = [result["lead_id"] for result in answer.json()["results"]]
    publish_it()

    def left():
        _sweep_if_due(stack, ids)
        rows = dict(query(stack, "SELECT lead_id::text, stage FROM work_items"
                                 " WHERE lead_id = ANY(%s::uuid[])", ids))
        return rows if set(rows.values()) <= {"done", "let_go", "dead"} else None

    stages = until(left, 200, "the leads to leave the flow")
    grades = dict(query(stack, "SELECT id::text, grade FROM leads WHERE id = ANY(%s::uuid[])", ids))
    asked = requests.get(f"{stack.facts['providers_url']}/_calls", timeout=10).json()["by_key"]
    assert all(times == 1 for key, times in asked.items() if mark in key), "paid twice"
    return [(country, stages[lead_id], grades[lead_id] is not None,
             any(f"{mark}{i}x" in key for key in asked))
            for i, (lead_id, country) in enumerate(zip(ids, countries, strict=True))]


def _sweep_if_due(stack, ids):
    """What the schedule does every minute, as soon as it has something to do."""
    due = query(stack, "SELECT 1 FROM work_items WHERE lead_id = ANY(%s::uuid[]) AND"
                       " (stage IN ('leased', 'scored') AND lease_until < now()"
                       "  OR stage = 'queued' AND due_at < now() - interval '1 second') LIMIT 1", ids)
    if due:
        _wake_answers(stack)


ENRICHED = [("DE", "done", True, False), ("FR", "done", True, True), ("DE", "done", True, False)]


@pytest.mark.parametrize("plan_y", [420, 300, 600])
def test_by_country_past_the_providers_wherever_plan_stands(stack, canvas, plan_y):
    assert through(stack, canvas, lambda c: c.by_country(plan_y), "DE", "FR", "DE") == ENRICHED


def test_two_completes(stack, canvas):
    assert through(stack, canvas, Canvas.two_completes, "DE", "FR", "DE") == ENRICHED
