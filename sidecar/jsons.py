"""JSON as it is stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson

# orjson reads integers beyond 64 bits as floats.
_LONG = re.compile(r"\d{19}")


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
    if not _LONG.search(text):
        with suppress(orjson.JSONDecodeError):  # it refuses lone surrogates
            return orjson.loads(text)
    return json.loads(text)
