"""Hot leads find their owner: by the model in force, exactly, whatever runs at once; and the model's life."""

from __future__ import annotations

import json
import os
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from sidecar.cli import main
from sidecar.ids import new_id
from sidecar.pipeline import routing as pipeline
from sidecar.pipeline.assigning import Assignment, assign
from sidecar.pipeline.scoring import score_leads
from sidecar.routing.model import default_model
from sidecar.services import administration, routing
from sidecar.services.audit import COMMAND_LINE
from sidecar.store import work
from sidecar.store.database import Database, many, one
from tests.integration.conftest import Api
from tests.integration.test_pipeline import claim, run

ALL = "/v1/routing/models"
NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)  # a Thursday, in the United States Thanksgiving
LEADS = int(os.environ.get("ROUTING_LEADS", "600"))
GERMAN = {"name": "german", "text": "German-speaking", "countries": ["DE", "AT"], "to": {"team": "World"}}


@pytest.fixture
def sales(api, engine):
    """No users but those that the tests add, no model; a clock that stands still; room for ten at once."""
    def forget():
        with engine.database.write() as cursor:
            cursor.execute("TRUNCATE routing_models, routing_shares, assignments, absences, teams,"
                           " hot_changes CASCADE;"
                           "DELETE FROM users WHERE email <> 'ada@example.com'")

    forget()
    database = Database(engine.settings.database_url, size=10)
    yield replace(engine, database=database, now=lambda: NOW)
    database.close()
    with engine.database.write() as cursor:
        cursor.execute("UPDATE leads SET owner_id = NULL")
    forget()


def add(engine, name, *, away=None, **more):
    row = {"id": new_id(), "email": f"{name}@example.com", "password_hash": "", "role": "operator"} | more
    with engine.database.write() as cursor:
        cursor.execute(f"INSERT INTO users ({', '.join(row)}) VALUES %s", (tuple(row.values()),))
        if away:
            cursor.execute("INSERT INTO absences (user_id, starts_at, ends_at, source, uid)"
                           " VALUES (%s, %s, %s, 'person', 'x')", (row["id"], *away))
    return row["id"]


def team(engine, name, weights, lead=None):
    made = new_id()
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO teams (id, name, lead_id) VALUES (%s, %s, %s)", (made, name, lead))
        for user_id, weight in weights.items():
            cursor.execute("INSERT INTO team_members VALUES (%s, %s, %s)", (made, user_id, weight))
    return made


def hot(number, **more):
    return {"email": f"pat{number}@firm{number}.example", "job_title": "VP of Sales", "source": "demo form",
            "country": "GB", "employee_count": 200, "industry": "Software", "annual_revenue": 50_000_000,
            "phone": f"+44 7911 {number:06}", "linkedin_url": f"linkedin.com/in/pat{number}"} | more


def send(api, leads):
    return [row["lead_id"] for start in range(0, len(leads), 1000)
            for row in api.post("/v1/leads", {"leads": leads[start:start + 1000]}).json["results"]]


def score(engine, lead_ids):
    with engine.database.write() as cursor:
        work.lock_people(cursor, lead_ids)
        return score_leads(engine, cursor, lead_ids, None).hot


def rows(engine, sql, *params):
    with engine.database.read() as cursor:
        return many(cursor, sql, params)


def assignments(engine):
    """The assignments of routing, in their order."""
    return rows(engine, "SELECT a.lead_id::text AS lead_id, a.user_id::text AS user_id, a.rule, a.reason,"
                        " a.model_version FROM assignments a WHERE kind = 'routing' ORDER BY a.id")


def published(api, **more):
    draft = api.post(ALL, {"definition": default_model() | more}).json
    answer = api.post(f"{ALL}/{draft['id']}/publish")
    assert answer.status_code == 200, answer.json
    return answer.json


