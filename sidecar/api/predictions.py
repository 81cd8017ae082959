"""Predictive models, learnt from the outcomes of leads (docs/PREDICTION.md)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.api.paging import number_after, page
from sidecar.engine import Engine
from sidecar.services import predictions
from sidecar.services.access import Caller

bp = Blueprint("predictions", __name__)
_ALL = "/v1/scoring/predictions"
_ONE = f"{_ALL}/<int:model_id>"


@endpoint(bp, "GET", _ALL, scope="leads:read", query=schemas.PageQuery(),
          answer=schemas.PredictiveModelPage())
def list_predictions(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Predictive models with their reports, the newest first. The one that is `published` is in force;
    `waiting` tells why nothing can be learnt yet."""
    return page(*predictions.listed(engine, limit=query["limit"], after=number_after(query.get("cursor"))))


@endpoint(bp, "POST", f"{_ALL}/train", scope="leads", body=schemas.Empty(), answer=schemas.Training(),
          status=202)
def train_prediction(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Learn from the outcomes of leads, in a process of its own that takes up to a minute; what is better on
    later leads than the model in force is put in force. The newest model tells what came of it. 409: what
    trains is not installed here, or it was begun within the last five minutes."""
    return predictions.begin(engine, by=actor(caller))


@endpoint(bp, "GET", _ONE, scope="leads:read", answer=schemas.PredictiveModelWhole())
def get_prediction(engine: Engine, caller: Caller, model_id: int) -> Any:
    """One predictive model with its report, in numbers and as a picture."""
    return predictions.read(engine, model_id)


@endpoint(bp, "POST", f"{_ONE}/publish", scope="leads", body=schemas.Empty(),
          answer=schemas.PredictiveModel())
def publish_prediction(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
    """Put a model in force, whatever its report says. 409: it is, or nothing was learnt."""
    return predictions.publish(engine, model_id, by=actor(caller))


@endpoint(bp, "POST", f"{_ONE}/withdraw", scope="leads", body=schemas.Empty(),
          answer=schemas.PredictiveModel())
def withdraw_prediction(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
    """Take a model out of force: leads get no bonus until another one is. 409: it is not in force."""
    return predictions.withdraw(engine, model_id, by=actor(caller))
