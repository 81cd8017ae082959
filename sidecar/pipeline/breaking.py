"""Providers that fail are left alone, and asked for what they owe once they answer again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS
from sidecar.enrichment.breaker import PAUSES, PROBE_SECONDS, Breaker, after
from sidecar.pipeline.waking import wake_after
from sidecar.store import breakers, calls, work
from sidecar.store.breakers import Key
from sidecar.store.database import Cursor

_SECONDS_AT_ONCE = 2.0  # who comes later with one lead waits that long at most
SANDBOX = "sandbox"  # the mark of the key where the sandbox is asked
# The outcome of a call that was begun then, and how long its provider wants to be left alone.
Told = tuple[str, float | None, datetime]


def use_keys(engine: Engine, cursor: Cursor, live: Collection[str], keys: Mapping[str, str]) -> None:
    """Remember who is asked for real, and the marks of the keys.

    Another key has a breaker of its own: what the one before was refused is asked anew.
    """
    now = {name: (name in live, keys.get(name, "") if name in live else SANDBOX) for name in PROVIDERS}
    before = {name: (state["live"], state["key_mark"])
              for name, state in breakers.provider_states(cursor).items()}
    changed = [name for name, key in now.items() if before.get(name) != key]
    if changed:
        breakers.set_keys(cursor, {name: now[name] for name in changed})
        returned(engine, cursor, [name for name in changed if name in before])


def note(engine: Engine, cursor: Cursor, told: Mapping[Key, list[Told]]) -> None:
    """Count what providers answered, by their key; who answers again owes others what they waited for."""
    if not told:
        return
    now = engine.now()
    known = {key: Breaker(**row) for key, row in breakers.locked(cursor, told.keys()).items()}
    changed: dict[Key, Breaker] = {}
    for key, answers in told.items():
        breaker = before = known.get(key, Breaker())
        for outcome, retry_after_s, begun_at in answers:
            breaker = after(breaker, outcome, retry_after_s, begun_at, now)
        if breaker != before:
            changed[key] = breaker
    breakers.save(cursor, [
        {"provider": provider, "key_mark": mark} | asdict(breaker)
        for (provider, mark), breaker in changed.items()])
    returned(engine, cursor, [
        key[0] for key, breaker in changed.items()
        if key in known and known[key].opened_at and not breaker.opened_at])


def returned(engine: Engine, cursor: Cursor, providers: Collection[str]) -> None:
    """These providers answer again: what failed is asked anew, and the leads that wait for it are due."""
    if not providers:
        return
    calls.ask_anew(cursor, providers)
    for lane in sorted(work.resume_awaiting(cursor, providers)):
        wake_after(engine, lane)


def allowed(cursor: Cursor, providers: Iterable[str], at_once: int) -> dict[str, int]:
    """How many calls of each of these providers may begin now: none while its breaker is open, one that
    probes it after that, else so many at once, of those that are asked for real no more than their pace
    allows in _SECONDS_AT_ONCE."""
    states = breakers.provider_states(cursor)
    most: dict[str, int] = {}
    for name in providers:
        state = states.get(name, {})
        in_pace = max(1, int(PROVIDERS[name].pace_per_second * _SECONDS_AT_ONCE))
        most[name] = 0 if state.get("open") else min(at_once, in_pace) if state.get("live") else at_once
    half_open = [name for name in most if states.get(name, {}).get("half_open")]
    if half_open:
        probing = breakers.probe(cursor, half_open, PROBE_SECONDS)
        most |= {name: int(name in probing) for name in half_open}
    return most


def failed(outcome: str | None) -> bool:
    """Whether an outcome says nothing of whom was asked about."""
    return outcome in PAUSES
