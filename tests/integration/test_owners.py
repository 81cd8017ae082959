"""Owners of leads are users: assigned with a reason, taken back, and never somebody who left."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sidecar.cli import main
from sidecar.errors import Conflict
from sidecar.ids import new_id
from sidecar.pipeline import assigning, calendars
from sidecar.pipeline.assigning import Assignment, assign
from sidecar.services import administration, imports, jobs
from sidecar.services.audit import Actor
from sidecar.services.imports import Options
from sidecar.store import administration as users_store
from sidecar.store import assignments as store
from sidecar.store.database import Cursor
from sidecar.terms.states import OPEN
from tests.integration.boards import Board, told_by
from tests.integration.conftest import Api, users_of
from tests.integration.receivers import receiving
from tests.integration.test_duplicates import JANE, TYPO, pair_of, rows
from tests.integration.test_pipeline import send

ME = Actor("tester", "owners-1")


@pytest.fixture
def people(api, engine):
    """Three operators, an admin and a viewer, of no team; nobody else but Ada, a viewer too."""
    with engine.database.write() as cursor:
        cursor.execute("TRUNCATE audit_log, assignments, absences, owner_names, teams CASCADE;"
                       "DELETE FROM users WHERE email <> 'ada@example.com'")
    ids = users_of(engine, "bea@example.com", "cem@example.com", "dov@example.com")
    return dict(zip("bcdxv", (*ids, *users_of(engine, "root@example.com", role="admin"),
                              *users_of(engine, "view@example.com", role="viewer")), strict=True))


def leads_of(api, count, **more):
    return send(api, *({"email": f"p{n}@firm{n}.example", "full_name": f"Pat Quill{n}"} | more
                       for n in range(count)))


def give(engine, lead_ids, user_id, kind="person"):
    with engine.database.write() as cursor:
        return assign(engine, cursor, [
            Assignment(lead_id, user_id, kind, "For a test.") for lead_id in lead_ids], "tester")


def owner(engine, lead_id):
    return rows(engine, "SELECT owner_id::text AS id FROM leads WHERE id = %s", lead_id)[0]["id"]


def patch(api, path, body):
    return api.client.patch(path, json=body, headers=api.headers)


def put(api, path, body):
    return api.client.put(path, json=body, headers=api.headers)


def delete(api, path):
    return api.client.delete(path, headers=api.headers)


def test_an_assignment_is_kept_with_its_reason_audited_and_told(api, engine, people):
    [lead_id] = leads_of(api, 1)
    version = api.get(f"/v1/leads/{lead_id}").json["version"]
    answer = patch(api, f"/v1/leads/{lead_id}", {"owner": people["b"]}).json
    assert (answer["owner"], answer["owner_id"], answer["changed"]) == (
        "bea@example.com", people["b"], ["owner"])
    assert answer["version"] == version + 1
    patch(api, f"/v1/leads/{lead_id}", {"owner": "BEA@example.com"})  # it is hers
    patch(api, f"/v1/leads/{lead_id}", {"owner": None})
    told = api.get(f"/v1/leads/{lead_id}/assignments").json["data"]
    assert [tuple(row[name] for name in ("owner", "previous_owner", "kind", "reason", "actor"))
            for row in told] == [
        (None, "bea@example.com", "person", "Assigned by hand.", "tests"),
        ("bea@example.com", None, "person", "Assigned by hand.", "tests")]
    audited = rows(engine, "SELECT action, after, request_id FROM audit_log WHERE entity_id = %s ORDER BY id",
                   lead_id)
    assert [(row["action"], row["after"]["owner_id"]) for row in audited] == [
        ("lead.assigned", people["b"]), ("lead.assigned", None)] and all(row["request_id"] for row in audited)


def test_the_text_that_the_code_before_reads_is_kept_right(api, engine, people):
    first, second, third = leads_of(api, 3)
    give(engine, [first], people["b"])
    assert rows(engine, "SELECT owner FROM leads WHERE id = %s", first) == [{"owner": "bea@example.com"}]
    with engine.database.write() as cursor:  # as the code before writes
        cursor.execute("UPDATE leads SET owner = 'Bob' WHERE id = %s", (first,))
        cursor.execute("UPDATE leads SET owner = ' Cem@example.com' WHERE id = %s", (second,))
        cursor.execute("UPDATE users SET disabled_at = now() WHERE id = %s", (people["d"],))
        cursor.execute("UPDATE leads SET owner = 'dov@example.com' WHERE id = %s", (third,))
    found = {row["id"]: (row["owner_id"], row["owner_name"]) for row in rows(
        engine, "SELECT id::text AS id, owner_id::text AS owner_id, owner_name FROM leads")}
    assert found == {
        first: (None, "Bob"), second: (people["c"], None), third: (None, "dov@example.com")}
    with engine.database.write() as cursor:
        cursor.execute("UPDATE users SET disabled_at = now() WHERE id = %s", (people["c"],))
    assert owner(engine, second) is None


def test_who_left_or_is_nobody_is_refused_by_name(api, engine, people):
    [lead_id] = leads_of(api, 1)
    api.post(f"/v1/users/{people['b']}/disable")
    for named in ("bea@example.com", people["b"], "nobody@example.com", new_id(), ""):
        refused = patch(api, f"/v1/leads/{lead_id}", {"owner": named})
        assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == "/owner"
    refused = patch(api, f"/v1/leads/{lead_id}", {"owner": people["b"]})
    assert "has left" in refused.json["errors"][0]["detail"]


def test_an_assignment_is_taken_back_unless_somebody_assigned_since(api, engine, people):
    [lead_id] = leads_of(api, 1)
    [first], [second] = (give(engine, [lead_id], people[who]).values() for who in "bc")
    assert api.post(f"/v1/assignments/{first}/undo").status_code == 409
    answer = api.post(f"/v1/assignments/{second}/undo")
    assert answer.status_code == 200 and owner(engine, lead_id) == people["b"]
    again = api.post(f"/v1/assignments/{second}/undo")
    assert again.status_code == 409 and "assigned again" in again.json["detail"]
    # The undo is an assignment too; who had it before it may have left.
    api.post(f"/v1/users/{people['c']}/disable")
    refused = api.post(f"/v1/assignments/{answer.json['assignment_id']}/undo")
    assert refused.status_code == 409 and "cem@example.com" in refused.json["detail"]
    assert api.post(f"/v1/assignments/{new_id()}/undo").status_code == 404
    told = api.get(f"/v1/leads/{lead_id}/assignments").json["data"]
    assert [bool(row["undone_at"]) for row in told] == [False, True, False]
    assert Api(api.client, "reader").get(f"/v1/leads/{lead_id}/assignments").status_code == 403


def test_a_merge_of_before_owners_were_users_is_taken_back(api, engine, people):
    pair, first, second = pair_of(api, JANE, TYPO)
    [lead_id] = [row["id"] for row in api.get(f"/v1/contacts/{first}").json["leads"]]
    patch(api, f"/v1/leads/{lead_id}", {"owner": "bea@example.com"})
    assert api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": second}).status_code == 200
    [merge] = rows(engine, "SELECT id::text AS id, snapshot FROM merges")
    snapshot = engine.vault.open(merge["snapshot"])
    for row in snapshot["open"]:
        row |= {"owner": "bea@example.com" if row.pop("owner_id") else None}
    snapshot["united"] |= {"owner": snapshot["united"].pop("owner_id") and "bea@example.com"}
    with engine.database.write() as cursor:
        cursor.execute("UPDATE merges SET snapshot = %s", (engine.vault.seal(snapshot),))
    answer = api.post(f"/v1/contacts/{second}/unmerge", {"contact_id": first})
    assert answer.status_code == 200, answer.json
    assert owner(engine, answer.json["lead_id"]) == people["b"]
    assert owner(engine, answer.json["kept_lead_id"]) is None


def test_many_leads_take_a_few_statements(api, engine, people, monkeypatch):
    lead_ids = leads_of(api, 60)
    counted = []
    plain = Cursor.execute
    monkeypatch.setattr(
        Cursor, "execute", lambda self, *args: counted.append(args[0]) or plain(self, *args))
    assert len(give(engine, lead_ids, people["b"], "routing")) == 60
    assert len(counted) <= 12, counted
    counted.clear()
    administration.enable_user(engine, people["b"], False, by=ME)
    assert len(counted) <= 40, counted


def test_who_takes_over(api, engine, people):
    """The lead of their team, else its members in turn, else whoever works on leads: never a viewer; who is
    away only if all are."""
    def heirs(count=4):
        with engine.database.write() as cursor:
            return [each.user_id for each in assigning.successors(
                engine, cursor, people["b"], [new_id() for _ in range(count)])]

    assert heirs() == [people[who] for who in "cdxc"]
    team = api.post("/v1/teams", {"name": "North", "members": [
        {"user": "bea@example.com"}, {"user": "dov@example.com", "weight": 3},
        {"user": "cem@example.com", "weight": 0}, {"user": "view@example.com"}]})
    assert team.status_code == 201 and heirs(2) == [people["d"]] * 2
    patch(api, f"/v1/teams/{team.json['id']}", {"lead": "cem@example.com"})
    assert heirs(2) == [people["c"]] * 2
    for who, expected in (("c", "d"), ("d", "x"), ("x", "c")):
        assert api.post(f"/v1/users/{people[who]}/absences", {
            "starts_at": "2020-01-01T00:00:00Z", "ends_at": "2099-01-01T00:00:00Z"}).status_code == 201
        assert set(heirs()) == {people[expected]}, who


def test_whoever_is_disabled_owns_no_open_lead_and_keeps_what_is_closed(api, engine, people):
    lead_ids = leads_of(api, 3)
    give(engine, lead_ids, people["b"])
    patch(api, f"/v1/leads/{lead_ids[0]}", {"status": "lost"})
    assert api.post(f"/v1/users/{people['b']}/disable").json["state"] == "left"
    assert owner(engine, lead_ids[0]) == people["b"]
    assert {owner(engine, lead_id) for lead_id in lead_ids[1:]} == {people["c"], people["d"]}
    told = api.get(f"/v1/leads/{lead_ids[1]}/assignments").json["data"][0]
    assert (told["kind"], told["previous_owner"]) == ("left", "bea@example.com") and told["reason"]
    # Open again it is somebody's who works here.
    assert patch(api, f"/v1/leads/{lead_ids[0]}", {"status": "working"}).json["owner"] == "cem@example.com"


def test_who_may_not_see_people_is_given_no_lead_and_keeps_none(api, engine, people):
    [lead_id] = leads_of(api, 1)
    refused = patch(api, f"/v1/leads/{lead_id}", {"owner": "view@example.com"})
    assert refused.status_code == 422 and "may not see people" in refused.json["errors"][0]["detail"]
    assert "view@example.com" not in {row["email"] for row in api.get("/v1/owners").json["data"]}
    [named] = send(api, {"email": "named@firm.example", "owner_name": "view@example.com"})
    assert owner(engine, named) is None
    give(engine, [lead_id], people["b"])
    assert patch(api, f"/v1/users/{people['b']}", {"role": "viewer"}).status_code == 200
    assert owner(engine, lead_id) == people["c"]
    patch(api, f"/v1/users/{people['b']}", {"role": "operator"})


def test_the_last_who_could_own_leads_stays(api, engine, people):
    [lead_id] = leads_of(api, 1)
    for who in "cdx":
        with engine.database.write() as cursor:
            users_store.enable_user(cursor, people[who], False)
    give(engine, [lead_id], people["b"])
    refused = api.post(f"/v1/users/{people['b']}/disable")
    assert refused.status_code == 409 and "Nobody else" in refused.json["detail"]
    assert owner(engine, lead_id) == people["b"]
    assert api.get(f"/v1/users/{people['b']}").json["state"] == "active"


def test_assigning_and_leaving_at_once_leave_no_lead_behind(api, engine, people):
    """Threads give leads to people who are disabled at the same time."""
    lead_ids = leads_of(api, 24)
    give(engine, lead_ids[:12], people["b"])

    def step(number):
        if number % 8 == 3:
            administration.enable_user(engine, people["bc"[number // 8 % 2]], False, by=ME)
        else:
            give(engine, lead_ids[number % 12::12], people["bcd"[number % 3]], "routing")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(step, range(32)))
    assert {row["id"] for row in rows(engine, "SELECT owner_id::text AS id FROM leads")} <= {
        people["d"], people["x"]}


def test_opening_again_and_leaving_at_once_leave_no_lead_behind(api, engine, people, monkeypatch):
    """Somebody leaves between the look at a lead's owner and the commit that opens it again."""
    [lead_id] = leads_of(api, 1)
    give(engine, [lead_id], people["b"])
    patch(api, f"/v1/leads/{lead_id}", {"status": "lost"})
    look, leaving = store.of_who_left, []

    def looked(cursor, lead_ids):
        found = look(cursor, lead_ids)
        leaving.append(threading.Thread(
            target=administration.enable_user, args=(engine, people["b"], False), kwargs={"by": ME}))
        leaving[0].start()
        leaving[0].join(0.5)  # it waits, or is done
        return found

    monkeypatch.setattr(store, "of_who_left", looked)
    patch(api, f"/v1/leads/{lead_id}", {"status": "working"})
    leaving[0].join()
    assert owner(engine, lead_id) == people["c"]


