"""What Prometheus is told of the queue."""

from __future__ import annotations

from sidecar.metrics import QueueCollector, QueueFigures


def samples(figures):
    return {(sample.name, *sample.labels.values()): sample.value
            for metric in QueueCollector(lambda: figures).collect() for sample in metric.samples}


def test_the_collector_tells_the_figures_that_it_is_handed():
    assert samples(QueueFigures(
        leads={("bulk", "dead"): 0, ("bulk", "queued"): 3}, oldest={("bulk",): 1.5}, last_claim={(): 7},
        messages={("waiting",): 2}, untouched={("1",): 9}, subscriptions={("active",): 1},
        deliveries={("owed",): 6}, oldest_event={(): 8}, calls={("hunter", "true"): 4},
        credits={("hunter", "true"): 2.5},
        scores={("2026-01", "9"): 5}, outcomes={("2026-01", "9", "won"): 2}, stability={("2026-01",): 0.1},
        calibration={(): 0.05},
    )) == {
        ("enrich_work_items", "bulk", "dead"): 0, ("enrich_work_items", "bulk", "queued"): 3,
        ("enrich_queue_oldest_age_seconds", "bulk"): 1.5, ("enrich_last_claim_age_seconds",): 7,
        ("enrich_notifications", "waiting"): 2, ("enrich_hot_leads_untouched", "1"): 9,
        ("enrich_subscriptions", "active"): 1, ("enrich_deliveries", "owed"): 6,
        ("enrich_event_oldest_age_seconds",): 8,
        ("enrich_provider_calls", "hunter", "true"): 4, ("enrich_provider_credits", "hunter", "true"): 2.5,
        ("enrich_scores", "2026-01", "9"): 5, ("enrich_score_outcomes", "2026-01", "9", "won"): 2,
        ("enrich_score_stability_index", "2026-01"): 0.1, ("enrich_score_calibration_error",): 0.05,
    }


def test_without_figures_it_tells_nothing():
    assert samples(None) == {}
