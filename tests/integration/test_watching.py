"""What came is counted by hour, what is unusual of it is told to Prometheus."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis import RedisError

from sidecar.pipeline import learning, stalling, watching
from sidecar.services import figures
from sidecar.store import watching as store
from tests.integration.test_calls import sql
from tests.integration.test_pipeline import claim, lead, run, send

HOUR = timedelta(hours=1)


@pytest.fixture
def look(api, engine):
    """look(now=None): what Prometheus is told after a look at that moment, by family."""
    sql(engine, "TRUNCATE watched_hours, signs")

    def at(now=None):
        engine.cache.redis.delete("once:watching")
        there = replace(engine, now=lambda: now) if now else engine
        watching.look(there)
        return figures.figures(there)

    yield at
    sql(engine, "TRUNCATE watched_hours, signs")


def came(engine, source, *, hours, each, outcome="created", code=None, since=0):
    """So many leads in each of the last hours, beginning `since` hours ago."""
    sql(engine, "INSERT INTO intake (client, source, outcome, errors, received_at)"
        " SELECT 'tests', %s, %s, CASE WHEN %s::text IS NULL THEN '[]'::jsonb ELSE jsonb_build_array("
        " jsonb_build_object('code', %s::text, 'pointer', '/email'),"
        " jsonb_build_object('code', %s::text, 'pointer', '/phone')) END,"
        " now() - h * interval '1 hour' - n * interval '1 second'"
        " FROM generate_series(%s, %s) h, generate_series(1, %s) n",
        source, outcome, code, code, code, since, since + hours - 1, each)


def test_a_source_that_fell_silent_is_told_and_one_that_brings_leads_is_not(engine, look):
    came(engine, "web form", hours=21 * 24, each=5, since=5)
    came(engine, "shop", hours=21 * 24, each=5)
    came(engine, "new", hours=48, each=9)
    ratios = look()["source_silence_ratio"]
    assert ratios.keys() == {("web form",), ("shop",)}
    assert ratios["web form",] > 1 > ratios["shop",]
    later = look(datetime.now(UTC) + 6 * HOUR)["source_silence_ratio"]
    assert later["shop",] > 1
    came(engine, "web form", hours=1, each=1)
    assert look()["source_silence_ratio"]["web form",] < 1


def test_the_hours_of_sources_are_those_of_the_wall_clock(engine, look):
    """A zone that is no whole hours away, whose clocks stay: the same from week to week."""
    came(engine, "web form", hours=21 * 24, each=5, since=5)
    there = replace(engine, settings=replace(engine.settings, time_zone="Asia/Kolkata"))
    look()
    with engine.database.read() as cursor:
        [row] = store.sources(cursor)
        [(name, labels, ratio)] = watching._silences(there, cursor)
        assert (name, labels) == ("source_silence_ratio", ["web form"]) and ratio > 1
    now = datetime.now(UTC)
    assert sum(row["counts"]) == 21 * 24 * 5 and now - timedelta(hours=6) < row["last"] < now - 4 * HOUR
    assert now.timestamp() // 3600 - row["hours"][-1] in (5, 6)


def test_hours_are_counted_once_however_often_somebody_looks_and_old_ones_go(engine, look):
    came(engine, "web form", hours=30, each=2)
    sql(engine, "INSERT INTO watched_hours (figure, name, hour, n)"
        " VALUES ('fill', 'x contact.email', now() - interval '70 days', 1)")
    for _ in range(3):
        look()
    came(engine, "web form", hours=1, each=3)
    look()
    rows = sql(engine, "SELECT figure, sum(n)::int AS n FROM watched_hours GROUP BY figure ORDER BY figure")
    assert [(row["figure"], row["n"]) for row in rows] == [("received", 63), ("source", 63)]


def test_a_source_that_names_a_person_is_neither_told_nor_kept(engine, look):
    came(engine, "referral jane.doe@acme.example", hours=21 * 24, each=5, since=5)
    came(engine, "web form", hours=2, each=1)
    assert look()["source_silence_ratio"] == {}
    names = sql(engine, "SELECT DISTINCT name FROM watched_hours WHERE figure = 'source'")
    assert [row["name"] for row in names] == ["web form"]


def test_of_many_sources_those_with_few_leads_are_kept_for_a_day(engine, look, monkeypatch):
    monkeypatch.setattr(store, "_LASTING", 1)
    came(engine, "large", hours=48, each=3)
    came(engine, "small", hours=48, each=1)
    look()
    hours = sql(engine, "SELECT name, count(*) AS n FROM watched_hours WHERE figure = 'source' GROUP BY name"
                " ORDER BY name")
    assert hours[0]["n"] >= 48 and hours[1]["n"] <= 25
    old = "SELECT 1 FROM watched_hours WHERE hour < now() - interval '9 weeks'"
    sql(engine, "UPDATE watched_hours SET hour = hour - interval '9 weeks' WHERE name = 'large'")
    sql(engine, "INSERT INTO watched_hours (figure, name, hour, n) VALUES"
        " ('received', '', date_trunc('hour', now()), 1) ON CONFLICT DO NOTHING")
    look()
    assert sql(engine, old)  # once an hour is enough
    sql(engine, "DELETE FROM watched_hours WHERE figure = 'received' AND hour = date_trunc('hour', now())")
    look()
    assert not sql(engine, old)


def test_refusals_that_grow_are_told_by_their_code(engine, look):
    came(engine, "web form", hours=15 * 24, each=4)
    came(engine, "web form", hours=6, each=30, outcome="rejected", code="missing_identity")
    came(engine, "web form", hours=15 * 24, each=1, outcome="rejected", code="too_long", since=2)
    found = look()
    chances = found["refusal_chance"]
    assert chances["missing_identity",] < 1e-6 < chances["too_long",]
    assert found["refusal_ratio"]["missing_identity",] > 0.5
    assert found["refusal_ratio_usual"]["missing_identity",] == 0.0
    assert 0.1 < found["refusal_ratio_usual"]["too_long",] < 0.25


def test_what_providers_tell_is_counted_by_field_as_answers_are_learnt_of(api, engine, look):
    send(api, *(lead(n) for n in range(6)))
    run(api, claim(api))
    assert learning.learn(engine)
    rows = sql(engine, "SELECT name, n, asked FROM watched_hours WHERE figure = 'fill'")
    assert rows and all(0 <= row["n"] <= row["asked"] <= 30 for row in rows)
    assert any(row["n"] > 0 for row in rows)
    learning.learn(engine)  # nothing came since
    assert sql(engine, "SELECT name, n, asked FROM watched_hours WHERE figure = 'fill'") == rows
    name = next(row["name"] for row in rows if row["n"])
    sql(engine, "DELETE FROM watched_hours")
    sql(engine, "INSERT INTO watched_hours (figure, name, hour, n, asked)"
        " SELECT 'fill', %s, date_trunc('hour', now()) - h * interval '1 hour',"
        " CASE WHEN h < 3 THEN 0 ELSE 6 END, 10 FROM generate_series(0, 20 * 24) h", name)
    found = look()
    assert found["provider_fill_chance"][tuple(name.split(" "))] < 1e-6
    assert found["provider_fill_ratio"][tuple(name.split(" "))] == 0.0
    assert found["provider_fill_ratio_usual"][tuple(name.split(" "))] == 0.6


def test_one_process_looks_once_a_minute_and_all_do_without_redis(engine, look, monkeypatch):
    assert look()["watch_age_seconds"][()] < 60
    before = sql(engine, "SELECT seen_at FROM signs")
    watching.look(engine)
    assert sql(engine, "SELECT seen_at FROM signs") == before

    def away(*_):
        raise RedisError

    monkeypatch.setattr(type(engine.cache), "first_in", away)
    watching.look(engine)
    assert sql(engine, "SELECT seen_at FROM signs") != before


def test_that_nobody_looks_is_told(engine, look):
    sql(engine, "DELETE FROM signs")
    assert figures.figures(engine)["watch_age_seconds"] == {(): float("inf")}
    assert look()["watch_age_seconds"][()] < 60
    sql(engine, "UPDATE signs SET seen_at = seen_at - interval '10 minutes'")
    assert figures.figures(engine)["watch_age_seconds"][()] > 590


def test_the_watch_goes_on_after_a_look_that_fails(engine, monkeypatch, caplog):
    """It is a thread: what it raises would end it."""
    looks = []

    class Pause:
        def wait(self, _):
            return len(looks) > 2

    class Now:
        def __init__(self, target, **_):
            self.start = target

    def fail(_):
        looks.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(stalling.threading, "Event", Pause)
    monkeypatch.setattr(stalling.threading, "Thread", Now)
    monkeypatch.setattr(watching, "look", fail)
    stalling.watch(engine)
    assert len(looks) == 3 and "looking for what does not come failed" in caplog.text


def test_a_ceiling_tells_for_how_long_it_lasts(api, engine):
    ceilings = {"hunter": 10.0, "abstract": 5.0}
    rich = replace(engine, settings=replace(engine.settings, provider_ceilings=ceilings))
    send(api, *(lead(n) for n in range(3)))
    run(api, claim(api))
    sql(engine, "UPDATE provider_calls SET price = 1 WHERE provider = 'hunter' AND state = 'answered'")
    days = figures.figures(rich)["provider_runway_days"]
    assert {name for (name,), left in days.items() if left < math.inf} == {"hunter"}
    [spent] = sql(engine, "SELECT sum(price)::float8 AS usd FROM provider_calls WHERE provider = 'hunter'")
    assert days["hunter",] == pytest.approx((10 - spent["usd"]) / (spent["usd"] / 7))