def test_owners_elsewhere_are_users_by_address_by_name_or_once_said(api, engine, people):
    users_of(engine, "double@example.com", "double@other.example")
    [address, name, unknown, double] = send(api, *(
        {"email": f"q{n}@firm{n}.example", "owner_name": said} for n, said in enumerate(
            ("BEA@example.com", "cem", "Petra Assist", "Double"))))
    assert [owner(engine, lead) for lead in (address, name, unknown, double)] == [
        people["b"], people["c"], None, None]
    told = api.get(f"/v1/leads/{name}/assignments").json["data"][0]
    assert (told["kind"], told["reason"]) == ("owner_name", "cem, its owner elsewhere, is cem@example.com.")
    listed = api.get("/v1/owner-names").json["data"]
    assert [(row["name"], row["written"], row["open_leads"], row["owner"]) for row in listed] == [
        ("double", "Double", 1, None), ("petra assist", "Petra Assist", 1, None)]
    answer = put(api, "/v1/owner-names/Petra%20Assist", {"owner": "dov@example.com"})
    assert answer.json == {"name": "petra assist", "owner_id": people["d"], "assigned": 1}
    assert owner(engine, unknown) == people["d"]
    [later] = send(api, {"email": "later@firm.example", "owner_name": "PETRA assist"})
    assert owner(engine, later) == people["d"]
    # What somebody decided stays.
    patch(api, f"/v1/leads/{later}", {"owner": "bea@example.com"})
    send(api, {"email": "later@firm.example", "owner_name": "Petra Assist"})
    assert owner(engine, later) == people["b"]
    assert [row["owner"] for row in api.get("/v1/owner-names").json["data"]] == [None, "dov@example.com"]
    page = api.get("/v1/owner-names?limit=1").json
    following = api.get(f"/v1/owner-names?limit=1&cursor={page['next']}").json["data"]
    assert [row["name"] for row in following] == ["petra assist"]
    assert put(api, "/v1/owner-names/x", {"owner": "nobody@example.com"}).status_code == 422
    assert put(api, "/v1/owner-names/petra%20assist", {"owner": None}).json["assigned"] == 0
    api.post(f"/v1/users/{people['d']}/disable")


