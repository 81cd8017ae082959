"""Sums, bounds, grades and order of the score."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.scoring import check_model, default_model, score

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MODEL = default_model()
EVENTS = sorted({
    rule["event"] for part in MODEL["components"].values() for rule in part["rules"]
    if rule["kind"] == "event"
})
GOOD_EVENTS = [event for event in EVENTS if event not in ("unsubscribe", "bounce")]
PERFECT: dict[str, Any] = {
    "contact": {
        "email": "ada@fjordlight.example", "email_type": "corporate", "seniority": "vp",
        "department": "sales", "phone": "+46701740605", "country": "SE",
        "linkedin_url": "https://www.linkedin.com/in/ada-sample",
    },
    "organization": {
        "name": "Fjordlight", "domain": "fjordlight.example", "company_size": "201-500",
        "industry": "Computer Software", "revenue_range": "$25M-$50M", "country": "SE",
    },
    "lead": {"source": "web form"},
    "events": [{"type": "demo_request", "occurred_at": NOW, "properties": {}}],
}


def without(*paths: str) -> dict[str, Any]:
    facts = copy.deepcopy(PERFECT)
    for path in paths:
        part, field = path.split(".")
        del facts[part][field]
    return facts


def event(kind: str, days: float = 0) -> dict[str, Any]:
    return {"type": kind, "occurred_at": NOW - timedelta(days=days), "properties": {}}


def check_sums(result: dict[str, Any], model: dict[str, Any]) -> None:
    """Everything adds up exactly, in decimal arithmetic on what the JSON says."""
    told = json.loads(json.dumps(result), parse_float=Decimal)
    for name, points in told["components"].items():
        assert 0 <= points <= 100
        reasons = [r["points"] for r in told["reasons"] if r["component"] == name]
        assert reasons, "every component says why"
        assert sum(reasons) == points
    weighed = sum(
        points * Decimal(str(model["components"][name]["weight"]))
        for name, points in told["components"].items()
    )
    caps = sum(r["points"] for r in told["reasons"] if r["component"] == "total")
    assert weighed + caps == told["total"]
    assert 0 <= told["total"] <= 100
    for number in [told["total"], *told["components"].values(),
                   *(r["points"] for r in told["reasons"])]:
        assert round(Decimal(number), 2) == number


texts = st.text(max_size=30)


def known(values: list[str]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.sampled_from(values), texts)


facts_strategy = st.fixed_dictionaries({
    "contact": st.fixed_dictionaries({}, optional={
        "seniority": known(["cxo", "vp", "manager", "entry", "training", "unpaid"]),
        "department": known(["sales", "engineering", "legal"]),
        "email_type": known(["corporate", "free", "role", "disposable"]),
        "phone": texts, "linkedin_url": texts, "country": known(["DE", "US", "KP"]),
    }),
    "organization": st.fixed_dictionaries({}, optional={
        "company_size": known(["1-10", "51-200", "10001+"]), "industry": texts,
        "revenue_range": known(["$0-$1M", "$10B+"]), "domain": texts, "country": known(["DE"]),
    }),
    "events": st.lists(
        st.builds(event, st.sampled_from([*EVENTS, "something_else"]), st.floats(-5, 1000)),
        max_size=12,
    ),
})
fractions = st.integers(-10000, 10000).map(lambda hundredths: hundredths / 100)


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    """Valid models with odd points and weights."""
    model = default_model()
    for part in model["components"].values():
        part["weight"] = draw(st.integers(0, 100)) / 100
        for rule in part["rules"]:
            for case in [rule, *rule.get("cases", []), rule.get("otherwise", {})]:
                if "points" in case and draw(st.booleans()):
                    case["points"] = draw(fractions)
    return model


@given(facts_strategy, models())
@settings(deadline=None)
def test_everything_adds_up_exactly(facts: dict[str, Any], model: dict[str, Any]) -> None:
    assert check_model(model) == []
    check_sums(score(facts, model, NOW), model)


@given(facts_strategy, st.sampled_from(GOOD_EVENTS), st.floats(0, 400))
def test_a_positive_event_never_lowers(facts: dict[str, Any], kind: str, days: float) -> None:
    before = score(facts, MODEL, NOW)
    after = score({**facts, "events": [*facts["events"], event(kind, days)]}, MODEL, NOW)
    assert after["total"] >= before["total"]


@given(facts_strategy, st.sampled_from(["unsubscribe", "bounce"]))
def test_a_negative_event_never_raises(facts: dict[str, Any], kind: str) -> None:
    before = score(facts, MODEL, NOW)
    after = score({**facts, "events": [*facts["events"], event(kind)]}, MODEL, NOW)
    assert after["total"] <= before["total"]


@given(facts_strategy, st.randoms(use_true_random=False))
def test_the_order_of_events_and_fields_does_not_matter(facts: dict[str, Any], random: Any) -> None:
    shuffled = [*facts["events"]]
    random.shuffle(shuffled)
    turned = {
        "events": shuffled,
        **{part: dict(reversed(facts[part].items())) for part in ("organization", "contact")},
    }
    assert score(turned, MODEL, NOW) == score(facts, MODEL, NOW)


@given(st.lists(st.builds(event, st.sampled_from(GOOD_EVENTS), st.floats(0, 300)), max_size=8))
def test_interest_only_fades(events: list[dict[str, Any]]) -> None:
    facts = {**PERFECT, "events": events}
    totals = [
        score(facts, MODEL, NOW + timedelta(days=days))["total"] for days in (0, 1, 13, 14, 90, 400)
    ]
    assert totals == sorted(totals, reverse=True)


def test_the_inputs_are_left_alone() -> None:
    facts, model = copy.deepcopy(PERFECT), default_model()
    score(facts, model, NOW)
    assert facts == PERFECT
    assert model == default_model()


def test_a_perfect_demo_request_is_hot_on_arrival() -> None:
    result = score(PERFECT, MODEL, NOW)
    assert result["components"] == {
        "demographic": 100, "firmographic": 100, "behavioral": 50, "engagement": 100, "ml": 0,
    }
    assert (result["total"], result["grade"]) == (92.5, "hot")
    assert result["model_version"] == MODEL["version"]
    assert result["calculated_at"] == "2026-11-23T09:30:00+00:00"


@pytest.mark.parametrize("seniority", ["cxo", "vp", "owner", "partner", "director"])
@pytest.mark.parametrize("unknown", [
    ("organization.revenue_range",),
    ("organization.revenue_range", "organization.country"),
    ("organization.revenue_range", "contact.phone", "contact.linkedin_url"),
    ("organization.revenue_range", "contact.department", "contact.phone"),
    ("organization.domain", "organization.revenue_range"),
])
def test_a_decision_maker_is_hot_with_details_unknown(
    seniority: str, unknown: tuple[str, ...]
) -> None:
    facts = without(*unknown)
    facts["contact"]["seniority"] = seniority
    assert score(facts, MODEL, NOW)["total"] >= 82


@given(facts_strategy)
def test_a_student_with_free_mail_is_never_hot(facts: dict[str, Any]) -> None:
    facts["organization"] = PERFECT["organization"]
    facts["contact"] |= PERFECT["contact"] | {"seniority": "training", "email_type": "free"}
    facts["events"] += PERFECT["events"]
    assert score(facts, MODEL, NOW)["grade"] != "hot"


def test_a_throw_away_address_costs_points() -> None:
    facts = without("contact.seniority")
    facts["contact"]["email_type"] = "disposable"
    result = score(facts, MODEL, NOW)
    assert result["components"]["demographic"] == 0
    floor = next(r for r in result["reasons"] if r["rule"] == "floor")
    assert (floor["component"], floor["points"]) == ("demographic", 10)


def test_nothing_known_is_cold_and_says_what_is_missing() -> None:
    result = score({}, MODEL, NOW)
    assert (result["total"], result["grade"]) == (0, "cold")
    texts = [reason["text"] for reason in result["reasons"]]
    assert "Seniority unknown: no job title tells it" in texts
    assert "Company size unknown" in texts
    assert "No predictive model is trained yet: no bonus" in texts
    assert all(reason["points"] == 0 for reason in result["reasons"])


def test_fractions_are_rounded_with_a_reason() -> None:
    model = default_model()
    model["components"]["behavioral"]["rules"] = [{
        "name": "phone", "kind": "known", "facts": ["contact.phone"], "points": 33.33,
        "text": "Phone", "missing": "No phone",
    }]
    result = score(PERFECT, model, NOW)
    assert result["components"]["behavioral"] == 33.2
    assert {"component": "behavioral", "rule": "rounding", "points": -0.13,
            "text": "Rounded down to weigh whole hundredths"} in result["reasons"]
    check_sums(result, model)


def test_more_than_a_hundred_is_capped_with_a_reason() -> None:
    model = default_model()
    for part in model["components"].values():
        part["weight"] = 0.5
    result = score(PERFECT, model, NOW)
    assert result["total"] == 100
    assert result["reasons"][-1] == {
        "component": "total", "rule": "cap", "points": -75, "text": "A score ends at 100",
    }


@pytest.mark.parametrize(("hot", "warm", "grade"), [
    (92.5, 50, "hot"), (92.51, 50, "warm"), (95, 92.5, "warm"), (95, 92.51, "cold"),
])
def test_grades_begin_at_their_thresholds(hot: float, warm: float, grade: str) -> None:
    model = default_model()
    model["thresholds"] = {"hot": hot, "warm": warm}
    assert score(PERFECT, model, NOW)["grade"] == grade


def test_times_may_be_text_or_any_zone() -> None:
    east = timezone(timedelta(hours=9))
    expected = score(PERFECT, MODEL, NOW)
    for when in ("2026-11-23T09:30:00Z", "2026-11-23T09:30:00", NOW.astimezone(east),
                 NOW.replace(tzinfo=None)):
        events = [{"type": "demo_request", "occurred_at": when}]
        assert score({**PERFECT, "events": events}, MODEL, NOW) == expected
