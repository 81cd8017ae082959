"""Rate limits: shared over processes by Redis, told in headers, sane when Redis is away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis import ConnectionError as RedisAway

from sidecar.app import create_app
from sidecar.engine import Engine


@pytest.fixture
def tight(engine, api):
    """Two replicas of a sidecar with small limits; `api` brings a token."""
    settings = replace(
        engine.settings, reads_per_minute=5, writes_per_minute=5, sign_ins_per_minute=5)
    engine.cache.redis.flushdb()
    engines = [Engine.build(settings) for _ in range(2)]
    yield [create_app(settings, each).test_client() for each in engines]
    for each in engines:
        each.close()


def test_the_replicas_share_one_bucket_and_tell_it(tight, api):
    answers = [tight[n % 2].get("/v1/leads", headers=api.headers) for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0].headers["RateLimit-Policy"] == '"read";q=5;w=60'
    assert answers[0].headers["RateLimit"].startswith('"read";r=4')
    assert 1 <= int(answers[5].headers["Retry-After"]) <= 12
    assert answers[5].content_type == "application/problem+json"
    assert tight[0].post("/v1/validate", json={"leads": [{}]}, headers=api.headers).status_code == 200


def test_sign_ins_are_counted_by_address(tight):
    body = {"grant_type": "client_credentials", "client_id": "tests", "client_secret": "wrong"}
    told = [tight[n % 2].post("/v1/auth/token", json=body).status_code for n in range(6)]
    assert told == [401] * 5 + [429]
    elsewhere = {"X-Forwarded-For": "192.0.2.7"}
    assert tight[0].post("/v1/auth/token", json=body, headers=elsewhere).status_code == 401


def test_without_redis_known_callers_pass_and_sign_ins_end(tight, api, monkeypatch):
    def away(*_):
        raise RedisAway

    for client in tight:
        monkeypatch.setattr(client.application.extensions["engine"].cache, "take", away)
    assert all(tight[0].get("/v1/leads", headers=api.headers).status_code == 200 for _ in range(8))
    body = {"grant_type": "client_credentials", "client_id": "tests", "client_secret": "wrong"}
    headers = {"X-Forwarded-For": "192.0.2.8"}
    told = [tight[0].post("/v1/auth/token", json=body, headers=headers).status_code for _ in range(6)]
    assert told == [401] * 5 + [429]
    assert 'enrich_rate_limits_unavailable_total{limit="sign_in"}' in tight[0].get("/metrics").text
