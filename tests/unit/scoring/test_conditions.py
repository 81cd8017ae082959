"""The language of conditions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from sidecar.scoring.conditions import OPERATORS, check, examples, holds, schema
from sidecar.scoring.subject import with_facts
from tests.unit.scoring.inventing import any_facts, anything, conditions

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(("value", "condition", "so"), [
    ("Berlin", {"is": "berlin "}, True), ("Berlin", {"is": "Bern"}, False), ("12", {"is": 12}, True),
    (12.0, {"is": "12"}, True), (True, {"is": True}, True), ("true", {"is": True}, True),
    (1, {"is": True}, False),
    (None, {"is": "x"}, False), ("", {"is": "x"}, False),
    ("b", {"in": ["a", "B"]}, True), (["x", "b"], {"in": ["a", "B"]}, True), (["x"], {"in": ["a"]}, False),
    (50, {"between": {"from": 50, "to": 60}}, True), ("60", {"between": {"from": 50, "to": 60}}, True),
    (60.1, {"between": {"from": 50, "to": 60}}, False), (7, {"between": {"to": 60}}, True),
    ("many", {"between": {"from": 0}}, False), (True, {"between": {"from": 0}}, False),
    ("Head of Sales", {"contains": "d of s"}, True), ("Head of Sales", {"contains": ["x", "SALES"]}, True),
    ("Head of Sales", {"begins": "head"}, True), ("Head of Sales", {"begins": ["sales", "of"]}, False),
    ("Computer-Software", {"words": "soft"}, True), ("Malsoftware", {"words": "soft"}, False),
    ("2026-11-22", {"before": "2026-11-23"}, True), ("2026-11-23", {"before": "2026-11-23"}, False),
    ("2026-11-23T23:00:00Z", {"after": "2026-11-23"}, False), ("2026-11-24", {"after": "2026-11-23"}, True),
    ("2026-11-23T10:00:01", {"after": "2026-11-23T10:00:00Z"}, True),
    ("soon", {"after": "2026-01-01"}, False),
    (1999, {"before": "2000-01-01"}, True), (True, {"before": "2000-01-01"}, False),
    ("2026-11-01", {"last_days": 30}, True),
    ("2026-10-01", {"last_days": 30}, False), ("2026-12-01", {"last_days": 30}, False),
    ("2026-12-01", {"next_days": 30}, True), ("2027-12-01", {"next_days": 30}, False),
    ("x", {"known": True}, True), (0, {"known": True}, True), (False, {"known": True}, True),
    (None, {"known": True}, False), ("", {"known": False}, True), ([], {"known": False}, True),
    ({"a": 1}, {"contains": "a"}, True),
])
def test_what_each_operator_says(value: object, condition: dict[str, Any], so: bool) -> None:
    whole = {"fact": "lead.custom.answer", **condition}
    assert check(whole) == []
    assert holds(whole, {"lead": {"custom": {"answer": value}}}, NOW) is so


def test_every_operator_is_tried_and_published() -> None:
    published = schema()["allOf"][0]["then"]["properties"]
    assert set(published) == {"fact", *OPERATORS}


@pytest.mark.parametrize(("condition", "so"), [
    ({"event": "page_view"}, True), ({"event": "webinar"}, False),
    ({"event": "page_view", "days": 7}, True), ({"event": "page_view", "days": 2}, False),
    ({"event": "page_view", "days": 11, "times": {"from": 2}}, True),
    ({"event": "page_view", "days": 10, "times": {"from": 2}}, False),
    ({"event": "page_view", "times": {"to": 1}}, False), ({"event": "webinar", "times": {"to": 0}}, True),
    ({"all": [{"event": "page_view"}, {"not": {"event": "webinar"}}]}, True),
    ({"any": [{"event": "webinar"}, {"all": [{"event": "webinar"}, {"event": "page_view"}]}]}, False),
    ({"not": {"any": [{"event": "webinar"}, {"fact": "contact.country", "known": True}]}}, True),
])
def test_events_and_what_is_put_together(condition: dict[str, Any], so: bool) -> None:
    happened = ("page_view", 3, None), ("page_view", 10, None), ("page_view", 0, "prefetch")
    events = [{"type": kind, "occurred_at": NOW - timedelta(days=age), "machine": machine}
              for kind, age, machine in happened]
    assert check(condition) == []
    assert holds(condition, {"events": events}, NOW) is so


@pytest.mark.parametrize(("condition", "pointer", "detail"), [
    (None, "", "a condition: an object"), ({}, "", "a condition: an object"),
    ([], "", "a condition: an object"),
    ({"fact": "contact.country"}, "", "at least 2"),
    ({"fact": "contact.country", "is": 1, "known": True}, "", "at most 2"),
    ({"fact": "contact.county", "is": 1}, "/fact", "a fact that there is"),
    ({"fact": "lead.custom.", "is": 1}, "/fact", "a fact that there is"),
    ({"fact": "lead.status", "is": "new"}, "/fact", "a fact that there is"),
    ({"fact": "contact.country", "like": "x"}, "/like", "not known"),
    ({"fact": "contact.country", "between": {}}, "/between", "at least 1"),
    ({"fact": "contact.country", "between": {"from": 2, "to": 1}}, "/between", "end before it begins"),
    ({"fact": "contact.country", "before": "2026-02-30"}, "/before", "a date"),
    ({"fact": "contact.country", "before": "soon"}, "/before", "a date"),
    ({"fact": "contact.country", "last_days": 0}, "/last_days", "days"),
    ({"event": "nothing"}, "/event", "one of the events"),
    ({"event": "webinar", "times": {"from": 3, "to": 1}}, "/times", "end before it begins"),
    ({"all": []}, "/all", "at least 1"), ({"all": [{"not": {"event": 1}}]}, "/all/0/not/event", "one of"),
    ({"event": "webinar", "all": [{"event": "webinar"}]}, "/all", "not known"),
])
def test_what_is_wrong_is_named(condition: object, pointer: str, detail: str) -> None:
    found = check(condition)
    assert any(one.pointer == pointer and detail in one.detail for one in found), found


@given(anything)
@settings(deadline=None)
def test_any_value_is_answered(condition: Any) -> None:
    check(condition)


@given(conditions(), any_facts)
@settings(deadline=None)
def test_a_checked_condition_never_raises(condition: dict[str, Any], known: Any) -> None:
    assert check(condition) == []
    assert holds(condition, known, NOW) in (True, False)


@pytest.mark.parametrize("condition", [
    {"in": ["a", "b"]}, {"between": {"from": 5}}, {"contains": ["x"]}, {"before": "2026-01-01"}, {"is": "x"},
    {"begins": "x"}, {"words": "x"}, {"after": "2026-01-01T00:00:00Z"},
])
def test_examples_are_of_both_sides(condition: dict[str, Any]) -> None:
    place = "lead.custom.answer"
    whole = {"fact": place, **condition}
    found = examples(whole)
    assert found is not None
    assert {holds(whole, with_facts([place], [value]), NOW) for value in found[place]} == {True, False}
