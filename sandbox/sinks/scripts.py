"""Failures that the next messages are to meet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.Response]]
Script = dict[str, Any]


class Scripts:
    """What was asked for, the oldest first."""

    def __init__(self) -> None:
        self._scripts: list[Script] = []

    def add(self, script: Script) -> None:
        """Let the next messages of a channel meet this."""
        self._scripts.append({"channel": "slack", "times": 1} | script)

    def clear(self) -> None:
        """Let all messages be taken."""
        self._scripts.clear()

    def take(self, channel: str, **about: str | None) -> Script | None:
        """The script of this message (or recipient, or method), once; None: it is taken."""
        for script in self._scripts:
            if script["channel"] == channel and script["times"] > 0 and all(
                    script.get(name) == value for name, value in about.items()):
                script["times"] -= 1
                return script
        return None


def failing(
    channel: str, scripts: Scripts, handler: Handler, refusal: Callable[[Script], web.Response],
) -> Handler:
    """The handler, whose requests meet the scripts of a channel; `refusal` answers those that fail."""
    async def handle(request: web.Request) -> web.Response:
        script = scripts.take(channel, **{"method": request.match_info["method"]}
                              if "method" in request.match_info else {})
        if script is None:
            return await handler(request)
        answer = await handler(request) if script.get("accept") else None
        await asyncio.sleep(script.get("delay", 0))
        if script.get("drop"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if "status" in script or "error" in script:
            return refusal(script)
        return answer or await handler(request)

    return handle


def plain(script: Script) -> web.Response:
    """A refusal in words."""
    return web.Response(
        status=script["status"], text=str(script.get("text", "error")), headers=headers(script))


def headers(script: Script) -> dict[str, str]:
    """Of a refusal: when to come back."""
    return {"Retry-After": str(script["retry_after"])} if "retry_after" in script else {}
