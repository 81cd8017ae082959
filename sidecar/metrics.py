"""Prometheus metrics, right with several workers.

Counters live in PROMETHEUS_MULTIPROC_DIR (emptied at start); gauges of the queue are read from
Postgres at the scrape.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

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


Figures = Mapping[tuple[str, ...], float]


@dataclass(frozen=True)
class QueueFigures:
    """What stands in Postgres, by labels: leads by (lane, stage), the age in seconds of the oldest due one by
    (lane,) and of the last claim (+Inf: there was none), messages that are not delivered by (state,), hot
    leads that nobody touched by (the last follow-up that was given,), subscriptions and what they are owed by
    (state,), the age of the oldest event that waits, calls and credits of the last 30 days by (provider,
    sandbox); of this month and the last the leads by (month, tenth of the scale), the outcomes by (month,
    tenth, outcome), the stability index by (month,), the calibration error of outcomes. Zeros, too: a series
    that comes and goes cannot be alerted on.
    """

    leads: Figures
    oldest: Figures
    last_claim: Figures
    messages: Figures
    untouched: Figures
    subscriptions: Figures
    deliveries: Figures
    oldest_event: Figures
    calls: Figures
    credits: Figures
    scores: Figures
    outcomes: Figures
    stability: Figures
    calibration: Figures


class QueueCollector(Collector):
    """Queue depth and age, messages and provider calls, as Postgres has them at the scrape."""

    def __init__(self, read: Callable[[], QueueFigures | None]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Nothing when there are no figures (the health check tells that the database is unavailable)."""
        told = self._read()
        if told is None:
            return
        for name, text, labels, figures in (
            ("work_items", "Leads by lane and stage.", ["lane", "stage"], told.leads),
            ("queue_oldest_age_seconds", "Age of the oldest due lead.", ["lane"], told.oldest),
            ("last_claim_age_seconds", "Time since a run last took leads.", [], told.last_claim),
            ("notifications", "Messages not delivered, by state.", ["state"], told.messages),
            ("hot_leads_untouched", "Hot leads that nobody touched, by the last follow-up that was given.",
             ["step"], told.untouched),
            ("subscriptions", "Subscriptions to events, by state.", ["state"], told.subscriptions),
            ("deliveries", "Events not delivered to a subscriber, by state.", ["state"], told.deliveries),
            ("event_oldest_age_seconds", "Age of the oldest event that an active subscription is owed.", [],
             told.oldest_event),
            ("provider_calls", "Provider calls of the last 30 days.", ["provider", "sandbox"], told.calls),
            ("provider_credits", "Credits spent in the last 30 days.", ["provider", "sandbox"],
             told.credits),
            ("scores", "Leads by the month in which they came and the tenth of the scale they began in.",
             ["month", "tenth"], told.scores),
            ("score_outcomes", "Outcomes by month and the tenth of the scale of the last score before.",
             ["month", "tenth", "outcome"], told.outcomes),
            ("score_stability_index", "Population stability index of a month's scores against those of the"
             " three months before.", ["month"], told.stability),
            ("score_calibration_error", "How far the shares of won by score of the last three months are from"
             " those of the year before.", [], told.calibration),
        ):
            gauge = GaugeMetricFamily(f"enrich_{name}", text, labels=labels)
            for values, figure in figures.items():
                gauge.add_metric(values, figure)
            yield gauge


def init_app(app: Flask, read: Callable[[], QueueFigures | None]) -> None:
    """Measure every request by route, and serve /metrics; `read` answers the queue's figures, None when the
    database is unavailable."""
    own = CollectorRegistry(auto_describe=True)
    PrometheusMetrics(app, path=None, group_by="url_rule", defaults_prefix="enrich", registry=own)
    collector = QueueCollector(read)

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
