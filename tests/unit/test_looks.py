"""What was sent as people see it: whatever was sent, nothing of it becomes markup of ours."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar import looks

TEXTS = st.one_of(st.text("<>&;\"'|*`/:=! \nabl", max_size=40), st.sampled_from([
    "<script>alert(1)</script>", "<javascript:alert(1)|here>", "<https://x.example|*a*>", "&lt;b&gt;",
    '"><b x="', "`a` *b* <c>", ">quoted\n>more", "<!channel>", "</div></div>",
    "https://x.example/\"onclick=\"x", "\ud800"]))
PLAIN = st.one_of(TEXTS, st.none(), st.integers(), st.booleans())
NAMES = st.sampled_from([
    "type", "text", "fields", "elements", "url", "style", "confirm", "blocks", "title", "spacing", "width",
    "items", "attachments", "content", "body", "actions", "columns", "inlines", "selectAction", "size",
    "color", "html", "from", "to", "subject", "headers"])
TYPES = st.sampled_from([
    "header", "section", "actions", "context", "divider", "mrkdwn", "plain_text", "ColumnSet", "Column",
    "Container", "RichTextBlock", "TextBlock", "TextRun"])
ANYTHING = st.recursive(PLAIN | TYPES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    NAMES, inner, max_size=5), max_leaves=25)
PAYLOADS = st.dictionaries(NAMES, ANYTHING, max_size=6)
TAGS = {"div", "span", "p", "h3", "hr", "br", "b", "code", "blockquote", "a", "dl", "dt", "dd", "iframe",
        "pre", "button"}
ATTRIBUTES = {"class", "title", "style", "href", "target", "rel", "sandbox", "srcdoc", "name", "value"}


class Piece(HTMLParser):
    """Reads a piece as a browser does: its tags are ours and closed, its links lead somewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        assert tag in TAGS and set(found) <= ATTRIBUTES
        if tag == "a":
            link = found["href"] or ""
            assert link.startswith(("https://", "http://", "mailto:", "tel:"))
            self.links.append(link)
        if tag == "iframe":
            assert "allow-scripts" not in (found["sandbox"] or "")
        if tag not in ("hr", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@given(PAYLOADS)
def test_anything(payload: dict[str, Any]) -> None:
    for look in (looks.slack_html, looks.teams_html, looks.mail_frame):
        Piece(look(payload))


@given(TEXTS)
def test_any_text(text: str) -> None:
    Piece(looks.sms_html(text))
    Piece(looks.slack_html({"text": text}))


@pytest.mark.parametrize(("text", "html"), [
    ("*Bold* &amp; `+1.5` text", "<b>Bold</b> &amp; <code>+1.5</code> text"),
    ("a*b*c &lt;b&gt;", "a*b*c &lt;b&gt;"),
    ("*Words*\n&gt;no\n>yes\nend", "<b>Words</b><br>&gt;no<br><blockquote>yes</blockquote>end"),
    ("<javascript:x|here>", "&lt;javascript:x|here&gt;"),
])
def test_slacks_markup(text: str, html: str) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    assert f"<p>{html}</p>" in looks.slack_html({"blocks": [block]})


def test_a_link_opens_elsewhere() -> None:
    piece = Piece(looks.slack_html({"text": "<https://x.example/?a=1&b=2|Lead &amp; more>"}))
    assert piece.links == ["https://x.example/?a=1&b=2"] and "Lead & more" in piece.text
    assert Piece(looks.sms_html("Hot\nhttps://x.example/7")).links == ["https://x.example/7"]


def test_a_mail_without_a_page_is_its_text() -> None:
    mail = {"from": "a", "to": ["b@x.example", "c"], "subject": "S", "text": "1 < 2"}
    piece = Piece(looks.mail_frame(mail))
    assert piece.text == "FromaTob@x.example, cSubjectS1 < 2"


def test_a_page_loads_nothing() -> None:
    html = looks.page("<b>", ["<p>x</p>"])
    assert "<title>&lt;b&gt;</title>" in html and "default-src 'none'" in html
