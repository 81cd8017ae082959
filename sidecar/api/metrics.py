"""What is measured of requests; /metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, Histogram
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
def _requests(method: str, url_rule: str, status: str) -> Histogram:
    """Their series, looked up once."""
    return metrics.REQUESTS.labels(
        method if method in _METHODS else metrics.OTHER, url_rule, status)


def _measure(app: Flask) -> None:
    """Count an app's requests, and how long they take: around the app, as each function that it calls before
    and after requests would cost as much as the counting. One that ends in an exception is a 500."""
    serve = app.wsgi_app

    def measured(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun, status, route = time.perf_counter(), "500", "none"

        def start(line: str, *rest: Any) -> Any:
            nonlocal status, route
            status = line[:3]
            if rule := environ["werkzeug.request"].url_rule:
                route = rule.rule
            return start_response(line, *rest)

        try:
            return serve(environ, start)
        finally:
            _requests(environ["REQUEST_METHOD"], route, status).observe(time.perf_counter() - begun)

    app.wsgi_app = measured  # type: ignore[method-assign]


def init_app(app: Flask, read: Callable[[], bytes]) -> None:
    """Measure every request by route, and serve /metrics; `read` answers what Postgres tells
    (`metrics.exposition`), nothing when it is unavailable."""
    metrics.BUILD.labels(__version__).set(1)
    _measure(app)
    counted = PrometheusMetrics(app, path=None, export_defaults=False, registry=REGISTRY)

    @app.get(_PATH)
    def told() -> Response:
        return Response(counted.generate_metrics()[0].encode() + read(), content_type=CONTENT_TYPE_LATEST)
