"""Sessions of browsers: an opaque random token in a cookie, of which the store keeps the SHA-256.

A session ends after some hours without a request, after some days in any case, and at once when its user
signs out, is disabled, or gets another role or password. What it allows is read with it, so that it is never
behind.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sidecar.engine import Engine
from sidecar.errors import NotFound, Unauthorized
from sidecar.records.text import storable
from sidecar.services import access, administration, owners
from sidecar.services.access import Caller, digest
from sidecar.services.audit import Actor
from sidecar.store import access as users
from sidecar.store import sessions as store
from sidecar.store.database import Cursor, Row
from sidecar.terms.scopes import ROLE_SCOPES
from sidecar.terms.states import SessionEnd, SessionWay

_LONGEST_AGENT = 200
# Why one has to sign in again, for the `reason` of the problem.
_ENDED: Final[Mapping[SessionEnd | Literal["idle", "expired"], str]] = {
    "signed_out": "You signed out; sign in again.",
    "elsewhere": "This session was ended from another one; sign in again.",
    "password": "Your password was changed; sign in again.",
    "role": "Your role was changed; sign in again.",
    "disabled": "You may not sign in any more; ask an admin.",
    "idle": "Nothing was done here for a while; sign in again.",
    "expired": "You signed in long ago; sign in again.",
}


@dataclass(frozen=True)
class Opened:
    """A session that began: the token for the cookie, and who is signed in."""

    token: str
    answer: dict[str, Any]


def sign_in(engine: Engine, email: str, password: str, *, agent: str, replaced: str | None) -> Opened:
    """Begin a session by password; the one of the token `replaced` ends. Raises Unauthorized, TooMany, as
    access.user_token does."""
    with access.signing_in(engine, email, password) as (cursor, user):
        if replaced:
            store.end(cursor, digest(replaced))
        return begin(engine, cursor, user["id"], way="password", agent=agent)


def begin(engine: Engine, cursor: Cursor, user_id: str, *, way: SessionWay, agent: str) -> Opened:
    """Begin a session of an enabled user, whom the caller holds locked."""
    token = secrets.token_urlsafe(32)
    users.note_sign_in(cursor, user_id)
    store.add(cursor, digest(token), user_id, way=way, days=engine.settings.session_days,
              user_agent=storable(agent)[:_LONGEST_AGENT])
    return Opened(token, _answer(store.user(cursor, user_id)))


def authenticate(engine: Engine, token: str) -> Caller:
    """The caller of a session that goes on. Raises Unauthorized with the `reason`."""
    with engine.database.read() as cursor:
        found = store.find(cursor, digest(token), engine.settings.session_idle_minutes)
    if found is None:
        raise Unauthorized("Sign in first.")
    if found["ended_as"]:
        raise Unauthorized(_ENDED[found["ended_as"]], reason=found["ended_as"])
    if found["to_note"]:
        with engine.database.write(unseen=True) as cursor:
            store.note_seen(cursor, found["id"])
    return Caller("user", found["user_id"], found["email"], frozenset(ROLE_SCOPES[found["role"]]),
                  session=found["id"])


def read(engine: Engine, token: str | None) -> dict[str, Any]:
    """Who is signed in and what they may: {user, scopes, ended}; user None and `ended`, the reason
    (`_ENDED`), when the session goes on no more."""
    nobody: dict[str, Any] = {"user": None, "scopes": [], "ended": None}
    if token is None:
        return nobody
    try:
        caller = authenticate(engine, token)
    except Unauthorized as error:
        return nobody | {"ended": error.extra.get("reason")}
    with engine.database.read() as cursor:
        return _answer(store.user(cursor, caller.id)) | {"ended": None}


def own(engine: Engine, caller: Caller) -> list[Row]:
    """The sessions of the user who calls, the last used first; `current` is the one that asks."""
    with engine.database.read() as cursor:
        rows = store.of_user(cursor, owners.own_id(caller), engine.settings.session_idle_minutes)
    return [row | {"current": row["id"] == caller.session} for row in rows]


def end_one(engine: Engine, caller: Caller, session_id: str) -> None:
    """End a session of one's own. Raises NotFound."""
    with engine.database.write(unseen=True) as cursor:
        if not store.end_one(cursor, owners.own_id(caller), session_id):
            raise NotFound("There is no such session (any more).")


def end_others(engine: Engine, caller: Caller) -> int:
    """End all sessions of one's own but the one that asks: how many."""
    with engine.database.write(unseen=True) as cursor:
        return store.end_all(cursor, owners.own_id(caller), "elsewhere", but=caller.session)


def change_password(
    engine: Engine, caller: Caller, current: str, new: str, *, by: Actor, agent: str
) -> Opened:
    """One's own new password: every sign-in ends, and this browser goes on with the session that is answered.
    Raises as administration.set_own_password does."""
    # Not in one transaction: a wrong guess at the current one is counted, whatever becomes of the rest.
    administration.set_own_password(engine, caller, current, new, by=by)
    return sign_in(engine, caller.name, new, agent=agent, replaced=None)


def end(engine: Engine, token: str) -> None:
    """Sign out; an unknown or ended one is no error."""
    with engine.database.write(unseen=True) as cursor:
        store.end(cursor, digest(token))


def _answer(user: Row | None) -> dict[str, Any]:
    if user is None:
        raise NotFound("There is no such user.")
    return {"user": user, "scopes": list(ROLE_SCOPES[user["role"]])}
