"""What a request caused is found by its id: from what it brought to the messages."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from click.testing import CliRunner

from sidecar import cli
from sidecar.channels.email import Email
from sidecar.pipeline import messages
from sidecar.store import facts
from sidecar.store.database import many
from tests.integration.conftest import Api, users_of
from tests.integration.test_pipeline import claim, run

LEAD = {"email": "nora@story-vale.example", "first_name": "Nora", "last_name": "Vale",
        "company_name": "Story Vale Inc.", "source": "demo request"}


def send(api, lead, request_id):
    return api.client.post("/v1/leads", json=lead, headers=api.headers | {"X-Request-Id": request_id})


def story(api, request_id, query=""):
    answer = api.get(f"/v1/requests/{request_id}?{query}")
    assert answer.status_code == 200, answer.json
    return answer.json


def kinds(told):
    return [row["kind"] for row in told["data"]]


@pytest.fixture
def request_id():
    return uuid4().hex


@pytest.fixture
def sent(api, engine, request_id):
    """The id of a lead that went through run 4711 of n8n; somebody is to be told of it."""
    [result] = send(api, LEAD, request_id).json["results"]
    run(api, claim(api, execution_id="4711"))
    users_of(engine, "nina@example.com")
    by_mail = replace(engine, settings=replace(engine.settings, channels={"email": Email(
        smtp_url="smtp://127.0.0.1:1", mail_from="leads@example.com", mail_to=("sales@example.com",),
        operations_mail_to=())}))
    with engine.database.write() as cursor:
        messages.owe_hot(by_mail, cursor, [(row, 1) for row in facts.load(cursor, [result["lead_id"]])])
    return result["lead_id"]


def test_one_id_finds_all_that_a_request_caused_in_its_order(api, engine, request_id, sent):
    told = story(api, request_id)
    assert [row["lead_id"] for row in told["leads"]] == [sent] and not told["more_leads"]
    assert [row["at"] for row in told["data"]] == sorted(row["at"] for row in told["data"])
    found = kinds(told)
    assert found[0] == "received" and {"batch", "call", "score", "message"} <= set(found)
    by = {row["kind"]: row["details"] for row in told["data"]}
    assert by["received"] | {"outcome": "created", "source": "demo request", "errors": []} == by["received"]
    assert (by["batch"]["execution"], by["batch"]["leads"]) == ("4711", 1)
    assert by["score"]["batch"] == by["batch"]["batch"]
    with engine.database.read() as cursor:
        asked = {row["id"]: row["price"] for row in many(
            cursor, "SELECT id::text AS id, price::float8 AS price FROM provider_calls"
                    " WHERE state <> 'dropped'")}
    calls = [row for row in told["data"] if row["kind"] == "call"]
    assert {row["details"]["call"] for row in calls} == asked.keys() and len(calls) == len(asked)
    for row in calls:
        assert (row["lead_id"], row["details"]["price"]) == (sent, asked[row["details"]["call"]])
        assert row["details"]["batch"] == by["batch"]["batch"]
    assert (by["message"]["kind"], by["message"]["state"]) == ("hot_lead", "owed")


def test_a_run_of_n8n_is_found_by_its_number(api, request_id, sent):
    told = story(api, "n8n-execution-4711")
    assert [row["lead_id"] for row in told["leads"]] == [sent]
    assert {"batch", "call", "score", "message"} <= set(kinds(told)) and "received" not in kinds(told)
    assert api.get("/v1/requests/n8n-execution-4712").status_code == 404


def test_what_came_before_is_no_part_of_it(api, sent):
    later = uuid4().hex
    assert send(api, LEAD | {"message": "And again."}, later).json["results"][0]["lead_id"] == sent
    assert kinds(story(api, later)) == ["received"]


def test_pages_follow_each_other(api, request_id, sent):
    whole, found, after = story(api, request_id), [], ""
    while after is not None:
        page = story(api, request_id, f"limit=2{after and f'&cursor={after}'}")
        found += page["data"]
        after = page["next"]
    assert found == whole["data"] and len(found) > 4


def test_an_import_is_found_by_its_id(api):
    job = api.client.post(
        "/v1/jobs/imports", data=b"email\nann@firm1.example\nbob@firm2.example\nnobody\n",
        content_type="text/csv", headers=api.headers).json["job"]
    while api.post("/v1/jobs/step").json["job"]:
        pass
    told = story(api, f"job:{job['id']}")
    assert kinds(told) == ["job", "received", "received", "received"] and len(told["leads"]) == 2


def test_an_edit_is_found_by_its_request(api, request_id):
    [result] = send(api, LEAD, uuid4().hex).json["results"]
    api.client.patch(f"/v1/leads/{result['lead_id']}", json={"status": "working"},
                     headers=api.headers | {"X-Request-Id": request_id})
    [row] = story(api, request_id)["data"]
    assert (row["kind"], row["lead_id"], row["details"]["action"], row["details"]["by"]) == (
        "audit", result["lead_id"], "lead.edited", "tests")


def test_a_refused_lead_tells_why(api, request_id):
    assert send(api, {"email": "nobody"}, request_id).status_code == 422
    [row] = story(api, request_id)["data"]
    assert (row["lead_id"], row["details"]["outcome"], row["details"]["errors"]) == (
        None, "rejected", ["invalid_email"])


def test_nobody_is_named(api, request_id, sent):
    said = str(story(api, request_id))
    for secret in ("nora", "Nora", "Vale", "story-vale"):
        assert secret not in said


@pytest.mark.parametrize("wrong", [
    "short", "x" * 65, "what%20is%20this", "0123456789%00", "job:nothing", "a%2Fb12345678"])
def test_an_id_that_left_nothing_is_not_found(api, wrong):
    assert api.get(f"/v1/requests/{wrong}").status_code == 404


def test_who_only_reads_may_not_ask(api, app, request_id, sent):
    assert Api(app.test_client(), "reader").get(f"/v1/requests/{request_id}").status_code == 403


@pytest.mark.parametrize("given", [
    "job:019ac1de-0000-7000-8000-000000000000", "command:019ac1de", "short", "x" * 65, "übergroß-und-lang"])
def test_an_id_that_is_not_ours_to_take_is_replaced(api, given):
    answer = api.client.get("/v1/auth/me", headers=api.headers | {"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] not in (given, "")


def test_the_command_tells_the_same(api, engine, monkeypatch, request_id, sent):
    monkeypatch.setattr(cli, "_settings", lambda: engine.settings)
    done = CliRunner().invoke(cli.main, ["find", request_id])
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line.split()[2] for line in lines] == kinds(story(api, request_id))
    assert f"lead={sent}" in lines[0] and "execution=4711" in done.stdout
    unknown = CliRunner().invoke(cli.main, ["find", "0123456789"])
    assert unknown.exit_code == 1 and "No request" in unknown.output


def test_a_command_is_found_by_the_id_that_the_audit_log_has(api, engine, monkeypatch):
    monkeypatch.setattr(cli, "_settings", lambda: engine.settings)
    CliRunner().invoke(cli.main, ["clients", "add", "website", "--scopes", "leads"])
    with engine.database.read() as cursor:
        [row] = many(cursor, "SELECT request_id FROM audit_log WHERE entity_id = 'website' ORDER BY id DESC"
                             " LIMIT 1")
    assert row["request_id"].startswith("command:")
    assert kinds(story(api, row["request_id"])) == ["audit"]
