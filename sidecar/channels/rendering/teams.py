"""Adaptive Cards as Microsoft Teams shows them (https://adaptivecards.io/explorer, version 1.4), sent to a
Workflows webhook, which takes 28 kB.

A stranger's words are text runs alone: those know no Markdown. Such a webhook hears nothing of what is
pressed, so that all buttons are links.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from sidecar.channels.content import Button, Fact, Line, Message, Section, shorter
from sidecar.channels.phrases import phrases

_BYTES: Final = 27_000  # of 28 kB; how a number of kB is counted there is not said
_NOTICES: Final = {"refusal": "attention", "handled": "good", "waiting": "warning", "sandbox": "emphasis"}
_COLOURS: Final = {"hot": "attention", "warm": "warning"}

Element = dict[str, Any]


def render(message: Message) -> dict[str, Any]:
    """The webhook's payload: a message with one card."""
    while True:
        payload = _payload(message)
        less = shorter(message)
        if less is None or len(json.dumps(payload)) <= _BYTES:
            return payload
        message = less


def _payload(message: Message) -> dict[str, Any]:
    actions = [_action(button) for button in (*message.actions, message.opens) if button and button.link]
    return {
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": None,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "lang": message.language,
                "fallbackText": message.subject,
                "msteams": {"width": "Full"},
                "body": list(_body(message)),
                "actions": actions,
            },
        }],
    }


def _body(message: Message) -> Iterator[Element]:
    for notice in message.notices:
        weight = "Default" if notice.kind == "sandbox" else "Bolder"
        yield _box(_NOTICES[notice.kind], _run(notice.text, weight=weight))
    yield _head(message)
    if message.owner:
        yield _text(_run(message.owner), spacing="Small")
    yield from map(_fact, message.facts)
    for section in message.sections:
        yield from _section(section, message.language)


def _head(message: Message) -> Element:
    rating = f" · {phrases(message.language)('rating', rating=message.rating)}" if message.rating else ""
    who = [_text(_run(message.heading + rating, isSubtle=True, size="Small")),
           _text(_run(message.title, size="Large", weight="Bolder"), spacing="None")]
    if message.subtitle:
        who.append(_text(_run(message.subtitle, isSubtle=True), spacing="None"))
    columns: list[Element] = [{"type": "Column", "width": "stretch", "items": who}]
    if message.score:
        colour = _COLOURS.get(message.grade, "default")
        columns.insert(0, {
            "type": "Column", "width": "auto", "verticalContentAlignment": "Center",
            "items": [_text(_run(message.score, size="ExtraLarge", weight="Bolder", color=colour))]})
    return {"type": "ColumnSet", "columns": columns}


def _fact(fact: Fact) -> Element:
    return _columns("90px", _run(fact.label, isSubtle=True), _linked(fact.link, fact.value))


def _section(section: Section, language: str) -> Iterator[Element]:
    if section.title:
        yield _text(_run(section.title, weight="Bolder"), spacing="Medium", separator=True)
    if section.kind == "quote":
        yield from (_box("emphasis", _run(line.text, italic=True)) for line in section.lines)
    else:
        yield from (_line(line) for line in section.lines)
    if section.left_out:
        yield _text(_run(phrases(language)("more", count=section.left_out), isSubtle=True), spacing="Small")


def _line(line: Line) -> Element:
    runs = [_linked(line.link, line.text or "\N{NO-BREAK SPACE}")]
    if line.note:
        runs.append(_run(f" · {line.note}", isSubtle=True))
    if not line.points:
        return _text(*runs, spacing="None")
    return _columns("50px", _run(line.points, weight="Bolder", fontType="Monospace"), *runs)


def _columns(width: str, first: Element, *rest: Element) -> Element:
    return {"type": "ColumnSet", "spacing": "Small", "columns": [
        {"type": "Column", "width": width, "items": [_text(first)]},
        {"type": "Column", "width": "stretch", "items": [_text(*rest)]}]}


def _box(style: str, run: Element) -> Element:
    return {"type": "Container", "style": style, "spacing": "Small", "items": [_text(run)]}


def _linked(link: str, text: str) -> Element:
    return _run(text, selectAction={"type": "Action.OpenUrl", "url": link}) if link else _run(text)


def _run(text: str, **more: Any) -> Element:
    return {"type": "TextRun", "text": text, **more}


def _text(*runs: Element, **more: Any) -> Element:
    return {"type": "RichTextBlock", "inlines": list(runs), **more}


def _action(button: Button) -> Element:
    style = {"style": "positive"} if button.kind == "claim" else {}
    return {"type": "Action.OpenUrl", "title": button.label, "url": button.link} | style
