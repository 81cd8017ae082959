"""Leads from public web forms: a keyed URL, a list of origins and a honeypot instead of a sign-in."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urljoin, urlsplit

from sidecar.engine import Engine
from sidecar.errors import Forbidden, Invalid, NotFound
from sidecar.pipeline import intake, waking
from sidecar.services.audit import Actor, record
from sidecar.services.events import add_events
from sidecar.sources.deeds import viewed
from sidecar.store import forms
from sidecar.store.database import Row
from sidecar.terms.states import IDENTIFY

_LANE = "interactive"


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
    """Take one lead in, as intake does: the errors to tell its sender, who is told nothing of what fell into
    the honeypot."""
    lead = {"source": form["source"]} | sent if isinstance(sent, dict) else sent
    [entry] = intake.read(engine, [lead], submitted=True)
    [result] = intake.take_in(
        engine, [entry], client=f"form:{form['name']}", lane="interactive", request_id=request_id)
    return [] if intake.SUSPECTED in entry.errors else result["errors"]


def visit(engine: Engine, form: Row, told: dict[str, Any], *, ip: str | None, user_agent: str) -> None:
    """Store what a visitor did. It happens as it is told: their clock is not asked."""
    event = {name: told[name] for name in ("anonymous_id", "event_id", "email") if told.get(name)}
    url = told.get("url") or ""
    properties = {"url": url, "referrer": told.get("referrer"), "ip": ip, "user_agent": user_agent[:500],
                  "method": "POST"} | (told.get("campaign") or {})
    _tell(engine, form, event | {
        "type": IDENTIFY if told["type"] == IDENTIFY else viewed(url),
        "properties": {name: value for name, value in properties.items() if value}})


def trapped(engine: Engine, key: str, visitor: str, *, ip: str | None, user_agent: str) -> None:
    """Store that a robot followed the link that people do not see. Raises NotFound."""
    with engine.database.read() as cursor:
        form = forms.find(cursor, key)
    if form is None:
        raise NotFound("There is no such form.")
    _tell(engine, form, {"type": "page_view", "anonymous_id": visitor, "properties": {
        "hidden_link": True, "machine": True, "method": "GET", "user_agent": user_agent[:500],
        **({"ip": ip} if ip else {})}})


def _tell(engine: Engine, form: Row, event: dict[str, Any]) -> None:
    counts = add_events(engine, [event], source=f"page:{form['name']}", lane=_LANE)
    if counts["accepted"]:
        waking.wake_soon(engine, _LANE)


def next_page(form: Row, origin: str, wanted: str) -> str | None:
    """The address of the page that follows, as the form's page names it, if it is one of the form's pages."""
    try:
        address = urlsplit(urljoin(f"{origin}/", wanted.strip())) if wanted.strip() else None
    except ValueError:
        return None
    return address.geturl() if address and f"{address.scheme}://{address.netloc}" in form["origins"] else None


def save(engine: Engine, name: str, origins: list[str], source: str, *, by: Actor) -> str:
    """Create a form, or change the one of that name, which is enabled then; answers its key.

    Raises Invalid when an origin is more or less than scheme and host.
    """
    for place, origin in enumerate(origins):
        parts = urlsplit(origin)
        if parts.scheme not in ("https", "http") or origin != f"{parts.scheme}://{parts.netloc}":
            detail = f"{origin} is no origin; write it as https://www.example.com."
            raise Invalid(detail, errors=[
                {"pointer": f"/origins/{place}", "code": "invalid", "detail": detail}])
    with engine.database.write() as cursor:
        key = forms.save(cursor, secrets.token_urlsafe(12), name, origins, source)
        record(cursor, by, "form.saved", "form", name, after={"origins": origins})
    return key


def snippet(engine: Engine, key: str) -> str:
    """What a page needs to embed a form, with and without script."""
    url = engine.settings.public_url
    return (f'<script src="{url}/intake/form.js" defer></script>\n'
            f'<lead-form action="{url}/api/v1/forms/{key}"></lead-form>\n\n'
            f'<!-- Or a form of your own, which needs no script: -->\n'
            f'<form method="post" action="{url}/api/v1/forms/{key}">\n'
            f'  <label>E-mail <input name="email" type="email" required></label>\n'
            f'  <div hidden><input name="website_confirm" tabindex="-1" autocomplete="off"></div>\n'
            f'  <button>Send</button>\n'
            f'</form>')


def list_forms(engine: Engine) -> list[Row]:
    """All forms by name, with their snippets."""
    with engine.database.read() as cursor:
        return [row | {"snippet": snippet(engine, row["key"])} for row in forms.listed(cursor)]


def disable(engine: Engine, name: str, *, by: Actor) -> None:
    """Refuse what the form sends from now on. Raises NotFound."""
    with engine.database.write() as cursor:
        if not forms.disable(cursor, name):
            raise NotFound(f"There is no form {name}.")
        record(cursor, by, "form.disabled", "form", name)
