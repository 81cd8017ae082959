"""What Prometheus is told, on real Postgres and Redis."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from redis import ConnectionError as RedisAway

from deploy.settings import ROOT
from sidecar import __version__
from sidecar.metrics import FAMILIES
from sidecar.pipeline.counting import FEWEST, SOURCES
from sidecar.pipeline.retention import add_up_counts
from sidecar.services import figures
from sidecar.store import forms
from sidecar.store.database import one
from tests.client import until
from tests.integration.test_calls import down, sql
from tests.integration.test_messages import free_port
from tests.integration.test_pipeline import answer_all, claim, lead, run, send

UNNAMED = re.compile(r"zzz\d")


def read(text):
    """{(name of a sample, labels' values by the names of the labels): value}, buckets left out."""
    return {(sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
            for family in text_string_to_metric_families(text) for sample in family.samples
            if not sample.name.endswith("_bucket")}


def told(app):
    return read(app.test_client().get("/metrics").text)


@pytest.fixture
def counted(app):
    """What was counted since the test began."""
    before = Counter(told(app))
    return lambda: {name: value - before[name] for name, value in told(app).items() if value != before[name]}


@pytest.fixture
def trade_fair(api, engine):
    """A form's source: it is told by its name."""
    with engine.database.write() as cursor:
        forms.save(cursor, "metrics-form", "Metrics", [], "trade fair")
    SOURCES.forget()
    yield
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM forms WHERE key = 'metrics-form'")
    SOURCES.forget()


def test_each_family_is_answered_with_as_many_labels_as_it_has(api, engine):
    answered = figures.figures(engine)
    assert set(answered) == {family.name for family in FAMILIES}
    assert all(len(labels) == len(family.labels) for family in FAMILIES for labels in answered[family.name])


@pytest.fixture
def keeps(engine):
    """The engine, which keeps for ten seconds what it read."""
    def forget():
        engine.cache.redis.delete(*engine.cache.redis.keys("*figures:*"), "figures:")
        figures._read_here.clear()
        figures._late.clear()

    forget()
    yield replace(engine, settings=replace(engine.settings, metrics_seconds=10))
    forget()


def due_again(engine, name):
    """What that reader read is older than ten seconds, and nobody reads it at the moment."""
    engine.cache.redis.expire(f"figures:{name}", 9)
    engine.cache.redis.delete(f"once:figures:{name}")


def too_slow(cursor):
    """A statement that takes longer than it may."""
    cursor.execute("SELECT set_config('statement_timeout', '1ms', true)")
    cursor.execute("SELECT count(*) FROM generate_series(1, 10000000)")


def away(*arguments):
    raise RedisAway("away")


def test_what_was_read_is_kept_for_all_processes(engine, keeps):
    first = figures.text(keeps)
    assert b"enrich_work_items{" in first and b"enrich_table_bytes{" in first
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO batches (lane, size) VALUES ('bulk', 1)")
    assert figures.text(keeps) == first != figures.text(engine)  # a run took leads meanwhile
    assert 10 < engine.cache.redis.ttl("figures:_work") <= 20
    assert 600 < engine.cache.redis.ttl("figures:_tables") <= 1200


def test_what_is_read_anew_is_read_by_one_process_and_the_others_tell_it_as_it_was(engine, keeps):
    first = figures.text(keeps)
    sql(engine, "INSERT INTO batches (lane, size) VALUES ('bulk', 1)")
    engine.cache.redis.expire("figures:_work", 9)  # it is older than ten seconds
    assert figures.text(keeps) == first  # one read it just now
    engine.cache.redis.delete("once:figures:_work")
    assert figures.text(keeps) != first
    assert engine.cache.redis.ttl("figures:_work") > 10


def test_what_takes_too_long_is_told_as_it_was_and_not_read_at_each_scrape(engine, keeps, monkeypatch):
    first = figures.text(keeps)
    due_again(engine, "_tables")
    asked = []

    def _tables(engine, cursor):
        asked.append(one(cursor, "SELECT current_setting('statement_timeout') AS most")["most"])
        too_slow(cursor)

    monkeypatch.setattr(figures, "SLOW", (*figures.SLOW[:-1], _tables))
    assert figures.text(keeps) == figures.text(keeps) == first
    assert asked == ["5s"]


def test_what_takes_too_long_holds_up_nothing_else(engine, keeps, monkeypatch):
    """Not at the first scrape, at which nothing is kept; after that it is read when all else was."""
    read_in_order = []

    def watched(reader):
        def read_it(engine, cursor):
            read_in_order.append(reader.__name__)
            return too_slow(cursor) if reader is figures._work else reader(engine, cursor)

        read_it.__name__ = reader.__name__
        return read_it

    readers = figures.READERS
    monkeypatch.setattr(figures, "READERS", tuple(map(watched, readers)))
    told = read(figures.text(keeps).decode())
    assert ("enrich_redis_up",) in told and ("enrich_table_bytes", "leads") in told
    assert not [name for name in told if name[0] == "enrich_work_items"]
    for reader in readers:
        due_again(engine, reader.__name__)
    figures.text(keeps)
    assert read_in_order == [*(names := [reader.__name__ for reader in readers]), *names[1:], names[0]]


def test_once_the_time_of_a_scrape_is_over_the_rest_is_told_as_it_was(engine, keeps, monkeypatch):
    first = figures.text(keeps)
    for reader in figures.READERS:
        due_again(engine, reader.__name__)
    sql(engine, "INSERT INTO batches (lane, size) VALUES ('bulk', 1)")
    monkeypatch.setattr(figures, "_SECONDS", -1)
    assert figures.text(keeps) == first
    assert figures.text(engine) == b""


def test_without_redis_each_process_keeps_what_moves_slowly(keeps, monkeypatch):
    for name in ("figures", "keep_figures", "seen_at", "first_in"):
        monkeypatch.setattr(keeps.cache, name, away)
    asked = []
    monkeypatch.setattr(figures, "SLOW", (lambda engine, cursor: asked.append(1) or {},))
    for _ in range(2):
        assert read(figures.text(keeps).decode())[("enrich_redis_up",)] == 0
    monkeypatch.setattr(figures, "_told", lambda engine, reader, until: b"now")
    assert figures.text(keeps) == b"now" * len(figures.READERS) and asked == [1]


def test_what_hangs_is_paused_or_paid_is_told(api, app, engine):
    """What is due a step: not a job that ended, or whose file is still being sent."""
    down(engine, "hunter")
    for kind, state, chunks, minutes in (
            ("import", "running", 3, 60), ("import", "queued", 3, 5), ("import", "done", 3, 600),
            ("bulk", "queued", None, 600)):
        sql(engine, "INSERT INTO jobs (kind, state, created_by, plan, lane, chunk_rows, chunks, updated_at)"
            " VALUES (%s, %s, 'tests', '', 'bulk', 500, %s, now() - %s * interval '1 minute')",
            kind, state, chunks, minutes)
    [lead_id] = send(api, lead(1))
    sql(engine, "INSERT INTO provider_calls (provider, operation, request_key, subject_kind, subject_id,"
        " sandbox, state, price, lead_id, started_at) VALUES ('hunter', 'person', 'k', 'contact',"
        " gen_random_uuid(), true, 'answered', 0.25, %s, now())", lead_id)
    answered = told(app)
    assert 3600 <= answered["enrich_job_oldest_progress_age_seconds", "import"] < 4200
    assert answered["enrich_job_oldest_progress_age_seconds", "bulk"] == 0
    assert [answered["enrich_provider_breaker_open", name] for name in ("hunter", "clearbit")] == [1, 0]
    assert [answered["enrich_provider_credits_spent", name] for name in ("hunter", "clearbit")] == [0.25, 0]
    assert answered["enrich_queue_oldest_age_seconds", "interactive", "queued"] >= 0


def test_the_way_of_leads_is_counted(api, app, counted, trade_fair):
    answer = api.post("/v1/leads", {"leads": [
        lead(1, source="trade fair"), lead(2, source="trade fair"), lead(3, source="zzz1"),
        {"first_name": "Nobody"}, lead(4, refused={"enrichment": True}, source="trade fair")]})
    assert answer.status_code == 202
    assert told(app)["enrich_grades", "unscored"] == 4
    batch = claim(api)
    run(api, batch)
    found = counted()
    assert {name[1:]: value for name, value in found.items() if name[0] == "enrich_leads_received_total"} == {
        ("created", "trade fair"): 3, ("created", "other"): 1, ("rejected", "other"): 1}
    assert found["enrich_leads_refused_total", "missing_identity"] == 1
    assert found["enrich_lead_scored_seconds_count", "interactive"] == 4
    assert found["enrich_refusals_held_total", "enrichment"] == 1
    assert found["enrich_provider_cache_lookups_total", "miss"] > 0
    asked = sum(value for name, value in found.items() if name[0] == "enrich_provider_answers_total")
    assert asked == sum(value for name, value in found.items()
                        if name[0] == "enrich_provider_answer_seconds_count") > 0
    assert sum(value for name, value in told(app).items() if name[0] == "enrich_grades") == 4
    assert told(app)["enrich_sweep_age_seconds",] < 60
    assert told(app)["enrich_provider_credits_budget", "hunter"] == float("inf")


def test_requests_are_counted_by_route(app, api, counted, monkeypatch):
    client = FlaskClient(app, app.response_class)
    client.get(f"/v1/leads/{uuid4()}", headers=api.headers)
    client.open("/v1/leads", method="BREW", headers=api.headers)
    client.get("/nowhere")

    def broken():
        raise RuntimeError("broken")

    (rule,) = (rule for rule in app.url_map.iter_rules() if rule.rule == "/healthz")
    monkeypatch.setitem(app.view_functions, rule.endpoint, broken)
    client.get("/healthz")
    count = "enrich_http_request_duration_seconds_count"
    assert {name[1:]: value for name, value in counted().items() if name[0] == count} == {
        ("GET", "404", "/v1/leads/<uuid:lead_id>"): 1, ("other", "405", "none"): 1, ("GET", "404", "none"): 1,
        ("GET", "500", "/healthz"): 1, ("GET", "200", "/metrics"): 1}


def test_an_answer_that_is_kept_is_a_hit(api, counted):
    for address, known in (("pat@firm1.example", 0), ("kim@firm1.example", 1)):
        send(api, lead(1, email=address))
        batch = claim(api)
        api.step(batch, "plan")
        hits = counted().get(("enrich_provider_cache_lookups_total", "hit"), 0)
        assert bool(hits) is bool(known)
        answer_all(api, batch, "missing")


def test_what_strangers_invent_makes_no_series(api, app, trade_fair):
    """Neither sources nor paths, methods or codes."""
    client = FlaskClient(app, app.response_class)
    headers = api.headers

    def attack(first, last):
        leads = [lead(n, source=f"zzz{n}") | {f"zzz{n}": "x"} for n in range(first, last)]
        assert client.post("/v1/leads", json={"leads": leads}, headers=headers).status_code == 202
        for n in range(first, first + 50):
            client.get(f"/zzz{n}")
            client.get(f"/v1/leads/zzz{n}", headers=headers)
            client.open("/v1/leads", method=f"ZZZ{n}", headers=headers)
            client.post(f"/v1/forms/zzz{n}", json={"source": f"zzz{n}"})
        return {name for name in told(app) if name[0].startswith("enrich_")}

    before = attack(0, 2)
    after = attack(2, 1000)
    assert after == before
    assert not [name for name in after if any(UNNAMED.search(str(part).lower()) for part in name)]


def test_nobody_is_named(api, app, engine):
    """A source that brought many leads is told by its name, if that names no person."""
    people = [lead(n, email=f"vera.stark{n}@plum{n}.example", first_name="Vera", last_name="Stark",
                   phone="+1 202-555-0143", source="vera.stark@plum.example", message="Call Vera Stark")
              for n in range(FEWEST)]
    fair = [lead(n, email=f"v{n}@quince{n}.example", source="spring fair") for n in range(FEWEST)]
    send(api, *people, *fair)
    add_up_counts(engine)
    SOURCES.forget()
    send(api, lead(500, source="spring fair"), lead(501, source="vera.stark@plum.example"))
    text = app.test_client().get("/metrics").text
    assert 'source="spring fair"' in text
    assert not re.search(r"vera|stark|plum|quince|firm\d|202.?555|@", text, re.IGNORECASE)
    SOURCES.forget()


@pytest.fixture
def gunicorn(environ, tmp_path):
    """Two workers; answers (their address, the process, the folder of their metrics)."""
    port, folder = free_port(), tmp_path / "metrics"
    environment = {**os.environ, **environ, "SIDECAR_BIND": f"127.0.0.1:{port}", "SIDECAR_WORKERS": "2",
                   "SIDECAR_METRICS_DIR": str(folder), "SIDECAR_LOG_LEVEL": "WARNING"}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "gunicorn"), "-c", str(ROOT / "sidecar/gunicorn.conf.py"),
             "sidecar.app:create_app()"], env=environment, cwd=ROOT, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}", process, folder
    finally:
        process.terminate()
        process.wait(60)


