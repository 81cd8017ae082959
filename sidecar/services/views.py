"""Lists of leads that people keep under a name, for themselves or for all."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from sidecar.engine import Engine
from sidecar.errors import Conflict, Forbidden, NotFound
from sidecar.masking import PERSONAL_FILTERS
from sidecar.services.access import Caller
from sidecar.services.audit import Actor, record
from sidecar.services.owners import own_id
from sidecar.store import views as store
from sidecar.store.database import Cursor, Row

MOST: Final = 50  # of a user
_LISTED: Final = 200


def listed(engine: Engine, caller: Caller) -> dict[str, Any]:
    """{data: what the caller keeps and others share, usual: {columns, limit}}. Who may not see people sees no
    view of others that searches, or filters by what is hidden. Raises Forbidden for a program."""
    user_id = own_id(caller)
    with engine.database.read() as cursor:
        rows = store.of_user(cursor, user_id, _LISTED)
        usual = store.usual(cursor, user_id)
    return {
        "data": [_shown(row, caller) for row in rows
                 if row["user_id"] == user_id or caller.may("pii:read") or not _names_people(row["query"])],
        "usual": {"columns": usual.get("columns", []), "limit": usual.get("limit")}}


def _names_people(query: str) -> bool:
    return any(name in {"q", *PERSONAL_FILTERS} for name, _ in parse_qsl(query))


def _shown(row: Row, caller: Caller) -> Row:
    return {name: value for name, value in row.items() if name != "user_id"} | {
        "mine": row["user_id"] == caller.id,
        "kept_by": row["kept_by"] if caller.may("pii:read") else None}


def add(engine: Engine, body: dict[str, Any], *, caller: Caller, by: Actor) -> Row:
    """Keep a view {name, query, columns, shared}. Raises Forbidden for a program, Conflict for a name that
    the user has, or when there are MOST."""
    user_id = own_id(caller)
    with engine.database.write() as cursor:
        if store.count(cursor, user_id) >= MOST:
            raise Conflict(f"There are {MOST} views already; delete one first.")
        made = store.add(cursor, body | {"user_id": user_id})
        if made is None:
            raise Conflict("You keep a view of this name already.")
        record(cursor, by, "view.added", "view", made, after={"shared": body["shared"]})
        return _shown(store.get(cursor, made) or {}, caller)


def edit(engine: Engine, view_id: str, changes: dict[str, Any], *, caller: Caller, by: Actor) -> Row:
    """Change a view. Raises NotFound, Forbidden for somebody else's, Conflict for a name that is taken."""
    with engine.database.write() as cursor:
        before = _own(cursor, view_id, caller)
        after = before | changes
        if store.named(cursor, before["user_id"], after["name"]) not in (None, view_id):
            raise Conflict("You keep a view of this name already.")
        store.edit(cursor, view_id, after)
        record(cursor, by, "view.edited", "view", view_id, after={"fields": sorted(changes)})
        return _shown(store.get(cursor, view_id) or {}, caller)


def delete(engine: Engine, view_id: str, *, caller: Caller, by: Actor) -> None:
    """Keep a view no more. Raises NotFound, Forbidden for somebody else's."""
    with engine.database.write() as cursor:
        _own(cursor, view_id, caller)
        store.delete(cursor, view_id)
        record(cursor, by, "view.deleted", "view", view_id)


def _own(cursor: Cursor, view_id: str, caller: Caller) -> Row:
    """A view that the caller may change: their own, an admin each that is shared."""
    user_id, row = own_id(caller), store.get(cursor, view_id, lock=True)
    if row is None or not (row["shared"] or row["user_id"] == user_id):
        raise NotFound("There is no such view.")
    if row["user_id"] != user_id and not caller.may("admin"):
        raise Forbidden("Only who keeps a view changes it.")
    return row


def set_usual(engine: Engine, value: dict[str, Any], *, caller: Caller) -> dict[str, Any]:
    """How the caller looks at leads from now on. Raises Forbidden for a program."""
    with engine.database.write() as cursor:
        store.set_usual(cursor, own_id(caller), value)
    return value
