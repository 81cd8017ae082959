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
    ({"contact": {"phone": "+1"}}, (500, "Call +1", True)),
    ({"lead": {"custom": {"phone": "+2"}}}, (500, "Call +2", True)),
    ({"contact": {"phone": ""}, "lead": None}, (0, "No phone", False)),
    ({}, (0, "No phone", False)),
])
def test_known(facts: dict[str, Any], outcome: Outcome) -> None:
    assert evaluate(KNOWN, facts) == outcome


@pytest.mark.parametrize(("seniority", "outcome"), [
    ("vp", (5000, "Decides (vp)", True)),
    ("entry", (-250, "Not entry", True)),
    (["vp"], (-250, "Not ['vp']", True)),
    ("{value}", (-250, "Not {value}", True)),
    ("x" * 500, (-250, "Not " + "x" * 80, True)),
    (None, (0, "Unknown", False)),
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
    assert outcome[0] == 100 * points


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
    assert evaluate(EVENT, ages=ages) == (whole, text, whole > 0)
    negative = evaluate({**EVENT, "points": -10}, ages=ages)
    assert negative == (-whole, text, whole > 0)


def test_an_event_that_never_happened_says_nothing() -> None:
    assert evaluate(EVENT) is None


def said(kind: str, known: dict[str, Any], ages: tuple[float, ...] = (), /, **fields: Any
         ) -> list[Any] | None:
    outcome = evaluate({"kind": kind, **fields}, known, ages)
    return outcome and [outcome[0] / 100, outcome[1]]


BANDS = {"facts": ["organization.employee_count"], "missing": "Unknown",
         "cases": [{"to": 9.5, "points": 1, "text": "Tiny"},
                   {"from": 10, "to": 50, "points": 20, "text": "Small"},
                   {"from": 50, "points": 40, "text": "{value} people"}],
         "otherwise": {"points": -5, "text": "No number: {value}"}}


@pytest.mark.parametrize(("value", "points", "text"), [
    (0, 1, "Tiny"), (9.5, 1, "Tiny"), (9.7, -5, "No number: 9.7"), (10, 20, "Small"), (50, 20, "Small"),
    ("50.5", 40, "50.5 people"),
    pytest.param(10**400, -5, "No number: 1" + "0" * 79, id="endless"),
    (True, -5, "No number: True"),
    ("many", -5, "No number: many"), (float("nan"), -5, "No number: nan"), (None, 0, "Unknown"),
])
def test_ranges(value: object, points: float, text: str) -> None:
    assert said("range", {"organization": {"employee_count": value}}, **BANDS) == [points, text]


RENEWAL = {"facts": ["lead.custom.renewal"], "missing": "Unknown",
           "cases": [{"from": -90, "to": -1, "points": 15, "text": "Ends soon"},
                     {"from": 3650, "points": 5, "text": "Old"}],
           "otherwise": {"points": 0, "text": "Not now"}}


@pytest.mark.parametrize(("value", "points"), [
    ("2026-11-23", 0), ("2026-11-24", 15), ("2027-02-21", 15), ("2027-02-22", 0),
    ("2026-11-23T00:00:01Z", 15), (1998, 5), ("1998", 5), ("soon", 0), ([], 0), ({"a": 1}, 0),
])
def test_ages_of_dates(value: object, points: float) -> None:
    found = said("age", {"lead": {"custom": {"renewal": value}}}, **RENEWAL)
    assert found is not None and found[0] == points


@pytest.mark.parametrize(("ages", "points"), [
    ((0, 0, 0), 12), ((0,), 4), ((15,), 2), ((0, 15), 6), ((29.5,), 0.13), ((30,), None), ((), None),
    ((0, 0, 0, 0, 0), 12),
])
def test_counts_in_a_window_run_out_evenly(ages: tuple[float, ...], points: float | None) -> None:
    often = {"events": ["page_view", "webinar"], "days": 30, "times": 3, "points": 12, "text": "Came often"}
    found = said("count", {}, ages, **often)
    assert (found and found[0]) == points
    if found:
        assert found[1] == f"Came often: {len(ages)} in 30 days"


def test_of_one_day_so_many_events_count_wherever_the_day_is_cut() -> None:
    """Days are those of UTC: as time passes no two events come to be of another day."""
    many = {**EVENT, "points": 1, "limit": 100, "half_life_days": 1000, "daily": 2}
    ages = (0.1, 0.2, 0.3, 0.4, 1.2, 1.3, 1.4)
    outcome = evaluate(many, ages=ages)
    assert outcome == (400, "Viewed a page today, 7 times in all, 2 a day count", True)
    often = {"events": ["page_view"], "days": 1000, "times": 10, "points": 10, "daily": 1, "text": "x"}
    assert said("count", {}, ages, **often) == [2, "x: 2 in 1000 days"]


def test_recency_is_that_of_the_latest() -> None:
    lately = {"events": ["page_view", "webinar"], "points": 20, "half_life_days": 10, "text": "Was here"}
    assert said("recency", {}, (40, 10), **lately) == [10, "Was here 10 days ago"]
    assert said("recency", {}, (), **lately) is None


def test_conditions_give_points_while_they_hold() -> None:
    both = {"when": {"all": [{"fact": "contact.country", "is": "de"}, {"event": "page_view"}]}, "points": 7,
            "text": "A German who came"}
    german = {"contact": {"country": "DE"}}
    assert said("condition", german, (3,), **both) == [7, "A German who came"]
    assert said("condition", german, **both) is None
    assert said("condition", {}, **both, otherwise="Not yet") == [0, "Not yet"]


@pytest.mark.parametrize(("prediction", "outcome"), [
    (None, [0, "None yet"]), ({}, [0, "None yet"]), ({"points": "x", "text": "y"}, [0, "None yet"]),
    ({"points": float("nan")}, [0, "None yet"]),
    ({"points": 61.234, "text": "Like those who bought"}, [61.23, "Like those who bought"]),
    ({"points": 120, "text": ""}, [100, "Predicted from outcomes so far"]),
    ({"points": -3}, [0, "Predicted from outcomes so far"]),
    ({"points": 0, "text": "Too few outcomes"}, [0, "Too few outcomes"]),
])
def test_predictions_are_taken_as_they_are(prediction: object, outcome: list[Any]) -> None:
    assert said("prediction", {"prediction": prediction}, missing="None yet") == outcome


NEW_KIND = '''
from sidecar.scoring.shapes import POINTS
from sidecar.scoring.subject import Kind, hundredths

KIND = Kind("always", {"points": POINTS},
            lambda rule: lambda subject: (hundredths(rule["points"]), "As always", True))
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
