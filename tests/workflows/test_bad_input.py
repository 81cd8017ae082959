"""Bad input is refused by name and never breaks anything, at the API and at the webhook."""

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
    "list for text": b'{"email": "a@example.com", "job_title": ["x"]}',
    "unknown field": b'{"email": "a@example.com", "emial": "b"}',
    "nul": b'{"email": "a@example.com", "last_name": "x\\u0000y"}',
    "lone surrogate": b'{"email": "a@example.com", "last_name": "\\ud800"}',
    "lone surrogate key": b'{"\\ud800": 1}',
    "nul key": b'{"a\\u0000b": 1}',
    "nan": b'{"email": "a@example.com", "annual_revenue": NaN}',
    "huge number": b'{"email": "a@example.com", "employee_count": 1e999}',
    "deep custom": b'{"email": "a@example.com", "custom": ' + b'{"a":' * 50 + b"1" + b"}" * 51,
    "very deep": DEEP.encode(),
    "nothing": b"{}",
    "no identity": b'{"first_name": "A"}',
    "1001 leads": json.dumps({"leads": [{"email": "a@example.com"}] * 1001}).encode(),
    "no leads": b'{"leads": []}',
    "leads no list": b'{"leads": {"email": "a@example.com"}}',
}


@pytest.mark.parametrize("name", BAD)
def test_the_api_refuses(client, name):
    answer = client.call("POST", "/v1/leads", data=BAD[name],
                         headers={"Content-Type": "application/json"})
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


# n8n reads the body before the workflow begins: what is no JSON gets n8n's own refusal, and a number
# beyond a double arrives as null.
@pytest.mark.parametrize("name", sorted(set(BAD) - {"not json", "not utf-8", "very deep", "huge number"}))
def test_the_webhook_refuses(client, stack, name):
    answer = requests.post(
        stack.facts["webhook_url"], data=BAD[name], timeout=30, verify=stack.facts["ca_file"],
        headers={stack.facts["webhook_header"]: stack.facts["webhook_token"],
                 "Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", ["/v1/leads?limit=0", "/v1/leads?cursor=zzz", "/v1/leads?q=%00",
                                  "/v1/leads?nope=1", "/v1/leads/not-an-id", "/v1/nothing"])
def test_bad_questions_are_problems(client, path):
    answer = client.get(path)
    assert 400 <= answer.status_code < 500
    assert answer.headers["Content-Type"].startswith("application/problem+json")
