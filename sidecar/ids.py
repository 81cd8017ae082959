"""Identifiers: time-ordered ones (UUID version 7, RFC 9562), made here so that batches know their ids;
the form of those of requests."""

from __future__ import annotations

import os
import re
import time

# Of a request, a run of n8n, a job or a command: nothing that a log or an address would have to escape.
_REQUEST = re.compile(r"[\w.:-]{8,64}", re.ASCII)
_FORM = re.compile(r"[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}", re.ASCII | re.IGNORECASE)


def new_id() -> str:
    """A fresh UUIDv7 as text."""
    when, chance = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10).hex()
    variant = "89ab"[int(chance[3], 16) & 3]
    return f"{when[:8]}-{when[8:]}-7{chance[:3]}-{variant}{chance[4:7]}-{chance[7:19]}"


def is_id(text: object) -> bool:
    """Whether this is a UUID in its usual form."""
    return isinstance(text, str) and _FORM.fullmatch(text) is not None


def is_request_id(text: str) -> bool:
    """Whether this may be the id of a request."""
    return _REQUEST.fullmatch(text) is not None
