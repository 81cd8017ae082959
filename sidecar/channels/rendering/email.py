"""Mails: a subject, a plain text and a page that say the same, and headers of their own.

The page (templates/mail.html) is made of tables and inline styles, which mail programs understand, and of no
pictures: nothing is missing where they are off. Gmail clips pages of more than 102 kB.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from sidecar.channels.content import Line, Message, Section, clean, shorter
from sidecar.channels.phrases import phrases

if TYPE_CHECKING:
    from jinja2 import Template

_BYTES: Final = 100_000


def render(message: Message) -> dict[str, Any]:
    """{"subject", "text", "html", "headers": {name: value}}."""
    while True:
        html = page().render(message=message, say=phrases(message.language))
        less = shorter(message)
        if less is None or len(html.encode()) <= _BYTES:
            return {"subject": clean(message.subject, 150), "text": _text(message), "html": html,
                    "headers": _headers(message)}
        message = less


@cache
def page() -> Template:
    """What every page is made of, compiled at first use."""
    from jinja2 import Environment, StrictUndefined

    text = files("sidecar.channels").joinpath("templates/mail.html").read_text("utf-8")
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(text)


def _headers(message: Message) -> dict[str, str]:
    """That a program wrote it (RFC 3834), and how to have no more of it (RFC 2369, RFC 8058)."""
    headers = {"Auto-Submitted": "auto-generated"}
    if message.unsubscribe:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe}>"
    if message.one_click:
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _text(message: Message) -> str:
    say = phrases(message.language)
    width = max((len(fact.label) for fact in message.facts), default=0) + 1
    stop = f"{say('mail.why')}\n{say('mail.unsubscribe')}: {message.unsubscribe}"
    parts = [
        message.subject,
        *(f"** {notice.text} **" for notice in message.notices),
        "\n".join(text for text in (message.subtitle, message.owner) if text),
        "\n".join(f"{button.label}: {button.link}" for button in message.actions if button.link),
        "\n".join(f"{fact.label + ':':<{width}} {fact.value}" for fact in message.facts),
        *("\n".join(_section(section, message.language)) for section in message.sections),
        f"{message.opens.label}: {message.opens.link}" if message.opens else "",
        f"-- \n{stop}" if message.unsubscribe else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(section: Section, language: str) -> Iterator[str]:
    if section.title:
        yield f"{section.title}:"
    width = max((len(line.points) for line in section.lines), default=0)
    for line in section.lines:
        yield _line(section.kind, line, width)
    if section.left_out:
        yield phrases(language)("more", count=section.left_out)


def _line(kind: str, line: Line, width: int) -> str:
    mark = {"quote": "> ", "detail": ""}.get(kind, "- ")
    points = f"{line.points:>{width}}  " if line.points else ""
    note = f" ({line.note})" if line.note else ""
    link = f"\n  {line.link}" if line.link else ""
    return f"{mark}{points}{line.text}{note}{link}"