def test_a_hot_lead_finds_its_owner_and_keeps_them(api, sales):
    ann, bo = add(sales, "ann"), add(sales, "bo")
    ids = send(api, [hot(number) for number in range(4)] + [hot(9, source="list", job_title="Clerk")])
    assert score(sales, ids) == ids[:4]
    given = assignments(sales)
    assert Counter(row["user_id"] for row in given) == {ann: 2, bo: 2}
    assert {row["model_version"] for row in given} == {default_model()["version"]}
    shown = api.get(f"/v1/leads/{ids[0]}").json
    assert shown["owner"] in ("ann@example.com", "bo@example.com") and shown["score"]["grade"] == "hot"
    assert api.get(f"/v1/leads/{ids[4]}").json["owner"] is None
    with sales.database.write() as cursor:  # cooled and hot again, a form sent twice, scored again
        cursor.execute("UPDATE leads SET grade = 'cold'")
    send(api, [hot(number) for number in range(4)])
    assert score(sales, ids[:4]) == ids[:4] and score(sales, ids) == []
    assert assignments(sales) == given


def test_who_left_does_not_keep_a_lead_that_becomes_hot(api, sales):
    ann, bo = add(sales, "ann"), add(sales, "bo")
    [lead_id] = send(api, [hot(1)])
    with sales.database.write() as cursor:
        assign(sales, cursor, [Assignment(lead_id, ann, "person", "For a test.")], "tests")
        cursor.execute("ALTER TABLE users DISABLE TRIGGER USER")
        cursor.execute("UPDATE users SET disabled_at = now() WHERE id = %s", (ann,))
        cursor.execute("ALTER TABLE users ENABLE TRIGGER USER")
    score(sales, [lead_id])
    assert [row["user_id"] for row in assignments(sales)] == [bo]


def test_a_lead_is_routed_in_the_flow(api, sales, engine):
    add(engine, "ann", working_hours=json.dumps({}), time_zone="UTC")
    [lead_id] = send(api, [hot(1)])
    run(api, claim(api))
    assert api.get(f"/v1/leads/{lead_id}").json["owner"] == "ann@example.com"
    [given] = assignments(engine)
    assert "back first" in given["reason"]


def test_without_anybody_a_lead_is_hot_all_the_same(api, sales):
    [lead_id] = send(api, [hot(1)])
    assert score(sales, [lead_id]) == [lead_id] and assignments(sales) == []


def test_spellings_of_one_company_go_to_one_owner_whatever_becomes_hot_at_once(api, sales):
    """With and without a domain, in eight batches at once; another bank with the same words is another."""
    for name in "abcdef":
        add(sales, name)
    ids = send(api, [
        hot(number, company_name=name, email=f"pat{number}@gmail.com") | more
        for number, (name, more) in enumerate([
            ("U.S. Bank", {}), ("US Bank National Association", {"company_domain": "usbank.example"}),
            ("US BANK, N.A.", {}), ("Bank of America", {"company_domain": "bofa.example"}),
            ("U.S. Bank National Association", {}), ("Bank of America Corporation", {}),
            ("US Bank", {}), ("Bank of America", {})])])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: score(sales, [one]), ids))
    owners = {row["lead_id"]: row["user_id"] for row in assignments(sales)}
    banks = [{owners[ids[number]] for number in numbers} for numbers in ((0, 1, 2, 4, 6), (3, 5, 7))]
    assert [len(bank) for bank in banks] == [1, 1] and banks[0] != banks[1]
    assert [row["rule"] for row in assignments(sales)].count("account") == 6


