"""What happened to a lead, of all kinds in one order, as a person may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.provenance import EDITED_BY, REMOVED_BY
from sidecar.errors import NotFound
from sidecar.masking import mask, mask_events
from sidecar.store import facts, timeline
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged
from sidecar.terms.states import ENTITIES

# Of people who work here: told to those who may see people.
_OF_STAFF: Final = {"assignment", "handling"}
# An edit is audited when its transaction begins, and stated when it has its locks.
_AT_ONCE: Final = timedelta(seconds=10)
# (kind, id, field, by whom) -> what a person said of it last, and when.
_Said = Mapping[tuple[str, str, str], tuple[datetime, Any]]


def page(
    engine: Engine, lead_id: str, *, kind: str | None, limit: int, after: tuple[datetime, str] | None,
    reveal: bool,
) -> tuple[list[Row], list[Any] | None]:
    """(what happened, the latest first: [{at, key, kind, details}], where the next page begins or None).
    Raises NotFound."""
    kinds = {kind} if kind else set(timeline.KINDS)
    with engine.database.read() as cursor:
        whose = timeline.of_lead(cursor, lead_id)
        if whose is None:
            raise NotFound("There is no such lead.")
        kinds -= set() if reveal else _OF_STAFF
        if not kinds:
            return [], None
        rows, following = paged(
            timeline.page(cursor, whose, kinds, limit + 1, after), limit,
            lambda row: [row["at"].isoformat(), row["key"]])
        said = _said(cursor, whose) if any(row["kind"] == "edit" for row in rows) else {}
    return [_shown(row, said, reveal) for row in rows], following


def _said(cursor: Cursor, whose: Row) -> _Said:
    """What people said of the fields of the person and the company, as it counts still."""
    found = {}
    for kind in ENTITIES:
        stored = facts.load_provenance(cursor, kind, [whose[kind]]) if whose[kind] else {}
        for value in (FieldValue(**row) for row in stored.get(whose[kind], [])):
            if value.locked:
                by = value.source.removeprefix(EDITED_BY).removeprefix(REMOVED_BY)
                found[kind, value.field, by] = value.observed_at, value.value
    return found


def _shown(row: Row, said: _Said, reveal: bool) -> Row:
    details = row["details"]
    if row["kind"] == "edit":
        details = _edit(row["at"], details, said, reveal)
    elif not reveal:
        details = _masked(row["kind"], details)
    return row | {"details": details}


def _masked(kind: str, details: Row) -> Row:
    if kind == "event":
        return mask_events([details])[0]
    hidden = {"message": "to", "refusal": "reason"}.get(kind)
    return details | {hidden: None} if hidden else details


def _edit(at: datetime, details: Row, said: _Said, reveal: bool) -> Row:
    """What an edit changed: the values before and after that the audit log has, else what was said as it
    still stands; other things that are told of it are in `more`."""
    before, after = details.pop("before") or {}, details.pop("after") or {}
    about, by = details["about"], details["by"]
    names = after.pop("fields", None)
    return details | {
        "changes": list(_changes(about, names or (), before, after, {
            name: value for name in names or () if (about, name, by) in said
            for since, value in [said[about, name, by]] if at <= since < at + _AT_ONCE}, reveal)),
        "more": {name: value for name, value in after.items() if name not in (names or ())}}


def _changes(
    about: str, names: Iterable[str], before: Row, after: Row, said: Row, reveal: bool
) -> Iterable[Row]:
    for name in names:
        told: Row = {}
        if name in after:
            told = {"from": before.get(name), "to": after[name]}
        elif name in said:
            told = {"to": said[name]}
        if not reveal:  # what is hidden is left out: null would say that it was taken away
            shown = {side: mask(about, {name: value}) for side, value in told.items()}
            told = {side: values[name] for side, values in shown.items() if name in values}
        yield {"field": name} | told
