"""The ledger of calls under races, changed keys, and answers that come late."""

from __future__ import annotations

import pytest

from tests.integration.test_calls import KEYED, answer, breaker, close, sql, time_is_over
from tests.integration.test_money import made, spent
from tests.integration.test_pipeline import answer_all, claim, lead, paid, run, send, stage, start

assert made  # a fixture


def firm(count, **more):
    """Leads of one company."""
    return [lead(1, email=f"pat{n}@firm1.example", first_name=f"Pat{n}", **more) for n in range(count)]


def test_all_that_is_planned_follows_a_key_that_is_added(api, engine):
    """Whichever run sees it first: nobody's record is filled with inventions of the sandbox."""
    send(api, *(lead(n) for n in range(4)))
    batches = [claim(api, limit=2), claim(api, limit=2)]
    for batch in batches:
        api.step(batch, "plan")
    assert paid(start(api, batches[0], live=KEYED)) and paid(start(api, batches[1], live=KEYED))
    told = sql(engine, "SELECT count(*) FILTER (WHERE sandbox) AS play, count(*) FILTER (WHERE key_mark ="
               " 'sandbox') AS marked FROM provider_calls WHERE state = 'started' AND provider = ANY(%s)",
               KEYED)
    assert told == [{"play": 0, "marked": 0}]


def test_a_key_that_comes_back_buys_nothing_a_second_time(api, engine):
    send(api, *firm(1))
    batch = claim(api)
    api.step(batch, "plan")
    answer_all(api, batch, "missing", live=KEYED)
    start(api, batch)  # the keys are gone: the sandbox is asked from now on
    api.step(batch, "plan")
    planned = {row["request_key"] for row in sql(
        engine, "SELECT request_key FROM provider_calls WHERE state = 'planned'")}
    answered = {row["request_key"] for row in sql(
        engine, "SELECT request_key FROM provider_cache WHERE NOT sandbox AND outcome = 'not_found'")}
    assert planned & answered
    start(api, batch, live=KEYED)
    twice = sql(engine, "SELECT request_key FROM provider_calls WHERE NOT sandbox AND started_at IS NOT NULL"
                " GROUP BY request_key HAVING count(*) > 1")
    assert not twice


@pytest.mark.parametrize("became", ["answered", "in_doubt"])
def test_what_another_run_asked_meanwhile_is_not_asked_again(api, engine, became):
    """It was planned by a run that did not see yet that the other one had asked."""
    send(api, *firm(2))
    batches = [claim(api, limit=1), claim(api, limit=1)]
    api.step(batches[0], "plan")
    hidden = sql(engine, "UPDATE provider_calls SET state = 'dropped' WHERE subject_kind = 'organization'"
                 " RETURNING id")
    api.step(batches[1], "plan")
    if became == "answered":
        answer_all(api, batches[1], "missing")
    else:
        start(api, batches[1])
        sql(engine, "UPDATE provider_calls SET state = 'in_doubt' WHERE state = 'started'")
    for row in hidden:
        sql(engine, "UPDATE provider_calls SET state = 'planned' WHERE id = %s", row["id"])
    start(api, batches[0])
    twice = sql(engine, "SELECT provider, operation FROM provider_calls WHERE started_at IS NOT NULL"
                " GROUP BY provider, operation, request_key HAVING count(*) > 1")
    assert not twice


def pending(api, engine, pipeline):
    """A lead whose paid answers are all still looked for since yesterday."""
    send(pipeline, *firm(1))
    batch = claim(pipeline)
    pipeline.step(batch, "plan")
    answer_all(pipeline, batch, "pending")
    close(pipeline, batch)
    sql(engine, "UPDATE provider_calls SET planned_at = planned_at - interval '1 day',"
        " started_at = started_at - interval '1 day'")
    sql(engine, "UPDATE provider_cache SET expires_at = now() WHERE outcome = 'pending'")
    time_is_over(engine)


