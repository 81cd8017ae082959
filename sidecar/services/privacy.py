"""What people do about privacy by date: look, set grounds, note that notices were sent, set the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS
from sidecar.errors import Conflict, NotFound
from sidecar.ids import new_id
from sidecar.pipeline.privacy import PEOPLE, look, work_out, zone_of
from sidecar.privacy import documents
from sidecar.privacy.assessing import Assessment
from sidecar.privacy.notices import SOON_DAYS, day
from sidecar.privacy.settings import whole
from sidecar.services import customers as people
from sidecar.services.audit import Actor, record
from sidecar.store import customers, retention
from sidecar.store import privacy as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged
from sidecar.tables import BOM, line

_PAGE: Final = 500
MOST: Final = 10_000  # notices that are marked at once
HEADER: Final = ("contact_id", "full_name", "email", "ground", "notice_due_on", "notice_sent_on", "sources")


def settings(engine: Engine) -> Row:
    """The settings, with figures: {…, counts: {overdue, due_soon, due, retention_due, announced},
    looked_at: when the last part of the round was}."""
    with engine.database.read() as cursor:
        row = store.settings(cursor)
        return whole(row["definition"]) | {"looked_at": row["looked_at"], "counts": counts(engine, cursor)}


def counts(engine: Engine, cursor: Cursor) -> Row:
    """{overdue, due_soon, due, retention_due, announced}: how many people."""
    today = day(engine.now(), zone_of(engine))
    return store.counts(cursor, today, today + timedelta(days=SOON_DAYS))


def overstaying(engine: Engine, cursor: Cursor) -> int:
    """How many people's time is over though nobody is about to erase them: that is switched off, or they were
    announced a day longer ago than the cooling period is."""
    rules, now = whole(store.settings(cursor)["definition"]), engine.now()
    late = now - timedelta(days=rules["cooling_days"] + 1) if rules["erase"] else None
    return store.count_overstaying(cursor, day(now, zone_of(engine)), late)


def edit_settings(engine: Engine, changes: Mapping[str, Any], *, by: Actor) -> Row:
    """Change some of the settings, audited; the round begins anew with them."""
    with engine.database.write() as cursor:
        before = store.settings(cursor, lock=True)["definition"]
        after = {**before, **changes}
        store.set_definition(cursor, after, erase=whole(after)["erase"])
        record(cursor, by, "privacy.settings_changed", "privacy", "settings",
               before={name: whole(before)[name] for name in changes}, after=dict(changes))
    return settings(engine)


def sources(engine: Engine) -> list[Row]:
    """What people say of sources."""
    with engine.database.read() as cursor:
        return store.source_grounds(cursor)


def set_source(
    engine: Engine, source: str, ground: str | None, origin: str | None, *, by: Actor
) -> list[Row]:
    """Say on what ground all is kept that comes from a source, and how it comes; None: by rule."""
    with engine.database.write() as cursor:
        before = store.set_source(cursor, source, ground, origin, by.name)
        record(cursor, by, "privacy.source_set", "source", source, before=before,
               after={"ground": ground, "origin": origin})
        return store.source_grounds(cursor)


def notices(
    engine: Engine, state: str, *, limit: int, after: tuple[str, str] | None
) -> tuple[list[Row], list[Any] | None]:
    """(who is to get a notice, or got it, with the `sources` that it has to name; where the next page
    begins or None)."""
    with engine.database.read() as cursor:
        return _notices(engine, cursor, state, limit, after)


def _notices(
    engine: Engine, cursor: Cursor, state: str, limit: int, after: tuple[str, str] | None
) -> tuple[list[Row], list[Any] | None]:
    today = day(engine.now(), zone_of(engine))
    column = "notice_sent_on" if state == "sent" else "notice_due_on"
    rows, following = paged(
        store.notices(cursor, state, today, today + timedelta(days=SOON_DAYS), limit + 1, after), limit,
        lambda row: [str(row[column]), row["id"]])
    found = look(engine, cursor, [row["id"] for row in rows])
    return [row | {"overdue": bool(row["notice_due_on"] and row["notice_due_on"] < today),
                   "sources": list(found[row["id"]].notice.sources)}
            for row in rows if row["id"] in found], following


def export_notices(engine: Engine, state: str, *, by: Actor) -> Iterator[str]:
    """Note who exports, then answer the same list as lines of a table, safe to open in a spreadsheet."""
    with engine.database.write() as cursor:
        record(cursor, by, "privacy.notices_exported", "contact", "*", after={"state": state})
    return _lines(engine, state)


def _lines(engine: Engine, state: str) -> Iterator[str]:
    yield BOM + line(HEADER)
    after: tuple[str, str] | None = None
    while True:
        rows, following = notices(engine, state, limit=_PAGE, after=after)
        yield "".join(line([row["id"], *(row[name] for name in HEADER[1:])]) for row in rows)
        if following is None:
            return
        after = following[0], following[1]


def mark_sent(
    engine: Engine, contact_ids: Sequence[str] | None, state: str | None, *, by: Actor
) -> Row:
    """Note that the notices of these contacts, or of all in a state (MOST at once), were sent now: {batch_id,
    count}. Each names the sources that it had to name at this moment; one that comes later has its own
    clock."""
    batch_id, count = new_id(), 0
    with engine.database.write() as cursor:
        ids = list(contact_ids) if contact_ids is not None else [
            row["id"] for row in _in_state(engine, cursor, str(state))]
        for begin in range(0, len(ids), PEOPLE):
            part = store.hold(cursor, ids[begin:begin + PEOPLE])
            found = look(engine, cursor, part)
            store.state(cursor, [
                {"contact_id": contact_id, "kind": "notice", "ground": None, "reason": None,
                 "sources": list(one.notice.sources), "stated_by": by.name, "stated_at": engine.now(),
                 "batch_id": batch_id} for contact_id, one in found.items()])
            work_out(engine, cursor, part)
            count += len(found)
        retention.look_again(cursor, "calls")  # the first ones about people who are owed a notice stay
        record(cursor, by, "privacy.notices_sent", "privacy", batch_id, after={"contacts": count})
    return {"batch_id": batch_id, "count": count}


def _in_state(engine: Engine, cursor: Cursor, state: str) -> list[Row]:
    today = day(engine.now(), zone_of(engine))
    return store.notices(cursor, state, today, today + timedelta(days=SOON_DAYS), MOST, None)


def undo_sent(engine: Engine, batch_id: str, *, by: Actor) -> Row:
    """They were not sent: their clocks run as before. {batch_id, count}. Raises NotFound."""
    with engine.database.write() as cursor:
        ids = store.undo(cursor, batch_id, by.name, engine.now())
        if not ids:
            raise NotFound("There is no such batch, or it was taken back already.")
        for begin in range(0, len(ids), PEOPLE):
            work_out(engine, cursor, ids[begin:begin + PEOPLE])
        record(cursor, by, "privacy.notices_undone", "privacy", batch_id, after={"contacts": len(ids)})
    return {"batch_id": batch_id, "count": len(ids)}


def due(
    engine: Engine, *, days: int, limit: int, after: tuple[str, str] | None
) -> tuple[list[Row], list[Any] | None]:
    """Who is to be erased, or will be within some days, and why; nothing is erased by this."""
    with engine.database.read() as cursor:
        cooling = timedelta(days=whole(store.settings(cursor)["definition"])["cooling_days"])
        today = day(engine.now(), zone_of(engine))
        rows, following = paged(
            store.due(cursor, today + timedelta(days=days), limit + 1, after), limit,
            lambda row: [str(row["retention_due_on"]), row["id"]])
    return [row | {"why": documents.why_kept(row, "en"),
                   "erased_from": row["announced_at"] + cooling if row["announced_at"] else None}
            for row in rows], following


def of_contact(engine: Engine, contact_id: str, *, reveal: bool) -> Row:
    """What holds of one person now: {ground, ground_by, standing, sources, notice, retention, history}; why
    somebody set a ground only if people may be seen. Raises NotFound."""
    with engine.database.read() as cursor:
        return _shown(engine, cursor, contact_id, _found(engine, cursor, contact_id), reveal)


def _found(engine: Engine, cursor: Cursor, contact_id: str) -> Assessment:
    found = look(engine, cursor, [contact_id]).get(contact_id)
    if found is None:
        raise NotFound("There is no such contact.")
    return found


def _shown(engine: Engine, cursor: Cursor, contact_id: str, found: Assessment, reveal: bool) -> Row:
    today = day(engine.now(), zone_of(engine))
    kept = {"standing": found.standing, "ground": found.ground, "retention_months": found.kept.months,
            "retention_from": found.kept.from_on, "retention_due_on": found.kept.due_on}
    return {
        "ground": found.ground, "ground_by": found.ground_by, "standing": found.standing,
        "sources": [source._asdict() | {"given": source.given} for source in found.sources],
        "notice": {"due_on": found.notice.due_on, "sent_on": found.notice.sent_on,
                   "sources": list(found.notice.sources),
                   "overdue": bool(found.notice.due_on and found.notice.due_on < today)},
        "retention": {"months": found.kept.months, "from_on": found.kept.from_on,
                      "due_on": found.kept.due_on, "why": documents.why_kept(kept, "en")},
        "history": list(reversed([
            {name: row[name] for name in ("kind", "ground", "sources", "stated_by", "stated_at", "undone_at",
                                          "undone_by")} | {"reason": row["reason"] if reveal else None}
            for row in store.statements(cursor, [contact_id], undone=True)])),
    }


def set_ground(
    engine: Engine, contact_id: str, ground: str | None, reason: str, *, by: Actor, reveal: bool
) -> Row:
    """Say on which ground a person is kept, and why; None: by rule again. Audited. Raises NotFound."""
    with engine.database.write() as cursor:
        if not store.hold(cursor, [contact_id]):
            raise NotFound("There is no such contact.")
        store.state(cursor, [{
            "contact_id": contact_id, "kind": "ground", "ground": ground, "reason": reason, "sources": [],
            "stated_by": by.name, "stated_at": engine.now(), "batch_id": None}])
        # Why is free text about a person: the audit log says what was set, not why.
        record(cursor, by, "contact.ground_set", "contact", contact_id, after={"ground": ground})
        return _shown(engine, cursor, contact_id, work_out(engine, cursor, [contact_id])[contact_id], reveal)


def notice(engine: Engine, contact_id: str, language: str, form: str, *, by: Actor) -> str:
    """The notice of Article 14 for one person, as `html` or `text`. Audited. Raises NotFound; Conflict as
    long as the settings do not say who is responsible."""
    with engine.database.write() as cursor:
        found = _found(engine, cursor, contact_id)
        row = customers.get(cursor, "contact", contact_id)
        said = whole(store.settings(cursor)["definition"])
        if not (said["controller"] and said["contact"]):
            raise Conflict("Enter first who is responsible and where data protection is reached: a notice"
                           " has to say so.")
        told = documents.notice(
            found, row["known"] if row else {}, said, _titles(store.asked(cursor, contact_id)),
            engine.now(), zone_of(engine), language)
        record(cursor, by, "contact.notice_made", "contact", contact_id)
    return documents.render(told, form)


def report(engine: Engine, contact_id: str, language: str, *, by: Actor) -> str:
    """All that is known of a person, to be read by them: one HTML page. Audited, as `export` is. Raises
    NotFound."""
    whole_person = people.export(engine, contact_id, by=by)
    with engine.database.read() as cursor:
        told = documents.report(
            whole_person, _found(engine, cursor, contact_id), whole(store.settings(cursor)["definition"]),
            _titles(store.asked(cursor, contact_id)), engine.now(), zone_of(engine), language)
    return documents.render(told, "html")


def _titles(names: Sequence[str]) -> list[str]:
    return [PROVIDERS[name].title if name in PROVIDERS else name for name in names]
