"""Every error in one shape: RFC 9457 problem details."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, g, json, request
from redis import RedisError
from werkzeug.exceptions import HTTPException

from sidecar.errors import (
    Conflict,
    EngineError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    TooMany,
    Unauthorized,
    Unavailable,
)
from sidecar.services.access import InvalidToken
from sidecar.services.idempotency import InFlight

log = logging.getLogger(__name__)

_REALM = 'Bearer realm="enrichment"'

STATUS: dict[type[EngineError], tuple[int, str]] = {
    Invalid: (422, "The request is not valid"),
    NotFound: (404, "Not found"),
    Conflict: (409, "Conflict"),
    PreconditionFailed: (412, "Changed meanwhile"),
    Unauthorized: (401, "Sign in first"),
    Forbidden: (403, "Not allowed"),
    TooMany: (429, "Too many requests"),
    Unavailable: (503, "Temporarily unavailable"),
}
# What each `code` means and what to do about it: (status, meaning). The docs page has a section for
# each, which is where the `type` of a problem leads.
TYPES: dict[str, tuple[int, str]] = {
    "bad_request": (400, "The request is no HTTP that this server understands. Correct the client."),
    "unauthorized": (401, "No access token or session, one that has expired or was not issued here, or"
                          " wrong credentials. Refresh the token or sign in again; of a session that ended"
                          " `reason` says why."),
    "forbidden": (403, "The token lacks the scope that WWW-Authenticate names, or its owner is no admin any"
                       " more: ask an admin for a client or role that has it. Or a call with a session's"
                       " cookie did not come from our own page."),
    "not_found": (404, "There is no such path, or no such thing (any more)."),
    "method_not_allowed": (405, "The path is there, the method is not; Allow lists those that are."),
    "conflict": (409, "The request does not fit the present state: the name is taken, the person has another"
                      " open lead, or it would leave no admin."),
    "idempotency_in_flight": (409, "The first request with this Idempotency-Key is still at work. Ask again"
                                   " after Retry-After seconds."),
    "precondition_failed": (412, "Somebody else changed it since the version that If-Match names. Load it"
                                 " again."),
    "too_large": (413, "The body is larger than 4 MB. Send fewer leads at once, or use `sidecar import`."),
    "unsupported_media_type": (415, "The body has a type that this path does not take."),
    "invalid": (422, "The request was read and not accepted; `errors` names each field by JSON pointer."),
    "idempotency_key_reused": (422, "This Idempotency-Key belongs to another request. Take a new one."),
    "too_many_requests": (429, "The rate limit of this caller, or too many wrong passwords. Wait for"
                               " Retry-After seconds."),
    "internal_error": (500, "Our fault. The request id finds it in the logs."),
    "unavailable": (503, "Postgres or Redis does not answer at the moment. Try again after Retry-After"
                         " seconds; an Idempotency-Key makes that safe."),
    "http_error": (0, "Any other refusal of the HTTP server; the status says which."),
}
_CODES = {
    400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large",
    415: "unsupported_media_type",
}


def problem(
    status: int, title: str, detail: str, code: str,
    errors: list[dict[str, Any]] | None = None, **extra: Any,
) -> Response:
    """A problem+json response: {type, title, status, detail, instance, request_id, code, errors?}."""
    response = Response(
        json.dumps(problem_body(status, title, detail, code, errors, **extra)), status=status,
        content_type="application/problem+json")
    if status == 401:
        response.headers["WWW-Authenticate"] = _REALM
    return response


def problem_body(
    status: int, title: str, detail: str, code: str,
    errors: list[dict[str, Any]] | None = None, **extra: Any,
) -> dict[str, Any]:
    """The problem itself."""
    body: dict[str, Any] = {
        "type": f"/docs#problem-{code}", "title": title, "status": status, "detail": detail,
        "instance": request.path, "request_id": g.get("request_id"), "code": code,
    }
    if errors:
        body["errors"] = errors
    return body | extra


def refusal(error: Invalid) -> tuple[int, str]:
    """(status, problem as JSON text) of a request that was read and refused."""
    status, title = STATUS[Invalid]
    return status, json.dumps(
        problem_body(status, title, error.detail, error.code, error.errors, **error.extra))


def init_app(app: Flask) -> None:
    """Answer every error as a problem."""

    @app.errorhandler(EngineError)
    def engine_error(error: EngineError) -> Response:
        status, title = next(
            (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS),
            (500, "Something went wrong"))
        response = problem(status, title, error.detail, error.code, error.errors, **error.extra)
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, Unavailable | InFlight):
            response.headers["Retry-After"] = "1"
        if isinstance(error, Forbidden):
            scope = g.get("needed_scope")
            response.headers["WWW-Authenticate"] = f'{_REALM}, error="insufficient_scope"' + (
                f', scope="{scope}"' if scope else "")
        if isinstance(error, InvalidToken):
            response.headers["WWW-Authenticate"] = f'{_REALM}, error="invalid_token"'
        return response

    @app.errorhandler(RedisError)
    def redis_error(error: RedisError) -> Response:
        return engine_error(Unavailable("Redis does not answer at the moment. Try again."))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        response = problem(
            status, error.name, error.description or error.name, _CODES.get(status, "http_error"))
        if allow := dict(error.get_headers()).get("Allow"):
            response.headers["Allow"] = allow
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.exception("unexpected error")
        return problem(
            500, "Something went wrong", "This is our fault; the request id finds it in the logs.",
            "internal_error")
