"""Slack incoming webhooks: Block Kit (https://docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sidecar.channels.content import message_content
from sidecar.channels.model import Channel, DeliveryError
from sidecar.channels.rendering import slack
from sidecar.channels.web import post, refusal
from sidecar.environment import optional, setting, url
from sidecar.terms.states import MessageKind


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
        """The webhook's payload. Nothing that is pressed comes back to a webhook: buttons are links."""
        return slack.render(message_content(kind, content, language), buttons=False)

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
