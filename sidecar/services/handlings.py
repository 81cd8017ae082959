"""What people do about hot leads by the API, and what was done."""

from __future__ import annotations

from sidecar.calendars.working import zone_or
from sidecar.channels.answers import answer
from sidecar.engine import Engine
from sidecar.errors import Conflict, Forbidden, NotFound
from sidecar.metrics import PRESSES
from sidecar.pipeline import handling
from sidecar.services.access import Caller
from sidecar.services.audit import Actor
from sidecar.store import handlings as store
from sidecar.store import leads, user_channels
from sidecar.store.database import Row
from sidecar.terms.states import Handling


def handle(
    engine: Engine, lead_id: str, kind: Handling, *, minutes: int | None, caller: Caller, by: Actor
) -> Row:
    """Do what a person wants about a lead's latest change into hot: {verdict, said, handling or None}. Raises
    NotFound, Forbidden for a program, Conflict where it never was hot."""
    with engine.database.write() as cursor:
        user = user_channels.user(cursor, user_id=caller.id) if caller.kind == "user" else None
        if user is None:
            raise Forbidden("Leads are handled by people who work with them; a program assigns them.")
        lead = leads.lock(cursor, lead_id)
        if lead is None:
            raise NotFound("There is no such lead.")
        if not lead["hot_changes"]:
            raise Conflict("This lead never was hot; its status and owner are changed as of any lead.")
        done = handling.handle(engine, cursor, lead_id, lead["hot_changes"], kind, user, "api",
                               minutes=minutes, request_id=by.request_id)
        made = store.get(cursor, done.id) if done.id else None
    PRESSES.labels("api", kind, done.decision.verdict).inc()
    return {"verdict": done.decision.verdict, "handling": made, "said": answer(
        done.decision, user["language"], zone_or(user["time_zone"], engine.settings.time_zone), engine.now())}


def undo(engine: Engine, handling_id: str, *, by: Actor) -> Row:
    """Take it back, as `handling.undo` says."""
    return handling.undo(engine, handling_id, by=by.name, request_id=by.request_id)


def history(engine: Engine, lead_id: str) -> list[Row]:
    """What was done about a lead, the latest first. Raises NotFound."""
    with engine.database.read() as cursor:
        if leads.brief(cursor, lead_id) is None:
            raise NotFound("There is no such lead.")
        return store.of_lead(cursor, lead_id)
