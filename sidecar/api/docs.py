"""The API for people: a page made from the OpenAPI document, with examples to copy and to try."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template

from sidecar.api import errors
from sidecar.api.endpoint import ENDPOINTS, Endpoint
from sidecar.api.examples import Schema, example, resolved
from sidecar.api.openapi import document

bp = Blueprint("docs", __name__)

_WORDS: Final = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false",
                 "object": "object", "null": "null"}
_FORMATS: Final = {"uuid": "id (UUID)", "date-time": "time (ISO 8601)", "date": "day (YYYY-MM-DD)"}
_BOUNDS: Final = (("minLength", "maxLength", "characters"), ("minItems", "maxItems", "items"),
                  ("minimum", "maximum", ""))
_JSON: Final = "application/json"


class Row(NamedTuple):
    """A member of what is sent or answered. name: with dots between levels, [] after lists and * for any
    name."""

    name: str
    kind: str
    required: bool
    limits: str
    choices: tuple[str, ...]
    description: str


class Call(NamedTuple):
    """An operation as the page shows it."""

    id: str
    method: str
    path: str
    scope: str
    summary: str
    description: str
    parameters: list[tuple[str, Row, str]]  # where it stands, itself, an example
    bodies: list[tuple[str, list[Row]]]  # the ways to fill one, each with a title
    body_type: str
    body: str
    body_needed: bool
    curl: str
    status: int
    answer: str
    answer_rows: list[Row]
    problems: list[tuple[int, str]]


def kind_of(schema: Schema, components: Mapping[str, Schema]) -> str:
    """The type of a value in plain words: "list of id (UUID)", "text or null"."""
    schema = resolved(schema, components)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(kind_of(part, components) for part in schema[key]))
    if "enum" in schema and "type" not in schema:
        return "text"
    types = schema.get("type", [])
    kinds = [types] if isinstance(types, str) else list(types)
    return " or ".join(_kind(kind, schema, components) for kind in kinds) or "anything"


def _kind(kind: str, schema: Schema, components: Mapping[str, Schema]) -> str:
    if kind == "array":
        items = kind_of(schema.get("items", {}), components)
        return "list" if items == "anything" else f"list of {items}"
    return _FORMATS.get(schema.get("format", ""), _WORDS[kind]) if kind == "string" else _WORDS[kind]


def limits_of(schema: Schema) -> str:
    """What a value may be at most, in words; "" for anything of its type."""
    said = []
    for low, high, unit in _BOUNDS:
        least, most = schema.get(low), schema.get(high)
        if most is not None:
            said.append(f"{least} to {most} {unit}" if least is not None else f"at most {most} {unit}")
        elif least is not None:
            said.append(f"at least {least} {unit}")
    if "pattern" in schema:
        said.append(f"pattern {schema['pattern']}")
    if schema.get("default") not in (None, [], {}):
        said.append(f"usually {json.dumps(schema['default'])}")
    return ", ".join(text.strip() for text in said)


def rows(
    schema: Schema, components: Mapping[str, Schema], name: str = "", *, required: bool = False,
    within: tuple[str, ...] = (),
) -> Iterator[Row]:
    """The members of a schema, each before its own members; a schema within itself is told once."""
    own = schema.get("$ref", "")
    whole = resolved(schema, components)
    if name:
        inner = whole.get("items", {}) if "array" in str(whole.get("type")) else whole
        choices = tuple(str(choice) for choice in resolved(inner, components).get("enum", ())
                        if choice is not None)
        yield Row(name, kind_of(whole, components), required, "" if choices else limits_of(whole), choices,
                  " ".join(whole.get("description", "").split()))
    if own in within:
        return
    inside = (*within, own) if own else within
    for part in (*whole.get("anyOf", ()), *whole.get("allOf", ())):
        yield from list(rows(part, components, name, within=inside))[bool(name):]
    for member, told in whole.get("properties", {}).items():
        yield from rows(told, components, f"{name}.{member}" if name else member,
                        required=member in whole.get("required", ()), within=inside)
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(whole.get(key), Mapping):
            yield from list(rows(whole[key], components, f"{name}{mark}", within=inside))[1:]


def calls(base: str) -> list[tuple[str, list[Call]]]:
    """All operations by what they are about; `base`: where this API is reached."""
    groups: dict[str, list[Call]] = {}
    for contract in ENDPOINTS:
        groups.setdefault(contract.tag.replace("_", " ").capitalize(), []).append(_call(contract, base))
    return sorted(groups.items())


def _call(contract: Endpoint, base: str) -> Call:
    whole = document()
    components = whole["components"]["schemas"]
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", contract.path)
    operation = whole["paths"][path][contract.method.lower()]
    parameters = [_parameter(told, components) for told in operation["parameters"]]
    content = operation.get("requestBody", {}).get("content", {})
    body_type = next(iter(content), "")
    media = content.get(body_type, {})
    body = _shown(media.get("example"), body_type)
    answer = operation["responses"][str(contract.status)].get("content", {})
    answer_type = next(iter(answer), "")
    schema = answer[answer_type]["schema"] if answer_type == _JSON else {}
    return Call(
        f"{contract.tag}-{contract.function.__name__}", contract.method, path,
        "no sign-in" if contract.scope is None else contract.scope or "any",
        operation["summary"], operation.get("description", ""), parameters,
        _bodies(media.get("schema", {}), components), body_type, body,
        bool(operation.get("requestBody", {}).get("required")),
        _curl(contract, base, path, parameters, body_type, body), contract.status,
        _shown(answer.get(answer_type, {}).get("example"), answer_type) if answer_type else "",
        list(rows(schema, components)),
        sorted((status, code) for code, (status, _) in errors.TYPES.items()
               if code in {told["description"] for told in operation["responses"].values()}))


def _parameter(told: Mapping[str, Any], components: Mapping[str, Schema]) -> tuple[str, Row, str]:
    [row] = rows({**told["schema"], "description": told.get("description", "")}, components, told["name"],
                 required=told["required"])
    value = example(told["schema"], components, told["name"])
    return told["in"], row, "" if value is None else str(value).lower() if isinstance(
        value, bool) else str(value)


def _bodies(schema: Schema, components: Mapping[str, Schema]) -> list[tuple[str, list[Row]]]:
    found = [(part.get("title", ""), list(rows(part, components))) for part in schema.get("anyOf", (schema,))]
    return [body for body in found if body[1]]


def _shown(value: Any, kind: str) -> str:
    if value is None:
        return ""
    return json.dumps(value, indent=2, ensure_ascii=False) if kind == _JSON else str(value)


def _curl(
    contract: Endpoint, base: str, path: str, parameters: list[tuple[str, Row, str]], body_type: str,
    body: str,
) -> str:
    """The call as a command."""
    for where, row, value in parameters:
        if where == "path":
            path = path.replace(f"{{{row.name}}}", value)
    query = urlencode({row.name: value for where, row, value in parameters
                       if where == "query" and row.required})
    lines = [f"curl {'' if contract.method == 'GET' else f'-X {contract.method} '}"
             + shlex.quote(f"{base}{path}{f'?{query}' if query else ''}")]
    if contract.scope is not None:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if body_type == "text/csv":
        lines += ["-H 'Content-Type: text/csv'", "--data-binary @leads.csv"]
    elif body_type:
        lines += [f"-H 'Content-Type: {body_type}'", f"-d {shlex.quote(body or '{}')}"]
    return " \\\n  ".join(lines)


@lru_cache(4)
def _page(base: str) -> str:
    whole = document()
    told = example(whole["components"]["schemas"]["Problem"], {})
    return render_template(
        "docs.html", spec=whole, problems=errors.TYPES, groups=calls(base), base=base,
        problem=json.dumps(told, indent=2))


@bp.get("/docs")
def docs() -> Response:
    """Every call with its scope, what it takes and answers, examples, and the problems."""
    return Response(_page(f"{current_app.extensions['engine'].settings.public_url.rstrip('/')}/api"))


@bp.get("/docs.css")
def docs_css() -> Response:
    """The style of the page."""
    return Response(render_template("docs.css"), content_type="text/css")


@bp.get("/docs.js")
def docs_js() -> Response:
    """What filters, copies and sends."""
    return Response(render_template("docs.js"), content_type="text/javascript")
