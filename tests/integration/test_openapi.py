"""The whole API by its own document: whatever it allows is answered as it says, never with a 5xx."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import (
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.checks import content_type_conformance

from sidecar.api.openapi import document
from tests.integration.conftest import Api

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance,
          response_schema_conformance]
EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "40"))
running: dict[str, Any] = {}


def wsgi(environ: dict[str, Any], start_response: Any) -> Any:
    """The app of the tests; while they are collected, when there is none yet, only its document."""
    if app := running.get("app"):
        return app(environ, start_response)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(document()).encode()]


schema = schemathesis.openapi.from_wsgi("/openapi.json", wsgi)


@pytest.fixture(scope="module")
def token(app, engine):
    engine.cache.redis.flushdb()
    running["app"] = app
    yield Api(app.test_client(), "tests").headers["Authorization"]
    running.clear()


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_its_word(case, token):
    # Hypothesis tries words of the source too: the clients of the tests are not to be disabled.
    if (case.path_parameters or {}).get("client_id") in ("tests", "reader"):
        return
    response = case.call(headers={"Authorization": token})
    case.validate_response(response, checks=CHECKS)
