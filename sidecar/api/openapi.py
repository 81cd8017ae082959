"""OpenAPI 3.1, made from the same endpoints and schemas that answer the requests."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, resolver
from flask import Blueprint, Response, render_template

from sidecar import __version__
from sidecar.api import errors, schemas
from sidecar.api.endpoint import ENDPOINTS, Endpoint, endpoint
from sidecar.engine import Engine
from sidecar.terms.states import LANES

bp = Blueprint("openapi", __name__)

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "instance": {"type": "string"},
        "request_id": {"type": ["string", "null"]}, "code": {"type": "string"},
        "errors": {"type": "array", "items": {
            "type": "object", "required": ["pointer", "detail"],
            "properties": {"pointer": {"type": "string"}, "code": {"type": "string"},
                           "detail": {"type": "string"}}}},
    },
}
_LEAD_BODY = {
    "anyOf": [
        {"type": "object", "properties": {"email": {"type": "string"}}},
        {"type": "object", "required": ["leads"], "properties": {
            "leads": {"type": "array", "minItems": 1, "maxItems": schemas.MAX_LEADS},
            "lane": {"enum": list(LANES)},
            "only_new": {"type": "boolean"}, "dry_run": {"type": "boolean"}}},
    ]
}
_IMPORT_BODY = {
    "text/csv": {"schema": {"type": "string"}},
    "multipart/form-data": {"schema": {
        "type": "object", "required": ["file"],
        "description": "The options may stand in the form as well as in the query.",
        "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}}}},
}
_IDEMPOTENCY_KEY = {
    "in": "header", "name": "Idempotency-Key", "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "description": "The same key with the same body gets the first answer again (24 hours); with"
                   " another body 422; while the first is at work 409.",
}
_IDEMPOTENCY_WINDOW = {
    "in": "header", "name": "Idempotency-Window", "required": False,
    "schema": {"type": "integer", "minimum": 1, "maximum": 86400},
    "description": "The seconds for which an Idempotency-Key counts. Without a key the body itself is one:"
                   " the same body sent again within so many seconds gets the first answer again.",
}
_IF_MATCH = {
    "in": "header", "name": "If-Match", "required": False, "schema": {"type": "string"},
    "description": "The ETag of what is edited, as it was loaded; another version meanwhile is a 412.",
}
_ETAG = {"description": "The version, for If-Match. It stands for what people edit: a new score alone is"
                        " no new version.", "schema": {"type": "string"}}
_HASH = {"description": "A hash of the answer, for If-None-Match: as long as it is the same, the answer is a"
                        " 304 without content.", "schema": {"type": "string"}}
# What any route may answer; and what one that takes If-Match may.
_PROBLEMS: tuple[str, ...] = (
    "bad_request", "unauthorized", "forbidden", "not_found", "conflict", "too_large", "invalid",
    "too_many_requests", "internal_error", "unavailable")
_STALE = "precondition_failed"
# What people see who follow a link in a message.
_PAGE: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    spec = APISpec(
        title="Customer Data Enrichment Engine", version=__version__,
        openapi_version="3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=resolver)],
        info={"description": "Leads in; validated, enriched, scored. Errors are RFC 9457 problems."},
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("session", {
        "type": "apiKey", "in": "cookie", "name": "__Host-session-",
        "description": "The cookie of POST /v1/auth/session; its name ends with letters of the stack."})
    spec.components.schema("Problem", _PROBLEM)
    for contract in ENDPOINTS:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", contract.path)
        spec.path(path=path, operations={contract.method.lower(): _operation(contract)})
    return spec.to_dict()


def _operation(contract: Endpoint) -> dict[str, Any]:
    doc = (contract.function.__doc__ or "").strip()
    summary, _, description = doc.partition("\n\n")
    answer: dict[str, Any] = {"description": "Done"}
    if contract.answer is not None:
        answer["content"] = {"application/json": {"schema": contract.answer if not _sparse(contract) else {
            "anyOf": [contract.answer, schemas.Page]}}}
    elif contract.path.endswith(".csv"):
        answer["content"] = {"text/csv": {"schema": {"type": "string"}}}
    is_page = contract.path.endswith("/<token>")  # of a link in a message
    if is_page:
        answer["content"] = _PAGE
    parameters: list[Any] = [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"<uuid:(\w+)>", contract.path)
    ] + [
        {"in": "path", "name": name, "required": True,
         "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}}
        for name in re.findall(r"<int:(\w+)>", contract.path)
    ] + [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"<(?:path:)?(\w+)>", contract.path)
    ]
    if contract.query is not None:
        parameters.append({"in": "query", "schema": contract.query})
    if contract.idempotent:
        parameters += [_IDEMPOTENCY_KEY, _IDEMPOTENCY_WINDOW]
    if contract.versioned:
        answer["headers"] = {"ETag": _ETAG}
    elif contract.method == "GET" and contract.answer is not None:
        answer["headers"] = {"ETag": _HASH}
    problems = _PROBLEMS
    if contract.conditional:
        parameters.append(_IF_MATCH)
        problems = (*_PROBLEMS, _STALE)
    operation: dict[str, Any] = {
        "operationId": contract.function.__name__,
        "tags": [contract.tag],
        "summary": " ".join(summary.split()),
        "parameters": parameters,
        "responses": {str(contract.status): answer} | {
            str(errors.TYPES[code][0]): {"description": code, "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
                | (_PAGE if is_page else {})}
            for code in problems
        },
        "security": [] if contract.scope is None else [{"token": []}, {"session": []}],
    }
    if contract.path == "/readyz":
        operation["responses"]["503"] = answer
    if description:
        operation["description"] = description.strip()
    if contract.body is not None:
        operation["requestBody"] = {
            "required": True, "content": {"application/json": {"schema": contract.body}}}
    elif contract.path == "/v1/leads" and contract.method == "POST":
        operation["requestBody"] = {
            "required": True, "content": {"application/json": {"schema": _LEAD_BODY}}}
    elif contract.path == "/v1/jobs/imports":
        operation["requestBody"] = {"required": True, "content": _IMPORT_BODY}
    return operation


def _sparse(contract: Endpoint) -> bool:
    """Whether the caller may pick the fields of what is answered."""
    return contract.query is not None and "fields" in contract.query.fields


@endpoint(bp, "GET", "/openapi.json", scope=None, answer=schemas.Document())
def openapi(engine: Engine, caller: None) -> Any:
    """This document."""
    return document()


@bp.get("/docs")
def docs() -> Response:
    """The API for people: every call with its scope, what it takes and answers, and the problems."""
    return Response(render_template("docs.html", spec=document(), problems=errors.TYPES, endpoints=ENDPOINTS))


@bp.get("/docs.css")
def docs_css() -> Response:
    """The style of the docs page."""
    return Response(render_template("docs.css"), content_type="text/css")
