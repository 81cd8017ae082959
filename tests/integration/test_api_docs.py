"""What the API's own page teaches: examples that the API takes, in words that people know."""

from __future__ import annotations

import re

import jsonschema_rs
import pytest

from sidecar.api.docs import calls, kind_of, limits_of, rows
from sidecar.api.endpoint import ENDPOINTS
from sidecar.api.openapi import document

BODIES = [contract for contract in ENDPOINTS if contract.body is not None]


def operation(contract):
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", contract.path)
    return document()["paths"][path][contract.method.lower()]


@pytest.mark.parametrize("contract", BODIES, ids=lambda c: f"{c.method} {c.path}")
def test_each_body_takes_its_example(contract):
    contract.body.load(operation(contract)["requestBody"]["content"]["application/json"]["example"])


@pytest.mark.parametrize("contract", ENDPOINTS, ids=lambda c: f"{c.method} {c.path}")
def test_each_example_is_as_its_schema_says(contract):
    told = operation(contract)
    contents = [told.get("requestBody", {}), told["responses"][str(contract.status)]]
    for content in contents:
        for kind, media in content.get("content", {}).items():
            if kind == "application/json":
                jsonschema_rs.Draft202012Validator(
                    {**media["schema"], "components": document()["components"]}, validate_formats=True,
                ).validate(media["example"])


def test_the_example_of_a_lead_comes_in(api):
    told = document()["paths"]["/v1/leads"]["post"]["requestBody"]["content"]["application/json"]["example"]
    [result] = api.post("/v1/leads", told).json["results"]
    assert (result["outcome"], result["errors"], result["warnings"]) == ("created", [], [])


def test_the_page_says_it_in_plain_words(app, engine):
    page = app.test_client().get("/docs").text
    assert "/v1/leads/{lead_id}" in page and "<uuid" not in page and "&lt;uuid" not in page
    for ours in ("QueryWhole", "FieldPaths", "<td>Word", "Nested"):
        assert ours not in page
    assert f"{engine.settings.public_url}/api/v1/leads" in page
    assert " style=" not in page and "<style" not in page
    assert re.findall(r"<script[^>]*>", page) == [
        '<script src="/js/theme.js">', '<script src="docs.js">']
    for name, kind in (("docs.css", "text/css"), ("docs.js", "text/javascript")):
        assert app.test_client().get(f"/{name}").content_type.startswith(kind)


def test_a_lead_shows_its_fields_and_what_they_may_be():
    [call] = [call for _, group in calls("https://leads.example.com/api") for call in group
              if (call.method, call.path) == ("POST", "/v1/leads")]
    assert [title for title, _ in call.bodies] == ["One lead", "Several leads"]
    email = next(row for row in call.bodies[0][1] if row.name == "email")
    assert (email.kind, email.limits) == ("text", "at most 500 characters")
    leads = next(row for row in call.bodies[1][1] if row.name == "leads")
    assert (leads.kind, leads.required, leads.limits) == ("list of object", True, "1 to 1000 items")
    goal = next(row for row in call.bodies[1][1] if row.name == "goal")
    assert goal.choices == ("decision", "reach", "fill")
    assert call.curl.startswith("curl -X POST https://leads.example.com/api/v1/leads \\\n")
    assert "Authorization: Bearer $TOKEN" in call.curl and "pat.quill@acme.example" in call.curl
    assert '"outcome"' in call.answer and (422, "invalid") in call.problems


def test_words_for_types():
    assert kind_of({"type": ["string", "null"]}, {}) == "text or null"
    ids = {"type": "array", "items": {"type": "string", "format": "uuid"}}
    assert kind_of(ids, {}) == "list of id (UUID)"
    assert kind_of({"anyOf": [{"$ref": "#/x/A"}, {"type": "null"}]}, {"A": {"type": "object"}}) == (
        "object or null")
    assert limits_of({"minimum": 1, "maximum": 200, "default": 50}) == "1 to 200, usually 50"
    assert limits_of({"minItems": 1}) == "at least 1 items"


def test_a_schema_within_itself_is_told_once():
    node = {"type": "object", "properties": {"name": {"type": "string"}, "parts": {
        "type": "array", "items": {"$ref": "#/components/schemas/Node"}}}}
    found = [row.name for row in rows({"$ref": "#/components/schemas/Node"}, {"Node": node})]
    assert found == ["name", "parts"]


@pytest.mark.parametrize("contract", [c for c in BODIES if c.bodiless and "<" not in c.path and c.scope],
                         ids=lambda c: f"{c.method} {c.path}")
def test_what_needs_no_body_takes_none(api, contract):
    answer = api.client.open(contract.path, method=contract.method, headers=api.headers)
    assert not any(error["code"] == "not_json" for error in (answer.json or {}).get("errors", ()))
    assert answer.status_code < 500
    assert operation(contract)["requestBody"]["required"] is False
