"""A card that Teams takes, and nothing of a stranger's in what Markdown is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from sidecar.channels.rendering.teams import render
from sidecar.channels.samples import SAMPLES
from sidecar.terms.states import MESSAGE_KINDS, MessageKind

from ..messages import HANDLED, HOSTILE, MESSAGE, any_kind, any_language, any_message, hostile, said

ELEMENTS = {"AdaptiveCard", "Container", "ColumnSet", "Column", "RichTextBlock", "TextRun", "Action.OpenUrl"}


def objects(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, list):
        for item in found:
            yield from objects(item)
    elif isinstance(found, dict):
        if "type" in found:
            yield found
        yield from objects(list(found.values()))


def check(payload: dict[str, Any]) -> dict[str, Any]:
    """28 kB (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using);
    no element that knows Markdown, and links that lead somewhere."""
    assert len(json.dumps(payload, allow_nan=False).encode()) <= 28_000
    assert payload["type"] == "message"
    [attachment] = payload["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card: dict[str, Any] = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"] and len(card["actions"]) <= 6
    for one in objects(card):
        assert one["type"] in ELEMENTS
        if one["type"] == "TextRun":
            assert one["text"]
        if one["type"] == "RichTextBlock":
            assert one["inlines"]
        if one["type"] == "Action.OpenUrl":
            assert re.fullmatch(r"(https?://|mailto:|tel:)[!-~]+", one["url"])
    return card


def runs(card: dict[str, Any]) -> list[str]:
    return [one["text"] for one in objects(card) if one["type"] == "TextRun"]


def test_a_lead() -> None:
    card = check(render(said(MESSAGE)))
    assert runs(card)[:6] == [
        "92", "Hot lead · Rating A1", "Ada Lindqvist",
        "VP Revenue Operations at Fjordlight & Söhne AB", "Yours. The account is yours.", "E-mail"]
    assert {"+21.0", "Asked for a demo today", "−1.5", MESSAGE["summary"]} <= set(runs(card))
    assert [(action["title"], action["url"]) for action in card["actions"]] == [
        *zip(["Take it", "Later", "Not a fit", "Wrong person"], [
            action["link"] for action in MESSAGE["actions"]], strict=True), ("Open lead", MESSAGE["link"])]


def test_what_is_handled_says_so_and_can_only_be_opened() -> None:
    card = check(render(said({**MESSAGE, "handled": HANDLED}, "handled", "de")))
    assert runs(card)[0] == "Vera Holt hat übernommen · Do. 26. Nov., 14:05 Uhr (Berlin)"
    assert [action["title"] for action in card["actions"]] == ["Lead öffnen"]


@pytest.mark.parametrize("kind", MESSAGE_KINDS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_samples(kind: MessageKind, language: str) -> None:
    check(render(said(SAMPLES[kind], kind, language)))


def test_a_long_digest_is_cut_and_says_so() -> None:
    leads = {"count": 900, "leads": [{"name": "🔥" * 80, "company": "C" * 80, "score": 90}] * 20}
    card = check(render(said(dict.fromkeys(("untouched", "new_hot", "won"), leads), "digest")))
    assert any(re.fullmatch("and 8[0-9]{2} more", text) for text in runs(card))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts(text: str) -> None:
    for kind in MESSAGE_KINDS:
        check(render(said(hostile(text), kind)))


@given(any_kind, any_message, any_language)
def test_any_message(kind: MessageKind, told: dict[str, Any], language: str) -> None:
    check(render(said(told, kind, language)))
