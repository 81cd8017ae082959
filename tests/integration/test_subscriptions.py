"""Events of leads and their subscribers. Time passes by moving the times in the database."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest

from sidecar.channels.slack import Slack
from sidecar.errors import Deadlock
from sidecar.pipeline import deliveries, intake, posting, retention
from sidecar.services import subscriptions
from sidecar.store import subscriptions as store
from sidecar.store.database import many
from sidecar.terms.states import LEAD_EVENTS
from sidecar.webhooks import target_of
from tests.integration.conftest import Api, users_of
from tests.integration.receivers import receiving, signed
from tests.integration.test_pipeline import claim, lead, run, send

PERFECT = {"job_title": "VP of Sales", "country": "US", "industry": "Software", "employee_count": 420,
           "source": "demo_request"}


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


@pytest.fixture
def subscribe(api, receiver):
    """Subscribe the receiver to events: the subscription with its secret."""
    def made(*events, **more):
        answer = api.post("/v1/subscriptions", {
            "url": receiver.url, "events": list(events or LEAD_EVENTS)} | more)
        assert answer.status_code == 201, answer.json
        return answer.json
    return made


def update(engine, sql, *params):
    with engine.database.write() as cursor:
        cursor.execute(sql, params)


def rows(engine, sql):
    with engine.database.read() as cursor:
        return many(cursor, sql)


def later(engine):
    """What waits for its time is due."""
    update(engine, "UPDATE subscriptions SET due_at = now()")
    update(engine, "UPDATE deliveries SET due_at = now()")


def deliver(engine):
    """Send all that is due, turn after turn."""
    with ThreadPoolExecutor(8) as pool:
        sender = deliveries.Sender(engine, pool)
        while sender.look():
            pass


def sent(turn):
    """Send a turn's events and mark none of them."""
    for event_id, body in turn.bodies.items():
        turn.answers[event_id] = deliveries.send_one(turn.target, turn.secret, event_id, body)
    return turn.answers


def log(api, subscription, **query):
    said = "&".join(f"{name}={value}" for name, value in query.items())
    return api.get(f"/v1/subscriptions/{subscription['id']}/deliveries?{said}").json["data"]


def told(receiver, kind):
    return [body["data"] for body in receiver.bodies if body["type"] == kind]


def test_the_way_of_a_lead_is_told(engine, api, receiver, subscribe):
    users_of(engine, "nina@example.com")
    subscription = subscribe()
    [hot] = send(api, lead(1, **PERFECT))
    batch = claim(api)
    run(api, batch)
    api.post("/v1/leads", {"source": "web form"})
    api.client.patch(f"/v1/leads/{hot}", json={"status": "working", "owner": "nina@example.com"},
                     headers=api.headers)
    deliver(engine)
    assert set(receiver.types) == {
        "lead.created", "lead.refused", "lead.enriched", "lead.scored", "lead.became_hot",
        "lead.status_changed", "lead.assigned"}
    [became] = told(receiver, "lead.became_hot")
    assert became["lead_id"] == hot and became["grade"] == "hot" and became["previous_grade"] is None
    assert became["lead_url"].endswith(hot) and became["source"] == "demo_request" and became["score"] >= 80
    [changed] = told(receiver, "lead.status_changed")
    assert (changed["status"], changed["previous_status"]) == ("working", "new")
    [refused] = told(receiver, "lead.refused")
    assert set(refused) == {"reject_id", "source"}
    assert api.get("/v1/rejects").json["data"][0]["id"] == refused["reject_id"]
    whole = json.dumps(receiver.bodies)
    assert not any(personal in whole for personal in ("Quill", "pat1", "firm1.example", "Firm 1", "ann@"))
    assert all(signed(request, subscription["secret"]) for request in receiver.got)
    assert {row["state"] for row in log(api, subscription)} == {"delivered"}
    assert all(row["last_status"] == 204 and row["attempts"] == 1 for row in log(api, subscription))
    assert sorted(receiver.ids) == sorted(row["id"] for row in log(api, subscription))


def test_a_lead_that_ends_badly_is_told(engine, api, receiver, subscribe):
    subscribe("lead.dead", "lead.let_go")
    first, second = send(api, lead(1), lead(2))
    for _ in range(3):
        update(engine, "UPDATE work_items SET max_batch = 1, due_at = now() WHERE lead_id = %s", first)
        update(engine, "UPDATE work_items SET due_at = now() + interval '1 hour' WHERE lead_id = %s", second)
        api.step(claim(api), "fail", reason="no")
    update(engine, "UPDATE work_items SET due_at = now() WHERE lead_id = %s", second)
    api.step(claim(api), "let-go", reason="not ours", **{"as": "skipped"})
    deliver(engine)
    assert {(body["type"], body["data"]["lead_id"], body["data"]["code"]) for body in receiver.bodies} == {
        ("lead.dead", first, "batch_failed"), ("lead.let_go", second, "skipped")}


