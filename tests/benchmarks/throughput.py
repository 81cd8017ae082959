"""Leads per second end to end through the real n8n, beside a plain one-execution-per-lead workflow.

Ours: 2,000 leads of as many domains by POST /v1/leads until each is done, in Postgres. The peer does
the same work with stock nodes; it gets fewer leads, since it is slower, and its rate is compared.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import requests

from local import n8n, programs
from tests.benchmarks import plain_workflow
from tests.client import Client, until
from tests.stack import Running, running

LEADS, PEER_LEADS = 2000, 300


def leads(mark: str, count: int) -> list[dict]:
    """Leads of as many companies; one in a hundred asks for a demo."""
    titles = ("VP of Sales", "Software Engineer", "Marketing Manager", "CTO", "Buyer")
    return [
        {"email": f"pat.quill{i}@{mark}{i}.example", "first_name": "Pat", "last_name": f"Quill{i}",
         "job_title": titles[i % len(titles)], "company_name": f"{mark} {i} Inc.", "country": "US",
         "source": "demo_request" if i % 100 == 0 else "import"}
        for i in range(count)
    ]


def rows(stack: Running, sql: str) -> list[tuple]:
    """Rows of the sidecar's database."""
    connection = psycopg2.connect(stack.facts["internal"]["database_url"])
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchall() if cursor.description else []
    connection.close()
    return found


def ours(stack: Running) -> float:
    """Leads per second of the engine."""
    client = Client(stack.facts)
    sent = leads("ours", LEADS)
    begun = time.monotonic()
    for start in range(0, LEADS, 1000):
        client.post("/v1/leads", {"leads": sent[start:start + 1000]}, timeout=60).raise_for_status()
    done = ("SELECT count(*) FROM leads l JOIN work_items w ON w.lead_id = l.id WHERE w.stage = 'done'"
            " AND l.grade IS NOT NULL AND l.email LIKE '%@ours%'")
    until(lambda: rows(stack, done)[0][0] == LEADS, 240, "our leads")
    seconds = time.monotonic() - begun
    told = rows(stack, "SELECT count(DISTINCT o.domain), count(DISTINCT l.contact_id) FROM leads l"
                       " JOIN organizations o ON o.id = l.org_id WHERE l.email LIKE '%@ours%'")[0]
    assert told == (LEADS, LEADS), told
    calls = Counter(dict(rows(
        stack, "SELECT state, count(*) FROM provider_calls GROUP BY state")))
    print(f"ours: {LEADS} leads, {calls['answered']} provider calls answered, {seconds:.1f} s")
    return LEADS / seconds


def peer(stack: Running) -> float:
    """Leads per second of the plain workflow."""
    found = stack.stack
    rows(stack, "CREATE TABLE plain_leads (email text PRIMARY KEY, lead jsonb, score jsonb)")
    token = requests.post(f"{stack.facts['internal']['sidecar_url']}/v1/auth/token", timeout=10, json={
        "grant_type": "client_credentials", "client_id": stack.facts["client_id"],
        "client_secret": stack.facts["client_secret"]}).json()["access_token"]
    dsn = urlsplit(stack.facts["internal"]["database_url"])
    database = {"host": dsn.hostname, "port": dsn.port, "database": dsn.path[1:],
                "user": dsn.username, "password": dsn.password}
    tree, environment = n8n.install(found.settings), programs.n8n_environment(found)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for credential in plain_workflow.credentials(token, database):
            plain_workflow.dump(folder / f"{credential['id']}.json", credential)
        n8n.command(tree, environment, "import:credentials", "--separate", f"--input={folder}")
        plain_workflow.dump(folder / "workflow.json", plain_workflow.workflow(
            stack.facts["internal"]["sidecar_url"], stack.facts["providers_url"]))
        n8n.command(tree, environment, "import:workflow", f"--input={folder / 'workflow.json'}",
                    "--activeState=fromJson")
    url = f"{stack.facts['internal']['n8n_main_url']}/webhook/{plain_workflow.PATH}"
    count = "SELECT count(*) FROM plain_leads WHERE score->>'grade' IS NOT NULL"
    until(lambda: requests.post(url, json=leads("first", 1)[0], timeout=10).status_code == 200, 60,
          "the plain workflow")
    until(lambda: rows(stack, count)[0][0] == 1, 60, "its first lead")
    begun = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(
            lambda lead: requests.post(url, json=lead, timeout=60).status_code,
            leads("plain", PEER_LEADS)))
    assert set(answers) == {200}, Counter(answers)
    until(lambda: rows(stack, count)[0][0] == PEER_LEADS + 1, 240, "the plain workflow's leads")
    seconds = time.monotonic() - begun
    print(f"peer: {PEER_LEADS} leads, one n8n execution each, {seconds:.1f} s")
    return PEER_LEADS / seconds


def main() -> None:
    """Print both and their ratio."""
    with running() as stack:
        mine = ours(stack)
        other = peer(stack)
    print(f"throughput: {mine:.0f} leads/s, plain n8n {other:.1f} leads/s: ratio {mine / other:.1f} "
          "(goal: at least 15)")


if __name__ == "__main__":
    main()
