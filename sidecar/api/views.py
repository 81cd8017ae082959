"""Lists of leads that people keep, and how they look at them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.engine import Engine
from sidecar.services import views
from sidecar.services.access import Caller

bp = Blueprint("views", __name__)
_ONE = "/v1/views/<uuid:view_id>"


@endpoint(bp, "GET", "/v1/views", scope="leads:read", answer=schemas.ViewList())
def list_views(engine: Engine, caller: Caller) -> Any:
    """The lists of leads that the user keeps and those that others share, by name; `usual` is how they look
    at any other list. Without the scope pii:read those of others that search, or filter by what is hidden,
    are left out, and nobody is named."""
    return views.listed(engine, caller)


@endpoint(bp, "POST", "/v1/views", scope="leads:read", limit="write", body=schemas.ViewAdd(),
          answer=schemas.View(), status=201)
def add_view(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Keep a list of leads under a name, for oneself or (`shared`) for everybody; 50 at most."""
    return views.add(engine, body, caller=caller, by=actor(caller))


@endpoint(bp, "PATCH", _ONE, scope="leads:read", limit="write", body=schemas.ViewEdit(),
          answer=schemas.View())
def edit_view(engine: Engine, caller: Caller, view_id: Any, body: dict[str, Any]) -> Any:
    """Change a view of one's own; an admin any that is shared."""
    return views.edit(engine, str(view_id), body, caller=caller, by=actor(caller))


@endpoint(bp, "DELETE", _ONE, scope="leads:read", limit="write", status=204)
def delete_view(engine: Engine, caller: Caller, view_id: Any) -> Any:
    """Keep a view no more."""
    views.delete(engine, str(view_id), caller=caller, by=actor(caller))
    return None


@endpoint(bp, "PUT", "/v1/views/usual", scope="leads:read", limit="write", body=schemas.UsualList(),
          answer=schemas.UsualList())
def set_usual(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """How the user looks at leads: which columns, how many on a page."""
    return views.set_usual(engine, body, caller=caller)
