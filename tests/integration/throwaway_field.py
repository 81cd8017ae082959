"""Run by test_new_field.py in a copy of the product with one field more, on a database of its own."""

from __future__ import annotations

import csv
import io
import json
import logging
import os

from sidecar.app import create_app
from sidecar.engine import Engine
from sidecar.pipeline.scoring import model_in_force
from sidecar.scoring import check_model, default_model
from sidecar.secrets import hash_password
from sidecar.settings import Settings
from sidecar.store import access
from sidecar.store.migrations import migrate
from sidecar.terms import fields
from sidecar.terms.scopes import SCOPES
from tests.integration.conftest import Api
from tests.integration.test_pipeline import claim

LEAD = {"email": "pat@firm1.example", "pronouns": "  they /\tthem "}


def main() -> None:
    """Everything that a field takes part in; an assertion names what does not work."""
    engine = Engine.build(Settings.from_env(os.environ))
    migrate(engine.settings.database_url)
    logging.disable()
    with engine.database.write() as cursor:
        access.save_client(cursor, "tests", hash_password("secret"), list(SCOPES))
        access.save_client(cursor, "reader", hash_password("secret"), ["leads:read"])
    app = create_app(engine.settings, engine)
    api, reader = Api(app.test_client(), "tests"), Api(app.test_client(), "reader")
    try:
        comes_in(api, reader)
        is_scored(api, engine)
        is_imported(api)
        assert {"entity": "contact", "name": "pronouns", "lead": "pronouns", "label": "Pronouns",
                "type": "text", "longest": 500, "personal": True, "derived": False,
                "editable": True, "scored": True, "choices": None} in reader.get("/v1/fields").json["fields"]
    finally:
        engine.cache.redis.flushdb()
        engine.close()
    print(fields.__file__)


def comes_in(api: Api, reader: Api) -> None:
    """Validated, tidied, stored with its source, masked, edited and locked, exported."""
    refused = api.post("/v1/leads?strict=true", LEAD | {"pronouns": "x" * 501})
    assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == "/pronouns"
    told = api.post("/v1/validate", {"leads": [LEAD | {"pronouns": {"a": 7}}]}).json["results"][0]
    assert told["valid"] and told["warnings"][0]["code"] == "wrong_type"
    tidied = api.post("/v1/normalize", {"leads": [LEAD]}).json["results"][0]
    assert tidied["lead"]["pronouns"] == "they / them"
    sent = api.post("/v1/leads", LEAD).json["results"][0]
    path, person = f"/v1/leads/{sent['lead_id']}", f"/v1/contacts/{sent['contact_id']}"
    contact = api.get(path).json["contact"]
    assert contact["pronouns"] == "they / them" and contact["fields"]["pronouns"]["source"] == "lead"
    for seen in (path, person, "/v1/leads", "/v1/contacts"):
        assert "them" in api.get(seen).text and "they / them" not in reader.get(seen).text
    edited = api.client.patch(person, json={"pronouns": " she "}, headers=api.headers).json
    assert edited["fields"]["pronouns"] == "she" and edited["sources"]["pronouns"]["locked"]
    rows = list(csv.DictReader(io.StringIO(api.get("/v1/leads.csv").text.lstrip("\ufeff"))))
    assert [row["pronouns"] for row in rows] == ["she"]
    audited = json.dumps(api.get("/v1/audit").json["data"])
    assert "pronouns" in audited and '"she"' not in audited


def is_scored(api: Api, engine: Engine) -> None:
    """A rule looks at it, of a lead that is stored and of one that is only sent."""
    model = default_model() | {"version": "test"}
    model["components"]["demographic"]["rules"] = [{
        "name": "pronouns", "kind": "known", "facts": ["contact.pronouns"], "points": 5,
        "text": "Says {value}", "missing": "Unknown"}]
    assert check_model(model) == []
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO scoring_models (version, definition, state, created_by)"
                       " VALUES ('test', %s, 'published', 'tests')", (json.dumps(model),))
        assert model_in_force(cursor) == model
    sent = api.post("/v1/score", {"leads": [LEAD]}).json["results"][0]["score"]
    batch = claim(api)
    assert api.step(batch, "score").status_code == 200
    stored = api.get(f"/v1/leads/{batch['leads'][0]['lead_id']}").json["score"]
    assert [reason["text"] for score in (sent, stored) for reason in score["reasons"]
            if reason["rule"] == "pronouns"] == ["Says they / them", "Says she"]


def is_imported(api: Api) -> None:
    """A column of that name in a file holds it."""
    job = api.client.post("/v1/jobs/imports", data="E-Mail,Pronouns\nann@firm2.example,ze\n", headers={
        **api.headers, "Content-Type": "text/csv"}).json["job"]
    assert {"column": "Pronouns", "field": "pronouns", "how": "guessed"} in job["columns"]
    api.post(f"/v1/jobs/{job['id']}/step")
    found = api.get("/v1/contacts?q=ann").json["data"]
    assert [contact["fields"]["pronouns"] for contact in found] == ["ze"]


if __name__ == "__main__":
    main()
