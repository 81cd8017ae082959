"""What is measured of requests; /metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask, Response
from prometheus_client import Histogram
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import REGISTRY
from prometheus_flask_exporter import PrometheusMetrics

from sidecar import __version__, metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PATH = "/metrics"
# Whatever a client sends, these methods make series, and all others one; a path without a route makes one.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measured(NamedTuple):
    """A metric as queries name it, of which kind it is, its labels, what it says."""

    name: str
    kind: str
    labels: tuple[str, ...]
    text: str


def measured() -> list[Measured]:
    """All that is measured, by name; `gauge of Postgres`: read at the scrape, the same from every replica."""
    counted = (one for one in vars(metrics).values() if isinstance(one, MetricWrapperBase))
    return sorted([
        *(Measured(one._name + ("_total" if one._type == "counter" else ""), one._type, one._labelnames,
                   one._documentation) for one in counted if one._type),
        *(Measured(f"enrich_{one.name}", "gauge of Postgres", one.labels, one.text)
          for one in metrics.FAMILIES)])


@lru_cache(maxsize=4096)
def _series(method: str, url_rule: str, status: str) -> Histogram:
    """A series of requests, looked up once."""
    return metrics.REQUESTS.labels(method, url_rule, status)


def _measure(app: Flask) -> None:
    """Count an app's requests, and how long they take: around the app, as each function that it calls before
    and after requests would cost as much as the counting. One that ends in an exception is a 500."""
    serve = app.wsgi_app

    def serve_measured(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun, status, route = time.perf_counter(), "500", "none"

        def start(line: str, *rest: Any) -> Any:
            nonlocal status, route
            status = line[:3]
            asked = environ.get("werkzeug.request")  # Flask takes it away at the end
            if asked and asked.url_rule:
                route = asked.url_rule.rule
            return start_response(line, *rest)

        try:
            return serve(environ, start)
        finally:
            method = environ["REQUEST_METHOD"]
            _series(method if method in _METHODS else metrics.OTHER, route, status).observe(
                time.perf_counter() - begun)

    app.wsgi_app = serve_measured  # type: ignore[method-assign]


def init_app(app: Flask, read: Callable[[], bytes]) -> None:
    """Measure every request by route, and serve /metrics; `read` answers what Postgres tells
    (`metrics.exposition`), nothing when it is unavailable."""
    metrics.BUILD.labels(__version__).set(1)
    _measure(app)
    counted = PrometheusMetrics(app, path=None, export_defaults=False, registry=REGISTRY)

    @app.get(_PATH)
    def told() -> Response:
        text, content_type = counted.generate_metrics()
        return Response(text.encode() + read(), content_type=content_type)
