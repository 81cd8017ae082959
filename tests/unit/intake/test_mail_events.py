"""What e-mail services send, in their own shapes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.intake.mail_events import read_mail_events

AT = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)


def sendgrid(event, **more):
    return [{"email": "pat@firm.example", "timestamp": AT.timestamp(), "event": event, "sg_event_id": "e1",
             "sg_message_id": "m1", "smtp-id": "<m1@mail.example>"} | more]


def mailgun(event, **more):
    return {"signature": {"timestamp": "1", "token": "t", "signature": "s"},
            "event-data": {"event": event, "id": "e1", "timestamp": AT.timestamp(),
                           "recipient": "pat@firm.example", "recipient-domain": "firm.example"} | more}


def postmark(kind, time="ReceivedAt", address="Recipient", **more):
    return {"RecordType": kind, "MessageID": "m1", "MessageStream": "outbound", "Tag": "", "Metadata": {},
            address: "pat@firm.example", time: "2026-03-02T11:00:00.0000000+01:00"} | more


def mailchimp(kind, **more):
    return {"type": kind, "fired_at": "2026-03-02 10:00:00"} | {
        f"data[{name}]": value for name, value in (
            {"id": "8a25ff1d98", "list_id": "a6b5da1054", "email": "pat@firm.example"} | more).items()}


def bounce(**more):
    return postmark("Bounce", "BouncedAt", "Email", ID=7, **more)


def change(**more):
    return postmark("SubscriptionChange", "ChangedAt", **more)


@pytest.mark.parametrize(("body", "service", "type_"), [
    (sendgrid("open"), "sendgrid", "email_open"),
    (sendgrid("click", url="page"), "sendgrid", "email_click"),
    (sendgrid("bounce", reason="550"), "sendgrid", "bounce"),
    (sendgrid("spamreport"), "sendgrid", "unsubscribe"),
    (sendgrid("group_unsubscribe"), "sendgrid", "unsubscribe"),
    (mailgun("opened"), "mailgun", "email_open"),
    (mailgun("clicked"), "mailgun", "email_click"),
    (mailgun("failed", severity="permanent"), "mailgun", "bounce"),
    (mailgun("complained"), "mailgun", "unsubscribe"),
    (postmark("Open"), "postmark", "email_open"),
    (postmark("Click"), "postmark", "email_click"),
    (bounce(Inactive=True), "postmark", "bounce"),
    (postmark("SpamComplaint", "BouncedAt", "Email"), "postmark", "unsubscribe"),
    (change(SuppressSending=True, SuppressionReason="ManualSuppression"), "postmark", "unsubscribe"),
    (change(SuppressSending=True, SuppressionReason="HardBounce"), "postmark", "bounce"),
    (mailchimp("unsubscribe"), "mailchimp", "unsubscribe"),
    (mailchimp("cleaned", reason="hard"), "mailchimp", "bounce"),
    (mailchimp("cleaned", reason="abuse"), "mailchimp", "unsubscribe"),
    ({"type": "unsubscribe", "fired_at": "2026-03-02 10:00:00", "data": {"email": "pat@firm.example"}},
     "mailchimp", "unsubscribe"),
    (sendgrid("group_resubscribe"), "sendgrid", "resubscribe"),
    (change(SuppressSending=False, Origin="Recipient"), "postmark", "resubscribe"),
    (postmark("Inbound", "Date", "From"), "postmark", "email_reply"),
])
def test_what_people_did(body, service, type_):
    told, [event] = read_mail_events(body)
    assert (told, event["type"], event["email"]) == (service, type_, "pat@firm.example")
    assert event["occurred_at"] == AT and event["event_id"]


@pytest.mark.parametrize("body", [
    sendgrid("processed"), sendgrid("deferred"),
    sendgrid("bounce", type="blocked"),
    mailgun("failed", severity="temporary"), mailgun("opened", recipient=None), bounce(Inactive=False),
    change(SuppressSending=False),
    change(SuppressSending=False, Origin="Admin"), mailchimp("subscribe"), mailchimp("profile"),
])
def test_what_nobody_did(body):
    assert read_mail_events(body)[1] == [None]


@pytest.mark.parametrize(("body", "properties"), [
    (sendgrid("open", sg_machine_open=True, useragent="Mozilla/5.0", ip="198.51.100.7"),
     {"machine": True, "user_agent": "Mozilla/5.0", "ip": "198.51.100.7", "message_id": "m1"}),
    (sendgrid("click", url="https://firm.example/a", sg_machine_open=False),
     {"url": "https://firm.example/a", "message_id": "m1"}),
    ({"event-data": mailgun("opened")["event-data"] | {
        "ip": "198.51.100.7", "client-info": {"user-agent": "Mozilla/5.0", "bot": "apple"},
        "message": {"headers": {"message-id": "m1"}}}},
     {"machine": True, "user_agent": "Mozilla/5.0", "ip": "198.51.100.7", "message_id": "m1"}),
    (postmark("Click", OriginalLink="https://firm.example/a", UserAgent="Mozilla/5.0",
              Geo={"IP": "198.51.100.7"}),
     {"url": "https://firm.example/a", "user_agent": "Mozilla/5.0", "ip": "198.51.100.7",
      "message_id": "m1"}),
])
def test_by_what_it_was_done_is_kept(body, properties):
    assert read_mail_events(body)[1][0]["properties"] == properties


@pytest.mark.parametrize("body", [
    sendgrid("delivered"), mailgun("delivered"), postmark("Delivery", "DeliveredAt")])
def test_that_a_mail_was_delivered_is_told(body):
    [event] = read_mail_events(body)[1]
    assert (event["type"], event["email"]) == ("email_delivered", "pat@firm.example")
    assert event["occurred_at"] == AT


@pytest.mark.parametrize("body", [
    sendgrid("spamreport"), mailgun("complained"), postmark("SpamComplaint", "BouncedAt", "Email")])
def test_a_complaint_is_told_apart_from_an_unsubscription(body):
    assert read_mail_events(body)[1][0]["reason"] == "spam complaint"
    assert read_mail_events(sendgrid("unsubscribe"))[1][0]["reason"] is None


def test_opens_of_one_mail_are_told_apart_and_a_repeat_is_the_same():
    one, other = postmark("Open"), postmark("Open", ReceivedAt="2026-03-02T12:00:00Z")
    names = [read_mail_events(body)[1][0]["event_id"] for body in (one, one, other)]
    assert names[0] == names[1] != names[2]


def test_what_postgres_cannot_hold_is_replaced():
    [event] = read_mail_events(sendgrid("open", sg_event_id="a\x00b\ud800", email="pat\x00@firm.example"))[1]
    assert (event["event_id"], event["email"]) == ("a\ufffdb\ufffd", "pat\ufffd@firm.example")


def test_a_time_that_cannot_be_read_is_none():
    for body in (sendgrid("open", timestamp="soon"), sendgrid("open", timestamp=1e300),
                 postmark("Open", ReceivedAt="yesterday"), postmark("Open", ReceivedAt=None)):
        assert read_mail_events(body)[1][0]["occurred_at"] is None


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(
                        st.sampled_from(["event", "email", "event-data", "RecordType", "id", "x"]), inner)))
def test_of_nothing_else_it_reads_anything(body):
    told = read_mail_events(body)
    assert told is None or isinstance(body, list | dict)
