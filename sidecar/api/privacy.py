"""Privacy by date: grounds, notices of Article 14, retention, and what people read of it."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.api.leads import csv_file
from sidecar.api.paging import day_after, page
from sidecar.engine import Engine
from sidecar.services import privacy
from sidecar.services.access import Caller

bp = Blueprint("privacy", __name__)
_SENT: Final = "/v1/privacy/notices/sent"
# Nothing in the page runs or loads, wherever it is opened.
_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
                   "X-Content-Type-Options": "nosniff"}


@endpoint(bp, "GET", "/v1/privacy/settings", scope="leads:read", answer=schemas.PrivacySettings())
def privacy_settings(engine: Engine, caller: Caller) -> Any:
    """Who is responsible, the rules of retention and whether they are applied; how many notices are due and
    how many people are to be erased."""
    return privacy.settings(engine)


@endpoint(bp, "PATCH", "/v1/privacy/settings", scope="admin", body=schemas.PrivacySettingsEdit(),
          answer=schemas.PrivacySettings())
def edit_privacy_settings(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Change some of them. Nobody is erased by rule until `erase` is set; then who is due is announced, and
    erased after the cooling period unless something changed."""
    return privacy.edit_settings(engine, body, by=actor(caller))


@endpoint(bp, "GET", "/v1/privacy/sources", scope="leads:read", answer=schemas.SourceGroundList())
def list_source_grounds(engine: Engine, caller: Caller) -> Any:
    """What was said of sources and imports, by name; all others go by rule."""
    return {"data": privacy.sources(engine)}


@endpoint(bp, "PUT", "/v1/privacy/sources", scope="admin", body=schemas.SourceGroundSet(),
          answer=schemas.SourceGroundList())
def set_source_ground(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Say on which ground all is kept that comes from a source or with imports of this source, and how it
    comes (`origin`: by request, form and event people give it themselves). Both null: by rule again."""
    return {"data": privacy.set_source(engine, **body, by=actor(caller))}


@endpoint(bp, "GET", "/v1/privacy/notices", scope="pii:read", query=schemas.NoticeQuery(),
          answer=schemas.NoticePage())
def list_notices(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Who is to get the notice of Article 14 GDPR, the first one that is due first, in keyset pages: `due`
    are all, `overdue` those whose time is over, `due_soon` those of the next seven days. `sent`: who got
    one."""
    return page(*privacy.notices(
        engine, query["state"], limit=query["limit"], after=day_after(query.get("cursor"))))


@endpoint(bp, "GET", "/v1/privacy/notices.csv", scope="pii:read", query=schemas.NoticeState())
def export_notices(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """The same list as a CSV file, streamed. A cell that a spreadsheet would take for a formula begins with
    an apostrophe."""
    return csv_file(privacy.export_notices(engine, query["state"], by=actor(caller)), "notices.csv")


@endpoint(bp, "POST", _SENT, scope="leads", body=schemas.NoticesSent(), answer=schemas.NoticesMarked())
def mark_notices_sent(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Note that notices were sent today: of these contacts, or of all in a state. Nothing is sent by this. A
    source that tells of somebody later has a clock of its own."""
    return privacy.mark_sent(
        engine, body.get("contact_ids"), body.get("state"), by=actor(caller))


@endpoint(bp, "POST", f"{_SENT}/<uuid:batch_id>/undo", scope="leads", body=schemas.Empty(),
          answer=schemas.NoticesMarked())
def undo_notices_sent(engine: Engine, caller: Caller, batch_id: Any, body: dict[str, Any]) -> Any:
    """They were not sent: their clocks run as before."""
    return privacy.undo_sent(engine, str(batch_id), by=actor(caller))


@endpoint(bp, "GET", "/v1/privacy/retention", scope="pii:read", query=schemas.RetentionQuery(),
          answer=schemas.RetentionPage())
def list_retention(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Who is to be erased by the rules and why, in keyset pages. Nothing is erased by this."""
    return page(*privacy.due(
        engine, days=query["days"], limit=query["limit"], after=day_after(query.get("cursor"))))


@endpoint(bp, "GET", "/v1/contacts/<uuid:contact_id>/privacy", scope="leads:read",
          answer=schemas.PersonPrivacy())
def contact_privacy(engine: Engine, caller: Caller, contact_id: Any) -> Any:
    """On which ground a person is kept, where their data came from and when, until when the notice is due,
    until when they are kept and why; what people said of it."""
    return privacy.of_contact(engine, str(contact_id), reveal=caller.may("pii:read"))


@endpoint(bp, "PUT", "/v1/contacts/<uuid:contact_id>/ground", scope="leads", body=schemas.GroundSet(),
          answer=schemas.PersonPrivacy())
def set_ground(engine: Engine, caller: Caller, contact_id: Any, body: dict[str, Any]) -> Any:
    """Say on which ground a person is kept, and why; it counts before every rule. null: by rule again."""
    return privacy.set_ground(
        engine, str(contact_id), body["ground"], body["reason"], by=actor(caller),
        reveal=caller.may("pii:read"))


@endpoint(bp, "GET", "/v1/contacts/<uuid:contact_id>/notice", scope="pii:read",
          query=schemas.NoticeFileQuery())
def contact_notice(engine: Engine, caller: Caller, contact_id: Any, query: dict[str, Any]) -> Any:
    """The notice of Article 14 GDPR for one person, as a page of HTML or a plain text to be sent to them.
    409: the settings do not say who is responsible."""
    form = query["format"]
    return _file(privacy.notice(engine, str(contact_id), query["language"], form, by=actor(caller)),
                 f"notice-{contact_id}", form)


@endpoint(bp, "GET", "/v1/contacts/<uuid:contact_id>/report", scope="pii:read", query=schemas.ReportQuery())
def contact_report(engine: Engine, caller: Caller, contact_id: Any, query: dict[str, Any]) -> Any:
    """All that is known of a person as one page of HTML that they can read and print (Art. 15 GDPR). The
    whole as data: GET /v1/contacts/{id}/export."""
    return _file(privacy.report(engine, str(contact_id), query["language"], by=actor(caller)),
                 f"report-{contact_id}", "html")


def _file(text: str, name: str, form: str) -> Response:
    kind, ending = ("text/html", "html") if form == "html" else ("text/plain", "txt")
    return Response(text, content_type=f"{kind}; charset=utf-8", headers=_HEADERS | {
        "Content-Disposition": f'attachment; filename="{name}.{ending}"'})
