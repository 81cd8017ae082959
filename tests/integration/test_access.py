"""Signing in, rotating tokens, and the one shape of errors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sidecar.api.endpoint import ENDPOINTS
from sidecar.api.openapi import document

USER = {"grant_type": "password", "username": "ada@example.com", "password": "a long password"}


def test_a_refresh_token_rotates_and_its_reuse_ends_the_family(app, engine):
    client = app.test_client()
    first = client.post("/v1/auth/token", json=USER).json["refresh_token"]
    second = client.post("/v1/auth/refresh", json={"refresh_token": first}).json["refresh_token"]
    assert second != first
    with engine.database.transaction() as cursor:
        cursor.execute("UPDATE refresh_tokens SET rotated_at = rotated_at - interval '1 minute'"
                       " WHERE rotated_at IS NOT NULL")
    assert client.post("/v1/auth/refresh", json={"refresh_token": first}).status_code == 401
    assert client.post("/v1/auth/refresh", json={"refresh_token": second}).status_code == 401


def test_logout_ends_the_sign_in(app):
    client = app.test_client()
    token = client.post("/v1/auth/token", json=USER).json["refresh_token"]
    assert client.post("/v1/auth/logout", json={"refresh_token": token}).status_code == 204
    assert client.post("/v1/auth/refresh", json={"refresh_token": token}).status_code == 401


def test_strangers_and_wrong_passwords_get_the_same_answer(app):
    client = app.test_client()
    told = [client.post("/v1/auth/token", json=USER | change).json["detail"]
            for change in ({"password": "wrong"}, {"username": "nobody@example.com"})]
    assert told[0] == told[1]


@pytest.mark.parametrize("contract", ENDPOINTS, ids=lambda c: f"{c.method} {c.path}")
def test_every_route_refuses_strangers_and_bad_bodies_in_one_shape(app, contract):
    path = re.sub(r"<uuid:\w+>", "01890000-0000-7000-8000-000000000000", contract.path)
    if contract.scope is not None:
        answer = app.test_client().open(path, method=contract.method)
        assert answer.status_code == 401 and "WWW-Authenticate" in answer.headers
    elif contract.body is not None:
        answer = app.test_client().open(path, method=contract.method, data=b"{")
        assert answer.status_code == 422
    else:
        return
    assert answer.content_type == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "request_id", "code"} <= set(answer.json)


def test_ready_means_that_postgres_and_redis_answer(app):
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json["checks"] == {"postgres": "ok", "redis": "ok"}


def test_the_metrics_tell_the_queue(app):
    text = app.test_client().get("/metrics").text
    assert 'enrich_work_items{lane="bulk",stage="dead"} 0.0' in text  # before the first, for the alert
    assert "http_request_duration_seconds" in text


def test_the_document_names_every_route(app):
    paths = app.test_client().get("/openapi.json").json["paths"]
    assert len({c.path for c in ENDPOINTS}) == len(paths)


def test_the_committed_document_is_this_one():
    text = (Path(__file__).parents[2] / "docs/openapi.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(document())), "run make openapi"
