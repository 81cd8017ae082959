"""Waking n8n once for what comes together."""

from __future__ import annotations

from threading import Event
from types import SimpleNamespace

import pytest
import requests

from sidecar import logs
from sidecar.errors import Unavailable
from sidecar.pipeline import waking


@pytest.fixture
def planned(monkeypatch):
    """The wake-ups that are planned, each to be called when its time has come."""
    timers = []

    def timer(seconds, function, arguments):
        timers.append(lambda: function(*arguments))
        assert seconds == waking.SETTLE
        return SimpleNamespace(start=lambda: None)

    monkeypatch.setattr(waking.threading, "Timer", timer)
    monkeypatch.setattr(waking, "_planned", set())
    return timers


@pytest.fixture
def woken(monkeypatch):
    lanes = []
    monkeypatch.setattr(waking, "wake", lambda engine, lane: lanes.append(lane))
    return lanes


def engine(url="http://n8n.example"):
    return SimpleNamespace(
        database=SimpleNamespace(after_commit=lambda do: do()),
        settings=SimpleNamespace(wake_url=url, imports_wake_url=url))


def test_what_comes_together_wakes_once_and_what_comes_later_again(planned, woken):
    for _ in range(5):
        waking.wake_soon(engine(), "interactive")
    waking.wake_soon(engine(), "bulk")
    assert len(planned) == 2 and woken == []
    planned.pop(0)()
    assert woken == ["interactive"]
    waking.wake_soon(engine(), "interactive")
    assert len(planned) == 2


def test_without_an_address_nobody_is_woken(planned, woken):
    waking.wake_soon(engine(None), "bulk")
    assert planned == []


def test_n8n_is_told_who_woke_it(monkeypatch):
    posted, called = {}, Event()

    def post(url, **sent):
        posted.update(sent)
        called.set()
        return SimpleNamespace(raise_for_status=lambda: None)

    monkeypatch.setattr(requests, "post", post)
    known = engine()
    known.settings.wake_token = "token"
    known.cache = SimpleNamespace(first_wake=lambda lane: True)
    monkeypatch.setattr(waking.tracing, "headers", lambda: {"traceparent": "00-trace"})
    logs.begin("5f0c1d2e3b4a5968")
    try:
        assert waking.wake(known, "interactive")
    finally:
        logs.begin(None)
    assert called.wait(10)
    assert posted["json"] == {"lane": "interactive", "request_id": "5f0c1d2e3b4a5968"}
    assert posted["headers"] == {"X-Wake-Token": "token", "traceparent": "00-trace"}


def test_who_stored_something_is_not_told_that_nobody_could_be_woken(monkeypatch):
    def away(engine, lane):
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(waking.yielding, "to_be_woken", away)
    assert waking.wake(engine(), "bulk") is False
