"""Scoring in the pipeline and without it: one set of facts, one model, no dead letter for a bad model."""

from __future__ import annotations

import json

import pytest

from sidecar.metrics import MODELS_REFUSED
from sidecar.scoring import check_model, default_model
from sidecar.store.database import many
from sidecar.terms.fields import SCORED
from tests.integration.test_pipeline import claim, run

LEAD = {
    "email": "Pat.Quill@firm1.example", "first_name": "Pat", "last_name": "Quill", "phone": "+44 7911 123456",
    "job_title": "VP of Sales", "linkedin_url": "linkedin.com/in/pat-quill", "company_name": "Firm One Ltd",
    "country": "GB", "region": "Kent", "city": "Dover", "industry": "Software", "employee_count": 120,
    "annual_revenue": 12_000_000, "source": "partner", "tags": ["vip"], "message": "Call me",
    "utm": {"source": "news"}, "custom": {"budget": "high"}}


@pytest.fixture
def publish(engine):
    def published(definition):
        with engine.database.write() as cursor:
            cursor.execute("DELETE FROM scoring_models")
            cursor.execute("INSERT INTO scoring_models (version, definition, state, created_by)"
                           " VALUES ('test', %s, 'published', 'tests')", (json.dumps(definition),))

    yield published
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM scoring_models")


def in_pipeline(api, lead):
    """The score of a lead that came in and went through, before providers said anything of it."""
    lead_id = api.post("/v1/leads", lead).json["results"][0]["lead_id"]
    batch = claim(api)
    api.step(batch, "score")
    score = api.get(f"/v1/leads/{lead_id}").json["score"]
    api.step(batch, "complete")
    return score


def known(fact):
    return {"name": fact.replace(".", "_"), "kind": "known", "facts": [fact], "points": 1,
            "text": "{value}", "missing": "unknown"}


@pytest.mark.parametrize(
    "lead", [LEAD, {"email": "pat@gmail.com", "source": "partner"}], ids=["rich", "poor"])
def test_both_ways_of_scoring_see_the_same_facts(api, publish, lead):
    """A rule on any fact, `lead.custom` too, tells the same of a stored lead as of one that is only sent."""
    model = default_model() | {"version": "test"}
    model["components"]["demographic"]["rules"] = [
        known(f"{kind}.{name}") for kind, names in SCORED.items() for name in names]
    assert check_model(model) == []
    publish(model)
    sent = api.post("/v1/score", {"leads": [lead]}).json["results"][0]["score"]
    stored = in_pipeline(api, lead)
    assert stored["reasons"] == sent["reasons"] and stored["model_version"] == "test"
    assert any(reason["rule"] == "lead_custom" for reason in sent["reasons"])


@pytest.mark.parametrize("definition", [
    [], {"version": "x"}, default_model() | {"thresholds": {}},
    default_model() | {"components": default_model()["components"] | {"ml": {"weight": 1}}}])
def test_a_published_model_that_is_none_is_counted_and_the_default_one_scores(
        api, publish, definition, caplog):
    publish(definition)
    before = MODELS_REFUSED.labels("invalid")._value.get()
    score = in_pipeline(api, LEAD)
    assert score["model_version"] == default_model()["version"]
    assert api.get("/v1/dead-letters").json["data"] == []
    assert api.post("/v1/score", {"leads": [LEAD]}).json["results"][0]["score"]["total"] > 0
    assert MODELS_REFUSED.labels("invalid")._value.get() > before
    assert any(record.levelname == "ERROR" and record.problems for record in caplog.records)


def test_a_claim_that_scores_twice_keeps_the_last_score_with_its_reasons(api, engine):
    """Of what is repeated because its answer was lost nobody is told again."""
    assert api.post("/v1/subscriptions", {
        "url": "http://localhost:9/", "events": ["lead.scored", "lead.became_hot"]}).status_code == 201
    lead_id = api.post("/v1/leads", LEAD).json["results"][0]["lead_id"]
    batch = claim(api)
    api.step(batch, "score")
    first = api.get(f"/v1/leads/{lead_id}").json["score"]
    api.step(batch, "hold", minutes=5)
    api.step(batch, "score")
    assert [event["data"]["score"] for event in events(engine)] == [first["total"]]
    with engine.database.write() as cursor:
        cursor.execute("UPDATE contacts SET job_title = NULL, seniority = NULL")
    api.step(batch, "score")
    found = api.get(f"/v1/leads/{lead_id}").json["score"]
    assert found["total"] < first["total"] and found["reasons"] != first["reasons"]
    assert sum(found["components"][name] * weight for name, weight in found["weights"].items()) == (
        pytest.approx(found["total"], abs=0.1))
    assert [event["data"]["score"] for event in events(engine)] == [first["total"], found["total"]]
    with engine.database.read() as cursor:
        assert [row["total"] for row in many(
            cursor, "SELECT total_score / 100.0::float8 AS total FROM lead_scores")] == [found["total"]]


def events(engine):
    with engine.database.read() as cursor:
        return many(cursor, "SELECT type, data FROM lead_events ORDER BY id")


def test_a_score_tells_the_weights_of_the_model_that_made_it(api, publish):
    model = default_model() | {"version": "test"}
    model["components"]["ml"]["weight"] = 0.2
    publish(model)
    lead_id = api.post("/v1/leads", LEAD).json["results"][0]["lead_id"]
    run(api, claim(api))
    weights = {"demographic": 0.25, "firmographic": 0.25, "behavioral": 0.15, "engagement": 0.35, "ml": 0.2}
    assert api.get(f"/v1/leads/{lead_id}").json["score"]["weights"] == weights
    assert api.post("/v1/score", {"lead_ids": [lead_id]}).json["results"][0]["score"]["weights"] == weights
