"""E-mail: a subject, a plain text and an HTML page saying the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.notifications import page
from sidecar.notifications.content import (
    Alert,
    Channel,
    LeadContent,
    alert_content,
    clean,
    lead_content,
)

SANDBOX = "Sandbox data: some of these facts were made up by the sandbox providers."


def _lead(message: Mapping[str, Any]) -> dict[str, Any]:
    content = lead_content(message)
    subject = f"{'[Sandbox] ' if content.sandbox else ''}{content.heading}: {content.who}"
    return {
        "subject": clean(subject, 150),
        "text": _lead_text(content),
        "html": page.lead(content, SANDBOX),
    }


def _lead_text(content: LeadContent) -> str:
    width = max((len(label) for label, _ in content.fields), default=0) + 1
    parts = [
        f"{content.heading}: {content.who}",
        f"** {SANDBOX} **" if content.sandbox else "",
        "\n".join(f"{label + ':':<{width}} {value}" for label, value in content.fields),
        "\n".join([f"Why {content.grade}:", *(f"- {reason}" for reason in content.reasons)])
        if content.reasons else "",
        f"Their words:\n> {content.summary}" if content.summary else "",
        f"Open lead: {content.link}" if content.link else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _operations(alert: Mapping[str, Any]) -> dict[str, Any]:
    content = alert_content(alert)
    return {
        "subject": clean(f"Needs attention: {content.title}", 150),
        "text": _operations_text(content),
        "html": page.alert(content),
    }


def _operations_text(content: Alert) -> str:
    parts = [content.title, content.detail, f"Open: {content.link}" if content.link else ""]
    return "\n\n".join(part for part in parts if part) + "\n"


CHANNEL = Channel("email", _lead, _operations)
