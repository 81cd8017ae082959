"""The pure functions over HTTP: validate, normalise, score."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint
from sidecar.engine import Engine
from sidecar.services import stateless
from sidecar.services.access import Caller

bp = Blueprint("records", __name__)


@endpoint(bp, "POST", "/v1/validate", scope="leads:read", body=schemas.ValidateRequest(),
          query=schemas.Strictness(), answer=schemas.Validations())
def validate(engine: Engine, caller: Caller, body: dict[str, Any], query: dict[str, Any]) -> Any:
    """Check leads: {valid, errors, warnings} for each, in order. Nothing is stored.

    A lead is valid unless nothing identifies it; what else cannot be used is left out and told as a warning,
    with the value as it was sent. strict: such a value makes its lead invalid. With check_dns the domains of
    e-mail addresses are asked for; one that takes no mail is a warning.
    """
    return {"results": stateless.validate_leads(
        engine, body["leads"], check_dns=body["check_dns"], strict=query["strict"])}


@endpoint(bp, "POST", "/v1/normalize", scope="leads:read", body=schemas.LeadList(),
          answer=schemas.Normalizations())
def normalize(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Tidy leads: {lead, changes} for each, in order; {errors} for one that is not valid."""
    return {"results": stateless.normalize_leads(engine, body["leads"])}


@endpoint(bp, "POST", "/v1/score", scope="leads:read", body=schemas.ScoreRequest(),
          answer=schemas.Scorings())
def score(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Score leads as they stand, or stored ones by id. Nothing is stored."""
    if "leads" in body:
        return {"results": stateless.score_leads(engine, body["leads"])}
    return {"results": stateless.score_stored(engine, body["lead_ids"])}
