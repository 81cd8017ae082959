"""Leads from public web forms: a keyed URL, a list of origins and a honeypot instead of a sign-in."""

from __future__ import annotations

from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Forbidden, NotFound
from sidecar.pipeline import intake
from sidecar.store import forms
from sidecar.store.database import Row

# People never see this field; programs that fill in every field do.
HONEYPOT = "website_confirm"


def find(engine: Engine, key: str, origin: str | None) -> Row:
    """The form of this key. Raises NotFound, and Forbidden when the page is not on its list."""
    with engine.database.read() as cursor:
        form = forms.find(cursor, key)
    if form is None:
        raise NotFound("There is no such form.")
    if origin not in form["origins"]:
        raise Forbidden("Pages of this origin may not use the form.")
    return form


def receive(engine: Engine, form: Row, sent: Any, request_id: str | None) -> list[dict[str, Any]]:
    """Take one lead in, as intake does; what fell into the honeypot is dropped without a word."""
    lead = dict(sent) if isinstance(sent, dict) else sent
    if isinstance(lead, dict):
        if lead.pop(HONEYPOT, ""):
            return []
        lead.setdefault("source", form["source"])
    return intake.receive(
        engine, [lead], client=f"form:{form['name']}", lane="interactive", request_id=request_id)
