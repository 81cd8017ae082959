from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sidecar.routing.deciding import Account, Person, Routing, Team, keys_of_account, same
from sidecar.routing.hours import Calendar
from sidecar.routing.model import compiled, default_model
from sidecar.terms.states import DAYS
from tests.cases import check_each

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)  # a Thursday
DAY = timedelta(days=1)
NINE_TO_FIVE = {day: [["09:00", "17:00"]] for day in DAYS[:5]}
AWAY = ((NOW - DAY, NOW + DAY),)


def person(one, *, zone="UTC", hours=NINE_TO_FIVE, absences=(), holidays=frozenset(), **more):
    return Person(one, f"{one}@example.com", Calendar(zone, hours, holidays, absences), **more)


def routing(people, *rules, teams=(), dealt=None, **more):
    return Routing(compiled(default_model() | {"rules": list(rules)} | more), people, teams, dealt or {})


def of(name, **more):
    return {"organization": {"id": name, "name": name, "company_key": name.casefold()} | more}


def account(name, user_id, days_ago=1, **more):
    return Account(**{"organization_id": name, "name": name, "domain": None, "user_id": user_id,
                      "at": NOW - days_ago * DAY} | more)


ANN, BO, CY = (person(one) for one in ("ann", "bo", "cy"))
ALPS = Team("t1", "Alps", "cy", {"ann": 2, "bo": 1})
DACH = {"name": "dach", "text": "German-speaking", "countries": ["DE"], "to": {"team": "Alps"}}
GERMAN = {"contact": {"country": "DE"}}


def test_everybody_in_turn_and_the_rule_s_team_by_weight():
    made = routing([ANN, BO, CY], DACH, teams=[ALPS])
    assert [made.decide({}, (), NOW).user_id for _ in range(4)] == ["ann", "bo", "cy", "ann"]
    german = [made.decide(GERMAN, (), NOW) for _ in range(6)]
    assert Counter(one.user_id for one in german) == {"ann": 4, "bo": 2}
    assert (german[0].rule, german[0].pool) == ("dach", "team:t1")
    assert german[0].reason == "Rule dach (German-speaking); ann@example.com is next of Alps."
    assert made.dealt["team:t1"] == {"ann": 0, "bo": 0}


def test_who_has_the_account_gets_it_the_latest_first():
    made = routing([ANN, BO, CY], DACH, teams=[ALPS])
    theirs = [account("U.S. Bank", "bo", 3), account("US Bank National Association", "cy", 1),
              account("Bank of America", "ann", 0)]
    decision = made.decide(GERMAN | of("US Bank"), theirs, NOW)
    assert (decision.user_id, decision.rule, decision.pool) == ("cy", "account", None)
    assert decision.reason == "The account US Bank National Association is cy@example.com's already."
    assert routing([ANN], account_owner_first=False).decide(of("US Bank"), theirs, NOW).rule == "otherwise"


def test_two_spellings_that_become_hot_together_go_to_one():
    made = routing([ANN, BO, CY])
    first = made.decide(of("US Bank National Association", company_key="us bank"), (), NOW)
    made.decide(of("Bank of America"), (), NOW)
    assert made.decide(of("U.S. Bank", company_key="us bank"), (), NOW)[::2] == (first.user_id, "account")


def test_an_account_whose_owner_left_is_away_or_full_goes_on_by_the_rules():
    def says(owner, words):
        made = routing([BO, *([owner] if owner else [])])
        decision = made.decide(of("Acme"), [account("Acme", "ann")], NOW)
        assert decision.user_id == "bo" and words in decision.reason

    check_each(says, [
        (None, "No rule is for this lead; bo@example.com is next"),
        (person("ann", absences=AWAY), "The account is ann@example.com's, who is away; no rule"),
        (person("ann", capacity=3, open_hot=3), "who has as many hot leads as they take"),
        (person("ann", hours={}), "who has no working hours"),
    ])
    evening = NOW + timedelta(hours=9)
    late = routing([ANN, BO]).decide(of("Acme"), [account("Acme", "bo")], evening)
    assert late.user_id == "bo" and "out of hours: works from 2026-11-27 09:00 (UTC)" in late.reason


def test_who_works_now_goes_before_who_does_not():
    free = person("ann", holidays=frozenset({date(2026, 11, 26)}))
    away = person("bo", absences=AWAY)
    tokyo = person("cz", zone="Asia/Tokyo")
    made = routing([free, away, CY, tokyo])
    assert {made.decide({}, (), NOW).user_id for _ in range(5)} == {"cy"}


def test_at_night_leads_go_to_those_who_begin_together():
    early, late, other = (person(one, hours={day: [[begins, "17:00"]] for day in DAYS[:5]})
                          for one, begins in (("a", "08:00"), ("b", "10:00"), ("c", "12:00")))
    night = NOW + timedelta(hours=12)
    made = routing([early, late, other])
    decisions = [made.decide({}, (), night) for _ in range(6)]
    assert Counter(one.user_id for one in decisions) == {"a": 3, "b": 3}
    assert decisions[0].reason == ("No rule is for this lead; a@example.com is next of all who work on leads,"
                                   " out of hours: works from 2026-11-27 08:00 (UTC).")


