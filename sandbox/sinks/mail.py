"""A mail server."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

from sandbox.sinks.kept import Kept
from sandbox.sinks.scripts import Script, Scripts

MOST_BYTES = 2 * 1024 * 1024
_SHOWN = ("List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To", "Auto-Submitted")


class Mail:
    """aiosmtpd handler."""

    def __init__(self, kept: Kept, scripts: Scripts) -> None:
        self._kept = kept
        self._scripts = scripts

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str],
    ) -> str:
        """Take a recipient, unless a script refuses it."""
        if script := self._scripts.take("mail", recipient=address):
            await asyncio.sleep(script.get("delay", 0))
            if "status" in script:
                return _refusal(script)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a message, unless a script refuses it."""
        script = self._scripts.take("mail", recipient=None) or {}
        fails = "status" in script or bool(script.get("drop"))
        if script.get("accept") or not fails:
            if not script.get("accept"):
                await asyncio.sleep(script.get("delay", 0))
            self._keep(envelope)
        if script.get("accept") or fails:
            await asyncio.sleep(script.get("delay", 0))
        if script.get("drop"):
            server.transport.abort()
        return _refusal(script) if "status" in script else "250 OK"

    def _keep(self, envelope: Any) -> None:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        parts = {part.get_content_type(): _text(part) for part in mail.walk() if not part.is_multipart()}
        self._kept.add("mail", {
            "from": _header(mail, "From"), "to": envelope.rcpt_tos, "subject": _header(mail, "Subject"),
            "message_id": mail["Message-ID"], "content_type": mail.get_content_type(),
            "possible_duplicate": mail["X-Possible-Duplicate"] == "yes",
            "headers": {name: _header(mail, name) for name in _SHOWN if name in mail},
            "text": parts.get("text/plain"), "html": parts.get("text/html")})


def _text(part: Message) -> str:
    """Readable whatever its character set is said to be."""
    raw = part.get_payload(decode=True)
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace") if isinstance(raw, bytes) else ""
    except LookupError:
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _header(mail: Message, name: str) -> str | None:
    value = mail[name]
    return None if value is None else str(value).encode("utf-8", "replace").decode()


def _refusal(script: Script) -> str:
    return f"{script['status']} {script.get('text', 'as the script says')}"
