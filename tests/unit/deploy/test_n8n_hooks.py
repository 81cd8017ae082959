"""n8n/hooks.cjs: n8n's own errors at the webhooks are problems, what a workflow answers is left alone; a form
takes what it asks for."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from deploy.settings import ROOT
from local.n8n import NODE

ASK = """
const hooks = require(process.argv[1]);
const [path, status, body, type] = JSON.parse(process.argv[2]);
const told = { type: type ?? 'application/json' };
const response = { json(body) { told.body = body; } };
hooks.n8n.ready[0]({ app: { response } });
Object.assign(response, { statusCode: status, req: { originalUrl: path }, type(name) { told.type = name; } });
response.json(body);
console.log(JSON.stringify(told));
"""
SUBMIT = """
const hooks = require(process.argv[1]);
const [parameters, body, contentType] = JSON.parse(process.argv[2]);
const told = {};
class Service { async runWebhook(...given) { told.ran = given.length; return { workflowData: [] }; } }
hooks.refuseUndeclared(Service);
const httpResponse = {
    status(code) { told.status = code; return this; }, type(name) { told.type = name; return this; },
    json(answer) { told.problem = answer; },
};
const httpRequest = { contentType, body, originalUrl: '/form/lead?utm_source=x' };
new Service().runWebhook({}, {}, { parameters }, { httpRequest, httpResponse }, 'webhook', null)
    .then((answer) => console.log(JSON.stringify({ ...told, answer })));
"""
PARSE = {"code": 422, "message": "Failed to parse request body", "hint": "Unexpected token"}


def with_node(program: str, *given: Any) -> dict[str, Any]:
    done = subprocess.run(
        [str(NODE), "--input-type=commonjs", "--eval", program, str(ROOT / "n8n/hooks.cjs"),
         json.dumps(given)], capture_output=True, text=True, timeout=60, check=True)
    return dict(json.loads(done.stdout))


def answered(path: str, status: int, body: Any) -> dict[str, Any]:
    return with_node(ASK, path, status, body)


def submitted(fields: Any, body: Any, content_type: str = "multipart/form-data") -> dict[str, Any]:
    return with_node(SUBMIT, {"formFields": {"values": fields}}, body, content_type)


def test_an_error_of_n8n_becomes_a_problem_without_the_trace() -> None:
    told = answered("/webhook/leads?key=secret", 422, PARSE | {"stacktrace": "Error: at /srv/n8n"})
    assert told == {"type": "application/problem+json", "body": {
        "type": "/docs#problem-invalid", "title": "Not accepted", "status": 422,
        "detail": "Failed to parse request body", "instance": "/webhook/leads", "code": "invalid"}}


@pytest.mark.parametrize(("path", "status", "body"), [
    ("/webhook/leads", 422, {"type": "/docs#problem-invalid", "code": "invalid", "detail": "No e-mail"}),
    ("/webhook/leads", 202, {"code": 7, "message": "welcome"}),
    ("/webhook/leads", 400, ["text"]),
    ("/webhook/leads", 400, None),
    ("/webhook-test/leads", 422, PARSE),
    ("/rest/workflows", 404, PARSE),
])
def test_everything_else_is_left_alone(path: str, status: int, body: Any) -> None:
    assert answered(path, status, body) == {"type": "application/json", "body": body}


FIELDS = [{"fieldLabel": "Name"}, {"fieldType": "file"}, {"fieldType": "checkbox"}]
FILE = {"originalFilename": "cv.pdf", "size": 9}


@pytest.mark.parametrize(("data", "files", "names"), [
    ({"field-0": "Ada", "field-99": "x"}, {}, ["field-99"]),
    ({"field-0": "Ada", "email": "x"}, {}, ["email"]),
    ({"field-0": "Ada"}, {"field-99": FILE}, ["field-99"]),
    ({}, {"field-0": FILE, "cv": [FILE, FILE]}, ["field-0", "cv"]),
    ({}, {"": FILE}, [""]),
])
def test_what_a_form_does_not_ask_for_is_refused_and_its_node_does_not_run(data, files, names) -> None:
    told = submitted(FIELDS, {"data": data, "files": files})
    assert (told["status"], told["type"]) == (422, "application/problem+json")
    assert (told["problem"]["code"], told["problem"]["instance"]) == ("invalid", "/form/lead")
    assert [error["pointer"] for error in told["problem"]["errors"]] == [f"/{name}" for name in names]
    assert told["answer"] == {"noWebhookResponse": True} and "ran" not in told


@pytest.mark.parametrize(("fields", "body", "content_type"), [
    # As n8n's page sends it: a box to be checked is sent without a name, and again as its field.
    (FIELDS, {"data": {"field-0": "Ada", "": ["on", ""], "field-2": "[]"}, "files": {"field-1": FILE}},
     "multipart/form-data"),
    (FIELDS, {"data": {}, "files": {"field-1": [FILE, FILE]}}, "multipart/form-data"),
    ("={{ $json.fields }}", {"data": {"x": "y"}, "files": {"x": FILE}}, "multipart/form-data"),
    (None, {"data": {"x": "y"}, "files": {"x": FILE}}, "multipart/form-data"),
    (FIELDS, {"anything": 1}, "application/json"),
])
def test_what_it_asks_for_goes_to_its_node(fields, body, content_type) -> None:
    told = submitted(fields, body, content_type)
    assert told == {"ran": 6, "answer": {"workflowData": []}}