def test_an_import_that_gave_owners_is_taken_back(api, engine, people):
    [known] = send(api, {"email": "p1@firm1.example", "full_name": "Pat Quill"})
    before = rows(engine, "SELECT to_jsonb(l) - 'search_text' AS row FROM leads l WHERE id = %s", known)
    job = imports.create(
        engine, b"Email,Full Name,Owner Name\np1@firm1.example,Pat Quill,bea@example.com\n"
        b"p2@firm2.example,Pam Quill,cem@example.com\n", Options(mapping={"Owner Name": "owner_name"}), by=ME)
    while job["state"] in ("queued", "running"):
        job, _ = jobs.step(engine, job["id"])
    assert {row["owner"] for row in rows(engine, "SELECT owner FROM leads")} == {
        "bea@example.com", "cem@example.com"}
    while imports.undo(engine, job["id"], by=ME)["state"] == "undoing":
        pass
    assert rows(engine, "SELECT to_jsonb(l) - 'search_text' AS row FROM leads l") == before
    kinds = [row["kind"] for row in api.get(f"/v1/leads/{known}/assignments").json["data"]]
    assert kinds == ["undo", "owner_name"]


def test_how_somebody_works_is_said_by_them_and_by_admins(app, api, engine, people):
    path = f"/v1/users/{people['b']}"
    hours = {"mon": [["09:00", "12:00"], ["13:00", "17:30"]], "fri": []}
    answer = patch(api, path, {"time_zone": "Europe/Berlin", "working_hours": hours, "holidays": "DE-BY",
                               "capacity": 5, "language": "de", "name": "Bea B."})
    assert answer.status_code == 200, answer.json
    assert answer.json | {
        "time_zone": "Europe/Berlin", "working_hours": hours, "holidays": "DE-BY", "capacity": 5,
        "language": "de", "name": "Bea B.", "state": "active", "calendar": None} == answer.json
    for body, pointer in (
            ({"time_zone": "Berlin"}, "/time_zone"), ({"holidays": "DE-XX"}, "/holidays"),
            ({"language": "fr"}, "/language"), ({"capacity": -1}, "/capacity"),
            ({"working_hours": {"mon": [["17:00", "09:00"]]}}, "/working_hours/mon/0"),
            ({"working_hours": {"day": []}}, "/working_hours/day"),
            ({"working_hours": {}}, "/working_hours")):
        refused = patch(api, path, body)
        assert refused.status_code == 422, body
        assert refused.json["errors"][0]["pointer"].startswith(pointer), refused.json
    assert patch(api, path, {"time_zone": None, "working_hours": None}).json["working_hours"] is None
    assert patch(api, "/v1/users/me", {"language": "de"}).status_code == 403  # a program
    me = signed_in(app, engine, "bea@example.com")
    assert patch(me, "/v1/users/me", {"time_zone": "Europe/Vienna"}).json["time_zone"] == "Europe/Vienna"
    assert patch(me, "/v1/users/me", {"capacity": 1}).status_code == 422
    assert patch(me, path, {"language": "en"}).status_code == 403
    assert me.get("/v1/users/me").json["email"] == "bea@example.com"


