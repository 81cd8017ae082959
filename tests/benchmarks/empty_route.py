"""The sidecar with one route more, which asks for a sign-in and does nothing: a peer of benchmarks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask

from sidecar import app
from sidecar.api import schemas
from sidecar.api.endpoint import endpoint
from sidecar.engine import Engine
from sidecar.services.access import Caller

bp = Blueprint("empty", __name__)


@endpoint(bp, "GET", "/v1/empty", scope="leads:read", answer=schemas.Empty())
def empty(engine: Engine, caller: Caller) -> Any:
    """Nothing."""
    return {}


def create_app() -> Flask:
    """The sidecar and the route."""
    made = app.create_app()
    made.register_blueprint(bp)
    return made
