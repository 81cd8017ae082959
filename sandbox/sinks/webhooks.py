"""Slack's incoming webhooks and Microsoft Teams' Workflows webhooks."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from sandbox.sinks import block_kit
from sandbox.sinks.kept import Kept

_CARD = "application/vnd.microsoft.card.adaptive"
_CARD_BYTES = 28 * 1024


class Webhooks:
    """Both keep what they get by the path at which it came."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def slack(self, request: web.Request) -> web.Response:
        """https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""
        payload = await _json(request)
        if not (payload.get("text") or payload.get("attachments")):
            return web.Response(status=400, text="invalid_payload")
        if block_kit.problems(payload):
            return web.Response(status=400, text="invalid_blocks")
        self._kept.add("slack", {"path": request.path, "payload": payload})
        return web.Response(text="ok")

    async def teams(self, request: web.Request) -> web.Response:
        """A flow that starts "when a Teams webhook request is received", and posts its cards."""
        if request.content_length and request.content_length > _CARD_BYTES:
            return _refused(413, "RequestEntityTooLarge", "The card is larger than 28 KB.")
        payload = await _json(request)
        attachments = payload.get("attachments")
        if payload.get("type") != "message" or not isinstance(attachments, list) or not all(
                isinstance(one, dict) and one.get("contentType") == _CARD
                and isinstance(one.get("content"), dict) and one["content"].get("type") == "AdaptiveCard"
                for one in attachments) or not attachments:
            return _refused(400, "TriggerInputSchemaMismatch", "The input body does not match the schema.")
        self._kept.add("teams", {"label": request.match_info["label"], "path": request.path,
                                 "payload": payload})
        return web.Response(status=202)


def refused_by_teams(script: dict[str, Any]) -> web.Response:
    """A scripted failure, as Power Automate words one."""
    said = script.get("text", "as the script says")
    answer = _refused(script["status"], script.get("error", "BadRequest"), said)
    if "retry_after" in script:
        answer.headers["Retry-After"] = str(script["retry_after"])
    return answer


def _refused(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        payload = await request.json()
    except json.JSONDecodeError:
        return {}
    return payload if isinstance(payload, dict) else {}
