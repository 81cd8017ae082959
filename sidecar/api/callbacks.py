"""Answers that providers send by themselves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint
from sidecar.engine import Engine
from sidecar.pipeline import asking

bp = Blueprint("callbacks", __name__)


@endpoint(bp, "POST", "/v1/callbacks/<provider>", scope=None, query=schemas.CallbackQuery(),
          answer=schemas.CallbackTaken())
def take(engine: Engine, caller: None, provider: str, query: dict[str, Any]) -> Any:
    """Take what a provider answers later, at the address that it was given with the call; in any order and
    any number of times, one answer counts (`accepted`). 401: the token is not of that address. 404: there is
    no such call any more."""
    body = request.get_data().decode("utf-8", "replace")
    return {"accepted": asking.take_callback(engine, provider, query["token"], body)}
