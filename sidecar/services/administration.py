"""What administrators do with users and clients, over HTTP and on the command line alike.

Every change is audited in its own transaction, without secrets. Whoever is disabled, demoted or given
a new password loses their refresh tokens with it; one enabled admin always remains.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Conflict, Forbidden, Invalid, NotFound
from sidecar.pipeline import assigning
from sidecar.records.email import parse_email
from sidecar.secrets import hash_password
from sidecar.services import access, owners
from sidecar.services.access import Caller
from sidecar.services.audit import Actor, record
from sidecar.store import administration as store
from sidecar.store.database import Cursor, Row
from sidecar.store.owners import WORKING
from sidecar.store.paging import paged
from sidecar.terms.scopes import MAY_SEE, ROLE_SCOPES, SCOPES

ROLES = tuple(ROLE_SCOPES)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1000
_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


def password_problem(password: str, email: str) -> str | None:
    """Why a password is not accepted, or None."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return f"The password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
    if len(set(password)) < 5 or password.casefold() == email.casefold():
        return "The password is too easy to guess."
    return None


def list_users(
    engine: Engine, *, limit: int, after: list[Any] | None = None
) -> tuple[list[Row], list[Any] | None]:
    """(users, where the next page begins or None), newest first."""
    with engine.database.read() as cursor:
        return paged(store.users(cursor, limit + 1, after[0] if after else None), limit)


def read_user(engine: Engine, user_id: str) -> Row:
    """One user. Raises NotFound."""
    with engine.database.read() as cursor:
        return _user(cursor, user_id, lock=False)


def id_of(engine: Engine, email: str) -> str:
    """The id of the user with this mail address. Raises NotFound."""
    with engine.database.read() as cursor:
        found = store.user_id(cursor, email.strip().lower())
    if found is None:
        raise NotFound(f"There is no user {email}.")
    return found


def add_user(
    engine: Engine, *, email: str, role: str, password: str, name: str | None, by: Actor,
    replace: bool = False,
) -> Row:
    """Create a user. With `replace` one who exists gets this password and role, and is enabled.

    Raises Invalid that names the field, Conflict when the address is taken or they are the last admin.
    """
    email = email.strip().lower()
    if isinstance(problem := parse_email(email), str):
        raise _invalid("/email", problem)
    if role not in ROLES:
        raise _invalid("/role", f"Must be one of {', '.join(ROLES)}.")
    hashed = _hashed(password, email, "/password")
    with engine.database.write() as cursor:
        admins = store.lock_admins(cursor)
        user_id = store.insert_user(
            cursor, {"email": email, "name": name, "role": role, "password_hash": hashed})
        if user_id is None and not replace:
            raise Conflict("There is a user with this address already.", errors=[
                {"pointer": "/email", "code": "taken", "detail": "There is a user with this address."}])
        action = "user.added" if user_id else "user.replaced"
        if user_id is None:
            user_id = store.user_id(cursor, email) or ""
            if role != "admin":
                _keep_an_admin(admins, user_id)
            store.update_user(cursor, user_id, {"role": role, "password_hash": hashed} | (
                {"name": name} if name else {}))
            store.enable_user(cursor, user_id, True)
            store.end_sign_ins(cursor, user_id, "password")
            access.forget_failures(engine, cursor, email)
        record(cursor, by, action, "user", user_id, after={"role": role})
        return _user(cursor, user_id)


def edit_user(engine: Engine, user_id: str, changes: dict[str, Any], *, by: Actor) -> Row:
    """Change name, role and working time. Raises NotFound, Invalid that names the field, Conflict for the
    last admin.

    A new role ends the sign-ins: what an access token allows is written in it. From who may see people no
    more others take over the open leads.
    """
    if changes.get("role", ROLES[0]) not in ROLES:
        raise _invalid("/role", f"Must be one of {', '.join(ROLES)}.")
    with engine.database.write() as cursor:
        blind = changes.get("role", MAY_SEE[0]) not in MAY_SEE
        admins = assigning.hold_to_leave(engine, cursor, user_id) if blind else store.lock_admins(cursor)
        before = _user(cursor, user_id)
        role = changes.get("role", before["role"])
        if role != before["role"]:
            if role != "admin":
                _keep_an_admin(admins, user_id)
            store.end_sign_ins(cursor, user_id, "role")
            if blind:
                assigning.leave(engine, cursor, user_id, by.name, request_id=by.request_id)
        store.update_user(cursor, user_id, changes)
        if working := {name: changes[name] for name in WORKING if name in changes}:
            owners.set_working(engine, user_id, working, by=by)
        record(cursor, by, "user.edited", "user", user_id, before={"role": before["role"]},
               after={"role": role, "fields": sorted(changes)})
        return _user(cursor, user_id)


