"""Failed n8n executions: kept and told without the person, listed, forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sidecar.channels.slack import Slack
from sidecar.pipeline import workflow_errors
from sidecar.store.database import many

TOLD = {
    "execution_id": "7", "workflow_id": "w", "workflow_name": "Intake for +12025550143", "node": "Find owner",
    "message": "No owner for ada@acme.example, see https://www.linkedin.com/in/ada-roe or call 020 7946 0958"}
KEPT = "No owner for [email], see [profile] or call [phone]"


@pytest.fixture
def by_slack(engine):
    """An engine that owes operations messages, which nobody sends."""
    return replace(engine, settings=replace(engine.settings, channels={
        "slack": Slack(slack_webhook_url="http://127.0.0.1:1/services/sales",
                       operations_slack_webhook_url="http://127.0.0.1:1/services/operations")}))


def stored(engine):
    with engine.database.write() as cursor:
        return str(many(cursor, "SELECT * FROM workflow_errors")
                   + many(cursor, "SELECT * FROM notifications WHERE kind = 'operations'"))


def test_an_error_is_kept_and_told_without_the_person(api, engine, by_slack):
    answer = workflow_errors.record_error(by_slack, TOLD)
    kept = stored(engine)
    assert KEPT in kept and "'detail'" in kept
    for secret in ("ada", "12025550143", "7946"):
        assert secret not in kept
    shown, = api.get("/v1/workflow-errors").json["data"]
    assert (shown["id"], shown["message"], shown["node"], shown["workflow_name"], shown["batch_id"]) == (
        answer["error_id"], KEPT, "Find owner", "Intake for [phone]", None)


def test_errors_are_paged_newest_first(api):
    for number in range(5):
        api.post("/v1/pipeline/errors", {"node": str(number)})
    first = api.get("/v1/workflow-errors?limit=3").json
    assert [row["node"] for row in first["data"]] == ["4", "3", "2"]
    rest = api.get(f"/v1/workflow-errors?limit=3&cursor={first['next']}").json
    assert [row["node"] for row in rest["data"]] == ["1", "0"] and rest["next"] is None


def test_whose_scope_does_not_read_leads_sees_no_errors(api, app):
    assert app.test_client().get("/v1/workflow-errors").status_code == 401


def test_an_erasure_forgets_errors_and_messages_that_name_the_person(api, engine, by_slack):
    lead = api.post("/v1/leads", {"email": "zoe@acme.example", "full_name": "Zoe Quillfeather"})
    contact = lead.json["results"][0]["contact_id"]
    for name in ("Zoe QUILLFEATHER", "somebody else"):
        workflow_errors.record_error(by_slack, {"node": name, "message": f"No owner for {name}"})
    assert "QUILLFEATHER" in stored(engine)
    assert api.client.delete(f"/v1/contacts/{contact}", headers=api.headers).status_code == 204
    left = stored(engine)
    assert "QUILLFEATHER" not in left and left.count("No owner for somebody else") == 2


def test_the_reason_of_a_batch_that_fails_is_kept_without_the_person(api, engine):
    api.post("/v1/leads", {"email": "ada@acme.example"})
    batch = api.post("/v1/pipeline/claim").json
    api.step(batch, "fail", reason="bob@acme.example is unknown")
    with engine.database.write() as cursor:
        reason, = many(cursor, "SELECT reason FROM work_items")
    assert reason["reason"] == "[email] is unknown"


def test_an_error_leads_to_its_run(app, engine, by_slack):
    workflow_errors.record_error(by_slack, TOLD)
    where = replace(engine, settings=replace(engine.settings, n8n_editor_url="https://editor.example/"))
    [row], _ = workflow_errors.list_errors(where, limit=1, after=None)
    assert row["url"] == "https://editor.example/workflow/w/executions/7"
    nowhere = replace(engine, settings=replace(engine.settings, n8n_editor_url=None))
    assert workflow_errors.list_errors(nowhere, limit=1, after=None)[0][0]["url"] is None
