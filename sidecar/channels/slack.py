"""Slack incoming webhooks: Block Kit (https://docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sidecar.channels.content import (
    Alert,
    LeadContent,
    alert_content,
    clean,
    lead_content,
    mail_link,
    phone_link,
)
from sidecar.channels.model import Channel, DeliveryError
from sidecar.channels.web import post, refusal
from sidecar.environment import optional, setting, url
from sidecar.terms.states import MessageKind

_ICONS = {"hot": "🔥", "warm": "🌤", "cold": "❄️"}


def _lead(content: LeadContent) -> dict[str, Any]:
    title = f"{content.score} · {content.who}" if content.score else content.who
    blocks: list[dict[str, Any]] = [_header(f"{_ICONS.get(content.grade, '👤')} {title}")]
    if content.refusal:
        blocks.append({"type": "section", "text": _text(f"🚫 *{_escape(content.refusal)}*")})
    links = {"E-mail": mail_link(content.email), "Phone": phone_link(content.phone)}
    if content.fields:
        blocks.append({"type": "section", "fields": [
            _text(f"*{_escape(label)}*\n{_linked(links.get(label, ''), value)}")
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


def _operations(alert: Alert) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [_header(f"⚠️ {alert.title}")]
    if alert.detail:
        blocks.append({"type": "section", "text": _text(_escape(alert.detail[:2000]))})
    blocks += _button("Open the engine", alert.link)
    return _payload(f"Needs attention: {alert.title}", blocks)


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


@dataclass(frozen=True, kw_only=True)
class Slack(Channel):
    """A webhook knows its own room; the recipients `sales` and `operations` say which webhook."""

    name: ClassVar[str] = "slack"
    slack_webhook_url: str | None = setting(
        "Slack incoming webhook for hot leads; empty: no Slack message.", optional(url("https", "http")), "")
    operations_slack_webhook_url: str | None = setting(
        "Slack incoming webhook for failures; empty: none.", optional(url("https", "http")), "")

    def lead_recipients(self) -> tuple[str, ...]:
        return ("sales",) if self.slack_webhook_url else ()

    def operations_recipients(self) -> tuple[str, ...]:
        return ("operations",) if self.operations_slack_webhook_url else ()

    def reaches(self, recipient: str) -> bool:
        return self._webhook(recipient) is not None

    def _webhook(self, recipient: str) -> str | None:
        webhooks = {"sales": self.slack_webhook_url, "operations": self.operations_slack_webhook_url}
        return webhooks.get(recipient)

    def render(self, kind: MessageKind, content: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The webhook's payload: {"text": fallback, "blocks"}."""
        return _operations(alert_content(content)) if kind == "operations" else _lead(lead_content(content))

    def send(
        self, recipient: str, rendered: Mapping[str, Any], *, message_id: str, possible_duplicate: bool
    ) -> str | None:
        """Post it once."""
        webhook = self._webhook(recipient)
        if not webhook:
            raise DeliveryError("no Slack webhook is set", permanent=True)
        answer = post("Slack", webhook, json=rendered)
        if answer.status_code != 200:
            raise refusal("Slack", answer.status_code, answer.text)
        return None


CHANNEL = Slack
