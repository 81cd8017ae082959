"""How a grade may end, and what an answer tells of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sidecar.enrichment.beliefs import Beliefs
from sidecar.enrichment.outlook import Outlook, Source, _entropy
from sidecar.scoring import default_model
from sidecar.scoring.bounds import Scorecard

CARD = Scorecard(default_model())
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEMO = {"events": [{"type": "demo_request", "occurred_at": NOW, "properties": {}}]}
ONE = {"contact": [1.0], "organization": [1.0]}


def source(name: str, chance: float, *places: str, subject: str = "contact") -> Source:
    return Source(name, subject, chance, [chance], dict.fromkeys(places, 1.0))


SENIORITY = source("a.title", 0.5, "contact.seniority")
SIZE = source("b.size", 0.5, "organization.company_size", subject="organization")


def ahead(*sources: Source):
    return Outlook(CARD, Beliefs({})).ahead(DEMO, CARD.points(DEMO, NOW), sources, ONE)


def test_grades_are_chances_that_add_up():
    grades = ahead(SENIORITY, SIZE).grades
    assert sum(grades.values()) == pytest.approx(1)
    assert 0 < grades["warm"] < 1


def test_what_changes_seldom_is_not_taken_to_be_sure():
    def likely(change):
        found = Source("a.title", "contact", 1.0, [1.0], {"contact.seniority": change})
        return min(chance for chance in ahead(found).grades.values() if chance)

    assert 0 < likely(0.003) < likely(0.01) < likely(0.03) < likely(0.5)


def test_who_alone_decides_tells_all_that_can_be_told_and_who_changes_nothing_tells_nothing():
    tells = ahead(SENIORITY).tells
    assert tells["a.title"] == pytest.approx(1)
    tells = ahead(SENIORITY, source("c.phone", 0.5, "contact.phone_extension")).tells
    assert tells == {"a.title": pytest.approx(1), "c.phone": 0}


def test_who_is_more_likely_to_find_somebody_tells_more():
    seldom, often = (source(name, chance, "contact.seniority") for name, chance in (("a.title", 0.2),
                                                                                    ("c.title", 0.7)))
    tells = ahead(seldom, often).tells
    assert 0 < tells["a.title"] < tells["c.title"] < 1


def test_who_may_settle_the_grade_tells_more_than_who_makes_it_likelier():
    # Both take away half of the variance: one settles the grade every other time, one never does.
    settles, moves = (0.0, 0.5, 0.5, 1.0), (0.5 - 8**-0.5, 0.5 + 8**-0.5)
    assert sum(map(_entropy, settles)) / 4 < sum(map(_entropy, moves)) / 2


def test_a_fact_that_answers_which_speak_of_it_seldom_tell_is_less_likely_to_change():
    beliefs = Beliefs({})
    one = Outlook(CARD, beliefs)
    before = one.ahead(DEMO, CARD.points(DEMO, NOW), [SENIORITY], ONE).grades["warm"]
    beliefs.says("contact.seniority").see(1, 9)
    one.forget()
    after = one.ahead(DEMO, CARD.points(DEMO, NOW), [SENIORITY], ONE).grades["warm"]
    assert 0 < after < before


def test_where_the_grade_is_certain_nobody_tells_anything():
    quiet = Outlook(CARD, Beliefs({})).ahead({}, CARD.points({}, NOW), [SENIORITY], ONE)
    assert quiet.grades == {"hot": 0, "warm": 0, "cold": 1}
    assert quiet.tells == {}
