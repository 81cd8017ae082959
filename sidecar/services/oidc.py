"""Signing in by an OpenID Connect provider: authorization code with PKCE, state and nonce.

What a sign-in has to come back with (state, nonce, verifier, the place to go to) travels sealed in a cookie
of the browser that began it, and counts once. Who they are is the provider's to say, in a token that one of
its keys signed for us; what they may is our settings' to say, by their groups, at each sign-in anew (OpenID
Connect Core 1.0, 3.1; RFC 7636; RFC 9207).
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from cryptography.fernet import InvalidToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from sidecar.engine import Engine
from sidecar.errors import Conflict, NotFound
from sidecar.pipeline import posting
from sidecar.records.email import parse_email
from sidecar.secrets import NOBODY
from sidecar.services import administration, sessions
from sidecar.services.audit import Actor, record
from sidecar.settings import Settings
from sidecar.store import access as users
from sidecar.store import administration as store
from sidecar.store.database import Cursor, Row
from sidecar.terms.scopes import ROLE_SCOPES
from sidecar.webhooks import Target, target_of

SECONDS = 600  # that a sign-in at the provider may take
CALLBACK = "/api/v1/auth/oidc/callback"
START = "/api/v1/auth/oidc/start"
# Why a sign-in was refused, as the page is told.
REASONS = (
    "state", "denied", "provider", "token", "unverified", "domain", "group", "disabled", "taken", "role")
# What a provider may sign with: public keys alone, so that neither `none` nor our secret can be one.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_LEEWAY = 60  # seconds between two clocks
_KEPT = timedelta(hours=1)
_AGAIN = timedelta(minutes=1)
_MOST_BYTES = 200_000
_PLACE = re.compile(r"#/[!-~]{0,500}")


class Refused(Exception):
    """Who signed in there does not here: one of REASONS, and the place that they wanted to see."""

    def __init__(self, reason: str, to: str = "#/") -> None:
        super().__init__(reason)
        self.reason, self.to = reason, to


@dataclass(frozen=True)
class Started:
    """A sign-in that began: where the browser goes, and what its cookie holds meanwhile."""

    url: str
    state: str
    sealed: str


@dataclass(frozen=True)
class Person:
    """Who signed in there, and the role that their groups give them here."""

    identity: str
    email: str
    name: str | None
    role: str


@dataclass(frozen=True)
class _Provider:
    """A provider's metadata and keys, and when they were read."""

    metadata: Mapping[str, Any]
    keys: KeySet
    read_at: datetime


def ways(engine: Engine) -> dict[str, Any]:
    """How one may sign in: {password, oidc: [{name, label, url}]}."""
    settings = engine.settings
    return {"password": True, "oidc": [{
        "name": "oidc", "label": settings.oidc_label, "url": settings.public_url + START,
    }] if settings.oidc_issuer else []}


