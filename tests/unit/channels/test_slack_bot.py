"""What the Slack bot asks of Slack's Web API, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sidecar import environment
from sidecar.channels.model import DeliveryError
from sidecar.channels.slack_bot import SlackBot

from .services import Service

POSTED = {"ok": True, "channel": "C0HOT", "ts": "1503435956.000247", "message": {"text": "Hot lead"}}
SINCE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def bot(url: str) -> SlackBot:
    return SlackBot(slack_bot_token="xoxb-1", slack_signing_secret=None, slack_channel="C0HOT",
                    operations_slack_channel="C0OPS", slack_api_url=url)


def send(service: Service, recipient: str = "C0HOT") -> str | None:
    return bot(service.url).send(recipient, {"text": "Hot lead", "blocks": [{"type": "divider"}]},
                                 message_id="1@house.example", possible_duplicate=False)


def mine(message_id: str, ts: str) -> dict[str, Any]:
    return {"type": "message", "ts": ts, "text": "Hot lead", "bot_id": "B1", "metadata": {
        "event_type": "enrichment_message", "event_payload": {"message_id": message_id}}}


def test_a_message_bears_its_id(service: Service) -> None:
    service.answer(200, POSTED)
    assert send(service) == "C0HOT:1503435956.000247"
    [got] = service.got
    assert (got.path, got.headers["Authorization"]) == ("/chat.postMessage", "Bearer xoxb-1")
    assert got.body == {
        "channel": "C0HOT", "text": "Hot lead", "blocks": [{"type": "divider"}],
        "metadata": {"event_type": "enrichment_message", "event_payload": {"message_id": "1@house.example"}}}


def test_a_person_is_told_by_direct_message(service: Service) -> None:
    service.answer(200, POSTED | {"channel": "D0ANN"})
    assert send(service, "U0ANN") == "D0ANN:1503435956.000247"
    assert service.got[0].body["channel"] == "U0ANN"


def test_a_person_is_known_by_address(service: Service) -> None:
    service.answers = [(200, {}, {"ok": True, "user": {"id": "U0ANN"}}), (200, {}, POSTED)]
    send(service, "ann@example.com")
    asked, posted = service.got
    assert (asked.path, asked.body["email"]) == ("/users.lookupByEmail", "ann@example.com")
    assert posted.body["channel"] == "U0ANN"
    service.answer(200, {"ok": False, "error": "users_not_found"})
    with pytest.raises(DeliveryError, match="users_not_found") as refused:
        send(service, "bob@example.com")
    assert refused.value.permanent


@pytest.mark.parametrize(("code", "permanent", "may_have_arrived"), [
    ("invalid_auth", True, False), ("account_inactive", True, False), ("channel_not_found", True, False),
    ("not_in_channel", True, False), ("is_archived", True, False), ("invalid_blocks", True, False),
    ("missing_scope", True, False), ("ratelimited", False, False), ("service_unavailable", False, False),
    ("internal_error", False, True), ("fatal_error", False, True),
])
def test_what_slack_refuses_for_good(
    service: Service, code: str, permanent: bool, may_have_arrived: bool
) -> None:
    service.answer(200, {"ok": False, "error": code})
    with pytest.raises(DeliveryError) as refused:
        send(service)
    assert str(refused.value) == f"Slack answered {code}"
    assert (refused.value.permanent, refused.value.may_have_arrived) == (permanent, may_have_arrived)


def test_an_answer_that_nobody_understands_may_be_a_success(service: Service) -> None:
    service.answer(200, "<html>Welcome to the hotel network</html>")
    with pytest.raises(DeliveryError, match="Slack answered 200") as refused:
        send(service)
    assert not refused.value.permanent and refused.value.may_have_arrived


def history(*messages: dict[str, Any], then: str = "") -> tuple[int, dict[str, str], Any]:
    return 200, {}, {"ok": True, "messages": list(messages), "has_more": bool(then), "pin_count": 0,
                     "response_metadata": {"next_cursor": then}}


def find(service: Service, recipient: str = "C0HOT") -> str | None:
    return bot(service.url).find(recipient, "1@house.example", SINCE)


def test_it_finds_its_own_message_on_any_page(service: Service) -> None:
    service.answers = [
        history({"type": "message", "ts": "1793610001.000200", "text": "somebody else's"},
                mine("2@house.example", "1793610001.000100"), then="bmV4dA=="),
        history(mine("1@house.example", "1793610000.000300"))]
    assert find(service) == "C0HOT:1793610000.000300"
    first, second = service.got
    assert first.path == "/conversations.history"
    assert float(first.body["oldest"]) == SINCE.timestamp() - 600, "clocks differ"
    assert (first.body["include_all_metadata"], second.body["cursor"]) == ("1", "bmV4dA==")


def test_it_tells_what_did_not_arrive(service: Service) -> None:
    service.answers = [history(mine("2@house.example", "1793610001.000100"))]
    assert find(service) is None


def test_it_finds_a_direct_message(service: Service) -> None:
    service.answers = [(200, {}, {"ok": True, "channel": {"id": "D0ANN"}}),
                       history(mine("1@house.example", "1793610000.000300"))]
    assert find(service, "U0ANN") == "D0ANN:1793610000.000300"
    assert [(got.path, got.body.get("users")) for got in service.got] == [
        ("/conversations.open", "U0ANN"), ("/conversations.history", None)]


def test_who_may_not_read_the_conversation_is_told_so(service: Service) -> None:
    service.answer(200, {"ok": False, "error": "missing_scope", "needed": "channels:history"})
    with pytest.raises(DeliveryError, match="missing_scope"):
        find(service)


def test_a_message_changes_in_its_place(service: Service) -> None:
    service.answer(200, POSTED)
    bot(service.url).update(
        "C0HOT:1503435956.000247", {"text": "Ann has it", "blocks": [], "unfurl_links": False})
    [got] = service.got
    assert got.path == "/chat.update"
    assert got.body == {"channel": "C0HOT", "ts": "1503435956.000247", "text": "Ann has it", "blocks": []}


def test_a_message_that_was_deleted_does_not_change(service: Service) -> None:
    service.answer(200, {"ok": False, "error": "message_not_found"})
    with pytest.raises(DeliveryError) as refused:
        bot(service.url).update("C0HOT:1503435956.000247", {"text": "Ann has it"})
    assert refused.value.permanent


@pytest.mark.parametrize("recipient", ["#sales", "sales", "", "C0HOT,C0OPS", "c0hot"])
def test_what_is_no_place_of_slack_is_not_asked(service: Service, recipient: str) -> None:
    assert not bot(service.url).reaches(recipient)
    with pytest.raises(DeliveryError) as refused:
        send(service, recipient)
    assert refused.value.permanent and service.got == []


def test_who_is_told() -> None:
    channel = bot("https://slack.example/api")
    assert (channel.lead_recipients(), channel.operations_recipients()) == (("C0HOT",), ("C0OPS",))
    assert replace(channel, slack_channel=None).lead_recipients() == ()
    with pytest.raises(environment.SettingsError, match="SIDECAR_SLACK_CHANNEL"):
        environment.read({"SIDECAR_SLACK_CHANNEL": "#sales"}, SlackBot)
