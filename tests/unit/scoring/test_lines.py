"""Scores on the command line."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sidecar.scoring import default_model, score_lines

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SAMPLES = Path(__file__).parents[3] / "local" / "sample_leads.csv"


def scores(lines: Iterable[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in score_lines(lines, NOW, default_model())]


def test_each_line_is_answered_and_a_bad_one_stops_nothing() -> None:
    answers = scores([
        '{"email": "ada@fjordlight.example", "job_title": "VP Sales"}\n', "\n", "not json\n",
        "[1]\n", "[" * 100_000, '{"email": "nobody"}\n', '"\\ud800"\n', "NaN\n",
        '{"lead": {"email": "ada@fjordlight.example", "job_title": "VP Sales"}, "changes": []}',
    ])
    assert len(answers) == 8
    assert answers[0]["score"]["components"]["demographic"] > 0
    assert answers[0] == answers[-1]
    assert [answer["score"] for answer in answers[1:-1]] == [None] * 6
    assert all(answer["errors"] for answer in answers[1:-1])
    assert answers[1]["errors"][0]["code"] == "not_json"


def sample_leads() -> list[dict[str, Any]]:
    with SAMPLES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    leads = [{field: value for field, value in row.items() if value} for row in rows]
    return [
        {**lead, **({"tags": lead["tags"].split(";")} if "tags" in lead else {})} for lead in leads
    ]


def test_the_sample_leads_are_of_every_kind() -> None:
    answers = scores(json.dumps(lead) for lead in sample_leads())
    grades = Counter(answer["score"]["grade"] if answer["score"] else None for answer in answers)
    assert grades[None] == 1
    assert 4 <= grades["hot"] <= 6
    assert grades["warm"] >= 4
    assert grades["cold"] >= 4
