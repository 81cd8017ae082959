"""Answers to the same question are kept in Redis for some seconds, until something is written.

Who asks is part of the question by what they may see: nobody gets what another's scopes opened.
They are kept encrypted, as Redis may write to a disk; its keys are keyed hashes, as a question may
name a person. What is written makes the engine forget all of them (see Engine.build).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from cryptography.fernet import InvalidToken
from flask import request
from redis import RedisError

from sidecar.engine import Engine
from sidecar.metrics import ANSWERS
from sidecar.pipeline.access import Caller

# Longer ones are not kept: Redis holds other things, too.
_MAX_BYTES = 256 * 1024


def remembered(engine: Engine, caller: Caller | None, answer: Callable[[], str]) -> str:
    """The kept answer to this request, else `answer()`, which is kept then; first pages only.

    A replica's answers are not kept: it may lag behind what was just written, an erasure even.
    """
    seconds = engine.settings.answer_seconds
    if not seconds or "cursor" in request.args or engine.replica is not engine.database:
        return answer()
    question = _question(engine, caller)
    try:
        generation, sealed = engine.cache.answer(question)
    except RedisError:
        ANSWERS.labels("away").inc()
        return answer()
    if sealed is not None:
        with suppress(InvalidToken):
            known = str(engine.vault.open(sealed))
            ANSWERS.labels("hit").inc()
            return known
    ANSWERS.labels("miss").inc()
    found = answer()
    if len(found) <= _MAX_BYTES:
        try:
            engine.cache.keep_answer(generation, question, engine.vault.seal(found), seconds)
        except RedisError:
            ANSWERS.labels("away").inc()
    return found


def _question(engine: Engine, caller: Caller | None) -> str:
    scopes = ",".join(sorted(caller.scopes)) if caller else ""
    return engine.hash("question", scopes, request.path, *(
        part for pair in sorted(request.args.items(multi=True)) for part in pair))
