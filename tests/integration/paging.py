"""A fake of PagerDuty's Events API v2 and of Slack's incoming webhooks, in the shapes of their documents
(https://developer.pagerduty.com/docs/send-alert-event,
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).

Neither was asked; what they refuse is refused here, as far as their documents tell.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.integration.receivers import Receiver

PAGERDUTY, SLACK, HEARTBEAT = "/v2/enqueue", "/services/T000/B000/secret", "/ping"
KEY = "0123456789abcdef0123456789abcdef"
RUNBOOKS = "https://git.example/engine/blob/main"


def chosen(receiver: Receiver) -> dict[str, str]:
    """Settings with which alerts come to this receiver."""
    base = receiver.url.removesuffix("/hook")
    return {"SIDECAR_OPERATIONS_SLACK_WEBHOOK_URL": f"{base}{SLACK}", "ALERTS_PAGERDUTY_KEY": KEY,
            "ALERTS_PAGERDUTY_URL": f"{base}{PAGERDUTY}", "ALERTS_HEARTBEAT_URL": f"{base}{HEARTBEAT}",
            "ALERTS_RUNBOOKS_URL": RUNBOOKS}


def got(receiver: Receiver, path: str) -> list[dict[str, Any]]:
    """What came there."""
    return [json.loads(request["body"]) for request in list(receiver.got) if request["path"] == path]


def answer(receiver: Receiver) -> None:
    """Let this receiver be PagerDuty, which knows KEY, Slack, and where heartbeats go."""
    def write(handler: BaseHTTPRequestHandler) -> None:
        body = receiver.got[-1]["body"] or b"{}"
        status, text = {
            PAGERDUTY: lambda: _pagerduty(json.loads(body)),
            SLACK: lambda: _slack(json.loads(body)),
            HEARTBEAT: lambda: (200, "OK"),
        }.get(handler.path, lambda: (404, ""))()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text.encode())

    receiver.answer = write


def _pagerduty(event: dict[str, Any]) -> tuple[int, str]:
    payload = event.get("payload", {})
    told = [name for name, good in {
        "routing_key": event.get("routing_key") == KEY,
        "event_action": event.get("event_action") in ("trigger", "acknowledge", "resolve"),
        "dedup_key": 0 < len(event.get("dedup_key", "")) <= 255,
        "payload": event.get("event_action") != "trigger" or (
            0 < len(payload.get("summary", "")) <= 1024 and bool(payload.get("source"))
            and payload.get("severity") in ("critical", "error", "warning", "info")),
        "links": all(link.get("href", "").startswith("https://") for link in event.get("links") or ()),
    }.items() if not good]
    if told:
        return 400, json.dumps({
            "status": "invalid event", "message": "Event object is invalid", "errors": told})
    return 202, json.dumps({
        "status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]})


def _slack(message: dict[str, Any]) -> tuple[int, str]:
    attachments = message.get("attachments") or []
    if not message.get("text") and not any(one.get("text") or one.get("fallback") for one in attachments):
        return 400, "no_text"
    return 200, "ok"