def enable_user(engine: Engine, user_id: str, enabled: bool, *, by: Actor) -> Row:
    """Let a user sign in again, or end their sign-ins for good: then others take over their open leads.
    Raises NotFound, Conflict for the last admin, or when nobody could take over."""
    with engine.database.write() as cursor:
        admins = store.lock_admins(cursor) if enabled else assigning.hold_to_leave(engine, cursor, user_id)
        before = _user(cursor, user_id)
        if not enabled:
            _keep_an_admin(admins, user_id)
            store.end_sign_ins(cursor, user_id, "disabled")
        if before["enabled"] != enabled:
            given = 0 if enabled else assigning.leave(
                engine, cursor, user_id, by.name, request_id=by.request_id)
            store.enable_user(cursor, user_id, enabled)
            record(cursor, by, f"user.{'enabled' if enabled else 'disabled'}", "user", user_id,
                   after=None if enabled else {"leads_given_away": given})
        return _user(cursor, user_id)


def set_password(engine: Engine, user_id: str, password: str, *, by: Actor) -> None:
    """Give a user a new password: all their sign-ins end, a lock opens. Raises NotFound, Invalid."""
    user = read_user(engine, user_id)
    hashed = _hashed(password, user["email"], "/password")
    with engine.database.write() as cursor:
        store.update_user(cursor, user_id, {"password_hash": hashed})
        store.end_sign_ins(cursor, user_id, "password")
        access.forget_failures(engine, cursor, user["email"])
        record(cursor, by, "user.password_set", "user", user_id)


def change_own_password(
    engine: Engine, caller: Caller, current: str, new: str, *, by: Actor
) -> dict[str, Any]:
    """A person's own new password: every sign-in ends, and this one goes on with the new tokens. Raises as
    set_own_password does."""
    set_own_password(engine, caller, current, new, by=by)
    return access.user_token(engine, caller.name, new)


def set_own_password(engine: Engine, caller: Caller, current: str, new: str, *, by: Actor) -> None:
    """A person's own new password: every sign-in ends.

    Raises Forbidden for a program, Invalid that names the field, TooMany after wrong passwords.
    """
    if caller.kind != "user":
        raise Forbidden("Programs have no password; an admin gives them a new secret.")
    # First, so that a refused one costs no guess at the current one.
    hashed = _hashed(new, caller.name, "/new_password")
    if not access.check_user(engine, caller.name, current):
        raise _invalid("/current_password", "This is not your password.")
    with engine.database.write() as cursor:
        store.update_user(cursor, caller.id, {"password_hash": hashed})
        store.end_sign_ins(cursor, caller.id, "password")
        record(cursor, by, "user.password_changed", "user", caller.id)


def list_clients(engine: Engine) -> list[Row]:
    """All clients by id."""
    with engine.database.read() as cursor:
        return store.clients(cursor)


