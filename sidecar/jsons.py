"""JSON as it is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson

# orjson reads integers beyond 64 bits as floats: those have as many digits.
_LONG = b"0" * 19
_DIGITS = bytes.maketrans(b"123456789", b"000000000")


def as_json(value: Any, default: Callable[[Any], Any] | None = None) -> bytes:
    """A value as JSON; `default` makes one of what JSON lacks. Raises TypeError where that is not given.

    What orjson has no way to write, integers beyond 64 bits, halves of a surrogate pair and keys that are no
    texts, the standard library writes.
    """
    try:
        return orjson.dumps(value, default)
    except TypeError:
        return json.dumps(value, default=default).encode()


def of_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError for what is none."""
    data = text.encode(errors="surrogatepass")
    if _LONG not in data.translate(_DIGITS):
        with suppress(orjson.JSONDecodeError):  # it refuses lone surrogates
            return orjson.loads(data)
    return json.loads(text)
