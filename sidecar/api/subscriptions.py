"""Subscriptions to events of leads (docs/EVENTS.md)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.api.paging import decode_cursor, page
from sidecar.engine import Engine
from sidecar.services import subscriptions
from sidecar.services.access import Caller

bp = Blueprint("subscriptions", __name__)
_ONE = "/v1/subscriptions/<uuid:subscription_id>"


@endpoint(bp, "POST", "/v1/subscriptions", scope="leads", body=schemas.SubscriptionAdd(),
          answer=schemas.SubscriptionSecret(), status=201)
def add_subscription(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Have events sent to a URL, signed by Standard Webhooks with the secret that is answered this once.

    With a `key` that the caller used before, that subscription is set up anew, with a new secret. The URL's
    host must have public addresses, unless an operator allows it (SIDECAR_SUBSCRIBER_HOSTS).
    """
    return subscriptions.create(engine, body, caller=caller, by=actor(caller))


@endpoint(bp, "GET", "/v1/subscriptions", scope="leads:read", query=schemas.SubscriptionQuery(),
          answer=schemas.SubscriptionPage())
def list_subscriptions(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Subscriptions, newest first, without their secrets; of one `key` where it is given. Without the scope
    leads a `url` ends after the host."""
    return page(*subscriptions.list_subscriptions(
        engine, key=query.get("key"), limit=query["limit"], after=decode_cursor(query.get("cursor"), 1),
        caller=caller))


@endpoint(bp, "GET", _ONE, scope="leads:read", answer=schemas.Subscription())
def get_subscription(engine: Engine, caller: Caller, subscription_id: Any) -> Any:
    """One subscription; `reason` says why it is paused. Without the scope leads its `url` ends after the
    host."""
    return subscriptions.read(engine, str(subscription_id), caller=caller)


@endpoint(bp, "PATCH", _ONE, scope="leads", body=schemas.SubscriptionEdit(), answer=schemas.Subscription())
def edit_subscription(engine: Engine, caller: Caller, subscription_id: Any, body: dict[str, Any]) -> Any:
    """Change where it sends, which events, and whether people go with them.

    Who sends `url` or `include_person` answers for it from then on (`authorized_by`).
    """
    return subscriptions.edit(engine, str(subscription_id), body, caller=caller, by=actor(caller))


@endpoint(bp, "DELETE", _ONE, scope="leads", status=204)
def delete_subscription(engine: Engine, caller: Caller, subscription_id: Any) -> Any:
    """Tell it nothing any more; what it is owed is dropped."""
    subscriptions.delete(engine, str(subscription_id), by=actor(caller))
    return None


@endpoint(bp, "POST", f"{_ONE}/test", scope="leads", body=schemas.Empty(), answer=schemas.TestDelivery())
def test_subscription(engine: Engine, caller: Caller, subscription_id: Any, body: dict[str, Any]) -> Any:
    """Send an event of the type subscription.test now, and tell what was answered within five seconds."""
    return subscriptions.try_out(engine, str(subscription_id))


@endpoint(bp, "POST", f"{_ONE}/resume", scope="leads", body=schemas.Empty(), answer=schemas.Subscription())
def resume_subscription(engine: Engine, caller: Caller, subscription_id: Any, body: dict[str, Any]) -> Any:
    """Send again what a paused subscription is owed, and what happens from now on."""
    return subscriptions.resume(engine, str(subscription_id), caller=caller, by=actor(caller))


@endpoint(bp, "GET", f"{_ONE}/deliveries", scope="leads:read", query=schemas.DeliveryQuery(),
          answer=schemas.DeliveryPage())
def deliveries(engine: Engine, caller: Caller, subscription_id: Any, query: dict[str, Any]) -> Any:
    """What became of each event, newest first."""
    return page(*subscriptions.list_deliveries(
        engine, str(subscription_id), state=query.get("state"), limit=query["limit"],
        after=decode_cursor(query.get("cursor"), 1)))


@endpoint(bp, "POST", f"{_ONE}/replay", scope="leads", body=schemas.ReplayWanted(),
          answer=schemas.ReplayCount(), status=202)
def replay_deliveries(engine: Engine, caller: Caller, subscription_id: Any, body: dict[str, Any]) -> Any:
    """Send one event again (`event_id`), or all that failed since a time (`failed_since`), under the same
    ids."""
    return {"events": subscriptions.replay(
        engine, str(subscription_id), body, caller=caller, by=actor(caller))}
