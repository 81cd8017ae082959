"""People before files: while leads of people are due or at work, what nobody waits for lets them pass.

Between its parts such work pauses for at most three times as long as a part took, so that people who come
without end leave files a quarter of their pace and never stop them. Of bulk leads small batches are claimed
meanwhile, one at a time.
"""

from __future__ import annotations

from time import monotonic, sleep

from sidecar.engine import Engine
from sidecar.store import work

_LOOK_EVERY = 0.05
_PATIENCE = 3  # times what was worked
_LONGEST = 5.0  # seconds: an answer is waited for
_A_LEAD = 0.001  # seconds that a step works on one


def give_way(engine: Engine, worked: float) -> None:
    """After a part of a job that took some seconds: wait until no person waits, or patience ends."""
    until = monotonic() + min(_PATIENCE * worked, _LONGEST)
    while (left := until - monotonic()) > 0 and people_wait(engine):
        sleep(min(left, _LOOK_EVERY))


def let_pass(engine: Engine, leads: int) -> None:
    """The same before a step of a run, if it acts on more leads than a batch of people has."""
    if leads > engine.settings.interactive_batch:
        give_way(engine, leads * _A_LEAD)


def people_wait(engine: Engine) -> bool:
    """Whether leads of people are due or at work."""
    with engine.database.read() as cursor:
        return work.people_wait(cursor)
