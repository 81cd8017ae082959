"""JSON lines in, JSON lines out."""

from __future__ import annotations

import json

from sidecar.sources import normalize_lines, validate_lines


def test_a_bad_line_stops_nothing() -> None:
    lines = ['{"email":"a@example.com"}', "{", '{"email":"b@example.com"}']
    answers = [json.loads(line) for line in normalize_lines(lines)]
    assert [a.get("lead", {}).get("email") for a in answers] == ["a@example.com", None, "b@example.com"]
    assert [json.loads(a)["valid"] for a in validate_lines(lines)] == [True, False, True]
