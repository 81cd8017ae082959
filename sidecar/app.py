"""The application factory."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask, Response, g, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from sidecar import logs, tracing
from sidecar.api import (
    administration,
    auth,
    callbacks,
    customers,
    docs,
    duplicates,
    errors,
    events,
    forms,
    handlings,
    health,
    held_answers,
    jobs,
    leads,
    metrics,
    openapi,
    operations,
    owners,
    pipeline,
    predictions,
    privacy,
    records,
    routing,
    scoring,
    sources,
    subscriptions,
    terms,
    views,
)
from sidecar.engine import Engine
from sidecar.ids import is_request_id, new_id
from sidecar.jsons import as_json
from sidecar.services import figures
from sidecar.settings import Settings

MAX_BODY_BYTES = 4 * 1024 * 1024
_OURS = ("job:", "command:")  # what these call themselves nobody else does
_UNTOLD = ("/healthz", "/readyz", "/metrics")
_access = logging.getLogger("sidecar.access")


class Json(DefaultJSONProvider):
    """ISO times, plain numbers, keys in their own order."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """JSON; in ASCII where a text has half a surrogate pair, so that any can be sent."""
        return as_json(obj, self.default).decode()

    @staticmethod
    def default(value: Any) -> Any:
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return float(value)
        return DefaultJSONProvider.default(value)


class App(Flask):
    """Flask, which would look at each function at each request to see whether it is asynchronous: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


class RowNumber(IntegerConverter):
    """`<int:…>` in a path: the number of a row. One beyond all that Postgres has is of none, as the last."""

    def to_python(self, value: str) -> int:
        return min(int(super().to_python(value)), 2**63 - 1)


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> Flask:
    """Build the Flask app. Raises SettingsError when a setting is missing or wrong."""
    settings = settings or Settings.from_env(os.environ)
    engine = engine or Engine.build(settings)
    logs.configure(settings.log_level)
    tracing.start(settings.traces_endpoint, settings.traces_ratio)
    app = App(__name__, static_folder=None)
    app.json = Json(app)
    app.url_map.converters["int"] = RowNumber
    # One proxy, the edge, tells where a request comes from.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=0)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions["engine"] = engine
    _requests(app)
    errors.init_app(app)
    metrics.init_app(app, lambda: figures.text(engine))
    for module in (auth, administration, owners, records, leads, customers, duplicates, held_answers, jobs,
                   forms, handlings, events, pipeline, callbacks, operations, predictions, privacy, routing,
                   scoring,
                   sources, subscriptions, terms, views, health, openapi, docs):
        app.register_blueprint(module.bp)
    return app


def _requests(app: Flask) -> None:
    """A request id and one log line for every request."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        taken = is_request_id(given) and not given.startswith(_OURS)
        g.request_id = given if taken else new_id()
        logs.begin(g.request_id)
        if request.path not in _UNTOLD:
            g.span = tracing.of_request(request.method, request.headers.get("Traceparent"))
            g.span.__enter__()
        g.started = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers.setdefault("Cache-Control", "no-store")
        for name, value in g.get("response_headers", {}).items():
            response.headers[name] = value
        if request.path in _UNTOLD:
            return response
        tracing.note(route=request.url_rule.rule if request.url_rule else "none",
                     status=response.status_code)
        if _access.isEnabledFor(logging.INFO):
            _access.info(
                "request",
                extra={
                    "method": request.method,
                    "route": request.url_rule.rule if request.url_rule else None,
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - g.get("started", 0)) * 1000, 1),
                    "caller": g.get("caller_kind"),
                },
            )
        return response

    @app.teardown_request
    def over(error: BaseException | None) -> None:
        if span := g.pop("span", None):
            span.__exit__(None, None, None)
        logs.begin(None)
