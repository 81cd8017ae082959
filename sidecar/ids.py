"""Time-ordered identifiers (UUID version 7, RFC 9562), made here so that batches know their ids."""

from __future__ import annotations

import os
import re
import time

_FORM = re.compile(r"[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}", re.ASCII | re.IGNORECASE)


def new_id() -> str:
    """A fresh UUIDv7 as text."""
    when, chance = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10).hex()
    variant = "89ab"[int(chance[3], 16) & 3]
    return f"{when[:8]}-{when[8:]}-7{chance[:3]}-{variant}{chance[4:7]}-{chance[7:19]}"


def is_id(text: object) -> bool:
    """Whether this is a UUID in its usual form."""
    return isinstance(text, str) and _FORM.fullmatch(text) is not None
