"""Who is erased is nowhere, n8n keeps nobody: both databases, Redis, every log, n8n's history and files."""

from __future__ import annotations

import json
import threading
import uuid
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
import pytest
import redis
import requests
from psycopg2 import sql

from local.n8n import WORKFLOWS
from sidecar.secrets import Vault
from tests.client import AS_A_BROWSER, Client, until
from tests.workflows.test_end_to_end import hot_messages, perfect
from tests.workflows.test_n8n_drives import publish

OUTSIDE = ("providers", "sinks")  # programs that play others: what they keep is not ours


@pytest.fixture(scope="module")
def client(stack):
    return Client(stack.facts)


def databases(stack):
    internal = stack.facts["internal"]
    return {"sidecar": internal["database_url"], "n8n": internal["n8n_database_url"]}


def in_databases(stack, texts, which=("sidecar", "n8n")):
    """(database, table, column) of every value that holds one of the texts, sealed ones opened."""
    vault = Vault((stack.stack.secrets["FERNET_KEY"],))
    found = set()
    for name in which:
        with psycopg2.connect(databases(stack)[name]) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT table_name, column_name FROM information_schema.columns"
                           " JOIN information_schema.tables USING (table_schema, table_name)"
                           " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
            for table, column in cursor.fetchall():
                cursor.execute(sql.SQL("SELECT {} FROM {} WHERE {} IS NOT NULL").format(
                    *map(sql.Identifier, (column, table, column))))
                if any(holds(value, texts, vault) for value, in cursor):
                    found.add((name, table, column))
        connection.close()
    return found


def holds(value, texts, vault):
    if isinstance(value, memoryview):
        raw = bytes(value)
        try:
            value = vault.open(raw)
        except Exception:
            value = raw.decode("utf-8", "replace")
    text = str(value).casefold()
    return any(wanted in text for wanted in texts)


def in_redis(stack, texts):
    """(database, key) of every key that holds one of the texts, in its name or its value."""
    found = set()
    for number in (0, 1):
        server = redis.Redis.from_url(stack.facts["internal"]["redis_url"], db=number)
        for key in server.scan_iter("*", count=1000):
            read = {b"string": server.get, b"hash": server.hgetall, b"set": server.smembers,
                    b"list": lambda name: server.lrange(name, 0, -1),  # noqa: B023
                    b"zset": lambda name: server.zrange(name, 0, -1, withscores=True),  # noqa: B023
                    b"stream": server.xrange}[server.type(key)]
            whole = (str(key) + str(read(key))).casefold()
            if any(wanted in whole for wanted in texts):
                found.add((number, key))
        server.close()
    return found


def in_files(stack, texts):
    """Logs of our programs, and what n8n and Valkey keep on disk. When a file is gone before it was read, as
    Valkey's snapshot is that takes the place of the one before, all are read anew."""
    state = Path(stack.facts["internal"]["state"])
    while True:
        with suppress(FileNotFoundError):
            logs = [path for path in (state / "logs").iterdir() if not path.name.startswith(OUTSIDE)]
            kept = [path for name in ("n8n", "valkey") for path in (state / name).rglob("*")
                    if path.is_file() and not {"node_modules", ".cache"} & set(path.parts)]
            return {str(path.relative_to(state)) for path in logs + kept
                    if any(wanted in path.read_text(errors="replace").casefold() for wanted in texts)}


def everywhere(stack, texts):
    return in_databases(stack, texts) | in_redis(stack, texts) | in_files(stack, texts)


def send_form(stack, lead, **files):
    """As the browser does, which then is closed: the last page is never asked for."""
    fields = ("first_name", "last_name", "email", "company_name", "job_title", "phone", "message")
    return requests.post(
        stack.facts["webhook_url"].partition("/webhook/")[0] + "/form/lead",
        files={f"field-{n}": (None, lead[name]) for n, name in enumerate(fields)} | files,
        headers=AS_A_BROWSER, verify=stack.facts["ca_file"], timeout=30)


def send_file_form(stack, table):
    """As a colleague does, with the form's password."""
    return requests.post(
        stack.facts["webhook_url"].partition("/webhook/")[0] + "/form/lead-file", timeout=30,
        files={"field-0": ("leads.csv", table, "text/csv")}, auth=("intake", stack.facts["webhook_token"]),
        headers=AS_A_BROWSER, verify=stack.facts["ca_file"])


def quietly(call):
    with suppress(requests.RequestException):
        call()


def a_run_that_dies(stack, client, lead):
    """The worker is killed while a run of the intake holds the raw lead."""
    workers = psutil.Process(stack.supervisor.pids()["sidecar"]).children()
    for worker in workers:
        worker.suspend()
    sender = threading.Thread(target=quietly, args=(lambda: client.webhook(lead),), daemon=True)
    try:
        sender.start()
        until(lambda: in_databases(stack, (lead["email"],), ("n8n",)), 60, "the run to begin")
        stack.kill("n8n-worker")
    finally:
        for worker in workers:
            with suppress(psutil.Error):
                worker.resume()
    until(lambda: client.get("/readyz").status_code == 200, 60, "the sidecar to answer")


