"""Signatures by Standard Webhooks (https://www.standardwebhooks.com, version 1, symmetric)."""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"


def new_secret(random: bytes) -> str:
    """The secret of a subscription, of 24 to 64 random bytes."""
    return PREFIX + base64.b64encode(random).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: HMAC-SHA256 of `id.seconds.body`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
