"""What an answer of the ledger teaches, and that what was learnt is kept whole, bounded and of nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.enrichment import PROVIDERS
from sidecar.enrichment.beliefs import Beliefs
from sidecar.enrichment.learning import NO_MODEL, Learnt, lesson
from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.offers import offers_of
from sidecar.enrichment.planner import Lesson, Planner, Standing
from sidecar.scoring import default_model
from sidecar.scoring.bounds import Scorecard

OFFERS = offers_of(PROVIDERS)
OFFER = {offer.name: offer for offer in OFFERS}
AT = datetime(2026, 5, 1, tzinfo=UTC)
PERSON, COMPANY = "peopledatalabs.person", "hunter.company"


def said(field, value, source="lead", minutes=-60):
    return FieldValue(field, value, source, 0.9, AT + timedelta(minutes=minutes))


def answer(name=PERSON, outcome="found", contact=(), organization=(), facts=None, history=()):
    return lesson({"outcome": outcome, "answered_at": AT}, OFFER[name],
                  {"contact": contact, "organization": organization}, facts or {}, history, PROVIDERS)


def test_what_came_with_the_answer_is_what_it_told_and_the_rest_was_known_before():
    found = answer(contact=[
        said("job_title", "CTO"), said("job_title", "Chief", "peopledatalabs", 0),
        said("country", "DE"), said("city", "Ulm", "peopledatalabs", -90),
        said("region", "BW", "peopledatalabs", 0), said("seniority", "cxo", "apollo", 5)],
        organization=[said("company_size", "11-50")])
    assert found.told == {"contact.job_title": "Chief", "contact.region": "BW"}
    assert {place: value.value for place, value in found.before.items()} == {
        "contact.job_title": "CTO", "contact.country": "DE", "contact.city": "Ulm",
        "organization.company_size": "11-50"}
    assert found.traits == ("country DE", "e-mail None", "size 11-50")


def test_what_the_answer_brought_is_no_trait_of_whom_it_was_asked_about():
    found = answer(contact=[said("country", "DE", "peopledatalabs", 0)])
    missed = answer(outcome="not_found")
    assert found.traits == missed.traits == ("country None", "e-mail None", "size None")


def test_what_goes_with_an_address_counts_as_told_with_it():
    facts = {"contact": {"email": "a@b.example", "email_type": "corporate", "email_status": "valid"}}
    found = answer("hunter.finder", contact=[said("email", "a@b.example", "hunter", 0)], facts=facts)
    assert found.told == {"contact.email": "a@b.example", "contact.email_type": "corporate",
                          "contact.email_status": "valid"}
    replaced = answer("hunter.finder", contact=[said("email", "c@d.example", "hunter", 0)], facts=facts)
    assert replaced.told["contact.email_type"] is None
    own = answer(contact=[said("email", "a@b.example")], facts=facts)
    assert own.traits[1] == "e-mail corporate"


def test_of_what_was_held_or_erased_it_is_not_known_what_it_told():
    learnt = Learnt.of(OFFERS, None)
    planner = Planner(OFFERS, NO_MODEL, learnt.beliefs, "fill", frozenset())
    before = learnt.beliefs.filled(PERSON, "contact.city").all
    planner.learn(answer())
    assert learnt.beliefs.seen == 1 and learnt.beliefs.filled(PERSON, "contact.city").all == before
    planner.learn(answer(contact=[said("city", "Ulm", "peopledatalabs", 0)]))
    assert learnt.beliefs.filled(PERSON, "contact.city").all == before + 1


@pytest.mark.parametrize(("known_from", "more"), [("lead", 1.0), ("edited by ada@example.com", 1.0),
                                                  ("apollo", 0.5)])
def test_who_says_otherwise_than_what_is_known_is_trusted_less(known_from, more):
    learnt = Learnt.of(OFFERS, None)
    planner = Planner(OFFERS, Scorecard(default_model()), learnt.beliefs, "decision", frozenset())
    before = learnt.beliefs.wrong(PERSON).yes
    planner.learn(answer(contact=[said("seniority", "vp", known_from),
                                  said("seniority", "entry", "peopledatalabs", 0)]))
    assert learnt.beliefs.wrong(PERSON).yes == pytest.approx(before + more)
    assert "ada" not in json.dumps(learnt.state())


def test_corrections_lower_what_is_kept_of_an_operation_and_never_below_nothing():
    beliefs = Beliefs({"a.one": 0.5})
    assert beliefs.kept("a.one") == 1.0
    kept = [beliefs.kept("a.one") for _ in range(5000) if beliefs.correct("a.one", 1.0) is None]
    assert kept == sorted(kept, reverse=True) and 0 <= kept[-1] < 0.05


def test_who_is_corrected_is_asked_after_one_who_is_not():
    offers = [OFFER["apollo.person"], OFFER["hunter.person"]]
    learnt = Learnt.of(offers, None)
    planner = Planner(offers, NO_MODEL, learnt.beliefs, "fill", frozenset({"contact.city"}))

    standing = Standing({"contact": {"email": "x"}}, [], {"contact.email": said("email", "x")}, {}, AT)
    assert planner.next(standing).offer.name == "hunter.person"
    for _ in range(500):
        learnt.beliefs.correct("hunter.person", 1.0)
    learnt.beliefs.seen += 1
    assert planner.next(standing).offer.name == "apollo.person"


names = st.sampled_from(sorted(OFFER))
texts = st.text(max_size=300)
steps = st.one_of(
    st.tuples(st.just("see"), names, st.tuples(texts, texts, texts), st.booleans()),
    st.tuples(st.just("told"), st.sampled_from(["contact.country", "contact.phone", "organization.industry"]),
              texts | st.integers()),
    st.tuples(st.just("anew"), names, st.sampled_from(["contact.seniority", "organization.domain"])),
    st.tuples(st.just("differ"), names, texts, st.booleans()),
    st.tuples(st.just("correct"), names, st.floats(0, 5)))


@settings(deadline=None)
@given(st.lists(steps, max_size=60))
def test_what_was_learnt_comes_back_as_it_was_kept(seen):
    learnt = Learnt.of(OFFERS, None)
    for step, *arguments in seen:
        if step == "see":
            name, traits, hit = arguments
            learnt.beliefs.see(OFFER[name].subject, name, traits, [], hit)
        else:
            getattr(learnt.beliefs, step)(*arguments)
    kept = json.loads(json.dumps(learnt.state()))
    again = Learnt.of(OFFERS, kept)
    assert json.loads(json.dumps(again.state())) == kept
    assert len(json.dumps(kept)) < 300_000
    assert "contact.phone" not in kept["beliefs"]["values"]
    for name, offer in OFFER.items():
        traits = ("country DE", "e-mail free", "size None")
        before, after = (one.beliefs.chances(offer.subject, [name], traits, []).of(name)
                         for one in (learnt, again))
        assert 0 <= after <= 1 and after == pytest.approx(before, abs=1e-4)


def test_what_is_kept_is_bounded_whatever_was_seen():
    learnt = Learnt.of(OFFERS, None)
    for number in range(6000):
        learnt.beliefs.see("contact", PERSON, (f"country {number}", "", ""), [], number % 3 == 0)
        learnt.beliefs.told("organization.industry", f"industry {number}")
    state = learnt.state()
    assert len(json.dumps(state)) < 500_000
    assert sum(seen for _, seen in state["beliefs"]["values"]["organization.industry"]) <= 2000
    assert Learnt.of(OFFERS, json.loads(json.dumps(state))).beliefs.chances(
        "contact", [PERSON], ("country 5", "", ""), []).of(PERSON) == pytest.approx(1 / 3, abs=0.1)


def test_what_changes_is_noticed_however_long_it_was_otherwise():
    beliefs = Beliefs({"a.one": 0.5})
    for _ in range(20_000):
        beliefs.see("contact", "a.one", (), [], True)
    for _ in range(2000):
        beliefs.see("contact", "a.one", (), [], False)
    assert beliefs.chances("contact", ["a.one"], (), []).of("a.one") < 0.5


def test_of_operations_that_there_are_no_more_nothing_is_believed():
    learnt = Learnt.of(OFFERS, None)
    for offer in OFFERS:
        learnt.beliefs.see(offer.subject, offer.name, (), [], True)
    left = Learnt.of([OFFER[PERSON]], json.loads(json.dumps(learnt.state())))
    assert {key[0] for key in left.beliefs.state()["weights"]} == {PERSON}


def test_the_code_before_finds_a_price_of_agreement_in_the_state():
    assert Learnt.of(OFFERS, None).state()["threshold"] == {"level": 1.0, "left": 0, "courses": []}


def test_a_state_of_another_shape_is_learnt_anew():
    state = Learnt.of(OFFERS, None).state() | {"shape": 0}
    assert Learnt.of(OFFERS, state).beliefs.seen == 0


def test_the_first_answer_in_earnest_makes_the_sandboxs_forgotten():
    learnt = Learnt.of(OFFERS, None)
    assert learnt.counts(PERSON, sandbox=True)
    for _ in range(50):
        learnt.beliefs.see("contact", PERSON, (), [], False)
    assert learnt.counts(PERSON, sandbox=False) and not learnt.counts(PERSON, sandbox=True)
    fresh = Learnt.of(OFFERS, None).beliefs.chances("contact", [PERSON], (), []).of(PERSON)
    assert learnt.beliefs.chances("contact", [PERSON], (), []).of(PERSON) == pytest.approx(fresh, abs=0.05)


def test_a_lesson_of_a_failure_teaches_nothing():
    learnt = Learnt.of(OFFERS, None)
    planner = Planner(OFFERS, NO_MODEL, learnt.beliefs, "fill", frozenset())
    planner.learn(Lesson(OFFER[COMPANY], "error", {}, {}, (), []))
    assert learnt.beliefs.seen == 0
