"""The sinks' servers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP

from sandbox.sinks import page, slack_api, twilio
from sandbox.sinks.kept import CHANNELS, Kept, Message
from sandbox.sinks.mail import MOST_BYTES, Mail
from sandbox.sinks.pressing import ADMIN, Presses
from sandbox.sinks.scripts import Scripts, failing, plain
from sandbox.sinks.webhooks import Webhooks, refused_by_teams

_HEADERS = {
    "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class Pages:
    """What people and tests see of the messages."""

    def __init__(self, kept: Kept, scripts: Scripts, presses: Presses) -> None:
        self._kept = kept
        self._scripts = scripts
        self._presses = presses

    async def listing(self, request: web.Request) -> web.Response:
        """All messages of a channel, oldest first; DELETE forgets them."""
        channel = request.match_info["channel"]
        if request.method == "DELETE":
            self._kept.forget(channel)
            return web.Response(status=204)
        found = self._kept.listing(channel, int(request.query.get("after", 0)))
        return web.Response(content_type="application/json", text=found)

    async def script(self, request: web.Request) -> web.Response:
        """Make the next messages of a channel fail; DELETE: no more."""
        if request.method == "DELETE":
            self._scripts.clear()
        else:
            script = await request.json()
            if script.get("channel") == "slack-bot":
                script = {"method": "chat.postMessage"} | script
            self._scripts.add(script)
        return web.Response(status=204)

    async def page(self, request: web.Request) -> web.Response:
        """The messages, for people."""
        asked = page.Asked(request.query)
        found = self._kept.page(asked.words, asked.channel, asked.before, page.PAGE_SIZE + 1)
        html = page.page(asked, found, self._kept.counts(), self._kept.people())
        return _html(html, page.POLICY)

    async def style(self, request: web.Request) -> web.Response:
        """How it looks."""
        return web.Response(content_type="text/css", text=page.STYLE)

    async def mail(self, request: web.Request) -> web.Response:
        """A mail's own page."""
        message = self._message(request.match_info["id"], "mail")
        return _html(*page.mail_page(message, request.query.get("view", "light")))

    async def press(self, request: web.Request) -> web.Response:
        """Press a button: from the page by a form, else {"message": id, "action", "value", "as": address}."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise web.HTTPForbidden(text="a button is pressed on the page itself")
        form = request.content_type != "application/json"
        asked = {name: str(value) for name, value in (
            await request.post() if form else await request.json()).items()}
        pressed = [name for name in asked if name.startswith("press:")]
        action, value = (pressed[0].removeprefix("press:"), asked[pressed[0]]) if pressed else (
            asked.get("action", ""), asked.get("value", ""))
        message = self._message(asked.get("message", ""), "slack-bot")
        answered = await self._presses.press(
            self._kept, message, action, value, asked.get("as") or ADMIN)
        if not form:
            return web.json_response(answered)
        back = asked.get("back", "")
        raise web.HTTPSeeOther(f"{back if back.startswith('/?') else '/'}#m{message['id']}")

    async def respond(self, request: web.Request) -> web.Response:
        """A response_url: what only who pressed sees, or what stands in the message's place
        (https://docs.slack.dev/interactivity/handling-user-interaction)."""
        message = self._message(request.match_info["id"], "slack-bot")
        told: dict[str, Any] = await request.json()
        if told.get("replace_original"):
            slack_api.replace(self._kept, message, {
                name: told[name] for name in ("text", "blocks") if name in told})
        else:
            self._kept.change(message["id"], message | {"replies": [*message["replies"], told]})
        return web.Response(text="ok")

    def _message(self, text: str, channel: str) -> Message:
        message = self._kept.one(int(text)) if re.fullmatch(r"[0-9]{1,15}", text) else None
        if message is None or message["channel_name"] != channel:
            raise web.HTTPNotFound(text="there is no such message")
        return message


def create_app(
    host: str, smtp_port: int, keep: str = ":memory:", presses: Presses | None = None,
) -> web.Application:
    """HTTP wherever it is run, and SMTP on that port while it runs."""
    app = web.Application(client_max_size=MOST_BYTES)
    kept, scripts = Kept(keep), Scripts()
    pages, webhooks = Pages(kept, scripts, presses or Presses()), Webhooks(kept)
    slack, sms = slack_api.SlackApi(kept), twilio.Twilio(kept)
    app.router.add_post("/services/{rest:.*}", failing("slack", scripts, webhooks.slack, plain))
    app.router.add_route("*", "/api/{method}", failing("slack-bot", scripts, slack.call, slack_api.refused))
    app.router.add_post("/workflows/{label}", failing("teams", scripts, webhooks.teams, refused_by_teams))
    app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json",
                        failing("sms", scripts, sms.send, twilio.refused))
    app.router.add_get("/", pages.page)
    app.router.add_get("/style.css", pages.style)
    app.router.add_get("/mail/{id}", pages.mail)
    app.router.add_post("/press", pages.press)
    app.router.add_post("/response/{id}", pages.respond)
    app.router.add_post("/_script", pages.script)
    app.router.add_delete("/_script", pages.script)
    app.router.add_route("*", f"/{{channel:{'|'.join(CHANNELS)}}}", pages.listing)

    async def smtp(_: web.Application) -> AsyncIterator[None]:
        mail = Mail(kept, scripts)
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(mail, enable_SMTPUTF8=True, data_size_limit=MOST_BYTES), host, smtp_port)
        yield
        server.close()
        kept.close()

    app.cleanup_ctx.append(smtp)
    return app


def _html(html: str, policy: str) -> web.Response:
    return web.Response(content_type="text/html", text=html,
                        headers=_HEADERS | {"Content-Security-Policy": policy})
