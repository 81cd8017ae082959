"""What another model would change, told of pairs of scores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sidecar.scoring.simulation import SHOWN_LEADS, Simulation, cause, tenth

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def score(total, grade, **rules):
    return {"total": total, "grade": grade, "weights": {"demographic": 0.25, "engagement": 0.35},
            "reasons": [{"component": component, "rule": rule, "points": points, "text": ""}
                        for rule, (component, points) in rules.items()]}


def test_tenths():
    assert [tenth(total) for total in (0, 9.99, 10, 79.9, 99.99, 100)] == [0, 0, 1, 7, 9, 9]


def test_the_rule_that_moved_most_in_the_direction_of_the_grade_did_it():
    before = score(
        60, "warm", seniority=("demographic", 50), demo=("engagement", 40), phone=("demographic", 9))
    after = score(
        85, "hot", seniority=("demographic", 90), demo=("engagement", 75), phone=("demographic", 0))
    assert cause(before, after) == ("engagement", "demo", 12.25)
    assert cause(after, before) == ("engagement", "demo", -12.25)
    assert cause(score(60, "warm"), score(60, "hot")) == ("total", "thresholds", 0.0)
    same = score(60, "warm", demo=("engagement", 40))
    assert cause(same, same | {"grade": "hot"}) == ("total", "thresholds", 0.0)


def test_it_counts_grades_rules_and_alerts():
    simulation = Simulation(NOW)
    old = NOW - timedelta(days=60)
    before, after = score(60, "warm", demo=("engagement", 0)), score(85, "hot", demo=("engagement", 70))
    simulation.add("1", NOW, before, after, {"name": "Pat"})
    simulation.add("2", old, before, after, {"name": "Pat"})
    simulation.add("3", NOW, score(20, "cold"), score(20, "cold"), {})
    told = simulation.result(all_leads=30)
    assert (told["leads"], told["of"], told["changed"]) == (3, 30, 2)
    assert told["rules"] == [{"component": "engagement", "rule": "demo", "up": 2, "down": 0}]
    assert {(row["from"], row["to"]): row["leads"] for row in told["grades"] if row["leads"]} == {
        ("warm", "hot"): 2, ("cold", "cold"): 1}
    # One of three new leads in four weeks, of ten times as many.
    assert told["alerts_a_week"] == {"before": 0, "after": 2.5, "more": 2.5}
    assert [row["name"] for row in told["leads_changed"]] == ["Pat", "Pat"]
    assert told["mean_change"] == pytest.approx(50 / 3, abs=0.01)
    assert told["distribution"]["before"] == [0, 0, 1, 0, 0, 0, 2, 0, 0, 0]


def test_it_stays_small():
    simulation = Simulation(NOW)
    for number in range(3 * SHOWN_LEADS):
        simulation.add(str(number), NOW, score(1, "cold"), score(99, "hot"), {})
    assert len(simulation.result(1)["leads_changed"]) == SHOWN_LEADS
    assert Simulation(NOW).result(0)["alerts_a_week"]["more"] == 0
