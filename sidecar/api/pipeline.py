"""The pipeline contract: what n8n calls, step by step."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint
from sidecar.engine import Engine
from sidecar.pipeline import (
    batches,
    closing,
    completion,
    messages,
    providers,
    retention,
    scoring,
    waking,
    workflow_errors,
)
from sidecar.services.access import Caller

bp = Blueprint("pipeline", __name__)
_BATCH = "/v1/pipeline/batches/<uuid:batch_id>"


@endpoint(bp, "POST", "/v1/pipeline/claim", scope="pipeline", limit="none", body=schemas.ClaimRequest(),
          answer=schemas.Batch())
def claim(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Lease a batch of due leads; empty when there is nothing or enough batches run."""
    retention.tidy_up(engine)  # at most once a minute; there is no other clock
    batch = batches.claim(engine, body.get("lane"), body.get("limit"), body.get("execution_id"))
    if batch["more"]:
        waking.wake(engine, batch["lane"])  # another batch may run beside this one
    return batch


@endpoint(bp, "POST", f"{_BATCH}/plan", scope="pipeline", limit="none", body=schemas.Empty(),
          answer=schemas.Plan())
def plan(engine: Engine, caller: Caller, batch_id: Any, body: dict[str, Any]) -> Any:
    """Which provider calls are worth making now; empty calls: nothing more to ask."""
    return providers.plan(engine, str(batch_id))


@endpoint(bp, "POST", f"{_BATCH}/calls/start", scope="pipeline", limit="none", body=schemas.StartRequest(),
          answer=schemas.ProviderRequests())
def start(engine: Engine, caller: Caller, batch_id: Any, body: dict[str, Any]) -> Any:
    """Begin planned calls; answers the requests to make, without keys."""
    return providers.start(engine, str(batch_id), body["call_ids"], body["live"])


@endpoint(bp, "POST", f"{_BATCH}/answers", scope="pipeline", limit="none", body=schemas.AnswersRequest(),
          answer=schemas.AnswersTaken())
def answers(engine: Engine, caller: Caller, batch_id: Any, body: dict[str, Any]) -> Any:
    """Store what providers said, up to 50 answers at a time."""
    return providers.take_answers(engine, str(batch_id), body["answers"])


@endpoint(bp, "POST", f"{_BATCH}/apply", scope="pipeline", limit="none", body=schemas.Empty(),
          answer=schemas.References())
def apply(engine: Engine, caller: Caller, batch_id: Any, body: dict[str, Any]) -> Any:
    """Merge the stored answers into contacts and organizations."""
    return providers.apply(engine, str(batch_id))


@endpoint(bp, "POST", f"{_BATCH}/score", scope="pipeline", limit="none", body=schemas.Empty(),
          answer=schemas.References())
def score(engine: Engine, caller: Caller, batch_id: Any, body: dict[str, Any]) -> Any:
    """Score the batch with what is known."""
    return scoring.score(engine, str(batch_id))


@endpoint(bp, "POST", f"{_BATCH}/notify", scope="pipeline", limit="none", body=schemas.Empty(),
          answer=schemas.BatchNotified())
def notify(engine: Engine, caller: Caller, batch_id: Any, body: dict[str, Any]) -> Any:
    """Send what is owed for the hot leads of the batch."""
    return messages.notify(engine, str(batch_id))


@endpoint(bp, "POST", f"{_BATCH}/complete", scope="pipeline", limit="none", body=schemas.Empty(),
          answer=schemas.BatchCompleted())
def complete(engine: Engine, caller: Caller, batch_id: Any, body: dict[str, Any]) -> Any:
    """Close the batch; `more` says whether leads of its lane wait."""
    return completion.complete(engine, str(batch_id))


@endpoint(bp, "POST", f"{_BATCH}/fail", scope="pipeline", limit="none", body=schemas.FailRequest(),
          answer=schemas.BatchFailed())
def fail(engine: Engine, caller: Caller, batch_id: Any, body: dict[str, Any]) -> Any:
    """Give the batch back with a reason."""
    return closing.fail(engine, str(batch_id), body["reason"])


@endpoint(bp, "POST", "/v1/pipeline/wake", scope="pipeline", limit="none", body=schemas.WakeRequest(),
          answer=schemas.Woken())
def wake(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Wake the enrichment workflow for a lane, or that of the imports."""
    return {"woken": waking.wake(engine, body["lane"])}


@endpoint(bp, "POST", "/v1/pipeline/errors", scope="pipeline", limit="none", body=schemas.WorkflowError(),
          answer=schemas.ErrorRecorded(), status=201)
def errors(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Record a failed n8n execution; its batch is given back, operations are told."""
    return workflow_errors.record_error(engine, body)
