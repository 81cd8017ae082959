"""Prometheus metrics, right with several workers.

Counters live in PROMETHEUS_MULTIPROC_DIR (emptied at start); gauges of the queue are read from
Postgres at the scrape.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector
from prometheus_flask_exporter import PrometheusMetrics

from sidecar.errors import Unavailable
from sidecar.store import calls, notifications, work
from sidecar.terms.states import LANES, UNFINISHED

if TYPE_CHECKING:
    from sidecar.engine import Engine

LEADS = Counter("enrich_leads_received", "Leads received, by outcome.", ["outcome"])
WAKES = Counter("enrich_wake_calls", "Calls of the wake webhook, by result.", ["result"])

MODELS_REFUSED = Counter(
    "enrich_scoring_models_refused",
    "How often the published scoring model could not be used, and the default one was.", ["reason"])

LIMITED = Counter("enrich_rate_limited", "Requests refused by a rate limit, by class.", ["limit"])
LIMITS_UNAVAILABLE = Counter(
    "enrich_rate_limits_unavailable", "Requests that Redis could not count, by class.", ["limit"])

RESPONSE_CACHE = Counter(
    "enrich_response_cache", "Requests that Redis may answer: hit, miss, or Redis unavailable.", ["result"])


class QueueCollector(Collector):
    """Queue depth and age, messages and provider calls, as Postgres has them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Three queries; nothing when the database is away (the health check tells)."""
        depth = GaugeMetricFamily(
            "enrich_work_items", "Leads by lane and stage.", labels=["lane", "stage"])
        age = GaugeMetricFamily(
            "enrich_queue_oldest_age_seconds", "Age of the oldest due lead.", labels=["lane"])
        outbox = GaugeMetricFamily(
            "enrich_notifications", "Messages not delivered, by state.", labels=["state"])
        made = GaugeMetricFamily(
            "enrich_provider_calls", "Provider calls of the last 30 days.", labels=["provider", "sandbox"])
        credits = GaugeMetricFamily(
            "enrich_provider_credits", "Credits spent in the last 30 days.", labels=["provider", "sandbox"])
        try:
            with self._engine.database.read(may_lag=True) as cursor:
                oldest = dict.fromkeys(LANES, 0.0)
                # Zeros, too: a series that comes and goes cannot be alerted on.
                leads = dict.fromkeys(product(LANES, UNFINISHED), 0)
                for row in work.depth(cursor):
                    leads[row["lane"], row["stage"]] = row["leads"]
                    if row["stage"] == "queued":
                        oldest[row["lane"]] = max(0.0, row["oldest_seconds"])
                for (lane, stage), count in leads.items():
                    depth.add_metric([lane, stage], count)
                for lane, seconds in oldest.items():
                    age.add_metric([lane], seconds)
                for state, count in notifications.counts(cursor).items():
                    outbox.add_metric([state], count)
                for row in calls.spend(cursor, 30):
                    labels = [row["provider"], str(row["sandbox"]).lower()]
                    made.add_metric(labels, row["calls"])
                    credits.add_metric(labels, row["credits"] or 0)
        except Unavailable:
            return
        yield from (depth, age, outbox, made, credits)


def init_app(app: Flask, engine: Engine) -> None:
    """Measure every request by route, and serve /metrics."""
    own = CollectorRegistry(auto_describe=True)
    PrometheusMetrics(app, path=None, group_by="url_rule", defaults_prefix="enrich", registry=own)
    collector = QueueCollector(engine)

    @app.get("/metrics")
    def metrics() -> Response:
        registry = CollectorRegistry()
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
            registry.register(collector)
            return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
        registry.register(collector)
        text = b"".join(generate_latest(part) for part in (own, REGISTRY, registry))
        return Response(text, content_type=CONTENT_TYPE_LATEST)
