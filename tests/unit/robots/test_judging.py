"""Which events of a person are a machine's."""

from __future__ import annotations

import sys
from collections import Counter
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sidecar.robots import Crowd, judge
from sidecar.robots.reading import read
from sidecar.terms.states import MACHINES
from tests.benchmarks.robots import development, held_out
from tests.benchmarks.robots.bench_robots import judged, shares

LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/17.5 Mobile/15E148 Safari/604.1")
CHROME = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
          " Safari/537.36")
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
DELIVERED = 1_790_000_000.0


def event(
    kind: str, after: float, link: int | None = None, *, agent: str | None = LAPTOP,
    ip: str | None = "81.4.5.6", mail: str = "m1", delivered: float | None = DELIVERED, **more: Any,
) -> dict[str, Any]:
    """An event of a mail so many seconds after its delivery."""
    url = None if link is None else f"https://example.com/{link}"
    return {"type": f"email_{kind}", "occurred_at": DELIVERED + after, "message_id": mail,
            "user_agent": agent, "ip": ip, "url": url, "delivered_at": delivered} | more


def test_links_at_a_machines_pace_are_a_burst() -> None:
    for pause, count in ((0.0, 2), (0.5, 3), (2.0, 3), (3.5, 4), (5.0, 6), (12.0, 9)):
        clicks = [event("click", 4000 + pause * place, place, agent=CHROME, ip="45.1.2.3", delivered=None)
                  for place in range(count)]
        assert judge(clicks) == ["burst"] * count, (pause, count)


def test_a_person_after_the_burst_counts() -> None:
    burst = [event("click", 30 + 0.3 * place, place, agent=CHROME, ip="45.1.2.3") for place in range(8)]
    later = [event("open", 95), event("click", 110, 3), event("click", 4000, 5, agent=PHONE)]
    assert judge([*later, *burst]) == [None] * 3 + ["burst"] * 8


def test_a_person_with_the_scanners_browser_after_the_burst_counts() -> None:
    burst = [event("click", 30 + 0.3 * place, place, agent=CHROME, ip="45.1.2.3") for place in range(8)]
    assert judge([*burst, event("click", 90, 3, agent=CHROME)])[-1] is None


def test_a_burst_of_many_addresses_and_programs() -> None:
    clicks = [event("click", 200 + place, place, agent=f"{CHROME[:-1]}{place}", ip=f"45.1.2.{place}")
              for place in range(5)]
    assert judge(clicks) == ["burst"] * 5


def test_what_people_do_stays() -> None:
    two_links = [event("open", 300), event("click", 312, 1), event("click", 318, 2)]
    devices = [event("open", 300, agent=PHONE), event("open", 303, ip="91.1.1.1"), event("click", 340, 1)]
    next_day = [event("open", 300), event("open", 87_000), event("click", 87_009, 1)]
    no_pictures = [event("click", 2000, 1)]
    double = [event("click", 900, 1), event("click", 900.4, 1)]
    forwarded = [event("open", 900), event("click", 930, 1), event("open", 2000, agent=CHROME),
                 event("click", 2015, 1, agent=CHROME)]
    vpn = [event("open", 700, ip="3.71.4.5"), event("click", 720, 1, ip="3.71.4.5")]
    gmail = [event("open", 40, agent=GMAIL, ip="66.249.88.1"), event("click", 65, 2)]
    for told in (two_links, devices, next_day, no_pictures, double, forwarded, vpn, gmail):
        assert judge(told) == [None] * len(told)


def test_nobody_is_there_within_seconds_of_the_delivery() -> None:
    assert judge([event("open", 0, agent=GMAIL), event("click", 4, 1, ip="45.1.1.1"), event("open", -3)]) == [
        "at_delivery"] * 3
    assert judge([event("click", 20, 1)]) == ["at_delivery"]  # nobody opened it
    assert judge([event("open", 9), event("click", 20, 1)]) == [None, None]
    assert judge([event("click", 20, 1), event("click", 9000, 2)]) == [None, None]  # who is known does


def test_the_delivery_may_be_an_event_of_its_own() -> None:
    delivery = {"type": "email_delivered", "occurred_at": DELIVERED, "message_id": "m1"}
    opened = event("open", 1, delivered=None)
    assert judge([opened]) == [None]
    assert judge([opened, delivery]) == ["at_delivery", None]  # what comes late changes what was judged
    assert judge([opened, delivery | {"message_id": "m2"}]) == [None, None]


def test_late_events_turn_a_judgement_both_ways() -> None:
    cloud = event("click", 200, 1, agent=CHROME, ip="3.71.4.5")
    assert judge([cloud]) == ["data_centre"]
    assert judge([cloud, event("click", 9000, 2, agent=CHROME, ip="3.71.4.5")]) == [None, None]


def test_who_follows_a_hidden_link_is_a_machine_for_minutes() -> None:
    trap = event("click", 300, agent=CHROME, ip="45.1.2.3") | {"url": "https://example.com/honeypot"}
    same = [event("click", 300 + 60 * place, place, agent=CHROME, ip="45.1.2.3") for place in (1, 3)]
    assert judge([same[0], trap, same[1], event("click", 400, 4)]) == [
        "same_source", "hidden_link", "same_source", None]


def test_a_link_that_is_looked_at_again_from_elsewhere_is_an_echo() -> None:
    known = [event("open", 290), event("click", 300, 1)]
    scan = event("click", 304, 1, agent=CHROME, ip="45.1.2.3")
    assert judge([*known, scan]) == [None, None, "echo"]
    before = scan | {"occurred_at": DELIVERED + 299}
    assert judge([known[0], before, known[1]]) == [None, "echo", None]


