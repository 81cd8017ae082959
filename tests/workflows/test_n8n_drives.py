"""n8n decides what happens next: unpublish, change, republish the enrichment workflow."""

from __future__ import annotations

import json
import uuid

import psycopg2
import pytest

from local import n8n, programs
from tests.client import Client, until
from tests.workflows.test_end_to_end import perfect, unique

ENRICHMENT = n8n.WORKFLOWS / "lead-enrichment.json"


@pytest.fixture(scope="module")
def client(stack):
    return Client(stack.facts)


def command(stack, *arguments):
    found = stack.stack
    return n8n.command(n8n.install(found.settings), programs.n8n_environment(found), *arguments)


def publish(stack, workflow, tmp_path):
    path = tmp_path / f"{uuid.uuid4().hex}.json"
    path.write_text(json.dumps(workflow))
    command(stack, "import:workflow", f"--input={path}", "--activeState=fromJson")


def with_wait(workflow):
    """A copy with a step between Score and Notify that shows in how long the run goes on."""
    copy = json.loads(json.dumps(workflow))
    score, notify = (next(node for node in copy["nodes"] if node["parameters"] == {"operation": operation})
                     for operation in ("score", "notify"))
    step = {
        "id": str(uuid.uuid4()), "name": "Wait a moment", "type": "n8n-nodes-base.wait",
        "typeVersion": 1.1, "position": [score["position"][0] + 60, score["position"][1] + 160],
        "parameters": {"resume": "timeInterval", "amount": 3, "unit": "seconds"},
    }
    copy["nodes"].append(step)
    copy["connections"][score["name"]]["main"][0] = [
        {"node": step["name"], "type": "main", "index": 0}]
    copy["connections"][step["name"]] = {
        "main": [[{"node": notify["name"], "type": "main", "index": 0}]]}
    return copy


def batch_seconds(stack, lead_id):
    """How long the last run of a lead went on after its score."""
    with psycopg2.connect(stack.facts["internal"]["database_url"]) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT extract(epoch FROM b.stepped_at - s.calculated_at) FROM lead_scores s"
            " JOIN batches b ON b.id = s.batch_id WHERE s.lead_id = %s"
            " ORDER BY s.calculated_at DESC LIMIT 1", (lead_id,))
        row = cursor.fetchone()
    connection.close()
    return float(row[0]) if row and row[0] is not None else None


def test_unpublished_leads_wait_and_an_inserted_step_changes_the_run(stack, client, tmp_path):
    workflow = json.loads(ENRICHMENT.read_text())
    before = client.post("/v1/leads", perfect(unique())).json()["results"][0]["lead_id"]
    client.settled(before)
    assert batch_seconds(stack, before) < 3

    publish(stack, workflow | {"active": False}, tmp_path)
    try:
        until(lambda: not _wake_answers(stack), 120, "the enrichment workflow to be unpublished")
        waiting = client.post("/v1/leads", perfect(unique())).json()["results"][0]["lead_id"]
        stages = {client.get(f"/v1/leads/{waiting}").json()["stage"] for _ in range(12)}
        assert stages == {"queued"}

        publish(stack, with_wait(workflow), tmp_path)
        until(lambda: _wake_answers(stack), 120, "the changed workflow to be live")
        client.settled(waiting, timeout=100)
        assert batch_seconds(stack, waiting) >= 3
    finally:
        publish(stack, workflow, tmp_path)
    until(lambda: _wake_answers(stack), 120, "the workflow to be live again")

    def plain_again():
        lead_id = client.post("/v1/leads", perfect(unique())).json()["results"][0]["lead_id"]
        client.settled(lead_id, timeout=100)
        return batch_seconds(stack, lead_id) < 3

    until(plain_again, 60, "runs without the inserted step")


def _wake_answers(stack):
    """Whether the wake webhook is published."""
    import requests

    answer = requests.post(
        f"{stack.facts['internal']['n8n_main_url']}/webhook/enrichment-wake", json={"lane": "bulk"},
        headers={"X-Wake-Token": stack.stack.secrets["WAKE_TOKEN"]}, timeout=10)
    return answer.status_code == 200
