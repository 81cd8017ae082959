"""The outbox against a Slack and a mail server that refuse, are slow, or are away.

Time passes by moving `due_at`.
"""

from __future__ import annotations

import concurrent.futures
import socket
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest
import requests
from prometheus_client import REGISTRY
from requests.adapters import HTTPAdapter, Retry

from sidecar.channels import web
from sidecar.channels.email import Email
from sidecar.channels.slack import Slack
from sidecar.errors import Deadlock
from sidecar.pipeline import batches, claiming, closing, completion, messages, scoring
from sidecar.store import facts, notifications
from sidecar.store.database import many
from tests.workflows.test_end_to_end import perfect


@dataclass
class Sinks:
    """A mail server and a Slack that keep what they get, and fail as told."""

    http: requests.Session
    url: str
    smtp_url: str

    def fail(self, channel, status, **more):
        self.http.post(f"{self.url}/_script", json={"channel": channel, "status": status} | more)

    def got(self, kind):
        return self.http.get(f"{self.url}/{kind}").json()

    def forget(self):
        for path in ("mail", "slack", "_script"):
            self.http.delete(f"{self.url}/{path}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def started():
    smtp, http = free_port(), free_port()
    with subprocess.Popen([sys.executable, "-m", "sandbox.sinks",
                           "--smtp-port", str(smtp), "--http-port", str(http)]) as process, \
            requests.Session() as session:
        url = f"http://127.0.0.1:{http}"
        session.mount(url, HTTPAdapter(max_retries=Retry(connect=60, backoff_factor=0.1, backoff_max=0.5)))
        session.get(f"{url}/mail").raise_for_status()
        yield Sinks(session, url, f"smtp://127.0.0.1:{smtp}")
        process.terminate()


@pytest.fixture
def sinks(started):
    started.forget()
    return started


def with_channels(engine, **channels):
    return replace(engine, settings=replace(engine.settings, channels=channels))


@pytest.fixture
def by_slack(engine, api, sinks):
    """An engine that tells people by Slack."""
    return with_channels(engine, slack=Slack(
        slack_webhook_url=f"{sinks.url}/services/sales",
        operations_slack_webhook_url=f"{sinks.url}/services/operations"))


@pytest.fixture
def by_mail(engine, api, sinks):
    """An engine that tells two people by mail."""
    return with_channels(engine, email=Email(
        smtp_url=sinks.smtp_url, mail_from="leads@example.com", mail_to=("sales@example.com",),
        operations_mail_to=("ann@example.com", "bob@example.com")))


def owe(engine):
    with engine.database.write() as cursor:
        messages.owe_operations(engine, cursor, title="Lead enrichment failed", detail="Enrich", about="it")


def outbox(engine):
    """Messages by recipient; `wait`: the whole seconds from the last try to the next."""
    with engine.database.read() as cursor:
        rows = many(cursor, "SELECT recipient, state, attempts, last_error, possible_duplicate,"
                            " floor(extract(epoch FROM due_at - claimed_at))::int AS wait FROM notifications")
    return {row.pop("recipient"): row for row in rows}


def update(engine, change):
    with engine.database.write() as cursor:
        cursor.execute(f"UPDATE notifications SET {change}")


def is_waiting(message, seconds, reason):
    """Tried once, and tried again after these seconds (and what the try itself took)."""
    assert (message["state"], message["attempts"]) == ("owed", 1)
    assert reason in message["last_error"]
    assert seconds <= message["wait"] < seconds + 5


def is_dead(message, reason):
    assert message["state"] == "dead"
    assert reason in message["last_error"]


def test_a_hot_lead_is_told_once_over_every_channel(api, sinks, by_slack, by_mail):
    both = with_channels(by_mail, **by_mail.settings.channels, **by_slack.settings.channels)
    lead_id = api.post("/v1/leads", {
        "email": "pat@firm1.example", "full_name": "Pat Quill"}).json["results"][0]["lead_id"]
    for _ in range(2):
        with both.database.write() as cursor:
            messages.owe_hot(both, cursor, [(row, 1) for row in facts.load(cursor, [lead_id])])
        messages.notify_stored(both, [lead_id])
    [mail], [posted] = sinks.got("mail"), sinks.got("slack")
    assert mail["to"] == ["sales@example.com"] and "Pat Quill" in mail["subject"]
    assert posted["path"] == "/services/sales" and "Pat Quill" in posted["payload"]["text"]
    assert {name: row["state"] for name, row in outbox(both).items()} == {
        "sales": "sent", "sales@example.com": "sent"}


@pytest.fixture
def hot(api, by_slack):
    """A claim whose lead has become hot: (batch_id, [lead_id])."""
    api.post("/v1/leads", perfect("firm2"))
    batch = claiming.claim(by_slack)
    run = batch["batch_id"], [lead["lead_id"] for lead in batch["leads"]]
    [result] = scoring.score(by_slack, *run)["results"]
    assert result["became_hot"]
    assert messages.deliver(by_slack)["sent"] == 0, "the sweep leaves it to the lead's flow"
    return run


def told(engine, sinks):
    """(how many messages Slack has, the state of the message) after the next sweep."""
    messages.deliver(engine)
    return len(sinks.got("slack")), outbox(engine)["sales"]["state"]


def lose(engine, batch_id):
    """The lease of a claim's leads ends, and they are claimed again."""
    with engine.database.write() as cursor:
        cursor.execute("UPDATE work_items SET lease_until = now() - interval '1 second'"
                       " WHERE batch_id = %s", (batch_id,))
    claiming.claim(engine)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE work_items SET due_at = now()")
    return claiming.claim(engine)["batch_id"]


def test_a_hot_lead_is_told_when_its_flow_takes_it_to_notify(sinks, by_slack, hot):
    def counted():
        return [REGISTRY.get_sample_value(*sample) or 0 for sample in (
            ("enrich_messages_total", {"channel": "slack", "outcome": "sent"}),
            ("enrich_hot_message_seconds_count", {"channel": "slack"}))]

    before = counted()
    assert messages.notify(by_slack, *hot)["sent"] == 1
    assert counted() == [value + 1 for value in before]
    completion.complete(by_slack, *hot)
    assert told(by_slack, sinks) == (1, "sent")


def test_who_is_held_and_let_go_is_not_told(sinks, by_slack, hot):
    batches.hold(by_slack, *hot, 60)
    assert told(by_slack, sinks) == (0, "owed"), "held for an approval"
    closing.release(by_slack, *hot, "skipped", "Not approved.", 0)
    assert told(by_slack, sinks) == (0, "withdrawn")


def test_who_is_completed_without_notify_is_not_told(sinks, by_slack, hot):
    completion.complete(by_slack, *hot)
    assert told(by_slack, sinks) == (0, "withdrawn")


def test_who_is_lost_on_the_way_is_told_at_last(sinks, by_slack, hot):
    batch_id, lead_ids = hot
    again = lose(by_slack, batch_id)
    scoring.score(by_slack, again, lead_ids)
    assert told(by_slack, sinks) == (0, "owed"), "another run has it"
    assert lose(by_slack, again) is None
    assert told(by_slack, sinks) == (1, "sent")


def test_a_person_may_send_what_a_flow_has_not_decided(sinks, by_slack, hot):
    _, lead_ids = hot
    assert messages.notify_stored(by_slack, lead_ids)["sent"] == 1
    assert messages.notify(by_slack, *hot)["sent"] == 0
    assert told(by_slack, sinks) == (1, "sent")


def test_slack_is_left_alone_for_as_long_as_it_asks(sinks, by_slack):
    owe(by_slack)
    sinks.fail("slack", 429, retry_after=120)
    assert messages.deliver(by_slack) == {"sent": 0, "waiting": 1, "dead": 0}
    message = outbox(by_slack)["operations"]
    assert message["attempts"] == 0, "the message is not what is wrong"
    assert "slow down" in message["last_error"] and 120 <= message["wait"] < 125
    messages.deliver(by_slack)
    assert sinks.got("slack") == []


def test_a_slack_that_asks_to_come_back_at_once_is_asked_again_later(sinks, by_slack):
    owe(by_slack)
    sinks.fail("slack", 429, retry_after=0)
    messages.deliver(by_slack)
    message = outbox(by_slack)["operations"]
    assert (message["state"], message["attempts"]) == ("owed", 0) and 10 <= message["wait"] < 15
    assert sinks.got("slack") == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_webhook_that_is_gone_is_not_asked_again(api, sinks, by_slack, status):
    owe(by_slack)
    sinks.fail("slack", status, text="no_service")
    assert messages.deliver(by_slack) == {"sent": 0, "waiting": 0, "dead": 1}
    is_dead(outbox(by_slack)["operations"], f"Slack answered {status} no_service")
    update(by_slack, "due_at = now()")
    messages.deliver(by_slack)
    assert sinks.got("slack") == []
    [shown] = api.get("/v1/notifications").json["data"]
    assert (shown["state"], shown["last_error"]) == ("dead", f"Slack answered {status} no_service")


def test_a_message_that_was_given_up_is_sent_again_on_demand(api, sinks, by_slack):
    owe(by_slack)
    sinks.fail("slack", 404, text="no_service")
    messages.deliver(by_slack)
    [dead] = api.get("/v1/notifications?state=dead&channel=slack").json["data"]
    assert dead["replayable"] and api.get("/v1/notifications?state=sent").json["data"] == []
    assert api.post(f"/v1/notifications/{dead['id']}/replay", {}).status_code == 204
    assert messages.deliver(by_slack) == {"sent": 1, "waiting": 0, "dead": 0}
    [sent] = api.get("/v1/notifications").json["data"]
    assert (sent["state"], sent["attempts"], sent["replayable"]) == ("sent", 1, False)
    assert api.post(f"/v1/notifications/{dead['id']}/replay", {}).status_code == 404
    [audited] = [row for row in api.get("/v1/audit").json["data"] if row["action"] == "message.replayed"]
    assert audited["entity_id"] == dead["id"]


def test_a_failing_slack_is_asked_again_later(sinks, by_slack):
    owe(by_slack)
    sinks.fail("slack", 500)
    messages.deliver(by_slack)
    is_waiting(outbox(by_slack)["operations"], 10, "Slack answered 500")
    messages.deliver(by_slack)
    assert sinks.got("slack") == []
    update(by_slack, "due_at = now()")
    assert messages.deliver(by_slack) == {"sent": 1, "waiting": 0, "dead": 0}
    message = outbox(by_slack)["operations"]
    assert (message["state"], message["attempts"], message["last_error"]) == ("sent", 2, None)
    assert not message["possible_duplicate"]


@pytest.mark.parametrize(("tries", "seconds"), [(2, 40), (8, 2560), (10, 3600)])
def test_each_wait_is_longer_and_none_longer_than_an_hour(sinks, by_slack, tries, seconds):
    owe(by_slack)
    update(by_slack, f"attempts = {tries}")
    sinks.fail("slack", 500)
    messages.deliver(by_slack)
    assert seconds <= outbox(by_slack)["operations"]["wait"] < seconds + 5


def test_the_twelfth_try_is_the_last(sinks, by_slack):
    owe(by_slack)
    update(by_slack, "attempts = 11")
    sinks.fail("slack", 500)
    assert messages.deliver(by_slack) == {"sent": 0, "waiting": 0, "dead": 1}
    message = outbox(by_slack)["operations"]
    is_dead(message, "Slack answered 500")
    assert message["attempts"] == 12


def test_a_slow_slack_is_asked_again_later(sinks, by_slack, monkeypatch):
    monkeypatch.setattr(web, "TIMEOUT_SECONDS", 0.1)
    owe(by_slack)
    sinks.fail("slack", 500, delay=1)
    messages.deliver(by_slack)
    is_waiting(outbox(by_slack)["operations"], 10, "ReadTimeout")


def test_servers_that_are_away_are_asked_again_later(engine, api):
    away = f"127.0.0.1:{free_port()}"
    lonely = with_channels(
        engine,
        email=Email(smtp_url=f"smtp://{away}", mail_from="leads@example.com", mail_to=(),
                    operations_mail_to=("ann@example.com",)),
        slack=Slack(slack_webhook_url=None, operations_slack_webhook_url=f"http://{away}/"))
    owe(lonely)
    assert messages.deliver(lonely) == {"sent": 0, "waiting": 2, "dead": 0}
    is_waiting(outbox(lonely)["ann@example.com"], 10, "ConnectionRefusedError")
    is_waiting(outbox(lonely)["operations"], 10, "ConnectionError")


def test_a_refused_recipient_never_gets_the_mail_and_others_do(sinks, by_mail):
    owe(by_mail)
    sinks.fail("mail", 550, recipient="ann@example.com")
    assert messages.deliver(by_mail) == {"sent": 1, "waiting": 0, "dead": 1}
    is_dead(outbox(by_mail)["ann@example.com"], "refused the recipient ([550])")
    assert [mail["to"] for mail in sinks.got("mail")] == [["bob@example.com"]]


def test_a_recipient_whose_mailbox_is_busy_is_tried_again(sinks, by_mail):
    owe(by_mail)
    sinks.fail("mail", 450, recipient="ann@example.com")
    messages.deliver(by_mail)
    is_waiting(outbox(by_mail)["ann@example.com"], 10, "refused the recipient ([450])")
    update(by_mail, "due_at = now()")
    messages.deliver(by_mail)
    assert [mail["to"] for mail in sinks.got("mail")] == [["bob@example.com"], ["ann@example.com"]]


def test_a_mail_server_that_fails_is_asked_again_and_one_that_refuses_is_not(sinks, by_mail):
    owe(by_mail)
    sinks.fail("mail", 451)
    sinks.fail("mail", 554)
    assert messages.deliver(by_mail) == {"sent": 0, "waiting": 1, "dead": 1}
    [waiting, dead] = sorted(outbox(by_mail).values(), key=lambda row: row["state"], reverse=True)
    is_waiting(waiting, 10, "the mail server answered 451")
    is_dead(dead, "the mail server answered 554")


def test_a_message_of_an_unknown_channel_is_dead_and_says_so(api, sinks, by_mail):
    owe(by_mail)
    update(by_mail, "channel = 'pager' WHERE recipient = 'ann@example.com'")
    assert messages.sweep(by_mail) == {"sent": 1, "waiting": 0, "dead": 1, "more": False}
    is_dead(outbox(by_mail)["ann@example.com"], "there is no channel pager")
    assert [mail["to"] for mail in sinks.got("mail")] == [["bob@example.com"]]
    reasons = {row["channel"]: row["last_error"] for row in api.get("/v1/notifications").json["data"]}
    assert reasons == {"email": None, "pager": "there is no channel pager"}


def test_a_sweep_says_when_its_time_was_over(sinks, by_mail):
    owe(by_mail)
    assert messages.sweep(by_mail, seconds=0)["more"] is True
    assert messages.sweep(by_mail) == {"sent": 2, "waiting": 0, "dead": 0, "more": False}


def test_a_message_that_was_being_sent_when_its_sender_died_is_marked(sinks, by_mail):
    owe(by_mail)
    update(by_mail, "state = 'sending', claimed_at = now() - interval '61 seconds'"
                    " WHERE recipient = 'ann@example.com'")
    messages.deliver(by_mail)
    assert {mail["to"][0]: mail["possible_duplicate"] for mail in sinks.got("mail")} == {
        "ann@example.com": True, "bob@example.com": False}


def breaking(monkeypatch, is_bad):
    """Nothing can be written of messages of which one is bad."""
    settle = notifications.settle

    def breaks(cursor, settled):
        if any(is_bad(row) for row in settled):
            raise ZeroDivisionError
        settle(cursor, settled)

    monkeypatch.setattr(notifications, "settle", breaks)


def states(engine):
    return {recipient: (row["state"], row["attempts"], row["possible_duplicate"])
            for recipient, row in outbox(engine).items()}


def test_one_that_cannot_be_marked_costs_no_other_its_mark(sinks, by_mail, monkeypatch):
    owe(by_mail)
    with by_mail.database.read() as cursor:
        [ann] = many(cursor, "SELECT id::text AS id FROM notifications WHERE recipient = 'ann@example.com'")
    breaking(monkeypatch, lambda row: row["id"] == ann["id"])
    monkeypatch.setattr(messages, "wait", lambda running, **_: concurrent.futures.wait(running))  # for both
    with pytest.raises(ZeroDivisionError):
        messages.deliver(by_mail)
    assert states(by_mail) == {
        "ann@example.com": ("sending", 1, False), "bob@example.com": ("sent", 1, False)}


def test_what_was_not_begun_because_another_failed_is_owed_as_before(sinks, by_mail, monkeypatch):
    owe(by_mail)
    decided = messages._decided

    def anns(becomes):
        def decide(engine, message, *given):
            return becomes() if message["recipient"] == "ann@example.com" else decided(
                engine, message, *given)
        monkeypatch.setattr(messages, "_decided", decide)

    def deadlock():
        raise Deadlock("They waited for each other.")

    anns(deadlock)
    with pytest.raises(Deadlock):
        messages.deliver(by_mail)
    assert states(by_mail) == dict.fromkeys(("ann@example.com", "bob@example.com"), ("owed", 0, False))
    anns(lambda: (messages._state("dead", "It cannot be sent."), None))
    breaking(monkeypatch, lambda row: row["state"] == "dead")
    with pytest.raises(ZeroDivisionError):
        messages.deliver(by_mail)
    assert states(by_mail) == {
        "ann@example.com": ("sending", 1, False), "bob@example.com": ("owed", 0, False)}
    assert sinks.got("mail") == []
