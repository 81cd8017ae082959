"""A channel of tests that keeps what it is given to send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sidecar.channels.slack import Slack


@dataclass(frozen=True, kw_only=True)
class Recorder(Slack):
    """Slack whose messages arrive in `sent`."""

    slack_webhook_url: str | None = "https://slack.example/sales"
    operations_slack_webhook_url: str | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)

    def send(self, recipient, rendered, *, message_id, possible_duplicate):
        self.sent.append(rendered)


def record(engine, monkeypatch):
    """Let hot leads be told to a recorder from now on, and answer it."""
    recorder = Recorder()
    monkeypatch.setitem(vars(engine.settings), "channels", {"slack": recorder})
    return recorder
