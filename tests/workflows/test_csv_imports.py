"""A file of leads goes through the real n8n, whatever is killed on its way."""

from __future__ import annotations

import uuid

import psutil
import pytest

from tests.client import Client, until
from tests.workflows.test_kill import query

ROWS = 6_000


@pytest.fixture(scope="module")
def client(stack):
    return Client(stack.facts)


def upload(client, mark, rows, bad=0):
    """A file whose people all bear the mark; the job that it became."""
    text = "Work Email,First Name,Last Name,Job Title,Company,Country\r\n"
    text += "".join(f"pat.{i}@{mark}{i % 50}.example,Pat,Quill{i},VP of Sales,{mark} {i % 50} Inc.,US\r\n"
                    for i in range(rows))
    text += "".join(f"no address {i},Bad,Row,,,\r\n" for i in range(bad))
    answer = client.call("POST", "/v1/jobs/imports?source=fair", data=text.encode(),
                         headers={"Content-Type": "text/csv"})
    assert answer.status_code == 202, answer.text
    return answer.json()["job"]


def job_of(client, job):
    """The job now; None while the sidecar is away."""
    answer = client.get(f"/v1/jobs/{job['id']}")
    return answer.json()["job"] if answer.status_code == 200 else None


def done(client, job, timeout):
    return until(lambda: (now := job_of(client, job)) and now["state"] == "done" and now,
                 timeout, "the import to be done")


def come_in(stack, mark):
    """(people, leads, leads that are scored, rows received) of a mark."""
    return query(
        stack, "SELECT count(DISTINCT c.id), count(DISTINCT l.id),"
        " count(DISTINCT l.id) FILTER (WHERE l.grade IS NOT NULL), count(DISTINCT i.id)"
        " FROM contacts c LEFT JOIN leads l ON l.contact_id = c.id"
        " LEFT JOIN intake i ON i.lead_id = l.id WHERE c.email LIKE %s", f"%@{mark}%")[0]


def test_an_uploaded_file_becomes_scored_leads_within_seconds(stack, client):
    mark = "i" + uuid.uuid4().hex[:8]
    job = upload(client, mark, rows=20, bad=2)
    until(lambda: (now := job_of(client, job)) and now["state"] != "queued", 5, "the import to begin")
    counts = done(client, job, 15)["counts"]
    assert counts == {"total": 22, "handled": 22, "created": 20, "updated": 0, "rejected": 2,
                      "suppressed": 0, "skipped": 0}
    until(lambda: come_in(stack, mark)[2] == 20, 60, "the leads to be scored")
    assert come_in(stack, mark) == (20, 20, 20, 20)


def test_a_kill_of_n8n_and_of_the_sidecar_loses_and_doubles_no_row(stack, client):
    mark = "i" + uuid.uuid4().hex[:8]
    job = upload(client, mark, ROWS)
    for victim in ("sidecar", "n8n-worker", "n8n"):
        before = until(lambda: job_of(client, job), 60, "the sidecar to answer")["counts"]["handled"]
        now = until(lambda: (now := job_of(client, job)) and (
            now["state"] == "done" or now["counts"]["handled"] > before) and now,  # noqa: B023
            120, f"rows to come in before the kill of {victim}")
        assert now["state"] == "running", f"there was nothing left to kill {victim} in"
        if victim == "sidecar":
            for worker in psutil.Process(stack.supervisor.pids()["sidecar"]).children():
                worker.kill()
        stack.kill(victim)
    counts = done(client, job, 300)["counts"]
    assert (counts["created"], counts["handled"]) == (ROWS, ROWS)
    people, leads, _, received = come_in(stack, mark)
    assert (people, leads, received) == (ROWS, ROWS, ROWS)
    until(lambda: come_in(stack, mark)[2] == ROWS, 300, "the leads to be scored")
    assert not query(stack, "SELECT 1 FROM job_chunks WHERE job_id = %s", job["id"])
