"""n8n/hooks.cjs: n8n's own errors at the webhooks are problems, what a workflow answers is left alone."""

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
PARSE = {"code": 422, "message": "Failed to parse request body", "hint": "Unexpected token"}


def answered(path: str, status: int, body: Any) -> dict[str, Any]:
    done = subprocess.run(
        [str(NODE), "--input-type=commonjs", "--eval", ASK, str(ROOT / "n8n/hooks.cjs"),
         json.dumps([path, status, body])], capture_output=True, text=True, timeout=60, check=True)
    return dict(json.loads(done.stdout))


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
