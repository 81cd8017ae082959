"""Buttons that are pressed in Slack: signed, once, and answered to whom they concern."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import pytest

from sidecar.channels.model import DeliveryError
from sidecar.channels.slack_bot import SlackBot
from sidecar.services import slack_presses
from tests.integration.boards import person, told_by, until_quiet
from tests.integration.receivers import receiving
from tests.integration.test_handlings import signed_in, state
from tests.integration.test_telling import hot_lead, rows, sql, told

SECRET = "the signing secret of the Slack app"
PATH = "/v1/channels/slack/actions"


@pytest.fixture
def slack():
    """Somebody who plays Slack's Web API."""
    with receiving() as receiver:
        def answer(handler):
            body = json.dumps({
                "/hook/users.info": {"ok": True, "user": {"profile": {"email": _slack_says(receiver)}}},
            }.get(handler.path, {"ok": True, "channel": "C0SALES", "ts": f"{len(receiver.got)}.5"})).encode()
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        receiver.answer = answer
        yield receiver


def _slack_says(receiver):
    """The address of the account that it was asked for last."""
    return "fay@elsewhere.example" if "U0ELI" in str(receiver.got[-1]) else "dana@example.com"


@pytest.fixture
def by_slack(engine, api, app, slack, monkeypatch):
    made = told_by(engine, SlackBot(
        slack_bot_token="xoxb-1", slack_signing_secret=SECRET, slack_channel="C0SALES",
        operations_slack_channel=None, slack_api_url=slack.url))
    monkeypatch.setitem(app.extensions, "engine", made)
    slack_presses._addresses.clear()
    return made


@pytest.fixture
def lead(api, by_slack):
    run = hot_lead(api, by_slack, "slacked")
    told(by_slack, run)
    return run[1]


def payload(slack, lead, kind="claim", user="U0DANA", trigger="1.2", **more):
    return {"type": "block_actions", "trigger_id": trigger, "user": {"id": user},
            "response_url": f"{slack.url}/answer",
            "actions": [{"action_id": kind, "value": f"{lead}:1", "action_ts": "3.4"}]} | more


def signed(app, pressed, *, secret=SECRET, at=None, body=None):
    body = body if body is not None else urlencode({"payload": json.dumps(pressed)}).encode()
    at = str(int(time.time()) if at is None else at)
    mark = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    answer = app.test_client().post(PATH, data=body, headers={
        "Content-Type": "application/x-www-form-urlencoded", "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": f"v0={mark}"})
    until_quiet()
    return answer


def got(slack, method):
    return [json.loads(request["body"]) if request["body"][:1] == b"{" else request["body"]
            for request in slack.got if request["path"] == f"/hook/{method}"]


def test_a_press_of_somebody_whom_slack_knows_by_their_address(engine, app, slack, by_slack, lead):
    person(engine, "Dana")
    assert signed(app, payload(slack, lead)).status_code == 200
    assert state(engine, lead) == ("working", "Dana", None)
    [changed] = got(slack, "chat.update")
    assert "Dana took it" in str(changed) and got(slack, "answer") == []


def test_a_press_of_somebody_who_entered_their_account(engine, app, slack, by_slack, lead):
    person(engine, "Eli", [("slack_bot", "U0ELI", {})])
    signed(app, payload(slack, lead, user="U0ELI"))
    assert state(engine, lead)[1] == "Eli"


@pytest.mark.parametrize("entered", ["U0DANA", "dana@example.com"])
def test_a_press_is_of_whom_slack_vouches_for_whoever_entered_their_account(
        engine, app, slack, by_slack, lead, entered):
    person(engine, "Dana")
    person(engine, "Eli", [("slack_bot", entered, {})])
    signed(app, payload(slack, lead))
    assert state(engine, lead)[1] == "Dana"


def test_the_press_of_who_left_is_nobody_elses(engine, app, slack, by_slack, lead):
    person(engine, "Dana")
    person(engine, "Eli", [("slack_bot", "U0DANA", {})])
    sql(engine, "UPDATE users SET disabled_at = now() WHERE email = 'dana@example.com'")
    signed(app, payload(slack, lead))
    assert state(engine, lead) == ("new", None, None)


def test_where_the_bot_may_not_ask_what_was_entered_counts(engine, app, by_slack, lead, slack, monkeypatch):
    person(engine, "Dana")
    person(engine, "Eli", [("slack_bot", "U0DANA", {})])
    refusals = [DeliveryError("ratelimited"), DeliveryError("missing_scope", permanent=True)]

    def email_of(*_):
        raise refusals.pop(0)

    monkeypatch.setattr(SlackBot, "email_of", email_of)
    signed(app, payload(slack, lead))
    assert state(engine, lead) == ("new", None, None), "Slack may still say whose it is"
    assert "Press it again" in got(slack, "answer")[0]["text"]
    signed(app, payload(slack, lead, trigger="5.6"))
    assert state(engine, lead)[1] == "Eli"


