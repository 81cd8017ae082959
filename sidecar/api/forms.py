"""Public intake for web forms, for browsers of the pages on a form's list of origins."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from flask import Blueprint, Response, g, render_template, request

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint, json_body, load
from sidecar.engine import Engine
from sidecar.errors import Invalid
from sidecar.pipeline import waking
from sidecar.services import forms
from sidecar.services.access import Caller
from sidecar.terms import label

bp = Blueprint("forms", __name__)

_FORM_TYPES: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_VISIT: Final = schemas.Visit()
_MAX_VISIT: Final = 16_384  # bytes
# A page of a form without script names the page that follows, in a hidden field of this name.
_NEXT: Final = "_next"


@endpoint(bp, "GET", "/v1/forms", scope="admin", answer=schemas.FormList())
def list_forms(engine: Engine, caller: Caller) -> Any:
    """Web forms by name, with what a page needs to embed each."""
    return {"data": forms.list_forms(engine)}


@endpoint(bp, "POST", "/v1/forms", scope="admin", body=schemas.FormSave(), answer=schemas.FormList(),
          status=201)
def save_form(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Create a form, or change the one of this name, which is enabled then; answers all forms."""
    forms.save(engine, body["name"], body["origins"], body["source"], by=actor(caller))
    return {"data": forms.list_forms(engine)}


@endpoint(bp, "POST", "/v1/forms/disable", scope="admin", body=schemas.FormName(), answer=schemas.FormList())
def disable_form(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Refuse what the form of this name sends from now on."""
    forms.disable(engine, body["name"], by=actor(caller))
    return {"data": forms.list_forms(engine)}


@endpoint(bp, "POST", "/v1/forms/<key>", scope=None, answer=schemas.FormAnswer(), status=202, limit="form")
def send(engine: Engine, caller: None, key: str) -> Any:
    """Send a lead from a web page, as JSON or as form fields. Errors name each field.

    A plain HTML form, without script, gets a page: the one that its hidden field `_next` names, if that is of
    the form's origins, else one of ours; and one that tells what is wrong (422). Whoever fills in the field
    `website_confirm`, which people do not see, is kept as a reject (`suspected_robot`).
    """
    form = _form(engine, key)
    plain = request.mimetype in _FORM_TYPES
    sent = _fields() if plain else json_body()
    following = sent.pop(_NEXT, "") if plain else ""
    errors = forms.receive(engine, form, sent, g.get("request_id"))
    as_page = plain and "text/html" in request.headers.get("Accept", "")
    if errors:
        if as_page:
            return _page(422, "Please check your answers", errors=[
                (label(error["pointer"].strip("/")), error["detail"]) for error in errors])
        raise Invalid("Please check the fields; see errors.", errors=errors)
    waking.wake_after(engine, "interactive")
    if as_page:
        address = forms.next_page(form, request.headers["Origin"], str(following))
        return Response(status=303, headers={"Location": address}) if address else _page(202, "Thank you")
    # No reference in the answer: the sender is a stranger and must not learn who is stored.
    return {"status": "received"}


@endpoint(bp, "GET", "/v1/track.js", scope=None)
def track(engine: Engine, caller: None) -> Any:
    """The script that tells page views of visitors who agree, for pages of a form's origins
    (docs/TRACKING.md)."""
    return Response(_track(), content_type="text/javascript; charset=utf-8", headers={
        "Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"})


@cache
def _track() -> str:
    return render_template("track.js")


@endpoint(bp, "POST", "/v1/forms/<key>/events", scope=None, status=204, limit="page")
def visit(engine: Engine, caller: None, key: str) -> Any:
    """What a visitor of a web page did, as track.js tells it: a page view, or who they say they are. Of who
    asks not to be tracked (Sec-GPC, DNT) nothing is kept."""
    form = _form(engine, key)
    if request.content_length is None or request.content_length > _MAX_VISIT:
        raise Invalid("This is too long for a visit.")
    told = load(_VISIT, json_body())
    if "1" not in (request.headers.get("Sec-GPC"), request.headers.get("DNT")):
        forms.visit(engine, form, told, ip=request.remote_addr, user_agent=request.user_agent.string)
    return Response(status=204)


@endpoint(bp, "GET", "/v1/forms/<key>/trap", scope=None, status=204, query=schemas.Trapped(), limit="page")
def trap(engine: Engine, caller: None, key: str, query: dict[str, Any]) -> Any:
    """A link that people do not see: whoever follows it is a robot, and so is its visit."""
    forms.trapped(engine, key, query["visitor"], ip=request.remote_addr,
                  user_agent=request.user_agent.string)
    return Response(status=204)


@endpoint(bp, "OPTIONS", "/v1/forms/<key>", scope=None, status=204)
def ask(engine: Engine, caller: None, key: str) -> Any:
    """Whether a page may send (CORS preflight)."""
    _form(engine, key)
    return Response(status=204, headers={
        "Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": "600"})


def _form(engine: Engine, key: str) -> dict[str, Any]:
    origin = request.headers.get("Origin")
    form = forms.find(engine, key, origin)
    # From here on the page may read the answer, an error too.
    g.response_headers = g.get("response_headers", {}) | {
        "Access-Control-Allow-Origin": origin or "", "Vary": "Origin"}
    return form


def _fields() -> dict[str, Any]:
    """The fields of a form; one that stands there several times, such as a group of boxes, is a list."""
    return {name: values[0] if len(values) == 1 else values
            for name, values in request.form.to_dict(flat=False).items()}


def _page(status: int, heading: str, errors: list[tuple[str, str]] | None = None) -> Response:
    """A page for a browser that sent a form without script."""
    return Response(
        render_template("form.html", heading=heading, errors=errors, back=request.headers["Origin"]),
        status=status, content_type="text/html; charset=utf-8")
