"""The routing model (docs/SALES.md)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.api.paging import number_after, page
from sidecar.api.preconditions import if_match
from sidecar.engine import Engine
from sidecar.services import routing
from sidecar.services.access import Caller

bp = Blueprint("routing", __name__)
_ALL = "/v1/routing/models"
_ONE = f"{_ALL}/<int:model_id>"


@endpoint(bp, "GET", _ALL, scope="leads:read", query=schemas.RoutingQuery(), answer=schemas.RoutingPage())
def list_routing(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Versions of the routing model, the newest first, without what they say. In force is the one that is
    `published`, else the model that is shipped: whoever has the account, else everybody in turn."""
    return page(*routing.listed(
        engine, limit=query["limit"], after=number_after(query.get("cursor")), state=query.get("state")))


@endpoint(bp, "POST", _ALL, scope="leads", body=schemas.RoutingAdd(), answer=schemas.RoutingModel(),
          status=201, versioned=True, idempotent=True)
def draft_routing(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Draft the next version: of `definition`, else as the version `based_on`, else as the one in force, else
    as the model that is shipped. A draft may be wrong as yet: `problems` tells what keeps it from being
    published. Its `version` is set here."""
    return routing.create(
        engine, definition=body.get("definition"), based_on=body.get("based_on"), by=actor(caller))


@endpoint(bp, "GET", _ONE, scope="pii:read", answer=schemas.RoutingModel(), versioned=True)
def get_routing(engine: Engine, caller: Caller, model_id: int) -> Any:
    """One version, whole, with what keeps it from being published."""
    return routing.read(engine, model_id)


@endpoint(bp, "PUT", _ONE, scope="leads", body=schemas.ModelEdit(), answer=schemas.RoutingModel(),
          versioned=True, conditional=True)
def edit_routing(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
    """Replace what a draft says. If-Match takes its version. 409: it was published; draft a new one."""
    return routing.edit(engine, model_id, body["definition"], by=actor(caller), versions=if_match())


@endpoint(bp, "DELETE", _ONE, scope="leads", status=204, conditional=True)
def delete_routing(engine: Engine, caller: Caller, model_id: int) -> Any:
    """Throw a draft away. If-Match takes its version. 409: it was published."""
    routing.delete(engine, model_id, by=actor(caller), versions=if_match())
    return None


@endpoint(bp, "POST", f"{_ONE}/publish", scope="leads", body=schemas.Empty(), answer=schemas.RoutingModel(),
          versioned=True, conditional=True)
def publish_routing(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
    """Put a version in force in place of the one that is. An old version is published as a new one that says
    the same, which is how to roll back. If-Match takes the version.

    422: it is no model that can be used, or it names a team or a person that is not there; `errors` points to
    each place. 409: it is in force. Leads that become hot from now on are routed by it.
    """
    return routing.publish(engine, model_id, by=actor(caller), versions=if_match())


@endpoint(bp, "POST", f"{_ONE}/retire", scope="leads", body=schemas.Empty(), answer=schemas.RoutingModel(),
          versioned=True, conditional=True)
def retire_routing(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
    """Take the model out of force: the one that is shipped decides. If-Match takes the version. 409: it is
    not in force."""
    return routing.retire(engine, model_id, by=actor(caller), versions=if_match())


@endpoint(bp, "GET", f"{_ONE}/diff", scope="pii:read", query=schemas.ModelDiffQuery(),
          answer=schemas.ModelDiff())
def diff_routing(engine: Engine, caller: Caller, model_id: int, query: dict[str, Any]) -> Any:
    """What this version says differently than the version `with`, in words."""
    return routing.differences(engine, model_id, query["with_"])


@endpoint(bp, "POST", f"{_ONE}/simulate", scope="pii:read", body=schemas.RoutingSimulationWanted(),
          answer=schemas.RoutingSimulation())
def simulate_routing(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
    """Who would have got the leads that became hot in the last `days` by this version, and who by the one in
    force: how many each person, how many by each rule, which leads are decided by another rule or pool. Over
    the latest `leads`, for four seconds (`leads` of `of`); `sidecar routing simulate` goes through all. It
    begins anew, knows of leads and people what is known now, and takes nobody for full but whose capacity is
    0. Nothing is written.
    """
    return routing.simulate_stored(engine, model_id, days=body["days"], leads=body["leads"])


@endpoint(bp, "GET", "/v1/routing/schema", scope="leads:read", answer=schemas.ModelSchema())
def routing_schema(engine: Engine, caller: Caller) -> Any:
    """The JSON Schema of routing models."""
    return routing.schema()
