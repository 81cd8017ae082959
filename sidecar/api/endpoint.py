"""Declarative endpoints: what comes in, what goes out, who may call. One decorator does the rest."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from flask import json as flask_json
from marshmallow import Schema, ValidationError

from sidecar.api import cookies, errors, limits, response_cache
from sidecar.engine import Engine
from sidecar.errors import Deadlock, Forbidden, Invalid, NotFound, Unauthorized
from sidecar.records.text import is_storable, storable
from sidecar.services import idempotency, sessions
from sidecar.services.access import Caller, authenticate, require_admin
from sidecar.services.audit import Actor

_DEADLOCKS = 2  # that a request survives
_ONCE = ("Idempotency-Key", "Idempotency-Window")
_UNPROVEN = "Send an access token: Authorization: Bearer …"
MAX_DEPTH_ERROR = "The JSON is nested too deeply."


@dataclass(frozen=True)
class Endpoint:
    """The contract of one route, for the router and for OpenAPI."""

    method: str
    path: str
    function: Callable[..., Any]
    body: Schema | None
    query: Schema | None
    answer: Schema | None
    status: int
    scope: str | None
    tag: str
    limit: str
    idempotent: bool
    versioned: bool
    conditional: bool

    @property
    def bodiless(self) -> bool:
        """Whether it may be asked without a body, which is then an object without members."""
        return self.body is not None and not any(field.required for field in self.body.fields.values())


ENDPOINTS: list[Endpoint] = []


def endpoint(
    blueprint: Blueprint, method: str, path: str, *, scope: str | None, body: Schema | None = None,
    query: Schema | None = None, answer: Schema | None = None, status: int = 200,
    limit: str | None = None, idempotent: bool = False, remembered: bool = False, figures: bool = False,
    versioned: bool = False, conditional: bool | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register `function(engine, caller, body?, query?, **path)` under a route.

    It is called again after a deadlock, so it leaves what it is given as it is. It returns a JSON value, or
    (JSON value, status), or a Response. scope None: no sign-in needed; else an access token or the cookie
    of a browser's session is (api.cookies).
    `limit` is the route's class of rate limits; by default reads and writes, none without sign-in.
    `idempotent` routes take an Idempotency-Key; `remembered` ones may answer from Redis until something
    is written: their answers depend on the query and the caller's scopes alone. Answers of `figures` name
    nobody: the edge may keep them. Answers to a GET carry a hash as ETag, for If-None-Match; those of
    `versioned` routes carry their version, which `conditional` ones, usually the edits among them, take as
    If-Match.
    """
    route_class = limit or ("none" if scope is None else "read" if method == "GET" else "write")

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        contract = Endpoint(
            method, path, function, body, query, answer, status, scope, blueprint.name, route_class,
            idempotent, versioned, versioned and method == "PATCH" if conditional is None else conditional)
        ENDPOINTS.append(contract)

        @cache
        def unasked() -> dict[str, Any]:
            """What a request without a query asks for."""
            usual: dict[str, Any] = load(query, {}) if query else {}
            return usual

        def view(**arguments: Any) -> Response:
            engine: Engine = current_app.extensions["engine"]
            caller = _caller(engine, scope)
            limits.check(engine, route_class, caller)
            if not all(is_storable(str(value)) for value in arguments.values()):
                raise NotFound("There is no such thing.")  # Postgres cannot even be asked for it.
            if body is not None:
                sent = {} if contract.bodiless and not request.get_data() else json_body()
                arguments["body"] = load(body, sent)
            if query is not None:
                arguments["query"] = (
                    load(query, request.args.to_dict()) if request.args else dict(unasked()))

            def work() -> Any:
                return function(engine, caller, **arguments)

            if remembered:
                response = Response(
                    response_cache.cached(engine, caller, lambda: flask_json.dumps(work())),
                    status=status, content_type="application/json")
            else:
                response = _tried_again(lambda: _answer(engine, caller, work, contract))
            if method != "GET" or versioned:
                return response
            return response_cache.tagged(
                response_cache.as_figures(engine, response) if figures else response)

        blueprint.add_url_rule(
            path, endpoint=f"{method.lower()}_{function.__name__}", view_func=view, methods=[method],
            provide_automatic_options=False)
        return function

    return register


def _tried_again(answer: Callable[[], Response]) -> Response:
    """The answer; after a deadlock it is tried again, as a caller does who is told to come back."""
    for _ in range(_DEADLOCKS):
        with suppress(Deadlock):
            return answer()
    return answer()