def imported(client, job):
    return until(lambda: (now := client.get(f"/v1/jobs/{job['id']}").json()["job"])["state"] == "done"
                 and now, 60, "the import")


def things_go_wrong(stack, client, lead):
    """What makes programs write about a request or a statement."""
    for bad in ({"country": 7}, {"phone": lead["phone"], "emial": lead["email"]}):
        client.post("/v1/leads", lead | bad)
        client.webhook(lead | bad)
    with psycopg2.connect(databases(stack)["sidecar"]) as connection, pytest.raises(psycopg2.Error):
        connection.cursor().execute("SELECT 1 / 0, %s", (lead["email"],))
    connection.close()
    stack.supervisor.stop("sidecar")
    try:
        assert client.get("/v1/leads", params={"q": lead["email"]}).status_code == 503
    finally:
        stack.supervisor.start("sidecar")
    until(lambda: client.get("/readyz").status_code == 200, 60, "the sidecar to answer")


def test_who_is_erased_is_nowhere_and_does_not_come_back(stack, client):
    mark = "e" + uuid.uuid4().hex[:10]
    number = f"+1 202-555-{1000 + uuid.uuid4().int % 9000}"
    lead = perfect(mark) | {"phone": number, "last_name": f"Quill{mark}"}
    # The company is no person and stays; its name has the mark as well.
    texts = (lead["email"], quote(lead["email"]).casefold(), lead["last_name"].casefold(), number,
             number.replace(" ", "").replace("-", ""))

    first = client.post("/v1/leads", lead).json()["results"][0]
    client.settled(first["lead_id"])
    assert send_form(stack, lead).status_code == 200
    assert client.webhook(lead).json()["results"][0]["contact_id"] == first["contact_id"]
    row = f"{lead['email']},{lead['last_name']}"
    table = f"email,last_name,country\n{row},\n{row},nowhere\n"
    job = client.call("POST", "/v1/jobs/imports", data=table.encode(),
                      headers={"Content-Type": "text/csv"}).json()["job"]
    imported(client, job)
    assert client.settled(first["lead_id"])["score"]["grade"] == "hot"
    until(lambda: all(hot_messages(client, first["lead_id"])), 120, "the messages")
    things_go_wrong(stack, client, lead)
    a_run_that_dies(stack, client, lead)
    # Before a slow machine's n8n takes the run up again and forgets it.
    assert ("n8n", "execution_data", "data") in everywhere(stack, texts), "nothing was left to forget"
    client.settled(first["lead_id"], timeout=120)

    assert client.call("DELETE", f"/v1/contacts/{first['contact_id']}").status_code == 204
    assert everywhere(stack, texts) == set()
    asked = provider_calls(client, mark)
    # The same request within minutes would have the answer that it had before.
    later = lead | {"message": "Once more"}
    sent = until(lambda: (answer := client.webhook(later)).status_code == 202 and answer, 60, "the worker")
    for answer in (client.post("/v1/leads", lead), sent):
        again = answer.json()["results"][0]
        assert (again["outcome"], again["lead_id"]) == ("suppressed", None)
    job = client.call("POST", "/v1/jobs/imports?source=again", data=table.encode(),
                      headers={"Content-Type": "text/csv"}).json()["job"]
    done = imported(client, job)
    assert done["counts"]["created"] + done["counts"]["updated"] == 0
    until(lambda: not in_databases(stack, texts), 120, "the last runs to be forgotten")
    assert everywhere(stack, texts) == set()
    assert provider_calls(client, mark) == asked


def provider_calls(client, mark):
    return {key: times for key, times in client.provider_calls()["by_key"].items() if mark in key}


def send_webhook(stack, path="leads", url=None, **what):
    return requests.post(
        f"{url or stack.facts['webhook_url'].rpartition('/webhook/')[0]}/webhook/{path}", timeout=30,
        verify=stack.facts["ca_file"], **what | {"headers": what.get("headers", {}) | {
            stack.facts["webhook_header"]: stack.facts["webhook_token"]}})


def test_files_are_refused_before_n8n_has_them(stack):
    mark = uuid.uuid4().hex
    lead, cv = perfect(f"r{mark[:10]}"), ("cv.txt", f"CV {mark}", "text/plain")
    refused = [
        send_webhook(stack, data={"email": lead["email"]}, files={"cv": cv}),
        send_webhook(stack, data=cv[1], headers={"Content-Type": "application/pdf"}),
        send_webhook(stack, data=cv[1])]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (415, "unsupported_media_type")] * 3
    large = send_form(stack, lead, cv=(cv[0], cv[1] + "x" * 100_000, cv[2]))
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert all(answer.headers["Content-Type"] == "application/problem+json" for answer in (*refused, large))
    assert not in_databases(stack, (mark,), ("n8n",))


def test_a_form_refuses_what_it_does_not_ask_for(stack, client):
    mark = "u" + uuid.uuid4().hex[:10]
    lead, cv = perfect(mark), (f"cv{mark}.txt", f"CV{mark}", "text/plain")
    for name, sent in (("field-99", cv), ("cv", cv), ("field-6", cv), ("field-99", (None, f"cv{mark}"))):
        answer = send_form(stack, lead, **{name: sent})
        assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (
            422, "application/problem+json")
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]
    assert not in_databases(stack, (f"cv{mark}", lead["email"]))


