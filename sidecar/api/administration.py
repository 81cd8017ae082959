"""Users, clients and the audit log, for admins; a person's own password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint, without
from sidecar.api.paging import decode_cursor, number_after, page
from sidecar.engine import Engine
from sidecar.errors import Forbidden
from sidecar.services import administration, user_channels
from sidecar.services.access import Caller
from sidecar.terms.states import WISHED_KINDS

bp = Blueprint("administration", __name__)
_USER, _CLIENT = "/v1/users/<uuid:user_id>", "/v1/clients/<client_id>"


@endpoint(bp, "POST", "/v1/auth/password", scope="", body=schemas.PasswordChange(),
          answer=schemas.TokenAnswer(), limit="sign_in")
def change_password(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Change your own password; all your sign-ins end, and the tokens answered begin a new one."""
    return administration.change_own_password(
        engine, caller, body["current_password"], body["new_password"], by=actor(caller))


@endpoint(bp, "GET", "/v1/users", scope="admin", query=schemas.PageQuery(), answer=schemas.UserPage())
def list_users(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """People who sign in, newest first."""
    return page(*administration.list_users(
        engine, limit=query["limit"], after=decode_cursor(query.get("cursor"), 1)))


@endpoint(bp, "POST", "/v1/users", scope="admin", body=schemas.UserAdd(), answer=schemas.User(), status=201)
def add_user(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Let a person sign in."""
    return administration.add_user(
        engine, email=body["email"], role=body["role"], password=body["password"], name=body.get("name"),
        by=actor(caller))


@endpoint(bp, "GET", _USER, scope="admin", answer=schemas.User())
def get_user(engine: Engine, caller: Caller, user_id: Any) -> Any:
    """One user."""
    return administration.read_user(engine, str(user_id))


@endpoint(bp, "PATCH", _USER, scope="admin", body=schemas.UserEdit(), answer=schemas.User())
def edit_user(engine: Engine, caller: Caller, user_id: Any, body: dict[str, Any]) -> Any:
    """Change name, role or how they work: time zone, hours, public holidays, language, capacity. A new role
    ends the user's sign-ins. The last admin stays one (409)."""
    return administration.edit_user(engine, str(user_id), body, by=actor(caller))


@endpoint(bp, "GET", f"{_USER}/leaving", scope="admin", answer=schemas.Leaving())
def leaving(engine: Engine, caller: Caller, user_id: Any) -> Any:
    """What would become of a user's open leads if they were disabled now: how many there are, and who takes
    them over in turn (nobody: a 409 then)."""
    return administration.leaving(engine, str(user_id))


@endpoint(bp, "POST", f"{_USER}/disable", scope="admin", body=schemas.Empty(), answer=schemas.User())
def disable_user(engine: Engine, caller: Caller, user_id: Any, body: dict[str, Any]) -> Any:
    """End a user's sign-ins and refuse new ones; their open leads go to others. 409: they are the last admin,
    or nobody else could take their leads.

    Refresh tokens and the rights of an admin end at once, other access tokens within 15 minutes.
    """
    return administration.enable_user(engine, str(user_id), False, by=actor(caller))


@endpoint(bp, "POST", f"{_USER}/enable", scope="admin", body=schemas.Empty(), answer=schemas.User())
def enable_user(engine: Engine, caller: Caller, user_id: Any, body: dict[str, Any]) -> Any:
    """Let a disabled user sign in again."""
    return administration.enable_user(engine, str(user_id), True, by=actor(caller))


@endpoint(bp, "POST", f"{_USER}/password", scope="admin", body=schemas.PasswordSet(), status=204)
def set_password(engine: Engine, caller: Caller, user_id: Any, body: dict[str, Any]) -> Any:
    """Give a user a new password; their sign-ins end, a lock after wrong passwords opens."""
    administration.set_password(engine, str(user_id), body["password"], by=actor(caller))
    return None


@endpoint(bp, "GET", "/v1/users/me/channels", scope="pii:read", answer=schemas.UserChannelList())
def own_channels(engine: Engine, caller: Caller) -> Any:
    """Where you are told of leads, and when not."""
    return {"data": user_channels.read(engine, _user_id(caller))}


@endpoint(bp, "PUT", "/v1/users/me/channels", scope="pii:read", body=schemas.UserChannels(),
          answer=schemas.UserChannelList())
def set_own_channels(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Choose where you are told of what. Quiet hours are in your time zone: what comes in them waits for
    their end, hot leads too, unless `always_hot`. What you are told nowhere goes to those who are told of all
    leads.
    """
    return {"data": user_channels.replace(engine, _user_id(caller), body["data"], by=actor(caller))}


@endpoint(bp, "GET", "/v1/channels", scope="pii:read", answer=schemas.ChannelChoices())
def channel_choices(engine: Engine, caller: Caller) -> Any:
    """The channels that users can be told by, and of what."""
    return {"channels": list(engine.settings.channels), "kinds": list(WISHED_KINDS)}


@endpoint(bp, "GET", f"{_USER}/channels", scope="admin", answer=schemas.UserChannelList())
def channels_of(engine: Engine, caller: Caller, user_id: Any) -> Any:
    """Where a user is told of leads."""
    return {"data": user_channels.read(engine, str(user_id))}


@endpoint(bp, "PUT", f"{_USER}/channels", scope="admin", body=schemas.UserChannels(),
          answer=schemas.UserChannelList())
def set_channels_of(engine: Engine, caller: Caller, user_id: Any, body: dict[str, Any]) -> Any:
    """Choose where a user is told of what."""
    return {"data": user_channels.replace(engine, str(user_id), body["data"], by=actor(caller))}


def _user_id(caller: Caller) -> str:
    if caller.kind != "user":
        raise Forbidden("Programs have no channels of their own.")
    return caller.id


@endpoint(bp, "GET", "/v1/clients", scope="admin", answer=schemas.ClientList())
def list_clients(engine: Engine, caller: Caller) -> Any:
    """Programs that call the API."""
    return {"data": administration.list_clients(engine)}


@endpoint(bp, "POST", "/v1/clients", scope="admin", body=schemas.ClientAdd(),
          answer=schemas.ClientSecret(), status=201)
def add_client(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Create a client; its secret is told this once."""
    return administration.add_client(engine, body["id"], body["scopes"], by=actor(caller))


@endpoint(bp, "PATCH", _CLIENT, scope="admin", body=schemas.ClientScopes(), answer=schemas.Client())
def edit_client(engine: Engine, caller: Caller, client_id: str, body: dict[str, Any]) -> Any:
    """Give a client other scopes, from its next token on."""
    return administration.edit_client(engine, client_id, body["scopes"], by=actor(caller))


@endpoint(bp, "POST", f"{_CLIENT}/secret", scope="admin", body=schemas.Empty(),
          answer=schemas.ClientSecret())
def rotate_secret(engine: Engine, caller: Caller, client_id: str, body: dict[str, Any]) -> Any:
    """Give a client a new secret, told this once; the old one is refused at once."""
    return administration.rotate_secret(engine, client_id, by=actor(caller))


@endpoint(bp, "POST", f"{_CLIENT}/disable", scope="admin", body=schemas.Empty(), answer=schemas.Client())
def disable_client(engine: Engine, caller: Caller, client_id: str, body: dict[str, Any]) -> Any:
    """Refuse new tokens to a client; the one it has ends within 15 minutes."""
    return administration.enable_client(engine, client_id, False, by=actor(caller))


@endpoint(bp, "POST", f"{_CLIENT}/enable", scope="admin", body=schemas.Empty(), answer=schemas.Client())
def enable_client(engine: Engine, caller: Caller, client_id: str, body: dict[str, Any]) -> Any:
    """Give a disabled client tokens again."""
    return administration.enable_client(engine, client_id, True, by=actor(caller))


@endpoint(bp, "GET", "/v1/audit", scope="admin", query=schemas.AuditQuery(), answer=schemas.AuditPage())
def audit(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Who did what, newest first; filters are combined, at_to is exclusive."""
    return page(*administration.list_audit(
        engine, without(query, "limit", "cursor"), limit=query["limit"],
        after=number_after(query.get("cursor"))))
