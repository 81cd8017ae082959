"""Keyset pages: {data, next}, and the cursor that `next` is."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, Final

from sidecar.errors import Invalid
from sidecar.ids import is_id
from sidecar.records.text import is_storable


def page(rows: list[dict[str, Any]], following: list[Any] | None) -> dict[str, Any]:
    """A page: {data, next}."""
    token = None
    if following is not None:
        token = base64.urlsafe_b64encode(json.dumps(following).encode()).decode().rstrip("=")
    return {"data": rows, "next": token}


def decode_cursor(token: str | None, length: int) -> list[Any] | None:
    """What `page` encoded. Raises Invalid for anything else."""
    value = _decoded(token)
    if value is None or (isinstance(value, list) and len(value) == length and all(map(is_id, value))):
        return value
    raise _wrong()


def sorted_page(rows: list[dict[str, Any]], following: list[Any] | None, sort: str) -> dict[str, Any]:
    """A page whose cursor says by which sort it was made: it fits no other."""
    return page(rows, None if following is None else [sort, *following])


def after_sorted(token: str | None, sort: str, by: str | None) -> list[Any] | None:
    """What `sorted_page` encoded, for the same sort; by: what stands before the id, a "score", a "time" or
    (None) nothing. Raises Invalid for anything else."""
    value = _decoded(token)
    if value is None:
        return None
    if isinstance(value, list) and len(value) == (3 if by else 2) and value[0] == sort and is_id(
            value[-1]) and (by is None or _FITS[by](value[1])):
        return value[1:]
    raise _wrong()


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_FITS: Final[dict[str, Callable[[Any], bool]]] = {
    "score": lambda value: type(value) is int and -1 <= value <= 10_000, "time": _is_time}


def number_after(token: str | None) -> int | None:
    """The number in a cursor of rows that are numbered. Raises Invalid for anything else."""
    value = numbers_after(token, 1)
    return None if value is None else value[0]


def numbers_after(token: str | None, length: int) -> list[int] | None:
    """The numbers in a cursor of rows that have so many. Raises Invalid for anything else."""
    value = _decoded(token)
    if value is None:
        return None
    if isinstance(value, list) and len(value) == length and all(
            type(number) is int and 0 <= number < 2**63 for number in value):
        return value
    raise _wrong()


def word_after(token: str | None) -> list[str] | None:
    """The text in a cursor of rows in the order of one. Raises Invalid for anything else."""
    value = _decoded(token)
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) and is_storable(value[0]):
        return value
    raise _wrong()


def moment_after(token: str | None) -> tuple[datetime, str] | None:
    """The moment and the key in a cursor of rows in the order of both. Raises Invalid for anything else."""
    value = _decoded(token)
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2 and all(
            isinstance(part, str) and is_storable(part) for part in value):
        with suppress(ValueError, OverflowError):
            at = datetime.fromisoformat(value[0])
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC), value[1]
    raise _wrong()


def day_after(token: str | None) -> tuple[str, str] | None:
    """The day and the id in a cursor of rows in the order of both. Raises Invalid for anything else."""
    value = _decoded(token)
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2 and is_id(value[1]):
        with suppress(ValueError, TypeError):
            return date.fromisoformat(value[0]).isoformat(), value[1]
    raise _wrong()


def _decoded(token: str | None) -> Any:
    if token is None:
        return None
    try:
        value = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        value = None
    if value is None:
        raise _wrong()
    return value


def _wrong() -> Invalid:
    return Invalid("The request is not valid; see errors.", errors=[
        {"pointer": "/cursor", "code": "invalid", "detail": "This is no cursor of this list."}])
