"""Public intake for web forms, for browsers of the pages on a form's list of origins."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint, json_body
from sidecar.engine import Engine
from sidecar.errors import Invalid
from sidecar.metrics import LEADS
from sidecar.pipeline import waking
from sidecar.services import forms

bp = Blueprint("forms", __name__)


@endpoint(bp, "POST", "/v1/forms/<key>", scope=None, answer=schemas.FormAnswer(), status=202, limit="form")
def send(engine: Engine, caller: None, key: str) -> Any:
    """Send a lead from a web page, as JSON or as form fields. Errors name each field."""
    form = _form(engine, key)
    sent = request.form.to_dict() if request.mimetype in (
        "application/x-www-form-urlencoded", "multipart/form-data") else json_body()
    results = forms.receive(engine, form, sent, g.get("request_id"))
    for result in results:
        LEADS.labels(result["outcome"]).inc()
        if result["outcome"] == "rejected":
            raise Invalid("Please check the fields; see errors.", errors=result["errors"])
    waking.wake_after(engine, "interactive")
    # No reference in the answer: the sender is a stranger and must not learn who is stored.
    return {"status": "received"}


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
