"""A twin of those methods of Slack's Web API that a bot needs (https://docs.slack.dev/reference/methods)."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from sandbox.sinks import block_kit
from sandbox.sinks.kept import Kept, Message
from sandbox.sinks.scripts import Script, headers

TEAM = {"id": "T0SANDBOX", "domain": "sandbox"}
BOT = {"bot_id": "B0SANDBOX", "app_id": "A0SANDBOX", "user": "U0SANDBOXBOT"}
_END = "~"  # behind every ts


class Refused(Exception):
    """{"ok": false, "error"}, and what else is answered."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error} | more


class SlackApi:
    """Every channel and user exists whose id looks like one. Nobody has an address that begins "unknown"."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._last = 0
        self._methods: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "auth.test": self._auth_test, "chat.postMessage": self._post, "chat.update": self._update,
            "conversations.history": self._history, "conversations.open": self._open,
            "users.info": self._info, "users.lookupByEmail": self._lookup,
        }

    async def call(self, request: web.Request) -> web.Response:
        """Any method, by POST or GET, with JSON or a form."""
        if request.content_type == "application/json":
            arguments = await request.json()
        else:
            arguments = dict(request.query) | dict(await request.post())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token", "")
        try:
            if not token:
                raise Refused("not_authed")
            if not token.startswith("xoxb-"):
                raise Refused("invalid_auth")
            method = self._methods.get(request.match_info["method"])
            if method is None:
                raise Refused("unknown_method", req_method=request.match_info["method"])
            # Where the bot reaches us: answers to presses come there, too.
            api = f"{request.scheme}://{request.host}"
            return web.json_response({"ok": True} | method(arguments | {"api": api}))
        except Refused as refused:
            return web.json_response(refused.answer)

    def _auth_test(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"url": "https://sandbox.slack.com/", "team": "Sandbox", "user": "enrichment",
                "team_id": TEAM["id"], "user_id": BOT["user"], "bot_id": BOT["bot_id"]}

    def _post(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        place = str(asked.get("channel", ""))
        if re.fullmatch(r"[UW][A-Z0-9]+", place):
            place = _direct(place)
        if not re.fullmatch(r"[CGD][A-Z0-9]+", place):
            raise Refused("channel_not_found")
        payload = _said(asked)
        ts = self._ts()
        metadata = asked.get("metadata")
        self._kept.add("slack-bot", {
            "channel": place, "ts": ts, "payload": payload, "metadata": metadata, "api": asked["api"],
            "updates": 0, "updated_at": None, "replies": [], "presses": []}, place, ts)
        return {"channel": place, "ts": ts, "message": _message(ts, payload, metadata)}

    def _update(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        place, ts = str(asked.get("channel", "")), str(asked.get("ts", ""))
        message = self._kept.marked("slack-bot", place, ts)
        if message is None:
            raise Refused("message_not_found")
        replace(self._kept, message, _said(asked))
        return {"channel": place, "ts": ts, "text": asked.get("text", ""),
                "message": _message(ts, message["payload"], message["metadata"])}

    def _history(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        place = str(asked.get("channel", ""))
        if not re.fullmatch(r"[CGD][A-Z0-9]+", place):
            raise Refused("channel_not_found")
        limit = min(max(int(asked.get("limit", 100)), 1), 999)
        before = str(asked.get("cursor") or asked.get("latest") or _END)
        found = self._kept.of_place("slack-bot", place, str(asked.get("oldest", "")), before, limit + 1)
        more, found = len(found) > limit, found[:limit]
        shown = _true(asked.get("include_all_metadata"))
        return {"messages": [_message(one["ts"], one["payload"], one["metadata"] if shown else None)
                             for one in found],
                "has_more": more, "pin_count": 0,
                "response_metadata": {"next_cursor": found[-1]["ts"] if more else ""}}

    def _open(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        user = str(asked.get("users", ""))
        if not re.fullmatch(r"[UW][A-Z0-9]+", user):
            raise Refused("user_not_found")
        return {"channel": {"id": _direct(user)}}

    def _info(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        user = str(asked.get("user", ""))
        email = self._kept.people().get(user)
        if email is None:
            raise Refused("user_not_found")
        return {"user": _user(user, email)}

    def _lookup(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        email = str(asked.get("email", "")).strip().lower()
        if "@" not in email or email.startswith("unknown"):
            raise Refused("users_not_found")
        return {"user": _user(meet(self._kept, email), email)}

    def _ts(self) -> str:
        """One that no message has: the time in microseconds."""
        if not self._last:
            self._last = int(self._kept.last_mark("slack-bot").replace(".", "") or 0)
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


def refused(script: Script) -> web.Response:
    """A scripted failure: a code, with status 200 unless said."""
    status = script.get("status", 200)
    error = script.get("error", "ratelimited" if status == 429 else "internal_error")
    return web.json_response({"ok": False, "error": error}, status=status, headers=headers(script))


def meet(kept: Kept, email: str) -> str:
    """The user id of an address."""
    user = "U" + hashlib.sha256(email.encode()).hexdigest()[:10].upper()
    kept.meet(user, email)
    return user


def replace(kept: Kept, message: Message, payload: dict[str, Any]) -> None:
    """Let a message say this from now on."""
    message |= {"payload": payload, "updates": message["updates"] + 1,
                "updated_at": datetime.now(UTC).isoformat()}
    kept.change(message["id"], message)


def _said(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a message says. Raises Refused where Slack would not take it."""
    payload = {name: asked[name] for name in ("text", "blocks", "unfurl_links") if name in asked}
    if not payload.get("text") and not payload.get("blocks"):
        raise Refused("no_text")
    if len(str(payload.get("text", ""))) > 40_000:
        raise Refused("msg_too_long")
    if found := block_kit.problems(payload):
        raise Refused("invalid_blocks", errors=found, response_metadata={"messages": found})
    return payload


def _message(ts: str, payload: dict[str, Any], metadata: object) -> dict[str, Any]:
    return {"type": "message", "subtype": "bot_message", "ts": ts, "team": TEAM["id"], **BOT, **payload} | (
        {"metadata": metadata} if metadata else {})


def _user(user: str, email: str) -> dict[str, Any]:
    name = email.partition("@")[0]
    real = name.replace(".", " ").title()
    return {"id": user, "team_id": TEAM["id"], "name": name, "deleted": False, "real_name": real,
            "tz": "Europe/Stockholm", "is_bot": False,
            "profile": {"email": email, "real_name": real, "display_name": name, "team": TEAM["id"]}}


def _direct(user: str) -> str:
    return f"D{user[1:]}"


def _true(value: object) -> bool:
    return str(value).lower() in ("1", "true")
