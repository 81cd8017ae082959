"""The node Enrichment Engine as tools of a model, over n8n's own MCP server."""

from __future__ import annotations

import json
import uuid

import pytest
import requests

from tests.client import Client, until
from tests.workflows.test_engine_node import NODE, SIDECAR
from tests.workflows.test_n8n_drives import publish
from tests.workflows.test_upgrade import Editor

TRIGGER = "Tools"


def told(name, about, kind="string"):
    return f"={{{{ $fromAI('{name}', '{about}', '{kind}') }}}}"


TOOLS = {
    "create_lead": {"resource": "lead", "operation": "create", "fields": {
        "mappingMode": "defineBelow",
        "value": {"email": told("email", "Address of the person"), "full_name": told("name", "Full name")}}},
    "check_lead": {"resource": "lead", "operation": "validate",
                   "leadField": told("lead", "The lead", "json")},
    "save_lead": {"resource": "lead", "leadsFrom": "fields", "fields": {
        "mappingMode": "defineBelow", "value": {"email": told("email", "Address of the person")}}},
    "find_leads": {"resource": "lead", "operation": "getMany", "limit": told("limit", "At most", "number"),
                   "filters": {"grade": told("grade", "hot, warm or cold")}},
    "change_status": {"resource": "lead", "operation": "changeStatus",
                      "leadId": {"__rl": True, "mode": "id", "value": told("lead_id", "ID of the lead")},
                      "status": told("status", "The new status")},
    "record_event": {"resource": "event", "of": "email", "email": told("email", "Whose"),
                     "type": told("type", "What happened")},
}


def flow(mark, active=True):
    nodes = [{
        "id": str(uuid.uuid4()), "name": TRIGGER, "type": "@n8n/n8n-nodes-langchain.mcpTrigger",
        "typeVersion": 2, "position": [0, 0], "parameters": {"path": mark}, "webhookId": mark}]
    connections = {}
    for place, (name, parameters) in enumerate(TOOLS.items()):
        nodes.append({
            "id": str(uuid.uuid4()), "name": name, "type": f"{NODE}Tool", "typeVersion": 1,
            "position": [200 * place, 300], "parameters": parameters, "credentials": SIDECAR})
        connections[name] = {"ai_tool": [[{"node": TRIGGER, "type": "ai_tool", "index": 0}]]}
    return {"id": mark[:16].ljust(16, "0"), "name": f"Tools {mark}", "nodes": nodes, "active": active,
            "connections": connections,
            "settings": {"executionOrder": "v1", "saveDataSuccessExecution": "none"}}


class Model:
    """What a model does with the tools: list them, call them."""

    def __init__(self, url):
        self.url, self.session, self.asked = url, requests.Session(), 0

    def ask(self, method, **params):
        self.asked += 1
        told = self.session.post(
            self.url, timeout=60, headers={"Accept": "application/json, text/event-stream"},
            json={"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params})
        if told.status_code != 200:
            return None
        if name := told.headers.get("Mcp-Session-Id"):
            self.session.headers["Mcp-Session-Id"] = name
        text = told.text
        if text.startswith("event:"):
            text = next(line for line in text.splitlines() if line.startswith("data:"))[5:]
        return json.loads(text)["result"]

    def begin(self):
        return self.ask("initialize", protocolVersion="2025-03-26", capabilities={},
                        clientInfo={"name": "tests", "version": "1"})

    def call(self, tool, /, **arguments):
        result = self.ask("tools/call", name=tool, arguments=arguments)
        return json.loads(result["content"][0]["text"])


@pytest.fixture(scope="module")
def client(stack):
    return Client(stack.facts)


@pytest.fixture(scope="module")
def model(stack, tmp_path_factory):
    mark, folder = "t" + uuid.uuid4().hex[:15], tmp_path_factory.mktemp("tools")
    publish(stack, flow(mark), folder)
    made = Model(f"{stack.facts['internal']['n8n_main_url']}/mcp/{mark}")
    until(made.begin, 120, "the tools to be live")
    yield made
    publish(stack, flow(mark, active=False), folder)


def test_each_tool_says_what_it_does_and_what_it_takes(model):
    tools = {tool["name"]: tool for tool in model.ask("tools/list")["tools"]}
    assert tools.keys() == TOOLS.keys()
    assert len({tool["description"] for tool in tools.values()}) == len(TOOLS)
    taken = {name: set(tool["inputSchema"]["properties"]) for name, tool in tools.items()}
    assert taken["create_lead"] == {"email", "name"}
    assert taken["check_lead"] == {"lead"} and taken["find_leads"] == {"limit", "grade"}


def test_a_model_works_with_leads(model, client):
    mark = uuid.uuid4().hex[:8]
    email = f"pat@{mark}.example"
    checked = model.call("check_lead", lead={"email": "pat@"})
    assert checked[0]["valid"] is False and checked[0]["errors"]
    refused = model.call("save_lead", email="pat@")
    assert refused[0]["outcome"] == "rejected" and refused[0]["errors"][0]["pointer"] == "/email"
    [made] = model.call("create_lead", email=email, name="Pat Quill")
    assert made["outcome"] == "created"
    [again] = model.call("create_lead", email=email, name="Pat Quill")
    assert again["errors"][0]["code"] == "open_lead"
    [event] = model.call("record_event", email=email, type="email_reply")
    assert event == {"lead_id": made["lead_id"], "outcome": "accepted"}
    [changed] = model.call("change_status", lead_id=made["lead_id"], status="qualified")
    assert changed["status"] == "qualified"
    client.settled(made["lead_id"])
    grade = client.get(f"/v1/leads/{made['lead_id']}").json()["score"]["grade"]
    found = model.call("find_leads", limit=5, grade=grade)
    assert made["lead_id"] in [row["id"] for row in found]


@pytest.fixture(scope="module")
def editor(stack):
    return Editor(stack.facts)


def asked(editor, what, path, method):
    """What the editor asks for a parameter of the node."""
    answer = editor.session.post(f"{editor.url}/dynamic-node-parameters/{what}", timeout=30, json={
        "path": f"parameters.{path}", "methodName": method, "credentials": SIDECAR,
        "nodeTypeAndVersion": {"name": NODE, "version": 1},
        "currentNodeParameters": {"resource": "lead", "operation": "create"}})
    assert answer.ok, answer.text
    return answer.json()["data"]


def test_the_editor_knows_what_items_hold(stack, editor):
    schema = editor.session.get(f"{stack.facts['n8n_url']}schemas/{NODE}/1.0.0/lead/getMany.json", timeout=10)
    assert schema.json()["properties"]["score"] == {"type": "number"}


def test_the_editor_gets_columns_choices_and_lists(editor, client):
    columns = asked(editor, "resource-mapper-fields", "fields", "getLeadColumns")["fields"]
    assert {"email", "company_name", "tags"} <= {column["id"] for column in columns}
    statuses = asked(editor, "options", "status", "getStatuses")
    assert {"name": "Qualified", "value": "qualified"} in statuses
    [lead] = client.post("/v1/leads", {"email": f"pat@{uuid.uuid4().hex}.example"}).json()["results"]
    found = asked(editor, "resource-locator-results", "leadId", "searchLeads")["results"]
    assert lead["lead_id"] in [row["value"] for row in found]
