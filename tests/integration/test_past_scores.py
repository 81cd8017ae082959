"""A score of any past moment is worked out anew from what was stored by then, and is as it was kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.pipeline.scoring import score_leads
from sidecar.scoring import default_model
from sidecar.services import models, scores
from sidecar.services.audit import COMMAND_LINE
from sidecar.store import work
from sidecar.store.database import many, one
from tests.integration.test_pipeline import claim, run
from tests.integration.test_scoring import LEAD

DAY = timedelta(days=1)


@pytest.fixture
def lead_id(api):
    found = api.post("/v1/leads", LEAD | {"source": "web form"}).json["results"][0]["lead_id"]
    run(api, claim(api))
    return found


@pytest.fixture
def no_models(engine):
    def forget():
        with engine.database.write() as cursor:
            cursor.execute("DELETE FROM scoring_models")

    forget()
    yield
    forget()


def score_at(engine, lead_id, moment):
    """Score a lead as if it were that moment; the moment."""
    with engine.database.write() as cursor:
        work.lock_people(cursor, [lead_id])
        assert score_leads(replace(engine, now=lambda: moment), cursor, [lead_id], None).failures == {}
    return moment


def kept(engine, lead_id):
    with engine.database.read() as cursor:
        return many(
            cursor, "SELECT total_score, grade, breakdown, model_version, calculated_at FROM lead_scores"
            " WHERE lead_id = %s ORDER BY calculated_at", (lead_id,))


def same(found, row):
    """To the bit: as JSON, all of it."""
    told = {name: value for name, value in found.items() if name not in ("lead_id", "recomputed")}
    assert found["recomputed"] is True
    assert json.dumps(told, sort_keys=True) == json.dumps(
        {**row["breakdown"], "total": row["total_score"] / 100, "grade": row["grade"],
         "model_version": row["model_version"], "calculated_at": row["calculated_at"].isoformat()},
        sort_keys=True)


def later(engine, lead_id):
    """Scores of a lead over a year in which much happens; each comes out as it was kept."""
    now = datetime.now(UTC)
    score_at(engine, lead_id, now + DAY)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE contacts SET seniority = 'entry', job_title = 'Clerk'")
    score_at(engine, lead_id, now + 30 * DAY)
    with engine.database.write() as cursor:
        cursor.execute(
            "UPDATE organizations SET employee_count = 20000, company_size = '10001+', revenue = 1.5")
        contact = one(cursor, "SELECT contact_id::text AS id FROM leads WHERE id = %s", (lead_id,))["id"]
        for number in range(3):
            # Late: it happened before the second score and is known since the third.
            cursor.execute(
                "INSERT INTO events (contact_id, lead_id, type, occurred_at, source, received_at)"
                " VALUES (%s, %s, 'email_click', %s, 'tests', %s)",
                (contact, lead_id, now + number * DAY, now + 60 * DAY))
    score_at(engine, lead_id, now + 61 * DAY)
    score_at(engine, lead_id, now + 365 * DAY)
    return now


def test_past_scores_come_out_to_the_bit(api, engine, lead_id, no_models):
    later(engine, lead_id)
    rows = kept(engine, lead_id)
    assert len({row["total_score"] for row in rows}) >= 4
    service = replace(engine, now=lambda: datetime.now(UTC) + 1000 * DAY)
    for row in rows:
        same(scores.at(service, lead_id, row["calculated_at"]), row)


def test_models_and_grades_that_changed_since_change_no_past_score(api, engine, lead_id, no_models):
    other = default_model()
    other["components"]["demographic"]["rules"] = other["components"]["demographic"]["rules"][:2]
    draft = models.SCORING.create(engine, key="default", definition=other, based_on=None, by=COMMAND_LINE)
    models.SCORING.publish(engine, draft["id"], by=COMMAND_LINE)
    score_at(engine, lead_id, datetime.now(UTC) + DAY)
    models.SCORING.retire(engine, draft["id"], by=COMMAND_LINE, versions=None)
    score_at(engine, lead_id, datetime.now(UTC) + 2 * DAY)
    rows = kept(engine, lead_id)
    assert [row["model_version"] for row in rows] == [
        default_model()["version"], draft["model_version"], default_model()["version"]]
    service = replace(engine, now=lambda: datetime.now(UTC) + 10 * DAY)
    for row in rows:
        same(scores.at(service, lead_id, row["calculated_at"]), row)


def test_between_two_scores_time_goes_on_and_what_came_later_is_not_known(engine, api, lead_id, no_models):
    now = later(engine, lead_id)
    service = replace(engine, now=lambda: now + 1000 * DAY)
    rows = kept(engine, lead_id)
    # The day before the clicks were known they counted for nothing, on the day after for all.
    before = scores.at(service, lead_id, now + 59 * DAY)
    after = scores.at(service, lead_id, now + 60 * DAY + timedelta(hours=1))
    assert "email_click" not in json.dumps(before["reasons"])
    assert before["total"] <= rows[2]["total_score"] / 100
    assert after["components"]["engagement"] >= before["components"]["engagement"]
    clicked = [reason for reason in after["reasons"] if reason not in before["reasons"]]
    assert clicked, after["reasons"]
    assert before["calculated_at"] == (now + 59 * DAY).isoformat()


def test_a_score_that_lost_what_it_was_made_of_is_told_as_it_was_kept(api, engine, lead_id, no_models):
    [row] = kept(engine, lead_id)
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM events")
    found = scores.at(engine, lead_id, row["calculated_at"])
    assert (found["recomputed"], found["total"]) == (False, row["total_score"] / 100)
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM lead_facts")
    assert scores.at(engine, lead_id, row["calculated_at"])["recomputed"] is False


def test_the_routes(api, engine, lead_id, no_models):
    path = f"/v1/leads/{lead_id}/score"
    latest = api.get(path)
    assert latest.status_code == 200
    at = latest.json["calculated_at"]
    past = api.get(f"{path}?at={at.replace('+00:00', 'Z')}").json
    assert past["recomputed"] and past | {"recomputed": True} == latest.json | {"recomputed": True}
    assert api.get(f"{path}?at=2001-01-01T00:00:00Z").status_code == 404
    assert api.get(f"{path}?at=2999-01-01T00:00:00Z").json["errors"][0]["pointer"] == "/at"
    assert api.get(f"{path}?at=yesterday").json["errors"][0]["pointer"] == "/at"
    nobody = f"/v1/leads/{'0' * 8}-0000-7000-8000-{'0' * 12}"
    assert api.get(f"{nobody}/score").status_code == api.get(f"{nobody}/scores").status_code == 404
    assert api.get(f"{nobody}/score?at=2020-01-01T00:00:00Z").status_code == 404
    unscored = api.post("/v1/leads", {"email": "new@firm9.example"}).json["results"][0]["lead_id"]
    assert api.get(f"/v1/leads/{unscored}/score").status_code == 404
    for day in range(1, 4):
        score_at(engine, lead_id, datetime.now(UTC) + day * DAY)
    first = api.get(f"/v1/leads/{lead_id}/scores?limit=3").json
    second = api.get(f"/v1/leads/{lead_id}/scores?limit=3&cursor={first['next']}").json
    times = [row["calculated_at"] for row in first["data"] + second["data"]]
    assert len(times) == 4 and times == sorted(times, reverse=True) and second["next"] is None


def test_what_scoring_saw_goes_with_the_person_and_is_handed_out(api, engine, lead_id, no_models):
    contact = api.get(f"/v1/leads/{lead_id}").json["contact"]["id"]
    [seen] = api.get(f"/v1/contacts/{contact}/export").json["scored_by"]
    assert seen["lead_id"] == lead_id and seen["facts"]["contact"]["email"].lower() == LEAD["email"].lower()
    assert api.client.delete(f"/v1/contacts/{contact}", headers=api.headers).status_code == 204
    with engine.database.read() as cursor:
        assert one(cursor, "SELECT (SELECT count(*) FROM lead_facts) + (SELECT count(*) FROM lead_scores)"
                           " AS n")["n"] == 0


def test_facts_are_kept_once_while_they_are_the_same(engine, api, lead_id, no_models):
    for day in range(1, 5):
        score_at(engine, lead_id, datetime.now(UTC) + day * DAY)
    with engine.database.read() as cursor:
        assert one(cursor, "SELECT count(*) AS n FROM lead_facts")["n"] == 1
