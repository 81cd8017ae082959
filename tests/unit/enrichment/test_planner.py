"""What is asked next, and why no more is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sidecar.enrichment import PROVIDERS
from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.offers import PLACES, Offer, offers_of
from sidecar.enrichment.planner import Lesson, Planner, Standing, _may_change, goal_of, reached
from sidecar.scoring import default_model
from sidecar.scoring.bounds import Scorecard

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CARD = Scorecard(default_model())
DEMO = [{"type": "demo_request", "occurred_at": NOW, "properties": {}}]


def offer(name: str, *tells: str, subject: str = "contact", price: float = 0.1, **said: Any) -> Offer:
    places = frozenset(tells)
    return Offer(**{
        "name": name, "provider": name.split(".")[0], "operation": name.split(".")[1], "subject": subject,
        "needs": (), "provides": places, "changes": places, "sought": places, "price_found": price,
        "price_missing": 0.0, "confidence": 0.8, "hit_rate": 0.5} | said)


def standing(known: dict[str, Any] | None = None, events: Any = DEMO, source: str = "lead",
             **asked: str) -> Standing:
    facts: dict[str, Any] = {"contact": {}, "organization": {}, "lead": {}, "events": events}
    for place, value in (known or {}).items():
        entity, _, name = place.partition(".")
        facts[entity][name] = value
    sure = 1.0 if source == "lead" else 0.8
    return Standing(facts, CARD.points(facts, NOW), {
        place: FieldValue(place, value, source, sure, NOW) for place, value in (known or {}).items()},
        {name.replace("_", "."): outcome for name, outcome in asked.items()}, NOW)


def planner(*offers: Offer, goal: Any = "decision", wanted: tuple[str, ...] = ()) -> Planner:
    return Planner.of(offers, CARD, goal, frozenset(wanted))


TITLE = offer("a.title", "contact.seniority", "contact.department")
SIZE = offer("b.size", "organization.company_size", "organization.industry", subject="organization")


def test_what_cannot_change_the_grade_is_not_asked():
    assert planner(TITLE, SIZE).next(standing(events=[])).why == "settled"
    assert planner(offer("a.city", "contact.city")).next(standing()).why == "settled"


def test_what_can_is_and_the_cheaper_before_the_dearer():
    dear = replace(TITLE, name="c.title", provider="c", price_found=0.5)
    assert planner(dear, TITLE).next(standing()).offer is TITLE


def test_what_was_asked_is_not_asked_again():
    step = planner(TITLE).next(standing(a_title="not_found"))
    assert (step.offer, step.why) == (None, "settled")


def test_what_a_known_title_does_not_tell_is_hardly_doubted():
    one = planner(replace(TITLE, changes=TITLE.changes | {"contact.job_title"}))
    unknown = one.next(standing()).doubt
    assert one.next(standing({"contact.job_title": "Nurse"})).doubt < unknown / 4


def test_a_fact_is_spoken_of_by_whom_tells_what_it_follows_from():
    titled = replace(TITLE, changes=TITLE.changes | {"contact.job_title"})
    one = planner(titled)
    for _ in range(20):
        one.learn(Lesson(
            titled, "found", {"contact.job_title": "Nurse", "contact.department": "health"}, {}, (), ()))
    assert one.beliefs.filled(titled.name, "contact.seniority").rate > 0.9
    assert one.beliefs.says("contact.seniority").rate < 0.1
    assert one.beliefs.says("contact.department").rate == 1


def test_a_known_fact_changes_only_by_who_outranks_it():
    better, worse = replace(TITLE, confidence=0.9), replace(TITLE, confidence=0.5)
    known = {"contact.seniority": "cxo", "contact.department": "sales"}
    assert planner(better).next(standing(known, source="z")).why != "settled"
    assert planner(worse).next(standing(known, source="z")).why == "settled"
    assert planner(better).next(standing(known, source="lead")).why == "settled"


@pytest.mark.parametrize(("field", "said", "counts"), [
    ("company_size", {}, True), ("company_size", {"locked": True}, False), ("name", {}, False),
    ("founded_year", {}, False), ("founded_year", {"source": "b"}, False),
    ("company_size", {"source": "b", "observed_at": NOW}, True)])
def test_whether_an_answer_counts_is_as_in_the_merge_of_the_fields_class(field, said, counts):
    known = FieldValue(field, "x", "z", 1.0, NOW - timedelta(days=365))
    assert _may_change(known._replace(**said), SIZE, NOW) is counts


def test_what_makes_a_call_possible_is_asked_first():
    finder = offer("f.mail", "contact.email", price=0.01)
    later = replace(TITLE, needs=(frozenset({"contact.email"}),))
    assert planner(later, finder).next(standing()).offer is finder
    assert planner(later).next(standing()).why == "settled"


MAIL = offer("f.mail", "contact.email", changes=frozenset({"contact.email", "organization.domain"}))
PRIVATE = standing({"contact.email": "ada@gmail.com"})


@pytest.mark.parametrize(("found", "then"), [
    ("organization.domain", "ask"), ("contact.email", "nothing_left")])
def test_beside_a_private_address_a_companys_is_looked_for_until_it_turned_out_that_none_comes(found, then):
    company = replace(SIZE, needs=(frozenset({"organization.domain"}),))
    one = planner(MAIL, company, goal="fill", wanted=("organization.industry",))
    assert one.next(standing()).offer is MAIL
    assert one.next(PRIVATE).offer is MAIL
    for _ in range(4):
        one.learn(Lesson(MAIL, "found", {found: "x"}, PRIVATE.known, (), ()))
    assert one.next(PRIVATE).why == then


def test_what_opens_the_way_may_have_to_be_opened_itself():
    person = offer("p.name", "organization.name", needs=(frozenset({"contact.email"}),))
    company = replace(SIZE, needs=(frozenset({"organization.name"}),))
    one = planner(company, person, MAIL, goal="fill", wanted=("organization.industry",))
    assert one.next(standing()).offer is MAIL
    assert one.next(PRIVATE).offer is person


def test_nothing_is_asked_for_a_need_that_nobody_can_fulfil():
    company = replace(SIZE, needs=(frozenset({"contact.email", "organization.name"}),))
    one = planner(company, MAIL, goal="fill", wanted=("organization.industry",))
    assert one.next(standing()).why == "nothing_left"


@pytest.mark.parametrize(("price", "first"), [(0.5, "b.size"), (0.001, "f.mail")])
def test_what_only_opens_the_way_is_asked_at_its_price(price, first):
    other = replace(SIZE, name="c.size", provider="c", price_found=0.001,
                    needs=(frozenset({"contact.email"}),))
    finder = replace(MAIL, price_found=price)
    one = planner(finder, SIZE, other, goal="fill", wanted=("organization.industry",))
    assert one.next(standing()).offer.name == first
    assert one.next(standing(b_size="not_found")).offer.name == "f.mail"


@pytest.mark.parametrize(("own", "title", "asked"), [
    (False, "Nurse", False), (False, "Head Nurse", True), (True, "Nurse", True)])
def test_a_second_title_is_not_bought_for_a_seniority_once_that_turned_out_to_come_rarely(own, title, asked):
    """Unless the operation has a word of its own for it."""
    places = frozenset({"contact.job_title", "contact.seniority"})
    titled = offer("t.title", "contact.job_title", changes=places, sought=places,
                   provides=places if own else frozenset({"contact.job_title"}))
    one = planner(titled, goal="fill", wanted=("contact.seniority",))
    known = standing({"contact.job_title": "Nurse"})
    assert one.next(known).offer is titled
    told = {"contact.job_title": title} | ({"contact.seniority": "director"} if title != "Nurse" else {})
    for _ in range(4):
        one.learn(Lesson(titled, "found", told, known.known, (), ()))
    assert one.next(known).why == ("ask" if asked else "nothing_left")
    assert one.next(standing()).offer is titled


def test_a_ceiling_leaves_the_cheaper_ones():
    dear = replace(SIZE, price_found=0.9)
    assert planner(dear, TITLE).next(standing(), 0.5).offer is TITLE
    step = planner(dear, TITLE).next(standing(a_title="not_found"), 0.5)
    assert (step.offer, step.why, step.settled) == (None, "ceiling", False)


@pytest.mark.parametrize("goal", ["decision", "reach"])
@pytest.mark.parametrize("dear", [0, 1, 4])
def test_what_a_ceiling_forbids_does_not_make_the_cheaper_one_worth_less(goal, dear):
    """They would tell the same and more, and settle most of the doubt."""
    told = ("organization.company_size", "organization.industry")
    cheap = offer("a.size", *told, subject="organization", price=0.04)
    better = [offer(f"d{number}.all", *told, "organization.revenue_range", "contact.seniority",
                    subject="organization", price=0.05, hit_rate=0.9) for number in range(dear)]
    one = planner(cheap, *better, goal=goal)
    one.worth *= 0.1 / one.agreement
    known = standing({"contact.phone_type": "mobile"})
    assert one.next(known, 0.045).offer is cheap
    forbidden = replace(known, dear=frozenset(offer.name for offer in better))
    assert one.round(forbidden)[0].offer is cheap
    one.worth *= 10.0 / one.agreement
    step = one.next(replace(forbidden, asked={"a.size": "not_found"}))
    assert (step.offer, step.why) == (None, "ceiling" if dear else "settled")


def test_who_cannot_be_reached_for_want_of_money_is_decided_on_all_the_same():
    finder = offer("m.mail", "contact.email", "contact.email_type", price=0.9)
    assert planner(finder, SIZE, goal="reach").next(standing(), 0.5).offer is SIZE


def test_little_doubt_is_not_worth_much_money():
    one = planner(SIZE)
    assert one.next(standing()).offer is SIZE
    one.worth = 0.01
    assert one.next(standing()).why == "not_worth"


def test_a_round_asks_all_that_is_free_and_one_paid_of_each_subject():
    free = replace(SIZE, name="p.page", provider="p", price_found=0.0)
    other = replace(TITLE, name="c.title", provider="c")
    asked = [step.offer for step in planner(TITLE, other, SIZE, free).round(standing()) if step.offer]
    assert free in asked
    assert sorted(one.subject for one in asked if one.highest) == ["contact", "organization"]
    (step,) = planner(TITLE, SIZE).round(replace(standing(), barred=frozenset({"a.title", "b.size"})))
    assert (step.offer, step.why) == (None, "nothing_left")


def test_fill_asks_first_what_nobody_else_can_tell():
    only = offer("o.all", "contact.phone", "contact.job_title", price=0.1)
    cheap = offer("c.title", "contact.job_title", price=0.09)
    wanted = ("contact.phone", "contact.job_title")
    assert planner(cheap, only, goal="fill", wanted=wanted).next(standing()).offer is only
    assert planner(cheap, only, goal="fill", wanted=wanted).next(
        standing(dict.fromkeys(wanted, "x"))).why == "known"


def test_reach_ends_with_an_address_or_a_phone():
    mail = offer("m.mail", "contact.email", "contact.email_type")
    one = planner(mail, goal="reach")
    assert one.next(standing(events=[])).offer is mail
    assert one.next(standing({"contact.email_type": "corporate"}, events=[])).why == "settled"
    assert not reached(standing({"contact.email_type": "disposable"}).facts)
    bounced = {"contact.email_type": "corporate", "contact.email_status": "invalid"}
    assert not reached(standing(bounced).facts)
    assert reached(standing({"contact.phone_type": "mobile"}).facts)


def test_what_agreement_may_cost_follows_what_all_that_the_model_looks_at_costs():
    one = planner(TITLE, SIZE)
    assert one.agreement == pytest.approx(one.worth * 0.5 * (0.1 + 0.1))
    twice = [replace(each, price_found=0.2) for each in (TITLE, SIZE)]
    assert planner(*twice).agreement == pytest.approx(2 * one.agreement)
    # Who tells nothing that the model looks at, and who is hardly needed after others, makes it no dearer.
    assert planner(TITLE, SIZE, offer("a.city", "contact.city", price=9.0)).agreement == one.agreement
    again = replace(TITLE, name="c.title", provider="c")
    assert one.agreement < planner(TITLE, SIZE, again).agreement < one.agreement * 1.3


def test_what_agreement_may_cost_is_learnt():
    one = planner(TITLE, SIZE)
    before = one.agreement
    for _ in range(200):
        one.learn(Lesson(TITLE, "not_found", {}, {}, (), []))
    one.next(standing())
    assert one.agreement < before * 0.6


def test_where_nobody_costs_anything_all_that_may_change_the_grade_are_asked():
    free = [replace(each, price_found=0.0) for each in (TITLE, SIZE)]
    assert len([step for step in planner(*free).round(standing()) if step.offer]) == 2


@pytest.mark.parametrize(("lane", "source", "goal"), [
    ("interactive", "web", "fill"), ("bulk", "web", "decision"), ("bulk", "fair", "reach")])
def test_the_goal_of_a_source_counts_before_that_of_its_lane(lane, source, goal):
    assert goal_of({"bulk": "decision", "fair": "reach"}, lane, source) == goal
    assert goal_of({}, lane, source) == "fill"


def test_every_operation_of_the_providers_is_an_offer():
    offers = offers_of(PROVIDERS)
    assert len(offers) == sum(len(provider.operations) for provider in PROVIDERS.values())
    assert all(offer.provides <= offer.changes for offer in offers)
    company = next(offer for offer in offers if offer.name == "hunter.company")
    assert "organization.country" in company.provides and "contact.country" not in company.changes
    assert set(PLACES.values()) >= {place for offer in offers for need in offer.needs for place in need}