def test_an_event_is_written_with_its_cause_or_not_at_all(engine, api, receiver, subscribe):
    subscribe()
    with pytest.raises(ZeroDivisionError), engine.database.write():
        intake.receive(engine, [lead(1)], client="tests")
        raise ZeroDivisionError
    assert rows(engine, "SELECT FROM lead_events") == rows(engine, "SELECT FROM deliveries") == []
    intake.receive(engine, [lead(1)], client="tests")
    assert [row["type"] for row in rows(engine, "SELECT type FROM lead_events")] == ["lead.created"]


def test_events_nobody_wants_are_not_written(engine, api, subscribe):
    send(api, lead(1))
    subscribe("lead.dead")
    send(api, lead(2))
    assert rows(engine, "SELECT FROM lead_events") == []


def test_an_event_is_written_once_and_owed_to_each_who_wants_it(engine, api, subscribe):
    subscribe("lead.created")
    subscribe("lead.created", "lead.scored")
    subscribe("lead.scored")
    send(api, lead(1))
    assert len(rows(engine, "SELECT FROM lead_events")) == 1
    assert len(rows(engine, "SELECT FROM deliveries")) == 2


def test_a_process_killed_after_sending_sends_the_same_id_again(engine, api, receiver, subscribe):
    subscription = subscribe("lead.created")
    send(api, *(lead(number) for number in range(5)))
    turn = deliveries.begin(engine)
    assert len(sent(turn)) == 5
    deliver(engine)
    assert len(receiver.got) == 5  # nobody else sends to it as long as the lease lasts
    update(engine, "UPDATE subscriptions SET lease_until = now() - interval '1 second'")
    deliver(engine)
    assert len(receiver.got) == 10 and sorted(receiver.ids[:5]) == sorted(receiver.ids[5:])
    assert {row["state"] for row in log(api, subscription)} == {"delivered"}


def test_each_event_is_marked_when_its_answer_comes(engine, api, receiver, subscribe, monkeypatch):
    """A process killed in the middle of a turn sends again what it was just sending, not the whole turn."""
    subscription = subscribe("lead.created")
    send(api, *(lead(number) for number in range(20)))
    monkeypatch.setattr(deliveries, "AT_ONCE", 2)
    hanging, go_on = [], threading.Event()

    def hang_after_ten(handler):
        if len(receiver.got) > 10:
            hanging.append(handler)
            go_on.wait(20)
        handler.send_response(204)
        handler.end_headers()

    receiver.answer = hang_after_ten
    with ThreadPoolExecutor(2) as pool:
        sender = deliveries.Sender(engine, pool)
        try:
            while len(hanging) < 2:
                sender.look()
            marked = sum(row["state"] == "delivered" for row in log(api, subscription))
        finally:
            go_on.set()
        while sender.look():
            pass
    assert marked == 10 and len(receiver.got) == 20
    assert {row["state"] for row in log(api, subscription)} == {"delivered"}


def test_answers_that_cannot_be_written_at_once_are_written_later(
        engine, api, receiver, subscribe, monkeypatch):
    subscription = subscribe("lead.created")
    send(api, *(lead(number) for number in range(20)))
    settle, breaks = store.settle, iter([True, False, True, True])

    def sometimes(*given):
        if next(breaks, False):
            raise Deadlock("They waited for each other.")
        settle(*given)

    monkeypatch.setattr(store, "settle", sometimes)
    unmarked, under_way = [], True
    with ThreadPoolExecutor(8) as pool:
        sender = deliveries.Sender(engine, pool)
        while under_way:
            with suppress(Deadlock):
                under_way = sender.look()
            marked = sum(row["state"] == "delivered" for row in log(api, subscription))
            unmarked.append(len(receiver.got) - marked)
    assert (len(receiver.got), marked) == (20, 20) and max(unmarked) <= deliveries.AT_ONCE


