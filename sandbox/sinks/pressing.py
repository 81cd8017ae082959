"""Buttons that are pressed in the Slack twin: what Slack sends then
(https://docs.slack.dev/reference/interaction-payloads/block_actions-payload), signed as Slack signs
(https://docs.slack.dev/authentication/verifying-requests-from-slack)."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.sinks.kept import Kept, Message
from sandbox.sinks.slack_api import BOT, TEAM, meet

ADMIN = "admin@example.com"  # the first login of a stack


@dataclass(frozen=True)
class Presses:
    """Where presses are sent, and what signs them; nowhere: nothing can be pressed."""

    url: str = ""
    secret: str = ""

    async def press(
        self, kept: Kept, message: Message, action_id: str, value: str, email: str
    ) -> dict[str, Any]:
        """Press the button of a message as somebody: {"status", "body"} of the answer; status 0: none."""
        button = _button(message, action_id, value)
        if button is None:
            return {"status": 0, "body": "the message has no such button"}
        body = urlencode({"payload": json.dumps(_payload(kept, message, button, email))})
        answered = await self._send(body) if self.url else {"status": 0, "body": "presses go nowhere"}
        fresh = kept.one(message["id"])  # the answer may have changed it
        if fresh is not None:
            label = button.get("text", {}).get("text", "")
            pressed = {"by": email, "label": label, "status": answered["status"]}
            kept.change(message["id"], fresh | {"presses": [*fresh["presses"], pressed]})
        return answered

    async def _send(self, body: str) -> dict[str, Any]:
        stamp = str(int(time.time()))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Slack-Request-Timestamp": stamp,
                   "X-Slack-Signature": signature(self.secret, stamp, body)}
        try:
            async with ClientSession(timeout=ClientTimeout(total=3)) as http, \
                    http.post(self.url, data=body, headers=headers) as answer:  # Slack waits 3 seconds
                return {"status": answer.status, "body": (await answer.text())[:2000]}
        except (ClientError, TimeoutError) as error:
            return {"status": 0, "body": type(error).__name__}


def signature(secret: str, stamp: str, body: str) -> str:
    """Of a request's body at that time, in seconds."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()


def _button(message: Message, action_id: str, value: str) -> dict[str, Any] | None:
    """The button with its block's id."""
    for number, block in enumerate(message["payload"].get("blocks", [])):
        for element in block.get("elements", []) if block.get("type") == "actions" else []:
            if (element.get("action_id"), element.get("value", "")) == (action_id, value):
                return dict(element) | {"block_id": block.get("block_id", f"b{number}")}
    return None


def _payload(kept: Kept, message: Message, button: dict[str, Any], email: str) -> dict[str, Any]:
    name = email.partition("@")[0]
    place, ts, now = message["channel"], message["ts"], time.time()
    return {
        "type": "block_actions",
        "user": {"id": meet(kept, email), "username": name, "name": name, "team_id": TEAM["id"]},
        "api_app_id": BOT["app_id"], "token": "sandbox", "trigger_id": f"{int(now)}.1.sandbox", "team": TEAM,
        "enterprise": None, "is_enterprise_install": False,
        "container": {"type": "message", "message_ts": ts, "channel_id": place, "is_ephemeral": False},
        "channel": {"id": place, "name": "directmessage" if place[0] == "D" else "sales"},
        "message": {"type": "message", "subtype": "bot_message", "ts": ts, **BOT, **message["payload"]},
        "state": {"values": {}}, "response_url": f"{message['api']}/response/{message['id']}",
        "actions": [{name: button[name] for name in (
            "type", "action_id", "block_id", "text", "value", "style") if name in button}
            | {"action_ts": f"{now:.6f}"}],
    }
