"""Looking again at leads of whom something went stale: free first, then for a tenth of the first price."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sidecar.enrichment import PROVIDERS, priced
from sidecar.pipeline import asking, deciding, looking, surveying
from sidecar.store.database import insert, many, one
from tests.integration.test_pipeline import claim, send

LIVE = ["peopledatalabs"]


@pytest.fixture(autouse=True)
def only_one(monkeypatch):
    """There is one provider."""
    only = {"peopledatalabs": PROVIDERS["peopledatalabs"]}
    for module in (surveying, looking, deciding):
        monkeypatch.setattr(module, "priced", lambda prices: only)


def begun(api: Any, batch: Any) -> Iterator[dict[str, Any]]:
    """The calls that are begun, part after part: no more at once than the pace allows."""
    told = api.step(batch, "calls/start", live=LIVE).json
    yield from told["requests"]
    while told["more"]:
        told = api.step(batch, "calls/start", live=LIVE, provider=told["more"][0]).json
        yield from told["requests"]


def enrich(api: Any, title: str = "buyer") -> int:
    """A run in which People Data Labs finds everybody; how many calls it made."""
    batch = claim(api)
    made = 0
    while api.step(batch, "plan").json["asking"]:
        answers = []
        for request in begun(api, batch):
            found = request["provider"] == "peopledatalabs"
            email = str(request["query"].get("email"))
            person = {"full_name": " ".join(email.partition("@")[0].split(".")), "job_title": title,
                      "work_email": email, "linkedin_url": f"linkedin.com/in/{email.partition('@')[0]}",
                      "job_company_website": email.partition("@")[2]}
            company = {"website": request["query"].get("website"), "industry": "machinery", "size": "11-50",
                       "employee_count": 40, "location": {"country": "germany"}}
            told = {"data": person} if "/person/" in request["url"] else company
            answers.append({"call_id": request["call_id"], "status": 200 if found else 404, "headers": {},
                            "body": json.dumps({"likelihood": 9, **told}), "elapsed_ms": 1})
        made += sum(answer["status"] == 200 for answer in answers)
        api.post("/v1/pipeline/answers", {"answers": answers})
        api.step(batch, "apply")
    for name in ("score", "complete"):
        api.step(batch, name)
    return made


@pytest.fixture
def later(engine):
    """So many days pass."""
    def passed(days: int) -> None:
        with engine.database.write() as cursor:
            cursor.execute(
                "UPDATE provenance SET fields = (SELECT jsonb_object_agg(key, value || jsonb_build_object("
                "'observed_at', (value ->> 'observed_at')::timestamptz - %(past)s)) FROM jsonb_each(fields))",
                {"past": timedelta(days=days)})
            for place in ("leads.created_at", "provider_cache.fetched_at", "provider_cache.expires_at",
                          "provider_calls.started_at", "looks.looked_at"):
                table, column = place.split(".")
                cursor.execute(f"UPDATE {table} SET {column} = {column} - %s", (timedelta(days=days),))
    return passed


def leads(api: Any, count: int) -> list[str]:
    names = [f"{given}.{family}" for given in ("anna", "ben", "clara", "david", "eva") for family in (
        "vossberg", "harg", "lindquist", "tarn", "quinby")][:count]
    return send(api, *({
        "email": f"{name}@{name.replace('.', '')}firm.com", "full_name": name.replace(".", " ").title(),
        "source": "import"} for name in names))


def look(api: Any, **body: Any) -> dict[str, Any]:
    answer = api.post("/v1/leads/look-again", body)
    assert answer.status_code == 202, answer.json
    result: dict[str, Any] = answer.json
    return result


def test_what_is_fresh_is_left_alone(api, later):
    leads(api, 3)
    enrich(api)
    assert look(api) == {"looked": 0, "queued": 0, "paid": 0, "next": None}
    later(40)
    assert look(api) == {"looked": 3, "queued": 0, "paid": 0, "next": None}
    assert look(api)["looked"] == 0


def test_stale_leads_are_looked_at_for_a_tenth_of_the_first_price(api, later, engine):
    leads(api, 20)
    first = enrich(api)
    assert first == 40
    later(400)
    told = look(api)
    assert (told["looked"], told["queued"]) == (20, 20) and 0 < told["paid"] < 5
    again = enrich(api, "head of purchasing")
    assert 0 < again <= first // 10
    with engine.database.read() as cursor:
        changed = many(cursor, "SELECT 1 FROM contacts WHERE job_title = 'head of purchasing'")
    assert 0 < len(changed) <= again
    # The purse of these leads is empty until they cost something anew.
    later(40)
    assert look(api)["paid"] == 0


def test_the_list_is_read_part_after_part(api, later):
    ids = leads(api, 5)
    enrich(api)
    later(400)
    one = look(api, limit=3)
    assert one["looked"] == 3 and one["next"] == sorted(ids)[2]
    assert look(api, limit=3, after=one["next"])["looked"] == 2


def test_a_bounce_makes_a_fresh_lead_doubtful(api, later):
    ids = leads(api, 20)
    enrich(api)
    later(20)
    api.post("/v1/events", {"events": [{"lead_id": ids[4], "type": "bounce"}]})
    batch = claim(api)
    for name in ("plan", "score", "complete"):
        api.step(batch, name)
    assert look(api) == {"looked": 1, "queued": 1, "paid": 0, "next": None}


def test_who_refused_enrichment_is_not_looked_at(api, later):
    leads(api, 1)
    enrich(api)
    contact = api.get("/v1/contacts").json["data"][0]["id"]
    api.post(f"/v1/contacts/{contact}/refusals", {"purpose": "enrichment", "refused": True, "reason": "call"})
    later(400)
    assert look(api)["queued"] == 0


def test_erasing_somebody_forgets_their_looks(api, later, engine):
    leads(api, 1)
    enrich(api)
    later(400)
    look(api)
    contact = api.get("/v1/contacts").json["data"][0]["id"]
    assert api.client.delete(f"/v1/contacts/{contact}", headers=api.headers).status_code == 204
    with engine.database.read() as cursor:
        assert one(cursor, "SELECT 1 FROM looks") is None


def test_what_a_company_cost_is_counted_once_however_many_are_of_it(api, later, engine, monkeypatch):
    prices = {"peopledatalabs.company": (5.0, 0.0), "peopledatalabs.person": (0.1, 0.0)}
    dear = {"peopledatalabs": priced(prices)["peopledatalabs"]}
    for module in (surveying, looking, asking):
        monkeypatch.setattr(module, "priced", lambda prices: dear)
    send(api, *({"email": f"{given}.tarn@tarnfirm.com", "full_name": f"{given} Tarn", "source": "import"}
                for given in ("Anna", "Ben", "Clara", "David", "Eva", "Fritz", "Gesa", "Hugo", "Ines", "Jo")))
    assert enrich(api) == 11
    later(400)
    look(api)
    enrich(api, "head of purchasing")
    with engine.database.read() as cursor:
        spent = many(
            cursor, "SELECT started_at < now() - interval '100 days' AS first, sum(price)::float8 AS cost"
            " FROM provider_calls WHERE NOT sandbox GROUP BY first")
    cost = {row["first"]: row["cost"] for row in spent}
    assert cost[True] == pytest.approx(6.0) and cost.get(False, 0.0) <= cost[True] / 10


def visited(engine, organization, **told):
    """What came of a visit to a company's home page."""
    with engine.database.write() as cursor:
        insert(cursor, "provider_calls", [{
            "request_key": "k", "sandbox": False, "provider": "home_page", "operation": "page",
            "subject_kind": "organization", "subject_id": organization, "outcome": "not_found",
            "state": "answered", "answered_at": engine.now(), "started_at": engine.now()} | told])


@pytest.mark.parametrize("told", [{"status": 403}, {"status": 200}, {"error": "robots_disallow"},
                                  {"error": "names_unavailable"}])
def test_a_site_that_lets_no_programs_in_is_not_gone(api, later, engine, told):
    leads(api, 1)
    enrich(api)
    later(40)
    visited(engine, api.get("/v1/organizations").json["data"][0]["id"], **told)
    assert look(api)["queued"] == 0


@pytest.mark.parametrize("gone", [{"status": 404}, {"error": "host_not_found"}, "mail"])
def test_a_company_whose_site_or_mail_is_gone_is_doubtful(api, later, engine, gone):
    leads(api, 2)
    enrich(api)
    later(40)
    with engine.database.read() as cursor:
        [organization, _] = many(cursor, "SELECT id FROM organizations ORDER BY id")
    if gone != "mail":
        visited(engine, organization["id"], **gone)
    else:
        with engine.database.write() as cursor:
            cursor.execute(
                "UPDATE provenance SET fields = fields || jsonb_build_object('mail_host', jsonb_build_object("
                "'value', 'none', 'confidence', 1, 'observed_at', now())) WHERE entity_id = %s"
                " AND source = 'lead'", (organization["id"],))
    assert look(api)["queued"] == 1
