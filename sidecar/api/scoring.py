"""Scoring models, and the scores of one lead (docs/SCORING.md)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.api.paging import decode_cursor, page
from sidecar.api.versions import Life, add_calls
from sidecar.engine import Engine
from sidecar.scoring import model_schema as scoring_schema
from sidecar.scoring.templates import TEMPLATES, model_of
from sidecar.services import models, rescoring, scores
from sidecar.services.access import Caller

bp = Blueprint("scoring", __name__)
_ALL = "/v1/scoring/models"
_ONE = f"{_ALL}/<int:model_id>"


add_calls(bp, _ALL, models.SCORING, Life(
    "model", "models", "leads:read", schemas.ModelAdd(), schemas.ModelQuery(), schemas.ScoringModel(),
    schemas.ModelPage(),
    listed="""Versions of scoring models, the newest first, without what they say. In force is, of each key,
    the one that is `published`; `shipped` is the model of this release, for leads that no other is for.""",
    drafted="Draft the next version of a model, or the first of a new `key`",
    published="""422: it is no model that can be used, `errors` points to each place; or another model is for
    every lead. 409: it is in force. Leads are scored by it from now on; POST /v1/scoring/rescore scores
    all again.""",
    retired="""Take a model out of force: its leads are scored by the others, else by the one that is
    shipped."""))


@endpoint(bp, "POST", f"{_ONE}/simulate", scope="leads:read", body=schemas.SimulationWanted(),
          answer=schemas.Simulation())
def simulate_model(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
    """What would change if this version were in force: who changes grade, which rule did it, how many more
    alerts a week, how scores are spread. Over up to `leads` leads, spread evenly over all, for four seconds
    (`leads` of `of`); `sidecar scoring simulate` goes through all. Nothing is written."""
    return models.simulate_stored(
        engine, model_id, leads=body["leads"], reveal=caller.may("pii:read"))


@endpoint(bp, "POST", f"{_ONE}/backtest", scope="leads:read", body=schemas.BacktestWanted(),
          answer=schemas.Backtest())
def backtest_model(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
    """How well this version would have told who was won: the latest leads that were converted or lost, scored
    as of the day before with what was stored by then. `without_history`: of them nothing was kept by then.
    `brier` takes a score of 80 for a probability of 0.8: it compares models, no more."""
    return models.backtest(engine, model_id, leads=body["leads"])


@endpoint(bp, "GET", "/v1/scoring/schema", scope="leads:read", answer=schemas.ModelSchema())
def model_schema(engine: Engine, caller: Caller) -> Any:
    """The JSON Schema of scoring models."""
    return scoring_schema()


@endpoint(bp, "GET", "/v1/scoring/templates", scope="leads:read", answer=schemas.ModelTemplates())
def model_templates(engine: Engine, caller: Caller) -> Any:
    """Scoring models of some industries, to draft from."""
    return {"data": [{"name": template.name, "title": template.title, "definition": model_of(template)}
                     for template in TEMPLATES]}


@endpoint(bp, "POST", "/v1/scoring/rescore", scope="leads", body=schemas.Empty(), answer=schemas.JobAnswer(),
          status=202)
def rescore_all(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Score all leads again by the models in force, as a job of steps: GET /v1/jobs/{id} tells how far it is.
    One that is under way is cancelled by it. Of its counts, `updated` have another score or other reasons,
    `skipped` the very same. Who becomes hot goes through the flow to be told of."""
    return {"job": rescoring.begin(engine, by=actor(caller))}


@endpoint(bp, "GET", "/v1/leads/<uuid:lead_id>/score", scope="leads:read", query=schemas.ScoreQuery(),
          answer=schemas.LeadScore())
def lead_score(engine: Engine, caller: Caller, lead_id: Any, query: dict[str, Any]) -> Any:
    """A lead's score as it was last worked out; with `at` as it was at that moment, worked out anew from what
    was stored by then: the model then, the facts then, the events that were known then. 404: it had none."""
    if "at" in query:
        return scores.at(engine, str(lead_id), query["at"])
    return scores.of_lead(engine, str(lead_id))


@endpoint(bp, "GET", "/v1/leads/<uuid:lead_id>/scores", scope="leads:read", query=schemas.PageQuery(),
          answer=schemas.KeptScorePage())
def lead_scores(engine: Engine, caller: Caller, lead_id: Any, query: dict[str, Any]) -> Any:
    """The scores that a lead had, the newest first, each with its reasons."""
    return page(*scores.history(
        engine, str(lead_id), limit=query["limit"], after=decode_cursor(query.get("cursor"), 1)))


@endpoint(bp, "GET", "/v1/leads/<uuid:lead_id>/steps", scope="leads:read", answer=schemas.StepList())
def lead_steps(engine: Engine, caller: Caller, lead_id: Any) -> Any:
    """What would raise a lead's score: each event that did not happen yet and each fact that is not known, by
    itself, what adds most first. `grade` is the lead's then. What is known stays as it is; the fewest steps
    that reach the next grade together are the score's `next_grade`."""
    return {"data": scores.steps(engine, str(lead_id))}
