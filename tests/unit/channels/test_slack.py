"""What Slack is sent, and what becomes of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given

from sidecar.channels.model import DeliveryError
from sidecar.channels.slack import Slack

from .messages import ALERT, HOSTILE, MESSAGE, any_alert, any_message
from .services import Service

SLACK = Slack(slack_webhook_url="http://127.0.0.1/sales",
              operations_slack_webhook_url="http://127.0.0.1/operations")


def rendered(message: dict[str, Any]) -> dict[str, Any]:
    return SLACK.render("hot_lead", message, "en")


def rendered_alert(alert: dict[str, Any]) -> dict[str, Any]:
    return SLACK.render("operations", alert, "en")


def texts(payload: Any) -> list[dict[str, Any]]:
    """Every text object of a payload."""
    if isinstance(payload, list):
        return [found for item in payload for found in texts(item)]
    if not isinstance(payload, dict):
        return []
    own = [payload] if payload.get("type") in ("mrkdwn", "plain_text") else []
    return own + texts(list(payload.values()))


def check_payload(payload: dict[str, Any]) -> None:
    """Slack's limits, and nothing of a stranger's that Slack would act on."""
    json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()
    assert set(payload) == {"text", "blocks", "unfurl_links"}
    check_markup(payload["text"])
    assert len(payload["text"]) <= 4000
    assert 1 <= len(payload["blocks"]) <= 50
    header = payload["blocks"][0]["text"]
    assert header["type"] == "plain_text"
    assert 1 <= len(header["text"]) <= 150
    for text in texts(payload):
        assert 1 <= len(text["text"]) <= 3000
        if text["type"] == "mrkdwn":
            assert text["verbatim"]
            check_markup(text["text"])
    for block in payload["blocks"]:
        assert len(block.get("fields", [])) <= 10
        assert all(len(field["text"]) <= 2000 for field in block.get("fields", []))
        for button in block["elements"] if block["type"] == "actions" else []:
            assert re.fullmatch(r"https?://[!-~]+", button["url"])
            assert len(button["url"]) <= 3000


def check_markup(text: str) -> None:
    """Of Slack's markup only our own mail and phone links are there."""
    rest = re.sub(r"<(mailto|tel):[^<>|\s]+\|[^<>]*>", "", text)
    assert "<" not in rest
    assert re.search(r"&(?!amp;|lt;|gt;)", rest) is None
    assert ">" not in rest.replace("\n>", "\n")


def test_a_lead() -> None:
    payload = rendered(MESSAGE)
    check_payload(payload)
    assert payload["text"] == "Hot lead 92: Ada Lindqvist, Fjordlight &amp; Söhne AB"
    header, fields, why, words, actions = payload["blocks"]
    assert header["text"]["text"] == "🔥 92 · Ada Lindqvist, Fjordlight & Söhne AB"
    assert [field["text"] for field in fields["fields"]] == [
        "*Job title*\nVP Revenue Operations", "*Company*\nFjordlight &amp; Söhne AB",
        "*E-mail*\n<mailto:ada@fjordlight.example|ada@fjordlight.example>",
        "*Phone*\n<tel:+46701740605|+46701740605>", "*Country*\nSE", "*Source*\nweb form",
        "*Campaign*\nspring · ads", "*Budget*\n50000 EUR",
    ]
    assert why["text"]["text"] == "*Why hot*\n• Asked for a demo today\n• Vice president"
    assert words["text"]["text"] == "*Their words*\n>Could somebody show us the product?"
    assert actions["elements"][0]["url"] == MESSAGE["link"]


def test_sandbox_data_is_labelled() -> None:
    payload = rendered({**MESSAGE, "sandbox": True})
    assert payload["text"].startswith("[Sandbox] ")
    assert any("Sandbox data" in text["text"] for text in texts(payload))
    assert "andbox" not in json.dumps(rendered(MESSAGE))


def test_a_refusal_stands_first() -> None:
    for said in ("Asked themselves; no marketing mail", *HOSTILE):
        payload = rendered({**MESSAGE, "refusal": said})
        check_payload(payload)
    payload = rendered({**MESSAGE, "refusal": "Asked themselves; no marketing mail"})
    assert payload["blocks"][1]["text"]["text"] == "🚫 *Asked themselves; no marketing mail*"
    assert "🚫" not in json.dumps(rendered(MESSAGE), ensure_ascii=False)


def test_little_known() -> None:
    payload = rendered({"email": "x@example.com", "name": None})
    assert payload["text"] == "New lead: x@example.com"
    assert [block["type"] for block in payload["blocks"]] == ["header", "section"]


def test_operations() -> None:
    payload = rendered_alert(ALERT)
    check_payload(payload)
    assert payload["blocks"][0]["text"]["text"] == "⚠️ Lead enrichment failed"
    assert payload["blocks"][1]["text"]["text"] == "Node: Enrich\n500 leads &lt;wait&gt;"


def test_hostile_strings() -> None:
    for text in HOSTILE:
        check_payload(rendered({
            **dict.fromkeys(MESSAGE, text), "reasons": [text] * 20, "sandbox": True,
        }))
        check_payload(rendered_alert(dict.fromkeys(ALERT, text)))


@given(any_message)
def test_any_message(message: dict[str, Any]) -> None:
    check_payload(rendered(message))


@given(any_alert)
def test_any_alert(alert: dict[str, Any]) -> None:
    check_payload(rendered_alert(alert))


def channel_of(service: Service) -> Slack:
    return Slack(slack_webhook_url=f"{service.url}/sales",
                 operations_slack_webhook_url=f"{service.url}/operations")


def send(channel: Slack, recipient: str = "sales") -> None:
    channel.send(recipient, {"text": "Hot lead"}, message_id="1@house.example", possible_duplicate=False)


def refusal(channel: Slack, recipient: str = "sales") -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        send(channel, recipient)
    return refused.value


def test_each_recipient_has_its_webhook(service: Service) -> None:
    send(channel_of(service), "sales")
    send(channel_of(service), "operations")
    assert [(got.path, got.body) for got in service.got] == [
        ("/sales", {"text": "Hot lead"}), ("/operations", {"text": "Hot lead"})]


@pytest.mark.parametrize(("status", "permanent"), [
    (301, False), (400, True), (403, True), (404, True), (410, True), (500, False), (503, False),
])
def test_what_slack_refuses_for_good(service: Service, status: int, permanent: bool) -> None:
    service.answer(status, Location="/sales")
    error = refusal(channel_of(service))
    assert (str(error), error.permanent, error.retry_after) == (
        f"Slack answered {status} hello", permanent, None)
    assert len(service.got) == 1


@pytest.mark.parametrize("recipient", ["operations", "somebody"])
def test_a_recipient_without_a_webhook_never_gets_it(service: Service, recipient: str) -> None:
    only_sales = Slack(
        slack_webhook_url=channel_of(service).slack_webhook_url, operations_slack_webhook_url=None)
    assert refusal(only_sales, recipient).permanent
    assert service.got == []


def test_who_is_told() -> None:
    assert SLACK.lead_recipients() == ("sales",)
    assert SLACK.operations_recipients() == ("operations",)
