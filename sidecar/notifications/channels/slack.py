"""Slack incoming webhooks: Block Kit (https://docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.notifications.content import (
    Channel,
    alert_content,
    clean,
    lead_content,
    mail_link,
    phone_link,
)

_ICONS = {"hot": "🔥", "warm": "🌤", "cold": "❄️"}


def _lead(message: Mapping[str, Any]) -> dict[str, Any]:
    content = lead_content(message)
    title = f"{content.score} · {content.who}" if content.score else content.who
    blocks: list[dict[str, Any]] = [_header(f"{_ICONS.get(content.grade, '👤')} {title}")]
    links = {"E-mail": mail_link(content.email), "Phone": phone_link(content.phone)}
    if content.fields:
        blocks.append({"type": "section", "fields": [
            _text(f"*{label}*\n{_linked(links.get(label, ''), value)}")
            for label, value in content.fields
        ]})
    if content.reasons:
        reasons = "\n".join(f"• {_escape(reason)}" for reason in content.reasons)
        why = _text(f"*Why {_escape(content.grade)}*\n{reasons}")
        blocks.append({"type": "section", "text": why})
    if content.summary:
        words = _text(f"*Their words*\n>{_escape(content.summary)}")
        blocks.append({"type": "section", "text": words})
    if content.sandbox:
        blocks.append({"type": "context", "elements": [_text(
            "🧪 *Sandbox data*: some of these facts were made up by the sandbox providers."
        )]})
    blocks += _button("Open lead", content.link, "primary")
    fallback = f"{content.heading}: {content.who}"
    return _payload(f"[Sandbox] {fallback}" if content.sandbox else fallback, blocks)


def _operations(alert: Mapping[str, Any]) -> dict[str, Any]:
    content = alert_content(alert)
    blocks: list[dict[str, Any]] = [_header(f"⚠️ {content.title}")]
    if content.detail:
        blocks.append({"type": "section", "text": _text(_escape(content.detail[:2000]))})
    blocks += _button("Open the engine", content.link)
    return _payload(f"Needs attention: {content.title}", blocks)


def _payload(fallback: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """The fallback is what notifications and screen readers use."""
    return {"text": _escape(fallback), "blocks": blocks, "unfurl_links": False}


def _header(text: str) -> dict[str, Any]:
    """A header shows at most 150 characters of plain text, in which no markup counts."""
    return {"type": "header", "text": {"type": "plain_text", "text": clean(text, 150)}}


def _text(text: str) -> dict[str, Any]:
    """verbatim: Slack makes no links or mentions of its own out of a stranger's words."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _button(label: str, link: str, style: str | None = None) -> list[dict[str, Any]]:
    if not link:
        return []
    button = {"type": "button", "text": {"type": "plain_text", "text": label}, "url": link}
    return [{"type": "actions", "elements": [button | ({"style": style} if style else {})]}]


def _linked(link: str, text: str) -> str:
    return f"<{link}|{_escape(text)}>" if link else _escape(text)


def _escape(text: str) -> str:
    """Slack's three characters (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


CHANNEL = Channel("slack", _lead, _operations)
