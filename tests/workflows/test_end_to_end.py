"""A lead goes the whole way through the real n8n, and nothing happens twice."""

from __future__ import annotations

import json
import uuid

import psycopg2
import pytest

from tests.client import Client, until

COMPONENTS = {"demographic", "firmographic", "behavioral", "engagement", "ml"}


@pytest.fixture(scope="module")
def client(stack):
    return Client(stack.facts)


def perfect(name: str) -> dict:
    """A perfect fit that asks for a demo; the tag makes it unique."""
    return {
        "email": f"dana.{name}@{name}-industries.example", "first_name": "Dana",
        "last_name": f"Quill{name}", "job_title": "VP of Sales", "phone": "+1 202-555-0143",
        "company_name": f"{name.title()} Industries Inc.", "country": "US",
        "industry": "Software", "employee_count": 420, "annual_revenue": 60_000_000,
        "source": "demo_request", "message": "We would like to see it next week.",
    }


def unique() -> str:
    return "q" + uuid.uuid4().hex[:10]


def hot_messages(client, lead_id):
    slack = [m for m in client.messages("slack_url") if lead_id in str(m)]
    mail = [m for m in client.messages("mail_url") if lead_id in str(m)]
    return slack, mail


def check_shape(lead):
    assert lead["contact"]["id"] and lead["organization"]["id"]
    score = lead["score"]
    assert set(score["components"]) == COMPONENTS
    for component, points in score["components"].items():
        reasons = [r["points"] for r in score["reasons"] if r["component"] == component]
        assert round(sum(reasons), 2) == points, component
    for part in ("contact", "organization"):
        assert lead[part]["fields"], part
        for field, source in lead[part]["fields"].items():
            assert source["source"], field


def test_webhook_and_api_leads_end_in_the_same_shape(client):
    by_api = client.post("/v1/leads", perfect(unique()))
    assert by_api.status_code == 202, by_api.text
    by_webhook = client.webhook(perfect(unique()))
    assert by_webhook.status_code == 202, by_webhook.text
    leads = [
        client.settled(answer.json()["results"][0]["lead_id"]) for answer in (by_api, by_webhook)]
    for lead in leads:
        check_shape(lead)
    assert leads[0].keys() == leads[1].keys()
    sources = {f["source"] for lead in leads for part in ("contact", "organization")
               for f in lead[part]["fields"].values()}
    assert "lead" in sources and sources & {"hunter", "peopledatalabs"}


def test_a_perfect_demo_request_is_hot_told_once_and_never_twice(client):
    lead = perfect(unique())
    first = client.post("/v1/leads", lead).json()["results"][0]
    scored = client.settled(first["lead_id"])
    assert scored["score"]["grade"] == "hot", scored["score"]
    slack, mail = until(
        lambda: (m := hot_messages(client, first["lead_id"])) and all(m) and m, 120, "messages")
    assert (len(slack), len(mail)) == (1, 1)
    calls = client.provider_calls()["total"]
    history = len(scored["history"])

    again = client.post("/v1/leads", lead).json()["results"][0]
    assert again["contact_id"] == first["contact_id"]
    assert again["lead_id"] == first["lead_id"]
    until(
        lambda: len(client.get(f"/v1/leads/{first['lead_id']}").json()["history"]) > history,
        60, "the second score")
    client.settled(first["lead_id"])
    assert client.provider_calls()["total"] == calls
    slack, mail = hot_messages(client, first["lead_id"])
    assert (len(slack), len(mail)) == (1, 1)


def logged(stack, name, request_id):
    """The lines of a log of the stack that name a request."""
    lines = (stack.stack.settings.state / f"logs/{name}.log").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if f'"request_id":"{request_id}"' in line.replace(": ", ":")]


def test_one_id_leads_from_the_log_of_the_edge_to_the_message(stack, client):
    sent = client.webhook(perfect(unique()))
    request_id, [result] = sent.headers["X-Request-Id"], sent.json()["results"]
    client.settled(result["lead_id"])
    assert [line["path"] for line in logged(stack, "nginx", request_id)] == ["/webhook/leads"]
    routes = {line["route"] for line in logged(stack, "sidecar", request_id)}
    assert {"/v1/validate", "/v1/normalize", "/v1/leads"} <= routes
    story = client.get(f"/v1/requests/{request_id}").json()
    assert [lead["lead_id"] for lead in story["leads"]] == [result["lead_id"]]
    found = {}
    for row in story["data"]:
        found.setdefault(row["kind"], []).append(row["details"])
    assert found["received"][0]["outcome"] == "created"
    assert found["call"] and found["score"][0]["grade"] == "hot"
    assert {message["state"] for message in found["message"]} == {"sent"}
    run = f"n8n-execution-{found['batch'][0]['execution']}"
    steps = {line["route"] for line in logged(stack, "sidecar", run)}
    assert {"/v1/pipeline/claim", "/v1/pipeline/score", "/v1/pipeline/notify"} <= steps
    again = client.get(f"/v1/requests/{run}").json()
    assert result["lead_id"] in {lead["lead_id"] for lead in again["leads"]}


def test_a_lead_refused_at_the_webhook_names_its_fields_and_is_kept(client):
    marker = unique()
    answer = client.webhook({"email": "not an address", "phone": "call me", "source": marker})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/email", "/phone"}
    kept = [r for r in client.get("/v1/rejects").json()["data"] if r["source"] == marker]
    assert len(kept) == 1
    assert {e["pointer"] for e in kept[0]["errors"]} == pointers


def test_a_value_that_cannot_be_used_is_told_at_the_webhook_and_kept_with_the_lead(client):
    lead = perfect(unique()) | {"phone": "please call after 5pm"}
    answer = client.webhook(lead)
    assert answer.status_code == 202
    [result] = answer.json()["results"]
    [warning] = [one for one in result["warnings"] if one["pointer"] == "/phone"]
    assert (warning["code"], warning["value"]) == ("invalid_phone", lead["phone"])
    assert warning in client.get(f"/v1/leads/{result['lead_id']}").json()["warnings"]


def test_the_webhook_refuses_strangers(stack, client):
    import requests

    answer = requests.post(
        stack.facts["webhook_url"], json=perfect(unique()), timeout=30,
        verify=stack.facts["ca_file"], headers={stack.facts["webhook_header"]: "wrong"})
    assert answer.status_code in (401, 403)


def test_n8n_keeps_nothing_that_names_a_person(stack, client):
    good, bad = perfect(unique()), perfect(unique())
    secret = unique()
    bad_lead = {"email": f"{secret}@@example.com", "last_name": secret, "source": bad["source"]}
    by_api = client.post("/v1/leads", good).json()["results"][0]["lead_id"]
    second = perfect(unique()) | {"employee_count": f"ask {secret}"}
    by_webhook = client.webhook(second).json()["results"][0]["lead_id"]
    assert client.webhook(bad_lead).status_code == 422
    client.settled(by_api)
    client.settled(by_webhook)
    wanted = [secret] + [lead[field] for lead in (good, second)
                         for field in ("email", "last_name")] + ["202-555-0143", "2025550143"]
    until(lambda: not _found(stack, wanted), 120, "n8n to forget the people")


def _found(stack, wanted):
    """(table, column) pairs of n8n's database that hold one of the texts."""
    found = []
    with psycopg2.connect(stack.facts["internal"]["n8n_database_url"]) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema ="
            " 'public' AND data_type IN ('text', 'character varying', 'json', 'jsonb')")
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE ANY(%s)',
                ([f"%{text}%" for text in wanted],))
            if cursor.fetchone()[0]:
                found.append((table, column))
    connection.close()
    return found
