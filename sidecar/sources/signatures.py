"""How vendors prove that a delivery is theirs: HMAC over the raw body, and how old it may be."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final

UNSIGNED: Final = "The delivery is not signed."
WRONG: Final = "The signature is not valid."
USED: Final = "The signature was used before, for something else."
STALE: Final = "The delivery is too old, or from the future."


def hex_hmac(secret: str, data: bytes, digest: str = "sha256") -> str:
    """HMAC as hexadecimal text."""
    return hmac.new(secret.encode(), data, digest).hexdigest()


def base64_hmac(secret: str, data: bytes) -> str:
    """HMAC-SHA256 as Base64."""
    return base64.b64encode(hmac.new(secret.encode(), data, hashlib.sha256).digest()).decode()


def same(given: str, expected: str) -> bool:
    """Whether two texts are equal, in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def verdict(given: str | None, expected: str, prefix: str = "") -> str | None:
    """Why a signature of a header proves nothing, None: it does."""
    if not given:
        return UNSIGNED
    return None if same(given.strip(), prefix + expected) else WRONG


def staleness(timestamp: str | None, now: datetime, seconds: int, *, per_second: int = 1) -> str | None:
    """Why a timestamp (Unix time, `per_second` 1000: in milliseconds) is not of now; None: it is."""
    try:
        age = now.timestamp() - int(timestamp or "") / per_second
    except (ValueError, OverflowError):
        return "The delivery does not tell its time."
    return None if abs(age) <= seconds else STALE


def basic_password(headers: Mapping[str, str]) -> str | None:
    """The password of HTTP Basic authentication."""
    kind, _, given = headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except ValueError:
        return None


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token of Bearer authentication."""
    kind, _, given = headers.get("authorization", "").partition(" ")
    return given.strip() if kind.lower() == "bearer" else None
