"""Slack's limits, and nothing of a stranger's that Slack would act on."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given

from sidecar.channels.rendering.slack import render
from sidecar.channels.samples import SAMPLES
from sidecar.terms.states import MESSAGE_KINDS, MessageKind

from ..messages import HANDLED, HOSTILE, MESSAGE, any_kind, any_language, any_message, hostile, said, told_of


def texts(payload: Any) -> list[dict[str, Any]]:
    """Every text object of a payload."""
    if isinstance(payload, list):
        return [found for item in payload for found in texts(item)]
    if not isinstance(payload, dict):
        return []
    own = [payload] if payload.get("type") in ("mrkdwn", "plain_text") else []
    return own + texts(list(payload.values()))


def check(payload: dict[str, Any]) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks"""
    sent = json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()
    assert len(sent) < 40_000
    assert set(payload) == {"text", "blocks", "unfurl_links"}
    check_markup(payload["text"])
    assert 1 <= len(payload["text"]) <= 4000
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
        if block["type"] == "section":
            assert ("text" in block) != ("fields" in block)
            assert len(block.get("fields", ["one"])) in range(1, 11)
            assert all(len(field["text"]) <= 2000 for field in block.get("fields", []))
        if block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10
        if block["type"] == "actions":
            check_buttons(block["elements"])


def check_buttons(buttons: list[dict[str, Any]]) -> None:
    assert 1 <= len(buttons) <= 25
    assert len({button["action_id"] for button in buttons}) == len(buttons)
    for button in buttons:
        assert len(button["action_id"]) <= 255 and len(button["text"]["text"]) <= 75
        assert ("url" in button) != ("value" in button)
        if "url" in button:
            assert re.fullmatch(r"https?://[!-~]+", button["url"]) and len(button["url"]) <= 3000
        else:
            assert 1 <= len(button["value"]) <= 2000
        if "confirm" in button:
            asked = button["confirm"]
            assert len(asked["title"]["text"]) <= 100 and len(asked["text"]["text"]) <= 300
            assert len(asked["confirm"]["text"]) <= 30 and len(asked["deny"]["text"]) <= 30


def check_markup(text: str) -> None:
    """Of Slack's markup only our own links are there, and quotes."""
    rest = re.sub(r"<(mailto|tel|https?):[^<>|\s]+\|[^<>]*>", "", text)
    assert "<" not in rest
    assert re.search(r"&(?!amp;|lt;|gt;)", rest) is None
    assert ">" not in rest.replace("\n>", "\n")


def test_a_lead() -> None:
    payload = render(said(MESSAGE), buttons=True)
    check(payload)
    assert payload["text"] == "Hot lead 92: Ada Lindqvist, Fjordlight &amp; Söhne AB"
    header, about, fields, why, words, company, actions, small = payload["blocks"]
    assert header["text"]["text"] == "🔥 92 · Ada Lindqvist, Fjordlight & Söhne AB"
    assert about["text"]["text"] == (
        "*VP Revenue Operations at Fjordlight &amp; Söhne AB*\nYours. The account is yours.")
    assert [field["text"] for field in fields["fields"]][:4] == [
        "*E-mail*\n<mailto:ada@fjordlight.example|ada@fjordlight.example>",
        "*Phone*\n<tel:+46701740605|+46701740605>",
        "*Company*\nSoftware · 51–200 people · fjordlight.example", "*Country*\nSweden"]
    assert why["text"]["text"] == (
        "*Why hot*\n`+21.0`  Asked for a demo today\n`+12.5`  Vice president\n` −1.5`  No phone number")
    assert words["text"]["text"] == "*Their words*\n>Could somebody show us the product?"
    assert company["text"]["text"] == (
        "*Same company*\n<https://house.example/#/x|3 other leads, with Vera Holt and Karim Saleh>")
    assert [button["action_id"] for button in actions["elements"]] == [
        "claim", "snooze", "not_a_fit", "wrong_person", "open"]
    assert [button.get("value") for button in actions["elements"]] == [*["0199:1"] * 4, None]
    assert [bool(button.get("confirm")) for button in actions["elements"]] == [
        False, False, True, True, False]
    assert small["elements"][0]["text"] == "Rating A1"


def test_buttons_that_nobody_hears_of_are_links() -> None:
    payload = render(said(MESSAGE), buttons=False)
    check(payload)
    [actions] = [block for block in payload["blocks"] if block["type"] == "actions"]
    assert [button["url"] for button in actions["elements"]] == [
        *(action["link"] for action in MESSAGE["actions"]), MESSAGE["link"]]


@pytest.mark.parametrize("kind", MESSAGE_KINDS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_samples(kind: MessageKind, language: str) -> None:
    for buttons in (True, False):
        payload = render(said(SAMPLES[kind], kind, language), buttons=buttons)
        check(payload)
        assert len(json.dumps(payload["blocks"])) <= 12_000


def test_a_refusal_stands_first() -> None:
    payload = render(said({**MESSAGE, "refused": ["phone"]}), buttons=True)
    assert payload["blocks"][1]["text"]["text"] == "🚫 *No calls*"


def test_what_is_handled_says_so_and_can_only_be_opened() -> None:
    payload = render(said({**MESSAGE, "handled": HANDLED}, "handled"), buttons=True)
    check(payload)
    assert payload["blocks"][0]["text"]["text"].startswith("✅ 92 · Ada")
    assert payload["blocks"][1]["text"]["text"] == "✅ *Vera Holt took it · Thu 26 Nov, 14:05 (Berlin)*"
    [actions] = [block for block in payload["blocks"] if block["type"] == "actions"]
    assert [button["action_id"] for button in actions["elements"]] == ["open"]


def test_little_known() -> None:
    payload = render(said({"email": "x@example.com"}), buttons=True)
    check(payload)
    assert payload["text"] == "New lead: x@example.com"
    assert [block["type"] for block in payload["blocks"]] == ["header", "section"]


def test_operations() -> None:
    payload = render(said(told_of("operations"), "operations"), buttons=True)
    check(payload)
    assert payload["blocks"][0]["text"]["text"] == "⚠️ Lead enrichment failed"
    assert payload["blocks"][1]["text"]["text"] == "Node: Enrich\n500 leads &lt;wait&gt;"


def test_a_long_digest_is_cut_and_says_so() -> None:
    leads = {"count": 900, "leads": [{"name": "N" * 80, "company": "C" * 80, "score": 90,
                                      "link": "https://house.example/" + "x" * 400}] * 20}
    payload = render(said(dict.fromkeys(("untouched", "new_hot", "won"), leads), "digest"), buttons=True)
    check(payload)
    assert len(json.dumps(payload["blocks"])) <= 12_000
    assert "more" in payload["blocks"][-1]["text"]["text"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts(text: str) -> None:
    for kind in MESSAGE_KINDS:
        check(render(said(hostile(text), kind), buttons=True))
        check(render(said(hostile(text), kind, "de"), buttons=False))


@given(any_kind, any_message, any_language)
def test_any_message(kind: MessageKind, told: dict[str, Any], language: str) -> None:
    for buttons in (True, False):
        check(render(said(told, kind, language), buttons=buttons))
