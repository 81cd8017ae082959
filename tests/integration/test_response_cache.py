"""Kept answers: given again, forgotten at a write, never to somebody who may see less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from redis import RedisError

from sidecar.app import create_app
from sidecar.engine import Engine
from sidecar.store import cache
from sidecar.store.database import Database
from tests.integration.conftest import Api

QUESTIONS = ("/v1/leads", "/v1/stats/overview?days=7")
ADA = {"email": "ada.kept@looms.example", "first_name": "Ada", "last_name": "Kept", "company_name": "Looms"}


@pytest.fixture
def statements(engine, monkeypatch):
    """Transactions that were begun on the store."""
    seen = []
    real = engine.database._transaction
    monkeypatch.setattr(engine.database, "_transaction", lambda **how: seen.append(1) or real(**how))
    return seen


def counted(result):
    return REGISTRY.get_sample_value("enrich_response_cache_total", {"result": result}) or 0


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_question_asks_the_store_once(api, statements, question):
    api.post("/v1/leads", ADA)
    first, hits = api.get(question), counted("hit")
    statements.clear()
    again = api.get(question)
    assert statements == [] and again.data == first.data and counted("hit") == hits + 1
    assert api.get("/v1/leads?q=nobody").json["data"] == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_whoever_wrote_sees_it_at_once(api, question):
    before = api.get(question).data
    lead = api.post("/v1/leads", ADA).json["results"][0]
    after = api.get(question).data
    assert after != before and api.get(question).data == after
    api.client.patch(f"/v1/leads/{lead['lead_id']}", json={"tags": ["seen"]}, headers=api.headers)
    assert b"seen" in api.get("/v1/leads").data


def test_who_may_not_see_people_gets_no_answer_of_one_who_may(app, api, engine):
    api.post("/v1/leads", ADA)
    reader = Api(app.test_client(), "reader")
    for one, other in ((api, reader), (reader, api)):
        engine.cache.forget_responses()
        for _ in range(2):
            one.get("/v1/leads"), other.get("/v1/leads")
        assert b"ada.kept" in api.get("/v1/leads").data
        assert b"ada.kept" not in reader.get("/v1/leads").data


def test_an_answer_that_a_write_overtook_is_not_kept(engine):
    engine.cache.forget_responses()
    generation, known = engine.cache.response("question", 5)
    assert known is None
    engine.cache.forget_responses()
    engine.cache.keep_response(generation, "question", b"old")
    assert engine.cache.redis.exists("answers") == 0
    generation, known = engine.cache.response("question", 5)
    assert known is None
    engine.cache.keep_response(generation, "question", b"new")
    assert engine.cache.response("question", 5) == (generation, b"new")
    assert 0 < engine.cache.redis.ttl("answers") <= 5


def test_an_erased_person_is_in_no_kept_answer(api, engine):
    lead = api.post("/v1/leads", ADA).json["results"][0]
    api.get("/v1/leads")
    assert engine.cache.redis.exists("answers")
    api.client.delete(f"/v1/contacts/{lead['contact_id']}", headers=api.headers)
    assert not engine.cache.redis.exists("answers")


def test_what_redis_keeps_names_nobody(api, engine):
    api.post("/v1/leads", ADA)
    assert b"ada.kept" in api.get("/v1/leads?q=ada.kept").data
    (question, kept), = (engine.cache.redis.hgetall("answers").items()
                         - {(b"generation", engine.cache.redis.hget("answers", "generation"))})
    assert b"kept" not in question and b"ada.kept" not in kept
    assert "ada.kept" in engine.vault.open(kept)
    engine.cache.redis.hset("answers", question, b"of another key")
    assert b"ada.kept" in api.get("/v1/leads?q=ada.kept").data


@pytest.mark.parametrize("write", [
    "INSERT INTO suppressions (key_hash, reason) VALUES ('kept', 'test')",
    "MERGE INTO suppressions USING (SELECT 'merged' AS k) s ON key_hash = s.k"
    " WHEN NOT MATCHED THEN INSERT (key_hash, reason) VALUES (s.k, 'test')",
    "SELECT setseed(0.5)",  # a function may write
    "WITH gone AS (DELETE FROM suppressions RETURNING 1) SELECT count(*) FROM gone",
    b"update leads set tags = tags",
])
def test_whatever_writes_forgets_after_its_commit(api, engine, write):
    """Not only requests: the command line, too."""
    api.get("/v1/leads")
    with pytest.raises(ZeroDivisionError), engine.database.write() as cursor:
        cursor.execute("SELECT updated_at FROM leads FOR UPDATE")
        1 / 0  # noqa: B018
    assert engine.cache.redis.exists("answers")
    with engine.database.write() as cursor:
        cursor.execute(write)
        assert engine.cache.redis.exists("answers")
    assert not engine.cache.redis.exists("answers")


def test_a_replica_answers_each_time_and_nothing_of_its_is_kept(api, engine, statements):
    """It may lag behind an erasure."""
    api.post("/v1/leads", ADA)
    database = Database(engine.settings.database_url, replica=Database(engine.settings.database_url))
    asked = Api(create_app(engine.settings, replace(engine, database=database)).test_client(), "tests")
    statements.clear()
    assert b"ada.kept" in asked.get("/v1/leads").data
    assert statements == [] and not engine.cache.redis.exists("answers")
    database.close()


def test_whoever_wrote_sees_it_at_any_replica_of_the_sidecar(api, engine):
    """Two processes share Redis and nothing else: what one writes, an erasure too, the other tells."""
    other = Engine.build(engine.settings)
    try:
        there = Api(create_app(other.settings, other).test_client(), "tests")
        for question in QUESTIONS:
            before = there.get(question).data
            assert there.get(question).data == before
        lead = api.post("/v1/leads", ADA).json["results"][0]
        assert b"ada.kept" in there.get("/v1/leads").data
        assert there.get(QUESTIONS[1]).json["totals"]["received"] == 1
        hits = counted("hit")
        assert b"ada.kept" in api.get("/v1/leads").data and counted("hit") == hits + 1
        there.client.delete(f"/v1/contacts/{lead['contact_id']}", headers=there.headers)
        assert b"ada.kept" not in api.get("/v1/leads").data
    finally:
        other.close()


def test_a_bounded_number_of_first_pages_is_kept(api, engine, monkeypatch):
    monkeypatch.setattr(cache, "_MOST_RESPONSES", 2)
    api.post("/v1/leads", {"leads": [ADA, {"email": "bob@looms.example"}]})
    following = api.get("/v1/leads?limit=1").json["next"]
    for query in (f"limit=1&cursor={following}", "limit=2", "limit=3", "limit=4"):
        api.get(f"/v1/leads?{query}")
    assert engine.cache.redis.hlen("answers") == 1 + 2  # beside the name of their generation


def test_without_redis_the_store_answers(api, engine, monkeypatch):
    api.post("/v1/leads", ADA)

    def unavailable(*_):
        raise RedisError

    for name in ("response", "keep_response", "forget_responses"):
        monkeypatch.setattr(engine.cache, name, unavailable)
    before = counted("unavailable")
    assert len(api.get("/v1/leads").json["data"]) == 1
    assert api.post("/v1/leads", ADA).status_code == 202
    assert counted("unavailable") >= before + 2  # the question, what was written
