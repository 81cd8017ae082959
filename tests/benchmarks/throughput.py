"""Leads per second end to end through the real n8n, beside a plain one-execution-per-lead workflow.

Ours: 4,000 leads of as many domains by POST /v1/leads until each is done, in Postgres; first such as nobody
knows (cold: four calls of instant providers for each, as many as the peer makes), then the same once more
(warm: all that providers could tell is in the cache). The peer does the same work with stock nodes; it gets
fewer leads, since it is slower, and its rate is compared. The CPU time is of the processes, children too.
"""

from __future__ import annotations

import itertools
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg2
import requests

from local import n8n, programs
from sandbox.providers import TWINS
from tests.benchmarks import plain_workflow
from tests.client import Client, until
from tests.stack import Running, running

LEADS, PEER_LEADS = 4000, 300
GOALS = {"cold": 40, "warm": 100}  # times the peer's rate


def leads(mark: str, count: int) -> list[dict]:
    """Leads of as many companies, whom the first provider asked knows, so that for each the engine asks
    equally often. One in a hundred asks for a demo."""
    titles = ("VP of Sales", "Head of Engineering", "Marketing Manager", "CTO", "Purchasing Manager")
    hunter = TWINS["hunter"].answer
    known = (i for i in itertools.count()
             if hunter("company", f"{mark}{i}.example", "", 1)[0] == 200
             and hunter("person", f"pat.quill{i}@{mark}{i}.example", "", 1)[0] == 200)
    return [
        {"email": f"pat.quill{i}@{mark}{i}.example", "first_name": "Pat", "last_name": f"Quill{i}",
         "job_title": titles[i % len(titles)], "company_name": f"{mark} {i} Inc.", "country": "US",
         "source": "demo_request" if place % 100 == 0 else "import"}
        for place, i in enumerate(itertools.islice(known, count))
    ]


@contextmanager
def connected(stack: Running) -> Iterator[Any]:
    """A cursor of the sidecar's database; what it does is committed at once."""
    connection = psycopg2.connect(stack.facts["internal"]["database_url"])
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def rows(stack: Running, sql: str) -> list[tuple]:
    """Rows of the sidecar's database."""
    with connected(stack) as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def cpu(stack: Running) -> dict[str, float]:
    """Seconds of CPU that each part has used, system calls too."""
    used = {}
    for name, pid in stack.supervisor.pids().items():
        own = psutil.Process(pid)
        times = [process.cpu_times() for process in (own, *own.children(recursive=True))]
        used[name] = sum(
            t.user + t.system + t.children_user + t.children_system for t in times)
    return used


def ours(stack: Running, case: str) -> float:
    """Leads per second of the engine; prints what each part needs for a lead."""
    client = Client(stack.facts)
    sent = leads("ours", LEADS)
    asked = rows(stack, "SELECT count(*) FROM provider_calls")[0][0]
    before, begun, at = cpu(stack), time.monotonic(), rows(stack, "SELECT now()::text")[0][0]
    for start in range(0, LEADS, 1000):
        client.post("/v1/leads", {"leads": sent[start:start + 1000]}, timeout=60).raise_for_status()
    with connected(stack) as cursor:  # one connection, and a question that costs next to nothing
        def all_done() -> bool:
            cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM work_items WHERE stage <> 'done')")
            return bool(cursor.fetchone()[0])

        until(all_done, 240, f"our leads, {case}")
    seconds, after = time.monotonic() - begun, cpu(stack)
    scored = rows(stack, "SELECT count(*) FROM leads WHERE grade IS NOT NULL AND email LIKE '%@ours%'"
                         f" AND scored_at > '{at}'")[0][0]
    assert scored == LEADS, scored
    told = rows(stack, "SELECT count(DISTINCT o.domain), count(DISTINCT l.contact_id) FROM leads l"
                       " JOIN organizations o ON o.id = l.org_id JOIN contacts c ON c.id = l.contact_id"
                       " WHERE l.email LIKE '%@ours%' AND o.company_size IS NOT NULL"
                       " AND c.linkedin IS NOT NULL")[0]
    assert told == (LEADS, LEADS), told
    least, most = rows(
        stack, "SELECT min(n), max(n) FROM (SELECT count(*) AS n FROM provider_calls, unnest(lead_ids) lead"
               " WHERE state = 'answered' GROUP BY lead) AS calls")[0]
    assert least >= 3, least
    asked = rows(stack, "SELECT count(*) FROM provider_calls")[0][0] - asked
    assert asked == 0 if case == "warm" else asked >= 3 * LEADS, asked
    parts = {name: 1000 * (after[name] - before[name]) / LEADS for name in after}
    print(f"ours, {case}: {LEADS} leads, {asked} provider calls ({least} to {most} for a lead so far),"
          f" {seconds:.1f} s")
    print(f"  CPU {sum(parts.values()):.2f} ms a lead: " + ", ".join(
        f"{name} {used:.2f}" for name, used in sorted(parts.items(), key=lambda part: -part[1])
        if used >= 0.005))
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
    """Print each rate and its ratio to the peer's."""
    with running() as stack:
        mine = {case: ours(stack, case) for case in GOALS}
        other = peer(stack)
    for case, rate in mine.items():
        print(f"throughput, {case}: {rate:.0f} leads/s, plain n8n {other:.1f} leads/s: ratio"
              f" {rate / other:.1f} (goal: at least {GOALS[case]})")


if __name__ == "__main__":
    main()