def test_leases_are_kept_while_answers_cannot_be_written(engine, api, receiver, subscribe, monkeypatch):
    subscribe("lead.created")
    send(api, lead(1))
    tried = []

    def never(*given):
        tried.append(given)
        raise Deadlock("They waited for each other.")

    with ThreadPoolExecutor(8) as pool, monkeypatch.context() as broken:
        broken.setattr(store, "settle", never)
        sender = deliveries.Sender(engine, pool)
        while not tried:
            with suppress(Deadlock):
                sender.look()
        broken.setattr(deliveries, "begin", lambda _: None)
        update(engine, "UPDATE subscriptions SET lease_until = now() - interval '1 hour'")
        sender._kept_at -= 60
        with pytest.raises(Deadlock):
            sender.look()
    assert rows(engine, "SELECT FROM subscriptions WHERE now() - lease_until < interval '1 minute'")


def test_a_turn_whose_time_ends_while_its_answers_are_written_is_ended(
        engine, api, receiver, subscribe, monkeypatch):
    subscription = subscribe("lead.created")
    send(api, lead(1), lead(2))
    settle = deliveries.settle

    def slow(engine, work, answers, *, over):
        settle(engine, work, answers, over=over)
        work.until = 0.0

    monkeypatch.setattr(deliveries, "settle", slow)
    monkeypatch.setattr(deliveries, "AT_ONCE", 1)
    deliver(engine)
    assert [row["state"] for row in log(api, subscription)] == ["delivered", "delivered"]


def test_one_killed_before_sending_loses_nothing(engine, api, receiver, subscribe):
    subscribe("lead.created")
    send(api, lead(1))
    deliveries.begin(engine)
    update(engine, "UPDATE subscriptions SET lease_until = now() - interval '1 second'")
    deliver(engine)
    assert receiver.types == ["lead.created"]


def test_a_sender_sends_what_is_due_and_keeps_the_leases_of_slow_turns(
        engine, api, receiver, subscribe, monkeypatch):
    subscribe("lead.created")
    send(api, lead(1), lead(2))
    monkeypatch.setattr(deliveries, "_LEASE_SECONDS", 0)  # every look renews
    monkeypatch.setattr(deliveries, "_LOOK_EVERY_SECONDS", 0.01)
    go_on = threading.Event()

    def slow(handler):
        go_on.wait(20)
        handler.send_response(204)
        handler.end_headers()

    receiver.answer = slow
    with ThreadPoolExecutor(2) as pool:
        sender = deliveries.Sender(engine, pool)
        try:
            assert sender.look()
            update(engine, "UPDATE subscriptions SET lease_until = now() - interval '1 hour'")
            sender.look()
            assert rows(engine, "SELECT FROM subscriptions WHERE now() - lease_until < interval '1 minute'")
        finally:
            go_on.set()
        while sender.look():
            pass
    assert rows(engine, "SELECT FROM deliveries WHERE state <> 'delivered'") == []


def test_a_process_that_is_to_end_settles_what_is_over_and_cuts_the_rest(
        engine, api, receiver, subscribe, monkeypatch):
    monkeypatch.setattr(deliveries, "_LOOK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(deliveries, "_END_SECONDS", 1.0)
    monkeypatch.setattr(deliveries, "AT_ONCE", 1)
    with receiving() as other:
        hanging = subscribe("lead.created")
        quick = api.post("/v1/subscriptions", {"url": other.url, "events": ["lead.created"]}).json
        hangs, works, ending, cut = (threading.Event() for _ in range(4))

        def hang(handler):
            hangs.set()
            handler.connection.recv(1)  # until it is cut
            cut.set()
            handler.close_connection = True

        def slow(handler):
            works.set()
            ending.wait(20)
            handler.send_response(204)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        receiver.answer, other.answer = hang, slow
        send(api, lead(1), lead(2))
        settle_and_cut = deliveries.Sender.end
        monkeypatch.setattr(deliveries.Sender, "end", lambda self: ending.set() or settle_and_cut(self))
        end = deliveries.watch(engine)
        assert hangs.wait(20) and works.wait(20)
        end()
        assert cut.wait(20) and len(receiver.got) == len(other.got) == 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("deliveries", "event"))]
    assert sorted(row["state"] for row in log(api, quick)) == ["delivered", "owed"]
    assert [(row["state"], row["attempts"]) for row in log(api, hanging)] == [("owed", 0)] * 2
    assert {row["failures"] for row in rows(engine, "SELECT failures FROM subscriptions")} == {0}


def test_a_late_turn_does_not_end_the_one_after_it(engine, api, receiver, subscribe):
    subscribe("lead.created")
    send(api, lead(1))
    late = deliveries.begin(engine)
    update(engine, "UPDATE subscriptions SET lease_until = now() - interval '1 second'")
    deliveries.begin(engine)
    deliveries.settle(engine, late, sent(late), over=True)
    [row] = rows(engine, "SELECT lease_until > now() AS held FROM subscriptions")
    assert row["held"]


