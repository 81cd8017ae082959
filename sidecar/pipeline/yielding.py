"""People before files: while people come, what nobody waits for lets them pass.

They come while leads of theirs wait, and for ten seconds after one was claimed. Between its parts other work
then pauses for three times as long as a part took: people who come without end leave files a quarter of their
pace and never stop them. Of bulk leads smaller batches are claimed meanwhile, one at a time and one in five
seconds, since a run costs n8n about as much for a few leads as for many.
"""

from __future__ import annotations

from time import sleep

from redis import RedisError

from sidecar.engine import Engine
from sidecar.store import jobs, work
from sidecar.store.database import Cursor

_PATIENCE = 3  # times what was worked
_LONGEST = 5.0  # seconds: an answer is waited for
_A_LEAD = 0.001  # seconds that a step works on one
_SMALLER = 5  # times: bulk batches while people come
_CLAIM = "bulk_claim"


def give_way(engine: Engine, worked: float) -> None:
    """After a part of a job that took some seconds: pause if people come."""
    if people_come(engine):
        sleep(min(_PATIENCE * worked, _LONGEST))


def pause_job(engine: Engine, job_id: str, worked: float) -> None:
    """The same for a chunk of a job: meanwhile no other step of it begins."""
    with engine.database.write(unseen=True) as cursor:
        jobs.lock(cursor, job_id)
        give_way(engine, worked)


def let_pass(engine: Engine, leads: int) -> None:
    """The same before a step of a run, if it acts on more leads than a batch of people has."""
    if leads > engine.settings.interactive_batch:
        give_way(engine, leads * _A_LEAD)


def room(engine: Engine, cursor: Cursor, lane: str) -> tuple[int, int]:
    """(leads that a batch of a lane may have, runs of it that may be at work) at this moment."""
    settings = engine.settings
    if lane == "interactive":
        return settings.interactive_batch, settings.interactive_batches
    if work.people_come(cursor):
        return -(-settings.bulk_batch // _SMALLER), 1
    return settings.bulk_batch, settings.bulk_batches


def let_claim(engine: Engine) -> bool:
    """Before bulk leads that are due are claimed while people come: wait until the last batch of them began
    five seconds ago. Whether to claim: one waits at a time, and the others leave it to that one."""
    with engine.database.read() as cursor:
        waits = work.more_due(cursor, "bulk") and work.people_come(cursor)
        left = _LONGEST - work.since_last_claim(cursor, "bulk") if waits else 0.0
    if left <= 0:
        return True
    try:
        with engine.cache.alone(_CLAIM, 2 * _LONGEST) as alone:
            if alone:
                sleep(left)
            return alone
    except RedisError:
        return True  # this is for others' sake and no guarantee


def to_be_woken(engine: Engine, lane: str) -> bool:
    """Whether a run of a lane is to be woken: not for bulk leads while one waits to claim them, or as many
    runs as may be are at work, of which each wakes the next when it is over."""
    if lane != "bulk":
        return True
    if engine.cache.busy(_CLAIM):
        return False
    with engine.database.read() as cursor:
        return work.runs(cursor, lane) < room(engine, cursor, lane)[1]


def people_come(engine: Engine) -> bool:
    """Whether leads of people wait, or did so lately."""
    with engine.database.read() as cursor:
        return work.people_come(cursor)
