"""A mail server and a Slack that only keep what they get, and never deduplicate.

`python -m sandbox.sinks --smtp-port N --http-port M`: GET /mail and /slack list the messages as JSON,
DELETE empties, / shows both to people.

POST /_script {"channel": "slack" | "mail", "status", "times", "retry_after", "text", "recipient",
"delay"} makes the next message of that channel (Slack unless said) fail: answered with that HTTP status
or SMTP code so many times (once unless said), after `delay` seconds. With a `recipient` the mail server
refuses that address, else the whole message. Without a status it only delays. DELETE /_script ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP

messages: dict[str, list[dict[str, Any]]] = {"mail": [], "slack": []}
scripts: list[dict[str, Any]] = []
_ids = itertools.count(1)


def keep(kind: str, message: dict[str, Any]) -> None:
    """Keep a message."""
    messages[kind].append(
        {"id": next(_ids), "received_at": datetime.now(UTC).isoformat()} | message)


async def scripted(channel: str, recipient: str | None = None) -> dict[str, Any] | None:
    """The failure that this message (or recipient) is to meet, after its delay; None: it is accepted."""
    for script in scripts:
        if (script["channel"], script.get("recipient")) == (channel, recipient) and script["times"] > 0:
            script["times"] -= 1
            await asyncio.sleep(script.get("delay", 0))
            return script if "status" in script else None
    return None


class Mail:
    """aiosmtpd handler."""

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str],
    ) -> str:
        """Take a recipient, unless a script refuses it."""
        if failure := await scripted("mail", address):
            return _smtp(failure)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a message, unless a script refuses it."""
        if failure := await scripted("mail"):
            return _smtp(failure)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        parts = {part.get_content_type(): part.get_content() for part in mail.walk()
                 if not part.is_multipart()}
        keep("mail", {
            "from": mail["From"], "to": envelope.rcpt_tos, "subject": mail["Subject"],
            "message_id": mail["Message-ID"], "content_type": mail.get_content_type(),
            "possible_duplicate": mail["X-Possible-Duplicate"] == "yes",
            "text": parts.get("text/plain"), "html": parts.get("text/html")})
        return "250 OK"


def _smtp(failure: dict[str, Any]) -> str:
    return f"{failure['status']} {failure.get('text', 'as the script says')}"


async def slack(request: web.Request) -> web.Response:
    """Slack's incoming webhook."""
    if failure := await scripted("slack"):
        headers = {"Retry-After": str(failure["retry_after"])} if "retry_after" in failure else {}
        return web.Response(status=failure["status"], text=failure.get("text", "error"), headers=headers)
    payload = await request.json()
    if not payload.get("text"):
        return web.Response(status=400, text="invalid_payload")
    keep("slack", {"path": request.path, "payload": payload})
    return web.Response(text="ok")


async def listing(request: web.Request) -> web.Response:
    """All messages of a kind; DELETE forgets them."""
    kept = messages[request.match_info["kind"]]
    if request.method == "DELETE":
        kept.clear()
        return web.Response(status=204)
    return web.json_response(kept)


async def script(request: web.Request) -> web.Response:
    """Make the next messages of a channel fail; DELETE: no more."""
    if request.method == "DELETE":
        scripts.clear()
    else:
        scripts.append({"channel": "slack", "times": 1} | await request.json())
    return web.Response(status=204)


async def page(request: web.Request) -> web.Response:
    """Both, for people."""
    mails = "".join(
        f"<article><h2>{html.escape(m['subject'] or '')}</h2><p>to {html.escape(', '.join(m['to']))}"
        f"</p><iframe sandbox srcdoc=\"{html.escape(m['html'] or '')}\"></iframe></article>"
        for m in messages["mail"])
    slacks = "".join(
        f"<article><p>{html.escape(m['payload']['text'])}</p></article>" for m in messages["slack"])
    return web.Response(content_type="text/html", text=(
        "<!doctype html><meta charset=utf-8><title>Messages (sandbox)</title><style>body{font:16px "
        "system-ui;max-width:50rem;margin:2rem auto}article{border:1px solid #8885;border-radius:8px;"
        "padding:1rem;margin:1rem 0}iframe{width:100%;height:36rem;border:0}</style>"
        f"<h1>Messages that would have been sent</h1><h2>Slack</h2>{slacks}<h2>Mail</h2>{mails}"))


def create_app(host: str, smtp_port: int) -> web.Application:
    """Both servers: HTTP wherever it is run, and SMTP on that port while it runs."""
    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_post("/services/{rest:.*}", slack)
    app.router.add_post("/_script", script)
    app.router.add_delete("/_script", script)
    app.router.add_route("*", "/{kind:mail|slack}", listing)

    async def smtp(_: web.Application) -> AsyncIterator[None]:
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(Mail(), enable_SMTPUTF8=True), host, smtp_port)
        yield
        server.close()

    app.cleanup_ctx.append(smtp)
    return app


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    options = parser.parse_args()
    web.run_app(create_app(options.host, options.smtp_port), host=options.host, port=options.http_port,
                access_log=None, print=None)


if __name__ == "__main__":
    main()