def test_capacity_counts_what_is_dealt_meanwhile():
    made = routing([person("ann", capacity=2, open_hot=1), person("bo", capacity=3)], teams=[ALPS])
    decisions = [made.decide({}, (), NOW) for _ in range(6)]
    assert [one.user_id for one in decisions] == ["ann", "bo", "bo", "bo", "ann", "bo"]
    assert "all are full" in decisions[4].reason and "all are full" not in decisions[3].reason


def test_when_nobody_of_the_pool_can_take_it_there_is_always_somebody():
    ann_away, bo_away, cy_away = (person(one, absences=AWAY) for one in ("ann", "bo", "cy"))

    def says(people, otherwise, user_id, words):
        decision = routing(people, DACH, teams=[ALPS, Team("t2", "Others", None, {"dee": 1})],
                           otherwise=otherwise).decide(GERMAN, (), NOW)
        assert decision.user_id == user_id
        assert words in decision.reason and decision.rule == "dach"

    everybody, others = {"everybody": True}, {"team": "Others"}
    dee = person("dee")
    check_each(says, [
        ([ann_away, BO, CY], everybody, "bo", "bo@example.com is next of Alps"),
        ([ann_away, bo_away, dee], others, "dee", "nobody of Alps can take it now; dee@example.com is next of"
                                                  " Others"),
        ([ann_away, bo_away, CY], others, "cy", "nobody of Others can take it now; the lead of Alps takes"),
        ([ann_away, cy_away, person("zoe")], others, "zoe", "zoe@example.com is next of all who work on"),
        ([ann_away, cy_away], others, "ann", "all are away, ann@example.com is back first"),
    ])
    assert routing([], DACH).decide(GERMAN, (), NOW) is None


def test_a_pool_of_people_and_a_team_that_is_gone():
    people = DACH | {"to": {"people": [
        {"email": "BO@example.com", "weight": 3}, {"email": "gone@example.com"}]}}
    made = routing([ANN, BO], people)
    assert made.decide(GERMAN, (), NOW)[::3] == ("bo", "rule:dach")
    assert routing([ANN, BO], DACH).decide(GERMAN, (), NOW).user_id == "ann"


def test_what_a_company_is_found_by():
    assert keys_of_account({"id": "1", "name": "Acme GmbH", "company_key": "acme"}) == {"1", "acme"}
    assert {"1", "acme", "acme group"} <= keys_of_account({"id": "1", "name": "Acme GmbH"}, spelt=True)
    assert keys_of_account({}) == keys_of_account({"name": None}, spelt=True) == set()
    def says(one, other, alike):
        assert same(Account("1", *one, "ann", NOW), Account("2", *other, "bo", NOW)) is alike

    check_each(says, [
        (("Acme", "acme.de"), ("ACME", "acme.com"), True), (("Acme", "acme.de"), ("Acme", "zz.com"), False),
        (("Acme", None), ("Acme Inc", "acme.com"), True), ((None, None), (None, None), False),
        ((None, "acme.de"), ("Acme", None), True),
    ])


people = st.lists(st.builds(
    person, st.sampled_from("abcdef"), zone=st.sampled_from(["UTC", "Asia/Tokyo"]),
    hours=st.sampled_from([NINE_TO_FIVE, {}, {"sat": [["10:00", "12:00"]]}]),
    absences=st.sampled_from([(), AWAY]), capacity=st.none() | st.integers(0, 3),
    open_hot=st.integers(0, 3)), min_size=1, max_size=6, unique_by=lambda one: one.id)
accounts = st.builds(account, st.sampled_from(["Acme", "Kestrel"]), st.sampled_from("abcxyz"))
leads = st.lists(st.tuples(
    st.sampled_from([{}, GERMAN, of("Acme"), GERMAN | of("Acme Inc"), of("Kestrel")]),
    st.lists(accounts, max_size=3)), max_size=30)
moments = st.integers(0, 7 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(people, leads, moments, st.sampled_from([{"everybody": True}, {"team": "Alps"}]))
def test_never_nobody_never_who_cannot_and_always_the_same(people, leads, now, otherwise):
    team = Team("t1", "Alps", "c", {"a": 2, "b": 1, "x": 5, "d": 0})
    made, again = (routing(people, DACH, teams=[team], otherwise=otherwise) for _ in range(2))
    there = {one.id: one for one in people}
    has = {one.id: one.open_hot for one in people}

    def can(one):
        away = any(start <= now < end for start, end in one.calendar.absences)
        return not away and one.calendar.next_working(now) is not None

    for facts, accounts in leads:
        decision = made.decide(facts, accounts, now)
        assert decision == again.decide(facts, accounts, now)
        got = there[decision.user_id]
        full = got.capacity is not None and has[got.id] >= got.capacity
        assert decision.reason[-1] == "." and len(decision.reason) < 1000
        if any(can(one) for one in people):
            assert can(got)
        if decision.rule == "account":
            assert not full
        if decision.pool and full:
            assert "all are full" in decision.reason
        has[got.id] += 1