def test_several_workers_add_up_and_one_that_is_replaced_counts_on(gunicorn, tmp_path):
    address, process, folder = gunicorn
    unknown = ("enrich_http_request_duration_seconds_count", "GET", "404", "none")

    def scraped():
        try:
            return read(requests.get(f"{address}/metrics", timeout=60).text)
        except requests.ConnectionError:
            return {}

    def workers():
        return {int(pid) for pid in Path(
            f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()}

    until(lambda: scraped().get(("enrich_workers",)) == 2, 60, "two workers")
    for n in range(60):
        requests.get(f"{address}/zzz{n}", timeout=60)
    before, files, first = scraped(), {path.name for path in folder.iterdir()}, workers()
    assert before[unknown] == 60 and before["enrich_build_info", __version__] == 1
    os.kill(min(first), signal.SIGKILL)
    until(lambda: len(workers() - first) == 1, 60, "a new worker")
    until(lambda: scraped().get(("enrich_workers",)) == 2, 60, "two workers")
    for n in range(60):
        requests.get(f"{address}/zzz{n}", timeout=60)
    assert scraped()[unknown] == 120
    assert {path.name for path in folder.iterdir()} == files
    told = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert any("SIGKILL" in line["message"] for line in told), "what gunicorn itself tells is JSON too"
