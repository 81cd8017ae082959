"""Money: ceilings that nobody passes, prices in the ledger, receipts, estimates."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace

import pytest

from sidecar.app import create_app
from sidecar.store.database import Database, many, one
from tests.integration.conftest import Api
from tests.integration.test_pipeline import answer_all, claim, expire, lead, run, send, start


@pytest.fixture
def made(app, engine, api):
    """make(settings…): a client of the pipeline under other settings, which 8 threads may use at once."""
    database = Database(engine.settings.database_url, size=10)

    def make(**changed):
        settings = replace(engine.settings, **changed)
        other = create_app(settings, replace(engine, settings=settings, database=database))
        other.test_client_class = app.test_client_class
        return Api(other.test_client(), "tests")

    yield make
    database.close()


def beside(client):
    """The same caller in another thread."""
    other = copy(client)
    other.client = client.client.application.test_client()
    return other


def spent(engine, where="true"):
    with engine.database.read() as cursor:
        return one(cursor, "SELECT coalesce(sum(price), 0)::float8 AS usd FROM provider_calls"
                           f" WHERE {where}")["usd"]


def asked(engine, where="true"):
    with engine.database.read() as cursor:
        return one(cursor, f"SELECT count(*)::int AS n FROM provider_calls"
                           f" WHERE started_at IS NOT NULL AND {where}")["n"]


def apart(count):
    """Leads of companies of their own, as a form sends them."""
    return [lead(number, source="web form") for number in range(count)]


@pytest.mark.parametrize(("setting", "ceiling", "where"), [
    ({"ceiling_per_day": 0.6}, 0.6, "true"),
    ({"provider_ceilings": {"hunter": 0.05}}, 0.05, "provider = 'hunter'")])
def test_no_ceiling_is_passed_by_8_runs_at_once(made, engine, setting, ceiling, where):
    """At no time: what is reserved until the answer is there counts too."""
    pipeline = made(interactive_batches=8, bulk_batches=8, **setting)
    send(pipeline, *apart(80))
    batches = [claim(pipeline, limit=10) for _ in range(8)]
    together, seen = threading.Barrier(8, timeout=30), []

    def whole(batch):
        own = beside(pipeline)
        together.wait()
        while own.step(batch, "plan").json["asking"]:
            seen.append(spent(engine, where))
            answer_all(own, batch)
            own.step(batch, "apply")
        own.step(batch, "score")
        return own.step(batch, "complete").status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(whole, batches)) == [200] * 8
    assert 0.8 * ceiling < max(seen) <= ceiling + 1e-9
    assert 0 < spent(engine, where) <= ceiling + 1e-9


def test_8_runs_that_begin_at_once_pass_no_ceiling(made, engine):
    """What was reserved yesterday is money of the day on which it is begun."""
    free = made(interactive_batches=8, bulk_batches=8)
    send(free, *apart(80))
    batches = [claim(free, limit=10) for _ in range(8)]
    for batch in batches:
        free.step(batch, "plan")
    with engine.database.write() as cursor:
        cursor.execute("UPDATE provider_calls SET planned_at = now() - interval '1 day'")
    pipeline, together = made(ceiling_per_day=0.2), threading.Barrier(8, timeout=30)

    def begin(batch):
        own = beside(pipeline)
        together.wait()
        return len(start(own, batch))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, batches)) > 0
    assert 0.15 < spent(engine, "state = 'started'") <= 0.2
    assert spent(engine, "state = 'dropped'") == 0


def test_a_ceiling_for_each_lead(made, engine):
    pipeline = made(ceiling_per_lead=0.03)
    send(pipeline, *apart(10))
    run(pipeline, claim(pipeline))
    with engine.database.read() as cursor:
        rows = many(cursor, "SELECT lead_id, sum(price)::float8 AS usd FROM provider_calls WHERE price > 0"
                            " GROUP BY lead_id")
    assert len(rows) > 5 and max(row["usd"] for row in rows) <= 0.03


@pytest.mark.parametrize("goal", ["fill", "decision", "reach"])
def test_a_ceiling_below_one_price_does_not_starve_the_cheaper_ones(made, engine, goal):
    """Hunter costs a fifth of what others do, of which each alone may cost more than a lead."""
    prices = {"hunter": (0.01, 0.0), "peopledatalabs": (0.05, 0.0), "apollo": (0.05, 0.0)}
    pipeline = made(ceiling_per_lead=0.02, provider_prices=prices, enrichment_goals={"": goal})
    send(pipeline, *apart(10))
    run(pipeline, claim(pipeline))
    assert asked(engine, "provider IN ('peopledatalabs', 'apollo')") == 0
    assert asked(engine, "provider = 'hunter'") >= 5


def test_what_was_spent_is_told_by_day_and_by_source(made, engine):
    pipeline = made()
    send(pipeline, *apart(10))
    run(pipeline, claim(pipeline))
    told = pipeline.get("/v1/stats/spend?days=1").json
    assert len({row["day"] for row in told["days"]}) == 1 < len({row["provider"] for row in told["days"]})
    assert sum(row["usd"] for row in told["days"]) == pytest.approx(spent(engine))
    [source] = told["sources"]
    assert source["usd"] == pytest.approx(spent(engine)) and source["leads"] == 10


def test_an_empty_purse_leaves_what_is_free(made, engine):
    pipeline = made(ceiling_per_day=0.0)
    (lead_id,) = send(pipeline, lead(1))
    assert run(pipeline, claim(pipeline)) > 0
    assert spent(engine) == 0
    done = pipeline.get(f"/v1/leads/{lead_id}").json
    assert done["stage"] == "done" and done["score"]["grade"]


def test_a_call_in_doubt_counts_as_spent(made, engine):
    pipeline = made(ceiling_per_lead=1.0)
    send(pipeline, *apart(3))
    batch = claim(pipeline)
    pipeline.step(batch, "plan")
    reserved = spent(engine)
    start(pipeline, batch)
    expire(engine)
    claim(pipeline)  # takes them back
    assert asked(engine, "state = 'in_doubt'") > 0
    assert spent(engine) == spent(engine, "state = 'in_doubt'") == reserved > 0


def test_what_is_not_begun_costs_nothing(made, engine):
    pipeline = made(ceiling_per_lead=1.0)
    send(pipeline, *apart(3))
    batch = claim(pipeline)
    pipeline.step(batch, "plan")
    assert spent(engine) > 0
    pipeline.step(batch, "score")
    pipeline.step(batch, "complete")
    assert spent(engine) == 0


def test_a_pending_answer_keeps_its_money_and_is_paid_once(made, engine):
    pipeline = made(provider_prices={"hunter": (0.002, 0.001)}, ceiling_per_lead=5.0)
    send(pipeline, *apart(4))
    batch = claim(pipeline)
    pipeline.step(batch, "plan")
    answer_all(pipeline, batch, "pending")
    kept = spent(engine, "provider = 'hunter'")
    assert kept == pytest.approx(0.002 * asked(engine, "provider = 'hunter'"))
    assert kept > 0
    with engine.database.write() as cursor:
        cursor.execute("UPDATE provider_cache SET expires_at = now() WHERE outcome = 'pending'")
    pipeline.step(batch, "plan")
    assert spent(engine, "provider = 'hunter'") == pytest.approx(kept)
    answer_all(pipeline, batch)
    with engine.database.read() as cursor:
        bill = one(cursor, "SELECT sum(CASE outcome WHEN 'found' THEN 0.002 WHEN 'not_found' THEN 0.001 END)"
                           "::float8 AS usd FROM provider_calls WHERE provider = 'hunter'")["usd"]
    assert spent(engine, "provider = 'hunter'") == pytest.approx(bill)


def test_a_call_that_several_leads_need_is_paid_by_the_first_that_can(made, engine):
    """All are of one company; each may cost as much as the company alone."""
    pipeline = made(provider_prices={"hunter": (0.02, 0.0)}, ceiling_per_lead=0.02)
    send(pipeline, *(lead(n, company_name="Firm", email=f"pat{n}@firm.example") for n in range(5)))
    pipeline.step(claim(pipeline), "plan")
    with engine.database.read() as cursor:
        rows = many(cursor, "SELECT subject_kind, lead_id, cardinality(lead_ids) AS needing"
                            " FROM provider_calls WHERE price > 0")
    assert len({row["lead_id"] for row in rows}) == len(rows)
    assert [row["needing"] for row in rows if row["subject_kind"] == "organization"] == [5]


def test_the_ledger_keeps_the_price_of_the_time(made, engine):
    before = made(provider_prices={"hunter": (0.002, 0.002)})
    send(before, *apart(5))
    run(before, claim(before))
    was = spent(engine, "provider = 'hunter'")
    assert was == pytest.approx(0.002 * asked(engine, "provider = 'hunter'"))
    after = made(provider_prices={"hunter": (0.003, 0.003)})
    send(after, *(lead(number) for number in range(100, 110)))
    run(after, claim(after))
    assert spent(engine, "provider = 'hunter' AND price < 0.0025") == pytest.approx(was)
    assert spent(engine, "provider = 'hunter' AND price > 0.0025") > 0


def test_a_lead_has_a_goal_of_its_own(made, engine):
    pipeline = made(enrichment_goals={"": "decision"})
    sent = pipeline.post("/v1/leads", {"leads": [lead(1, job_title="Intern")], "goal": "fill"})
    wanted = sent.json["results"][0]["lead_id"]
    (other,) = send(pipeline, lead(2, job_title="Intern"))
    assert pipeline.get(f"/v1/leads/{wanted}").json["goal"] == "fill"
    assert pipeline.step(claim(pipeline), "plan").json["asking"] == [wanted]
    refused = pipeline.post("/v1/leads", {"leads": [lead(3)], "goal": "everything"})
    assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == "/goal"
    path = f"/v1/leads/{other}"
    edited = pipeline.client.patch(path, json={"goal": "reach"}, headers=pipeline.headers)
    assert edited.json["goal"] == "reach" and edited.json["changed"] == ["goal"]
    edited = pipeline.client.patch(path, json={"goal": None}, headers=pipeline.headers)
    assert edited.json["goal"] is None


def test_the_word_goal_in_a_form_is_an_answer(api):
    (lead_id,) = send(api, lead(1, goal="fill"))
    told = api.get(f"/v1/leads/{lead_id}").json
    assert told["goal"] is None and told["custom"]["goal"] == "fill"


def test_a_receipt_tells_what_was_asked_why_and_what_it_changed(made, api):
    """Of each lead; the second is of the same company, which is paid once."""
    first, second = send(api, lead(1), lead(2, email="sam@firm1.example", first_name="Sam"))
    run(api, claim(api))
    told = api.get(f"/v1/leads/{first}/receipt").json
    assert told["cost"] == 0 < told["sandbox_cost"] and told["ceiling"] is None
    assert told["stopped"] in ("known", "nothing_left") and told["stopped_text"]
    bought = [call for call in told["calls"] if call["price"]]
    assert bought and all(call["reason"]["goal"] == "fill" and call["reason"]["missing"] for call in bought)
    assert told["sandbox_cost"] == pytest.approx(
        sum(call["price"] for call in bought if call["paid_by"] == first))
    seen = api.get(f"/v1/leads/{first}").json
    for call in told["calls"]:
        assert call["text"].endswith(".") and "asked about" in call["text"]
        for place in call["changed"]:
            entity, name = place.split(".")
            assert seen[entity]["fields"][name]["source"] == call["provider"]
    assert {place for call in told["calls"] for place in call["changed"]} >= {
        f"{entity}.{name}" for entity in ("contact", "organization")
        for name, said in seen[entity]["fields"].items() if said["source"] in ("hunter", "peopledatalabs")}
    other = api.get(f"/v1/leads/{second}/receipt").json
    shared = [call for call in other["calls"] if call["about"] == "organization" and call["price"]]
    assert shared and all(call["paid_by"] in (first, second) for call in shared)
    assert all(("another lead" in call["text"]) == (call["paid_by"] == first) for call in shared)
    assert "pat1" not in str(told) and "Quill" not in str(told)
    assert api.get("/v1/leads/0197a000-0000-7000-8000-000000000000/receipt").status_code == 404


def test_a_receipt_tells_that_a_ceiling_was_reached(made):
    pipeline = made(ceiling_per_lead=0.001)
    (lead_id,) = send(pipeline, lead(1))
    run(pipeline, claim(pipeline))
    told = pipeline.get(f"/v1/leads/{lead_id}/receipt").json
    assert (told["stopped"], told["ceiling"], told["sandbox_cost"]) == ("ceiling", 0.001, 0)


def test_providers_tell_what_they_cost_and_how_long_the_ceiling_lasts(made, engine):
    pipeline = made(provider_ceilings={"hunter": 10.0})
    send(pipeline, *apart(10))
    run(pipeline, claim(pipeline))
    told = {row["name"]: row for row in pipeline.get("/v1/providers").json["data"]}
    hunter = told["hunter"]
    assert hunter["cost"] == pytest.approx(spent(engine, "provider = 'hunter'")) == hunter["month_cost"] > 0
    assert hunter["month_ceiling"] == 10
    assert hunter["runway_days"] == pytest.approx((10 - hunter["month_cost"]) / (hunter["month_cost"] / 7))
    assert told["peopledatalabs"]["runway_days"] is None