def test_while_slack_does_not_answer_what_it_told_before_counts(
        engine, app, by_slack, lead, slack, monkeypatch):
    person(engine, "Dana")
    slack_presses._addresses["U0DANA"] = "dana@example.com", 0.0

    def email_of(*_):
        raise DeliveryError("ratelimited")

    monkeypatch.setattr(SlackBot, "email_of", email_of)
    signed(app, payload(slack, lead))
    assert state(engine, lead)[1] == "Dana" and got(slack, "answer") == []
    assert slack_presses._addresses["U0DANA"] == ("dana@example.com", 0.0), "it is asked again the next time"


def test_nobody_enters_the_account_of_another_user(engine, app, by_slack):
    person(engine, "Dana")
    person(engine, "Eli", [("slack_bot", "U0OLD", {})])
    chosen = {"channel": "slack_bot", "kinds": ["hot_lead"]}
    eli = signed_in(app, "eli@example.com")
    for address in ("U0DANA", "Dana@example.com"):
        answer = eli("put", "/v1/users/me/channels", json={"data": [chosen | {"address": address}]})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == "/data/0/address"
    for address in ("U0ELI", "eli@example.com"):
        assert eli("put", "/v1/users/me/channels", json={
            "data": [chosen | {"address": address}]}).status_code == 200
    assert signed_in(app, "dana@example.com")("put", "/v1/users/me/channels", json={
        "data": [chosen | {"address": "U0DANA"}]}).status_code == 200
    [*_, moved] = rows(engine, "SELECT after FROM audit_log WHERE action = 'user.channels_set'"
                               " AND actor = 'eli@example.com' ORDER BY id")
    assert moved["after"]["addresses"] == ["slack_bot"]


def test_whoever_is_second_is_told_so_and_nobody_else(engine, app, slack, by_slack, lead):
    person(engine, "Dana")
    person(engine, "Eli", [("slack_bot", "U0ELI", {})])
    signed(app, payload(slack, lead))
    signed(app, payload(slack, lead, user="U0ELI", trigger="5.6"))
    [answer] = got(slack, "answer")
    assert answer["response_type"] == "ephemeral" and answer["text"].startswith("Dana took it")
    assert state(engine, lead)[1] == "Dana"


def test_a_press_that_slack_delivers_again_does_nothing(engine, app, slack, by_slack, lead):
    person(engine, "Dana")
    for _ in range(3):
        assert signed(app, payload(slack, lead)).status_code == 200
    assert len(rows(engine, "SELECT FROM handlings")) == 1


def test_who_is_nobody_of_ours_is_told_so(engine, app, slack, by_slack, lead):
    person(engine, "Dana")
    sql(engine, "UPDATE users SET disabled_at = now() WHERE email = 'dana@example.com'")
    assert signed(app, payload(slack, lead)).status_code == 200
    [answer] = got(slack, "answer")
    assert "do not know you" in answer["text"] and state(engine, lead) == ("new", None, None)


def test_what_is_not_signed_by_slack_within_five_minutes_is_refused(engine, app, slack, by_slack, lead):
    person(engine, "Dana")
    pressed = payload(slack, lead)
    assert signed(app, pressed, secret="another secret of 32 characters").status_code == 401
    for at in (time.time() - 301, time.time() + 305):
        assert signed(app, pressed, at=int(at)).status_code == 401
    body = urlencode({"payload": json.dumps(pressed)}).encode()
    assert app.test_client().post(PATH, data=body).status_code == 401
    assert signed(app, None, body=b"\xff").status_code == 401
    now = str(int(time.time()))
    for at, mark in (("soon", "v0=1"), ("\xb2", "v0=1"), ("1" * 5000, "v0=1"), (now, "v0=\xe9")):
        assert app.test_client().post(PATH, data=body, headers={
            "X-Slack-Request-Timestamp": at, "X-Slack-Signature": mark}).status_code == 401
    assert state(engine, lead) == ("new", None, None)


@pytest.mark.parametrize("body", [
    b"", b"payload=", b"payload=1", b"payload=%7B%7D", b"payload=%ff", b"payload=" + b"[" * 99])
def test_what_is_no_interaction_is_refused(app, by_slack, body):
    assert signed(app, None, body=body).status_code == 422


def test_other_interactions_are_taken_and_do_nothing(engine, app, slack, by_slack, lead):
    odd = [{"action_id": "claim", "value": f"{lead}:x", "action_ts": "1"}]
    for other in (payload(slack, lead, kind="open"), payload(slack, "nobody"), {"type": "view_submission"},
                  payload(slack, lead, actions=odd)):
        assert signed(app, other).status_code == 200
    assert rows(engine, "SELECT FROM handlings") == []


def test_where_there_is_no_bot_there_is_nothing(api, app, engine, monkeypatch):
    monkeypatch.setitem(app.extensions, "engine", told_by(engine))
    assert signed(app, {}).status_code == 404
