"""What keeps responses to GETs, each for what it is good at. While the sidecar answers, it is asked for each
of them whether this caller may have it and whether it still stands.

- The caller keeps what it got, by its ETag, a hash of the content: without news the response is a 304.
- The edge keeps figures, which name nobody (`figures` of an endpoint), by token. It asks the sidecar each
  time, with the ETag, and gives what it keeps when that stands, or while the sidecar is away (docs/EDGE.md).
- Redis keeps what the sidecar worked out (`remembered`) for some seconds, until something is written, for all
  processes. The caller's scopes are part of the key: nobody gets what another's scopes opened. Responses are
  kept encrypted, as Redis may write to a disk; keys are keyed hashes, as a query may name a person. Every
  write transaction empties it (see Engine.build).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from cryptography.fernet import InvalidToken
from flask import Response, request
from redis import RedisError

from sidecar.engine import Engine
from sidecar.metrics import RESPONSE_CACHE
from sidecar.services.access import Caller

# Longer ones are not kept: Redis holds other things, too.
_MAX_BYTES = 256 * 1024
# Seconds by which the edge's clock may differ from ours.
_CLOCKS = 5


def tagged(response: Response) -> Response:
    """JSON with the hash of its content as ETag; a 304 when that is what the caller has."""
    if response.status_code != 200 or response.mimetype != "application/json":
        return response
    response.add_etag()
    response.make_conditional(request)
    return response


def as_figures(engine: Engine, response: Response) -> Response:
    """The response marked for the edge to be kept, and to be asked for again from now on."""
    response.headers["X-Accel-Expires"] = f"@{int(engine.now().timestamp()) - _CLOCKS}"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def cached(engine: Engine, caller: Caller | None, answer: Callable[[], str]) -> str:
    """The cached response to this request, else `answer()`, which is cached then; first pages only.

    A replica's responses are not cached: it may lag behind what was just written, an erasure even.
    """
    seconds = engine.settings.response_cache_seconds
    if not seconds or "cursor" in request.args or engine.database.has_replica:
        return answer()
    question = _question(engine, caller)
    try:
        generation, sealed = engine.cache.response(question, seconds)
    except RedisError:
        RESPONSE_CACHE.labels("unavailable").inc()
        return answer()
    if sealed is not None:
        with suppress(InvalidToken):
            known = str(engine.vault.open(sealed))
            RESPONSE_CACHE.labels("hit").inc()
            return known
    RESPONSE_CACHE.labels("miss").inc()
    found = answer()
    if len(found) <= _MAX_BYTES:
        try:
            engine.cache.keep_response(generation, question, engine.vault.seal(found))
        except RedisError:
            RESPONSE_CACHE.labels("unavailable").inc()
    return found


def _question(engine: Engine, caller: Caller | None) -> str:
    scopes = ",".join(sorted(caller.scopes)) if caller else ""
    return engine.hash("question", scopes, request.path, *(
        part for pair in sorted(request.args.items(multi=True)) for part in pair))
