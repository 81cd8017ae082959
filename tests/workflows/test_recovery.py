"""The embedded stack gets up by itself after its processes were killed, all of them or the supervisor; and as
what it was at a backup of the release before."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import requests

from deploy import secret_store
from deploy.backup import listed as list_backups
from deploy.problem import Problem
from local import backups, postgres, supervision
from local import stack as local_stack
from local.supervision import Supervisor
from tests import predecessor
from tests.client import Client, until
from tests.stack import running
from tests.workflows.test_end_to_end import perfect, unique


@pytest.fixture(scope="module")
def mine():
    """A stack that nobody else uses."""
    with running() as started:
        yield started


def processes(running_stack):
    """The supervisor and all that runs below it."""
    pid = int((running_stack.stack.settings.state / "supervisord.pid").read_text())
    supervisor = psutil.Process(pid)
    return supervisor, supervisor.children(recursive=True)


def start_again(running_stack):
    """`make run` without the samples; a lead goes through it."""
    settings = running_stack.stack.settings
    local_stack.start(settings)
    facts = json.loads((settings.state / "stack.json").read_text())
    assert facts == running_stack.facts, "it is where it was"
    client = Client(facts)
    client.settled(client.post("/v1/leads", perfect(unique())).json()["results"][0]["lead_id"])
    assert client.webhook(perfect(unique())).status_code == 202


def test_after_a_power_cut(mine):
    supervisor, below = processes(mine)
    state = mine.stack.settings.state
    edge = psutil.Process(mine.supervisor.pids()["nginx"])
    workers = edge.children()
    for process in (supervisor, *(p for p in below if p not in workers)):
        process.kill()
    gone, _ = psutil.wait_procs([supervisor, edge], timeout=10)
    assert len(gone) == 2
    assert [worker for worker in workers if worker.is_running()], "workers are left that hold the ports"
    # After a reboot the pid in the file is another program's.
    lock = postgres.cluster(state).data / "postmaster.pid"
    lock.write_text(re.sub(r"^\d+", str(os.getpid()), lock.read_text()))
    start_again(mine)


def test_after_the_supervisor_alone_was_killed(mine):
    supervisor, below = processes(mine)
    supervisor.kill()
    supervisor.wait(10)
    orphans = [process for process in below if process.is_running()]
    assert len(orphans) > 8
    start_again(mine)
    assert not [process for process in orphans if process.is_running()]


def test_after_the_edge_alone_was_killed(mine):
    """Its workers hold the ports; supervisor starts it again."""
    killed = mine.kill("nginx")
    until(lambda: parents(mine) == {mine.supervisor.pids().get("nginx")} - {killed}, 30,
          "the edge to have workers of its own")
    until(lambda: answers(mine), 60, "the edge to answer")


def parents(running_stack):
    """The parents of all workers of the edge."""
    masters = set(running_stack.supervisor.pids().values())
    found = set()
    for process in supervision.leftovers(running_stack.stack.settings.state, "nginx"):
        with suppress(psutil.NoSuchProcess):
            if process.pid not in masters:
                found.add(process.ppid())
    return found


def answers(running_stack):
    try:
        return requests.get(f"{running_stack.facts['api_url']}/readyz", timeout=5,
                            verify=running_stack.facts["ca_file"]).status_code == 200
    except requests.RequestException:
        return False


@pytest.mark.parametrize("path", [
    "/node_modules/.lock-hash", "/.env", "/js/.hidden", "/package.json", "/build.mjs"])
def test_the_edge_serves_no_hidden_file(mine, path):
    html = Path(mine.stack.settings.root) / "nginx/html"
    assert (html / "node_modules/.lock-hash").exists()
    url = mine.facts["dashboard_url"].rstrip("/") + path
    answer = requests.get(url, timeout=10, verify=mine.facts["ca_file"])
    assert answer.status_code == 404


def test_the_predecessors_backup_is_restored_in_its_place_and_upgraded(mine, tmp_path, capsys):
    """Last of this stack's tests, as everything of it is another's then: the leads that were in flight
    finish, n8n's credentials are read."""
    known = mine.stack.settings
    (tmp_path / "word").write_text(predecessor.PASSPHRASE)
    settings = replace(known, values={
        **known.values, "BACKUP_FOLDER": str(tmp_path), "BACKUP_PASSPHRASE_FILE": str(tmp_path / "word")})
    backup = predecessor.unpack(tmp_path)
    before = mine.supervisor.pids()
    with pytest.raises(Problem, match="REPLACE=yes"):
        backups.restore(settings)
    with pytest.raises(Problem, match="BACKUP_PASSPHRASE_FILE"):
        backups.upgrade(known)
    assert mine.supervisor.pids() == before, "nothing was touched"

    client = Client(mine.facts)
    gone = client.post("/v1/leads", {"email": "gone@asked.example"}).json()["results"][0]["contact_id"]
    assert client.call("DELETE", f"/v1/contacts/{gone}").status_code == 204
    backups.restore(replace(settings, values={**settings.values, "BACKUP": backup.name, "REPLACE": "yes"}))
    assert "asked for since the backup: 0 erased again" in capsys.readouterr().out  # it did not know them
    facts = json.loads((known.state / "stack.json").read_text())
    assert facts["client_secret"] != mine.facts["client_secret"]
    client = Client(facts)
    assert client.webhook(perfect(unique())).status_code == 202
    rows = client.get("/v1/leads", params={"q": "inflight"}).json()["data"]
    assert len(rows) == predecessor.IN_FLIGHT
    for row in rows:
        client.settled(row["id"], 150)
    assert not (known.state / postgres.ASIDE).exists()
    assert postgres.homes(known.state) == [postgres.cluster(known.state).home]

    restored = Supervisor(known.state, secret_store.load(known.state / "secrets.env")["SUPERVISOR_PASSWORD"])
    before = restored.pids()
    backups.upgrade(settings)
    assert len(list_backups(tmp_path)) == 2
    after = restored.pids()
    assert {name for name in before if before[name] == after[name]} == {"postgres", "valkey"}
    client.settled(client.post("/v1/leads", perfect(unique())).json()["results"][0]["lead_id"])
