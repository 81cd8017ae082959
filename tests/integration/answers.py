"""Every answer of the test client is held against what the OpenAPI document says of it, and no more
than that: a member that the document does not name is an error here, while clients should bear it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import jsonschema_rs
from flask.testing import FlaskClient

from sidecar.api.endpoint import ENDPOINTS
from sidecar.api.errors import TYPES
from sidecar.api.openapi import document

_CONTRACTS = {f"{c.tag}.{c.method.lower()}_{c.function.__name__}": c for c in ENDPOINTS}


class CheckedClient(FlaskClient):
    """A test client that fails where an answer is not as documented."""

    def open(self, *args: Any, **more: Any) -> Any:
        response = super().open(*args, **more)
        if response.is_json:
            check(self.application, response)
        return response


def check(app: Any, response: Any) -> None:
    """Hold one answer against its documented schema."""
    request = response.request
    found = app.url_map.bind("localhost").match(request.path, request.method) if (
        response.status_code < 404 or response.status_code > 405) else None
    if response.content_type == "application/problem+json":
        told = response.get_json()
        status, _ = TYPES[told["code"]]
        assert status in (0, response.status_code) and told["status"] == response.status_code, told
        assert told["type"] == f"/docs#problem-{told['code']}", told
    contract = _CONTRACTS.get(found[0]) if found else None
    if contract is None:
        return
    value, status = response.get_json(), str(response.status_code)
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", contract.path)
    validator = _validator(path, contract.method.lower(), status, "fields" in request.args)
    errors = [f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"
              for error in validator.iter_errors(value)]
    assert not errors, f"{contract.method} {path} {status} is not as documented: {errors[:5]}"


@cache
def _validator(path: str, method: str, status: str, sparse: bool) -> Any:
    whole = document()
    answers = whole["paths"][path][method]["responses"]
    assert status in answers, f"{method} {path} may not answer {status}"
    schema = next(iter(answers[status]["content"].values()))["schema"]
    if "anyOf" in schema:
        schema = schema["anyOf"][sparse]
    return jsonschema_rs.Draft202012Validator(
        {**schema, "components": {"schemas": _closed(whole["components"]["schemas"])}},
        validate_formats=True)


def _closed(value: Any) -> Any:
    """A schema that takes no members it does not name."""
    if isinstance(value, dict):
        closed = {key: _closed(part) for key, part in value.items()}
        if isinstance(value.get("properties"), dict) and value.get("type") == "object" and (
                value is not document()["components"]["schemas"]["Problem"]):
            closed.setdefault("additionalProperties", False)
        return closed
    return [_closed(part) for part in value] if isinstance(value, list) else value
