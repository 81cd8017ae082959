"""What senders meet at the edge: answers in time, problems that can be read, nothing taken twice."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
import requests

from tests.client import Client, until
from tests.workflows.test_end_to_end import unique


@pytest.fixture(scope="module")
def client(stack):
    return Client(stack.facts)


def ask(stack, method, path, **options):
    headers = {stack.facts["webhook_header"]: stack.facts["webhook_token"]} | options.pop("headers", {})
    return requests.request(
        method, stack.facts["dashboard_url"].rstrip("/") + path, headers=headers, timeout=30,
        verify=stack.facts["ca_file"], **options)


def lead(mark):
    return {"email": f"ada@{mark}.example", "full_name": "Ada Lovelace", "source": "web_form"}


def is_problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json"), answer.headers
    assert answer.json()["status"] == status and answer.json()["detail"] and answer.json()["code"]
    assert "stack" not in answer.text and ".js" not in answer.text
    return answer.json()


def test_without_a_worker_a_sender_is_told_in_time_and_its_retries_are_one_lead(stack, client):
    mark = unique()
    stack.supervisor.stop("n8n-worker")
    try:
        began = time.monotonic()
        with ThreadPoolExecutor(3) as pool:
            keyed = {"headers": {"webhook-id": f"msg_{mark}"}}
            answers = list(pool.map(
                lambda more: ask(stack, "POST", "/webhook/leads", json=lead(mark + more[0]), **more[1]),
                [("a", {}), ("a", {}), ("b", keyed)]))
        assert time.monotonic() - began < 10
    finally:
        stack.supervisor.start("n8n-worker")
    for answer in answers:
        assert is_problem(answer, 503)["code"] == "unavailable"
        assert int(answer.headers["Retry-After"]) > 0

    def taken(more, **options):
        answer = ask(stack, "POST", "/webhook/leads", json=lead(mark + more), **options)
        return answer.status_code == 202 and answer.json()["results"][0]["lead_id"]

    for more, options in (("a", {}), ("b", keyed)):
        lead_id = until(lambda more=more, options=options: taken(more, **options), 90, "the worker to answer")
        until(lambda: queued_intakes(stack) == 0, 60, "what waited in n8n's queue to be done")
        kinds = [event["type"] for event in client.settled(lead_id, timeout=100)["events"]]
        assert kinds.count("form_submit") == 1, kinds
        assert query(stack.facts["internal"]["database_url"], """
            SELECT count(*) FROM leads l JOIN contacts c ON c.id = l.contact_id WHERE c.email = %s""",
            lead(mark + more)["email"]) == 1


def query(dsn, sql, *params):
    """The one value of a question to Postgres."""
    with psycopg2.connect(dsn) as connection:
        cursor = connection.cursor()
        cursor.execute(sql, params)
        (value,) = cursor.fetchone()
    connection.close()
    return value


def queued_intakes(stack):
    """Runs of Lead intake that are not at their end."""
    return query(
        stack.stack.dsn("n8n", "N8N_DATABASE_PASSWORD"),
        """SELECT count(*) FROM execution_entity WHERE "workflowId" = 'leadIntake000001'"""
        """ AND status IN ('new', 'running')""")


@pytest.mark.parametrize("body", [b"{nope", b"\xff\xfe{}", b"[" * 100_000])
def test_what_is_no_json_is_told_as_a_problem(stack, body):
    answer = ask(stack, "POST", "/webhook/leads", data=body, headers={"Content-Type": "application/json"})
    assert is_problem(answer, 422)["code"] == "invalid"


def test_another_method_or_path_is_a_problem(stack):
    for method, path in (("GET", "/webhook/leads"), ("POST", "/webhook/nothing")):
        assert is_problem(ask(stack, method, path), 404)["code"] == "not_found"


def test_the_workflows_own_refusal_passes(stack):
    told = is_problem(ask(stack, "POST", "/webhook/leads", json={"first_name": "A"}), 422)
    assert told["errors"]


@pytest.mark.parametrize("path", ["/webhook-test/leads", "/form-test/lead"])
def test_test_runs_reach_the_editors_process(stack, path):
    """n8n answers, not the edge; nobody listens at the moment."""
    answer = ask(stack, "POST", path, json={})
    assert answer.status_code == 404 and "nginx" not in answer.text
    assert "registered" in answer.text or "listening" in answer.text
