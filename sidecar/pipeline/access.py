"""Signing in: clients and users, access tokens, rotating refresh tokens.

Access tokens are JWTs (HS256, 15 minutes, `kid` in the header; the key is looked up among our own,
never taken from the token). Refresh tokens are random, stored as SHA-256, rotate with every use;
using a rotated one again revokes all that came from the same sign-in (OAuth 2 security BCP 4.14).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import jwt

from sidecar.engine import Engine
from sidecar.errors import TooMany, Unauthorized
from sidecar.ids import new_id
from sidecar.secrets import check_password, hash_password
from sidecar.store import access

ACCESS_SECONDS = 900
REFRESH_DAYS = 30
_ISSUER = "enrichment-engine"
SCOPES = ("pipeline", "leads", "leads:read", "notify", "pii:read", "admin")
ROLE_SCOPES = {
    "admin": SCOPES,
    "operator": ("leads", "leads:read", "notify", "pii:read"),
    "viewer": ("leads:read",),
}
_FREE_FAILURES = 5


@dataclass(frozen=True)
class Caller:
    """Who calls: `name` is a client id or a user's mail address."""

    kind: str
    id: str
    name: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Whether a scope is held; `leads` includes reading them, `admin` everything."""
        return bool({scope, "admin"} & self.scopes) or (
            scope == "leads:read" and "leads" in self.scopes)


def client_token(engine: Engine, client_id: str, client_secret: str) -> dict[str, Any]:
    """Token for a program. Raises Unauthorized."""
    with engine.database.transaction() as cursor:
        client = access.client(cursor, client_id)
    if not check_password(client_secret, client["secret_hash"] if client else _nobody()) or not client:
        raise Unauthorized("Client id or secret is wrong.")
    return _access(engine, "client", client["id"], client["id"], client["scopes"])


def user_token(engine: Engine, email: str, password: str) -> dict[str, Any]:
    """Tokens for a person. Raises Unauthorized, TooMany after several wrong passwords.

    The same answer and the same time, whether the user exists or not.
    """
    with engine.database.transaction() as cursor:
        user = access.user(cursor, email)
        if user and user["locked_for"]:
            raise TooMany("Too many wrong passwords; wait a little.", user["locked_for"])
        right = check_password(password, user["password_hash"] if user else _nobody())
        if user and right and not user["disabled"]:
            access.note_sign_in(cursor, user["id"])
            return _user_tokens(engine, cursor, user, new_id())
        if user:
            over = user["failures"] + 1 - _FREE_FAILURES
            access.note_failure(cursor, user["id"], min(900, 2**over) if over >= 0 else 0)
    raise Unauthorized("E-mail or password is wrong.")


def refresh(engine: Engine, token: str) -> dict[str, Any]:
    """A new pair for a refresh token. Raises Unauthorized; reuse ends the whole family."""
    digest = _digest(token)
    with engine.database.transaction() as cursor:
        found = access.take_token(cursor, digest)
        user = access.user_by_id(cursor, found["user_id"]) if found else None
        if found and user and found["usable"] and (not found["rotated"] or found["just_rotated"]):
            access.rotate_token(cursor, digest)
            return _user_tokens(engine, cursor, user, found["family_id"])
        if found and found["rotated"]:
            access.revoke_family(cursor, found["family_id"])
    raise Unauthorized("The sign-in has ended; sign in again.")


def logout(engine: Engine, token: str) -> None:
    """End the sign-in that this refresh token belongs to; an unknown one is no error."""
    with engine.database.transaction() as cursor:
        found = access.take_token(cursor, _digest(token))
        if found:
            access.revoke_family(cursor, found["family_id"])


def authenticate(engine: Engine, token: str) -> Caller:
    """The caller of a valid access token. Raises Unauthorized."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = dict(engine.settings.jwt_keys).get(kid or "")
        if key is None:
            raise Unauthorized("The access token was not issued here.")
        claims = jwt.decode(
            token, key, algorithms=["HS256"], issuer=_ISSUER, audience=_ISSUER,
            options={"require": ["exp", "iat", "sub"]},
        )
        return Caller(
            claims["kind"], claims["sub"], claims["name"], frozenset(claims["scope"].split()))
    except (jwt.PyJWTError, KeyError, UnicodeError, ValueError) as error:
        raise Unauthorized("The access token is wrong or has expired.") from error


def _user_tokens(engine: Engine, cursor: Any, user: dict[str, Any], family: str) -> dict[str, Any]:
    token = secrets.token_urlsafe(32)
    access.add_token(cursor, _digest(token), family, user["id"], REFRESH_DAYS)
    tokens = _access(engine, "user", user["id"], user["email"], ROLE_SCOPES[user["role"]])
    return tokens | {
        "refresh_token": token, "role": user["role"], "name": user["name"], "email": user["email"]}


def _access(
    engine: Engine, kind: str, subject: str, name: str, scopes: Any
) -> dict[str, Any]:
    now = engine.now()
    kid, key = engine.settings.jwt_keys[0]
    token = jwt.encode(
        {
            "iss": _ISSUER, "aud": _ISSUER, "sub": subject, "kind": kind, "name": name,
            "scope": " ".join(scopes), "iat": now, "exp": now + timedelta(seconds=ACCESS_SECONDS),
            "jti": os.urandom(8).hex(),
        },
        key, algorithm="HS256", headers={"kid": kid},
    )
    return {"access_token": token, "token_type": "Bearer", "expires_in": ACCESS_SECONDS,
            "scope": " ".join(scopes)}


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


@cache
def _nobody() -> str:
    """A hash to check against when there is no such user, so that the answer takes as long."""
    return hash_password("nobody has this password")
