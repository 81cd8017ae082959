"""Prometheus metrics, right with several workers.

What gunicorn's workers count they add up in SIDECAR_METRICS_DIR; what Postgres knows is read from
it at the scrape and kept a few seconds, for all processes. A new gauge of what Postgres knows is a line of
FAMILIES and a name in an answer of `sidecar/services/figures.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

OTHER = "other"

REQUESTS = Histogram(
    "enrich_http_request_duration_seconds", "Time that requests took, by route.",
    ["method", "url_rule", "status"])

WORKERS = Gauge("enrich_workers", "Processes that serve requests.", multiprocess_mode="livesum")
BUILD = Gauge("enrich_build_info", "1, by the version that runs.", ["version"], multiprocess_mode="livemax")

POOL = Gauge(
    "enrich_database_pool_connections", "Connections to Postgres that are open.", multiprocess_mode="livesum")
POOL_BUSY = Counter(
    "enrich_database_pool_busy_seconds", "Seconds for which transactions had connections to Postgres.")
POOL_SECONDS = Histogram(
    "enrich_database_pool_wait_seconds",
    "Time until a transaction had its connection, of those that waited for more than a millisecond.",
    buckets=(0.005, 0.01, 0.05, 0.1, 0.5, 1, 3))

LEADS = Counter(
    "enrich_leads_received", "Leads received, by source (other: one that is no form's and no connection's and"
    " brought few leads) and outcome.", ["source", "outcome"])
LEADS_REFUSED = Counter(
    "enrich_leads_refused", "Leads refused at the door, by the first reason.", ["code"])
SCORED_SECONDS = Histogram(
    "enrich_lead_scored_seconds", "Time from the receipt of a lead to its first score, by lane.", ["lane"],
    buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600, 14_400, 86_400))
MODELS_REFUSED = Counter(
    "enrich_scoring_models_refused",
    "How often the published scoring model could not be used, and the default one was.", ["reason"])

ANSWERS = Counter(
    "enrich_provider_answers", "What came of calls of providers.", ["provider", "outcome"])
ANSWER_SECONDS = Histogram(
    "enrich_provider_answer_seconds", "Time that providers took to answer.", ["provider"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60))
CACHE_LOOKUPS = Counter(
    "enrich_provider_cache_lookups",
    "Questions about leads: hit, an answer is kept; miss, a provider is to be asked.", ["result"])
REFUSALS_HELD = Counter(
    "enrich_refusals_held", "How often a refusal held something back: asking providers about a lead"
    " (enrichment), telling people of it (alert).", ["purpose"])

MESSAGES = Counter(
    "enrich_messages", "What came of trying to send messages: sent, retried (tried again later), quiet (put"
    " off by quiet hours), withdrawn, dead.", ["channel", "outcome"])
HOT_SECONDS = Histogram(
    "enrich_hot_message_seconds",
    "Time from a lead's change into hot to the message about it, those left out that quiet hours put off.",
    ["channel"], buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600))
PRESSES = Counter(
    "enrich_presses", "Presses of buttons and links about hot leads, by channel, wish and what came of it.",
    ["channel", "kind", "verdict"])
FIRST_TOUCH = Histogram(
    "enrich_first_touch_minutes", "Minutes from a lead's change into hot to the first touch, by its kind.",
    ["how"], buckets=(1, 5, 15, 30, 60, 120, 240, 480, 1440, 2880, 10080))

WAKES = Counter("enrich_wake_calls", "Calls of the wake webhook, by result.", ["result"])
LIMITED = Counter("enrich_rate_limited", "Requests refused by a rate limit, by class.", ["limit"])
LIMITS_UNAVAILABLE = Counter(
    "enrich_rate_limits_unavailable", "Requests that Redis could not count, by class.", ["limit"])
RESPONSE_CACHE = Counter(
    "enrich_response_cache", "Requests that Redis may answer: hit, miss, or Redis unavailable.", ["result"])


def from_zero(counter: Counter, *values: str) -> None:
    """The counter's series are there before their first time: one that begins at 1 has no rate."""
    for value in values:
        counter.labels(value)


