"""The node Enrichment Engine on the real n8n: a workflow of its operations, and what Postgres says."""

from __future__ import annotations

import json
import uuid

import pytest
import requests

from tests.client import Client, until
from tests.workflows.test_kill import query
from tests.workflows.test_n8n_drives import publish

NODE = "n8n-nodes-enrichment-engine.enrichmentEngine"
SIDECAR = {"enrichmentSidecarApi": {"id": "sidecarCred00001", "name": "Sidecar"}}
LEADS = 210  # more than a page


class Flow:
    """A workflow of chains that each begin with a webhook of their own and answer their last items."""

    def __init__(self, mark):
        self.mark = mark
        self.nodes, self.connections = [], {}

    def chain(self, name, *steps, raw=False):
        """POST to the webhook `name`, then steps of the node: parameters of each."""
        row = 200 * len(self.connections)
        path = f"{self.mark}-{name}"
        before = self._add(name, "n8n-nodes-base.webhook", 2.1, [0, row], {
            "httpMethod": "POST", "path": path, "responseMode": "lastNode",
            "responseData": "allEntries", "options": {"rawBody": True} if raw else {}}, webhookId=path)
        for place, parameters in enumerate(steps):
            step = self._add(f"{name} {place}", NODE, 1, [240 * (place + 1), row], parameters,
                             credentials=SIDECAR)
            self.connections[before] = {"main": [[{"node": step, "type": "main", "index": 0}]]}
            before = step

    def _add(self, name, kind, version, position, parameters, **more):
        self.nodes.append({
            "id": str(uuid.uuid4()), "name": name, "type": kind, "typeVersion": version,
            "position": position, "parameters": parameters, **more})
        return name

    def whole(self, active=True):
        return {
            "id": self.mark[:16].ljust(16, "0"), "name": f"Engine {self.mark}", "nodes": self.nodes,
            "connections": self.connections, "active": active,
            "settings": {"executionOrder": "v1", "saveDataSuccessExecution": "none"}}


@pytest.fixture(scope="module")
def client(stack):
    return Client(stack.facts)


@pytest.fixture(scope="module")
def flow(stack, client, tmp_path_factory):
    """The workflow, live."""
    made = Flow("e" + uuid.uuid4().hex[:15])
    located = {"__rl": True, "mode": "id", "value": "={{ $json.lead_id }}"}
    made.chain("many", {
        "resource": "lead", "operation": "getMany", "returnAll": True,
        "filters": {"source": "={{ $json.body.source }}"}, "sort": "oldest"})
    made.chain("create", {
        "resource": "lead", "operation": "create", "fields": {
            "mappingMode": "defineBelow", "value": {
                "email": "={{ $json.body.email }}", "full_name": "Pat Quill", "source": made.mark}}})
    made.chain("event", {
        "resource": "event", "of": "email", "email": "={{ $json.body.email }}", "type": "meeting_booked",
        "eventId": "={{ $json.body.id }}"})
    made.chain("replay", {"resource": "deadLetter", "returnAll": True}, {
        "resource": "deadLetter", "operation": "replay", "leadId": located})
    made.chain("import", {"resource": "import", "source": made.mark}, {
        "resource": "import", "operation": "wait", "seconds": 60}, raw=True)
    made.chain("rescore", {
        "resource": "lead", "operation": "rescore", "which": "filter", "filters": {"source": made.mark}})
    made.chain("repair", {"resource": "reject"}, {
        "resource": "reject", "operation": "repair", "rejectId": "={{ $json.id }}", "fields": {
            "mappingMode": "defineBelow", "value": {"email": "={{ $('repair').item.json.body.email }}"}}})
    made.chain("status", {
        "resource": "lead", "operation": "changeStatus", "status": "lost", "leadId": {
            "__rl": True, "mode": "url", "value": "={{ $json.body.url }}"}}, {
        "resource": "contact", "operation": "get", "contactId": {
            "__rl": True, "mode": "id", "value": "={{ $json.contact_id }}"}})
    folder = tmp_path_factory.mktemp("engine")
    publish(stack, made.whole(), folder)
    until(lambda: call(stack, made, "many", source="nothing").status_code == 200, 30,
          "the webhooks to be live")
    yield made
    publish(stack, made.whole(active=False), folder)


def call(stack, flow, name, data=None, **body):
    return requests.post(
        f"{stack.facts['internal']['n8n_main_url']}/webhook/{flow.mark}-{name}", timeout=100,
        **({"json": body} if data is None else {"data": data, "headers": {"Content-Type": "text/csv"}}))


