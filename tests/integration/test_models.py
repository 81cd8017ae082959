"""The life of scoring models: drafted, published, rolled back, retired; simulated and back-tested."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from sidecar.cli import main
from sidecar.scoring import default_model
from sidecar.services import models
from sidecar.services.audit import COMMAND_LINE
from sidecar.store.database import many
from sidecar.store.scores import facts_at
from tests.integration.conftest import Api
from tests.integration.test_past_scores import score_at
from tests.integration.test_pipeline import claim, run

ALL = "/v1/scoring/models"


@pytest.fixture(autouse=True)
def no_models(engine):
    def forget():
        with engine.database.write() as cursor:
            cursor.execute("DELETE FROM scoring_models")

    forget()
    yield
    forget()


def draft(api, key="default", **more):
    made = api.post(ALL, {"key": key} | more)
    assert made.status_code == 201, made.json
    return made.json


def changed(**thresholds):
    model = default_model()
    model["thresholds"] |= thresholds
    return model


def in_force(api):
    return {model["key"]: model["model_version"] for model in api.get(f"{ALL}?state=published").json["data"]}


def put(api, model, definition, version=None):
    headers = api.headers | ({} if version is None else {"If-Match": f'"{version}"'})
    return api.client.put(f"{ALL}/{model['id']}", json={"definition": definition}, headers=headers)


def of_country(model, country):
    return model | {"applies_to": {"fact": "contact.country", "in": [country]}}


def test_a_draft_is_the_model_in_force_until_it_is_edited(api):
    first = draft(api)
    assert (first["state"], first["number"], first["model_version"]) == ("draft", 1, "default@1")
    assert first["definition"] == default_model() | {"version": "default@1"} and first["problems"] == []
    edited = put(api, first, changed(hot=70), first["version"])
    assert edited.json["definition"]["thresholds"]["hot"] == 70
    assert edited.headers["ETag"] == f'"{edited.json["version"]}"' != f'"{first["version"]}"'
    assert edited.json["definition"]["version"] == "default@1"
    assert put(api, first, changed(hot=71), first["version"]).status_code == 412
    published = api.post(f"{ALL}/{first['id']}/publish")
    assert (published.json["state"], published.json["published_by"]) == ("published", "tests")
    assert put(api, first, changed()).status_code == 409
    second = draft(api)
    assert (second["based_on"], second["definition"]["thresholds"]["hot"]) == (first["id"], 70)


def test_a_bad_model_is_refused_when_it_is_published_with_a_pointer(api):
    model = default_model()
    model["thresholds"]["warm"] = 200
    bad = draft(api, definition=model)
    assert bad["problems"]
    refused = api.post(f"{ALL}/{bad['id']}/publish")
    assert refused.status_code == 422
    assert all(error["pointer"].startswith("/definition/thresholds") for error in refused.json["errors"])
    assert in_force(api) == {}
    nonsense = draft(api, definition={"rules": [1, None, {"a": []}]})
    assert api.post(f"{ALL}/{nonsense['id']}/publish").status_code == 422


def test_publishing_an_old_version_rolls_back_and_history_stays(api):
    first = draft(api, definition=changed(hot=70))
    api.post(f"{ALL}/{first['id']}/publish")
    second = draft(api, definition=changed(hot=90))
    assert api.post(f"{ALL}/{second['id']}/publish").status_code == 200
    assert in_force(api) == {"default": "default@2"}
    back = api.post(f"{ALL}/{first['id']}/publish").json
    assert (back["model_version"], back["based_on"]) == ("default@3", first["id"])
    assert back["definition"] == first["definition"] | {"version": "default@3"}
    assert [(row["number"], row["state"]) for row in api.get(ALL).json["data"]] == [
        (3, "published"), (2, "retired"), (1, "retired")]
    assert api.post(f"{ALL}/{back['id']}/publish").status_code == 409
    gone = api.post(f"{ALL}/{back['id']}/retire").json
    assert (gone["state"], gone["retired_by"], in_force(api)) == ("retired", "tests", {})
    assert api.post(f"{ALL}/{back['id']}/retire").status_code == 409
    actions = [row["action"] for row in api.get("/v1/audit").json["data"]]
    assert actions[:2] == ["scoring_model.retired", "scoring_model.published"]


def test_only_drafts_are_thrown_away(api):
    one = draft(api)
    path = f"{ALL}/{one['id']}"
    assert api.client.delete(path, headers=api.headers | {"If-Match": '"77"'}).status_code == 412
    assert api.client.delete(path, headers=api.headers).status_code == 204
    assert api.get(path).status_code == 404
    first = draft(api)
    kept = draft(api, based_on=first["id"])
    api.post(f"{ALL}/{kept['id']}/publish")
    assert api.client.delete(f"{ALL}/{first['id']}", headers=api.headers).status_code == 204
    assert api.get(f"{ALL}/{kept['id']}").json["based_on"] is None
    assert api.client.delete(f"{ALL}/{kept['id']}", headers=api.headers).status_code == 409


def test_several_models_are_in_force_and_a_condition_says_whose_each_is(api, engine):
    for key, country in (("a", "GB"), ("b", "DE")):
        model = of_country(changed(hot=99, warm=98), country)
        assert api.post(f"{ALL}/{draft(api, key, definition=model)['id']}/publish").status_code == 200
    assert set(in_force(api)) == {"a", "b"}
    versions = {}
    for country in ("GB", "DE", "FR"):
        sent = api.post("/v1/leads", {"email": f"pat@{country}.example", "country": country})
        lead_id = sent.json["results"][0]["lead_id"]
        run(api, claim(api))
        versions[country] = api.get(f"/v1/leads/{lead_id}/score").json["model_version"]
    assert versions == {"GB": "a@1", "DE": "b@1", "FR": default_model()["version"]}


def test_one_model_alone_is_for_every_lead(api):
    api.post(f"{ALL}/{draft(api)['id']}/publish")
    other = draft(api, "other", definition=default_model())
    refused = api.post(f"{ALL}/{other['id']}/publish")
    assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == "/definition/applies_to"
    put(api, other, of_country(default_model(), "GB"))
    assert api.post(f"{ALL}/{other['id']}/publish").status_code == 200


def test_differences_are_told_in_words(api):
    one, other = draft(api), draft(api, definition=changed(hot=70))
    told = api.get(f"{ALL}/{other['id']}/diff?with={one['id']}").json
    assert (told["from"], told["to"]) == ("default@1", "default@2")
    assert len(told["changes"]) == 1 and "80" in told["changes"][0] and "70" in told["changes"][0]
    assert api.get(f"{ALL}/{one['id']}/diff?with={one['id']}").json["changes"] == []
    assert api.get(f"{ALL}/{one['id']}/diff?with=999999").status_code == 404


def test_who_may_only_read_changes_nothing(api, app):
    reader, one = Api(app.test_client(), "reader"), draft(api)
    for path in ("", f"/{one['id']}/publish", f"/{one['id']}/retire"):
        assert reader.post(f"{ALL}{path}").status_code == 403
    assert reader.post("/v1/scoring/rescore").status_code == 403
    assert put(reader, one, default_model()).status_code == 403
    assert reader.get(ALL).status_code == reader.get("/v1/scoring/schema").status_code == 200


@pytest.mark.parametrize("body", [
    {}, {"key": "No"}, {"key": "a b"}, {"key": "x" * 51}, {"key": "a", "definition": []},
    {"key": "a", "definition": {"version": "\x00"}}, {"key": "a", "definition": {"a": "x" * 600_000}},
    {"key": "a", "based_on": "1"}, {"key": "a", "more": 1}])
def test_what_is_no_draft_is_refused(api, body):
    assert api.post(ALL, body).status_code == 422


def test_many_drafts_at_once_have_numbers_of_their_own(engine):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: models.SCORING.create(
            engine, key="many", definition=None, based_on=None, by=COMMAND_LINE), range(16)))
    assert sorted(row["number"] for row in made) == list(range(1, 17))


def test_of_two_that_publish_at_once_one_is_in_force(api, engine):
    drafts = [draft(api)["id"] for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda model: models.SCORING.publish(engine, model, by=COMMAND_LINE), drafts))
    with engine.database.read() as cursor:
        states = [row["state"] for row in many(cursor, "SELECT state FROM scoring_models")]
    assert sorted(states) == ["published", "retired", "retired", "retired"]


def leads(api, count):
    ids = [row["lead_id"] for row in api.post("/v1/leads", {"leads": [
        {"email": f"pat{n}@firm{n}.example", "job_title": "VP of Sales" if n % 2 else "Clerk",
         "source": "demo form", "country": "GB", "employee_count": 200}
        for n in range(count)]}).json["results"]]
    while (batch := claim(api))["leads"]:
        run(api, batch)
    return ids


def test_a_simulation_tells_who_changes_grade_and_which_rule_did_it(api, engine):
    ids = leads(api, 8)
    model = default_model()
    seniority = model["components"]["demographic"]["rules"][0]
    assert seniority["name"] == "seniority"
    for case in seniority["cases"]:
        case["points"] = -100
    model["thresholds"] |= {"hot": 40, "warm": 30}
    made = draft(api, definition=model)
    before = api.get("/v1/leads").json["data"]
    told = api.post(f"{ALL}/{made['id']}/simulate").json
    assert (told["leads"], told["of"]) == (8, 8)
    assert sum(told["distribution"]["before"]) == sum(told["distribution"]["after"]) == 8
    assert told["changed"] == sum(
        row["leads"] for row in told["grades"] if row["from"] != row["to"]) == len(told["leads_changed"])
    assert {row["lead_id"] for row in told["leads_changed"]} <= set(ids)
    for row in told["leads_changed"]:
        assert row["because"]["rule"] in ("seniority", "thresholds") and "@" not in row["name"]
    assert told["alerts_a_week"]["more"] == pytest.approx(
        told["alerts_a_week"]["after"] - told["alerts_a_week"]["before"])
    assert api.get("/v1/leads").json["data"] == before  # nothing is written
    assert api.post(f"{ALL}/{made['id']}/simulate", {"leads": 4}).json["leads"] <= 4
    nothing = api.post(f"{ALL}/{draft(api)['id']}/simulate").json
    assert (nothing["changed"], nothing["mean_change"]) == (0, 0)
    bad = draft(api, definition={})
    assert api.post(f"{ALL}/{bad['id']}/simulate").status_code == 422


def test_a_back_test_sees_what_was_known_the_day_before(api, engine):
    """Half were won, and their titles became known with the outcome: that tells a model nothing."""
    ids = leads(api, 8)
    now = datetime.now(UTC)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE contacts SET seniority = NULL, job_title = NULL")
        cursor.execute("UPDATE lead_facts SET since = since - interval '40 days', facts = facts #- "
                       "'{contact,seniority}'")
        cursor.execute("UPDATE events SET occurred_at = occurred_at - interval '40 days',"
                       " received_at = received_at - interval '40 days'")
    for number, lead_id in enumerate(ids):
        assert api.client.patch(f"/v1/leads/{lead_id}", headers=api.headers, json={
            "status": "converted" if number % 2 else "lost"}).status_code == 200
    with engine.database.write() as cursor:
        cursor.execute("UPDATE contacts SET seniority = 'cxo' WHERE id IN"
                       " (SELECT contact_id FROM leads WHERE status = 'converted')")
    for lead_id in ids:
        score_at(engine, lead_id, now)
    told = api.post(f"{ALL}/{draft(api)['id']}/backtest").json
    assert (told["leads"], told["won"], told["lost"], told["without_history"]) == (8, 4, 4, 0)
    with engine.database.read() as cursor:
        totals = many(cursor, "SELECT status, total_score FROM leads")
    assert min(row["total_score"] for row in totals if row["status"] == "converted") > max(
        row["total_score"] for row in totals if row["status"] == "lost")
    assert told["auc"] < 0.9  # today's scores would tell 1
    assert sum(row["leads"] for row in told["grades"]) == 8
    assert sum(row["won"] for row in told["by_score"]) == 4
    assert sum(row["won"] for row in told["lift_by_decile"]) == pytest.approx(4, abs=0.01)


def test_a_back_test_counts_the_events_that_scores_count(api, engine):
    """What machines did, and that mail arrives, is no interest the day before either."""
    ids = leads(api, 2)
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO events (contact_id, lead_id, type, source, machine)"
                       " SELECT contact_id, id, 'meeting_booked', 'tests', 'burst' FROM leads")
        cursor.execute("UPDATE lead_facts SET since = since - interval '40 days'")
        cursor.execute("UPDATE events SET occurred_at = occurred_at - interval '40 days',"
                       " received_at = received_at - interval '40 days'")
        cursor.execute("SELECT id::text AS lead_id, now() - interval '30 days' AS at FROM leads")
        found = facts_at(cursor, cursor.fetchall())
    assert {event["machine"] for event in found[ids[0]]["events"] if event["type"] == "meeting_booked"} == {
        "burst"}


def test_a_back_test_counts_what_it_cannot_look_at(api, engine):
    ids = leads(api, 3)
    for lead_id in ids:
        api.client.patch(f"/v1/leads/{lead_id}", headers=api.headers, json={"status": "lost"})
    told = api.post(f"{ALL}/{draft(api)['id']}/backtest").json
    assert (told["of"], told["without_history"], told["leads"], told["auc"]) == (3, 3, 0, None)


def test_imported_outcomes_count_too(api, engine):
    ids = leads(api, 5)
    since, now = datetime.now(UTC) - timedelta(days=10), datetime.now(UTC).isoformat()
    with engine.database.write() as cursor:
        cursor.execute("UPDATE lead_facts SET since = %s", (since,))
        for lead_id, outcome, at in zip(ids, ("Closed - Won", "LOST", "won", "won", "lost"), (
                now, now, "2999-01-01", "soon", "2026-99-99"), strict=True):
            cursor.execute("UPDATE leads SET outcome = %s, outcome_at = %s WHERE id = %s",
                           (outcome, at, lead_id))
    told = api.post(f"{ALL}/{draft(api)['id']}/backtest").json
    assert (told["of"], told["won"], told["lost"]) == (2, 1, 1)


def test_who_may_not_see_people_sees_initials_of_those_who_change(api, app):
    leads(api, 2)
    viewer, made = Api(app.test_client(), "reader"), draft(api, definition=changed(hot=1, warm=0))
    named, masked = (caller.post(f"{ALL}/{made['id']}/simulate").json["leads_changed"]
                     for caller in (api, viewer))
    assert named and [row["lead_id"] for row in masked] == [row["lead_id"] for row in named]
    assert all(row["name"] != other["name"] for row, other in zip(named, masked, strict=True))


def test_models_of_industries_can_be_drafted_and_published(api):
    told = api.get("/v1/scoring/templates").json["data"]
    assert len(told) == len({template["name"] for template in told}) > 3
    made = draft(api, definition=told[0]["definition"])
    assert made["problems"] == [] and made["definition"]["title"] == told[0]["title"]
    assert api.post(f"{ALL}/{made['id']}/publish").status_code == 200


def test_the_schema_is_told(api):
    schema = api.get("/v1/scoring/schema").json
    assert schema["$schema"].endswith("2020-12/schema") and "components" in json.dumps(schema)


def test_the_command(api, engine, monkeypatch, tmp_path):
    monkeypatch.setattr("sidecar.engine.Engine.build", lambda settings: engine)
    monkeypatch.setattr("sidecar.cli._settings", lambda: engine.settings)
    monkeypatch.setattr(type(engine), "close", lambda self: None)
    ids, path = leads(api, 4), tmp_path / "model.json"

    def told(*words):
        result = CliRunner().invoke(main, ["scoring", *words])
        assert result.exit_code == 0, result.output
        return result

    path.write_text(json.dumps(changed(hot=2, warm=1)))
    simulated = json.loads(told("simulate", str(path)).stdout)
    assert (simulated["leads"], simulated["of"]) == (4, 4) and simulated["changed"] > 0
    assert "default@1 is in force" in told("publish", str(path)).stdout
    assert "default@1" in told("list").stdout and "published" in told("list", "--key", "default").stdout
    assert "done: 4 leads" in told("rescore").stdout
    assert {api.get(f"/v1/leads/{lead_id}/score").json["grade"] for lead_id in ids} == {"hot"}
    path.write_text("{}")
    bad = CliRunner().invoke(main, ["scoring", "publish", str(path)])
    assert bad.exit_code == 1 and "/definition" in bad.output


def test_the_model_that_is_shipped_is_kept_once(api, engine):
    for _ in range(2):
        models.keep_shipped(engine)
    [kept] = api.get(ALL).json["data"]
    assert (kept["state"], kept["model_version"]) == ("shipped", default_model()["version"])
    back = api.post(f"{ALL}/{kept['id']}/publish").json
    assert (back["model_version"], back["based_on"], back["state"]) == ("default@1", kept["id"], "published")