def test_a_late_answer_is_money_of_the_day_and_of_the_lead_that_asked(made, api, engine):
    pipeline = made(provider_prices={"hunter": (0.002, 0.001)}, ceiling_per_day=0.004)
    pending(api, engine, pipeline)
    yesterday = spent(engine)
    assert 0 < yesterday <= 0.004 + 1e-9
    send(pipeline, *firm(2))
    batch = claim(pipeline)
    pipeline.step(batch, "plan")
    assert spent(engine, "planned_at < now() - interval '1 hour'") == pytest.approx(yesterday)
    answer_all(pipeline, batch)
    assert spent(engine, "coalesce(started_at, planned_at) > now() - interval '12 hours'") <= 0.004 + 1e-9
    polled = sql(engine, "SELECT a.lead_id, p.price::float8 AS price FROM provider_calls p"
                 " JOIN provider_calls a USING (request_key) WHERE p.outcome = 'late' AND a.id > p.id")
    assert polled and all(row["price"] <= 0.002 for row in polled)


def test_what_is_reserved_for_a_pending_answer_stays_when_it_is_not_asked_for_again(made, api, engine):
    pipeline = made(provider_prices={"hunter": (0.002, 0.001)}, ceiling_per_lead=1.0)
    pending(api, engine, pipeline)
    kept = spent(engine)
    batch = claim(pipeline)
    pipeline.step(batch, "plan")
    close(pipeline, batch)  # the run ends before it asked
    assert spent(engine) == pytest.approx(kept) and kept > 0


def test_no_answer_costs_more_than_was_reserved_for_it(engine, api, made):
    """Prices that are set while it is on its way count from the next call on."""
    cheap, dear = (made(provider_prices=dict.fromkeys(KEYED, (price, price)), ceiling_per_day=0.5)
                   for price in (0.01, 0.2))
    send(cheap, *(lead(n) for n in range(5)))
    batch = claim(cheap)
    cheap.step(batch, "plan")
    answer_all(dear, batch)
    assert 0 < spent(engine) <= 0.5


def test_who_fails_and_says_for_how_long_is_left_alone_as_long(api, engine):
    send(api, *firm(1))
    batch = claim(api)
    api.step(batch, "plan")
    call = paid(start(api, batch))[0]
    assert answer(api, call["call_id"], 503, {}, **{"Retry-After": "900"})
    assert 800 < breaker(engine, call["provider"])["open_for"] <= 900


def test_a_look_does_not_wait_for_what_it_may_not_pay(api, engine):
    """Else it would come back as any other lead, with all the money there is."""
    (lead_id,) = send(api, *firm(1))
    run(api, claim(api))
    while stage(api, lead_id) == "waiting":
        time_is_over(engine)
        run(api, claim(api))
    sql(engine, "UPDATE provider_cache SET expires_at = now() WHERE outcome = 'not_found'")
    sql(engine, "UPDATE contacts SET job_title = NULL, seniority = NULL, linkedin = NULL")
    sql(engine, "UPDATE work_items SET stage = 'queued', due_at = now()")
    sql(engine, "INSERT INTO looks VALUES (%s, now(), 0.1, 0)", lead_id)
    batch = claim(api)
    api.step(batch, "plan")
    assert not paid(start(api, batch))
    close(api, batch)
    assert stage(api, lead_id) == "done"


def test_a_refusal_after_the_plan_stops_the_call_and_an_erasure_leaves_none_under_way(api, engine):
    send(api, *(lead(n) for n in range(3)))
    batch = claim(api)
    api.step(batch, "plan")
    people = [row["id"] for row in sql(engine, "SELECT id::text AS id FROM contacts ORDER BY id")]
    api.post(f"/v1/contacts/{people[0]}/refusals", {
        "purpose": "enrichment", "refused": True, "reason": "call"})
    assert api.client.delete(f"/v1/contacts/{people[1]}", headers=api.headers).status_code == 204
    start(api, batch)
    about = {str(row["subject_id"]) for row in sql(
        engine, "SELECT subject_id FROM provider_calls WHERE state = 'started' AND subject_kind = 'contact'")}
    assert about == {people[2]}
    close(api, batch)
    assert not sql(engine, "SELECT 1 FROM provider_calls WHERE state IN ('planned', 'started')")

