"""Each kind of rule, found by its registry."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sidecar.scoring import model_schema
from sidecar.scoring.rules import KINDS
from sidecar.scoring.subject import Outcome, Subject
from sidecar.scoring.validation import problems
from tests.product_copy import copy_product, python

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def evaluate(
    rule: dict[str, Any], facts: dict[str, Any] | None = None, ages: tuple[float, ...] = ()
) -> Outcome | None:
    events = [{"type": "page_view", "occurred_at": NOW - timedelta(days=age)} for age in ages]
    schema = model_schema()
    named = {"name": "x", **rule}
    assert problems(named, {"$ref": "#/$defs/rule", "$defs": schema["$defs"]}) == []
    kind = KINDS[rule["kind"]]
    assert kind.check(rule) == []
    return kind.prepare(rule)(Subject({**(facts or {}), "events": events}, NOW))


def test_every_kind_is_found() -> None:
    assert set(KINDS) == {
        "age", "choice", "condition", "count", "event", "keywords", "known", "prediction", "range", "recency"}


KNOWN = {"kind": "known", "facts": ["contact.phone", "lead.custom.phone"], "points": 5,
         "text": "Call {value}", "missing": "No phone"}
CHOICE = {"kind": "choice", "facts": ["contact.seniority"], "missing": "Unknown",
          "cases": [{"values": ["vp", "cxo"], "points": 50, "text": "Decides ({value})"},
                    {"values": ["vp"], "points": 1, "text": "Never reached"}],
          "otherwise": {"points": -2.5, "text": "Not {value}"}}
KEYWORDS = {"kind": "keywords", "facts": ["organization.industry"], "missing": "Unknown",
            "cases": [{"words": ["software", "e-commerce"], "points": 30, "text": "Best"},
                      {"words": ["manufactur"], "points": 20, "text": "Good"}],
            "otherwise": {"points": 0, "text": "Other: {value}"}}
EVENT = {"kind": "event", "event": "page_view", "points": 10, "limit": 25, "half_life_days": 14,
         "text": "Viewed a page"}


@pytest.mark.parametrize(("facts", "outcome"), [
    ({"contact": {"phone": "+1"}}, Outcome(500, "Call +1")),
    ({"lead": {"custom": {"phone": "+2"}}}, Outcome(500, "Call +2")),
    ({"contact": {"phone": ""}, "lead": None}, Outcome(0, "No phone", known=False)),
    ({}, Outcome(0, "No phone", known=False)),
])
def test_known(facts: dict[str, Any], outcome: Outcome) -> None:
    assert evaluate(KNOWN, facts) == outcome


@pytest.mark.parametrize(("seniority", "outcome"), [
    ("vp", Outcome(5000, "Decides (vp)")),
    ("entry", Outcome(-250, "Not entry")),
    (["vp"], Outcome(-250, "Not ['vp']")),
    ("{value}", Outcome(-250, "Not {value}")),
    ("x" * 500, Outcome(-250, "Not " + "x" * 80)),
    (None, Outcome(0, "Unknown", known=False)),
])
def test_choice(seniority: object, outcome: Outcome) -> None:
    assert evaluate(CHOICE, {"contact": {"seniority": seniority}}) == outcome


@pytest.mark.parametrize(("industry", "points"), [
    ("Computer Software", 30), ("Softwareentwicklung", 30), ("SOFTWARE/IT", 30),
    ("E_Commerce", 30), ("e commerce & retail", 30), ("Manufacturing", 20),
    ("Software for manufacturing", 30), ("Antisoftware", 0), ("ecommerce", 0), ("", 0), ("—", 0),
])
def test_keywords_begin_words(industry: str, points: int) -> None:
    outcome = evaluate(KEYWORDS, {"organization": {"industry": industry}})
    assert outcome is not None
    assert outcome.hundredths == 100 * points


@pytest.mark.parametrize(("ages", "points", "text"), [
    ((0,), 10, "Viewed a page today"),
    ((0.9,), 10, "Viewed a page today"),
    ((-3,), 10, "Viewed a page today"),
    ((1,), 9.52, "Viewed a page yesterday"),
    ((14,), 5, "Viewed a page 14 days ago"),
    ((28, 14), 7.5, "Viewed a page 14 days ago, 2 times in all"),
    ((0, 0, 0), 25, "Viewed a page today, 3 times in all (25 points at most)"),
    ((200,), 0, "Viewed a page 200 days ago (faded)"),
])
def test_events_fade_and_end_at_their_limit(
    ages: tuple[float, ...], points: float, text: str
) -> None:
    whole = round(100 * points)
    assert evaluate(EVENT, ages=ages) == Outcome(whole, text, known=whole > 0)
    negative = evaluate({**EVENT, "points": -10}, ages=ages)
    assert negative == Outcome(-whole, text, known=whole > 0)


def test_an_event_that_never_happened_says_nothing() -> None:
    assert evaluate(EVENT) is None


NEW_KIND = '''
from sidecar.scoring.shapes import POINTS
from sidecar.scoring.subject import Kind, Outcome, hundredths

KIND = Kind("always", {"points": POINTS},
            lambda rule: lambda subject: Outcome(hundredths(rule["points"]), "As always"))
'''
SCORE_WITH_IT = '''
import json
from datetime import UTC, datetime
from sidecar.scoring import default_model, score
from sidecar.scoring.checking import check_model

model = default_model()
model["components"]["demographic"]["rules"] = [{"name": "a", "kind": "always", "points": 7}]
problems = check_model(model)
facts = {"contact": {}, "organization": {}, "lead": {}, "events": []}
print(json.dumps([problems, score(facts, model, datetime(2026, 11, 23, tzinfo=UTC))["components"]]))
'''


def test_a_rule_kind_is_one_file(tmp_path: Path) -> None:
    root = copy_product(tmp_path, "sidecar")
    (root / "sidecar/scoring/rules/always.py").write_text(NEW_KIND)
    problems, components = json.loads(python(root, "-c", SCORE_WITH_IT))
    assert problems == [] and components["demographic"] == 7
