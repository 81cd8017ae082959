"""What /metrics says of figures."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from sidecar.metrics import exposition


def samples(text):
    return {(sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text.decode()) for sample in family.samples}


def test_figures_are_told_by_the_names_of_their_families():
    told = {
        "work_items": {("bulk", "dead"): 0, ("bulk", "queued"): 3},
        "last_claim_age_seconds": {(): float("inf")}}
    assert samples(exposition(told)) == {
        ("enrich_work_items", "bulk", "dead"): 0, ("enrich_work_items", "bulk", "queued"): 3,
        ("enrich_last_claim_age_seconds",): float("inf")}
