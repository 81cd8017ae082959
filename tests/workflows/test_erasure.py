"""Who is erased is nowhere: both databases, Redis, every log, n8n's history and files."""

from __future__ import annotations

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

from sidecar.secrets import Vault
from tests.client import Client, until
from tests.workflows.test_end_to_end import hot_messages, perfect

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
    """Logs of our programs, and what n8n and Valkey keep on disk."""
    state = Path(stack.facts["internal"]["state"])
    logs = [path for path in (state / "logs").iterdir() if not path.name.startswith(OUTSIDE)]
    kept = [path for name in ("n8n", "valkey") for path in (state / name).rglob("*")
            if path.is_file() and not {"node_modules", ".cache"} & set(path.parts)]
    return {str(path.relative_to(state)) for path in logs + kept
            if any(wanted in path.read_text(errors="replace").casefold() for wanted in texts)}


def everywhere(stack, texts):
    return in_databases(stack, texts) | in_redis(stack, texts) | in_files(stack, texts)


def send_form(stack, lead):
    """As the browser does, which then is closed: the last page is never asked for."""
    fields = ("first_name", "last_name", "email", "company_name", "job_title", "phone", "message")
    answer = requests.post(
        stack.facts["webhook_url"].partition("/webhook/")[0] + "/form/lead",
        files={f"field-{n}": (None, lead[name]) for n, name in enumerate(fields)},
        verify=stack.facts["ca_file"], timeout=30)
    assert answer.status_code == 200, answer.text


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
        until(lambda: in_databases(stack, (lead["email"],), ("n8n",)), 15, "the run to begin")
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
    send_form(stack, lead)
    assert client.webhook(lead).json()["results"][0]["contact_id"] == first["contact_id"]
    table = f"email,last_name,country\n{lead['email']},{lead['last_name']},\n{lead['email']},x,nowhere\n"
    job = client.call("POST", "/v1/jobs/imports", data=table.encode(),
                      headers={"Content-Type": "text/csv"}).json()["job"]
    imported(client, job)
    assert client.settled(first["lead_id"])["score"]["grade"] == "hot"
    until(lambda: all(hot_messages(client, first["lead_id"])), 30, "the messages")
    things_go_wrong(stack, client, lead)
    a_run_that_dies(stack, client, lead)
    client.settled(first["lead_id"], timeout=120)
    assert ("n8n", "execution_data", "data") in everywhere(stack, texts), "nothing was left to forget"

    assert client.call("DELETE", f"/v1/contacts/{first['contact_id']}").status_code == 204
    assert everywhere(stack, texts) == set()
    asked = provider_calls(client, mark)
    for results in (client.post("/v1/leads", lead), client.webhook(lead)):
        again = results.json()["results"][0]
        assert (again["outcome"], again["lead_id"]) == ("suppressed", None)
    job = client.call("POST", "/v1/jobs/imports?source=again", data=table.encode(),
                      headers={"Content-Type": "text/csv"}).json()["job"]
    done = imported(client, job)
    assert done["counts"]["created"] + done["counts"]["updated"] == 0
    until(lambda: not in_databases(stack, texts), 30, "the last runs to be forgotten")
    assert everywhere(stack, texts) == set()
    assert provider_calls(client, mark) == asked


def provider_calls(client, mark):
    return {key: times for key, times in client.provider_calls()["by_key"].items() if mark in key}
