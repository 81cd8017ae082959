"""What people do about hot leads: once, whoever presses how often."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sidecar.pipeline import handling, messages
from tests.integration.boards import Board, Paper, person, told_by, until_quiet
from tests.integration.conftest import Api
from tests.integration.test_telling import hot_lead, rows, sql, told

BERLIN = ZoneInfo("Europe/Berlin")


def thursday() -> datetime:
    """Eleven in Berlin on a Thursday that is still to come: what is put off from then on is not due yet."""
    today = datetime.now(BERLIN).replace(hour=11, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 + (3 - today.weekday()) % 7)


MORNING = thursday()


@pytest.fixture
def board(engine, api):
    return Board()


@pytest.fixture
def by_board(engine, board):
    return told_by(engine, board)


@pytest.fixture
def dana(engine):
    return person(engine, "Dana")


@pytest.fixture
def eli(engine):
    return person(engine, "Eli")


@pytest.fixture
def lead(api, by_board):
    """A lead that the room was told of."""
    run = hot_lead(api, by_board, "pressed")
    told(by_board, run)
    return run[1]


def press(engine, lead_id, kind, user, **more):
    with engine.database.write() as cursor:
        done = handling.handle(engine, cursor, lead_id, 1, kind, user, "board", **more)
    until_quiet()
    return done


def state(engine, lead_id):
    [row] = rows(engine, "SELECT l.status, u.name AS owner, l.outcome FROM leads l LEFT JOIN users u"
                         " ON u.id = l.owner_id WHERE l.id = %s", lead_id)
    return row["status"], row["owner"], row["outcome"]


def shown(board, place=0):
    """(kind, who did what, whether there are buttons) of a message that is out."""
    message = board.out[place]
    handled = message["content"]["handled"]
    return message["kind"], handled and (handled["kind"], handled["by"]), bool(message["content"]["actions"])


def test_a_message_has_buttons_that_name_its_lead_and_change(board, lead):
    assert shown(board) == ("hot_lead", None, True)
    assert board.out[0]["content"]["actions"] == [
        {"kind": kind, "value": f"{lead}:1", "link": ""}
        for kind in ("claim", "snooze", "not_a_fit", "wrong_person")]


def test_who_takes_a_lead_has_it_and_the_message_says_so(engine, board, by_board, lead, dana):
    done = press(by_board, lead, "claim", dana)
    assert (done.decision.verdict, done.decision.by) == ("done", "Dana")
    assert state(engine, lead) == ("working", "Dana", None)
    assert shown(board) == ("handled", ("claim", "Dana"), False)
    [assigned] = rows(engine, "SELECT kind, actor FROM assignments WHERE lead_id = %s", lead)
    assert assigned == {"kind": "claim", "actor": "dana@example.com"}
    [audited] = rows(engine, "SELECT actor, after FROM audit_log WHERE entity_id = %s"
                             " AND action = 'lead.handled'", lead)
    assert audited["actor"] == "dana@example.com" and audited["after"]["kind"] == "claim"
    [history] = rows(engine, "SELECT from_status, to_status FROM lead_status_history WHERE lead_id = %s",
                     lead)
    assert history == {"from_status": "new", "to_status": "working"}


def test_pressed_twice_by_one_it_is_done_once_and_by_another_they_learn_who_has_it(
        engine, by_board, lead, dana, eli):
    press(by_board, lead, "claim", dana)
    assert press(by_board, lead, "claim", dana).decision.verdict == "same"
    second = press(by_board, lead, "claim", eli).decision
    assert (second.verdict, second.by, second.kind) == ("taken", "Dana", "claim")
    assert press(by_board, lead, "not_a_fit", eli).decision.verdict == "taken"
    assert state(engine, lead) == ("working", "Dana", None)
    assert len(rows(engine, "SELECT FROM handlings")) == 1


def test_of_two_who_press_at_once_one_has_it(engine, by_board, lead, dana, eli):
    """Two threads for each."""
    verdicts, start = [], threading.Barrier(4)

    def one(user):
        start.wait()
        verdicts.append((press(by_board, lead, "claim", user).decision.verdict, user["name"]))

    threads = [threading.Thread(target=one, args=(user,)) for user in (dana, eli) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [winner] = [name for verdict, name in verdicts if verdict == "done"]
    assert sorted(verdict for verdict, _ in verdicts) == ["done", "same", "taken", "taken"]
    assert state(engine, lead) == ("working", winner, None)
    assert len(rows(engine, "SELECT FROM handlings")) == 1
    until_quiet()


def test_who_took_it_may_say_that_it_is_not_a_fit(engine, board, by_board, lead, dana, eli):
    press(by_board, lead, "claim", dana)
    assert press(by_board, lead, "not_a_fit", dana).decision.verdict == "done"
    assert state(engine, lead) == ("lost", "Dana", "not a fit")
    assert shown(board) == ("handled", ("not_a_fit", "Dana"), False)
    assert press(by_board, lead, "claim", eli).decision.verdict == "closed"


def test_the_word_of_another_system_stays(engine, by_board, lead, dana):
    sql(engine, "UPDATE leads SET outcome = 'Closed Lost' WHERE id = %s", lead)
    press(by_board, lead, "not_a_fit", dana)
    assert state(engine, lead)[2] == "Closed Lost"


def test_what_is_put_off_is_told_again_on_the_next_working_morning(engine, board, by_board, lead, dana, eli):
    sql(engine, "UPDATE users SET time_zone = 'Europe/Berlin' WHERE id = %s", dana["id"])
    then = replace(by_board, now=lambda: MORNING)
    put_off = press(then, lead, "snooze", dana).decision
    assert put_off.until == (MORNING + timedelta(days=1)).replace(hour=9)
    assert shown(board) == ("handled", ("snooze", "Dana"), False)
    assert press(then, lead, "snooze", eli).decision.verdict == "taken"
    [again] = rows(engine, "SELECT due_at FROM notifications WHERE state = 'owed'")
    assert again["due_at"] == put_off.until
    sql(engine, "UPDATE notifications SET due_at = now() WHERE state = 'owed'")
    later = replace(by_board, now=lambda: put_off.until + timedelta(minutes=1))
    messages.deliver(later)
    assert shown(board, 1) == ("hot_lead", None, True)
    assert state(engine, lead)[0] == "new"


def test_who_puts_it_off_for_some_minutes_is_told_then(engine, by_board, lead, dana):
    then = replace(by_board, now=lambda: MORNING)
    assert press(then, lead, "snooze", dana, minutes=60).decision.until == MORNING + timedelta(hours=1)


def test_what_is_put_off_can_be_taken_by_others_and_is_not_told_again(
        engine, board, by_board, lead, dana, eli):
    press(by_board, lead, "snooze", dana)
    assert press(by_board, lead, "claim", eli).decision.verdict == "done"
    sql(engine, "UPDATE notifications SET due_at = now() WHERE state = 'owed'")
    messages.deliver(by_board)
    assert len(board.out) == 1 and shown(board) == ("handled", ("claim", "Eli"), False)
    assert [row["last_error"] for row in rows(
        engine, "SELECT last_error FROM notifications WHERE state = 'withdrawn'")] == [
        "Somebody took care of it before."]


@pytest.mark.parametrize(("change", "kinds", "why"), [
    ("status = 'converted'", ["hot_lead", "reminder", "escalation"], "The lead is closed."),
    ("grade = 'warm'", ["reminder", "escalation"], "The lead is hot no more.")])
def test_what_is_owed_of_a_lead_that_is_closed_or_cooled_is_not_sent(
        api, engine, board, by_board, lead, dana, change, kinds, why):
    press(by_board, lead, "snooze", dana)
    with engine.database.write() as cursor:
        messages.owe_follow_ups(by_board, cursor, [messages.FollowUpDue(
            kind, lead, 1, 1, None, 20, engine.now()) for kind in ("reminder", "escalation")])
    sql(engine, f"UPDATE leads SET {change} WHERE id = %s", lead)
    sql(engine, "UPDATE notifications SET due_at = now() WHERE state = 'owed'")
    messages.deliver(by_board)
    assert rows(engine, "SELECT kind, last_error FROM notifications WHERE state = 'withdrawn'"
                        " ORDER BY id") == [{"kind": kind, "last_error": why} for kind in kinds]
    assert len(board.out) == 4 - len(kinds)


def test_the_wrong_person_gives_it_to_somebody_else_who_is_told(engine, board, by_board, lead, dana, eli):
    sql(engine, "UPDATE users SET disabled_at = now() WHERE email <> ALL(%s)",
        ["dana@example.com", "eli@example.com"])
    try:
        assert press(by_board, lead, "wrong_person", dana).decision.verdict == "done"
        assert state(engine, lead) == ("new", "Eli", None)
        assert shown(board) == ("handled", ("wrong_person", "Dana"), False)
        assert len(board.out) == 2 and shown(board, 1) == ("hot_lead", None, True)
        assert press(by_board, lead, "wrong_person", dana).decision.verdict == "same"
        assert press(by_board, lead, "claim", eli).decision.verdict == "done"
        assert shown(board, 1) == ("handled", ("claim", "Eli"), False)
    finally:
        sql(engine, "UPDATE users SET disabled_at = NULL")


def test_what_was_told_to_somebody_who_left_is_no_news_for_others(api, engine, board, by_board, eli):
    dana = person(engine, "Dana", [("board", "D1", {})])
    run = hot_lead(api, by_board, "leaver", dana)
    told(by_board, run)
    sql(engine, "UPDATE users SET disabled_at = now() WHERE id = %s", dana["id"])
    press(by_board, run[1], "claim", eli)
    messages.deliver(by_board)
    assert board.recipients == ["D1"]
    assert rows(engine, "SELECT state, recipient FROM notifications WHERE kind = 'handled'") == [
        {"state": "withdrawn", "recipient": "D1"}]


def test_messages_of_channels_that_cannot_change_them_stay(engine, api, dana):
    board, paper = Board(), Paper()
    both = told_by(engine, board, paper)
    run = hot_lead(api, both, "papered")
    told(both, run)
    press(both, run[1], "claim", dana)
    assert [message["kind"] for message in (*board.out, *paper.out)] == ["handled", "hot_lead"]


def test_a_message_that_was_on_its_way_when_somebody_pressed_changes_too(engine, api, board, dana):
    """The room is told, and Eli: one message is being sent when Dana presses in the other."""
    both = told_by(engine, board, tell_all_of_leads=True)
    eli = person(engine, "Eli", [("board", "E1", {})])
    run = hot_lead(api, both, "crossing", eli)

    def pressed():
        object.__setattr__(board, "before", lambda: None)
        press_quietly(both, run[1], dana)

    object.__setattr__(board, "before", pressed)
    told(both, run)
    until_quiet()
    messages.deliver(both)
    assert {message["kind"] for message in board.out} == {"handled"}


def test_of_two_changes_of_a_message_the_later_one_stays(engine, board, by_board, lead, dana, eli):
    """Eli takes the lead, and another process sends what is owed, while the message is told of Dana."""
    change, takers = board.update, [eli]

    def slow(reference, rendered):
        if takers:
            before = set(threading.enumerate())
            press_quietly(by_board, lead, takers.pop())
            for thread in set(threading.enumerate()) - before:
                thread.join(10)
            messages.deliver(by_board)
        change(reference, rendered)

    object.__setattr__(board, "update", slow)
    press(by_board, lead, "snooze", dana)
    assert shown(board) == ("handled", ("claim", "Eli"), False)
    assert rows(engine, "SELECT state FROM notifications WHERE kind = 'handled'") == [{"state": "sent"}]


def press_quietly(engine, lead_id, user):
    with engine.database.write() as cursor:
        handling.handle(engine, cursor, lead_id, 1, "claim", user, "board")


def test_a_press_that_is_delivered_again_does_nothing_even_after_it_was_taken_back(
        engine, by_board, lead, dana):
    first = press(by_board, lead, "claim", dana, press="slack:1")
    handling.undo(by_board, first.id, by="eli@example.com")
    until_quiet()
    assert press(by_board, lead, "claim", dana, press="slack:1").decision.verdict == "same"
    assert state(engine, lead) == ("new", None, None)
    assert press(by_board, lead, "claim", dana, press="slack:2").decision.verdict == "done"


def test_what_was_done_is_taken_back_by_the_api(
        api, app, engine, board, by_board, lead, dana, monkeypatch):
    monkeypatch.setitem(app.extensions, "engine", by_board)
    done = press(by_board, lead, "not_a_fit", dana)
    answer = api.post(f"/v1/handlings/{done.id}/undo")
    assert answer.status_code == 200 and answer.json["undone_by"] == "tests"
    until_quiet()
    assert state(engine, lead) == ("new", None, None)
    assert shown(board) == ("hot_lead", None, True)
    assert api.post(f"/v1/handlings/{done.id}/undo").status_code == 409
    [listed] = api.get(f"/v1/leads/{lead}/handlings").json["data"]
    assert listed["undone_at"]


@pytest.mark.parametrize("kind", ["claim", "not_a_fit"])
def test_what_is_taken_back_is_followed_again(engine, by_board, lead, dana, kind):
    done = press(by_board, lead, kind, dana)
    assert touched(engine) == [True]
    handling.undo(by_board, done.id, by="eli@example.com")
    until_quiet()
    assert touched(engine) == [False]


def test_what_is_given_back_is_followed_again_unless_somebody_was_in_contact(
        engine, by_board, lead, dana, eli):
    press(by_board, lead, "claim", dana)
    sql(engine, "UPDATE hot_changes SET contacted_at = touched_at")
    press(by_board, lead, "wrong_person", dana)
    assert touched(engine) == [True]
    sql(engine, "UPDATE hot_changes SET contacted_at = NULL")
    press(by_board, lead, "claim", eli)
    sql(engine, "UPDATE hot_changes SET touched_by = %s", eli["id"])
    press(by_board, lead, "wrong_person", eli)
    assert touched(engine) == [False]


def touched(engine):
    return [row["it"] for row in rows(
        engine, "SELECT touched_at IS NOT NULL OR claimed_at IS NOT NULL AS it FROM hot_changes")]


def test_what_is_open_again_is_of_nobody_who_left(api, engine, by_board, lead, eli):
    dana = person(engine, "Dana")
    sql(engine, "UPDATE leads SET owner_id = %s WHERE id = %s", dana["id"], lead)
    done = press(by_board, lead, "not_a_fit", dana)
    sql(engine, "UPDATE users SET disabled_at = now() WHERE id <> %s", eli["id"])
    try:
        handling.undo(by_board, done.id, by="eli@example.com")
        assert state(engine, lead) == ("new", "Eli", None)
    finally:
        until_quiet()
        sql(engine, "UPDATE users SET disabled_at = NULL")


def test_what_changed_since_stays(api, engine, by_board, lead, dana):
    done = press(by_board, lead, "claim", dana)
    sql(engine, "UPDATE leads SET status = 'qualified' WHERE id = %s", lead)
    api.post(f"/v1/handlings/{done.id}/undo")
    assert state(engine, lead) == ("qualified", None, None)


@pytest.mark.parametrize(("since", "touched"), [
    ("SELECT", None), ("UPDATE leads SET status = 'qualified'", "claim"),
    ("UPDATE hot_changes SET contacted_at = now()", "claim")])
def test_what_is_taken_back_is_followed_again_unless_more_was_done(
        api, engine, by_board, lead, dana, since, touched):
    done = press(by_board, lead, "claim", dana)
    sql(engine, since)
    api.post(f"/v1/handlings/{done.id}/undo")
    [change] = rows(engine, "SELECT touched_how, claimed_at IS NULL AS unclaimed FROM hot_changes")
    assert change == {"touched_how": touched, "unclaimed": touched is None}


def test_what_came_later_is_taken_back_first(api, by_board, lead, dana):
    first = press(by_board, lead, "claim", dana)
    press(by_board, lead, "not_a_fit", dana)
    assert api.post(f"/v1/handlings/{first.id}/undo").status_code == 409


def test_a_snooze_that_is_taken_back_tells_nobody_again(api, engine, by_board, lead, dana):
    done = press(by_board, lead, "snooze", dana)
    api.post(f"/v1/handlings/{done.id}/undo")
    assert rows(engine, "SELECT state FROM notifications WHERE about ? 'handling'") == [
        {"state": "withdrawn"}]


def test_an_older_message_does_nothing_once_the_lead_is_hot_anew(engine, by_board, lead, dana):
    sql(engine, "UPDATE leads SET hot_changes = 2 WHERE id = %s", lead)
    assert press(by_board, lead, "claim", dana).decision.verdict == "old"


def test_a_lead_that_somebody_works_on_is_theirs(engine, by_board, lead, dana, eli):
    sql(engine, "UPDATE leads SET status = 'working', owner_id = %s WHERE id = %s", eli["id"], lead)
    decision = press(by_board, lead, "claim", dana).decision
    assert (decision.verdict, decision.by, decision.at) == ("taken", "Eli", None)


def test_people_handle_leads_by_the_api_and_programs_do_not(api, app, engine, lead, dana):
    assert api.post(f"/v1/leads/{lead}/handlings", {"kind": "claim"}).status_code == 403
    own = signed_in(app, "dana@example.com")
    answer = own("post", f"/v1/leads/{lead}/handlings", json={"kind": "snooze", "minutes": 60})
    assert answer.json["verdict"] == "done" and answer.json["handling"]["kind"] == "snooze"
    answer = own("post", f"/v1/leads/{lead}/handlings", json={"kind": "claim"})
    assert answer.json["said"] == "It is yours."
    assert own("post", "/v1/leads/00000000-0000-7000-8000-000000000000/handlings", json={
        "kind": "claim"}).status_code == 404
    until_quiet()


def test_a_lead_that_never_was_hot_is_not_put_off(api, app, engine, dana):
    cold = api.post("/v1/leads", {"email": "cold@firm.example"}).json["results"][0]["lead_id"]
    answer = signed_in(app, "dana@example.com")("post", f"/v1/leads/{cold}/handlings", json={
        "kind": "snooze", "minutes": 60})
    assert answer.status_code == 409 and "never was hot" in answer.json["detail"]
    assert rows(engine, "SELECT FROM handlings") == rows(engine, "SELECT FROM notifications") == []


def test_who_may_not_see_people_does_not_learn_who_did_what(app, lead):
    assert Api(app.test_client(), "reader").get(f"/v1/leads/{lead}/handlings").status_code == 403


def signed_in(app, email):
    client = app.test_client()
    token = client.post("/v1/auth/token", json={
        "grant_type": "password", "username": email, "password": "a long password"}).json["access_token"]
    return lambda method, path, **more: getattr(client, method)(
        path, headers={"Authorization": f"Bearer {token}"}, **more)


def test_what_was_done_is_part_of_all_that_is_known_of_a_person(api, engine, by_board, lead, dana):
    press(by_board, lead, "claim", dana)
    contact_id = api.get(f"/v1/leads/{lead}").json["contact"]["id"]
    whole = api.get(f"/v1/contacts/{contact_id}/export").json
    assert [(row["kind"], row["by"]) for row in whole["handlings"]] == [("claim", "Dana")]
    assert [(row["kind"], row["owner"]) for row in whole["assignments"]] == [("claim", "dana@example.com")]


# Where people want to be told


def test_people_choose_their_channels(app, api, engine, dana):
    own = signed_in(app, "dana@example.com")
    assert own("get", "/v1/users/me/channels").json == {"data": []}
    chosen = [{"channel": "email", "address": "dana@example.com", "kinds": ["digest"], "quiet_from": "20:00",
               "quiet_until": "07:00", "always_hot": True}]
    # No mail server is set in tests.
    assert own("put", "/v1/users/me/channels", json={"data": chosen}).status_code == 422


def test_channels_are_checked_and_audited(app, api, engine, monkeypatch, dana):
    board = Board()
    monkeypatch.setitem(app.extensions, "engine", told_by(engine, board))
    own = signed_in(app, "dana@example.com")
    chosen = {"channel": "board", "address": "D1", "kinds": ["digest"], "quiet_from": "20:00",
              "quiet_until": "07:00", "always_hot": True}
    assert own("put", "/v1/users/me/channels", json={"data": [chosen]}).json == {"data": [chosen]}
    assert own("get", "/v1/users/me/channels").json == {"data": [chosen]}
    [audited] = rows(engine, "SELECT actor, after FROM audit_log WHERE action = 'user.channels_set'"
                             " ORDER BY id DESC LIMIT 1")
    assert audited == {"actor": "dana@example.com", "after": {
        "channels": [{"channel": "board", "kinds": ["digest"]}]}}
    for wrong, pointer in (({"channel": "pager"}, "/data/0/channel"), ({"address": "-"}, "/data/0/address"),
                           ({"quiet_until": None}, "/data/0/quiet_until"),
                           ({"quiet_until": "20:00"}, "/data/0/quiet_until"),
                           ({"quiet_from": "25:00"}, "/data/0/quiet_from"),
                           ({"kinds": ["operations"]}, "/data/0/kinds/0")):
        answer = own("put", "/v1/users/me/channels", json={"data": [chosen | wrong]})
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert own("put", f"/v1/users/{dana['id']}/channels", json={"data": []}).status_code == 403
    path = f"/v1/users/{dana['id']}/channels"
    assert api.client.put(path, json={"data": []}, headers=api.headers).json == {"data": []}
    assert api.get(f"/v1/users/{dana['id']}/channels").json == {"data": []}
    assert api.get("/v1/users/me/channels").status_code == 403