def start(engine: Engine, to: str) -> Started:
    """Begin a sign-in that ends at a place of the dashboard (`#/…`). Raises NotFound where no provider is
    set, Refused where it cannot be reached."""
    settings = engine.settings
    if not settings.oidc_issuer:
        raise NotFound("No provider of sign-ins is set.")
    to = place(to)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        endpoint = _provider(engine).metadata["authorization_endpoint"]
    except _Failed as error:
        raise Refused("provider", to) from error
    url = prepare_grant_uri(
        endpoint, settings.oidc_client_id, "code", redirect_uri=settings.public_url + CALLBACK,
        scope=settings.oidc_scopes, state=state, nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256")
    until = (engine.now() + timedelta(seconds=SECONDS)).isoformat()
    return Started(url, state, engine.vault.seal(
        {"state": state, "nonce": nonce, "verifier": verifier, "to": to, "until": until}).decode())


def place(to: str) -> str:
    """The place of our own page that is asked for; its beginning for anything else."""
    return to if _PLACE.fullmatch(to) else "#/"


def finish(
    engine: Engine, sealed: str | None, told: Mapping[str, str], *, agent: str, replaced: str | None
) -> tuple[sessions.Opened, str]:
    """(the session, the place to go to) of who comes back with what the provider `told` in the address and
    the cookie of their browser. Raises Refused."""
    begun = _begun(engine, sealed, told.get("state", ""))
    try:
        person = person_of(_claims(engine, begun, told), engine.settings)
        return _signed_in(engine, person, agent=agent, replaced=replaced), begun["to"]
    except Refused as error:
        raise Refused(error.reason, begun["to"]) from error
    except _Failed as error:
        raise Refused("provider", begun["to"]) from error


def _begun(engine: Engine, sealed: str | None, state: str) -> dict[str, Any]:
    """What this browser began with this state, which counts once. Raises Refused."""
    try:
        begun: dict[str, Any] = engine.vault.open((sealed or "").encode())
    except InvalidToken:
        raise Refused("state") from None
    if not hmac.compare_digest(begun["state"].encode(), state.encode()) or (
            datetime.fromisoformat(begun["until"]) <= engine.now()) or (
            not engine.cache.first_in(f"oidc:{engine.hash('oidc', state)}", SECONDS)):
        raise Refused("state", begun["to"])
    return begun


def _claims(engine: Engine, begun: dict[str, Any], told: Mapping[str, str]) -> dict[str, Any]:
    """What the provider says of who signed in. Raises Refused, _Failed."""
    settings, provider = engine.settings, _provider(engine)
    if "error" in told:
        raise Refused("denied")
    if told.get("iss", settings.oidc_issuer) != provider.metadata["issuer"] or not told.get("code"):
        raise Refused("token")
    tokens = _tokens(engine, provider, begun, told["code"])
    try:
        claims = _verified(engine, provider, str(tokens.get("id_token")), begun["nonce"], tokens)
    except JoseError as error:
        raise Refused("token") from error
    wanted = ("email", "email_verified", settings.oidc_groups_claim)
    userinfo = provider.metadata.get("userinfo_endpoint")
    if userinfo and not all(name in claims for name in wanted):
        more = _get(engine, userinfo, {"Authorization": f"Bearer {tokens.get('access_token')}"})
        if more.get("sub") != claims["sub"]:  # OpenID Connect Core 5.3.2
            raise Refused("token")
        claims = more | claims
    return claims


def _verified(
    engine: Engine, provider: _Provider, token: str, nonce: str, tokens: dict[str, Any]
) -> dict[str, Any]:
    """The claims of an ID token that was signed for us, now and for this sign-in. Raises JoseError."""
    settings = engine.settings
    try:
        decoded = jwt.decode(token, provider.keys, algorithms=_ALGORITHMS)
    except (JoseError, ValueError):
        # Perhaps by a key that is newer than those we know.
        decoded = jwt.decode(token, _provider(engine, newer=True).keys, algorithms=_ALGORITHMS)
    claims = CodeIDToken(
        decoded.claims, decoded.header,
        {"iss": {"essential": True, "value": provider.metadata["issuer"]},
         "aud": {"essential": True, "value": settings.oidc_client_id}},
        {"nonce": nonce, "client_id": settings.oidc_client_id, "access_token": tokens.get("access_token")})
    claims.validate(int(engine.now().timestamp()), _LEEWAY)
    return dict(claims)


def person_of(claims: Mapping[str, Any], settings: Settings) -> Person:
    """Who these claims are about and what they may. Raises Refused: only verified addresses of the allowed
    domains, with a group that has a role."""
    email = str(claims.get("email") or "").strip().lower()
    if claims.get("email_verified") not in (True, "true") or isinstance(parse_email(email), str):
        raise Refused("unverified")
    if settings.oidc_domains and email.rpartition("@")[2] not in settings.oidc_domains:
        raise Refused("domain")
    told = claims.get(settings.oidc_groups_claim) or []
    groups = [told] if isinstance(told, str) else [str(group) for group in told if group != "*"]
    roles = {settings.oidc_roles[group] for group in (*groups, "*") if group in settings.oidc_roles}
    role = next((role for role in ROLE_SCOPES if role in roles), None)  # The one that may most.
    if role is None:
        raise Refused("group")
    name = str(claims.get("name") or "").strip()[:200] or None
    return Person(f"{settings.oidc_issuer} {claims['sub']}", email, name, role)


def _signed_in(engine: Engine, person: Person, *, agent: str, replaced: str | None) -> sessions.Opened:
    by = Actor(f"sign-in by {engine.settings.oidc_label}")
    with engine.database.read() as cursor:
        known = users.user_of_identity(cursor, person.identity, person.email)
    _may(known, person)
    if known and known["role"] != person.role:
        try:
            administration.edit_user(engine, known["id"], {"role": person.role}, by=by)
        except Conflict as error:
            # The last admin stays one, so that somebody can always let others in.
            if known["role"] != "admin":
                raise Refused("role") from error
    with engine.database.write() as cursor:
        user_id = _linked(cursor, person, by)
        if replaced:
            sessions.end(engine, replaced)
        return sessions.begin(engine, cursor, user_id, way="oidc", agent=agent)


def _linked(cursor: Cursor, person: Person, by: Actor) -> str:
    """The id of the person's user, which is locked, made if there is none, and theirs from now on."""
    made = store.insert_user(cursor, {
        "email": person.email, "name": person.name, "role": person.role, "password_hash": NOBODY,
    }) if users.user_of_identity(cursor, person.identity, person.email) is None else None
    if made:
        record(cursor, by, "user.added", "user", made, after={"role": person.role})
    known = users.user_of_identity(cursor, person.identity, person.email, lock=True)
    _may(known, person)
    user_id = str((known or {})["id"])
    users.link_identity(cursor, user_id, person.identity)
    return user_id


def _may(known: Row | None, person: Person) -> None:
    """Raises Refused for somebody who was disabled, and where the address is another person's there."""
    if known and known["disabled"]:
        raise Refused("disabled")
    issuer = person.identity.partition(" ")[0]
    if known and known["oidc_identity"] not in (None, person.identity) and (
            known["oidc_identity"].partition(" ")[0] == issuer):
        raise Refused("taken")


def _tokens(
    engine: Engine, provider: _Provider, begun: dict[str, Any], code: str
) -> dict[str, Any]:
    settings, endpoint = engine.settings, provider.metadata["token_endpoint"]
    told = provider.metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = "none" if not settings.oidc_client_secret else (
        "client_secret_basic" if "client_secret_basic" in told else "client_secret_post")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    _, headers, body = ClientAuth(settings.oidc_client_id, settings.oidc_client_secret, method).prepare(
        "POST", endpoint, headers, prepare_token_request(
            "authorization_code", redirect_uri=settings.public_url + CALLBACK, code=code,
            code_verifier=begun["verifier"]))
    answer, told_body = posting.ask(_target(engine, endpoint), headers, body.encode(), _MOST_BYTES)
    if answer.status in (400, 401, 403):
        raise Refused("token")  # The code is no good (any more).
    return _json(answer.ok, told_body)


class _Failed(Exception):
    """The provider does not answer as one."""


def _provider(engine: Engine, newer: bool = False) -> _Provider:
    """The provider's metadata and keys, read once an hour; in search of newer ones once a minute at most.
    Raises _Failed."""
    issuer = str(engine.settings.oidc_issuer)
    known, age = _known.get(issuer), _AGAIN if newer else _KEPT
    if known is None or engine.now() - known.read_at >= age:
        metadata = OpenIDProviderMetadata(_get(engine, get_well_known_url(issuer, external=True)))
        try:
            metadata.validate()
            if metadata["issuer"].rstrip("/") != issuer:
                raise ValueError("it is the document of another issuer")
            keys = KeySet.import_key_set(_get(engine, metadata["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _Failed(str(error)) from error
        known = _known[issuer] = _Provider(dict(metadata), keys, engine.now())
    return known


_known: dict[str, _Provider] = {}


def _get(engine: Engine, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    answer, body = posting.get(
        _target(engine, url), {"Accept": "application/json", **(headers or {})}, _MOST_BYTES)
    return _json(answer.ok, body)


def _json(ok: bool, body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body) if ok and len(body) <= _MOST_BYTES else None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise _Failed("the answer is not as it should be")
    return told


def _target(engine: Engine, url: str) -> Target:
    """Where a part of the provider is: at the host that the operator set, or anywhere public; encrypted, if
    the issuer is. Raises _Failed."""
    issuer = urlsplit(str(engine.settings.oidc_issuer))
    try:
        target = target_of(url, {}, (*engine.settings.subscriber_hosts, issuer.netloc))
    except ValueError as error:
        raise _Failed(str(error)) from error
    if target.scheme != "https" and issuer.scheme == "https":
        raise _Failed("a part of the provider is not encrypted")
    return target
