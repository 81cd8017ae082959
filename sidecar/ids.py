"""Time-ordered identifiers (UUID version 7, RFC 9562), made here so that batches know their ids."""

from __future__ import annotations

import os
import re
import time
import uuid

_FORM = re.compile(r"[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}", re.ASCII | re.IGNORECASE)


def new_id() -> str:
    """A fresh UUIDv7 as text."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def is_id(text: object) -> bool:
    """Whether this is a UUID in its usual form."""
    return isinstance(text, str) and _FORM.fullmatch(text) is not None
