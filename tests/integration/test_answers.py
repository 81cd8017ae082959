"""What providers answer, merged on a real database: nothing of it stops a batch."""

from __future__ import annotations

import json

import pytest

from sidecar.enrichment import operation_of
from sidecar.enrichment.planning import request_key
from sidecar.ids import new_id
from sidecar.store import calls, facts
from sidecar.store.database import many

MIRA = {"email": "mira.quandt@gmail.com", "first_name": "Mira", "last_name": "Quandt",
        "company_name": "Nordlicht", "source": "import", "custom": {"ip": "8.8.8.8"}}
OTHERS = {"email": "jo.berger@nordlicht.example", "company_name": "Nordlicht GmbH",
          "company_domain": "nordlicht.example", "source": "import"}


def answered(api, engine, lead_id, batch, provider, operation, body, status=200, error=None):
    """A provider that is asked about a lead for real answers so, and that is merged."""
    asked = operation_of(provider, operation)
    with engine.database.write() as cursor:
        [row] = facts.load(cursor, [lead_id])
        params = asked.lookup(row) or {"domain": "x.example"}
        calls.plan(cursor, [{
            "id": new_id(), "batch_id": batch["batch_id"], "provider": provider, "operation": operation,
            "request_key": request_key(provider, operation, params, engine.settings.hash_key.encode()),
            "subject_kind": asked.subject, "subject_id": row[asked.subject]["id"], "sandbox": False,
            "request": engine.vault.seal(params), "lead_ids": [lead_id]}])
    [request] = api.step(batch, "calls/start", live=[provider]).json["requests"]
    told = {"call_id": request["call_id"], "elapsed_ms": 1} | ({"error": error} if error else {
        "status": status, "headers": {}, "body": body if isinstance(body, str) else json.dumps(body)})
    assert api.post("/v1/pipeline/answers", {"answers": [told]}).json["accepted"] == 1
    return api.step(batch, "apply")


@pytest.fixture
def mira(api):
    """A lead whose company has no domain, claimed beside one of the company that has it: (id, batch)."""
    sent = api.post("/v1/leads", {"leads": [MIRA, OTHERS]}).json["results"]
    return sent[0]["lead_id"], api.post("/v1/pipeline/claim", {}).json


@pytest.mark.parametrize(("error", "outcome"), [
    ("host_not_found", "not_found"), ("robots_disallow", "not_found"), ("timeout", "error"),
    ("names_unavailable", "error")])
def test_a_site_that_is_not_there_is_a_miss_and_not_asked_again_each_hour(api, engine, error, outcome):
    [sent] = api.post("/v1/leads", {"leads": [OTHERS]}).json["results"]
    batch = api.post("/v1/pipeline/claim", {}).json
    answered(api, engine, sent["lead_id"], batch, "home_page", "page", "", error=error)
    with engine.database.read() as cursor:
        [row] = many(
            cursor, "SELECT outcome, expires_at - fetched_at > interval '1 day' AS lasts FROM provider_cache")
    assert row == {"outcome": outcome, "lasts": outcome == "not_found"}


def test_a_domain_that_another_company_has_stops_nobody(api, engine, mira):
    said = {"ip": "8.8.8.8", "city": "Kiel", "country": "DE",
            "company": {"name": "Nordlicht", "domain": "nordlicht.example", "type": "business"}}
    assert answered(api, engine, *mira, "ipinfo", "network", said).status_code == 200
    lead = api.get(f"/v1/leads/{mira[0]}").json
    assert lead["contact"]["city"] == "Kiel" and lead["organization"].get("domain") is None