class Editor:
    """n8n's editor, signed in."""

    def __init__(self, stack):
        self.url = stack.facts["n8n_url"].rstrip("/")
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = stack.facts["ca_file"]
        self.session.headers.update({"push-ref": "tests", "browser-id": "tests"})
        self.post("login", {"emailOrLdapLoginId": stack.facts["login"]["email"],
                            "password": stack.facts["login"]["password"]})

    def post(self, path, body):
        answer = self.session.post(f"{self.url}/rest/{path}", json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()["data"]


def run_as_a_test(stack, lead):
    """As "Listen for test event" in the editor, and the event."""
    intake = json.loads((WORKFLOWS / "lead-intake.json").read_text())
    editor = Editor(stack)
    trigger = next(node["name"] for node in intake["nodes"] if node["type"].endswith(".webhook"))
    assert editor.post(f"workflows/{intake['id']}/run", {"triggerToStartFrom": {"name": trigger}}) == {
        "waitingForWebhook": True}
    answer = editor.session.post(f"{editor.url}/webhook-test/leads", json=lead, timeout=30, headers={
        stack.facts["webhook_header"]: stack.facts["webhook_token"]})
    assert answer.status_code == 202, answer.text


def that_fails(path, message):
    """A workflow whose run fails with a message about what a webhook brought."""
    error_handler = json.loads((WORKFLOWS / "error-handler.json").read_text())["id"]
    return {
        "id": "failing000000001", "name": "Fails", "active": True, "nodes": [
            {"id": str(uuid.uuid4()), "name": "Webhook", "type": "n8n-nodes-base.webhook", "typeVersion": 2.1,
             "position": [0, 0], "webhookId": str(uuid.uuid4()),
             "parameters": {"httpMethod": "POST", "path": path, "responseMode": "onReceived"}},
            {"id": str(uuid.uuid4()), "name": "Stop", "type": "n8n-nodes-base.stopAndError", "typeVersion": 1,
             "position": [200, 0], "parameters": {"errorMessage": message}}],
        "connections": {"Webhook": {"main": [[{"node": "Stop", "type": "main", "index": 0}]]}},
        "settings": {"executionOrder": "v1", "errorWorkflow": error_handler, "saveManualExecutions": False,
                     "saveDataErrorExecution": "none", "saveDataSuccessExecution": "none"}}


def test_n8n_keeps_nobody(stack, client, tmp_path):
    mark = "k" + uuid.uuid4().hex[:10]
    number = f"+1202555{1000 + uuid.uuid4().int % 9000}"
    people = [perfect(f"{mark}{way}") | {"phone": number, "last_name": f"Quill{mark}"}
              for way in ("json", "urlencoded", "form", "api", "test")]
    texts = (f"quill{mark}", number, number[1:], f"{mark}@file.example",
             *(person["email"] for person in people), f"{mark}@failed.example", f"in/{mark}")
    failing = that_fails(mark, "=No owner for {{ $json.body.email }}, {{ $json.body.phone }},"
                               " https://www.linkedin.com/in/{{ $json.body.profile }}")
    publish(stack, failing, tmp_path)
    try:
        by_json, by_urlencoded, by_form, by_api, by_test = people
        answers = [
            send_webhook(stack, json=by_json), send_webhook(stack, data=by_urlencoded),
            send_form(stack, by_form), client.post("/v1/leads", by_api),
            send_file_form(stack, f"email,last_name\n{mark}@file.example,Quill{mark}\n")]
        assert [answer.status_code for answer in answers] == [202, 202, 200, 202, 200], answers
        assert ("n8n", "binary_data", "data") in in_databases(stack, texts, ("n8n",)), "nothing to forget"
        run_as_a_test(stack, by_test)
        until(lambda: send_webhook(stack, mark, json={
            "email": f"{mark}@failed.example", "phone": number, "profile": mark}).status_code == 200,
            30, "the failing workflow to be live")
        told = until(lambda: [row for row in client.get("/v1/workflow-errors").json()["data"]
                              if row["workflow_name"] == "Fails"], 120, "the failure to be told")
        assert told[0]["message"] == "No owner for [email], [phone], [profile]"
    finally:
        publish(stack, failing | {"active": False}, tmp_path)

    def left():
        """Where somebody is: in n8n, in a log, in what is told of failures. Not in Valkey's journal: what
        n8n's queue told of a failed run stands there until Valkey writes it anew."""
        failures = {("sidecar", "workflow_errors", "message"), ("sidecar", "notifications", "content")}
        files = {name for name in in_files(stack, texts) if not name.startswith("valkey/appendonlydir/")}
        return (in_databases(stack, texts, ("n8n",)) | in_redis(stack, texts) | files
                | in_databases(stack, texts, ("sidecar",)) & failures)

    try:
        until(lambda: not left(), 200, "n8n to keep nobody")
    except AssertionError:
        raise AssertionError(left()) from None
