"""The routing model (docs/SALES.md)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint
from sidecar.api.versions import Life, add_calls
from sidecar.engine import Engine
from sidecar.routing.model import model_schema
from sidecar.services import routing
from sidecar.services.access import Caller

bp = Blueprint("routing", __name__)
_ALL = "/v1/routing/models"
_ONE = f"{_ALL}/<int:model_id>"


add_calls(bp, _ALL, routing.ROUTING, Life(
    "routing", "routing", "pii:read", schemas.RoutingAdd(), schemas.RoutingQuery(), schemas.RoutingModel(),
    schemas.RoutingPage(),
    listed="""Versions of the routing model, the newest first, without what they say. In force is the one that
    is `published`, else the model that is shipped: whoever has the account, else everybody in turn.""",
    drafted="Draft the next version",
    published="""422: it is no model that can be used, or it names a team or a person that is not there;
    `errors` points to each place. 409: it is in force. Leads that become hot from now on are routed by
    it.""",
    retired="Take the model out of force: the one that is shipped decides."))


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
    return model_schema()