def signed_in(app, engine, email):
    from sidecar.services.access import _user_tokens
    from sidecar.store import access

    with engine.database.write() as cursor:
        tokens = _user_tokens(engine, cursor, access.user(cursor, email), new_id())
    api = Api.__new__(Api)
    api.client, api.headers = app.test_client(), {"Authorization": f"Bearer {tokens['access_token']}"}
    return api


def test_absences_are_said_and_taken_back(app, api, engine, people):
    path, me = f"/v1/users/{people['b']}/absences", signed_in(app, engine, "bea@example.com")
    now = {"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2099-01-01T00:00:00+01:00"}
    made = me.post("/v1/users/me/absences", now)
    assert made.status_code == 201 and made.json["source"] == "person"
    user = api.get(f"/v1/users/{people['b']}").json
    assert (user["state"], user["away_until"][:10]) == ("away", "2098-12-31")
    assert me.get("/v1/users/me/absences").json == api.get(path).json == {"data": [made.json]}
    assert api.post(path, {"starts_at": now["ends_at"], "ends_at": now["starts_at"]}).status_code == 422
    assert delete(me, f"/v1/users/me/absences/{made.json['id']}").status_code == 204
    assert delete(api, f"{path}/{made.json['id']}").status_code == 404
    assert api.get(f"/v1/users/{people['b']}").json["state"] == "active"
    assert api.get(f"/v1/users/{new_id()}/absences").status_code == 404