def test_who_fails_is_tried_again_under_the_same_id_one_event_at_a_time(engine, api, receiver, subscribe):
    subscription = subscribe("lead.created")
    receiver.status(500)
    send(api, *(lead(number) for number in range(20)))
    deliver(engine)
    first = len(receiver.got)
    assert 1 <= first <= 8  # those at once; then the turn is over
    later(engine)
    deliver(engine)
    assert len(receiver.got) == first + 1
    [state] = rows(engine, "SELECT failures, state, extract(epoch FROM due_at - now()) AS wait"
                           " FROM subscriptions")
    assert state["state"] == "active" and state["failures"] == 2 and 1 < state["wait"] <= 4
    failed = [row for row in log(api, subscription) if row["attempts"]]
    assert {(row["state"], row["last_status"], row["last_error"]) for row in failed} == {
        ("owed", 500, "It answered 500.")}
    receiver.status(200)
    later(engine)
    deliver(engine)
    assert {row["state"] for row in log(api, subscription)} == {"delivered"}
    assert len(set(receiver.ids)) == 20


def test_retry_after_is_honoured(engine, api, receiver, subscribe):
    subscribe("lead.created")
    receiver.status(429, Retry_After="900")
    send(api, lead(1))
    deliver(engine)
    for table in ("subscriptions", "deliveries"):
        [row] = rows(engine, f"SELECT extract(epoch FROM due_at - now()) AS wait FROM {table}")
        assert 890 < row["wait"] <= 900


