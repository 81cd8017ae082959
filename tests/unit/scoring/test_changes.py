"""What changed between two models, in words."""

from __future__ import annotations

from typing import Any

import pytest

from sidecar.scoring import changes, check_model, default_model
from tests.unit.scoring.test_checking import changed

COUNT = {"name": "often", "kind": "count", "events": ["page_view"], "days": 30, "times": 3, "points": 10,
         "text": "Came often"}


@pytest.mark.parametrize(("path", "value", "sentences"), [
    ("version", "other", []),
    ("components/demographic/rules/0/cases/4/points", 40,
     ["demographic / seniority: Director 45 -> 40 points"]),
    ("components/demographic/rules/0/cases/0/text", "Chief",
     ["demographic / seniority: C-level executive, text C-level executive -> Chief"]),
    ("components/demographic/rules/0/otherwise/points", 3,
     ["demographic / seniority: otherwise 0 -> 3 points"]),
    ("components/demographic/rules/2/cases/0/values", ["corporate", "role"],
     ["demographic / email: Writes from a company address, values with role"]),
    ("components/ml/weight", 0.2, ["ml: weight 0.1 -> 0.2"]),
    ("components/behavioral/rules/0/points", 5, ["behavioral / page_view: 4 -> 5 points"]),
    ("components/behavioral/rules/0/half_life_days", 7, ["behavioral / page_view: half life days 14 -> 7"]),
    ("components/behavioral/rules/0/daily", 3, ["behavioral / page_view: daily 3 is new"]),
    ("components/behavioral/rules/0", COUNT,
     ["behavioral / page_view: taken away", "behavioral / often: new (count, 10 points)"]),
    ("components/behavioral/groups", {"visits": {"limit": 50, "text": "Visits end at 50"}},
     ["behavioral / group / visits: new (limit 50, text Visits end at 50)"]),
    ("thresholds/margin", 2, []),
    ("thresholds/margin", 3, ["threshold: margin 2 -> 3"]),
    ("rating", {"fit": [75, 50, 25]}, []),
    ("rating", {"fit": [80, 50, 25]}, ["rating: fit 75, 50, 25 -> 80, 50, 25"]),
    ("priority", 0, []),
    ("title", "Banks", ["title Banks is new"]),
    ("applies_to", {"all": [{"fact": "contact.country", "in": ["DE", "AT"]},
                            {"not": {"event": "bounce", "days": 30}}]},
     ["applies to (contact.country in DE, AT and not event bounce, days 30) is new"]),
])
def test_each_change_is_a_sentence(path: str, value: Any, sentences: list[str]) -> None:
    assert check_model(changed(path, value)) == []
    assert changes(default_model(), changed(path, value)) == sentences


def test_the_order_of_rules_says_nothing_that_of_cases_does() -> None:
    model = default_model()
    for component in model["components"].values():
        component["rules"].reverse()
    assert changes(default_model(), model) == []
    model["components"]["firmographic"]["rules"][-2]["cases"].reverse()
    assert changes(default_model(), model) == ["firmographic / industry: other order of cases"]