from_zero(WAKES, "ok", "lost")
from_zero(REFUSALS_HELD, "enrichment", "alert")

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
    Family("queue_oldest_age_seconds", "For how long the oldest due lead has been due.", ("lane", "stage")),
    Family("last_claim_age_seconds", "Time since a run last took leads; +Inf: none ever did."),
    Family("sweep_age_seconds", "Time since n8n last asked for due leads, as its sweep does every minute;"
           " +Inf: never since Redis started."),
    Family("job_oldest_progress_age_seconds", "Time since the last step of the job, of those due a step, that"
           " waits longest for it; 0: none is due.", ("kind",)),
    Family("backup_age_seconds", "Time since the last backup was made; +Inf: none was."),
    Family("backup_verified_age_seconds", "Time since a backup was last restored to try it; +Inf: none was."),
    Family("grades", "Leads by grade.", ("grade",)),
    Family("redis_up", "Whether Redis answers."),
    Family("notifications", "Messages not delivered, by state.", ("state",)),
    Family("hot_leads_untouched", "Hot leads that nobody touched, by the last follow-up that was given.",
           ("step",)),
    Family("subscriptions", "Subscriptions to events, by state.", ("state",)),
    Family("deliveries", "Events not delivered to a subscriber, by state.", ("state",)),
    Family("event_oldest_age_seconds", "Age of the oldest event that an active subscription is owed."),
    Family("provider_calls", "Provider calls of the last 30 days.", ("provider", "sandbox")),
    Family("provider_credits", "Credits spent in the last 30 days.", ("provider", "sandbox")),
    Family("provider_credits_spent", "USD that a provider cost this month (UTC), reserved ones too.",
           ("provider",)),
    Family("provider_credits_budget", "USD that it may cost this month; +Inf: no ceiling.", ("provider",)),
    Family("provider_breaker_open", "1 while the provider is left alone because it fails, else 0.",
           ("provider",)),
    Family("privacy_notices_overdue", "People whose notice of Article 14 GDPR is overdue, as the last"
           " round of the housekeeping found."),
    Family("privacy_retention_due", "People whose time is over by the rules of retention, and nobody is about"
           " to erase them: that is switched off, or it is late."),
    Family("scores", "Leads by the month in which they came and the tenth of the scale they began in.",
           ("month", "tenth")),
    Family("score_outcomes", "Outcomes by month and the tenth of the scale of the last score before.",
           ("month", "tenth", "outcome")),
    Family("score_stability_index", "Population stability index of a month's scores against those of the"
           " three months before.", ("month",)),
    Family("score_calibration_error", "How far the shares of won by score of the last three months are from"
           " those of the year before."),
    Family("source_silence_ratio", "How unlikely the time since a source's last lead is, over the most that"
           " is usual for it: above 1 it has fallen silent.", ("source",)),
    Family("provider_fill_ratio", "Share of the latest answers that told a field.", ("provider", "field")),
    Family("provider_fill_ratio_usual", "The same on a usual day of the last weeks.", ("provider", "field")),
    Family("provider_fill_chance", "Chance of so small a share on a bad day.", ("provider", "field")),
    Family("refusal_ratio", "Share of the latest leads that were refused, by code.", ("code",)),
    Family("refusal_ratio_usual", "The same on a usual day of the last weeks.", ("code",)),
    Family("refusal_chance", "Chance of so large a share on a bad day.", ("code",)),
    Family("watch_age_seconds", "Time since somebody looked for what does not come; +Inf: nobody ever did."),
    Family("provider_runway_days", "For how many days a month's ceiling lasts at the pace of the last week;"
           " +Inf: nothing is spent.", ("provider",)),
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
            if family.name in self._told:
                gauge = GaugeMetricFamily(f"enrich_{family.name}", family.text, labels=family.labels)
                for values, figure in self._told[family.name].items():
                    gauge.add_metric(values, figure)
                yield gauge


def exposition(told: Mapping[str, Figures]) -> bytes:
    """The families of what Postgres answered, as Prometheus reads them: figures by the family's name."""
    registry = CollectorRegistry()
    registry.register(_Told(told))
    return generate_latest(registry)
