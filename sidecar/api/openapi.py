"""OpenAPI 3.1, made from the same endpoints and schemas that answer the requests."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, resolver
from flask import Blueprint

from sidecar import __version__
from sidecar.api import errors, schemas
from sidecar.api.endpoint import ENDPOINTS, Endpoint, endpoint
from sidecar.api.examples import LEAD, example
from sidecar.engine import Engine
from sidecar.terms.fields import GIVEN
from sidecar.terms.states import GOALS, LANES

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
    "example": {
        "type": "/docs#problem-invalid", "title": "The request is not valid", "status": 422,
        "detail": "The lead is not valid; see errors.", "instance": "/v1/leads",
        "request_id": "5f0c1d2e3b4a5968", "code": "invalid", "errors": [{
            "pointer": "/email", "code": "email_syntax", "detail": "This is not an e-mail address."}]},
}
_KINDS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"}, "integer": {"type": "integer"}, "number": {"type": "number"},
    "list": {"type": "array", "items": {"type": "string"}}, "object": {"type": "object"}}
_LEAD = {
    "type": "object",
    "description": "One of email, phone and linkedin_url is needed. Other members are kept in custom.",
    "properties": {
        name: _KINDS[field.kind] | {"description": field.label} | (
            {"maxLength": field.longest} if field.longest else {})
        for name, field in GIVEN.items()},
    "example": dict(LEAD),
}
_LEAD_REF = {"$ref": "#/components/schemas/LeadSent"}
_LEAD_BODY = {
    "anyOf": [
        _LEAD_REF | {"title": "One lead"},
        {"title": "Several leads", "type": "object", "required": ["leads"], "properties": {
            "leads": {"type": "array", "minItems": 1, "maxItems": schemas.MAX_LEADS, "items": _LEAD_REF},
            "lane": {"enum": list(LANES), "description": "People's leads overtake those in bulk."},
            "goal": {"enum": list(GOALS), "description": "What providers are asked for."},
            "only_new": {"type": "boolean", "description": "Refuse who has an open lead."},
            "dry_run": {"type": "boolean", "description": "Tell what would become of each, write nothing."},
            "warnings": {"type": "array", "description": "Of each lead, those that Validate gave.", "items": {
                "type": "array", "items": {"type": "object"}}}}},
    ]
}
_COLUMNS = ("email", "first_name", "last_name", "company_name", "country")
_IMPORT_BODY = {
    "text/csv": {"schema": {"type": "string"}, "example": (
        f"{','.join(_COLUMNS)}\r\n{','.join(str(LEAD[name]) for name in _COLUMNS)}\r\n")},
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


# What those take that read their bodies themselves: (method, path) -> content.
_BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/leads"): {"application/json": {"schema": _LEAD_BODY}},
    ("POST", "/v1/jobs/imports"): _IMPORT_BODY,
    ("POST", "/v1/forms/<key>"): {
        kind: {"schema": _LEAD_REF} for kind in ("application/json", "application/x-www-form-urlencoded")},
}
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
    marshmallow = MarshmallowPlugin(schema_name_resolver=resolver)
    spec = APISpec(
        title="Customer Data Enrichment Engine", version=__version__, openapi_version="3.1.0",
        plugins=[marshmallow],
        info={"description": "Leads in; validated, enriched, scored. Errors are RFC 9457 problems."},
    )
    marshmallow.map_to_openapi_type(schemas.Id, "string", "uuid")  # type: ignore[no-untyped-call]
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("session", {
        "type": "apiKey", "in": "cookie", "name": "__Host-session-",
        "description": "The cookie of POST /v1/auth/session; its name ends with letters of the stack."})
    spec.components.schema("Problem", _PROBLEM)
    spec.components.schema("LeadSent", _LEAD)
    for contract in ENDPOINTS:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", contract.path)
        spec.path(path=path, operations={contract.method.lower(): _operation(contract)})
    whole = spec.to_dict()
    for path in whole["paths"].values():
        for operation in path.values():
            _illustrate(operation, whole["components"]["schemas"])
    return whole


def _illustrate(operation: dict[str, Any], components: dict[str, Any]) -> None:
    """Give what is sent, and what is answered when all is well, an example each."""
    answers = [answer for status, answer in operation["responses"].items() if status < "3"]
    for told in (operation.get("requestBody", {}), *answers):
        for kind, media in told.get("content", {}).items():
            if kind == "application/json" and "example" not in media:
                media["example"] = example(media["schema"], components)


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
        said = getattr(contract.body, "example", None)
        operation["requestBody"] = {"required": not contract.bodiless, "content": {"application/json": {
            "schema": contract.body} | ({"example": said} if said else {})}}
    elif content := _BODIES.get((contract.method, contract.path)):
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _sparse(contract: Endpoint) -> bool:
    """Whether the caller may pick the fields of what is answered."""
    return contract.query is not None and "fields" in contract.query.fields


@endpoint(bp, "GET", "/openapi.json", scope=None, answer=schemas.Document())
def openapi(engine: Engine, caller: None) -> Any:
    """This document."""
    return document()
