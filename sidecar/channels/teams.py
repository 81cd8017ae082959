"""Microsoft Teams: an Adaptive Card by a Workflows webhook ("Post to a channel when a webhook request is
received", https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sidecar.channels.content import message_content
from sidecar.channels.model import Channel, DeliveryError
from sidecar.channels.rendering import teams
from sidecar.channels.web import post, refusal
from sidecar.environment import listing, setting, url
from sidecar.terms.states import MessageKind


def _webhooks(value: str) -> dict[str, str]:
    """{label: URL} of "sales=https://…, operations=https://…"."""
    read = url("https", "http")
    found = {}
    for entry in listing(value):
        label, equals, address = entry.partition("=")
        if not equals or not label.strip():
            raise ValueError("must be label=URL[,…]")
        found[label.strip()] = read(address.strip())
    return found


@dataclass(frozen=True, kw_only=True)
class Teams(Channel):
    """A webhook knows its own channel or chat; a recipient is its label."""

    name: ClassVar[str] = "teams"
    teams_webhooks: Mapping[str, str] = setting(
        "Workflows webhooks of Microsoft Teams by label: sales=https://…,operations=https://…; sales is told"
        " of hot leads, operations of failures, others where somebody chose them; empty: no Teams message.",
        _webhooks, "")

    def lead_recipients(self) -> tuple[str, ...]:
        return tuple(label for label in ("sales",) if self.reaches(label))

    def operations_recipients(self) -> tuple[str, ...]:
        return tuple(label for label in ("operations",) if self.reaches(label))

    def reaches(self, recipient: str) -> bool:
        return recipient in self.teams_webhooks

    def render(self, kind: MessageKind, content: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The webhook's payload: a message with one Adaptive Card."""
        return teams.render(message_content(kind, content, language))

    def send(
        self, recipient: str, rendered: Mapping[str, Any], *, message_id: str, possible_duplicate: bool
    ) -> str | None:
        """Post the card once; Teams accepts it (202) and shows it afterwards."""
        if not self.reaches(recipient):
            raise DeliveryError("no Teams webhook is set", permanent=True)
        answer = post("Teams", self.teams_webhooks[recipient], json=rendered)
        if answer.status_code not in (200, 202):
            raise refusal("Teams", answer.status_code, answer.text)
        return None


CHANNEL = Teams