def _answer(
    engine: Engine, caller: Caller | None, work: Callable[[], Any], contract: Endpoint
) -> Response:
    if contract.idempotent and any(name in request.headers for name in _ONCE):
        return _answer_once(engine, caller, work, contract.status)
    result = work()
    if isinstance(result, Response):
        return result
    value, code = result if isinstance(result, tuple) else (result, contract.status)
    if code == 204:
        return Response(status=204)
    response = Response(flask_json.dumps(value), status=code, content_type="application/json")
    if contract.versioned:
        response.headers["ETag"] = f'"{value["version"]}"'
    return response


def _answer_once(
    engine: Engine, caller: Caller | None, work: Callable[[], Any], status: int
) -> Response:
    """The answer of a creating request that carries Idempotency-Key or -Window; a refusal is one too."""
    key, window = request.headers.get("Idempotency-Key"), request.headers.get("Idempotency-Window")

    def answer() -> tuple[int, str]:
        try:
            result = work()
        except Invalid as error:
            return errors.refusal(error)
        value, code = result if isinstance(result, tuple) else (result, status)
        return code, flask_json.dumps(value)

    # The draft writes the key as a quoted string, most clients as plain text.
    code, text, replayed = idempotency.once(
        engine, caller.id if caller else "", None if key is None else key.strip().strip('"'),
        (request.full_path, request.get_data()), answer, seconds=_window(window))
    response = Response(text, status=code, content_type=(
        "application/problem+json" if code >= 400 else "application/json"))
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _window(given: str | None) -> int:
    """The seconds of an Idempotency-Window; raises Invalid for what is none."""
    if given is None:
        return idempotency.DAY
    if not re.fullmatch("[0-9]{1,5}", given) or not 1 <= int(given) <= idempotency.DAY:
        raise Invalid("The Idempotency-Window is not valid.", errors=[{
            "pointer": "", "code": "idempotency_window",
            "detail": f"Idempotency-Window takes 1 to {idempotency.DAY} seconds."}])
    return int(given)


def _caller(engine: Engine, scope: str | None) -> Caller | None:
    if scope is None:
        return None
    caller = _by_token(engine) if "Authorization" in request.headers else _by_session(engine)
    g.caller_kind = caller.kind
    g.needed_scope = scope
    if scope and not caller.may(scope):
        raise Forbidden(f"This needs the scope {scope}.")
    if scope == "admin" and caller.session is None:
        require_admin(engine, caller)
    return caller


def _by_token(engine: Engine) -> Caller:
    kind, _, token = request.headers["Authorization"].partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Unauthorized(_UNPROVEN)
    return authenticate(engine, token.strip())


def _by_session(engine: Engine) -> Caller:
    """The caller of the browser's session, which shows what its user may at this moment."""
    token = cookies.session_token(engine)
    if token is None:
        raise Unauthorized(_UNPROVEN)
    cookies.require_own_page()
    return sessions.authenticate(engine, token)


def actor(caller: Caller) -> Actor:
    """Who is audited for this request."""
    return Actor(caller.name, g.get("request_id"), caller.id if caller.kind == "user" else None)


def without(given: dict[str, Any], *names: str) -> dict[str, Any]:
    """A copy that has not these keys."""
    return {name: value for name, value in given.items() if name not in names}


def json_body() -> Any:
    """The request's JSON. Raises Invalid, which names the body, for any other body."""
    raw = request.get_data()
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise Invalid("The body is not accepted.", errors=[
            {"pointer": "", "code": "too_deep", "detail": MAX_DEPTH_ERROR}]) from None
    except ValueError as error:
        raise Invalid("The body is not JSON.", errors=[
            {"pointer": "", "code": "not_json", "detail": f"The body is not JSON: {error}"[:200]}
        ]) from None
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def load(schema: Schema, value: Any) -> Any:
    """Validate with marshmallow. Raises Invalid that names each field by JSON pointer."""
    try:
        return schema.load(value)
    except ValidationError as error:
        raise Invalid(
            "The request is not valid; see errors.", errors=pointers(error.messages)) from None


def pointers(messages: Any, at: str = "") -> list[dict[str, str]]:
    """marshmallow's messages as [{pointer, code, detail}]."""
    if isinstance(messages, dict):
        return [
            item for key, value in messages.items()
            for item in pointers(value, at if key == "_schema" else f"{at}/{_token(key)}")
        ]
    found = []
    for message in messages if isinstance(messages, list) else [messages]:
        code = {
            "Unknown field.": "unknown_field",
            "Missing data for required field.": "required",
        }.get(str(message), "invalid")
        found.append({"pointer": at, "code": code, "detail": str(message)})
    return found


def _token(key: Any) -> str:
    return storable(key)[:100].replace("~", "~0").replace("/", "~1")
