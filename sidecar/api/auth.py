"""Signing in and out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint
from sidecar.engine import Engine
from sidecar.services import access
from sidecar.services.access import Caller

bp = Blueprint("auth", __name__)


@endpoint(bp, "POST", "/v1/auth/token", scope=None, body=schemas.TokenRequest(),
          answer=schemas.TokenAnswer(), limit="sign_in")
def token(engine: Engine, caller: None, body: dict[str, Any]) -> Any:
    """Get an access token, as a person (password) or a program (client_credentials)."""
    if body["grant_type"] == "password":
        return access.user_token(engine, body["username"], body["password"])
    return access.client_token(engine, body["client_id"], body["client_secret"])


@endpoint(bp, "POST", "/v1/auth/refresh", scope=None, body=schemas.RefreshRequest(),
          answer=schemas.TokenAnswer(), limit="sign_in")
def refresh(engine: Engine, caller: None, body: dict[str, Any]) -> Any:
    """Exchange a refresh token for a new pair; each can be used once."""
    return access.refresh(engine, body["refresh_token"])


@endpoint(bp, "POST", "/v1/auth/logout", scope=None, body=schemas.RefreshRequest(), status=204)
def logout(engine: Engine, caller: None, body: dict[str, Any]) -> Any:
    """End a sign-in."""
    access.logout(engine, body["refresh_token"])
    return None


@endpoint(bp, "GET", "/v1/auth/whoami", scope="", answer=schemas.Caller())
def whoami(engine: Engine, caller: Caller) -> Any:
    """Who the access token belongs to."""
    return {"kind": caller.kind, "name": caller.name, "scopes": sorted(caller.scopes)}
