"""What is learnt from outcomes: not below 50 conversions, mixed with the rules, measured later."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import numpy as np
import pytest

from sidecar.scoring.ml.learning import Example, learn
from sidecar.scoring.ml.picture import picture
from sidecar.scoring.ml.prediction import Prophet, rule_points, waiting, weight_of

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


def examples(count, *, tells=2.0, seed=0, share=0.3):
    """Leads whose seniority and replies decide, and rules that say nothing."""
    chance = np.random.default_rng(seed)
    made = []
    for number in range(count):
        senior, replies = chance.random() < 0.4, int(chance.poisson(0.7))
        at = BEGIN + timedelta(hours=number)
        odds = np.log(share / (1 - share)) + tells * (senior - 0.4) + tells * (min(replies, 2) - 0.7) / 2
        made.append(Example(
            {"contact": {"seniority": "vp" if senior else "entry",
                         "country": str(chance.choice(["DE", "FR"]))},
             "organization": {}, "lead": {"source": "form"},
             "events": [{"type": "email_reply", "occurred_at": at - timedelta(days=2)}] * replies},
            at, bool(chance.random() < 1 / (1 + np.exp(-odds))), float(chance.integers(0, 100))))
    return made


@pytest.fixture(scope="module")
def lesson():
    return learn(examples(600), None)


def test_below_fifty_conversions_nothing_is_learnt():
    lesson = learn(examples(100), None)
    assert lesson.learnt is None and not lesson.better
    assert lesson.reason == f"Learnt from {lesson.report['conversions']} of 50 conversions needed."
    assert weight_of(49) == 0 and weight_of(50) == 0.5 and weight_of(150) == 0.75
    assert waiting(23) == {
        "points": 0, "version": None, "text": "No bonus yet: learnt from 23 of 50 conversions needed"}


def test_one_outcome_alone_teaches_nothing():
    won = [Example(one.facts, one.at, True, one.points) for one in examples(80)]
    assert "of each are needed" in learn(won, None).reason


def test_it_is_measured_on_later_leads(lesson):
    assert lesson.better and lesson.reason.startswith("Better than the rules alone on later leads")
    report = lesson.report
    assert report["leads"] == 600 and report["learnt_from"]["leads"] == 450 and report["rows"] == 150
    assert report["auc"] > 0.65 > report["compared"]["rules"]["auc"]
    assert {"brier", "calibration_error", "lift_by_decile", "confusion", "reliability"} <= set(report)
    effects = list(report["effects"])
    assert "contact.seniority" in effects[:2]
    json.dumps(report, allow_nan=False)


def test_a_prediction_is_points_and_words(lesson):
    prophet = Prophet("prediction@1", json.loads(json.dumps(lesson.learnt)))

    def of(seniority, replies):
        return prophet.predict({"contact": {"seniority": seniority}, "events": [
            {"type": "email_reply", "occurred_at": BEGIN - timedelta(days=2)}] * replies}, 50.0, BEGIN)

    good, bad = of("vp", 2), of("entry", 0)
    assert 0 <= bad["points"] < good["points"] <= 100 and good["version"] == "prediction@1"
    conversions = lesson.report["learnt_from"]["conversions"]
    assert f"learnt from {conversions} conversions; for: " in good["text"] and "seniority vp" in good["text"]
    assert "against: " in bad["text"] and "seniority entry" in bad["text"]


def test_what_is_not_better_than_the_model_in_force_is_not_published(lesson):
    in_force = Prophet("prediction@1", lesson.learnt)
    again = learn(examples(600), in_force)
    assert not again.better and again.reason.startswith("Not better than the model in force")
    assert again.report["compared"]["in_force"] == again.report["compared"]["learnt"]
    noise = learn(examples(400, tells=0.0, share=0.4), None)
    assert noise.report["compared"]["learnt"]["auc"] < 0.65
    assert noise.better == (noise.report["compared"]["learnt"]["log_loss"]
                            < noise.report["compared"]["rules"]["log_loss"])


def test_rules_count_without_the_component_of_predictions():
    score = {"components": {"demographic": 80.0, "ml": 100.0}, "weights": {"demographic": 0.25, "ml": 0.1}}
    assert rule_points(score) == 20.0


def test_the_report_is_a_picture(lesson):
    drawn = ElementTree.fromstring(picture(lesson.report))
    assert drawn.tag.endswith("svg") and len(drawn) > 40
