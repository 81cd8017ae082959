"""Prometheus metrics, right with several workers.

What processes count lives in PROMETHEUS_MULTIPROC_DIR (emptied at start); what Postgres knows is read from
it at the scrape and kept a few seconds, for all processes. A new gauge of what Postgres knows is a line of
FAMILIES and a name in an answer of `sidecar/services/figures.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector
from prometheus_flask_exporter import PrometheusMetrics

LEADS = Counter("enrich_leads_received", "Leads received, by outcome.", ["outcome"])
WAKES = Counter("enrich_wake_calls", "Calls of the wake webhook, by result.", ["result"])

MODELS_REFUSED = Counter(
    "enrich_scoring_models_refused",
    "How often the published scoring model could not be used, and the default one was.", ["reason"])

PRESSES = Counter(
    "enrich_presses", "Presses of buttons and links about hot leads, by channel, wish and what came of it.",
    ["channel", "kind", "verdict"])

LIMITED = Counter("enrich_rate_limited", "Requests refused by a rate limit, by class.", ["limit"])
LIMITS_UNAVAILABLE = Counter(
    "enrich_rate_limits_unavailable", "Requests that Redis could not count, by class.", ["limit"])

FIRST_TOUCH = Histogram(
    "enrich_first_touch_minutes", "Minutes from a lead's change into hot to the first touch, by its kind.",
    ["how"], buckets=(1, 5, 15, 30, 60, 120, 240, 480, 1440, 2880, 10080))

RESPONSE_CACHE = Counter(
    "enrich_response_cache", "Requests that Redis may answer: hit, miss, or Redis unavailable.", ["result"])


# Labels' values, in the order of their family's labels -> figure.
Figures = Mapping[tuple[str, ...], float]


class Family(NamedTuple):
    """A gauge `enrich_<name>` that Postgres answers at the scrape."""

    name: str
    text: str
    labels: tuple[str, ...] = ()


# Zeros are told, too: a series that comes and goes cannot be alerted on. All replicas tell the same.
FAMILIES = (
    Family("work_items", "Leads by lane and stage.", ("lane", "stage")),
    Family("queue_oldest_age_seconds", "Age of the oldest due lead.", ("lane",)),
    Family("last_claim_age_seconds", "Time since a run last took leads; +Inf: none ever did."),
    Family("notifications", "Messages not delivered, by state.", ("state",)),
    Family("hot_leads_untouched", "Hot leads that nobody touched, by the last follow-up that was given.",
           ("step",)),
    Family("subscriptions", "Subscriptions to events, by state.", ("state",)),
    Family("deliveries", "Events not delivered to a subscriber, by state.", ("state",)),
    Family("event_oldest_age_seconds", "Age of the oldest event that an active subscription is owed."),
    Family("provider_calls", "Provider calls of the last 30 days.", ("provider", "sandbox")),
    Family("provider_credits", "Credits spent in the last 30 days.", ("provider", "sandbox")),
    Family("scores", "Leads by the month in which they came and the tenth of the scale they began in.",
           ("month", "tenth")),
    Family("score_outcomes", "Outcomes by month and the tenth of the scale of the last score before.",
           ("month", "tenth", "outcome")),
    Family("score_stability_index", "Population stability index of a month's scores against those of the"
           " three months before.", ("month",)),
    Family("score_calibration_error", "How far the shares of won by score of the last three months are from"
           " those of the year before."),
    Family("table_bytes", "Bytes of a table, with its indexes and long values.", ("table",)),
    Family("table_dead_ratio", "Which share of a table's rows is dead; 0 of a table with few.", ("table",)),
    Family("retention_due_rows", "Rows that should be gone for an hour; 10000 of a rule, and more, are told"
           " as that many.", ("table",)),
)


class _Told(Collector):
    """The families of these figures."""

    def __init__(self, told: Mapping[str, Figures]) -> None:
        self._told = told

    def collect(self) -> Iterator[Metric]:
        for family in FAMILIES:
            gauge = GaugeMetricFamily(f"enrich_{family.name}", family.text, labels=family.labels)
            for values, figure in self._told[family.name].items():
                gauge.add_metric(values, figure)
            yield gauge


def exposition(told: Mapping[str, Figures]) -> bytes:
    """The families of what Postgres answered, as Prometheus reads them: figures by the family's name."""
    registry = CollectorRegistry()
    registry.register(_Told(told))
    return generate_latest(registry)


def init_app(app: Flask, read: Callable[[], bytes]) -> None:
    """Measure every request by route, and serve /metrics; `read` answers what Postgres tells (`exposition`),
    nothing when it is unavailable."""
    own = CollectorRegistry(auto_describe=True)
    PrometheusMetrics(app, path=None, group_by="url_rule", defaults_prefix="enrich", registry=own)

    @app.get("/metrics")
    def metrics() -> Response:
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
            text = generate_latest(counted)
        else:
            text = generate_latest(own) + generate_latest(REGISTRY)
        return Response(text + read(), content_type=CONTENT_TYPE_LATEST)
