"""Housekeeping: with the claims of work, which come every minute at least; once a minute for all replicas."""

from __future__ import annotations

import logging

from redis import RedisError

from sidecar.engine import Engine
from sidecar.errors import Unavailable
from sidecar.pipeline import calendars, privacy
from sidecar.pipeline.learning import learn
from sidecar.store import drift, history, retention, spending, statistics, undo

log = logging.getLogger(__name__)

_FOLDS = 10
_SIX_HOURS = 6 * 3600


def tidy_up(engine: Engine) -> None:
    """Forget what is over its time, add up the counts, learn from the ledger; without Redis the next minute
    does it."""
    try:
        if not engine.cache.first_in("retention", 50):
            return
    except RedisError:
        return
    with engine.database.write() as cursor:
        retention.purge(
            cursor, engine.settings.raw_payload_days, engine.settings.unknown_event_days)
        undo.purge(cursor, engine.settings.import_undo_days, 1000)
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
