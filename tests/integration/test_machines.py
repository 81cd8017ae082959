"""Opens and clicks of machines: stored, marked, worth nothing, and told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from sidecar.pipeline import retention
from sidecar.terms.states import MACHINES
from tests.integration.test_events import NORA, OTTO, ago, paired, rows, send, tell
from tests.integration.test_pipeline import claim, run

CHROME = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
          " Safari/537.36")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def lead(api):
    [lead] = send(api, NORA)
    return lead["lead_id"]


def click(engine, seconds, link, *, of=NORA, agent=CHROME, ip="45.1.2.3", **more):
    return {
        "type": "email_click", "email": of["email"], "occurred_at": ago(engine, seconds=seconds),
        "properties": {"url": f"https://example.com/{link}", "user_agent": agent, "ip": ip,
                       "message_id": "m1"} | more}


def burst(engine, seconds=3600, **more):
    return [click(engine, seconds - number, number, **more) for number in range(4)]


def marks(api, lead_id):
    """{(type, link): by what it is known to be a machine's} of all that a lead's person did."""
    return {(event["type"], event["properties"].get("url", "")[-1:]): event["machine"]
            for event in api.get(f"/v1/leads/{lead_id}").json["events"]}


def crew(count):
    return [{"email": f"p{number}@harbor-lines.example", "full_name": f"Person N{number}"}
            for number in range(count)]


def test_a_burst_is_stored_marked_and_worth_nothing_and_a_person_after_it_counts(api, engine, lead):
    run(api, claim(api))
    before = api.get(f"/v1/leads/{lead}").json["score"]
    tell(api, *burst(engine))
    assert set(marks(api, lead).values()) == {"burst"}
    run(api, claim(api))
    score = api.get(f"/v1/leads/{lead}").json["score"]
    assert score["total"] == before["total"]
    [reason] = [reason for reason in score["reasons"] if reason["rule"] == "machine"]
    assert reason["points"] == 0
    assert reason["text"] == f"Email click: 4 by machines do not count: {MACHINES['burst']}"
    tell(api, click(engine, 60, 7, agent=FIREFOX, ip="81.4.5.6"))
    assert marks(api, lead)["email_click", "7"] is None
    run(api, claim(api))
    assert api.get(f"/v1/leads/{lead}").json["score"]["total"] > before["total"]


def test_what_comes_late_turns_marks_both_ways(api, engine, lead):
    tell(api, click(engine, 1000, 1))
    assert marks(api, lead) == {("email_click", "1"): None}
    tell(api, click(engine, 1000, 2), click(engine, 999, 3))
    assert set(marks(api, lead).values()) == {"burst"}
    delivered_at = engine.now() - timedelta(seconds=2000)
    cloud = {"delivered_at": delivered_at.isoformat(), "message_id": "m2"}
    tell(api, click(engine, 1900, 4, ip="3.71.4.5", agent=FIREFOX, **cloud))
    assert marks(api, lead)["email_click", "4"] == "data_centre"
    tell(api, click(engine, 100, 5, ip="3.71.4.5", agent=FIREFOX, **cloud))
    assert (marks(api, lead)["email_click", "4"], marks(api, lead)["email_click", "5"]) == (None, None)


def test_the_delivery_of_a_mail_tells_who_opened_it_in_whatever_order(api, engine, lead):
    run(api, claim(api))

    def at(seconds, type_, message):
        return {"type": type_, "email": NORA["email"], "occurred_at": ago(engine, seconds=seconds),
                "properties": {"message_id": message}}

    tell(api, at(500, "email_open", "m1"), at(498, "email_open", "m2"))
    assert marks(api, lead) == {("email_open", ""): None}
    tell(api, at(501, "email_delivered", "m1"), at(900, "email_delivered", "m2"))
    opens = [event for event in api.get(f"/v1/leads/{lead}").json["events"] if event["type"] == "email_open"]
    assert {event["properties"]["message_id"]: event["machine"] for event in opens} == {
        "m1": "at_delivery", "m2": None}
    run(api, claim(api))
    assert "Email open: 1 by machines" in str(api.get(f"/v1/leads/{lead}").json["score"]["reasons"])


def test_what_the_mail_service_says_is_heard(api, engine, lead):
    tell(api, {"type": "email_open", "email": NORA["email"], "properties": {"machine": True}})
    assert marks(api, lead) == {("email_open", ""): "vendor"}


def test_events_that_waited_for_their_person_are_judged_when_they_come(api, engine):
    tell(api, *burst(engine, of=OTTO))
    [lead] = send(api, OTTO)
    assert set(marks(api, lead["lead_id"]).values()) == {"burst"}


def test_one_address_that_acts_for_many_at_once(api, engine):
    people = crew(5)
    leads = send(api, *people)
    tell(api, *(click(engine, 900, number, of=person) for number, person in enumerate(people)))
    assert {mark for lead in leads for mark in marks(api, lead["lead_id"]).values()} == {"crowd"}


def test_a_mark_stays_when_the_traces_are_forgotten(api, engine, lead):
    tell(api, click(engine, 5000, 1, agent="curl/8.4.0"))
    with engine.database.write() as cursor:
        cursor.execute("UPDATE events SET received_at = now() - interval '40 days'")
    retention.forget(engine)
    assert rows(engine, "SELECT properties ? 'ip' AS traced FROM events WHERE type = 'email_click'") == [
        {"traced": False}]
    tell(api, click(engine, 100, 2, agent=FIREFOX))
    assert [event["machine"] for event in api.get(f"/v1/leads/{lead}").json["events"]] == [None, "agent"]


def test_a_burst_that_comes_by_requests_at_the_same_time(api, engine, lead):
    for number in range(5):
        pair = [click(engine, 3600 * (number + 1), 2 * number + place, message_id=f"m{number}")
                for place in (0, 1)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda event: tell(api, event), pair))
    assert set(marks(api, lead).values()) == {"burst"}


def test_two_queries_read_and_one_writes_however_many_people(api, engine):
    people = crew(3)
    send(api, *people)

    def statements(*events):
        from sidecar.store import database

        asked = []
        original = database.Cursor.execute

        def execute(self, query, params=None):
            asked.append(str(query))
            return original(self, query, params)

        database.Cursor.execute = execute
        try:
            tell(api, *events)
        finally:
            database.Cursor.execute = original
        return sum("machine" in query for query in asked)

    one = statements(*burst(engine, of=people[0]))
    more = statements(*(event for person in people[1:] for event in burst(engine, 9000, of=person)))
    assert one == more == 3


def test_a_burst_that_was_spread_over_two_contacts_is_one_when_they_are_merged(api, engine):
    nora, otto, pair = paired(api, engine, NORA, OTTO | {"full_name": "Nora Vale"})
    clicks = burst(engine)
    tell(api, *(event | {"email": who["email"]} for event, who in zip(
        clicks, (NORA, OTTO, NORA, OTTO), strict=True)))
    with engine.database.write() as cursor:
        cursor.execute("UPDATE events SET received_at = received_at - interval '1 hour'")
    api.post(f"/v1/duplicates/{pair}/merge", {"keep": nora["contact_id"]})
    assert set(marks(api, nora["lead_id"]).values()) == {"burst"}
    api.post(f"/v1/contacts/{nora['contact_id']}/unmerge", {"contact_id": otto["contact_id"]})
    assert {mark for one in (nora, otto) for mark in marks(api, one["lead_id"]).values()} == {None}


def test_one_address_that_acts_for_many_in_deliveries_of_their_own(api, engine):
    people = crew(6)
    leads = send(api, *people)
    for number, person in enumerate(people):
        tell(api, click(engine, 900, number, of=person))
    assert {mark for lead in leads for mark in marks(api, lead["lead_id"]).values()} == {"crowd"}


def test_one_address_of_a_company_where_few_click_at_a_time_is_no_crowd(api, engine):
    people = crew(6)
    leads = send(api, *people)
    for number, person in enumerate(people):
        tell(api, click(engine, 900 - 60 * number, number, of=person))
    assert {mark for lead in leads for mark in marks(api, lead["lead_id"]).values()} == {None}


def test_however_much_machines_do_what_a_person_did_counts(api, engine, lead):
    tell(api, {"type": "webinar", "email": NORA["email"], "occurred_at": ago(engine, days=1)})
    tell(api, *(click(engine, 3600 - number / 10, number) for number in range(210)))
    run(api, claim(api))
    assert "webinar" in {reason["rule"] for reason in api.get(f"/v1/leads/{lead}").json["score"]["reasons"]}


def test_pages_that_are_told_together_without_their_times_are_a_persons(api, engine, lead):
    visits = [{"email": NORA["email"], "properties": {"url": f"https://example.com/{page}"}}
              for page in range(4)]
    tell(api, *visits)
    assert set(marks(api, lead).values()) == {None}
    ahead = (engine.now() + timedelta(hours=1)).isoformat()
    visits = [visit | {"occurred_at": ahead} for visit in visits]
    tell(api, *visits)
    tell(api, visits[0])
    assert rows(engine, "SELECT machine, count(*) AS n FROM events WHERE type = 'page_view' GROUP BY 1") == [
        {"machine": None, "n": 8}]  # what is told again, though alone, is known
