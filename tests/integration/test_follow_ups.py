"""What follows when leads became hot: touches, reminders and escalations, each once, and the figures."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.channels.email import Email
from sidecar.pipeline import following
from sidecar.secrets import hash_password
from sidecar.store import access
from sidecar.store.database import Database, many
from tests.integration.test_pipeline import claim
from tests.workflows.test_end_to_end import perfect

ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
PASSWORD = "a long password"


@pytest.fixture
def team(api, engine):
    """Users by name, at work day and night, and gone afterwards: lea leads a team of vera and max."""
    names = ("vera", "max", "lea")
    with engine.database.write() as cursor:
        hashed = hash_password(PASSWORD)
        for name in names:
            access.save_user(cursor, f"{name}@team.example", hashed, "operator", name.title())
        found = {row["name"].lower(): row["id"] for row in many(
            cursor, "UPDATE users SET working_hours = %s WHERE email LIKE '%%@team.example'"
            " RETURNING id::text AS id, name", (json.dumps(ALWAYS),))}
        cursor.execute("INSERT INTO user_channels (user_id, channel, address, kinds)"
                       " SELECT id, 'email', email, '{hot_lead,reminder,escalation}' FROM users"
                       " WHERE email LIKE '%@team.example'")
        cursor.execute("INSERT INTO teams (name, lead_id) VALUES ('Team', %s)", (found["lea"],))
        cursor.execute("INSERT INTO team_members (team_id, user_id) SELECT t.id, u.id FROM teams t, users u"
                       " WHERE t.name = 'Team' AND u.email IN ('vera@team.example', 'max@team.example')")
    yield found
    with engine.database.write() as cursor:
        cursor.execute("TRUNCATE hot_changes, follow_ups, assignments, handlings CASCADE;"
                       " UPDATE leads SET owner_id = NULL; DELETE FROM teams WHERE name = 'Team';"
                       " DELETE FROM users WHERE email LIKE '%@team.example'")


@pytest.fixture
def by_mail(engine):
    """An engine that owes messages by mail; nothing is sent."""
    return replace(engine, settings=replace(engine.settings, channels={"email": Email(
        smtp_url="smtp://127.0.0.1:1", mail_from="leads@example.com", mail_to=("sales@example.com",),
        operations_mail_to=())}))


def hot(api, engine, owner_id, *names):
    """Leads that became hot just now, of an owner."""
    sent = api.post("/v1/leads", {"leads": [perfect(name) for name in names]}).json["results"]
    mine = owner_id, [row["lead_id"] for row in sent]
    write(engine, "UPDATE leads SET owner_id = %s WHERE id = ANY(%s::uuid[])", mine)
    while (batch := claim(api))["leads"]:
        api.step(batch, "score")
        api.step(batch, "complete")
    if owner_id is None:  # they were routed
        write(engine, "UPDATE leads SET owner_id = %s WHERE id = ANY(%s::uuid[])", mine)
    return mine[1]


def sweep(engine, minutes, **more):
    """What is done so many minutes later."""
    later = engine.now() + timedelta(minutes=minutes)
    return following.follow_up(replace(engine, now=lambda: later), **{"limit": 500, "after": None} | more)


def write(engine, sql, params=None):
    with engine.database.write() as cursor:
        cursor.execute(sql, params)


def rows(engine, sql):
    with engine.database.read() as cursor:
        return many(cursor, sql)


def steps(engine):
    return Counter((row["lead_id"], row["step"]) for row in rows(
        engine, "SELECT lead_id::text AS lead_id, step FROM follow_ups"))


def told(engine):
    """Messages about leads that nobody touched: (kind, step, whom, state)."""
    return [(row["kind"], row["step"], row["email"], row["state"]) for row in rows(
        engine, "SELECT n.kind, (n.about ->> 'step')::int AS step, u.email, n.state FROM notifications n"
                " LEFT JOIN users u ON u.id = n.user_id WHERE n.kind IN ('reminder', 'escalation')"
                " ORDER BY 2, 3")]


def latest(api, lead_id):
    return api.get(f"/v1/leads/{lead_id}").json["hot_changes"][0]


def test_the_owner_is_reminded_then_others_are_told(api, by_mail, team):
    hot(api, by_mail, team["vera"], "one")
    assert sweep(by_mail, 14)["looked"] == 0
    assert sweep(by_mail, 16) == {
        "looked": 1, "reminded": 1, "escalated": 0, "handed_on": 0, "next": None}
    assert sweep(by_mail, 17)["reminded"] == 0
    assert sweep(by_mail, 61)["escalated"] == 1
    assert sweep(by_mail, 241)["escalated"] == 1
    assert sweep(by_mail, 9999)["looked"] == 0
    assert told(by_mail) == [
        ("reminder", 1, "vera@team.example", "owed"), ("escalation", 2, "lea@team.example", "owed"),
        ("escalation", 3, "lea@team.example", "owed"), ("escalation", 3, "max@team.example", "owed")]


@pytest.fixture
def crowd(by_mail):
    """The engine with connections for eight at once."""
    database = Database(by_mail.settings.database_url, size=8)
    yield replace(by_mail, database=database)
    database.close()


def test_each_step_is_given_once_however_many_look(api, by_mail, team, crowd):
    lead_ids = hot(api, by_mail, team["vera"], *(f"many{number}" for number in range(30)))
    assert len(lead_ids) == 30
    for minutes, step in ((16, 1), (61, 2), (241, 3)):
        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(lambda _, at=minutes: sweep(crowd, at), range(8)))
        left = sweep(by_mail, minutes)
        given = sum(part["reminded"] + part["escalated"] for part in [*done, left])
        assert given == 30
        assert steps(by_mail) == Counter({(lead, n): 1 for lead in lead_ids for n in range(1, step + 1)})
    assert Counter(row[:3] for row in told(by_mail)) == {
        ("reminder", 1, "vera@team.example"): 30, ("escalation", 2, "lea@team.example"): 30,
        ("escalation", 3, "lea@team.example"): 30, ("escalation", 3, "max@team.example"): 30}


def test_a_sweep_takes_so_many_leads(api, by_mail, team):
    hot(api, by_mail, team["vera"], "page1", "page2", "page3")
    first = sweep(by_mail, 16, limit=2)
    assert (first["reminded"], bool(first["next"])) == (2, True)
    assert sweep(by_mail, 16, limit=2, after=first["next"]) == {
        "looked": 1, "reminded": 1, "escalated": 0, "handed_on": 0, "next": None}


@pytest.mark.parametrize("change", [
    "grade = 'warm'", "status = 'lost'", "is_test = true",
])
def test_who_is_no_hot_lead_any_more_is_followed_no_more(api, by_mail, team, change):
    hot(api, by_mail, team["vera"], "over")
    write(by_mail, f"UPDATE leads SET {change}")
    assert sweep(by_mail, 60)["looked"] == 0


def snoozed(engine, lead_id, user, lasts):
    write(engine, "INSERT INTO handlings (lead_id, hot_change, kind, user_id, by, channel, until, before,"
                  " after) VALUES (%s, 1, 'snooze', %s, 'Vera', 'email', now() + %s::interval, '{}', '{}')",
          (lead_id, user, lasts))


def test_a_snooze_is_waited_for(api, by_mail, team):
    [lead_id] = hot(api, by_mail, team["vera"], "later")
    snoozed(by_mail, lead_id, team["vera"], "2 hours")
    assert sweep(by_mail, 134)["reminded"] == 0
    assert sweep(by_mail, 136)["reminded"] == 1


def test_a_snooze_of_who_had_it_before_is_not_waited_for(api, by_mail, team):
    [lead_id] = hot(api, by_mail, team["vera"], "passed_on")
    snoozed(by_mail, lead_id, team["vera"], "1 day")
    write(by_mail, "UPDATE leads SET owner_id = %s", (team["max"],))
    write(by_mail, "INSERT INTO assignments (lead_id, user_id, kind, reason, actor)"
                   " VALUES (%s, %s, 'routing', 'Vera is the wrong person for it.', 'vera')",
          (lead_id, team["max"]))
    assert sweep(by_mail, 16)["reminded"] == 1
    assert [row[2] for row in told(by_mail)] == ["max@team.example"]


def test_a_snooze_of_who_has_it_no_more_is_not_waited_for_where_nobody_has_it(api, by_mail, team):
    left, lost, others = hot(api, by_mail, None, "left", "lost", "others")
    for lead_id, name in ((left, "lea"), (lost, "vera"), (others, "max")):
        snoozed(by_mail, lead_id, team[name], "30 days")
    write(by_mail, "UPDATE users SET disabled_at = now() WHERE id = %s", (team["lea"],))
    write(by_mail, "INSERT INTO assignments (lead_id, previous_id, kind, reason, actor, at)"
                   " VALUES (%s, %s, 'person', 'Nobody''s.', 'lea', now() + interval '1 second')",
          (lost, team["vera"]))
    sweep(by_mail, 60 * 24 * 14)
    assert steps(by_mail) == {(left, 1): 1, (lost, 1): 1}


def test_who_got_it_later_has_the_same_time(api, by_mail, team):
    [lead_id] = hot(api, by_mail, team["vera"], "moved")
    write(by_mail, "UPDATE leads SET owner_id = %s", (team["max"],))
    write(by_mail, "INSERT INTO assignments (lead_id, user_id, kind, reason, actor, at)"
                   " VALUES (%s, %s, 'person', 'Asked for.', 'lea', now() + interval '1 hour')",
          (lead_id, team["max"]))
    assert sweep(by_mail, 74)["reminded"] == 0
    assert sweep(by_mail, 76)["reminded"] == 1
    assert [row[2] for row in told(by_mail)] == ["max@team.example"]


def test_nobody_is_reminded_out_of_their_hours(api, by_mail, team):
    hot(api, by_mail, team["vera"], "night")
    write(by_mail, "UPDATE users SET working_hours = '{}' WHERE id = %s", (team["vera"],))
    assert sweep(by_mail, 9999) == {"looked": 1, "reminded": 0, "escalated": 0, "handed_on": 0, "next": None}


@pytest.fixture
def away(by_mail, team):
    """Vera is away from now on, for two weeks."""
    write(by_mail, "INSERT INTO absences (user_id, starts_at, ends_at, source, uid) VALUES"
                   " (%s, now() - interval '1 minute', now() + interval '14 days', 'person', 'x')",
          (team["vera"],))


def owner(api, lead_id):
    return api.get(f"/v1/leads/{lead_id}").json["owner"]


def test_the_lead_of_who_is_away_goes_to_somebody_else(api, by_mail, team, away):
    [lead_id] = hot(api, by_mail, team["vera"], "absent")
    assert sweep(by_mail, 30)["reminded"] == 0
    assert sweep(by_mail, 61) == {"looked": 1, "reminded": 0, "escalated": 1, "handed_on": 1, "next": None}
    assert owner(api, lead_id) not in (None, "vera@team.example")
    assert {(kind, step) for kind, step, *_ in told(by_mail)} == {("escalation", 2)}
    assert "lea@team.example" in {row[2] for row in told(by_mail)}
    [assignment] = rows(by_mail, "SELECT kind, reason FROM assignments")
    assert assignment["kind"] == "escalation"
    assert assignment["reason"].startswith("vera@team.example, who had it, is away")
    assert sweep(by_mail, 250)["escalated"] == 0, "who got it has their time"


def test_it_stays_where_it_is_if_so_set(api, by_mail, team, away):
    [lead_id] = hot(api, by_mail, team["vera"], "stays")
    strict = replace(by_mail, settings=replace(by_mail.settings, hand_on_when_away=False))
    assert sweep(strict, 61)["escalated"] == 1
    assert owner(api, lead_id) == "vera@team.example"


def test_a_lead_of_nobody_is_told_to_all_then_to_an_admin(api, by_mail, team):
    hot(api, by_mail, None, "nobody")
    weeks = 60 * 24 * 14
    assert sweep(by_mail, weeks)["reminded"] == 1
    assert told(by_mail) == [("reminder", 1, None, "owed")]
    assert [row["recipient"] for row in rows(
        by_mail, "SELECT recipient FROM notifications WHERE kind = 'reminder'")] == ["sales@example.com"]


@pytest.mark.parametrize("how, field", [
    ("claim", "claimed_at"), ("mail", "contacted_at"), ("call", "contacted_at")])
def test_the_first_touch_is_noted_once_and_ends_it(api, by_mail, team, how, field):
    [lead_id] = hot(api, by_mail, team["vera"], "touched")
    assert sweep(by_mail, 16)["reminded"] == 1
    at = by_mail.now() + timedelta(minutes=20)
    with by_mail.database.write() as cursor:
        assert following.touched(cursor, [(lead_id, how, team["max"], at)]) == {lead_id}
        assert following.touched(cursor, [(lead_id, how, team["vera"], at + timedelta(minutes=1))]) == set()
    assert sweep(by_mail, 61)["looked"] == 0
    assert told(by_mail) == [("reminder", 1, "vera@team.example", "withdrawn")]
    change = latest(api, lead_id)
    assert change["touched_how"] == how
    assert datetime.fromisoformat(change["touched_at"]) == at == datetime.fromisoformat(change[field])
    assert change["follow_ups"][0]["step"] == 1


def test_a_touch_before_the_change_is_none(api, by_mail, team):
    [lead_id] = hot(api, by_mail, team["vera"], "before")
    with by_mail.database.write() as cursor:
        assert not following.touched(cursor, [(lead_id, "reply", None, NEVER)])
    assert latest(api, lead_id)["touched_at"] is None


def as_user(api, name):
    """A client that signed in as somebody of the team."""
    signed_in = copy(api)
    token = api.client.post("/v1/auth/token", json={
        "grant_type": "password", "username": f"{name}@team.example", "password": PASSWORD})
    signed_in.headers = {"Authorization": f"Bearer {token.json['access_token']}"}
    return signed_in


def patch(api, lead_id, **changes):
    return api.client.patch(f"/v1/leads/{lead_id}", json=changes, headers=api.headers)


def test_a_status_is_a_touch_if_a_person_gives_it(api, by_mail, team):
    first, second = hot(api, by_mail, team["vera"], "byhand", "byflow")
    patch(as_user(api, "vera"), first, status="working")
    patch(api, second, status="working")
    assert latest(api, first)["touched_how"] == "status"
    assert latest(api, second)["touched_at"] is None


def test_converted_is_won_until_it_is_no_more(api, by_mail, team):
    [lead_id] = hot(api, by_mail, team["vera"], "won")
    patch(api, lead_id, status="converted")
    assert latest(api, lead_id)["won_at"]
    patch(api, lead_id, status="lost")
    assert latest(api, lead_id)["won_at"] is None


def test_a_button_on_the_page_is_a_touch(api, by_mail, team):
    [lead_id] = hot(api, by_mail, team["vera"], "button")
    vera = as_user(api, "vera")
    assert [vera.post(f"/v1/leads/{lead_id}/touches", {"how": "call"}).json for _ in range(2)] == [
        {"first": True}, {"first": False}]
    assert latest(api, lead_id)["touched_how"] == "call"
    assert vera.post(f"/v1/leads/{lead_id}/touches", {"how": "claim"}).status_code == 422
    gone = "01900000-0000-7000-8000-000000000000"
    assert vera.post(f"/v1/leads/{gone}/touches", {"how": "call"}).status_code == 404
    assert {row["actor"] for row in rows(
        by_mail, "SELECT actor FROM audit_log WHERE action = 'lead.touched'")} == {"vera@team.example"}


def test_a_reply_of_the_person_is_a_touch(api, by_mail, team):
    [lead_id] = hot(api, by_mail, team["vera"], "reply")
    sent = api.post("/v1/events", {"events": [{"type": "email_reply", "lead_id": lead_id, "event_id": "r1"}]})
    assert sent.json["accepted"] == 1
    change = latest(api, lead_id)
    assert change["touched_how"] == "reply" and change["contacted_at"] == change["touched_at"]
    assert rows(by_mail, "SELECT touched_by FROM hot_changes") == [{"touched_by": None}]


def test_who_listens_is_told(api, by_mail, team):
    wanted = ["lead.claimed", "lead.contacted", "lead.won"]
    made = api.post("/v1/subscriptions", {"url": "http://localhost:9/hook", "events": wanted})
    assert made.status_code == 201, made.json
    [lead_id] = hot(api, by_mail, team["vera"], "heard")
    with by_mail.database.write() as cursor:
        at = rows(by_mail, "SELECT at FROM hot_changes")[0]["at"] + timedelta(minutes=3)
        following.touched(cursor, [(lead_id, "claim", team["vera"], at), (lead_id, "mail", team["vera"], at)])
    patch(api, lead_id, status="converted")
    assert [(row["type"], row["data"]) for row in rows(
        by_mail, "SELECT type, data FROM lead_events ORDER BY type")] == [
        ("lead.claimed", {"minutes": 3}), ("lead.contacted", {"minutes": 3}), ("lead.won", {})]


def test_figures(api, by_mail, team):
    leads = hot(api, by_mail, team["vera"], *(f"figure{number}" for number in range(4)))
    hot(api, by_mail, team["max"], "untouched")
    write(by_mail, "UPDATE users SET working_hours = %s WHERE id = %s", (
        json.dumps({day: [["00:00", "12:00"], ["12:00", "24:00"]] for day in ALWAYS}), team["vera"]))
    since = rows(by_mail, "SELECT min(at) AS at FROM hot_changes")[0]["at"]
    write(by_mail, "UPDATE hot_changes SET at = %s", (since,))
    with by_mail.database.write() as cursor:
        following.touched(cursor, [
            (lead_id, how, None, since + timedelta(minutes=minutes))
            for lead_id, minutes, how in zip(leads, (10, 20, 40), ("claim", "call", "claim"), strict=False)])
    sweep(by_mail, 1)  # measures
    path = f"/v1/stats/first-touch?from={since:%Y-%m-%dT%H:%M:%SZ}&to=2200-01-01T00:00:00Z"
    vera, of_max = api.get(path).json["data"]
    minutes = {"median": pytest.approx(20, abs=0.1), "p90": pytest.approx(36, abs=0.1)}
    assert vera == {
        "name": "vera@team.example", "hot": 4, "touched": 3, "claimed": 2, "contacted": 1, "won": 0,
        "minutes": minutes, "working_minutes": minutes}
    assert (of_max["hot"], of_max["touched"], of_max["minutes"]) == (1, 0, {"median": None, "p90": None})
    [source] = api.get(f"{path}&by=source").json["data"]
    assert (source["name"], source["hot"]) == ("demo_request", 5)
    assert 'enrich_hot_leads_untouched{step="0"} 2.0' in api.get("/metrics").get_data(as_text=True)


def test_a_merge_gives_the_change_to_the_lead_that_stays_and_its_undo_back(api, by_mail, team):
    """The lead that somebody works on stays though the other is the hot one."""
    [warm] = hot(api, by_mail, team["vera"], "plain")
    write(by_mail, "DELETE FROM hot_changes")
    write(by_mail, "UPDATE leads SET grade = 'warm', status = 'working', hot_changes = 0")
    [lead_id] = hot(api, by_mail, None, "second")
    sweep(by_mail, 60 * 24 * 14)
    contacts = {lead: api.get(f"/v1/leads/{lead}").json["contact"]["id"] for lead in (warm, lead_id)}
    kept, lost = contacts[warm], contacts[lead_id]
    pair = rows(by_mail, "SELECT uuidv7()::text AS id")[0]["id"]
    write(by_mail, "INSERT INTO duplicates (id, left_id, right_id, score, reasons)"
                   " VALUES (%s, %s, %s, 0.9, '[]')", (pair, min(kept, lost), max(kept, lost)))
    merged = api.post(f"/v1/duplicates/{pair}/merge", {"keep": kept})
    assert (merged.json["lead_id"], merged.json["archived_lead_id"]) == (warm, lead_id), merged.json
    change = latest(api, warm)
    assert [step["step"] for step in change["follow_ups"]] == [1]
    assert api.get(f"/v1/leads/{lead_id}").json["hot_changes"] == []
    undone = api.post(f"/v1/contacts/{kept}/unmerge", {"contact_id": lost})
    assert undone.status_code == 200, undone.json
    assert latest(api, lead_id) == change
    assert api.get(f"/v1/leads/{warm}").json["hot_changes"] == []


def test_an_erased_person_leaves_nothing(api, by_mail, team):
    [lead_id] = hot(api, by_mail, team["vera"], "erased")
    sweep(by_mail, 16)
    contact_id = api.get(f"/v1/leads/{lead_id}").json["contact"]["id"]
    api.client.delete(f"/v1/contacts/{contact_id}", headers=api.headers)
    assert not rows(by_mail, "SELECT 1 FROM hot_changes UNION ALL SELECT 1 FROM follow_ups")
