"""Fourteen everyday wishes of operations people: each is a workflow that is imported into n8n and run.

Where a shipped workflow is the answer, it is that one. The other app, the mail account and the foreign forms
are played; Google Sheets is not asked: its example is that of "hot", with another last step.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
import uuid

import pytest
import requests

from local.n8n import WORKFLOWS
from tests.client import AS_A_BROWSER, Client, until
from tests.integration.receivers import receiving
from tests.workflows.events import SIDECAR, Editor, subscriptions
from tests.workflows.test_end_to_end import perfect, unique
from tests.workflows.test_engine_node import NODE
from tests.workflows.test_engine_tools import Model
from tests.workflows.test_engine_tools import flow as tools
from tests.workflows.test_erasure import in_databases
from tests.workflows.test_kill import query
from tests.workflows.test_n8n_drives import command

MARK = "w" + uuid.uuid4().hex[:9]
SIGNING_KEY = "a key for tests"
ERROR_HANDLER = "errorHandler0001"
# n8n's own steps, in the version that the editor makes.
OWN = {"webhook": 2.1, "respondToWebhook": 1.5, "extractFromFile": 1.1, "set": 3.4, "crypto": 2, "if": 2.3,
       "stopAndError": 1}


def path(name):
    return f"{MARK}-{name}"


def flow(name, *chains, active=True):
    """A workflow of chains: each a webhook of its own and steps (kind, parameters, credential if it has one);
    kind "engine" is the node Enrichment Engine. The last step answers, unless one does it before."""
    nodes, links = [], {}
    for row, (label, *steps) in enumerate(chains):
        answers = any(kind == "respondToWebhook" for kind, *_ in steps)
        start = {"httpMethod": "POST", "path": path(label),
                 "options": {"rawBody": True} if steps[0][0] == "extractFromFile" else {},
                 **({"responseMode": "responseNode"} if answers else
                    {"responseMode": "lastNode", "responseData": "allEntries"})}
        before = ""
        for place, (kind, parameters, *credential) in enumerate([("webhook", start), *steps]):
            step = label if kind == "webhook" else f"{label} {place}"
            engine = kind == "engine"
            nodes.append({
                "id": str(uuid.uuid4()), "name": step, "position": [240 * place, 200 * row],
                "type": NODE if engine else f"n8n-nodes-base.{kind}",
                "typeVersion": 1 if engine else OWN[kind], "parameters": parameters,
                **({"webhookId": path(label)} if kind == "webhook" else {}),
                "credentials": credential[0] if credential else SIDECAR if engine else {}})
            if before:
                links[before] = {"main": [[{"node": step, "type": "main", "index": 0}]]}
            before = step
    return {"id": path(name).replace("-", "")[:16].ljust(16, "0"), "name": f"Wish {name} {MARK}",
            "active": active, "nodes": nodes, "connections": links,
            "settings": {"executionOrder": "v1", "errorWorkflow": ERROR_HANDLER,
                         "saveDataErrorExecution": "none", "saveDataSuccessExecution": "none"}}


def by_id(expression):
    return {"__rl": True, "mode": "id", "value": f"={{{{ {expression} }}}}"}


def mapped(**fields):
    return {"mappingMode": "defineBelow", "value": fields}


def where(left, right):
    return {"conditions": {
        "options": {"caseSensitive": True, "leftValue": "", "typeValidation": "strict", "version": 3},
        "combinator": "and", "conditions": [{
            "id": "1", "leftValue": left, "rightValue": right,
            "operator": {"type": "string", "operation": "equals"}}]}, "options": {}}


def own(kind, name):
    return {kind: {"id": path(name).replace("-", "")[:16].ljust(16, "0"), "name": f"{name} {MARK}"}}


CRYPTO, SMTP, PRIVACY = own("crypto", "key"), own("smtp", "post"), own("enrichmentSidecarApi", "privacy")


def shipped(stem):
    return json.loads((WORKFLOWS / f"{stem}.json").read_text())


def step(workflow, name):
    return next(node for node in workflow["nodes"] if node["name"] == name)


def to_another_app(url):
    """The example, made ours: the address is another one."""
    workflow = shipped("example-hot-leads-to-another-app")
    step(workflow, "Tell the app")["parameters"]["url"] = url
    return workflow | {"active": True}


def skipping_germany():
    """The example on the canvas of Lead enrichment, switched on."""
    workflow = shipped("lead-enrichment")
    del step(workflow, "To be enriched?")["disabled"]
    step(workflow, "Claim a batch")["parameters"]["lane"] = "interactive"
    return workflow


def with_approval():
    """The example, with our mail account; it claims the leads of the bulk lane, and a webhook starts it."""
    workflow = shipped("example-approval-before-sales")
    step(workflow, "Ask for approval")["credentials"] = SMTP
    step(workflow, "Claim a lead")["parameters"]["lane"] = "bulk"
    step(workflow, "Woken by the sidecar").update({
        "webhookId": path("approval"), "parameters": {"httpMethod": "POST", "path": path("approval")}})
    return workflow | {"active": True}


def signed():
    """Only what is signed is saved; everything else is answered 401."""
    workflow = flow("signed", (
        "signed", ("extractFromFile", {
            "operation": "fromJson", "destinationKey": "lead", "options": {"keepSource": "both"}}),
        ("crypto", {"action": "hmac", "binaryData": True, "dataPropertyName": "signature"}, CRYPTO),
        ("if", where("={{ $json.signature }}", "={{ $json.headers['x-signature'] }}")),
        ("engine", {"resource": "lead", "leadField": "lead"}),
        ("respondToWebhook", {"respondWith": "json", "responseBody": "={{ $json }}", "options": {}})))
    refuse = {"id": str(uuid.uuid4()), "name": "Refuse", "type": "n8n-nodes-base.respondToWebhook",
              "typeVersion": 1.5, "position": [720, 300],
              "parameters": {"respondWith": "noData", "options": {"responseCode": 401}}}
    workflow["nodes"].append(refuse)
    workflow["connections"]["signed 3"]["main"].append([{"node": "Refuse", "type": "main", "index": 0}])
    return workflow


def workflows(url):
    """What is imported, by wish. For mail events, scoring and dead letters the shipped ones are there."""
    answers = "$json.body.form_response.answers"
    person = {"contactId": by_id("$('change').item.json.body.contact_id")}
    return {
        "hot": to_another_app(url),
        "skip": skipping_germany(),
        "approval": with_approval(),
        "read": flow("read", ("read", ("engine", {
            "resource": "lead", "operation": "getMany", "returnAll": True,
            "filters": {"source": "={{ $json.body.source }}", "status": "new"}}))),
        "rows": flow("rows", ("rows", (
            "extractFromFile", {"options": {}}), ("engine", {
                "resource": "lead", "leadsFrom": "fields", "fields": mapped(
                    email="={{ $json['Work e-mail'] }}", full_name="={{ $json.Who }}", source=MARK)}))),
        "tools": tools(path("tools")),
        "failure": flow("failure", ("failure", (
            "stopAndError", {"errorMessage": f"The other app is full {MARK}"}))),
        "foreign": flow("foreign", ("foreign", ("set", {
            "assignments": {"assignments": [
                {"id": str(place), "name": name, "type": "string", "value": value}
                for place, (name, value) in enumerate({
                    "email": f"={{{{ {answers}.find(one => one.type === 'email').email }}}}",
                    "message": f"={{{{ {answers}.find(one => one.type === 'text').text }}}}",
                    "source": "web_form"}.items())]}, "options": {}}), ("engine", {"resource": "lead"}))),
        "signed": signed(),
        "person": flow(
            "person",
            ("change", ("engine", {"resource": "contact", "operation": "update", **person,
                                   "fields": mapped(job_title="Chief of Tests")}, PRIVACY),
             ("engine", {"resource": "contact", "operation": "exportAll", **person}, PRIVACY)),
            ("erase", ("engine", {"resource": "contact", "operation": "erase",
                                  "contactId": by_id("$json.body.contact_id")}, PRIVACY))),
        "review": flow(
            "review",
            ("duplicates", ("engine", {"resource": "duplicate", "returnAll": True}),
             ("engine", {"resource": "duplicate", "operation": "dismiss"})),
            ("rejects", ("engine", {"resource": "reject", "returnAll": True})),
            ("spend", ("engine", {"resource": "provider", "operation": "spend"})),
            ("messages", ("engine", {"resource": "message", "limit": 20}))),
    }


@pytest.fixture(scope="module")
def client(stack):
    return Client(stack.facts)


@pytest.fixture(scope="module")
def app():
    """Another app: what it is sent."""
    with receiving() as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def live(stack, client, app, tmp_path_factory):
    """All workflows published, in place of Lead enrichment; what is shipped is put back at the end."""
    folder = tmp_path_factory.mktemp("wishes")
    made = workflows(app.url)
    credentials = [
        (CRYPTO, {"hmacSecret": SIGNING_KEY}),
        (SMTP, {"user": "", "password": "", "host": "127.0.0.1", "port": stack.stack.ports["smtp"],
                "secure": False, "disableStartTls": True}),
        (PRIVACY, {"baseUrl": stack.stack.sidecar_url, "clientId": stack.facts["client_id"],
                   "clientSecret": stack.facts["client_secret"]})]
    file = folder.with_suffix(".json")
    file.write_text(json.dumps([which | {"type": kind, "data": data}
                                for named, data in credentials for kind, which in named.items()]))
    command(stack, "import:credentials", f"--input={file}")
    publish(stack, folder, made.values())
    until(lambda: call(stack, "spend").ok and wake(stack, "approval").ok and model(stack).begin(), 60,
          "the workflows to be live")
    yield
    put_back = [shipped(stem) for stem in ("lead-enrichment", "example-hot-leads-to-another-app",
                                           "example-approval-before-sales")]
    kept = {workflow["id"] for workflow in put_back}
    publish(stack, folder, [*put_back, *(
        workflow | {"active": False} for workflow in made.values() if workflow["id"] not in kept)])
    until(lambda: not subscriptions(client), 60, "the example's subscription to be removed")


def publish(stack, folder, made):
    for workflow in made:
        (folder / f"{workflow['id']}.json").write_text(json.dumps(workflow))
    command(stack, "import:workflow", "--separate", f"--input={folder}", "--activeState=fromJson")


def model(stack):
    return Model(f"{stack.facts['internal']['n8n_main_url']}/mcp/{path('tools')}")


def wake(stack, name):
    return requests.post(
        f"{stack.facts['internal']['n8n_main_url']}/webhook/{path(name)}", json={}, timeout=60)


def call(stack, name, data=None, kind="text/csv", signature="", **body):
    return requests.post(
        f"{stack.facts['internal']['n8n_main_url']}/webhook/{path(name)}", timeout=60,
        **({"json": body} if data is None else
           {"data": data, "headers": {"Content-Type": kind, "X-Signature": signature}}))


def answer(stack, name, **given):
    told = call(stack, name, **given)
    assert told.ok, told.text
    return told.json()


def send(client, *leads, **options):
    """The results of leads that are sent by the API."""
    return client.post("/v1/leads", {"leads": list(leads), **options}).json()["results"]


def run_by_hand(stack, stem, trigger):
    Editor.of(stack).post(f"workflows/{shipped(stem)['id']}/run", {"triggerToStartFrom": {"name": trigger}})


def events_of(stack, lead_id):
    return {(type_, source) for type_, source in query(
        stack, "SELECT type, source FROM events WHERE lead_id = %s", lead_id)}


def test_a_hot_lead_is_told_to_another_app_once(stack, client, app):
    [lead] = send(client, perfect(unique()))
    told = until(lambda: [one for one in app.got if lead["lead_id"] in one["body"].decode()], 60, "the row")
    row = json.loads(told[0]["body"])
    assert row["lead_url"] == lead["lead_url"] and float(row["score"]) > 0 and row["company"]
    assert len(told) == 1 and "idempotency-key" in str(told[0]["headers"]).lower()


def test_b_countries_are_not_enriched(client):
    german, french = unique(), unique()
    leads = send(client, *({"email": f"pat@{mark}.example", "company_name": f"{mark} AG", "country": country}
                           for mark, country in ((german, "DE"), (french, "FR"))))
    for lead in leads:
        assert client.settled(lead["lead_id"])["score"]
    asked = str(client.provider_calls()["by_key"])
    assert french in asked and german not in asked


@pytest.mark.parametrize("answer, state", [("true", "sent"), ("false", "withdrawn")])
def test_n_a_hot_lead_waits_for_approval(stack, client, answer, state):
    [lead] = send(client, perfect(unique()), lane="bulk")
    lead_id = lead["lead_id"]

    def asked():
        wake(stack, "approval")
        return next((mail for mail in client.messages("mail_url")
                     if lead_id in mail["html"] and "approved" in mail["html"]), None)

    def told():
        return {message["state"] for message in client.get(f"/v1/leads/{lead_id}").json()["notifications"]}

    mail = until(asked, 60, "the question")
    assert client.get(f"/v1/leads/{lead_id}").json()["stage"] == "scored"
    client.post("/v1/notifications/deliver", {})
    assert told() == {"owed"}, "what is sent again every minute leaves it to the flow"
    [pressed] = [url for url in map(html.unescape, re.findall(r'href="([^"]+)"', mail["html"]))
                 if f"approved={answer}" in url]
    until(lambda: requests.get(pressed, timeout=30, headers=AS_A_BROWSER, verify=stack.facts["ca_file"]).ok,
          30, "the run to wait for the answer")
    client.settled(lead_id)
    until(lambda: told() == {state}, 120, "the message")
    slack = [message for message in client.messages("slack_url") if lead_id in str(message)]
    assert bool(slack) is (state == "sent")


def test_c_leads_of_a_filter_are_read(stack, client):
    source = unique()
    leads = send(client, *({"email": f"pat@{unique()}.example", "source": source} for _ in range(3)))
    client.call("PATCH", f"/v1/leads/{leads[0]['lead_id']}", json={"status": "lost"})
    read = answer(stack, "read", source=source)
    assert {row["id"] for row in read} == {lead["lead_id"] for lead in leads[1:]}


def test_d_rows_of_a_sheet_become_leads(stack):
    rows = "Work e-mail,Who\n" + "".join(f"row{n}@{MARK}d{n}.example,Pat Row{n}\n" for n in range(3))
    told = answer(stack, "rows", data=rows.encode())
    assert [row["outcome"] for row in told] == ["created"] * 3
    assert query(stack, "SELECT count(*) FROM leads WHERE source = %s", MARK) == [(3,)]


def test_e_a_model_works_with_leads(stack):
    somebody = model(stack)
    somebody.begin()
    [made] = somebody.call("create_lead", email=f"pat@{MARK}e.example", name="Pat Quill")
    [event] = somebody.call("record_event", email=f"pat@{MARK}e.example", type="meeting_booked")
    assert event == {"lead_id": made["lead_id"], "outcome": "accepted"}
    assert ("meeting_booked", "n8n") in events_of(stack, made["lead_id"])


def test_f_leads_are_scored_again_by_schedule(stack, client):
    [lead] = send(client, {"email": f"pat@{MARK}f.example"})
    client.settled(lead["lead_id"])
    scores = "SELECT count(*) FROM lead_scores WHERE lead_id = %s"
    [(before,)] = query(stack, scores, lead["lead_id"])
    query(stack, "UPDATE leads SET scored_at = scored_at - interval '1 day' WHERE id = %s RETURNING 1",
          lead["lead_id"])
    run_by_hand(stack, "nightly-scoring", "Every night")
    until(lambda: query(stack, scores, lead["lead_id"]) == [(before + 1,)], 60, "the new score")


def test_g_what_mail_services_tell_is_recorded_once(stack, client):
    email = f"pat@{MARK}g.example"
    [lead] = send(client, {"email": email})
    bodies = [
        [{"email": email.upper(), "event": "click", "timestamp": 1_770_000_000, "sg_event_id": MARK},
         {"email": "nobody@elsewhere.example", "event": "open", "sg_event_id": f"{MARK}n"}],
        {"signature": {}, "event-data": {
            "event": "opened", "id": MARK, "timestamp": 1_770_000_000.5, "recipient": email}},
        {"RecordType": "SubscriptionChange", "MessageID": MARK, "Recipient": email, "SuppressSending": True,
         "ChangedAt": "2026-03-02T10:00:00Z"}]
    address = f"{stack.facts['webhook_url'].removesuffix('leads')}mail-events"
    known = {"auth": ("intake", stack.facts["webhook_token"])}
    for body, password in [(bodies[0], {}), *((body, known) for body in bodies * 2)]:
        told = requests.post(address, json=body, timeout=30, verify=stack.facts["ca_file"], **password)
        assert told.status_code == (200 if password else 401), told.text
    told = query(stack, "SELECT type, source FROM events WHERE lead_id = %s AND dedupe_key LIKE %s",
                 lead["lead_id"], f"%{MARK}%")
    assert sorted(told) == [("email_click", "sendgrid"), ("email_open", "mailgun"),
                            ("unsubscribe", "postmark")]
    until(lambda: not in_databases(stack, (email,), ("n8n",)), 120, "n8n to forget the address")


def test_h_dead_letters_are_replayed(stack, client):
    [lead] = send(client, {"email": f"pat@{MARK}h.example"})
    client.settled(lead["lead_id"])
    query(stack, "UPDATE work_items SET stage = 'dead' WHERE lead_id = %s RETURNING 1", lead["lead_id"])
    run_by_hand(stack, "dead-letter-replay", "By hand")
    client.settled(lead["lead_id"])


def test_i_a_failed_run_is_recorded_and_told(stack, client):
    assert call(stack, "failure").status_code == 500
    told = "SELECT count(*) FROM workflow_errors WHERE message LIKE %s"
    until(lambda: query(stack, told, f"%{MARK}%") == [(1,)], 120, "the record of the failure")
    until(lambda: client.post("/v1/notifications/deliver", {}).ok
          and f"Wish failure {MARK}" in str(client.messages("slack_url")), 120, "the message to operations")


def test_j_foreign_forms_become_leads(stack):
    email = f"pat@{MARK}j.example"
    [told] = answer(stack, "foreign", event_id="1", event_type="form_response", form_response={
        "form_id": "f", "token": "t", "submitted_at": "2026-03-02T10:00:00Z", "answers": [
            {"type": "text", "text": "How much is it?", "field": {"id": "a", "type": "long_text"}},
            {"type": "email", "email": email, "field": {"id": "b", "type": "email"}}]})
    assert query(stack, "SELECT l.message, l.source, c.email FROM leads l JOIN contacts c ON c.id ="
                 " l.contact_id WHERE l.id = %s", told["lead_id"]) == [("How much is it?", "web_form", email)]


def test_k_only_signed_leads_are_taken(stack):
    body = json.dumps({"email": f"pat@{MARK}k.example"}).encode()
    seal = hmac.new(SIGNING_KEY.encode(), body, hashlib.sha256).hexdigest()
    forged = call(stack, "signed", data=body, kind="application/json", signature="0" * 64)
    assert forged.status_code == 401
    contacts = "SELECT count(*) FROM contacts WHERE email = %s"
    assert query(stack, contacts, f"pat@{MARK}k.example") == [(0,)]
    told = answer(stack, "signed", data=body, kind="application/json", signature=seal)
    assert told["outcome"] == "created"
    assert query(stack, contacts, f"pat@{MARK}k.example") == [(1,)]


def test_l_a_person_is_changed_exported_and_erased(stack, client):
    [lead] = send(client, {"email": f"pat@{MARK}l.example", "full_name": "Pat Quill"})
    client.settled(lead["lead_id"])
    [export] = answer(stack, "change", contact_id=lead["contact_id"])
    assert f"pat@{MARK}l.example" in str(export) and "Chief of Tests" in str(export)
    assert answer(stack, "erase", contact_id=lead["contact_id"])[0]["erased"] is True
    assert query(stack, "SELECT count(*) FROM contacts WHERE id = %s", lead["contact_id"]) == [(0,)]


def test_m_what_waits_for_a_review_is_read_and_decided(stack, client):
    # German leads are not enriched here: the sandbox invents another person for each address.
    person = {"company_name": f"{MARK} Pumpen", "city": "Berlin", "country": "DE", "first_name": "Jane",
              "phone": f"+49 30 1234{uuid.uuid4().int % 1000:03}"}
    send(client, *(person | {"email": f"jane.{name}@{MARK}m.example", "last_name": name}
                   for name in ("hollister", "holister")))
    client.post("/v1/leads", {"email": "nobody", "source": MARK})
    until(lambda: client.post("/v1/duplicates/find", {}).ok and f"{MARK}m.example" in str(
        client.get("/v1/duplicates").json()["data"]), 120, "the pair")
    found = {pair["id"] for pair in client.get("/v1/duplicates").json()["data"]}
    answer(stack, "duplicates")
    assert not found & {pair["id"] for pair in client.get("/v1/duplicates").json()["data"]}
    assert MARK in [reject["source"] for reject in answer(stack, "rejects")]
    send(client, perfect(unique()))
    until(lambda: answer(stack, "messages"), 60, "a message")
    assert {"hunter", "peopledatalabs"} <= {row["name"] for row in answer(stack, "spend") if row["calls"]}


def test_examples_are_deployed_and_not_published(stack):
    there = {workflow["name"]: workflow["active"] for workflow in Editor.of(stack).session.get(
        f"{stack.facts['n8n_url']}rest/workflows", timeout=30).json()["data"]}
    assert there["Example: New leads to Google Sheets"] is False
