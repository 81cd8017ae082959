"""Leads as a table: streamed in keyset pages from the replica, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sidecar.engine import Engine
from sidecar.services.audit import Actor, record
from sidecar.store import leads
from sidecar.tables import BOM, line
from sidecar.terms.fields import fields_of
from sidecar.terms.states import PURPOSES

_PAGE = 500
MOST_CUSTOM = 200
_CONTACT, _ORGANIZATION, _LEAD = (
    {field.name: field.lead or field.name for field in fields_of(kind) if field.exported}
    for kind in ("contact", "organization", "lead"))
HEADER = ("lead_id", "stage", "created_at", "updated_at", "score", "grade", *_CONTACT.values(),
          *_ORGANIZATION.values(), *_LEAD.values(), *(f"refused.{purpose}" for purpose in PURPOSES))


def export_leads(
    engine: Engine, filters: dict[str, Any], *, by: Actor, custom: bool = False, reasons: bool = False
) -> Iterator[str]:
    """Note who exports, then answer the lines; the names of columns are those an import knows. `custom`: with
    a column for each other answer (MOST_CUSTOM at most); `reasons`: with why the score is what it is."""
    with engine.database.write() as cursor:
        record(cursor, by, "leads.exported", "lead", "*", after={"filters": sorted(filters)})
        names = leads.custom_names(cursor, filters, MOST_CUSTOM) if custom else []
    return _lines(engine, filters, names, reasons)


def _lines(engine: Engine, filters: dict[str, Any], names: list[str], reasons: bool) -> Iterator[str]:
    told = ["score.reasons"] if reasons else []
    yield BOM + line((*HEADER, *(f"custom.{name}" for name in names), *told))
    after = None
    while True:
        with engine.database.read(may_lag=True) as cursor:
            rows = leads.page(cursor, filters, sort="newest", limit=_PAGE, after=after)
        yield "".join(line([
            *_row(row), *(row["custom"].get(name) for name in names), *([_reasons(row)] if told else [])])
            for row in rows)
        if len(rows) < _PAGE:
            return
        after = leads.cursor_of(rows[-1], "newest")


def _reasons(lead: dict[str, Any]) -> list[str]:
    score = lead["score"] or {}
    return [f"{reason['text']} ({reason['points']:+g})" for reason in score.get("reasons", ())]


def _row(lead: dict[str, Any]) -> list[Any]:
    contact, organization, score = lead["contact"], lead["organization"] or {}, lead["score"] or {}
    return [
        lead["id"], lead["stage"], lead["created_at"], lead["updated_at"], score.get("total"),
        score.get("grade"), *(contact.get(name) for name in _CONTACT),
        *(organization.get(name) for name in _ORGANIZATION), *(lead[name] for name in _LEAD),
        *("true" if purpose in contact["refused"] else None for purpose in PURPOSES),
    ]