def test_an_event_that_always_fails_holds_up_no_other_and_is_given_up(engine, api, receiver, subscribe):
    subscription = subscribe("lead.created")
    [bad] = send(api, lead(1))
    wrong = rows(engine, "SELECT id::text AS id FROM lead_events")[0]["id"]

    def answer(handler):
        handler.send_response(500 if handler.headers["webhook-id"] == wrong else 204)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answer = answer
    send(api, *(lead(number) for number in range(2, 5)))
    deliver(engine)
    update(engine, "UPDATE subscriptions SET due_at = now()")
    deliver(engine)
    states = {row["id"]: row["state"] for row in log(api, subscription)}
    assert states.pop(wrong) == "owed" and set(states.values()) == {"delivered"}
    update(engine, "UPDATE deliveries SET attempts = 15")
    later(engine)
    deliver(engine)
    assert [row["lead_id"] for row in log(api, subscription, state="failed")] == [bad]
    receiver.status(204)
    answer = api.post(f"/v1/subscriptions/{subscription['id']}/replay", {
        "failed_since": "2026-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json) == (202, {"events": 1})
    later(engine)
    deliver(engine)
    assert {row["state"] for row in log(api, subscription)} == {"delivered"}


def test_one_delivery_is_replayed(engine, api, receiver, subscribe):
    subscription = subscribe("lead.created")
    send(api, lead(1), lead(2))
    deliver(engine)
    again = log(api, subscription)[0]["id"]
    path = f"/v1/subscriptions/{subscription['id']}/replay"
    assert api.post(path, {"event_id": again}).json == {"events": 1}
    deliver(engine)
    assert receiver.ids.count(again) == 2 and len(receiver.got) == 3
    assert api.post(path, {"event_id": subscription["id"]}).status_code == 404
    for body in ({}, {"event_id": again, "failed_since": "2026-01-01T00:00:00Z"}):
        assert api.post(path, body).status_code == 422


def test_410_pauses_at_once_operations_are_told_and_a_resume_sends_what_is_owed(
        engine, api, receiver, subscribe):
    subscription = subscribe("lead.created")
    told_by_slack = replace(engine, settings=replace(engine.settings, channels={
        "slack": Slack(slack_webhook_url=None, operations_slack_webhook_url="http://localhost:9/x")}))
    receiver.status(410)
    send(api, lead(1))
    deliver(told_by_slack)
    path = f"/v1/subscriptions/{subscription['id']}"
    paused = api.get(path).json
    assert (paused["state"], paused["reason"]) == ("paused", "It answered 410: there is nobody any more.")
    [owed] = rows(engine, "SELECT content FROM notifications")
    assert owed["content"]["title"] == "A subscription is paused: its events are not sent"
    assert "localhost" in owed["content"]["detail"] and "/hook" not in owed["content"]["detail"]
    send(api, lead(2))  # while it is paused it gets no events
    later(engine)
    deliver(engine)
    assert len(receiver.got) == 1
    receiver.status(204)
    assert api.post(f"{path}/resume").json["state"] == "active"
    deliver(engine)
    assert len(receiver.got) == 2 and receiver.ids[0] == receiver.ids[1]


def test_a_day_of_failures_pauses(engine, api, receiver, subscribe):
    subscription = subscribe("lead.created")
    receiver.status(503)
    send(api, lead(1))
    update(engine, "UPDATE subscriptions SET failures = 9, failing_since = now() - interval '25 hours'")
    deliver(engine)
    assert api.get(f"/v1/subscriptions/{subscription['id']}").json["reason"] == (
        "It failed 10 times in a row. The last: It answered 503.")


def test_who_fails_does_not_hold_up_others(engine, api, receiver, subscribe):
    subscribe("lead.created")
    receiver.status(500)
    with receiving() as good:
        api.post("/v1/subscriptions", {"url": good.url, "events": ["lead.created"]})
        send(api, lead(1))
        deliver(engine)
        assert good.types == ["lead.created"]


def test_redirects_are_not_followed_and_long_answers_not_read(engine, api, receiver, subscribe):
    subscription = subscribe("lead.created")
    receiver.status(302, Location="http://127.0.0.1:1/")
    send(api, lead(1))
    deliver(engine)
    assert log(api, subscription)[0]["last_error"] == "It answered 302."

    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            handler.close_connection = True

    receiver.answer = endless
    later(engine)
    deliver(engine)
    assert log(api, subscription)[0]["state"] == "delivered"


def test_an_answer_by_drops_is_cut(monkeypatch, receiver):
    monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.3)
    def drops(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                handler.wfile.write(b"x")
                handler.wfile.flush()
                handler.connection.settimeout(0.05)
                try:
                    if handler.connection.recv(1) == b"":
                        break
                except TimeoutError:
                    continue
        except OSError:
            handler.close_connection = True

    receiver.answer = drops
    answer = posting.post(target_of(receiver.url, {}, ["localhost"]), {}, b"{}")
    assert answer.status is None and answer.error == "No answer within 0 seconds."
    assert answer.elapsed_ms < 3000


def test_nobody_waits_long_for_a_trial_or_a_name(engine, api, receiver, subscribe, monkeypatch):
    made = subscribe("lead.created")
    monkeypatch.setattr(subscriptions, "_TRY_SECONDS", 0.2)
    receiver.answer = lambda handler: handler.connection.recv(1)
    inside = replace(engine, settings=replace(engine.settings, n8n_url=receiver.url.removesuffix("/hook")))
    update(engine, "UPDATE subscriptions SET url = %s", f"{engine.settings.public_url}/webhook/abc/webhook")
    tried = subscriptions.try_out(inside, made["id"])
    assert not tried["delivered"] and tried["elapsed_ms"] < 5000

    looked_up, found = [], threading.Event()

    def lookup(*_, **__):
        looked_up.append(rows(engine, "SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
                                      " WHERE c.relname = 'subscriptions' AND mode = 'RowShareLock'"))
        found.wait(20)
        return []

    monkeypatch.setattr(posting, "NAME_SECONDS", 0.2)
    monkeypatch.setattr(posting.socket, "getaddrinfo", lookup)
    with pytest.raises(posting.Refused, match="not told in time"):
        posting.addresses(target_of("http://hooks.example/", {}))
    path = f"/v1/subscriptions/{made['id']}"
    refused = api.client.patch(path, json={"url": "http://hooks.example/"}, headers=api.headers)
    found.set()
    assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == "/url"
    assert looked_up == [[], []]  # nobody has the subscription meanwhile


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:8000/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data",
    "http://[::1]/", "http://0/", "http://2130706433/", "http://0x7f.1/", "ftp://example.com/", "no url",
])
def test_an_address_inside_is_refused(api, url):
    answer = api.post("/v1/subscriptions", {"url": url, "events": ["lead.created"]})
    assert answer.status_code == 422 and [error["pointer"] for error in answer.json["errors"]] == ["/url"]


