"""The one door by which leads leave a batch: done, waiting, queued again, or dead.

What becomes of a lead is decided by `finished`, `given_back` or `failed_alone`; `let_go` writes it, and
closes the batch when nothing is left in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sidecar.engine import Engine
from sidecar.errors import NotFound
from sidecar.masking import redact
from sidecar.pipeline.backoff import backoff
from sidecar.store import calls, work
from sidecar.store.database import Cursor, Row
from sidecar.store.work import Held, Leaving

_MOST_SECONDS = 300
_MOST_ATTEMPTS = 20  # of a lead that was never scored and yet never failed
_RETRY_SECONDS = 60  # after a lead failed by itself
_SMALLER = 50  # a batch that failed is split 500 → 50 → 1


def finished(lead: Held, wait: int | None, max_batch: int) -> Leaving:
    """A lead whose run came to its end: done, or waiting these seconds for providers; queued again when it
    changed meanwhile or was not scored."""
    leaving = Leaving(
        lead_id=lead["lead_id"], stage="done", due_in=0, attempts=0, waits=lead["waits"],
        max_batch=max_batch, code=None, reason=None)
    unscored = lead["stage"] == "leased"
    if unscored:
        leaving["attempts"] = min(lead["attempts"] + 1, _MOST_ATTEMPTS)
    if lead["requeue"]:
        leaving["stage"] = "queued"
    elif unscored:
        leaving["stage"], leaving["due_in"] = "queued", backoff(lead["attempts"], most=_MOST_SECONDS)
    elif wait is not None:
        leaving |= {
            "stage": "waiting", "due_in": wait, "waits": lead["waits"] + 1, "code": "provider_pending",
            "reason": "Scored with what is known; a provider will be asked again."}
    return leaving


def given_back(lead: Held, size: int, code: str, reason: str, max_attempts: int) -> Leaving:
    """A lead whose batch of this size failed as a whole: next time in a smaller one; dead when it fails
    alone for the last time."""
    leaving = failed_alone(lead, code, reason, max_attempts if size == 1 else None)
    return leaving | {
        "due_in": backoff(lead["attempts"], most=_MOST_SECONDS),
        "max_batch": _SMALLER if size > _SMALLER else 1}


def failed_alone(lead: Held, code: str, reason: str, max_attempts: int | None) -> Leaving:
    """A lead that failed by itself: tried again in a minute, dead after so many times."""
    attempts = lead["attempts"] + 1
    return Leaving(
        lead_id=lead["lead_id"], due_in=_RETRY_SECONDS, attempts=attempts, waits=lead["waits"],
        stage="dead" if max_attempts is not None and attempts >= max_attempts else "queued",
        max_batch=lead["max_batch"], code=code, reason=reason)


def let_go(
    cursor: Cursor, batch_id: str, decide: Callable[[Held], Leaving | None], *, state: str = "completed",
    reason: str | None = None,
) -> list[Leaving]:
    """Let the leads of a batch go as decided, None for those that stay. A batch that is empty then is closed
    with this state and reason; what it was asking providers is given up."""
    leaving = [left for lead in work.held(cursor, batch_id) if (left := decide(lead))]
    if work.let_go(cursor, batch_id, leaving, state, reason):
        calls.give_up(cursor, batch_id)
    return leaving


def give_back(cursor: Cursor, batch: Row, code: str, reason: str, max_attempts: int, *,
              state: str = "failed") -> Row:
    """Close an open batch {id, size} whose run failed: {requeued, dead}."""
    leaving = let_go(
        cursor, batch["id"],
        lambda lead: given_back(lead, batch["size"], code, reason, max_attempts),
        state=state, reason=reason)
    dead = sum(lead["stage"] == "dead" for lead in leaving)
    return {"requeued": len(leaving) - dead, "dead": dead}


def expire(cursor: Cursor, max_attempts: int) -> None:
    """Give back every batch whose lease has ended."""
    for batch in work.expired(cursor):
        give_back(cursor, batch, "lease_expired", "The run that worked on it ended without a word.",
                  max_attempts, state="expired")


def fail(engine: Engine, batch_id: str, reason: str) -> Row:
    """Give a batch back with a reason: {requeued, dead}. Raises NotFound when it is not open."""
    with engine.database.write() as cursor:
        batch = work.open_batch(cursor, batch_id)
        if batch is None:
            raise NotFound("There is no such open batch.")
        return give_back(cursor, batch, "batch_failed", redact(reason), engine.settings.max_attempts)


def leads_failed(
    cursor: Cursor, batch_id: str, failures: Mapping[str, Exception], step: str, max_attempts: int
) -> dict[str, tuple[str, str]]:
    """Leads that failed by themselves leave their batch: lead id -> (retry | dead, code)."""
    code = f"{step}_failed"

    def decide(lead: Held) -> Leaving | None:
        error = failures.get(lead["lead_id"])
        return None if error is None else failed_alone(
            lead, code, f"The {step} step failed on this lead: {type(error).__name__}.", max_attempts)

    return {
        lead["lead_id"]: ("dead" if lead["stage"] == "dead" else "retry", code)
        for lead in let_go(cursor, batch_id, decide)}
