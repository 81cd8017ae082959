"""The response cache: a GET's response stays in Redis for some seconds, until something is written.

The caller's scopes are part of the key: nobody gets what another's scopes opened. Responses are kept
encrypted, as Redis may write to a disk; keys are keyed hashes, as a query may name a person. Every
write transaction empties the cache (see Engine.build).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from cryptography.fernet import InvalidToken
from flask import request
from redis import RedisError

from sidecar.engine import Engine
from sidecar.metrics import RESPONSE_CACHE
from sidecar.services.access import Caller

# Longer ones are not kept: Redis holds other things, too.
_MAX_BYTES = 256 * 1024


def cached(engine: Engine, caller: Caller | None, answer: Callable[[], str]) -> str:
    """The cached response to this request, else `answer()`, which is cached then; first pages only.

    A replica's responses are not cached: it may lag behind what was just written, an erasure even.
    """
    seconds = engine.settings.response_cache_seconds
    if not seconds or "cursor" in request.args or engine.database.has_replica:
        return answer()
    question = _question(engine, caller)
    try:
        generation, sealed = engine.cache.response(question)
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
            engine.cache.keep_response(generation, question, engine.vault.seal(found), seconds)
        except RedisError:
            RESPONSE_CACHE.labels("unavailable").inc()
    return found


def _question(engine: Engine, caller: Caller | None) -> str:
    scopes = ",".join(sorted(caller.scopes)) if caller else ""
    return engine.hash("question", scopes, request.path, *(
        part for pair in sorted(request.args.items(multi=True)) for part in pair))
