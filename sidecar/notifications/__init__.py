"""Messages to people: who is told (route) and what they read (render). Nothing is sent here.

A message about a lead is {"lead_id", "link", "name", "job_title", "company", "email", "phone",
"country", "score", "grade", "reasons": [texts], "source", "sandbox": bool, "summary"}; an
operations alert is {"title", "detail", "link"}. Absent and null fields are left out of what is
rendered; any text is safe to pass in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.notifications.channels import CHANNELS
from sidecar.notifications.routing import RouteSettings, route

__all__ = [
    "CHANNELS", "RouteSettings", "render", "render_email", "render_operations", "render_slack",
    "route",
]


def render(channel: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """A message about a lead, as that channel wants it. Raises KeyError for an unknown channel."""
    return CHANNELS[channel].lead(message)


def render_operations(channel: str, alert: Mapping[str, Any]) -> dict[str, Any]:
    """An operations alert, as that channel wants it. Raises KeyError for an unknown channel."""
    return CHANNELS[channel].operations(alert)


def render_slack(message: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of a Slack incoming webhook: {"text": fallback, "blocks"}."""
    return render("slack", message)


def render_email(message: Mapping[str, Any]) -> dict[str, Any]:
    """{"subject", "text", "html"} of an e-mail."""
    return render("email", message)
