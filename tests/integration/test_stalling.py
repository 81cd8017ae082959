"""Leads wait and no run comes: readiness, metrics, overview and log say so."""

from __future__ import annotations

import logging

import pytest

from sidecar.pipeline import claiming, stalling

LEAD = {"email": "grace@navy.example", "company_name": "Navy"}


def age(engine, table, column, seconds):
    with engine.database.write() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {column} - %s * interval '1 second'", (seconds,))


@pytest.fixture
def waiting(api, engine):
    """A lead that has been due for ten minutes."""
    engine.cache.redis.flushdb()
    api.post("/v1/leads", LEAD)
    age(engine, "work_items", "due_at", 600)


def told(app, api):
    """(readiness, its pipeline check, the overview's pace, the metric)."""
    ready = app.test_client().get("/readyz")
    text = app.test_client().get("/metrics").text
    metric = next(line.split()[1] for line in text.splitlines()
                  if line.startswith("enrich_last_claim_age_seconds "))
    return (ready.status_code, ready.json["checks"]["pipeline"],
            api.get("/v1/stats/overview").json["pace"], float(metric))


def test_nothing_waits(app, api, engine):
    code, check, pace, metric = told(app, api)
    assert (code, check) == (200, "ok") and metric == float("inf")
    assert pace == {"stalled": False, "oldest_waiting_seconds": 0.0, "last_run_at": None}


def test_leads_wait_and_nobody_ever_came(app, api, waiting):
    code, check, pace, metric = told(app, api)
    assert (code, check) == (200, "stalled"), "the API goes on taking leads"
    assert pace["stalled"] and 600 <= pace["oldest_waiting_seconds"] < 660 and pace["last_run_at"] is None
    assert metric == float("inf")


def test_a_backlog_that_is_worked_on_is_no_stall(app, api, engine, waiting):
    claiming.claim(engine, lane="interactive")
    api.post("/v1/leads", LEAD | {"email": "ada@navy.example"})
    age(engine, "work_items", "due_at", 600)
    code, check, pace, metric = told(app, api)
    assert (code, check) == (200, "ok") and pace["oldest_waiting_seconds"] >= 600
    assert pace["last_run_at"] and metric < 60
    age(engine, "batches", "created_at", 400)
    assert told(app, api)[1] == "stalled"


def test_it_is_logged_once_a_minute(engine, waiting, caplog):
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert stalling.pace(engine).stalled
        assert len(caplog.records) == 1 and "Lead enrichment" in caplog.text
        engine.cache.redis.delete("once:stalled")
        stalling.pace(engine)
    assert len(caplog.records) == 2
