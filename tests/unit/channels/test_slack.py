"""What Slack is sent."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given

from sidecar.channels.content import alert_content, lead_content
from sidecar.channels.slack import Slack

from .messages import ALERT, HOSTILE, MESSAGE, any_alert, any_message

SLACK = Slack(slack_webhook_url="http://127.0.0.1/sales",
              operations_slack_webhook_url="http://127.0.0.1/operations")


def rendered(message: dict[str, Any]) -> dict[str, Any]:
    return SLACK.render_lead(lead_content(message))


def rendered_alert(alert: dict[str, Any]) -> dict[str, Any]:
    return SLACK.render_operations(alert_content(alert))


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
    ]
    assert why["text"]["text"] == "*Why hot*\n• Asked for a demo today\n• Vice president"
    assert words["text"]["text"] == "*Their words*\n>Could somebody show us the product?"
    assert actions["elements"][0]["url"] == MESSAGE["link"]


def test_sandbox_data_is_labelled() -> None:
    payload = rendered({**MESSAGE, "sandbox": True})
    assert payload["text"].startswith("[Sandbox] ")
    assert any("Sandbox data" in text["text"] for text in texts(payload))
    assert "andbox" not in json.dumps(rendered(MESSAGE))


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
