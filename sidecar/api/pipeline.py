"""The pipeline contract: what n8n calls, step by step."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint
from sidecar.engine import Engine
from sidecar.pipeline import answers as answering
from sidecar.pipeline import (
    asking,
    batches,
    claiming,
    closing,
    completion,
    estimating,
    following,
    messages,
    planning,
    retention,
    scoring,
    waking,
    workflow_errors,
)
from sidecar.services.access import Caller

bp = Blueprint("pipeline", __name__)


@endpoint(bp, "POST", "/v1/pipeline/claim", scope="pipeline", limit="none", body=schemas.ClaimRequest(),
          answer=schemas.Batch())
def claim(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Lease a batch of due leads; empty when there is nothing or enough runs are at work."""
    retention.tidy_up(engine)  # at most once a minute; there is no other clock
    batch = claiming.claim(engine, body.get("lane"), body.get("limit"), body.get("execution_id"))
    if batch["more"]:
        waking.wake(engine, batch["lane"])  # another run may work beside this one
    return batch


@endpoint(bp, "POST", "/v1/pipeline/plan", scope="pipeline", limit="none", body=schemas.PlanRequest(),
          answer=schemas.Plan())
def plan(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Which of these leads providers are worth asking about now; the calls are kept here.

    With dry_run nothing is planned: it is told what would be, and what enriching these leads is expected to
    cost until nothing more is worth asking.
    """
    if body["dry_run"]:
        return estimating.plan(engine, body["lead_ids"], body.get("batch_id"))
    return planning.plan(engine, body["batch_id"], body["lead_ids"]) | {"estimate": None}


@endpoint(bp, "POST", "/v1/pipeline/calls/start", scope="pipeline", limit="none",
          body=schemas.StartRequest(), answer=schemas.ProviderRequests())
def start(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Begin planned calls that these leads need; answers the requests to make, without keys."""
    return asking.start(engine, **body)


@endpoint(bp, "POST", "/v1/pipeline/answers", scope="pipeline", limit="none", body=schemas.AnswersRequest(),
          answer=schemas.AnswersTaken())
def answers(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Store what providers said, up to 250 answers at a time, and merge what they found."""
    return asking.take_answers(engine, body["answers"])


@endpoint(bp, "POST", "/v1/pipeline/apply", scope="pipeline", limit="none", body=schemas.Step(),
          answer=schemas.References())
def apply(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Merge the stored answers into contacts and organizations."""
    return answering.apply(engine, **body)


@endpoint(bp, "POST", "/v1/pipeline/score", scope="pipeline", limit="none", body=schemas.Step(),
          answer=schemas.References())
def score(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Score these leads with what is known."""
    return scoring.score(engine, **body)


@endpoint(bp, "POST", "/v1/pipeline/notify", scope="pipeline", limit="none", body=schemas.Step(),
          answer=schemas.LeadsNotified())
def notify(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Send what is owed for those of these leads that are hot."""
    return messages.notify(engine, **body)


@endpoint(bp, "POST", "/v1/pipeline/complete", scope="pipeline", limit="none", body=schemas.Step(),
          answer=schemas.LeadsCompleted())
def complete(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Close these leads; `more` says whether leads of their lane wait."""
    return completion.complete(engine, **body)


@endpoint(bp, "POST", "/v1/pipeline/hold", scope="pipeline", limit="none", body=schemas.HoldRequest(),
          answer=schemas.References())
def hold(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Keep these leads for a run that is going to wait, until its next step."""
    return batches.hold(engine, **body)


@endpoint(bp, "POST", "/v1/pipeline/skip-enrichment", scope="pipeline", limit="none", body=schemas.Step(),
          answer=schemas.References())
def skip_enrichment(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Let no provider be asked about these leads in this run."""
    return batches.skip_enrichment(engine, **body)


@endpoint(bp, "POST", "/v1/pipeline/let-go", scope="pipeline", limit="none", body=schemas.LetGoRequest(),
          answer=schemas.References())
def let_go(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Take these leads out of their run on purpose, with a reason."""
    return closing.release(engine, **body)


@endpoint(bp, "POST", "/v1/pipeline/fail", scope="pipeline", limit="none", body=schemas.FailRequest(),
          answer=schemas.References())
def fail(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Give these leads back with a reason: an attempt that failed."""
    return closing.fail(engine, **body)


@endpoint(bp, "POST", "/v1/pipeline/follow-ups", scope="pipeline", limit="none", body=schemas.FollowUps(),
          answer=schemas.FollowedUp())
def follow_ups(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Remind the owners of hot leads that nobody touched, then tell others, each once after its working time.

    While `next` is not null, send it as `after`.
    """
    return following.follow_up(engine, limit=body["limit"], after=body.get("after"))


@endpoint(bp, "POST", "/v1/pipeline/wake", scope="pipeline", limit="none", body=schemas.WakeRequest(),
          answer=schemas.Woken())
def wake(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Wake the enrichment workflow for a lane, or that of the imports."""
    return {"woken": waking.wake(engine, body["lane"])}


@endpoint(bp, "POST", "/v1/pipeline/errors", scope="pipeline", limit="none", body=schemas.WorkflowError(),
          answer=schemas.ErrorRecorded(), status=201)
def errors(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Record a failed n8n execution; its leads are taken back, operations are told."""
    return workflow_errors.record_error(engine, body)