def add_client(
    engine: Engine, client_id: str, scopes: list[str], *, by: Actor, secret: str | None = None,
    replace: bool = False, keep_scopes: bool = False,
) -> Row:
    """Create a client: {…, client_secret}, answered this once. With `replace` one that exists gets the
    secret and scopes, and is enabled; with `keep_scopes` too it keeps the scopes that it has besides, and
    stays disabled if it is. Raises Invalid that names the field, Conflict."""
    if not _CLIENT_ID.fullmatch(client_id):
        raise _invalid("/id", "Letters, digits, dots, hyphens and underscores, at most 63.")
    scopes = _known(scopes)
    secret = secret or secrets.token_urlsafe(32)
    hashed = hash_password(secret)
    with engine.database.write() as cursor:
        made = store.insert_client(cursor, client_id, hashed, scopes)
        if not made and not replace:
            raise Conflict("There is a client with this id already.", errors=[
                {"pointer": "/id", "code": "taken", "detail": "There is a client with this id."}])
        if not made:
            if keep_scopes:
                scopes = _known(scopes + _client(cursor, client_id)["scopes"])
            else:
                store.enable_client(cursor, client_id, True)
            store.update_client(cursor, client_id, {"scopes": scopes, "secret_hash": hashed})
        record(cursor, by, "client.added" if made else "client.replaced", "client", client_id,
               after={"scopes": scopes})
        return _client(cursor, client_id) | {"client_secret": secret}


def edit_client(engine: Engine, client_id: str, scopes: list[str], *, by: Actor) -> Row:
    """Give a client other scopes, from its next token on. Raises NotFound, Invalid."""
    scopes = _known(scopes)
    with engine.database.write() as cursor:
        before = _client(cursor, client_id)
        store.update_client(cursor, client_id, {"scopes": scopes})
        record(cursor, by, "client.edited", "client", client_id, before={"scopes": before["scopes"]},
               after={"scopes": scopes})
        return _client(cursor, client_id)


def rotate_secret(engine: Engine, client_id: str, *, by: Actor) -> Row:
    """A new secret; the old one is refused at once: {…, client_secret}. Raises NotFound."""
    secret = secrets.token_urlsafe(32)
    hashed = hash_password(secret)
    with engine.database.write() as cursor:
        client = _client(cursor, client_id)
        store.update_client(cursor, client_id, {"secret_hash": hashed})
        record(cursor, by, "client.secret_rotated", "client", client_id)
        return client | {"client_secret": secret}


def enable_client(engine: Engine, client_id: str, enabled: bool, *, by: Actor) -> Row:
    """Give a client tokens again, or no longer. Raises NotFound."""
    with engine.database.write() as cursor:
        if _client(cursor, client_id)["enabled"] != enabled:
            store.enable_client(cursor, client_id, enabled)
            record(cursor, by, f"client.{'enabled' if enabled else 'disabled'}", "client", client_id)
        return _client(cursor, client_id)


def list_audit(
    engine: Engine, filters: Mapping[str, Any], *, limit: int, after: int | None
) -> tuple[list[Row], list[Any] | None]:
    """(entries, after which the next page begins or None), newest first."""
    with engine.database.read(may_lag=True) as cursor:
        return paged(store.audit_page(cursor, filters, limit=limit + 1, after=after), limit)


def leaving(engine: Engine, user_id: str) -> dict[str, Any]:
    """What becomes of the open leads of a user who is disabled: see assigning.leaving. Raises NotFound."""
    with engine.database.read() as cursor:
        _user(cursor, user_id, lock=False)
        return assigning.leaving(engine, cursor, user_id)


def _user(cursor: Cursor, user_id: str, *, lock: bool = True) -> Row:
    row = store.user(cursor, user_id, lock=lock)
    if row is None:
        raise NotFound("There is no such user.")
    return row


def _client(cursor: Cursor, client_id: str) -> Row:
    row = store.client(cursor, client_id)
    if row is None:
        raise NotFound("There is no such client.")
    return row


def _keep_an_admin(admins: set[str], user_id: str) -> None:
    """`admins` are locked: two admins who disable each other at once do not both succeed."""
    if admins == {user_id}:
        raise Conflict("This is the last enabled admin; make another one first.")


def _hashed(password: str, email: str, pointer: str) -> str:
    if problem := password_problem(password, email):
        raise _invalid(pointer, problem)
    return hash_password(password)


def _known(scopes: list[str]) -> list[str]:
    """The scopes, each once, in their usual order."""
    for place, scope in enumerate(scopes):
        if scope not in SCOPES:
            raise _invalid(f"/scopes/{place}", f"Must be one of {', '.join(SCOPES)}.")
    return [scope for scope in SCOPES if scope in scopes]


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid(f"The request is not valid: {detail}", errors=[
        {"pointer": pointer, "code": "invalid", "detail": detail}])
