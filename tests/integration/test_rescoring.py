"""All leads are scored again by a job of small steps, which may be killed anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.scoring import default_model
from sidecar.services import jobs, models, rescoring
from sidecar.services.audit import COMMAND_LINE
from sidecar.store.database import many, one
from tests.integration.test_models import leads, no_models  # noqa: F401


@pytest.fixture
def later(engine):
    return replace(engine, now=lambda: datetime.now(UTC) + timedelta(days=100))


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(rescoring, "CHUNK_LEADS", 3)


def count(engine, table):
    with engine.database.read() as cursor:
        return one(cursor, f"SELECT count(*) AS n FROM {table}")["n"]


def test_leads_are_scored_again_with_progress(api, engine, later):
    leads(api, 8)
    before = count(engine, "lead_scores")
    begun = api.post("/v1/scoring/rescore")
    assert begun.status_code == 202
    job = begun.json["job"]
    assert (job["kind"], job["state"], job["counts"]["total"], job["progress"]) == ("rescore", "queued", 8, 0)
    done, seen = jobs.step(later, job["id"], seconds=0)
    assert (done["counts"]["updated"], seen["updated"], done["progress"]) == (3, 3, 0.375)
    assert jobs.more(engine)
    while done["state"] != "done":
        done, _ = jobs.step(later, job["id"], seconds=0)
    assert done["counts"]["updated"] == 8 and done["progress"] == 1
    assert count(engine, "lead_scores") == before + 8
    assert api.get(f"/v1/jobs/{job['id']}").json["job"]["state"] == "done"
    assert api.get(f"/v1/jobs/{job['id']}/rejects.csv").status_code == 404
    assert not jobs.more(engine)


def test_the_same_score_is_not_written_twice(api, engine, later):
    leads(api, 4)
    for expected in ({"updated": 4, "skipped": 0}, {"updated": 0, "skipped": 4}):
        rows, versions = count(engine, "lead_scores"), lead_versions(engine)
        frozen = later.now()
        job = rescoring.begin(engine, by=COMMAND_LINE)
        done, _ = jobs.step(replace(engine, now=lambda frozen=frozen: frozen), job["id"])
        assert {name: done["counts"][name] for name in expected} == expected
        assert count(engine, "lead_scores") == rows + expected["updated"]
        assert (lead_versions(engine) == versions) is (expected["updated"] == 0)


def lead_versions(engine):
    with engine.database.read() as cursor:
        return many(cursor, "SELECT id::text AS id, version FROM leads ORDER BY id")


def test_a_kill_anywhere_loses_and_doubles_nothing(api, engine, later, monkeypatch):
    leads(api, 7)
    before = count(engine, "lead_scores")
    job = rescoring.begin(engine, by=COMMAND_LINE)
    for place in ("move_on", "lock"):
        broken = getattr(rescoring.store, place)

        def die(*arguments, broken=broken, **more):
            broken(*arguments, **more)
            raise SystemExit

        monkeypatch.setattr(rescoring.store, place, die)
        with pytest.raises(SystemExit):
            jobs.step(later, job["id"])
        monkeypatch.setattr(rescoring.store, place, broken)
    assert count(engine, "lead_scores") == before
    done, _ = jobs.step(later, job["id"])
    assert (done["state"], done["counts"]["updated"]) == ("done", 7)
    assert count(engine, "lead_scores") == before + 7


def test_a_second_order_begins_anew(api, engine):
    leads(api, 4)
    first = rescoring.begin(engine, by=COMMAND_LINE)
    second = api.post("/v1/scoring/rescore").json["job"]
    assert api.get(f"/v1/jobs/{first['id']}").json["job"]["state"] == "cancelled"
    while api.post("/v1/jobs/step").json["more"]:
        pass
    assert api.get(f"/v1/jobs/{second['id']}").json["job"]["state"] == "done"


def test_who_becomes_hot_goes_through_the_flow(api, engine):
    """A message is owed, and the canvas decides whether it is sent."""
    ids = leads(api, 4)
    model = default_model()
    model["thresholds"] = {"hot": 2, "warm": 1}
    models.SCORING.publish(engine, models.SCORING.create(
        engine, key="default", definition=model, based_on=None, by=COMMAND_LINE)["id"], by=COMMAND_LINE)
    with engine.database.read() as cursor:
        cold = {row["id"] for row in many(cursor, "SELECT id::text AS id FROM leads WHERE grade <> 'hot'")}
    assert cold
    job = rescoring.begin(engine, by=COMMAND_LINE)
    jobs.step(engine, job["id"])
    with engine.database.read() as cursor:
        queued = {row["id"] for row in many(
            cursor, "SELECT lead_id::text AS id FROM work_items WHERE stage = 'queued' AND score_only")}
        hot = one(cursor, "SELECT count(*) AS n FROM leads WHERE grade = 'hot'")["n"]
    assert queued == cold and hot == len(ids)
