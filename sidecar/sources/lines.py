"""JSON lines in, JSON lines out: the same functions for the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sidecar.records import RecordSettings, normalize, validate
from sidecar.records.settings import DEFAULT_SETTINGS

from .naming import at_senders_keys, read_keys

MAX_LINE = 1_000_000  # characters; a lead within its bounds takes some 60,000


def validated(
    lead: Any, settings: RecordSettings = DEFAULT_SETTINGS, *, strict: bool = False
) -> dict[str, Any]:
    """{valid, errors, warnings} of a lead in anybody's names, each problem at the sender's key; with strict
    in our names alone."""
    if strict:
        return validate(lead, settings, strict=True)
    result = validate(read_keys(lead), settings)
    return result | {name: at_senders_keys(result[name], lead) for name in ("errors", "warnings")}


def normalized(lead: Any, settings: RecordSettings = DEFAULT_SETTINGS) -> dict[str, Any]:
    """{lead, changes} of a lead in anybody's names; what `validated` says of one that is not valid."""
    checked = validated(lead, settings)
    return normalize(read_keys(lead), settings) if checked["valid"] else checked


def validate_lines(
    lines: Iterable[str | bytes], settings: RecordSettings = DEFAULT_SETTINGS, *, strict: bool = False
) -> Iterator[str]:
    """Yield one validation result for each line that is not blank, in order."""
    return _each(lines, lambda lead: validated(lead, settings, strict=strict))


def normalize_lines(
    lines: Iterable[str | bytes], settings: RecordSettings = DEFAULT_SETTINGS
) -> Iterator[str]:
    """Yield {"lead", "changes"} for each valid line, the validation result for the others.

    A line that is no JSON gives {"valid": false, "errors": [{"code": "not_json"…}]}; none stops
    the rest.
    """
    return _each(lines, lambda lead: normalized(lead, settings))


def _each(
    lines: Iterable[str | bytes], answer: Callable[[object], dict[str, Any]]
) -> Iterator[str]:
    for line in lines:
        text = line.decode("utf-8", "surrogateescape") if isinstance(line, bytes) else line
        if text.strip():
            yield json.dumps(_answer(text.lstrip("\ufeff"), answer))


def _answer(text: str, answer: Callable[[object], dict[str, Any]]) -> dict[str, Any]:
    if len(text) > MAX_LINE:
        return _bad_line("line_too_long", f"A line may have at most {MAX_LINE} characters.")
    try:
        lead = json.loads(text)
    except (ValueError, RecursionError):
        return _bad_line("not_json", "This line is not a JSON object.")
    return answer(lead)


def _bad_line(code: str, detail: str) -> dict[str, Any]:
    error = {"pointer": "", "code": code, "detail": detail}
    return {"valid": False, "errors": [error], "warnings": []}
