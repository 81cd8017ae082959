"""What Prometheus is told, on real Postgres and Redis."""

from __future__ import annotations

from dataclasses import replace

from redis import ConnectionError as RedisAway

from sidecar.metrics import FAMILIES
from sidecar.services import figures


def test_each_family_is_answered_with_as_many_labels_as_it_has(api, engine):
    told = figures.figures(engine)
    assert set(told) == {family.name for family in FAMILIES}
    assert all(len(labels) == len(family.labels) for family in FAMILIES for labels in told[family.name])


def test_what_was_read_is_kept_for_all_processes(api, engine, monkeypatch):
    engine.cache.redis.delete("figures")
    keeps = replace(engine, settings=replace(engine.settings, metrics_seconds=10))
    first = figures.text(keeps)
    assert b"enrich_work_items{" in first
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO batches (lane, size) VALUES ('bulk', 1)")
    assert figures.text(keeps) == first != figures.text(engine)  # a run took leads meanwhile
    assert 0 < engine.cache.redis.ttl("figures") <= 10

    def away(*arguments):
        raise RedisAway("away")

    monkeypatch.setattr(keeps.cache, "figures", away)
    monkeypatch.setattr(keeps.cache, "keep_figures", away)
    assert b"enrich_work_items{" in figures.text(keeps)
    engine.cache.redis.delete("figures")
