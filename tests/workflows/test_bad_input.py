"""What nothing identifies, or is broken, is refused by name; the rest is taken, with warnings."""

from __future__ import annotations

import json

import pytest
import requests

from tests.client import Client


@pytest.fixture(scope="module")
def client(stack):
    client = Client(stack.facts)
    client.get("/v1/auth/whoami").raise_for_status()
    return client


DEEP = "[" * 100_000 + "]" * 100_000
BAD = {
    "not json": b"{nope",
    "not utf-8": b"\xff\xfe{}",
    "a number": b"7",
    "null": b"null",
    "wrong type": b'{"email": 7}',
    "lone surrogate key": b'{"\\ud800": 1}',
    "nul key": b'{"a\\u0000b": 1}',
    "nan": b'{"email": "a@example.com", "annual_revenue": NaN}',
    "huge number": b'{"email": "a@example.com", "employee_count": 1e999}',
    "very deep": DEEP.encode(),
    "nothing": b"{}",
    "no identity": b'{"first_name": "A"}',
    "1001 leads": json.dumps({"leads": [{"email": "a@example.com"}] * 1001}).encode(),
    "no leads": b'{"leads": []}',
    "leads no list": b'{"leads": {"email": "a@example.com"}}',
}
# What can be used is taken; of what cannot, the codes of the warnings. Two say nothing: they lose nothing.
TAKEN = {
    "list for text": (b'{"email": "a@example.com", "job_title": ["x"]}', []),
    "unknown field": (b'{"email": "a@example.com", "emial": "b"}', []),
    "nul": (b'{"email": "a@example.com", "last_name": "x\\u0000y"}', ["control_character"]),
    "lone surrogate": (b'{"email": "a@example.com", "last_name": "\\ud800"}', ["control_character"]),
    "deep custom": (
        b'{"email": "a@example.com", "custom": ' + b'{"a":' * 50 + b"1" + b"}" * 51, ["too_deep"]),
}
# n8n reads the body before the workflow begins: what is no JSON gets n8n's own refusal, and a number
# beyond a double arrives as null. A lead alone under `leads` is one to the webhook.
NOT_BY_WEBHOOK = {"not json", "not utf-8", "very deep", "huge number", "leads no list"}
JSON = {"Content-Type": "application/json"}


def by_webhook(client, body):
    return requests.post(
        client.facts["webhook_url"], data=body, timeout=30, verify=client.facts["ca_file"],
        headers=JSON | {client.facts["webhook_header"]: client.facts["webhook_token"]})


@pytest.mark.parametrize("name", BAD)
def test_the_api_refuses(client, name):
    answer = client.call("POST", "/v1/leads", data=BAD[name], headers=JSON)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["errors"], answer.json()


def test_five_megabytes_are_too_large(client):
    body = json.dumps({"email": "a@example.com", "message": "x" * 5_000_000})
    headers = {"Content-Type": "application/json"}
    by_webhook = requests.post(client.facts["webhook_url"], data=body, headers=headers, timeout=30,
                               verify=client.facts["ca_file"])
    for answer in (client.call("POST", "/v1/leads", data=body, headers=headers), by_webhook):
        assert answer.status_code == 413
        assert answer.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("name", sorted(set(BAD) - NOT_BY_WEBHOOK))
def test_the_webhook_refuses(client, name):
    answer = by_webhook(client, BAD[name])
    assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize("name", TAKEN)
def test_what_can_be_used_is_taken(client, name):
    body, codes = TAKEN[name]
    for answer in (client.call("POST", "/v1/leads", data=body, headers=JSON), by_webhook(client, body)):
        assert answer.status_code == 202, answer.text
        [result] = answer.json()["results"]
        assert result["outcome"] in ("created", "updated") and result["errors"] == []
        assert [warning["code"] for warning in result["warnings"]] == codes


@pytest.mark.parametrize("name", TAKEN)
def test_strict_refuses_what_cannot_be_used(client, name):
    answer = client.call("POST", "/v1/leads", params={"strict": "true"}, data=TAKEN[name][0], headers=JSON)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["errors"], answer.json()


def test_the_webhook_takes_a_lead_alone_for_a_list(client):
    answer = by_webhook(client, BAD["leads no list"])
    assert answer.status_code == 202 and len(answer.json()["results"]) == 1, answer.text


@pytest.mark.parametrize("path", ["/v1/leads?limit=0", "/v1/leads?cursor=zzz", "/v1/leads?q=%00",
                                  "/v1/leads?nope=1", "/v1/leads/not-an-id", "/v1/nothing"])
def test_bad_questions_are_problems(client, path):
    answer = client.get(path)
    assert 400 <= answer.status_code < 500
    assert answer.headers["Content-Type"].startswith("application/problem+json")
