"""Who is told of a hot lead, when, and how often: by channels that keep their messages in this process."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from unittest.mock import patch
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from sidecar.channels.model import DeliveryError
from sidecar.errors import Unavailable
from sidecar.pipeline import claiming, completion, messages, scoring, telling
from sidecar.pipeline.scoring import score_leads
from sidecar.store import notifications
from sidecar.store.database import Database, many, one
from tests.integration.boards import Board, Paper, person, told_by
from tests.workflows.test_end_to_end import perfect

BERLIN = ZoneInfo("Europe/Berlin")


def following(hour: int, minute: int, zone: tzinfo) -> datetime:
    """The next time that it is so late there: what is stored now was stored less than a day before."""
    now = datetime.now(zone)
    at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at if at > now else at + timedelta(days=1)


def sql(engine, statement, *params):
    with engine.database.write() as cursor:
        cursor.execute(statement, params)


def rows(engine, statement, *params):
    with engine.database.read() as cursor:
        return many(cursor, statement, params)


@pytest.fixture
def board(engine, api):
    return Board()


@pytest.fixture
def by_board(engine, board):
    return told_by(engine, board)


def unrouted():
    """Whose a lead is, is said here: the routing model gives none to whoever is here of other tests."""
    return patch.object(scoring, "route_hot", lambda *_: {})


def hot_lead(api, engine, name, owner=None):
    """A lead that a run has made hot and not taken to Notify yet, of an owner: (batch_id, lead_id)."""
    lead_id = api.post("/v1/leads", perfect(name)).json["results"][0]["lead_id"]
    if owner:
        sql(engine, "UPDATE leads SET owner_id = %s WHERE id = %s", owner["id"], lead_id)
    batch = claiming.claim(engine)
    with unrouted():
        [result] = scoring.score(engine, batch["batch_id"], [lead_id])["results"]
    assert result["became_hot"]
    return batch["batch_id"], lead_id


def told(engine, run):
    """Take a lead to Notify and complete it: how many messages went out."""
    batch_id, lead_id = run
    sent = messages.notify(engine, batch_id, [lead_id])["sent"]
    completion.complete(engine, batch_id, [lead_id])
    return sent


def score_again(engine, lead_id):
    with engine.database.write() as cursor, unrouted():
        cursor.execute("SELECT FROM leads WHERE id = %s FOR UPDATE", (lead_id,))
        return score_leads(engine, cursor, [lead_id], None).hot


def states(engine):
    return [(row["recipient"], row["state"]) for row in rows(
        engine, "SELECT recipient, state FROM notifications ORDER BY id")]


# Who


def test_an_owner_is_told_where_they_want_it_and_nobody_else(api, engine, board, by_board):
    dana = person(engine, "Dana", [("board", "D1", {})], language="de")
    assert told(by_board, hot_lead(api, by_board, "owned1", dana)) == 1
    [message] = board.out
    assert (message["recipient"], message["language"]) == ("D1", "de")
    assert message["content"]["owner"]["you"]


def test_where_an_owner_has_no_channel_the_room_is_told(api, engine, board, by_board):
    dana = person(engine, "Dana", [("board", "D1", {"kinds": ["digest"]})])
    told(by_board, hot_lead(api, by_board, "owned2", dana))
    told(by_board, hot_lead(api, by_board, "owned3"))
    assert board.recipients == ["sales", "sales"]


def test_the_room_is_told_too_where_the_settings_say_so(api, engine, board):
    both = told_by(engine, board, tell_all_of_leads=True)
    told(both, hot_lead(api, both, "owned4", person(engine, "Dana", [("board", "D1", {})])))
    assert sorted(board.recipients) == ["D1", "sales"]


def test_who_left_is_told_nothing_and_who_has_the_lead_now_is(api, engine, board, by_board):
    dana, eli = person(engine, "Dana", [("board", "D1", {})]), person(engine, "Eli", [("board", "E1", {})])
    run = hot_lead(api, by_board, "owned5", dana)
    sql(engine, "UPDATE leads SET owner_id = %s WHERE id = %s", eli["id"], run[1])
    sql(engine, "UPDATE users SET disabled_at = now() WHERE id = %s", dana["id"])
    told(by_board, run)
    assert board.recipients == ["E1"]
    assert states(engine) == [("D1", "withdrawn"), ("E1", "sent")]


def test_who_has_the_lead_again_before_the_other_was_told_is_told(api, engine, board, by_board):
    quiet = {"quiet_from": "00:00", "quiet_until": "23:59"}
    dana, eli = person(engine, "Dana", [("board", "D1", {})]), person(engine, "Eli", [("board", "E1", quiet)])
    run = hot_lead(api, by_board, "owned8", dana)
    noon = _at(by_board, following(12, 0, UTC))
    for has in (eli, dana):
        sql(engine, "UPDATE leads SET owner_id = %s WHERE id = %s", has["id"], run[1])
        sql(engine, "UPDATE notifications SET due_at = now() WHERE state = 'owed'")
        messages.deliver(noon)
    sql(engine, "UPDATE notifications SET due_at = now() WHERE state = 'owed'")
    messages.deliver(by_board)
    assert board.recipients == ["D1"]
    assert states(engine) == [("D1", "sent"), ("E1", "withdrawn")]


def test_who_may_not_see_people_is_told_nothing(api, engine, board, by_board):
    told(by_board, hot_lead(api, by_board, "owned6", person(
        engine, "Dana", [("board", "D1", {})], role="viewer")))
    assert board.recipients == ["sales"]


def test_who_may_see_people_no_more_is_told_nothing_that_was_owed_before(api, engine, board, by_board):
    dana = person(engine, "Dana", [("board", "D1", {})])
    run = hot_lead(api, by_board, "owned7", dana)
    sql(engine, "UPDATE users SET role = 'viewer' WHERE id = %s", dana["id"])
    told(by_board, run)
    assert board.recipients == ["sales"]


# When


def test_what_comes_in_quiet_hours_waits_for_their_end(api, engine, board, by_board):
    dana = person(engine, "Dana", [("board", "D1", {"quiet_from": "20:00", "quiet_until": "08:00"})],
                  time_zone="Europe/Berlin")
    run = hot_lead(api, by_board, "quiet1", dana)
    sql(engine, "UPDATE notifications SET due_at = now()")
    late = told_by(engine, board)
    evening = following(21, 0, BERLIN)
    messages.deliver(_at(late, evening))
    [waiting] = rows(engine, "SELECT state, due_at, attempts FROM notifications")
    assert (waiting["state"], waiting["attempts"]) == ("owed", 0)
    assert waiting["due_at"] == (evening + timedelta(days=1)).replace(hour=8)
    assert board.out == []
    sql(engine, "UPDATE notifications SET due_at = now()")
    messages.deliver(_at(late, evening + timedelta(hours=12)))
    assert board.recipients == ["D1"] and run


def test_hot_leads_come_in_quiet_hours_too_to_who_wants_it(api, engine, board, by_board):
    dana = person(engine, "Dana", [("board", "D1", {
        "quiet_from": "00:00", "quiet_until": "23:59", "always_hot": True})])
    run = hot_lead(api, by_board, "quiet2", dana)
    assert told(_at(by_board, following(12, 0, UTC)), run) == 1


def _at(engine, moment):
    return replace(engine, now=lambda: moment)


# How often


@pytest.fixture
def told_lead(api, board, by_board):
    run = hot_lead(api, by_board, "again")
    told(by_board, run)
    assert board.recipients == ["sales"]
    return run[1]


def cool(engine, lead_id, hours):
    sql(engine, "UPDATE leads SET grade = 'warm', cooled_at = now() - %s * interval '1 hour' WHERE id = %s",
        hours, lead_id)


@pytest.mark.parametrize(("hours", "often"), [(1, 1), (23, 1), (25, 2)])
def test_a_lead_that_is_hot_again_is_told_again_after_it_was_less_for_a_day(
        engine, board, by_board, told_lead, hours, often):
    cool(engine, told_lead, hours)
    assert score_again(by_board, told_lead) == [told_lead] * (often - 1)
    messages.notify_stored(by_board, [told_lead])
    assert len(board.out) == often
    [row] = rows(engine, "SELECT grade, hot_changes FROM leads WHERE id = %s", told_lead)
    assert (row["grade"], row["hot_changes"]) == ("hot", often)


def test_when_it_cooled_is_stored(engine, by_board, told_lead):
    sql(engine, "UPDATE events SET occurred_at = occurred_at - interval '200 days'")
    sql(engine, "UPDATE contacts SET job_title = 'Intern', seniority = 'training'")
    assert score_again(by_board, told_lead) == []
    [row] = rows(engine, "SELECT grade, cooled_at FROM leads WHERE id = %s", told_lead)
    assert row["grade"] != "hot" and row["cooled_at"]


def test_what_was_never_told_is_told_when_a_lead_that_dipped_is_hot_again(api, engine, board, by_board):
    batch_id, lead_id = hot_lead(api, by_board, "dipped")
    completion.complete(by_board, batch_id, [lead_id])
    assert states(engine) == [("sales", "withdrawn")]
    cool(engine, lead_id, 1)
    score_again(by_board, lead_id)
    messages.notify_stored(by_board, [lead_id])
    assert board.recipients == ["sales"]


def test_nobody_is_told_again_because_of_a_form_that_is_sent_again(api, engine, board, by_board, told_lead):
    api.post("/v1/leads", perfect("again") | {"message": "One more question."})
    batch = claiming.claim(by_board)
    assert [lead["lead_id"] for lead in batch["leads"]] == [told_lead]
    scoring.score(by_board, batch["batch_id"], [told_lead])
    told(by_board, (batch["batch_id"], told_lead))
    assert len(board.out) == 1


def test_nobody_is_told_again_because_a_lead_is_scored_again(engine, board, by_board, told_lead):
    for _ in range(2):
        score_again(by_board, told_lead)
        messages.notify_stored(by_board, [told_lead])
    assert len(board.out) == 1


def test_nobody_is_told_again_because_of_a_merge(api, engine, board, by_board, told_lead):
    """The lead that was told had cooled an hour before; what both have makes the one that stays hot."""
    other = api.post("/v1/leads", perfect("again") | {
        "email": "dquill@again-industries.example", "phone": None}).json["results"][0]
    sql(engine, "UPDATE leads SET grade = 'cold' WHERE id = %s", other["lead_id"])
    cool(engine, told_lead, 1)
    [pair] = rows(engine, "SELECT id::text AS id FROM contacts WHERE id <> %s", other["contact_id"])
    left, right = sorted((pair["id"], other["contact_id"]))
    with engine.database.write() as cursor:
        made = one(cursor, "INSERT INTO duplicates (left_id, right_id, score, reasons)"
                           " VALUES (%s, %s, 0.9, '[]') RETURNING id::text AS id", (left, right))
    answer = api.post(f"/v1/duplicates/{made['id']}/merge", {"keep": other["contact_id"]})
    assert answer.status_code == 200, answer.json
    for row in rows(engine, "SELECT id::text AS id FROM leads ORDER BY id"):
        sql(engine, "UPDATE leads SET grade = 'warm' WHERE id = %s AND grade = 'hot'", row["id"])
        assert score_again(by_board, row["id"]) == []
        messages.notify_stored(by_board, [row["id"]])
    assert len(board.out) == 1


# Guarantees of sending


def owe_room(engine, *, rooms=("a",), channel="board"):
    with engine.database.write() as cursor:
        for room in rooms:
            cursor.execute(
                "INSERT INTO notifications (kind, channel, recipient, content, dedupe_key) VALUES"
                " ('operations', %s, %s, '{\"title\": \"Look\"}', gen_random_uuid())", (channel, room))


def test_what_was_stuck_and_arrived_is_not_sent_again(board, by_board, engine):
    owe_room(engine, rooms=("a", "b"))
    [first, _] = rows(engine, "SELECT id::text AS id FROM notifications ORDER BY id")
    sql(engine, "UPDATE notifications SET state = 'sending', claimed_at = now() - interval '61 seconds'")
    host = by_board.settings.public_url.split("//")[1].split(":")[0]
    board.out.append({"recipient": "a", "message_id": f"{first['id']}@{host}"})
    messages.deliver(by_board)
    assert board.recipients == ["a", "b"]
    assert [row["possible_duplicate"] for row in rows(
        engine, "SELECT possible_duplicate FROM notifications")] == [False, False]
    assert rows(engine, "SELECT reference FROM notifications ORDER BY id") == [
        {"reference": "0"}, {"reference": "1"}]


def test_where_an_answer_was_lost_a_channel_that_cannot_tell_marks_the_next_try(api, engine):
    paper = Paper(fails=[DeliveryError("no answer", may_have_arrived=True)])
    by_paper = told_by(engine, paper)
    owe_room(engine, channel="paper")
    messages.deliver(by_paper)
    sql(engine, "UPDATE notifications SET due_at = now()")
    messages.deliver(by_paper)
    assert [message["possible_duplicate"] for message in paper.out] == [True]


def test_who_asks_to_slow_down_is_left_alone_with_everything_and_nobody_else(engine, board, by_board):
    owe_room(engine, rooms=("a", "b"))
    sql(engine, "UPDATE notifications SET attempts = 40 WHERE recipient = 'a'")
    board.fails.append(DeliveryError("slow down", retry_after=60))
    board.fails.extend([DeliveryError("slow down", retry_after=60)])
    messages.deliver(by_board)
    assert states(engine) == [("a", "owed"), ("b", "owed")]
    owe_room(engine, rooms=("c",))
    sql(engine, "UPDATE notifications SET due_at = now() WHERE recipient = 'b'")
    messages.deliver(by_board)
    assert sorted(board.recipients) == ["b", "c"]


def test_who_is_left_alone_waits_for_nobody(engine, board, by_board):
    owe_room(engine, rooms=("a", "a"))
    first, second = rows(engine, "SELECT id::text AS id FROM notifications ORDER BY id")
    other, until = Database(engine.settings.database_url), engine.now() + timedelta(hours=1)
    with other.write() as theirs, engine.database.write() as ours:
        theirs.execute("UPDATE notifications SET attempts = 1 WHERE id = %s", (first["id"],))
        ours.execute("SET LOCAL lock_timeout = '500ms'")
        notifications.hold(ours, "board", "a", until)
    other.close()
    assert rows(engine, "SELECT id::text AS id FROM notifications WHERE due_at = %s", until) == [second]


def test_a_message_that_cannot_be_rendered_or_sent_keeps_no_other(engine, board, by_board):
    owe_room(engine, rooms=("a", "b"))
    board.fails.append(ValueError("nobody foresaw it"))
    assert messages.deliver(by_board)["sent"] == 1
    assert sorted(state for _, state in states(engine)) == ["owed", "sent"]
    assert {"it cannot be rendered or sent: ValueError"} == {row["last_error"] for row in rows(
        engine, "SELECT last_error FROM notifications WHERE state = 'owed'")}


def test_a_message_that_cannot_be_decided_keeps_no_other_and_is_given_up_at_last(
        engine, board, by_board, monkeypatch):
    told_of = telling.told

    def odd(engine, channel, message, stood):
        if message["recipient"] == "a":
            raise ValueError("nobody foresaw it")
        return told_of(engine, channel, message, stood)

    monkeypatch.setattr(telling, "told", odd)
    owe_room(engine, rooms=("a", "b"))
    for _ in range(messages.MAX_TRIES):
        messages.deliver(by_board)
        sql(engine, "UPDATE notifications SET due_at = now()")
    assert states(engine) == [("a", "dead"), ("b", "sent")]
    assert rows(engine, "SELECT last_error, possible_duplicate FROM notifications WHERE state = 'dead'") == [
        {"last_error": "it cannot be rendered or sent: ValueError", "possible_duplicate": False}]


@pytest.mark.parametrize("name", ["_taken", "_put"])
def test_what_was_on_its_way_when_postgres_failed_is_not_sent_again(
        engine, board, by_board, monkeypatch, name):
    """One message arrived, the other waits, when the next look at the outbox, or the first result, fails."""
    failed, tried, calls, works = threading.Event(), itertools.count(), [], getattr(messages, name)

    def fails(*args):
        calls.append(args)
        if len(calls) == 2:  # the first takes both, or puts nothing
            failed.set()
            raise Unavailable("Postgres does not answer.")
        return works(*args)

    def waits():
        if next(tried):
            failed.wait(30)

    monkeypatch.setattr(messages, name, fails)
    object.__setattr__(board, "before", waits)
    owe_room(engine, rooms=("a", "b"))
    with pytest.raises(Unavailable):
        messages.deliver(by_board)
    assert states(engine) == [("a", "sent"), ("b", "sent")]


def test_a_message_that_is_given_up_is_told_to_operations_once_an_hour(api, engine):
    board = Board(operations="ops", fails=[])
    by_board = told_by(engine, board)
    first, second = hot_lead(api, by_board, "dead1"), hot_lead(api, by_board, "dead2")
    for run in (first, second):
        board.fails.append(DeliveryError("the room is gone", permanent=True))
        told(by_board, run)
    messages.deliver(by_board)
    [alert] = [message for message in board.out if message["kind"] == "operations"]
    assert alert["recipient"] == "ops" and "the room is gone" in alert["content"]["detail"]


def test_an_alert_that_fails_causes_no_other(api, engine):
    board = Board(operations="ops")
    by_board = told_by(engine, board)
    owe_room(engine)
    board.fails.append(DeliveryError("gone", permanent=True))
    messages.sweep(by_board)
    assert states(engine) == [("a", "dead")]


def test_a_slow_channel_keeps_no_other_waiting(api, engine):
    """The slow one answers when the other has sent all it had to."""
    others = threading.Event()
    board = Board()
    paper = Paper(before=lambda: others.wait(30))
    owe_room(engine, rooms=[f"p{number}" for number in range(6)], channel="paper")
    owe_room(engine, rooms=[f"b{number}" for number in range(6)])

    def count():
        if len(board.out) == 5:
            others.set()

    object.__setattr__(board, "before", count)
    assert messages.deliver(told_by(engine, board, paper), seconds=30)["sent"] == 12
    assert others.is_set()


# Digests


@pytest.fixture
def morning(engine, board):
    return _at(told_by(engine, board), following(8, 30, BERLIN))


def digests(engine):
    return rows(engine, "SELECT recipient, about FROM notifications WHERE kind = 'digest'")


def owned(api, engine, by_board, name, user):
    """A hot lead of theirs that nobody touched."""
    batch_id, lead_id = hot_lead(api, by_board, name, user)
    sql(engine, "INSERT INTO hot_changes (lead_id, number, at, source, owner_id)"
                " VALUES (%s, 1, now(), 'demo_request', %s) ON CONFLICT DO NOTHING", lead_id, user["id"])
    completion.complete(by_board, batch_id, [lead_id])
    return lead_id


def test_owners_get_a_digest_once_a_day_in_the_morning_of_their_zone(api, engine, board, by_board, morning):
    berlin = person(engine, "Dana", [("board", "D1", {})], time_zone="Europe/Berlin")  # 08:30
    person(engine, "Eli", [("board", "E1", {})], time_zone="America/New_York")  # 02:30
    owned(api, engine, by_board, "digest1", berlin)
    for _ in range(2):
        messages.sweep(morning)
    assert digests(engine) == [{"recipient": "D1", "about": {"day": f"{morning.now():%Y-%m-%d}"}}]
    [message] = [message for message in board.out if message["kind"] == "digest"]
    assert message["content"]["untouched"]["count"] == 1
    assert message["content"]["untouched"]["leads"][0]["link"].startswith("http")
    assert message["content"]["link"].endswith(f"/#/leads?owner={quote(berlin['email'])}")


def test_who_had_no_lead_in_the_morning_gets_no_digest_before_the_next(api, engine, by_board, morning):
    dana = person(engine, "Dana", [("board", "D1", {})], time_zone="Europe/Berlin")
    messages.sweep(morning)
    owned(api, engine, by_board, "digest5", dana)
    messages.sweep(_at(morning, morning.now() + timedelta(hours=13)))
    assert digests(engine) == []
    messages.sweep(_at(morning, morning.now() + timedelta(hours=26)))
    assert len(digests(engine)) == 1


def test_a_digest_of_which_nothing_is_left_is_withdrawn(api, engine, board, by_board, morning):
    """It was owed, and waited: for the end of quiet hours, or of what went wrong."""
    dana = person(engine, "Dana", [("board", "D1", {})], time_zone="Europe/Berlin")
    lead_id = owned(api, engine, by_board, "digest6", dana)
    messages.owe_digests(morning)
    sql(engine, "UPDATE hot_changes SET touched_at = at, at = at - interval '3 days' WHERE lead_id = %s",
        lead_id)
    messages.deliver(morning)
    assert rows(engine, "SELECT state, last_error FROM notifications WHERE kind = 'digest'") == [
        {"state": "withdrawn", "last_error": "Nothing is left to tell."}]
    assert "digest" not in [message["kind"] for message in board.out]


def test_a_time_zone_that_is_not_known_any_more_is_the_usual_one(api, engine, board, by_board):
    dana = person(engine, "Dana", [("board", "D1", {"quiet_from": "00:00", "quiet_until": "07:00"})],
                  time_zone="Mars/Olympus_Mons")
    owned(api, engine, by_board, "digest4", dana)
    usual = told_by(engine, board, time_zone="Asia/Kolkata")
    morning = _at(usual, following(8, 30, ZoneInfo("Asia/Kolkata")))
    for _ in range(2):
        messages.sweep(morning)
    assert [(message["recipient"], message["kind"]) for message in board.out] == [("D1", "digest")]


def test_what_is_due_goes_out_though_no_digest_can_be_owed(api, engine, board, by_board, monkeypatch):
    owe_room(engine)

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(messages, "owe_digests", fail)
    with pytest.raises(ZeroDivisionError):
        messages.sweep(by_board)
    assert board.recipients == ["a"]


def test_there_is_no_digest_where_there_is_nothing_to_say(api, engine, by_board, morning):
    dana = person(engine, "Dana", [("board", "D1", {})])
    lead_id = owned(api, engine, by_board, "digest2", dana)
    sql(engine, "UPDATE hot_changes SET touched_at = at, at = at - interval '3 days' WHERE lead_id = %s",
        lead_id)
    sql(engine, "UPDATE notifications SET state = 'withdrawn'")
    messages.sweep(_at(morning, following(9, 30, UTC)))
    assert digests(engine) == []


def test_of_who_refuses_contact_no_digest_tells(api, engine, by_board, morning):
    dana = person(engine, "Dana", [("board", "D1", {})])
    owned(api, engine, by_board, "digest3", dana)
    sql(engine, "UPDATE contacts SET refused = '{\"any_contact\": true}'")
    messages.sweep(_at(morning, following(9, 30, UTC)))
    assert digests(engine) == []
