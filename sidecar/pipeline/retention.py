"""Housekeeping: with the claims of work, which come every minute at least; once a minute for all replicas.

What is over its time goes by the rules of `sidecar/store/retention.py`, a thousand rows a transaction: a kill
leaves each part whole or not begun.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from time import monotonic

from redis import RedisError

from sidecar.engine import Engine
from sidecar.errors import Unavailable
from sidecar.pipeline import calendars, privacy
from sidecar.pipeline.learning import learn
from sidecar.pipeline.yielding import give_way, people_come
from sidecar.store import drift, history, retention, spending, statistics
from sidecar.store.retention import RULES, Rule

log = logging.getLogger(__name__)

_FOLDS = 10
_SECONDS = 2.0  # a minute, for what is more than a part of each rule
_FAILURES = 2
_SIX_HOURS = 6 * 3600


def tidy_up(engine: Engine) -> None:
    """Forget what is over its time, add up the counts, learn from the ledger; without Redis the next minute
    does it."""
    try:
        if not engine.cache.first_in("retention", 50):
            return
    except RedisError:
        return
    forget(engine)
    with engine.database.write() as cursor:
        spending.fold(cursor)
    add_up_counts(engine)
    try:
        learn(engine)
    except Exception:  # leads go on by what was learnt before
        log.exception("learning from the ledger failed; it is tried again in a minute")
    calendars.begin(engine)
    _forget_files(engine)
    count_scores(engine)
    try:
        privacy.survey(engine)
        privacy.begin_erasure(engine)
    except Exception:  # leads go on
        log.exception("the round of privacy failed; it is tried again in a minute")


def forget(engine: Engine, seconds: float = _SECONDS) -> dict[str, int]:
    """A part of what each rule says, then more while no person waits and this time lasts: rows by rule. One
    that fails keeps no other from its turn, nor the claim; two that do are the server's fault, and end it."""
    until, done = monotonic() + seconds, dict.fromkeys((rule.name for rule in RULES), 0)
    left, failed = list(RULES), 0
    while left and failed < _FAILURES:
        more = []
        for rule in left:
            try:
                gone, due = _part(engine, rule)
            except Exception:
                log.exception("retention of %s failed; it is tried again in a minute", rule.name)
                failed += 1
                if failed == _FAILURES:
                    break
                continue
            done[rule.name] += gone
            if due:
                more.append(rule)
        left = more if monotonic() < until and not people_come(engine) else []
    return done


def forget_all(engine: Engine) -> Iterator[tuple[Rule, int]]:
    """All that the rules say, at the pace that people leave: each rule with how many rows."""
    for rule in RULES:
        done, due = 0, True
        while due:
            begun = monotonic()
            gone, due = _part(engine, rule)
            done += gone
            give_way(engine, monotonic() - begun)
        yield rule, done


def tell(engine: Engine) -> Iterator[tuple[Rule, int]]:
    """What `forget_all` would do: each rule with how many rows."""
    for rule in RULES:
        with engine.database.read() as cursor:
            yield rule, retention.due(cursor, rule, days_of(engine, rule))


def days_of(engine: Engine, rule: Rule) -> int:
    """After how many days its rows are over their time."""
    return rule.days if isinstance(rule.days, int) else getattr(engine.settings, rule.days)


def _part(engine: Engine, rule: Rule) -> tuple[int, bool]:
    with engine.database.write(unseen=True) as cursor:
        return retention.part(cursor, rule, days_of(engine, rule))


def _forget_files(engine: Engine) -> None:
    """Files of n8n's runs that are over; while n8n's database is away the next minute does it."""
    if engine.history:
        try:
            with engine.history.write() as theirs:
                if not history.forget_files(theirs):
                    log.warning("sql/server/n8n_history.sql is not applied: n8n keeps the files of its runs")
        except Unavailable:
            log.warning("n8n's database does not answer: files of its runs are forgotten later")


def count_scores(engine: Engine) -> None:
    """Count scores and outcomes by month, four times a day; without Redis the next minute does it."""
    try:
        if not engine.cache.first_in("drift", _SIX_HOURS):
            return
    except RedisError:
        return
    with engine.database.write() as cursor:
        drift.refresh(cursor)


def add_up_counts(engine: Engine) -> None:
    """Add changes to the counts in short transactions; the next call goes on."""
    for _ in range(_FOLDS):
        with engine.database.write() as cursor:
            if not statistics.fold(cursor):
                return
