"""Signing in: clients and users, access tokens, rotating refresh tokens.

Access tokens are JWTs (HS256, 15 minutes, `kid` in the header; the key is looked up among our own,
never taken from the token). Refresh tokens are random, stored as SHA-256, rotate with every use;
using a rotated one again revokes all that came from the same sign-in (OAuth 2 security BCP 4.14).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import jwt

from sidecar.engine import Engine
from sidecar.errors import Forbidden, TooMany, Unauthorized
from sidecar.ids import new_id
from sidecar.secrets import NOBODY, check_password
from sidecar.store import access
from sidecar.store.database import Cursor, Row
from sidecar.terms.scopes import ROLE_SCOPES, may

ACCESS_SECONDS = 900
REFRESH_DAYS = 30
_ISSUER = "enrichment-engine"
_FREE_FAILURES = 5


class InvalidToken(Unauthorized):
    """There is an access token, and it is no good (any more)."""


@dataclass(frozen=True)
class Caller:
    """Who calls: `name` is a client id or a user's mail address; `session` the id of a browser's."""

    kind: str
    id: str
    name: str
    scopes: frozenset[str]
    session: str | None = None

    def may(self, scope: str) -> bool:
        """Whether a scope is held."""
        return may(self.scopes, scope)


def client_token(engine: Engine, client_id: str, client_secret: str) -> dict[str, Any]:
    """Token for a program. Raises Unauthorized."""
    with engine.database.read() as cursor:
        client = access.client(cursor, client_id)
    if not check_password(client_secret, client["secret_hash"] if client else NOBODY) or not client:
        raise Unauthorized("Client id or secret is wrong.")
    return _access(engine, "client", client["id"], client["id"], client["scopes"])


def user_token(engine: Engine, email: str, password: str) -> dict[str, Any]:
    """Tokens for a person. Raises Unauthorized, TooMany after several wrong passwords.

    The same answers in the same time, whether the user exists or not.
    """
    with signing_in(engine, email, password) as (cursor, user):
        access.note_sign_in(cursor, user["id"])
        return _user_tokens(engine, cursor, user, new_id())


@contextmanager
def signing_in(engine: Engine, email: str, password: str) -> Iterator[tuple[Cursor, Row]]:
    """A transaction that holds the user of this password, for their sign-in. Raises as user_token does."""
    email = email.strip().lower()
    checked = check_user(engine, email, password)
    with engine.database.write() as cursor:
        user = access.user(cursor, email, lock=True) if checked else None
        # Asked again: the user may have been disabled, or the password changed, meanwhile.
        if not checked or not user or user["disabled"] or (
                user["password_hash"] != checked["password_hash"]):
            raise Unauthorized("E-mail or password is wrong.")
        yield cursor, user


def check_user(engine: Engine, email: str, password: str) -> Row | None:
    """The enabled user with this password, or None. Raises TooMany after several wrong ones.

    A try counts before it is checked, so that many at once are no more than many in a row; addresses
    of nobody count alike, so that a lock tells nothing.
    """
    with engine.database.write() as cursor:
        tried = access.note_attempt(cursor, _failures_key(engine, email))
        if not tried["locked_for"] and (seconds := lock_seconds(tried["failures"])):
            access.lock_sign_in(cursor, _failures_key(engine, email), seconds)
        # Not locked: whoever sets a password locks the user first, and the count of failures then.
        user = access.user(cursor, email)
    if tried["locked_for"]:
        raise TooMany("Too many wrong passwords; wait a little.", tried["locked_for"])
    right = check_password(password, user["password_hash"] if user else NOBODY)
    if user is None or not right or user["disabled"]:
        return None
    with engine.database.write() as cursor:
        forget_failures(engine, cursor, email)
    return user


def lock_seconds(failures: int) -> int:
    """How long an address is refused after so many wrong passwords: none, then 1, 2, 4 … 900 s."""
    over = failures - _FREE_FAILURES
    return 0 if over < 0 else min(900, 2 ** min(over, 10))


def forget_failures(engine: Engine, cursor: Cursor, email: str) -> None:
    """Start counting wrong passwords anew."""
    access.forget_failures(cursor, _failures_key(engine, email))


def _failures_key(engine: Engine, email: str) -> str:
    return engine.hash("sign_in", email)


def refresh(engine: Engine, token: str) -> dict[str, Any]:
    """A new pair for a refresh token. Raises Unauthorized; reuse ends the whole family."""
    token_hash = digest(token)
    with engine.database.write() as cursor:
        user = access.user_of_token(cursor, token_hash)
        found = access.take_token(cursor, token_hash)
        if found and user and found["usable"] and (not found["rotated"] or found["just_rotated"]):
            access.rotate_token(cursor, token_hash)
            return _user_tokens(engine, cursor, user, found["family_id"])
        if found and found["rotated"] and access.revoke_family(cursor, found["family_id"]):
            access.audit(cursor, user["email"] if user else "unknown", "user.refresh_token_reused", "user",
                         found["user_id"])
    raise Unauthorized("The sign-in has ended; sign in again.")


def require_admin(engine: Engine, caller: Caller) -> None:
    """Ask the database: who was disabled or demoted must not administer until their access token
    ends. Raises Forbidden."""
    with engine.database.read() as cursor:
        if not access.is_admin(cursor, caller.kind, caller.id):
            raise Forbidden("You are no admin any more.")


def logout(engine: Engine, token: str) -> None:
    """End the sign-in that this refresh token belongs to; an unknown one is no error."""
    with engine.database.write() as cursor:
        found = access.take_token(cursor, digest(token))
        if found:
            access.revoke_family(cursor, found["family_id"])


def authenticate(engine: Engine, token: str) -> Caller:
    """The caller of a valid access token. Raises InvalidToken."""
    try:
        caller, ends = _signed(token, engine.settings.jwt_keys)
    except (jwt.PyJWTError, KeyError, UnicodeError, ValueError) as error:
        raise InvalidToken("The access token is wrong or has expired.") from error
    if ends <= engine.now().timestamp():
        raise InvalidToken("The access token is wrong or has expired.")
    return caller


@lru_cache(maxsize=1024)  # A client sends one token a thousand times; to check it takes as long as a lead.
def _signed(token: str, keys: tuple[tuple[str, str], ...]) -> tuple[Caller, float]:
    """(the caller, when the token ends in seconds since the epoch) of a token signed with one of the keys
    (kid, key). Raises jwt.PyJWTError, KeyError or ValueError for any other."""
    key = dict(keys)[jwt.get_unverified_header(token).get("kid") or ""]
    claims = jwt.decode(
        token, key, algorithms=["HS256"], issuer=_ISSUER, audience=_ISSUER,
        options={"require": ["exp", "iat", "sub"]})
    texts = kind, subject, name, scope = claims["kind"], claims["sub"], claims["name"], claims["scope"]
    if not all(isinstance(text, str) for text in texts) or not isinstance(claims["exp"], int | float):
        raise ValueError("a claim has the wrong type")
    return Caller(kind, subject, name, frozenset(scope.split())), claims["exp"]


def _user_tokens(engine: Engine, cursor: Any, user: dict[str, Any], family: str) -> dict[str, Any]:
    token = secrets.token_urlsafe(32)
    access.add_token(cursor, digest(token), family, user["id"], REFRESH_DAYS)
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


def digest(token: str) -> bytes:
    """By what the store knows a token of ours."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
