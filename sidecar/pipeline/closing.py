"""The one door by which leads leave their run: done, waiting, queued again, let go, or dead.

What becomes of a lead is decided by pure functions; `leave` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sidecar.engine import Engine
from sidecar.masking import redact
from sidecar.pipeline.backoff import backoff
from sidecar.pipeline.batches import Step, step
from sidecar.store import calls, notifications, subscriptions, work
from sidecar.store.database import Cursor
from sidecar.store.work import Ended, Held, Leaving
from sidecar.terms.states import Stop
from sidecar.webhooks import of_leaving

_MOST_SECONDS = 300
_MOST_ATTEMPTS = 20  # of a lead that was never scored and yet never failed
_RETRY_SECONDS = 60  # after a lead failed by itself
_SMALLER = 50  # a batch that failed is split 500 → 50 → 1


def _left(lead: Held, stage: str, code: str | None, reason: str | None, due_in: int = 0) -> Leaving:
    """A lead that left as the flow says: what went wrong before is forgotten, its attempts are not."""
    return Leaving(
        lead_id=lead["lead_id"], stage=stage, due_in=due_in, attempts=lead["attempts"], waits=lead["waits"],
        max_batch=lead["max_batch"], code=code, reason=reason, left_at=None, passes=0, kept=False,
        stopped=None, awaits=None)


def finished(
    lead: Held, wait: int | None, max_batch: int, *, stopped: Stop | None = None,
    awaits: Collection[str] = (), down: str = "",
) -> Leaving:
    """A lead whose run came to its end: done, or waiting these seconds for providers; queued again when it
    changed meanwhile or was not scored. `stopped`: why no more was asked about it; `awaits`: providers on
    whose return it is due at once; `down`: what to tell of them."""
    leaving = _left(lead, "done", None, None) | {
        "attempts": 0, "max_batch": max_batch, "stopped": stopped}
    unscored = lead["stage"] == "leased"
    if unscored:
        leaving["attempts"] = min(lead["attempts"] + 1, _MOST_ATTEMPTS)
    if lead["requeue"]:
        leaving["stage"] = "queued"
    elif unscored:
        leaving["stage"], leaving["due_in"] = "queued", backoff(lead["attempts"], most=_MOST_SECONDS)
    elif wait is not None:
        leaving |= {
            "stage": "waiting", "due_in": wait, "waits": lead["waits"] + 1, "awaits": sorted(awaits) or None,
            "code": "provider_down" if down else "provider_pending",
            "reason": f"Scored with what is known; {down or 'a provider will be asked again'}."}
    return leaving


def let_go(lead: Held, how: str, reason: str, minutes: int) -> Leaving:
    """A lead that the flow lets go on purpose: skipped, done as it is, or later; what changed meanwhile is
    work again."""
    if lead["requeue"]:
        return _left(lead, "queued", None, None)
    if how == "later":
        return _left(lead, "waiting", "later", reason, 60 * minutes)
    return _left(lead, "done", how, reason) | {"attempts": 0}


def ended(lead: Ended, max_attempts: int) -> Leaving:
    """A lead whose lease ended. Not an attempt: it was scored, its run went on with others, or it was left at
    the same step before, passed by or now alone, and no provider was being asked: then its flow passed it
    by. Until then workers may be lost at that step: its claims become smaller."""
    if lead["requeue"]:
        return _left(lead, "queued", None, None)
    again = lead["left_at"] == lead["step"] and (lead["passes"] > 0 or lead["size"] == 1)
    if lead["stage"] == "scored" or lead["passed_by"] or (again and not lead["in_call"]):
        return passed_by(lead, "passed_by", f"The flow went on without it after the step {lead['step']}.")
    leaving = given_back(
        lead, "lease_expired", "The run that worked on it ended without a word.", max_attempts)
    return leaving | {"kept": True}


def run_failed(lead: Held, max_attempts: int) -> Leaving:
    """A lead whose run failed: an attempt, unless it was scored."""
    code, reason = "execution_failed", "The run that worked on it failed."
    if lead["requeue"]:
        return _left(lead, "queued", None, None)
    if lead["stage"] == "scored":
        return passed_by(lead, code, reason)
    return given_back(lead, code, reason, max_attempts) | {"kept": True}


def passed_by(lead: Held, code: str, reason: str) -> Leaving:
    """A lead that its flow did not take to the end: let go the second time, queued again before."""
    second = lead["passes"] > 0 or lead["left_at"] == lead["step"]
    return _left(lead, "let_go" if second else "queued", code, reason, 1) | {
        "left_at": lead["step"], "passes": lead["passes"] + 1, "kept": True}


def given_back(lead: Held, code: str, reason: str, max_attempts: int) -> Leaving:
    """A lead that failed with its claim: next time in a smaller one; dead when it fails alone for the last
    time."""
    leaving = failed_alone(lead, code, reason, max_attempts if lead["size"] == 1 else None)
    return leaving | {
        "due_in": backoff(lead["attempts"], most=_MOST_SECONDS), "left_at": lead["step"],
        "max_batch": _SMALLER if lead["size"] > _SMALLER else 1}


def failed_alone(lead: Held, code: str, reason: str, max_attempts: int | None) -> Leaving:
    """A lead that failed by itself: tried again in a minute, dead after so many times."""
    attempts = lead["attempts"] + 1
    dead = max_attempts is not None and attempts >= max_attempts
    return _left(lead, "dead" if dead else "queued", code, reason, _RETRY_SECONDS) | {
        "attempts": attempts, "passes": lead["passes"]}


def is_told(leaving: Leaving) -> bool | None:
    """What becomes of the message about a hot lead that its flow did not take to Notify: it is not sent when
    the flow ended without, or let the lead go on purpose; it is when the lead was lost on the way; None: the
    lead goes on, and its flow still decides."""
    return {"done": False, "let_go": True, "dead": True}.get(leaving["stage"])


def leave(
    cursor: Cursor, held: Iterable[Held], decide: Callable[[Held], Leaving | None]
) -> list[Leaving]:
    """Let leads go as decided, None for those that stay. What is asked for them alone is given up."""
    leaving = [left for lead in held if (left := decide(lead))]
    if leaving:
        calls.give_up(cursor, [left["lead_id"] for left in leaving])
        write(cursor, leaving)
    return leaving


def write(cursor: Cursor, leaving: list[Leaving]) -> None:
    """Write what becomes of leads that leave their run, and tell of those that come to no good end."""
    work.leave(cursor, leaving)
    notifications.withdraw(cursor, [left["lead_id"] for left in leaving if is_told(left) is False])
    notifications.release(cursor, [left["lead_id"] for left in leaving if is_told(left)])
    subscriptions.tell(cursor, of_leaving(leaving))


def _outcomes(leaving: Iterable[Leaving], code: str) -> dict[str, tuple[str, str]]:
    return {left["lead_id"]: ("dead" if left["stage"] == "dead" else "retry", code) for left in leaving}


def release(
    engine: Engine, batch_id: str, lead_ids: list[str], how: str, reason: str, minutes: int
) -> dict[str, Any]:
    """Let leads go as skipped, later (in these minutes) or done: {results}."""
    with step(engine, "let_go", batch_id, lead_ids, leaving=True) as at_work:
        leave(at_work.cursor, at_work.held, lambda lead: let_go(lead, how, redact(reason), minutes))
        return {"results": at_work.results()}


def fail(engine: Engine, batch_id: str, lead_ids: list[str], reason: str) -> dict[str, Any]:
    """Give leads back with a reason: {results}."""
    with step(engine, "fail", batch_id, lead_ids, leaving=True) as at_work:
        leaving = leave(
            at_work.cursor, at_work.held,
            lambda lead: given_back(lead, "batch_failed", redact(reason), engine.settings.max_attempts))
        return {"results": at_work.results(_outcomes(leaving, "batch_failed"))}


def fail_execution(cursor: Cursor, execution_id: str, max_attempts: int) -> str | None:
    """Take back what a failed n8n execution has; the first of its claims, if they had any leads."""
    batch_id, held = work.held_by_execution(cursor, execution_id)
    if batch_id:
        leave(cursor, held, lambda lead: run_failed(lead, max_attempts))
    return batch_id


def leads_failed(
    at_work: Step, failures: Mapping[str, Exception], name: str
) -> dict[str, tuple[str, str]]:
    """Leads that failed by themselves leave their run: lead id -> (retry | dead, code)."""
    code = f"{name}_failed"

    def decide(lead: Held) -> Leaving | None:
        error = failures.get(lead["lead_id"])
        return None if error is None else failed_alone(
            lead, code, f"The {name} step failed on this lead: {type(error).__name__}.",
            at_work.engine.settings.max_attempts)

    return _outcomes(leave(at_work.cursor, at_work.held, decide), code)
