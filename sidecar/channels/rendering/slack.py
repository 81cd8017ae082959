"""Slack's Block Kit (https://docs.slack.dev/reference/block-kit), within its limits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from sidecar.channels.content import Button, Line, Message, Section, clean, shorter
from sidecar.channels.phrases import phrases

_ICONS: Final = {"hot": "🔥", "warm": "🌤", "cold": "❄️"}
_KINDS: Final = {"reminder": "⏰", "escalation": "🚨", "digest": "📋", "operations": "⚠️"}
_NOTICES: Final = {"refusal": "🚫", "handled": "✅", "waiting": "⏰", "sandbox": "🧪"}
_STYLES: Final = {"claim": "primary", "not_a_fit": "danger"}
_MOST_BLOCKS: Final = 50
_LONGEST_TEXT: Final = 3000
# Slack refuses blocks that are too long together, and does not say how long that is.
_LONGEST: Final = 12_000


def render(message: Message, *, buttons: bool) -> dict[str, Any]:
    """{"text": for notifications and screen readers, "blocks", "unfurl_links"}; `buttons`: those that come
    back when they are pressed, with the kind of the action as `action_id` and its value; else links."""
    while True:
        blocks = list(_blocks(message, buttons))
        less = shorter(message)
        if less is None or (len(blocks) <= _MOST_BLOCKS and len(json.dumps(blocks)) <= _LONGEST):
            return {"text": _escape(message.subject), "blocks": blocks, "unfurl_links": False}
        message = less


def _blocks(message: Message, buttons: bool) -> Iterator[dict[str, Any]]:
    yield _header(message)
    for notice in message.notices:
        if notice.kind != "sandbox":
            yield _section(f"{_NOTICES[notice.kind]} *{_escape(notice.text)}*")
    about = [f"*{_escape(message.subtitle)}*" if message.subtitle else "", _escape(message.owner)]
    if any(about):
        yield _section("\n".join(filter(None, about)))
    if message.facts:
        yield {"type": "section", "fields": [
            _text(f"*{_escape(fact.label)}*\n{_linked(fact.link, fact.value)}")
            for fact in message.facts]}
    for section in message.sections:
        yield from map(_section, _packed(_lines(section, message.language)))
    yield from _actions(message, buttons)
    small = [f"{_NOTICES[notice.kind]} {_escape(notice.text)}" for notice in message.notices
             if notice.kind == "sandbox"]
    if message.rating:
        small.append(_escape(phrases(message.language)("rating", rating=message.rating)))
    if small:
        yield {"type": "context", "elements": [_text(text) for text in small]}


def _header(message: Message) -> dict[str, Any]:
    """A header shows at most 150 characters of plain text, in which no markup counts."""
    icon = "✅" if message.handled else _KINDS.get(message.kind) or _ICONS.get(message.grade, "👤")
    score = f"{message.score} · " if message.score else ""
    who = f"{message.title}, {message.company}" if message.company else message.title
    return {"type": "header", "text": {"type": "plain_text", "text": clean(f"{icon} {score}{who}", 150)}}


def _lines(section: Section, language: str) -> Iterator[str]:
    if section.title:
        yield f"*{_escape(section.title)}*"
    width = max((len(line.points) for line in section.lines), default=0)
    for line in section.lines:
        yield _line(section.kind, line, width)
    if section.left_out:
        yield _escape(phrases(language)("more", count=section.left_out))


def _line(kind: str, line: Line, width: int) -> str:
    text = _linked(line.link, line.text)
    if kind == "quote":
        return f">{text}"
    points = f"`{line.points:>{width}}`  " if line.points else ""
    return f"{points}{text} · {_escape(line.note)}" if line.note else f"{points}{text}"


def _packed(lines: Iterable[str]) -> Iterator[str]:
    """The lines in as few texts as hold them."""
    packed = ""
    for line in lines:
        if len(packed) + len(line) >= _LONGEST_TEXT:
            yield packed
            packed = ""
        packed = f"{packed}\n{line}" if packed else line
    if packed:
        yield packed


def _actions(message: Message, buttons: bool) -> Iterator[dict[str, Any]]:
    if buttons:
        elements = [_pressed(button, message.language) for button in message.actions if button.value]
    else:
        elements = [_link(button) for button in message.actions if button.link]
    if message.opens:
        elements.append(_link(message.opens))
    if elements:
        yield {"type": "actions", "elements": elements}


def _pressed(button: Button, language: str) -> dict[str, Any]:
    """A button that comes back when it is pressed."""
    found = _button(button) | {"value": button.value}
    if button.confirm:
        found["confirm"] = {
            "title": _plain(button.label), "text": _plain(button.confirm),
            "confirm": _plain(button.label[:30]), "deny": _plain(phrases(language)("cancel"))}
    return found


def _link(button: Button) -> dict[str, Any]:
    return _button(button) | {"url": button.link}


def _button(button: Button) -> dict[str, Any]:
    style = {"style": _STYLES[button.kind]} if button.kind in _STYLES else {}
    return {"type": "button", "action_id": button.kind, "text": _plain(button.label)} | style


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _text(text: str) -> dict[str, Any]:
    """verbatim: Slack makes no links or mentions of its own out of a stranger's words."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _linked(link: str, text: str) -> str:
    return f"<{link}|{_escape(text)}>" if link else _escape(text)


def _escape(text: str) -> str:
    """Slack's three characters (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
