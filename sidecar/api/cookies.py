"""The session's cookie, and the proof that a request which changes something comes from our own page.

A browser sends the cookie with whatever a page of another site asks of us, too, if it is of the same host
(another port is the same site). What pages cannot forge is Sec-Fetch-Site and Origin (OWASP: cross-site
request forgery prevention, fetch metadata).
"""

from __future__ import annotations

from flask import Response, request

from sidecar.engine import Engine
from sidecar.errors import Forbidden
from sidecar.services import oidc

_SAFE = ("GET", "HEAD", "OPTIONS")
_DAY = 86_400


def session_token(engine: Engine) -> str | None:
    """The token of the browser's session, if it sent one."""
    return request.cookies.get(_name(engine)) or None


def keep_session(engine: Engine, response: Response, token: str) -> Response:
    """Give the browser its session; when it ends is the server's to say."""
    response.set_cookie(_name(engine), token, max_age=engine.settings.session_days * _DAY, path="/",
                        secure=True, httponly=True, samesite="Strict")
    return response


def drop_session(engine: Engine, response: Response) -> Response:
    """Take the cookie back."""
    response.delete_cookie(_name(engine), path="/", secure=True, httponly=True, samesite="Strict")
    return response


def keep_sign_in(engine: Engine, response: Response, state: str, sealed: str) -> Response:
    """Give the browser what it has to come back with from an OIDC provider, whose page leads here: Lax."""
    response.set_cookie(_sign_in(engine, state), sealed, max_age=oidc.SECONDS, path="/", secure=True,
                        httponly=True, samesite="Lax")
    return response


def sign_in_begun(engine: Engine, state: str) -> str | None:
    """What `keep_sign_in` gave for this state."""
    return request.cookies.get(_sign_in(engine, state))


def drop_sign_in(engine: Engine, response: Response, state: str) -> Response:
    """Take that back."""
    response.delete_cookie(_sign_in(engine, state), path="/", secure=True, httponly=True, samesite="Lax")
    return response


def _sign_in(engine: Engine, state: str) -> str:
    """By the state, so that two tabs may sign in at once; a hash, as it stands in the address."""
    return f"__Host-oidc-{engine.hash('the name of the cookie', state)[:16]}"


def _name(engine: Engine) -> str:
    """Cookies are shared by all ports of a host: those of two stacks differ by their keys."""
    return f"__Host-session-{engine.hash('the name of the cookie')[:8]}"


def require_own_page() -> None:
    """Raises Forbidden unless the request changes nothing, or its browser says that our own page sent it."""
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is None:
        scheme = request.headers.get("X-Forwarded-Proto", request.scheme)
        own = f"{scheme}://{request.headers.get('X-Forwarded-Host', request.host)}"
        if request.headers.get("Origin") == own:
            return
    elif site == "same-origin":
        return
    raise Forbidden("With a session's cookie only our own page may change something, and neither"
                    " Sec-Fetch-Site nor Origin says that this request comes from it. Programs send an access"
                    " token.")
