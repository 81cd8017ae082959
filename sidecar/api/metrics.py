"""What is measured of requests; /metrics."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from flask import Flask, Request, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY
from prometheus_flask_exporter import PrometheusMetrics

from sidecar import __version__, metrics

_PATH = "/metrics"
# Of requests, whatever a client sends, these methods make series; a path without a route makes one.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measured(NamedTuple):
    """A metric as queries name it, of which kind it is, its labels, what it says."""

    name: str
    kind: str
    labels: tuple[str, ...]
    text: str


def measured() -> list[Measured]:
    """All that is measured, by name; `gauge of Postgres`: read at the scrape, the same from every replica."""
    counted = (one for one in (*vars(metrics).values(), *_of_requests(Flask(__name__))._collector_to_names)
               if isinstance(one, MetricWrapperBase))
    return sorted([
        *(Measured(one._name + ("_total" if one._type == "counter" else ""), one._type, one._labelnames,
                   one._documentation) for one in counted if one._type),
        *(Measured(f"enrich_{one.name}", "gauge of Postgres", one.labels, one.text)
          for one in metrics.FAMILIES)])


def url_rule(asked: Request) -> str:
    """A request's route."""
    return asked.url_rule.rule if asked.url_rule else "none"


def _of_requests(app: Flask) -> CollectorRegistry:
    """Count an app's requests, and how long they take."""
    own = CollectorRegistry(auto_describe=True)
    PrometheusMetrics(app, path=None, group_by=url_rule, defaults_prefix="enrich", registry=own)
    return own


def init_app(app: Flask, read: Callable[[], bytes]) -> None:
    """Measure every request by route, and serve /metrics; `read` answers what Postgres tells
    (`metrics.exposition`), nothing when it is unavailable."""
    metrics.BUILD.labels(__version__).set(1)
    own = _of_requests(app)

    @app.before_request
    def begin() -> None:
        if request.path != _PATH:
            metrics.WORKERS_BUSY.inc()
        if request.method not in _METHODS:
            request.prom_do_not_track = True  # type: ignore[attr-defined]

    @app.teardown_request
    def left(error: BaseException | None) -> None:
        if request.path != _PATH:
            metrics.WORKERS_BUSY.dec()

    @app.get(_PATH)
    def told() -> Response:
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
            text = generate_latest(counted)
        else:
            text = generate_latest(own) + generate_latest(REGISTRY)
        return Response(text + read(), content_type=CONTENT_TYPE_LATEST)