def test_many_hot_leads_at_once_with_owners_leaving_full_away_and_on_holiday(api, sales):
    """Nobody gets one who cannot take it, each gets one, and who is there all the time their share."""
    there = {add(sales, f"there{number}"): weight for number, weight in enumerate((3, 2, 1, 1))}
    full, none = add(sales, "full", capacity=LEADS // 60), add(sales, "none", capacity=0)
    away = add(sales, "away", away=(NOW - timedelta(days=3), NOW + timedelta(days=3)))
    holiday = add(sales, "holiday", time_zone="America/New_York", holidays="US")
    asleep = add(sales, "asleep", time_zone="Pacific/Auckland")
    leaving = [add(sales, f"leaving{number}") for number in range(3)]
    comes = add(sales, "comes", away=(NOW - timedelta(days=3), NOW + timedelta(days=3)))
    team(sales, "World", there | dict.fromkeys(
        [full, none, away, holiday, asleep, *leaving, comes], 2))
    published(api, rules=[GERMAN], otherwise={"team": "World"})
    first = next(iter(there))
    leads = [hot(number, country=random.Random(number).choice(["GB", "DE", "FR"])) for number in range(LEADS)]
    for number, lead in enumerate(leads):
        if number % 20 == 7:
            lead |= {"company_name": "U.S. Bank" if number % 40 == 7 else "US Bank National Association",
                     "email": f"pat{number}@gmail.com"}
            lead |= {"company_domain": "usbank.example"} if number % 80 == 7 else {}
    ids = send(api, leads)
    account = ids[7]
    with sales.database.write() as cursor:
        assign(sales, cursor, [Assignment(account, first, "person", "For a test.")], "tests")
    batches = [ids[start:start + 25] for start in range(0, len(ids), 25)]
    scored, left = threading.Semaphore(0), iter(leaving)

    def work_on(batch):
        score(sales, batch)
        scored.release()

    def others():
        """Meanwhile people leave, and one comes back."""
        for _ in range(4):
            for _ in range(len(batches) // 5):
                scored.acquire()
            if (gone := next(left, None)) is not None:
                administration.enable_user(sales, gone, False, by=COMMAND_LINE)
            else:
                with sales.database.write() as cursor:
                    cursor.execute("DELETE FROM absences WHERE user_id = %s", (comes,))

    with ThreadPoolExecutor(9) as pool:
        meanwhile = pool.submit(others)
        list(pool.map(work_on, batches))
        meanwhile.result()
    owners = rows(sales, "SELECT l.id::text AS id, l.owner_id::text AS owner, u.disabled_at FROM leads l"
                         " LEFT JOIN users u ON u.id = l.owner_id WHERE l.grade = 'hot'")
    assert len(owners) == LEADS
    assert not [row for row in owners if row["owner"] is None or row["disabled_at"]]
    given = assignments(sales)
    got = Counter(row["user_id"] for row in given)
    assert not {none, away, holiday, asleep} & got.keys()
    assert got[full] <= LEADS // 60 and got[comes] < LEADS // 4
    dealt = Counter(row["user_id"] for row in given if row["rule"] != "account")
    among = sum(dealt[user_id] for user_id in there)
    for user_id, weight in there.items():
        assert abs(dealt[user_id] - among * weight / sum(there.values())) <= 1, dealt
    bank = {row["user_id"] for row in given if row["lead_id"] in set(ids[7::20])}
    assert bank == {first}
    assert all(row["rule"] == "account" for row in given if row["lead_id"] in set(ids[7::20]))


def test_only_leads_that_find_an_owner_cost_anything(api, sales, monkeypatch):
    """What is asked does not grow with the leads; of those that are not hot, or have an owner, nothing is."""
    add(sales, "ann")
    ids = send(api, [hot(number, company_name=f"Firm {number}") for number in range(40)])
    asked = []

    def counting(function):
        return lambda cursor, *more: (asked.append(function.__name__), function(cursor, *more))[1]

    for name in ("lock", "people", "teams", "dealt", "accounts", "owned", "save_dealt"):
        monkeypatch.setattr(pipeline.store, name, counting(getattr(pipeline.store, name)))
    monkeypatch.setattr(pipeline.versions, "published", counting(pipeline.versions.published))
    score(sales, ids)
    assert Counter(asked) == dict.fromkeys(
        ("lock", "people", "teams", "dealt", "accounts", "owned", "save_dealt", "published"), 1)
    asked.clear()
    score(sales, ids)
    assert asked == []


def test_a_draft_is_published_rolled_back_and_told_apart(api, sales):
    first = api.post(ALL, {}).json
    assert (first["state"], first["model_version"], first["problems"]) == ("draft", "routing@1", [])
    assert first["definition"] == default_model() | {"version": "routing@1"}
    edited = api.client.put(f"{ALL}/{first['id']}", json={"definition": default_model() | {
        "account_owner_first": False}}, headers=api.headers | {"If-Match": f'"{first["version"]}"'})
    assert edited.status_code == 200
    assert api.client.put(f"{ALL}/{first['id']}", json={"definition": {}}, headers=api.headers | {
        "If-Match": '"1"'}).status_code == 412
    assert api.post(f"{ALL}/{first['id']}/publish").json["state"] == "published"
    assert api.post(f"{ALL}/{first['id']}/publish").status_code == 409
    second = published(api, title="All alike")
    told = api.get(f"{ALL}/{second['id']}/diff?with={first['id']}").json
    assert told == {"from": "routing@1", "to": "routing@2", "changes": [
        "model: account owner first no -> yes", "model: title All alike is new"]}
    back = api.post(f"{ALL}/{first['id']}/publish").json
    assert (back["model_version"], back["based_on"]) == ("routing@3", first["id"])
    assert [row["state"] for row in api.get(ALL).json["data"]] == ["published", "retired", "retired"]
    assert [row["id"] for row in api.get(f"{ALL}?state=published").json["data"]] == [back["id"]]
    assert api.client.delete(f"{ALL}/{back['id']}", headers=api.headers).status_code == 409
    assert api.post(f"{ALL}/{back['id']}/retire").json["state"] == "retired"
    assert api.post(f"{ALL}/{back['id']}/retire").status_code == 409
    draft = api.post(ALL, {"based_on": second["id"]}).json
    other = api.post(ALL, {"based_on": draft["id"]}).json
    assert api.client.delete(f"{ALL}/{draft['id']}", headers=api.headers).status_code == 204
    assert api.get(f"{ALL}/{other['id']}").json["based_on"] == second["id"]
    assert api.get(f"{ALL}/{draft['id']}").status_code == 404
    assert api.get("/v1/routing/schema").json["title"] == "Routing model"
    assert api.get("/v1/audit").json["data"][0]["action"] == "routing_model.deleted"


def test_a_wrong_model_is_refused_when_it_is_published(api, sales):
    ann = add(sales, "ann")
    add(sales, "viewer", role="viewer")
    team(sales, "World", {ann: 1})
    rule = {"name": "one", "countries": ["DE"], "to": {"people": [
        {"email": "Ann@example.com"}, {"email": "viewer@example.com"}]}}
    draft = api.post(ALL, {"definition": default_model() | {
        "rules": [rule, rule | {"name": "two", "to": {"team": "Nowhere"}}]}}).json
    refused = api.post(f"{ALL}/{draft['id']}/publish")
    assert refused.status_code == 422
    assert [(error["pointer"], error["detail"]) for error in refused.json["errors"]] == [
        ("/definition/rules/0/to/people/1/email", "viewer@example.com is nobody who works on leads"),
        ("/definition/rules/1/to/team", "there is no team Nowhere")]
    assert [error["pointer"] for error in draft["problems"]] == [
        "/rules/0/to/people/1/email", "/rules/1/to/team"]
    nonsense = api.post(ALL, {"definition": {"rules": [1]}}).json
    assert api.post(f"{ALL}/{nonsense['id']}/publish").status_code == 422


def test_a_model_in_force_that_is_none_is_passed_over(api, sales, caplog):
    add(sales, "ann")
    with sales.database.write() as cursor:
        cursor.execute("INSERT INTO routing_models (version, definition, state, created_by)"
                       " VALUES ('routing@1', '[]', 'published', 'tests')")
    score(sales, send(api, [hot(1)]))
    assert [row["model_version"] for row in assignments(sales)] == [default_model()["version"]]
    assert any(record.levelname == "ERROR" for record in caplog.records)


def test_a_simulation_tells_who_would_get_how_many_by_which_rule(api, sales, engine, tmp_path):
    ann, _ = add(sales, "ann"), add(sales, "bo")
    team(sales, "World", {ann: 1})
    ids = send(api, [hot(number, country="DE" if number % 2 else "GB") for number in range(8)])
    score(engine, ids)
    before = rows(engine, "SELECT * FROM routing_shares ORDER BY 1, 2")
    draft = api.post(ALL, {"definition": default_model() | {"rules": [GERMAN]}}).json
    told = api.post(f"{ALL}/{draft['id']}/simulate").json
    assert (told["model_version"], told["days"], told["leads"], told["of"]) == ("routing@1", 30, 8, 8)
    assert told["people"] == [{"owner": "ann@example.com", "before": 4, "after": 6},
                              {"owner": "bo@example.com", "before": 4, "after": 2}]
    assert told["rules"] == [{"rule": "otherwise", "before": 8, "after": 4},
                             {"rule": "german", "before": 0, "after": 4}]
    assert told["changed"] == 4 == len(told["leads_changed"])
    assert {row["lead_id"] for row in told["leads_changed"]} == set(ids[1::2])
    assert all(row["name"].startswith("pat") and row["company"] for row in told["leads_changed"])
    assert told["leads_changed"][0]["to"]["reason"].startswith("Rule german (German-speaking);")
    some = api.post(f"{ALL}/{draft['id']}/simulate", {"leads": 3, "days": 1}).json
    assert (some["leads"], some["of"]) == (3, 8)
    assert rows(engine, "SELECT * FROM routing_shares ORDER BY 1, 2") == before
    assert routing.simulate(engine, default_model(), days=1, most=None)["changed"] == 0
    with engine.database.write() as cursor:
        cursor.execute("UPDATE users SET capacity = CASE email WHEN 'ann@example.com' THEN 1 ELSE 0 END")
    assert routing.simulate(engine, default_model(), days=1, most=None)["people"] == [
        {"owner": "ann@example.com", "before": 8, "after": 8}]


def test_who_may_only_read_changes_nothing_and_learns_nobodys_address(api, app, sales):
    reader, draft = Api(app.test_client(), "reader"), api.post(ALL, {}).json
    for path in ("", f"/{draft['id']}/publish", f"/{draft['id']}/retire"):
        assert reader.post(f"{ALL}{path}").status_code == 403
    assert reader.get(ALL).status_code == 200
    assert reader.get(f"{ALL}/{draft['id']}").status_code == 403
    assert reader.post(f"{ALL}/{draft['id']}/simulate").status_code == 403


def test_of_two_that_publish_at_once_one_is_in_force(api, sales):
    drafts = [api.post(ALL, {}).json["id"] for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda model: routing.ROUTING.publish(sales, model, by=COMMAND_LINE), drafts))
    with sales.database.read() as cursor:
        assert one(cursor, "SELECT count(*) AS n FROM routing_models WHERE state = 'published'")["n"] == 1


def test_the_command_line_checks_publishes_simulates_and_shows(api, sales, environ, tmp_path):
    add(sales, "ann")
    file = tmp_path / "model.json"

    def call(*words):
        return CliRunner(env=environ).invoke(main, ["routing", *map(str, words)])

    assert json.loads(call("show").stdout) == default_model()
    file.write_text(json.dumps({"rules": [GERMAN], "otherwise": {"everybody": True}}))
    assert call("check", file).exit_code == 0
    refused = call("publish", file)
    assert refused.exit_code == 1 and "there is no team World" in refused.output
    assert call("history").output == ""
    team(sales, "World", {})
    assert "routing@1 is in force" in call("publish", file).output
    assert "routing@1" in call("history").output
    assert json.loads(call("show").stdout)["rules"] == [GERMAN]
    assert "0 of 0 leads go another way" in call("simulate", file).stderr
    file.write_text("{}")
    assert call("check", file).exit_code == 1 and call("simulate", file).exit_code == 1
    assert json.loads(call("schema").stdout)["title"] == "Routing model"