def test_one_address_for_many_recipients() -> None:
    told = {
        f"p{number}": [event("click", 3000 + number, 1, agent=CHROME, ip="45.1.2.3", mail=f"m{number}")]
        for number in range(6)}
    crowd = Crowd((name, read(one)) for name, events in told.items() for one in events)
    assert all(judge(events, crowd) == ["crowd"] for events in told.values())
    assert judge([event("click", 3002, 1, agent=CHROME, ip="45.9.9.9")], crowd) == [None]
    two = Crowd((name, read(one)) for name, events in list(told.items())[:2] for one in events)
    assert judge(told["p0"], two) == [None]


def test_pages_and_mails_too_many_at_once() -> None:
    views = [
        {"type": "page_view", "occurred_at": DELIVERED + 0.2 * page, "path": f"/{page}", "ip": "45.1.2.3"}
        for page in range(3)]
    assert judge(views) == ["burst"] * 3
    opens = [event("open", 5000 + 0.3 * number, mail=f"m{number}", delivered=None) for number in range(5)]
    assert judge(opens) == ["burst"] * 5


def test_every_code_has_its_words() -> None:
    codes = {mark for _, _, mark in judged(person.events for person in development.world(5, 300))}
    assert codes - {None} <= MACHINES.keys()
    assert len(codes) > 6


_deeds = st.lists(st.builds(
    event, st.sampled_from(["open", "click", "delivered"]), st.integers(0, 40), st.none() | st.integers(0, 4),
    agent=st.sampled_from([LAPTOP, CHROME, GMAIL, "curl/8", None, ""]),
    ip=st.sampled_from(["81.4.5.6", "3.71.4.5", None]),
    mail=st.sampled_from(["m1", "m2"]), delivered=st.sampled_from([DELIVERED, None])), max_size=9)


@given(_deeds, st.randoms(use_true_random=False))
def test_the_order_of_events_is_nothing(events: list[dict[str, Any]], chance: Random) -> None:
    numbered = list(enumerate(events))
    chance.shuffle(numbered)
    shuffled = judge([one for _, one in numbered])
    straight = judge(events)
    def told(these: list[dict[str, Any]], marks: list[str | None]) -> list[tuple[str, str]]:
        return sorted((repr(one), repr(mark)) for one, mark in zip(these, marks, strict=True))

    assert told([one for _, one in numbered], shuffled) == told(events, straight)


def test_machines_are_out_and_people_stay() -> None:
    told = shares(judged(person.events for person in development.world(11, 500)))
    assert told["out"] >= 0.98 and told["lost"] <= 0.01, told


def test_other_people_and_machines_than_the_rules_were_made_on() -> None:
    told = shares(judged(box.events for box in held_out.world(3, 500)))
    assert told["out"] >= 0.98 and told["lost"] <= 0.01, told


def test_what_is_told_together_without_a_time_is_no_burst():
    told = [{"type": "page_view", "occurred_at": 1.76e9, "properties": {"url": f"https://a.example/{number}"}}
            for number in range(5)]
    assert set(judge(told)) == {"burst"}
    assert set(judge([event | {"untimed": True} for event in told])) == {None}


def test_marking_is_near_linear_in_the_events_of_one_mail():
    """Twice as many events ask less than three times as many calls."""
    def steps(count):
        asked: Counter[str] = Counter()

        def profiled(frame, event, argument):
            asked[event] += 1

        told = [{"type": ("email_open", "email_click")[number % 2], "occurred_at": 1.76e9 + number / 100,
                 "message_id": "m", "url": f"https://a.example/{number % 50}", "delivered_at": 1.76e9 - 100,
                 "ip": f"81.2.{number % 200}.{number % 7}", "user_agent": CHROME} for number in range(count)]
        sys.setprofile(profiled)
        try:
            judge(told)
        finally:
            sys.setprofile(None)
        return asked["call"] + asked["c_call"]

    steps(10)
    assert steps(1200) < 3 * steps(600)


def test_who_asks_for_the_head_of_a_page_asks_for_the_page_too():
    at = {"type": "email_click", "message_id": "m", "url": "https://a.example/1", "ip": "81.2.3.4",
          "user_agent": CHROME}
    assert judge([at | {"occurred_at": 1.76e9, "method": "HEAD"}, at | {"occurred_at": 1.76e9 + 0.6},
                  at | {"occurred_at": 1.76e9 + 60}]) == ["method", "same_source", None]


def test_a_person_who_opened_a_mail_soon_after_it_came_follows_three_links():
    at = {"message_id": "m", "ip": "81.2.3.4", "user_agent": CHROME, "delivered_at": 1.76e9}
    read = [{"type": "email_open", "occurred_at": 1.76e9 + 50}]
    clicks = [{"type": "email_click", "occurred_at": 1.76e9 + second, "url": f"https://a.example/{second}"}
              for second in (58, 62, 66)]
    assert judge([at | event for event in read + clicks]) == [None] * 4
    assert judge([at | event for event in clicks]) == ["burst"] * 3


def test_colleagues_behind_one_address_who_opened_the_mail_are_no_crowd():
    def deeds(person, opened):
        at = {"message_id": f"m{person}", "ip": "81.2.3.4", "user_agent": CHROME}
        return [at | {"type": "email_open", "occurred_at": 1.76e9 + opened},
                at | {"type": "email_click", "occurred_at": 1.76e9 + 100 + person,
                      "url": "https://a.example/1"}]

    people = {str(person): deeds(person, 15 * person) for person in range(5)}
    crowd = Crowd((person, read(event)) for person, events in people.items() for event in events)
    assert {mark for events in people.values() for mark in judge(events, crowd)} == {None}
    assert {mark for events in people.values() for mark in judge(events[1:], crowd)} == {"crowd"}
