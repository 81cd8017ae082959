"""What people do about hot leads: by the API, by buttons in Slack, by links in messages."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, g, render_template, request

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.engine import Engine
from sidecar.services import handlings, links, slack_presses
from sidecar.services.access import Caller

bp = Blueprint("handlings", __name__)
_TAKE, _STOP = "/v1/take/<token>", "/v1/unsubscribe/<token>"
# The pages load one style sheet of ours, and send their form back to where it came from.
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self';"
                               " frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@endpoint(bp, "POST", "/v1/leads/<uuid:lead_id>/handlings", scope="leads", body=schemas.HandlingWanted(),
          answer=schemas.Handled())
def handle(engine: Engine, caller: Caller, lead_id: Any, body: dict[str, Any]) -> Any:
    """Take a hot lead (`claim`), put it off (`snooze`, for some `minutes`), say that it is `not_a_fit`, or
    that you are the `wrong_person` for it. `verdict` tells whether it was done: the first one wins."""
    return handlings.handle(
        engine, str(lead_id), body["kind"], minutes=body.get("minutes"), caller=caller, by=actor(caller))


@endpoint(bp, "GET", "/v1/leads/<uuid:lead_id>/handlings", scope="pii:read", answer=schemas.HandlingList())
def list_handlings(engine: Engine, caller: Caller, lead_id: Any) -> Any:
    """What people did about a hot lead, the latest first."""
    return {"data": handlings.history(engine, str(lead_id))}


@endpoint(bp, "POST", "/v1/handlings/<uuid:handling_id>/undo", scope="leads", body=schemas.Empty(),
          answer=schemas.HandlingDone())
def undo(engine: Engine, caller: Caller, handling_id: Any, body: dict[str, Any]) -> Any:
    """Take it back: the lead's status, owner and outcome are as before, unless they changed since, and the
    buttons of its messages act again."""
    return handlings.undo(engine, str(handling_id), by=actor(caller))


@endpoint(bp, "POST", "/v1/channels/slack/actions", scope=None, limit="press")
def press(engine: Engine, caller: None) -> Any:
    """Where Slack sends the buttons that people press (the app's interactivity request URL), signed by it."""
    slack_presses.press(
        engine, request.get_data(), request.headers.get("X-Slack-Request-Timestamp", ""),
        request.headers.get("X-Slack-Signature", ""), request_id=g.get("request_id"))
    return Response(status=200)


@endpoint(bp, "GET", _TAKE, scope=None, query=schemas.TakeQuery(), limit="link")
def look(engine: Engine, caller: None, token: str, query: dict[str, Any]) -> Any:
    """The page behind a link in a message: what it would do, with a button. To look at it does nothing."""
    return _page(links.look(engine, token, query["do"]))


@endpoint(bp, "POST", _TAKE, scope=None, query=schemas.TakeQuery(), limit="link")
def take(engine: Engine, caller: None, token: str, query: dict[str, Any]) -> Any:
    """Do what a link in a message is for, once; a page tells what came of it. 404: it is none of ours, 410:
    it has ended or was used, 409: somebody else was quicker."""
    return _page(links.use(engine, token, query["do"], request_id=g.get("request_id")))


@endpoint(bp, "GET", _STOP, scope=None, limit="link")
def ask_to_stop(engine: Engine, caller: None, token: str) -> Any:
    """The page on which mails of a kind are stopped (List-Unsubscribe)."""
    return _page(links.stop(engine, token, sure=False, request_id=g.get("request_id")))


@endpoint(bp, "POST", _STOP, scope=None, limit="link")
def stop(engine: Engine, caller: None, token: str) -> Any:
    """Stop mails of a kind, by that page or by a mail program alone (RFC 8058)."""
    return _page(links.stop(engine, token, sure=True, request_id=g.get("request_id")))


def _page(shown: links.Shown) -> Response:
    return Response(render_template("page.html", page=shown.page, lead=shown.lead), status=shown.status,
                    headers=_HEADERS, content_type="text/html; charset=utf-8")