def test_a_name_that_moves_inside_is_refused_when_sending(engine, api, receiver, subscribe, monkeypatch):
    subscription = subscribe("lead.created")
    update(engine, "UPDATE subscriptions SET url = replace(url, 'localhost', 'moved.example')")
    port = int(receiver.url.split(":")[2].split("/")[0])
    monkeypatch.setattr(posting.socket, "getaddrinfo", lambda *_, **__: [
        (2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", ("127.0.0.1", port))])
    send(api, lead(1))
    deliver(engine)
    assert not receiver.got
    monkeypatch.undo()
    assert log(api, subscription)[0]["last_error"] == (
        "The name moved.example leads to an address that is not public.")


def test_the_request_goes_to_the_address_that_was_checked_under_the_name_of_the_url(receiver, monkeypatch):
    port = int(receiver.url.split(":")[2].split("/")[0])
    monkeypatch.setattr(posting, "addresses", lambda target: ["127.0.0.1"])
    answer = posting.post(target_of(f"http://hooks.example:{port}/a?b=c", {}), {}, b"{}")
    assert answer.status == 204
    [request] = receiver.got
    assert (request["headers"]["Host"], request["path"]) == (f"hooks.example:{port}", "/a?b=c")


def test_urls_of_the_product_lead_straight_to_n8n(engine, receiver):
    base = receiver.url.removesuffix("/hook")
    inside = replace(engine, settings=replace(
        engine.settings, n8n_url=base, n8n_test_url="http://n8n:5678"))
    public = engine.settings.public_url
    found = deliveries.target(inside, f"{public}/webhook/abc/webhook")
    assert found.inside and found.trusted and f"http://{found.host}:{found.port}" == base
    assert deliveries.target(inside, f"{public}/webhook-test/abc/webhook").host == "n8n"
    assert not deliveries.target(inside, f"{public}/api/v1/leads").inside
    assert not deliveries.target(engine, "https://example.com/webhook/x").inside


def test_a_trigger_that_n8n_does_not_know_any_more_is_paused_after_minutes(
        engine, api, receiver, subscribe):
    subscription = subscribe("lead.created")
    base = receiver.url.removesuffix("/hook")
    inside = replace(engine, settings=replace(engine.settings, n8n_url=base))
    update(engine, "UPDATE subscriptions SET url = %s", f"{engine.settings.public_url}/webhook/abc/webhook")
    receiver.status(404)
    send(api, lead(1))
    deliver(inside)
    path = f"/v1/subscriptions/{subscription['id']}"
    assert api.get(path).json["state"] == "active"  # n8n may be starting
    update(engine, "UPDATE subscriptions SET failing_since = now() - interval '6 minutes'")
    later(engine)
    deliver(inside)
    assert api.get(path).json["reason"].startswith("n8n does not know this webhook any more")


def test_a_person_goes_with_the_event_only_as_long_as_its_creator_may_see_people(
        engine, api, receiver, subscribe):
    subscription = subscribe("lead.created", include_person=True)
    send(api, lead(1))
    assert "Quill" not in str(rows(engine, "SELECT * FROM lead_events"))
    deliver(engine)
    [body] = receiver.bodies
    assert body["data"]["lead"]["contact"]["email"] == "pat1@firm1.example"
    send(api, lead(2))
    update(engine, "UPDATE clients SET scopes = array_remove(array_remove(scopes, 'pii:read'), 'admin')"
                   " WHERE id = 'tests'")
    try:
        deliver(engine)
        assert len(receiver.got) == 1
        paused = api.get(f"/v1/subscriptions/{subscription['id']}").json
        assert paused["state"] == "paused" and "pii:read" in paused["reason"]
    finally:
        update(engine, "UPDATE clients SET scopes = scopes || '{pii:read,admin}'::text[] WHERE id = 'tests'")


def test_a_person_of_many_events_is_read_once(engine, api, receiver, subscribe, monkeypatch):
    subscribe("lead.created", "lead.status_changed", include_person=True)
    first, second = send(api, lead(1), lead(2))
    for status in ("working", "qualified"):
        api.client.patch(f"/v1/leads/{first}", json={"status": status}, headers=api.headers)
    read = []
    monkeypatch.setattr(deliveries, "lead_with_sources", lambda _, lead_id: read.append(lead_id) or {
        "contact": lead_id})
    deliver(engine)
    assert sorted(read) == sorted([first, second])
    assert {(body["data"]["lead_id"], body["data"]["lead"]["contact"]) for body in receiver.bodies} == {
        (first, first), (second, second)}
    assert len(receiver.got) == 4


def test_who_may_not_see_people_cannot_have_them_sent(engine, api, app, receiver, subscribe):
    subscription = subscribe("lead.created", include_person=True)
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO clients (id, secret_hash, scopes) SELECT 'writer', secret_hash, '{leads}'"
                       " FROM clients WHERE id = 'tests' ON CONFLICT DO NOTHING")
    writer = Api(app.test_client(), "writer")
    send(api, lead(1))
    for way, order in (("resume", {}), ("replay", {"failed_since": "2026-01-01T00:00:00Z"})):
        assert writer.post(f"/v1/subscriptions/{subscription['id']}/{way}", order).status_code == 403
    body = {"url": receiver.url, "events": ["lead.created"]}
    refused = writer.post("/v1/subscriptions", body | {"include_person": True})
    assert refused.status_code == 403 and refused.json["errors"][0]["pointer"] == "/include_person"
    path = f"/v1/subscriptions/{subscription['id']}"
    for change in ({"url": receiver.url}, {"events": ["lead.dead"]}):
        assert writer.client.patch(path, json=change, headers=writer.headers).status_code == 403
    assert writer.post("/v1/subscriptions", body).status_code == 201
    reader = Api(app.test_client(), "reader")
    assert reader.post("/v1/subscriptions", body).status_code == 403
    assert reader.get(path).json["include_person"] is True and "secret" not in reader.get(path).json


def test_who_says_where_people_are_sent_answers_for_it(engine, api, app, receiver, subscribe):
    subscription = subscribe("lead.created", include_person=True)
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO clients (id, secret_hash, scopes) SELECT 'operator', secret_hash,"
                       " '{leads,pii:read}' FROM clients WHERE id = 'tests' ON CONFLICT DO NOTHING")
    operator = Api(app.test_client(), "operator")
    path = f"/v1/subscriptions/{subscription['id']}"
    assert subscription["authorized_by"] == "client:tests"
    moved = operator.client.patch(path, json={"url": f"{receiver.url}/theirs"}, headers=operator.headers)
    assert (moved.json["created_by"], moved.json["authorized_by"]) == ("client:tests", "client:operator")
    update(engine, "UPDATE clients SET disabled_at = now() WHERE id = 'operator'")
    send(api, lead(1))
    deliver(engine)
    paused = api.get(path).json
    assert not receiver.got and paused["state"] == "paused" and "client:operator" in paused["reason"]
    api.client.patch(path, json={"url": receiver.url}, headers=api.headers)  # somebody takes it over
    api.post(f"{path}/resume")
    deliver(engine)
    assert receiver.types == ["lead.created"]


def test_the_audit_log_says_where_events_went(engine, api, receiver, subscribe):
    made = subscribe("lead.created", key="a flow")
    subscribe("lead.created", key="a flow")
    path = f"/v1/subscriptions/{made['id']}"
    update(engine, "UPDATE subscriptions SET url = 'https://old.example:8443/secret'")
    api.client.patch(path, json={"url": receiver.url}, headers=api.headers)
    api.client.delete(path, headers=api.headers)
    subscribe("lead.created", key="a flow")
    update(engine, "UPDATE subscriptions SET state = 'paused', updated_at = now() - interval '31 days'")
    engine.cache.redis.flushdb()
    retention.tidy_up(engine)
    here = receiver.url.removesuffix("/hook")
    assert [(row["action"].partition(".")[2], row["before"], row["after"]) for row in rows(
        engine, "SELECT action, before->>'host' AS before, after->>'host' AS after FROM audit_log"
                " WHERE entity_kind = 'subscription' ORDER BY id DESC LIMIT 6")][::-1] == [
        ("added", None, here), ("replaced", here, here), ("edited", "https://old.example:8443", here),
        ("deleted", here, None), ("added", None, here), ("deleted", here, None)]
    assert "/hook" not in str(rows(engine, "SELECT before, after FROM audit_log"))


def test_who_cannot_change_a_subscription_sees_of_its_url_the_host_alone(app, api, receiver, subscribe):
    made = subscribe("lead.created")
    reader = Api(app.test_client(), "reader")
    seen = [reader.get(f"/v1/subscriptions/{made['id']}").json, *reader.get("/v1/subscriptions").json["data"]]
    assert [row["url"] for row in seen] == [receiver.url.removesuffix("/hook")] * 2
    assert api.get("/v1/subscriptions").json["data"][0]["url"] == receiver.url


def test_an_erased_person_leaves_no_event(engine, api, receiver, subscribe):
    subscribe("lead.created", "lead.status_changed", include_person=True)
    [lead_id] = send(api, lead(1))
    turn = deliveries.begin(engine)
    api.client.patch(f"/v1/leads/{lead_id}", json={"status": "working"}, headers=api.headers)
    contact = api.get(f"/v1/leads/{lead_id}").json["contact"]["id"]
    assert api.client.delete(f"/v1/contacts/{contact}", headers=api.headers).status_code == 204
    assert rows(engine, "SELECT FROM lead_events") == rows(engine, "SELECT FROM deliveries") == []
    deliveries.settle(engine, turn, sent(turn), over=True)
    deliver(engine)
    assert len(receiver.got) == 1  # the turn had begun


def test_events_are_kept_as_long_as_raw_leads(engine, api, subscribe):
    subscribe("lead.created", key="old")
    send(api, lead(1))
    update(engine, "UPDATE lead_events SET created_at = now() - interval '31 days'")
    send(api, lead(2))
    update(engine, "UPDATE subscriptions SET state = 'paused', updated_at = now() - interval '31 days'")
    subscribe("lead.created")
    engine.cache.redis.flushdb()
    retention.tidy_up(engine)
    assert len(rows(engine, "SELECT FROM lead_events")) == 1
    assert [row["key"] for row in rows(engine, "SELECT key FROM subscriptions")] == [None]


def test_a_key_makes_a_subscription_once(engine, api, receiver, subscribe):
    first = subscribe("lead.created", key="n8n:flow:node:production")
    receiver.status(410)
    send(api, lead(1))
    deliver(engine)
    receiver.status(204)
    again = subscribe("lead.created", "lead.scored", key="n8n:flow:node:production")
    assert again["id"] == first["id"] and again["secret"] != first["secret"]
    assert again["state"] == "active" and again["events"] == ["lead.created", "lead.scored"]
    deliver(engine)  # at once, not when the failed try would be repeated
    assert signed(receiver.got[-1], again["secret"])  # what it was owed goes out with the new secret
    assert len(api.get("/v1/subscriptions?key=n8n:flow:node:production").json["data"]) == 1


def test_a_subscription_is_read_edited_tried_and_deleted(engine, api, receiver, subscribe):
    made = subscribe("lead.created")
    path = f"/v1/subscriptions/{made['id']}"
    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in str(rows(engine, "SELECT * FROM subscriptions"))
    assert api.get(path).json == {name: value for name, value in made.items() if name != "secret"}
    edited = api.client.patch(path, json={"events": ["lead.scored", "lead.scored"]}, headers=api.headers)
    assert edited.json["events"] == ["lead.scored"]
    tried = api.post(f"{path}/test").json
    assert (tried["delivered"], tried["status"], tried["error"]) == (True, 204, None)
    assert receiver.types == ["subscription.test"] and signed(receiver.got[0], made["secret"])
    receiver.status(500)
    assert api.post(f"{path}/test").json["error"] == "It answered 500."
    assert api.client.delete(path, headers=api.headers).status_code == 204
    for method, below in (("get", ""), ("delete", ""), ("post", "/test"), ("post", "/resume"),
                          ("get", "/deliveries")):
        answer = getattr(api.client, method)(f"{path}{below}", headers=api.headers, **(
            {"json": {}} if method == "post" else {}))
        assert answer.status_code == 404, (method, below)
    actions = [row["action"] for row in rows(
        engine, f"SELECT action FROM audit_log WHERE entity_id = '{made['id']}' ORDER BY id")]
    assert actions == ["subscription.added", "subscription.edited", "subscription.deleted"]


def test_wrong_fields_are_named(api):
    answer = api.post("/v1/subscriptions", {"url": "http://localhost:1/", "events": ["lead.sold"], "x": 1})
    assert {error["pointer"] for error in answer.json["errors"]} == {"/events/0", "/x"}
    assert api.post("/v1/subscriptions", {"url": "http://localhost:1/", "events": []}).status_code == 422


def test_metrics_tell_of_subscriptions_and_what_they_are_owed(engine, app, api, receiver, subscribe):
    def figures():
        return {name: float(value) for name, value in (
            line.rsplit(" ", 1) for line in app.test_client().get("/metrics").text.splitlines()
            if line.startswith(("enrich_subscriptions", "enrich_deliveries", "enrich_event_oldest")))}

    assert figures() == {
        'enrich_subscriptions{state="active"}': 0.0, 'enrich_subscriptions{state="paused"}': 0.0,
        'enrich_deliveries{state="owed"}': 0.0, 'enrich_deliveries{state="failed"}': 0.0,
        "enrich_event_oldest_age_seconds": 0.0}
    subscribe("lead.created")
    send(api, lead(1))
    update(engine, "UPDATE lead_events SET created_at = now() - interval '10 minutes'")
    found = figures()
    assert found['enrich_deliveries{state="owed"}'] == found['enrich_subscriptions{state="active"}'] == 1
    assert found["enrich_event_oldest_age_seconds"] >= 600
