"""Any other sender: what it calls its fields is guessed, or said once by a mapping made from a sample.

Proofs, whichever the sender has: Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature; five
minutes), `X-Signature` or `X-Hub-Signature-256` (HMAC-SHA256 of the body, hexadecimal or Base64, with or
without `sha256=`), `Authorization: Bearer`, or the password of HTTP Basic authentication.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.mapping import guessed, mapped
from sidecar.sources.model import MADE, Received, Source

_HEADERS = ("x-signature", "x-hub-signature-256", "x-signature-256", "x-webhook-signature")


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    if token := signatures.bearer(headers) or signatures.basic_password(headers):
        return None if signatures.same(token, secret) else signatures.WRONG
    if not body:  # a multipart form: a signature of nothing proves nothing
        return signatures.UNSIGNED
    if given := headers.get("webhook-signature"):
        return _standard(headers, given, body, secret) or signatures.staleness(
            headers.get("webhook-timestamp"), now, 300)
    signature = next((headers[name] for name in _HEADERS if headers.get(name)), None)
    if signature is None:
        return signatures.UNSIGNED
    given = signature.strip().removeprefix("sha256=")
    known = (signatures.hex_hmac(secret, body), signatures.base64_hmac(secret, body))
    return None if any(signatures.same(given, expected) for expected in known) else signatures.WRONG


def _standard(headers: Mapping[str, str], given: str, body: bytes, secret: str) -> str | None:
    """The scheme of standardwebhooks.com; the key is the Base64 behind whsec_, or the secret as it is."""
    signed = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}.".encode() + body
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True) if secret.startswith(
            "whsec_") else secret.encode()
    except binascii.Error:
        key = secret.encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    known = (part.partition(",")[2] for part in given.split())
    return None if any(signatures.same(one, expected) for one in known) else signatures.WRONG


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    """Without a saved mapping: one that is guessed anew from each body."""
    found = mapped(guessed(body), body)
    delivery = headers.get("webhook-id") or headers.get("idempotency-key") or ""
    return [entry if entry.event_id else entry._replace(
        event_id=f"{delivery} {number}" if delivery and number else delivery)
        for number, entry in enumerate(found)]


SOURCE = Source(
    name="generic", title="Any other sender", secret=MADE, check=check, read=read, multipart=True,
    setup=(
        "Let it send JSON or form fields by POST to {url}",
        "Let it prove itself: the header Authorization with Bearer {secret}, or X-Signature with the body's"
        " HMAC-SHA256 by that secret.",
        "Paste one body on the source's page, or save it as a file and run"
        " `sidecar sources sample NAME FILE`: it shows what is read as what.",
    ),
)
