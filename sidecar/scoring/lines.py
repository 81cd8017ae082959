"""Scores for the command line: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.records import RecordSettings, read_lead
from sidecar.scoring.engine import score
from sidecar.scoring.intake import facts_of_lead
from sidecar.sources import at_senders_keys, read_keys


def score_lines(
    lines: Iterable[str], now: datetime, model: Mapping[str, Any],
    settings: RecordSettings | None = None,
) -> Iterator[str]:
    """Score each line's lead as if it arrived now; empty lines are skipped.

    A line is a lead, raw or normalised, or what `normalize` answers for one ({"lead": {…}}). Yields
    {"score": {…}}, or {"score": null, "errors": [{"pointer", "code", "detail"}]} for a line that
    holds no valid lead; the rest goes on.
    """
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line, now, model, settings or RecordSettings()))


def _answer(
    line: str, now: datetime, model: Mapping[str, Any], settings: RecordSettings
) -> dict[str, Any]:
    try:
        lead = json.loads(line)
    except (ValueError, RecursionError):
        return _errors([{"pointer": "", "code": "not_json", "detail": "The line is not JSON."}])
    if isinstance(lead, dict) and isinstance(lead.get("lead"), dict):
        lead = lead["lead"]
    errors, _, read = read_lead(read_keys(lead), settings)
    if errors:
        return _errors(at_senders_keys(errors, lead))
    return {"score": score(facts_of_lead(read, now), model, now)}


def _errors(errors: list[dict[str, Any]]) -> dict[str, Any]:
    return {"score": None, "errors": errors}
