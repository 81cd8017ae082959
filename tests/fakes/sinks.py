"""Fake mail server and fake Slack: they keep what they get, and never deduplicate.

`python -m tests.fakes.sinks --smtp-port N --http-port M`: GET /mail and /slack list the messages as
JSON, DELETE empties, POST /_script {"status", "times", "retry_after"} makes Slack refuse, / shows both.
"""

from __future__ import annotations

import argparse
import html
import itertools
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


class Mail:
    """aiosmtpd handler."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        parts = {part.get_content_type(): part.get_content() for part in mail.walk()
                 if not part.is_multipart()}
        keep("mail", {
            "from": mail["From"], "to": envelope.rcpt_tos, "subject": mail["Subject"],
            "message_id": mail["Message-ID"], "content_type": mail.get_content_type(),
            "possible_duplicate": mail["X-Possible-Duplicate"] == "yes",
            "text": parts.get("text/plain"), "html": parts.get("text/html")})
        return "250 OK"


async def slack(request: web.Request) -> web.Response:
    """Slack's incoming webhook."""
    for script in scripts:
        if script["times"] > 0:
            script["times"] -= 1
            headers = {"Retry-After": str(script["retry_after"])} if "retry_after" in script else {}
            return web.Response(status=script["status"], text=script.get("text", "error"),
                                headers=headers)
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
    """Make the next Slack calls fail."""
    scripts.append({"times": 1} | await request.json())
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
        "<!doctype html><meta charset=utf-8><title>Messages (fake)</title><style>body{font:16px "
        "system-ui;max-width:50rem;margin:2rem auto}article{border:1px solid #8885;border-radius:8px;"
        "padding:1rem;margin:1rem 0}iframe{width:100%;height:36rem;border:0}</style>"
        f"<h1>Messages that would have been sent</h1><h2>Slack</h2>{slacks}<h2>Mail</h2>{mails}"))


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    options = parser.parse_args()
    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_post("/services/{rest:.*}", slack)
    app.router.add_post("/_script", script)
    app.router.add_route("*", "/{kind:mail|slack}", listing)

    async def smtp(_: web.Application) -> None:
        import asyncio

        await asyncio.get_running_loop().create_server(
            lambda: SMTP(Mail(), enable_SMTPUTF8=True), options.host, options.smtp_port)

    app.on_startup.append(smtp)
    web.run_app(app, host=options.host, port=options.http_port, access_log=None, print=None)


if __name__ == "__main__":
    main()