FEED = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
DTSTART:20200101T000000Z
DTEND:20990101T000000Z
SUMMARY:Secret matter
X-MICROSOFT-CDO-BUSYSTATUS:OOF
END:VEVENT
END:VCALENDAR
"""


def read_calendars(engine):
    """As the housekeeping does."""
    thread = calendars.begin(engine)
    if thread:
        thread.join()
    return thread is not None


def endless(*rules):
    """A feed of events that begin in 1970 and come again by these rules."""
    return "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x",
        *(line for number, rule in enumerate(rules) for line in (
            "BEGIN:VEVENT", f"UID:{number}", "DTSTART;VALUE=DATE:19700101", "SUMMARY:Vacation", rule,
            "END:VEVENT")), "END:VCALENDAR", ""]).encode()


def test_a_calendar_is_read_every_hour_and_tells_when_somebody_is_away(
    api, engine, people, monkeypatch
):
    path, sent = f"/v1/users/{people['b']}", [FEED.encode()]

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(sent[0])))
        handler.end_headers()
        handler.wfile.write(sent[0])

    def hour_later():
        with engine.database.write() as cursor:
            cursor.execute("UPDATE users SET calendar_read_at = calendar_read_at - interval '61 minutes'")
        read_calendars(engine)
        return api.get(path).json

    # A 30th of February is looked for until the year 9999: in one event for ever, as in many.
    never = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    bomb = endless(*["\r\n".join([never] * 5)] * 5)
    monkeypatch.setattr(calendars, "_SECONDS", 2)
    with receiving() as receiver:
        receiver.answer = answer
        told = put(api, f"{path}/calendar", {"url": f"{receiver.url}/private.ics"})
        assert told.status_code == 200 and told.json["calendar"] == {"read_at": None, "error": None}
        assert "private" not in str(rows(engine, "SELECT calendar_url::text FROM users")[0])
        assert read_calendars(engine) and not read_calendars(engine)
        user = api.get(path).json
        assert (user["state"], user["calendar"]["error"]) == ("away", None) and user["calendar"]["read_at"]
        [absence] = api.get(f"{path}/absences").json["data"]
        assert absence["source"] == "calendar" and "Secret" not in str(rows(engine, "SELECT * FROM absences"))
        assert delete(api, f"{path}/absences/{absence['id']}").status_code == 409
        # What it said before holds until it can be read again.
        for wrong, error in ((b"<html>", "This is no calendar (iCalendar)."),
                             (b"x" * (calendars._MOST_BYTES + 1), "It is larger than 5 MB."),
                             (bomb, "It takes longer than 2 seconds to work out.")):
            sent[0] = wrong
            user = hour_later()
            assert (user["state"], user["calendar"]["error"]) == ("away", error)
        receiver.status(404)
        assert hour_later()["calendar"]["error"] == "It answered 404."
        receiver.answer, sent[0] = answer, FEED.replace("OOF", "FREE").encode()
        assert (user := hour_later())["state"] == "active" and user["calendar"]["error"] is None
    assert delete(api, f"{path}/calendar").json["calendar"] is None
    assert not read_calendars(engine)


@pytest.mark.parametrize("url", ["ftp://cal.example/x", "not a url", "https://user:pass@cal.example/x"])
def test_where_no_calendar_may_be_is_refused_at_once(api, people, url):
    refused = put(api, f"/v1/users/{people['b']}/calendar", {"url": url})
    assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == "/url"


def test_no_calendar_is_read_inside(api, engine, people):
    put(api, f"/v1/users/{people['b']}/calendar", {"url": "webcal://127.0.0.1/x.ics"})
    assert read_calendars(engine)
    assert "not public" in api.get(f"/v1/users/{people['b']}").json["calendar"]["error"]
    delete(api, f"/v1/users/{people['b']}/calendar")


def test_a_calendar_that_breaks_its_reader_keeps_no_other(api, engine, people, monkeypatch):
    paths = [f"/v1/users/{people[who]}" for who in "bc"]
    for path in paths:
        put(api, f"{path}/calendar", {"url": "https://calendar.example/x.ics"})

    def broken(engine, row):
        raise AttributeError("nobody foresaw it")

    monkeypatch.setattr(calendars, "read", broken)
    assert read_calendars(engine)
    assert [api.get(path).json["calendar"]["error"] for path in paths] == ["It cannot be read."] * 2
    for path in paths:
        delete(api, f"{path}/calendar")


def test_the_command_line(api, engine, people, monkeypatch):
    monkeypatch.setattr("sidecar.engine.Engine.build", lambda settings: engine)
    monkeypatch.setattr("sidecar.cli._settings", lambda: engine.settings)
    monkeypatch.setattr(type(engine), "close", lambda self: None)

    def run(*arguments):
        return CliRunner().invoke(main, arguments)

    assert run("users", "edit", "bea@example.com", "--time-zone", "Europe/Berlin", "--holidays", "DE-BY",
               "--capacity", "7", "--hours",
               "mon-thu 09:00-12:00 13:00-17:30, fri 09:00-14:00").exit_code == 0
    user = api.get(f"/v1/users/{people['b']}").json
    assert (user["time_zone"], user["holidays"], user["capacity"]) == ("Europe/Berlin", "DE-BY", 7)
    assert user["working_hours"]["thu"] == [["09:00", "12:00"], ["13:00", "17:30"]]
    assert user["working_hours"]["fri"] == [["09:00", "14:00"]] and "sat" not in user["working_hours"]
    for wrong in (("--hours", "sometimes"), ("--hours", "mon 17:00-09:00"), ("--time-zone", "Nowhere")):
        assert run("users", "edit", "bea@example.com", *wrong).exit_code != 0
    assert "/time_zone: This is no time zone" in run(
        "users", "edit", "bea@example.com", "--time-zone", "Nowhere").output
    assert run("users", "away", "bea@example.com", "2020-01-01", "2099-01-01").exit_code == 0
    assert "away" in run("users", "list").output
    assert run("users", "away", "bea@example.com", "2099-01-01", "2020-01-01").exit_code == 1
    assert run("users", "calendar", "bea@example.com", "https://cal.example/x.ics").exit_code == 0
    assert run("users", "calendar", "bea@example.com", "--remove").exit_code == 0
    monkeypatch.setattr("sidecar.engine.Engine.build", lambda settings: told_by(engine, Board()))
    told = run("users", "channels", "bea@example.com", "board=B1", "--quiet", "20:00", "07:30")
    assert told.exit_code == 0, told.output
    assert run("users", "channels", "bea@example.com").output == told.output == (
        "board      B1: hot_lead, reminder, escalation, digest, not 20:00 to 07:30\n")
    refused = run("users", "channels", "bea@example.com", "pigeon=bea")
    assert refused.exit_code == 1 and "/data/0/channel" in refused.output
    assert run("teams", "save", "North", "--lead", "cem@example.com", "--member", "bea@example.com=2",
               "--member", "dov@example.com").exit_code == 0
    listed = run("teams", "list").output
    assert "North" in listed and "bea@example.com (2)" in listed and "led by cem@example.com" in listed
    assert run("teams", "save", "North", "--member", "dov@example.com=0").exit_code == 0
    assert "bea" not in run("teams", "list").output
    assert run("teams", "remove", "North").exit_code == 0 and run("teams", "remove", "North").exit_code == 1


def test_teams_are_made_changed_and_taken_away(api, people):
    made = api.post("/v1/teams", {"name": "North", "lead": "cem@example.com", "members": [
        {"user": people["b"], "weight": 2}, {"user": "dov@example.com"}]})
    assert made.status_code == 201, made.json
    assert [(row["user"], row["weight"]) for row in made.json["members"]] == [
        ("bea@example.com", 2), ("dov@example.com", 1)]
    path = f"/v1/teams/{made.json['id']}"
    changed = patch(api, path, {"lead": None, "members": [{"user": "bea@example.com", "weight": 0}]}).json
    assert (changed["name"], changed["lead"], len(changed["members"])) == ("North", None, 1)
    assert api.post("/v1/teams", {"name": "North"}).status_code == 409
    assert api.post("/v1/teams", {"name": "South", "lead": "nobody"}).json["errors"][0]["pointer"] == "/lead"
    wrong = patch(api, path, {"members": [{"user": people["b"]}, {"user": "nobody"}]})
    assert wrong.json["errors"][0]["pointer"] == "/members/1/user"
    assert [team["id"] for team in api.get("/v1/teams").json["data"]] == [made.json["id"]]
    assert delete(api, path).status_code == 204 and delete(api, path).status_code == 404
    assert patch(api, path, {"name": "x"}).status_code == 404


class Company(RuleBasedStateMachine):
    """People come and go, leads change hands, become one and two again."""

    api = engine = users = None

    @initialize()
    def begin(self):
        with self.engine.database.write() as cursor:
            cursor.execute("TRUNCATE contacts, leads, duplicates, merges, assignments, intake CASCADE;"
                           "UPDATE users SET disabled_at = NULL")
        leads = [{"email": f"p{n}@firm{n}.example", "full_name": f"Pat Quill{n}"} for n in range(4)]
        results = self.api.post("/v1/leads", {"leads": leads}).json["results"]
        self.leads = [(result["lead_id"], result["contact_id"]) for result in results]
        self.merged = []

    @rule(lead=st.integers(0, 3), user=st.integers(0, 3))
    def assign(self, lead, user):
        give(self.engine, [self.leads[lead][0]], self.users[user], "routing")

    @rule(user=st.integers(0, 3), enabled=st.booleans())
    def come_or_go(self, user, enabled):
        try:
            administration.enable_user(self.engine, self.users[user], enabled, by=ME)
        except Conflict:
            assert not enabled

    @rule(lead=st.integers(0, 3), status=st.sampled_from(["new", "lost", "working"]))
    def work(self, lead, status):
        patch(self.api, f"/v1/leads/{self.leads[lead][0]}", {"status": status})

    @rule(lead=st.integers(0, 3))
    def undo(self, lead):
        found = rows(self.engine, "SELECT id::text AS id FROM assignments WHERE lead_id = %s"
                                  " ORDER BY at DESC LIMIT 1", self.leads[lead][0])
        if found:
            self.api.post(f"/v1/assignments/{found[0]['id']}/undo")

    @rule(one=st.integers(0, 3), other=st.integers(0, 3))
    def merge(self, one, other):
        keep, lost = self.leads[one][1], self.leads[other][1]
        gone = {contact for _, contact in self.merged}
        if keep == lost or {keep, lost} & gone:
            return
        pair, (left, right) = new_id(), sorted((keep, lost))
        with self.engine.database.write() as cursor:
            cursor.execute("DELETE FROM duplicates WHERE left_id = %s AND right_id = %s", (left, right))
            cursor.execute("INSERT INTO duplicates (id, left_id, right_id, score, reasons)"
                           " VALUES (%s, %s, %s, 0.9, '[]')", (pair, left, right))
        answer = self.api.post(f"/v1/duplicates/{pair}/merge", {"keep": keep})
        assert answer.status_code == 200, answer.json
        self.merged.append((keep, lost))

    @rule()
    def unmerge(self):
        if self.merged:
            keep, lost = self.merged.pop()
            answer = self.api.post(f"/v1/contacts/{keep}/unmerge", {"contact_id": lost})
            assert answer.status_code == 200, answer.json

    @invariant()
    def nobody_who_left_owns_an_open_lead(self):
        assert rows(self.engine, "SELECT l.id FROM leads l JOIN users u ON u.id = l.owner_id WHERE"
                                 " u.disabled_at IS NOT NULL AND l.status = ANY(%s)", list(OPEN)) == []
        # Once somebody's, a lead is taken from nobody but by an undo: the last assignment says whose it is.
        assert rows(self.engine, "SELECT l.id FROM leads l JOIN LATERAL (SELECT user_id FROM assignments a"
                                 " WHERE a.lead_id = l.id ORDER BY a.at DESC, a.id DESC LIMIT 1) a ON true"
                                 " WHERE l.owner_id IS DISTINCT FROM a.user_id") == []


def test_no_open_lead_is_ever_of_somebody_who_left(api, engine, people):
    machine = type("AtWork", (Company,), {
        "api": api, "engine": engine, "users": [people[who] for who in "bcdx"]})
    machine.TestCase.settings = settings(
        max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
    machine.TestCase("runTest").runTest()
