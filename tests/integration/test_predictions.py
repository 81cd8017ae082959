"""Predictive models: learnt from the store's outcomes as things stood before them, published, withdrawn."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from sidecar.cli import main
from sidecar.scoring.ml import prediction
from sidecar.services import predictions
from sidecar.services.audit import COMMAND_LINE
from sidecar.store import predictions as store
from sidecar.store.database import many, one
from tests.integration.test_past_scores import score_at
from tests.integration.test_pipeline import claim, lead, run, send

ALL = "/v1/scoring/predictions"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def no_models(engine):
    def forget():
        with engine.database.write() as cursor:
            cursor.execute("DELETE FROM ml_models")
        engine.cache.redis.delete("once:training")

    forget()
    yield
    forget()


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """A handful of conversions is enough."""
    from sidecar.scoring.ml import learning

    monkeypatch.setattr(learning, "NEEDED", 20)
    monkeypatch.setattr(prediction, "NEEDED", 20)


@pytest.fixture
def ended(api, engine):
    """80 leads whose seniority decides, known since ten days, that ended within the last days."""
    titles = ("Vice President", "Clerk")
    ids = send(api, *(lead(n, job_title=titles[n % 2], source="web form") for n in range(80)))
    with engine.database.write() as cursor:
        for place, lead_id in enumerate(ids):
            at = datetime.now(UTC) - 8 * DAY + place * timedelta(hours=2)
            seniority = "vp" if place % 2 == 0 else "entry"
            # One in eight is otherwise than its seniority says.
            won = (place % 2 == 0) is (place % 8 > 1 or place % 16 > 7)
            cursor.execute("DELETE FROM lead_facts WHERE lead_id = %s", (lead_id,))
            cursor.execute(
                "INSERT INTO lead_facts (lead_id, since, digest, facts) VALUES"
                " (%(id)s, %(before)s, '-', %(then)s), (%(id)s, %(after)s, '-', %(now)s)",
                {"id": lead_id, "before": at - DAY, "after": at + timedelta(hours=1),
                 "then": f'{{"contact": {{"seniority": "{seniority}"}}, "lead": {{"source": "web form"}}}}',
                 # What is written when the outcome is known gives it away.
                 "now": f'{{"contact": {{"department": "{"won" if won else "lost"}"}}}}'})
            for occurred, received in ((at - 2 * DAY, at - DAY), (at + DAY, at + DAY), (at - DAY, at + DAY)):
                cursor.execute(
                    "INSERT INTO events (contact_id, lead_id, type, occurred_at, received_at, source) SELECT"
                    " contact_id, id, 'email_reply', %s, %s, 'tests' FROM leads WHERE id = %s",
                    (occurred, received, lead_id))
            cursor.execute("UPDATE leads SET status = %s, created_at = %s WHERE id = %s",
                           ("converted" if won else "lost", at - 3 * DAY, lead_id))
            cursor.execute("INSERT INTO lead_status_history (lead_id, to_status, changed_by, changed_at)"
                           " SELECT id, status, 'tests', %s FROM leads WHERE id = %s", (at, lead_id))
    return ids


def test_examples_are_as_of_the_moment_before_the_outcome(api, engine, ended):
    with engine.database.read() as cursor:
        examples = store.examples(cursor, 100)
    assert len(examples) == 80 and {one["lead_id"] for one in examples} == set(ended)
    assert [one["at"] for one in examples] == sorted((one["at"] for one in examples), reverse=True)
    for row in examples:
        assert set(row["facts"]["contact"]) == {"seniority"}
        replies = [event for event in row["events"] if event["type"] == "email_reply"]
        assert len(replies) == 1 and datetime.fromisoformat(replies[0]["occurred_at"]) < row["at"]


def test_outcomes_of_other_systems_count_with_what_came_with_them(api, engine):
    came = send(api, lead(1, outcome="Closed Won", outcome_at="2024-05-01"), lead(2, outcome="lost"),
                lead(3, outcome="negotiating"), lead(4))
    run(api, claim(api))
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO lead_facts (lead_id, since, digest, facts)"
                       " SELECT id, now() + interval '2 hours', '-', '{\"lead\": {\"source\": \"later\"}}'"
                       " FROM leads")
    with engine.database.read() as cursor:
        found = {row["lead_id"]: row for row in store.examples(cursor, 100)}
        assert store.conversions(cursor) == 1
    assert {lead_id: row["won"] for lead_id, row in found.items()} == {came[0]: True, came[1]: False}
    assert {row["facts"]["lead"]["source"] for row in found.values()} == {"import"}
    assert all(row["events"] == [] for row in found.values())


def test_trained_published_used_withdrawn(api, engine, ended):
    told = predictions.train(engine, by=COMMAND_LINE)
    assert told["state"] == "published", told["reason"]
    assert told["report"]["auc"] > 0.7 and "contact.department" not in told["report"]["effects"]
    shown = api.get(f"{ALL}/{told['id']}").json
    assert shown["picture"].startswith("<svg") and shown["model_version"] == told["model_version"]
    fresh = send(api, lead(500, job_title="Vice President"), lead(501, job_title="Clerk"))
    run(api, claim(api))
    points = []
    for lead_id in fresh:
        score = api.get(f"/v1/leads/{lead_id}/score").json
        reason, = [reason for reason in score["reasons"] if reason["component"] == "ml"]
        assert f"learnt from {told['report']['learnt_from']['conversions']} conversions" in reason["text"]
        points.append(score["components"]["ml"])
    assert points[0] > points[1]
    assert api.post(f"{ALL}/{told['id']}/publish").status_code == 409
    withdrawn = api.post(f"{ALL}/{told['id']}/withdraw").json
    assert withdrawn["state"] == "retired" and api.post(f"{ALL}/{told['id']}/withdraw").status_code == 409
    with engine.database.write() as cursor:
        assert one(cursor, "SELECT count(*) AS n FROM ml_models WHERE state = 'published'")["n"] == 0
    assert api.post(f"{ALL}/{told['id']}/publish").json["state"] == "published"
    with engine.database.read() as cursor:
        actions = [row["action"] for row in many(
            cursor, "SELECT action FROM audit_log WHERE entity_kind = 'ml_model' ORDER BY id")]
    assert actions[-3:] == ["prediction.published", "prediction.withdrawn", "prediction.published"]


def test_the_same_again_is_not_published(api, engine, ended):
    first = predictions.train(engine, by=COMMAND_LINE)
    second = predictions.train(replace(engine, now=lambda: datetime.now(UTC) + DAY), by=COMMAND_LINE)
    assert (first["state"], second["state"]) == ("published", "draft")
    assert second["reason"].startswith("Not better than the model in force")
    assert [one["id"] for one in api.get(f"{ALL}?limit=1").json["data"]] == [second["id"]]


def test_too_few_conversions_are_said_with_every_score(api, engine, monkeypatch):
    fresh = send(api, lead(1, outcome="won"), lead(2))
    told = predictions.train(engine, by=COMMAND_LINE)
    assert (told["state"], told["report"]["conversions"]) == ("waiting", 0)  # it is not scored yet
    run(api, claim(api))
    told = predictions.train(engine, by=COMMAND_LINE)
    assert told["reason"] == "Learnt from 1 of 20 conversions needed."
    listed = api.get(ALL).json["data"]
    assert [one["state"] for one in listed] == ["waiting"]
    score_at(engine, fresh[1], datetime.now(UTC) + DAY)
    score = api.get(f"/v1/leads/{fresh[1]}/score").json
    assert "No bonus yet: learnt from 1 of 20 conversions needed" in str(score["reasons"])
    assert score["components"]["ml"] == 0
    assert api.post(f"{ALL}/{told['id']}/publish").status_code == 409


def test_training_is_begun_once_in_a_process_of_its_own(api, engine, monkeypatch):
    begun = []
    monkeypatch.setattr(predictions, "_begin_process", begun.append)
    answer = api.post(f"{ALL}/train")
    assert (answer.status_code, answer.json) == (202, {"training": True, "conversions": 0, "needed": 50})
    assert api.post(f"{ALL}/train").status_code == 409 and begun == ["tests"]
    engine.cache.redis.delete("once:training")
    monkeypatch.setattr(predictions, "can_train", lambda: False)
    refused = api.post(f"{ALL}/train")
    assert refused.status_code == 409 and "scikit-learn" in refused.json["detail"]


def test_the_command_line_trains_and_reports(api, engine, ended, environ, monkeypatch, tmp_path):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert "No model was trained yet" in CliRunner().invoke(main, ["ml", "report"]).output
    trained = CliRunner().invoke(main, ["ml", "train"])
    assert trained.exit_code == 0 and "Better than the rules alone" in trained.output, trained.output
    assert trained.output.rstrip().endswith("It is in force.")
    drawn = tmp_path / "report.svg"
    report = CliRunner().invoke(main, ["ml", "report", "--picture", str(drawn)])
    assert json.loads(report.output)["report"]["learnt_from"]["leads"] == 60
    assert drawn.read_text(encoding="utf-8").startswith("<svg")
