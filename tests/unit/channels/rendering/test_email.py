"""Mails that programs of every kind show, in which only our own markup is."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given

from sidecar.channels.rendering.email import render
from sidecar.channels.samples import SAMPLES
from sidecar.terms.states import MESSAGE_KINDS, MessageKind

from ..messages import HANDLED, HOSTILE, MESSAGE, any_kind, any_language, any_message, hostile, said, told_of

TAGS = {"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "div", "span", "a"}
ATTRIBUTES = {"lang", "charset", "name", "content", "class", "style", "role", "width", "border", "bgcolor",
              "dir", "cellpadding", "cellspacing", "align", "valign", "href", "colspan"}


class Page(HTMLParser):
    """Reads a page as a browser does: its tags, links and visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def check(mail: dict[str, Any]) -> Page:
    """It can be sent, its subject is one line, and the page is our own markup; Gmail shows all of it."""
    assert set(mail) == {"subject", "text", "html", "headers"}
    assert 0 < len(mail["subject"]) <= 150
    assert len(mail["subject"].splitlines()) == 1
    message = EmailMessage()
    message["Subject"] = mail["subject"]
    for name, value in mail["headers"].items():
        message[name] = value
    message.set_content(mail["text"])
    message.add_alternative(mail["html"], subtype="html")
    read = message_from_bytes(bytes(message), policy=policy.default)
    assert set(read.keys()) == {"Subject", "MIME-Version", "Content-Type", *mail["headers"]}
    assert len(mail["html"].encode()) <= 102_000
    page = Page(mail["html"])
    assert page.open == []
    for link in page.links:
        assert urlsplit(link).scheme in ("http", "https", "mailto", "tel")
        assert not set("\"'<> \\\n") & set(link)
    return page


def test_a_lead() -> None:
    mail = render(said(MESSAGE))
    page = check(mail)
    assert mail["subject"] == "Hot lead 92: Ada Lindqvist, Fjordlight & Söhne AB"
    take, *others = (action["link"] for action in MESSAGE["actions"])
    assert page.links == [
        take, MESSAGE["link"], *others, "mailto:ada@fjordlight.example", "tel:+46701740605",
        "https://house.example/#/x", "https://house.example/unsubscribe/x"]
    for part in (mail["text"], page.text):
        for told in ("Ada Lindqvist", "VP Revenue Operations", "Fjordlight & Söhne AB", "92", "+21.0",
                     "Asked for a demo today", "−1.5", "Could somebody show us the product?", "Sweden",
                     "Yours. The account is yours.", "3 other leads, with Vera Holt and Karim Saleh"):
            assert told in part
    for link in (take, MESSAGE["link"]):
        assert f": {link}\n" in mail["text"]


def test_the_headers_tell_how_to_have_no_more() -> None:
    assert render(said(MESSAGE))["headers"] == {
        "Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://house.example/unsubscribe/x>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    stop = {"link": "https://house.example/unsubscribe/x", "one_click": False}
    assert "List-Unsubscribe-Post" not in render(said({**MESSAGE, "unsubscribe": stop}))["headers"]
    for nothing in (None, {"link": "javascript:x", "one_click": True}):
        mail = render(said({**MESSAGE, "unsubscribe": nothing}))
        assert set(mail["headers"]) == {"Auto-Submitted"}
        assert "unsubscribe" not in mail["html"] + mail["text"]


def test_nothing_is_missing_where_pictures_are_off() -> None:
    for kind in MESSAGE_KINDS:
        html = render(said(SAMPLES[kind], kind))["html"]
        assert not re.search(r"<img|<picture|<svg|url\(|background-image|@import|@font-face", html)


def test_the_inbox_shows_what_counts_beside_the_subject() -> None:
    page = check(render(said(MESSAGE)))
    assert page.text.split("\u034f")[0].strip().endswith("“Could somebody show us the product?”")


def test_a_refusal_stands_first() -> None:
    mail = render(said({**MESSAGE, "refused": ["phone"]}))
    assert mail["text"].split("\n\n")[1] == "** No calls **"
    page = check(mail).text
    assert page.index("No calls") < page.rindex("Ada Lindqvist")


def test_what_is_handled_says_so_and_can_only_be_opened() -> None:
    page = check(render(said({**MESSAGE, "handled": HANDLED}, "handled")))
    assert "Vera Holt took it · Thu 26 Nov, 14:05 (Berlin)" in page.text
    assert not any("/take/" in link for link in page.links) and MESSAGE["link"] in page.links


def test_the_page_follows_dark_mode() -> None:
    html = render(said(MESSAGE, language="de"))["html"]
    assert "prefers-color-scheme: dark" in html
    assert 'name="color-scheme" content="light dark"' in html
    assert '<html lang="de">' in html


def test_a_header_cannot_be_injected() -> None:
    mail = render(said({**MESSAGE, "name": "Ada\r\nBcc: victim@example.com\u2028X"}))
    assert mail["subject"].startswith("Hot lead 92: Ada Bcc: victim@example.com X, Fjord")
    check(mail)


def test_operations() -> None:
    mail = render(said(told_of("operations"), "operations"))
    page = check(mail)
    assert mail["subject"] == "Needs attention: Lead enrichment failed"
    assert "Node: Enrich\n500 leads <wait>" in mail["text"]
    assert "500 leads <wait>" in page.text


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
