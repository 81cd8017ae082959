"""Two parts of the GSM alphabet, and one link: ours."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given

from sidecar.channels.rendering.sms import render
from sidecar.channels.samples import SAMPLES
from sidecar.terms.states import MESSAGE_KINDS, MessageKind

from ..messages import HOSTILE, MESSAGE, any_kind, any_language, any_message, hostile, said, told_of

# 3GPP TS 23.038, 6.2.1: the default alphabet and its extension.
GSM = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
          "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
EXTENSION = set("\f^{}\\[~]|€")


def check(rendered: dict[str, Any]) -> str:
    text: str = rendered["text"]
    assert set(rendered) == {"text"} and text.strip()
    assert set(text) <= GSM | EXTENSION
    assert len(text) + sum(one in EXTENSION for one in text) <= 306
    *words, last = text.split("\n")
    words += [] if last.startswith(("https://", "http://")) else [last]
    assert not any(re.search(r"://\w|\w\.\w", line) for line in words)
    return text


def test_a_lead() -> None:
    assert check(render(said(MESSAGE))) == (
        "Hot lead 92: Ada Lindqvist, Fjordlight & Söhne AB\nhttps://house.example/take/t-claim")


def test_a_refusal_is_told_and_without_a_link_to_take_it_the_lead_is_opened() -> None:
    assert check(render(said({**MESSAGE, "refused": ["phone"], "actions": []}, "reminder"))) == (
        "Reminder: Ada Lindqvist, Fjordlight & Söhne AB (92) is still waiting\nNo calls\n"
        "https://house.example/#/leads/0199")


def test_operations() -> None:
    assert check(render(said(told_of("operations"), "operations", "de"))) == (
        "Handlungsbedarf: Lead enrichment failed\nhttps://house.example/")


def test_other_scripts_are_written_in_latin_letters() -> None:
    assert check(render(said({"name": "王小明", "company": "Łódź „Δ“ 🔥"}))) == (
        "New lead: WangXiaoMing, Lodz \"Δ\" :fire:")


def test_nothing_a_stranger_writes_becomes_a_link() -> None:
    text = check(render(said({**MESSAGE, "name": "evil.example/x", "company": "http://evil"})))
    assert text.startswith("Hot lead 92: evil. example/x, http:// evil\n")


def test_what_is_too_long_is_cut_and_the_link_stays_whole() -> None:
    link = "https://house.example/take/" + "t" * 120
    text = check(render(said({"name": "é" * 200, "company": "[" * 200, "actions": [
        {"kind": "claim", "link": link}]})))
    assert text.endswith(f"...\n{link}")
    assert "house" not in check(render(said({"name": "Ada", "link": "https://house.example/" + "t" * 250})))


@pytest.mark.parametrize("kind", MESSAGE_KINDS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_samples(kind: MessageKind, language: str) -> None:
    check(render(said(SAMPLES[kind], kind, language)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts(text: str) -> None:
    for kind in MESSAGE_KINDS:
        check(render(said(hostile(text), kind)))


@given(any_kind, any_message, any_language)
def test_any_message(kind: MessageKind, told: dict[str, Any], language: str) -> None:
    check(render(said(told, kind, language)))
