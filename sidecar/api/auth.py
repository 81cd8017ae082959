"""Signing in and out: programs and people by tokens, browsers by a cookie."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, json, request

from sidecar.api import cookies, schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.engine import Engine
from sidecar.services import access, oidc, sessions
from sidecar.services.access import Caller

bp = Blueprint("auth", __name__)


@endpoint(bp, "POST", "/v1/auth/token", scope=None, body=schemas.TokenRequest(),
          answer=schemas.TokenAnswer(), limit="sign_in")
def token(engine: Engine, caller: None, body: dict[str, Any]) -> Any:
    """Get an access token, as a person (password) or a program (client_credentials)."""
    if body["grant_type"] == "password":
        return access.user_token(engine, body["username"], body["password"])
    return access.client_token(engine, body["client_id"], body["client_secret"])


@endpoint(bp, "POST", "/v1/auth/refresh", scope=None, body=schemas.RefreshRequest(),
          answer=schemas.TokenAnswer(), limit="sign_in")
def refresh(engine: Engine, caller: None, body: dict[str, Any]) -> Any:
    """Exchange a refresh token for a new pair; each can be used once."""
    return access.refresh(engine, body["refresh_token"])


@endpoint(bp, "POST", "/v1/auth/logout", scope=None, body=schemas.RefreshRequest(), status=204)
def logout(engine: Engine, caller: None, body: dict[str, Any]) -> Any:
    """End a sign-in."""
    access.logout(engine, body["refresh_token"])
    return None


@endpoint(bp, "GET", "/v1/auth/whoami", scope="", answer=schemas.Caller())
def whoami(engine: Engine, caller: Caller) -> Any:
    """Who the access token belongs to."""
    return {"kind": caller.kind, "name": caller.name, "scopes": sorted(caller.scopes)}


@endpoint(bp, "POST", "/v1/auth/session", scope=None, body=schemas.SessionStart(),
          answer=schemas.Session(), limit="sign_in")
def begin_session(engine: Engine, caller: None, body: dict[str, Any]) -> Any:
    """Sign a browser in: it gets a cookie that no script can read, and that every call takes in place of an
    access token.

    Calls that change something are refused (403) with the cookie unless the browser says that our own page
    sent them. The session ends after 12 hours without a call and after 30 days (settings), and at once when
    the user is disabled or gets another role or password; the 401 says which in `reason`.
    """
    cookies.require_own_page()
    opened = sessions.sign_in(
        engine, body["email"], body["password"], agent=request.user_agent.string,
        replaced=cookies.session_token(engine))
    return _session(engine, opened)


@endpoint(bp, "GET", "/v1/auth/session", scope=None, answer=schemas.CurrentSession())
def read_session(engine: Engine, caller: None) -> Any:
    """Who is signed in with this browser, and what they may; nobody is no error, as a page asks before
    anybody is. `ended` says why a session that there was goes on no more."""
    return sessions.read(engine, cookies.session_token(engine))


@endpoint(bp, "DELETE", "/v1/auth/session", scope=None, status=204)
def end_session(engine: Engine, caller: None) -> Any:
    """Sign this browser out."""
    cookies.require_own_page()
    if token := cookies.session_token(engine):
        sessions.end(engine, token)
    return cookies.drop_session(engine, Response(status=204))


@endpoint(bp, "PUT", "/v1/auth/session/password", scope="", body=schemas.PasswordChange(),
          answer=schemas.Session(), limit="sign_in")
def change_session_password(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Change your own password; all your sign-ins end but this browser's, which gets a new cookie."""
    opened = sessions.change_password(
        engine, caller, body["current_password"], body["new_password"], by=actor(caller),
        agent=request.user_agent.string)
    return _session(engine, opened)


@endpoint(bp, "GET", "/v1/auth/sessions", scope="", answer=schemas.OwnSessions())
def own_sessions(engine: Engine, caller: Caller) -> Any:
    """Your sessions that go on, the last used first."""
    return {"data": sessions.own(engine, caller)}


@endpoint(bp, "DELETE", "/v1/auth/sessions/<uuid:session_id>", scope="", status=204)
def end_own_session(engine: Engine, caller: Caller, session_id: Any) -> Any:
    """Sign out a browser of yours."""
    sessions.end_one(engine, caller, str(session_id))
    return None


@endpoint(bp, "POST", "/v1/auth/sessions/end-others", scope="", body=schemas.Empty(),
          answer=schemas.EndedSessions())
def end_other_sessions(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Sign out everywhere else."""
    return {"ended": sessions.end_others(engine, caller)}


@endpoint(bp, "GET", "/v1/auth/ways", scope=None, answer=schemas.SignInWays())
def sign_in_ways(engine: Engine, caller: None) -> Any:
    """How one may sign in."""
    return oidc.ways(engine)


@endpoint(bp, "GET", "/v1/auth/oidc/start", scope=None, query=schemas.OidcStart(), status=302,
          limit="sign_in")
def begin_oidc(engine: Engine, caller: None, query: dict[str, Any]) -> Any:
    """Go to the OIDC provider to sign in; `to` is the place of the dashboard to come back to (`#/leads`)."""
    try:
        begun = oidc.start(engine, query["to"])
    except oidc.Refused as error:
        return _refused(engine, error)
    return cookies.keep_sign_in(engine, _redirect(begun.url), begun.state, begun.sealed)


@endpoint(bp, "GET", "/v1/auth/oidc/callback", scope=None, query=schemas.OidcCallback(), status=302,
          limit="sign_in")
def end_oidc(engine: Engine, caller: None, query: dict[str, Any]) -> Any:
    """Come back from the OIDC provider: to the dashboard, with a session, or with the reason why not."""
    state = query["state"]
    try:
        opened, to = oidc.finish(
            engine, cookies.sign_in_begun(engine, state), query, agent=request.user_agent.string,
            replaced=cookies.session_token(engine))
    except oidc.Refused as error:
        return cookies.drop_sign_in(engine, _refused(engine, error), state)
    response = cookies.keep_session(engine, _redirect(f"{engine.settings.public_url}/{to}"), opened.token)
    return cookies.drop_sign_in(engine, response, state)


def _refused(engine: Engine, error: oidc.Refused) -> Response:
    """Back to the page that offers to sign in, which says why."""
    return _redirect(f"{engine.settings.public_url}/?refused={quote(error.reason)}{error.to}")


def _redirect(url: str) -> Response:
    return Response(status=302, headers={"Location": url})


def _session(engine: Engine, opened: sessions.Opened) -> Response:
    return cookies.keep_session(
        engine, Response(json.dumps(opened.answer), content_type="application/json"), opened.token)