def answer(stack, flow, name, **given):
    told = call(stack, flow, name, **given)
    assert told.status_code == 200, told.text
    return told.json()


def send(client, flow, count):
    told = client.post("/v1/leads", {"leads": [
        {"email": f"pat{n}@{flow.mark}{n}.example", "full_name": f"Pat Quill{n}", "source": flow.mark}
        for n in range(count)]})
    return [row["lead_id"] for row in told.json()["results"]]


def test_get_many_returns_all_pages(stack, client, flow):
    ids = send(client, flow, LEADS)
    rows = answer(stack, flow, "many", source=flow.mark)
    assert sorted(row["id"] for row in rows) == sorted(ids)
    assert "pat0@" not in json.dumps(rows)  # the client of n8n may not see people


def test_create_refuses_who_is_known_and_says_why(stack, flow):
    email = f"new@{flow.mark}n.example"
    [made] = answer(stack, flow, "create", email=email)
    assert made["outcome"] == "created"
    assert query(stack, "SELECT source FROM leads WHERE id = %s", made["lead_id"]) == [(flow.mark,)]
    [again] = answer(stack, flow, "create", email=email)
    assert again["outcome"] == "rejected" and again["errors"][0]["code"] == "open_lead"


def test_an_event_by_address_is_recorded_once(stack, client, flow):
    [lead_id] = send(client, flow, 1)
    for _ in range(2):
        [told] = answer(stack, flow, "event", email=f"PAT0@{flow.mark}0.example", id=flow.mark)
        assert told == {"lead_id": lead_id, "outcome": "accepted"}
    assert query(stack, "SELECT type FROM events WHERE lead_id = %s", lead_id) == [("meeting_booked",)]
    assert answer(stack, flow, "event", email="nobody@elsewhere.example", id="x")[0]["outcome"] == "unknown"


def test_a_dead_letter_is_replayed(stack, client, flow):
    [lead_id] = send(client, flow, 1)
    client.settled(lead_id)
    with_dead = "UPDATE work_items SET stage = 'dead' WHERE lead_id = %s RETURNING 1"
    query(stack, with_dead, lead_id)
    assert {"lead_id": lead_id, "stage": "queued"} in answer(stack, flow, "replay")
    client.settled(lead_id)


def test_a_file_is_imported(stack, flow):
    text = "Work Email,First Name,Last Name\r\n" + "".join(
        f"row{n}@{flow.mark}i{n}.example,Pat,Row{n}\r\n" for n in range(30)) + "nobody,Bad,Row\r\n"
    [job] = answer(stack, flow, "import", data=text.encode())
    assert (job["state"], job["finished"]) == ("done", True)
    assert (job["counts"]["created"], job["counts"]["rejected"]) == (30, 1)
    assert query(stack, "SELECT count(*) FROM contacts WHERE email LIKE %s", f"row%@{flow.mark}%") == [(30,)]


def test_leads_are_scored_again_for_keeps(stack, client, flow):
    [lead_id] = send(client, flow, 1)
    client.settled(lead_id)
    scores = "SELECT count(*) FROM lead_scores WHERE lead_id = %s"
    [(before,)] = query(stack, scores, lead_id)
    [told] = answer(stack, flow, "rescore")
    assert told["leads"] >= 1
    until(lambda: query(stack, scores, lead_id) == [(before + 1,)], 60, "the lead to be scored again")


def test_a_reject_is_repaired(stack, client, flow):
    mark = f"{flow.mark} repair"  # every reject is repaired, of other tests too
    client.post("/v1/leads", {"email": "pat@", "full_name": "Pat Quill", "source": mark})
    right = f"right@{flow.mark}r.example"
    assert "created" in [row["outcome"] for row in answer(stack, flow, "repair", email=right)]
    assert query(stack, "SELECT count(*) FROM intake i JOIN leads l ON l.id = i.lead_id JOIN contacts c"
                 " ON c.id = l.contact_id WHERE i.source = %s AND c.email = %s", mark, right) == [(1,)]


def test_a_lead_is_found_by_the_address_of_its_page(stack, client, flow):
    [lead_id] = send(client, flow, 1)
    person = client.get(f"/v1/leads/{lead_id}").json()["contact"]["id"]
    [contact] = answer(stack, flow, "status", url=f"{stack.facts['dashboard_url']}#/leads/{lead_id}")
    assert contact["id"] == person
    assert query(stack, "SELECT status FROM leads WHERE id = %s", lead_id) == [("lost",)]
