"""Leads as a table: streamed in keyset pages from the replica, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sidecar.engine import Engine
from sidecar.services.audit import Actor, record
from sidecar.store import leads
from sidecar.tables import BOM, line

_PAGE = 500
_LEAD = ("id", "status", "stage", "source", "tags", "owner", "created_at", "updated_at")
_CONTACT = ("email", "first_name", "last_name", "full_name", "job_title", "seniority", "department",
            "phone", "linkedin_url", "country", "region", "city")
_ORGANIZATION = {"name": "company_name", "domain": "company_domain", "industry": "industry",
                 "employee_count": "employee_count", "company_size": "company_size",
                 "annual_revenue": "annual_revenue"}
HEADER = ("lead_id", *_LEAD[1:], "score", "grade", *_CONTACT, *_ORGANIZATION.values(), "message")


def export_leads(engine: Engine, filters: dict[str, Any], *, by: Actor) -> Iterator[str]:
    """Note who exports, then answer the lines; the names of columns are those an import knows."""
    with engine.database.write() as cursor:
        record(cursor, by, "leads.exported", "lead", "*", after={"filters": sorted(filters)})
    return _lines(engine, filters)


def _lines(engine: Engine, filters: dict[str, Any]) -> Iterator[str]:
    yield BOM + line(HEADER)
    after = None
    while True:
        with engine.database.read(may_lag=True) as cursor:
            rows = leads.page(cursor, filters, sort="newest", limit=_PAGE, after=after)
        yield "".join(line(_row(row)) for row in rows)
        if len(rows) < _PAGE:
            return
        after = leads.cursor_of(rows[-1], "newest")


def _row(lead: dict[str, Any]) -> list[Any]:
    contact, organization, score = lead["contact"], lead["organization"] or {}, lead["score"] or {}
    return [
        *(lead[name] for name in _LEAD), score.get("total"), score.get("grade"),
        *(contact.get(name) for name in _CONTACT), *(organization.get(name) for name in _ORGANIZATION),
        lead["message"],
    ]
