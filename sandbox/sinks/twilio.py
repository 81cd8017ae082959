"""A twin of Twilio's Messages (https://www.twilio.com/docs/messaging/api/message-resource)."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from sandbox.sinks.kept import Kept
from sandbox.sinks.scripts import Script, headers

# Of Twilio's numbers for tests, those that it refuses (https://www.twilio.com/docs/iam/test-credentials).
_REFUSED = {
    "+15005550001": (21211, "Invalid 'To' Phone Number"),
    "+15005550009": (21614, "'To' number is not a valid mobile number"),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
}
# 3GPP TS 23.038; the second stand behind an escape.
_GSM_TWICE = "^{}\\[~]|€"
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà" + _GSM_TWICE)


class Twilio:
    """Takes a message of any account whose user name is its id."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def send(self, request: web.Request) -> web.Response:
        """Queue a message."""
        account = request.match_info["account"]
        login, _, password = _signed_in(request.headers.get("Authorization", "")).partition(":")
        if login != account or not password:
            return _problem(401, 20003, "Authenticate")
        form = {name: str(value) for name, value in (await request.post()).items()}
        to, body = form.get("To", ""), form.get("Body", "")
        sender = form.get("From") or form.get("MessagingServiceSid")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            return _problem(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        if to in _REFUSED:
            return _problem(400, *_REFUSED[to])
        if not sender:
            return _problem(400, 21603, "A 'From' phone number is required.")
        if not body:
            return _problem(400, 21602, "Message body is required.")
        if len(body) > 1600:
            return _problem(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        sid = f"SM{uuid.uuid4().hex}"
        self._kept.add("sms", {"sid": sid, "from": sender, "to": to, "body": body})
        now, path = format_datetime(datetime.now(UTC)), f"/2010-04-01/Accounts/{account}/Messages/{sid}"
        return web.json_response(status=201, data={
            "account_sid": account, "api_version": "2010-04-01", "body": body, "date_created": now,
            "date_sent": None, "date_updated": now, "direction": "outbound-api", "error_code": None,
            "error_message": None, "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"), "num_media": "0",
            "num_segments": str(segments(body)), "price": None, "price_unit": None, "sid": sid,
            "status": "queued", "subresource_uris": {"media": f"{path}/Media.json"}, "to": to,
            "uri": f"{path}.json"})


def _signed_in(header: str) -> str:
    """The user name and password of basic authentication."""
    try:
        return base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def segments(body: str) -> int:
    """In how many parts it is sent: 160 characters of the GSM alphabet fit one, else 70."""
    if _GSM.issuperset(body):
        alone, part, length = 160, 153, len(body) + sum(map(body.count, _GSM_TWICE))
    else:
        alone, part, length = 70, 67, len(body.encode("utf-16-le")) // 2
    return 1 if length <= alone else -(-length // part)


def refused(script: Script) -> web.Response:
    """A scripted failure: a status and a code."""
    status = script["status"]
    code = script.get("error", 20429 if status == 429 else 20500)
    answer = _problem(status, code, str(script.get("text", "as the script says")))
    answer.headers.update(headers(script))
    return answer


def _problem(status: int, code: int, message: str) -> web.Response:
    return web.json_response(status=status, data={
        "code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status})
