"""Answers are imagined as they are believed to come."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from sidecar.enrichment.beliefs import Beliefs
from sidecar.enrichment.imagining import Imagination
from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.offers import Offer
from sidecar.scoring import default_model
from sidecar.scoring.bounds import Scorecard

CARD = Scorecard(default_model())
TRAITS = ("country DE", "e-mail corporate", "size None")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TITLES = frozenset({"contact.job_title"})
CHANGES = TITLES | {"contact.email", "contact.email_canonical", "contact.seniority"}
PERSON = Offer("b.person", "b", "person", "contact", (), TITLES | {"contact.email"}, CHANGES, CHANGES,
               0.1, 0.0, 0.8, 0.5)


def beliefs(filled=0.5, wrong=0.0):
    made = Beliefs({PERSON.name: 0.5})
    for place in ("contact.job_title", "contact.email"):
        made.filled(PERSON.name, place).see(996 * filled, 996)
    for place in ("contact.seniority", "contact.email_canonical"):
        made.filled(PERSON.name, place).see(996 * filled / 2, 996)
    made.wrong(PERSON.name).see(1e6 * wrong, 1e6)
    made._wrong[PERSON.name] = made.wrong(PERSON.name)
    return made


def imagined(made, count=2000, **more):
    one = Imagination(made, CARD, Random(7).random)
    return [one.answer(PERSON, TRAITS, more.get("history", ()), more.get("known", {})) for _ in range(count)]


def share(answers, place):
    found = [told for told in answers if told is not None]
    return sum(place in told for told in found) / len(found)


def test_somebody_is_found_as_often_as_is_believed():
    made = beliefs()
    for history in ((), (("b.person", False), ("b.person", False))):
        chance = made.chances("contact", (PERSON.name,), TRAITS, history).of(PERSON.name)
        found = sum(told is not None for told in imagined(made, history=history)) / 2000
        assert found == pytest.approx(chance, abs=0.04)


def test_fields_are_told_as_often_as_is_believed_and_what_follows_only_with_them():
    answers = imagined(beliefs())
    assert share(answers, "contact.job_title") == pytest.approx(0.5, abs=0.06)
    assert share(answers, "contact.seniority") == pytest.approx(0.25, abs=0.06)
    assert all("contact.job_title" in told for told in answers if told and "contact.seniority" in told)


def test_values_come_as_they_were_told():
    made = beliefs(filled=1.0)
    for value, times in (("cxo", 300), ("entry", 700)):
        for _ in range(times):
            made.told("contact.seniority", value)
    told = Counter(
        told["contact.seniority"] for told in imagined(made) if told and "contact.seniority" in told)
    assert told["cxo"] / told.total() == pytest.approx(0.3, abs=0.06)


@pytest.mark.parametrize(("wrong", "same"), [(0.0, 1.0), (0.3, 0.7)])
def test_who_is_right_tells_what_is_known(wrong, same):
    known = {"contact.job_title": FieldValue("job_title", "Head of Sales", "lead", 1.0, NOW)}
    told = [told["contact.job_title"] for told in imagined(beliefs(filled=1.0, wrong=wrong), known=known)
            if told and "contact.job_title" in told]
    assert sum(value == "Head of Sales" for value in told) / len(told) == pytest.approx(same, abs=0.06)


def test_an_address_that_is_found_is_nobody_elses():
    told = [told for told in imagined(beliefs(filled=1.0)) if told and "contact.email" in told]
    assert len({one["contact.email"] for one in told}) == len(told) > 500
    assert all(one.get("contact.email_canonical") in (None, one["contact.email"]) for one in told)


def test_a_seed_imagines_the_same():
    assert imagined(beliefs(), 50) == imagined(beliefs(), 50)
