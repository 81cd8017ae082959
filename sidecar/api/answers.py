"""Answers to the same question are kept in Redis for some seconds, until something is written.

Who asks is part of the question by what they may see: nobody gets what another's scopes opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import request
from redis import RedisError

from sidecar.engine import Engine
from sidecar.metrics import ANSWERS
from sidecar.pipeline.access import Caller


def remembered(engine: Engine, caller: Caller | None, answer: Callable[[], bytes]) -> bytes:
    """The kept answer to this request, else `answer()`, which is kept then."""
    seconds = engine.settings.answer_seconds
    if not seconds:
        return answer()
    question = _question(caller)
    try:
        generation, known = engine.cache.answer(question)
    except RedisError:
        ANSWERS.labels("away").inc()
        return answer()
    ANSWERS.labels("miss" if known is None else "hit").inc()
    if known is not None:
        return known
    found = answer()
    try:
        engine.cache.keep_answer(generation, question, found, seconds)
    except RedisError:
        ANSWERS.labels("away").inc()
    return found


def forget(engine: Engine) -> None:
    """Something may have been written; without Redis there is no kept answer either."""
    if engine.settings.answer_seconds:
        try:
            engine.cache.forget_answers()
        except RedisError:
            ANSWERS.labels("away").inc()


def _question(caller: Caller | None) -> str:
    scopes = ",".join(sorted(caller.scopes)) if caller else ""
    parts = (scopes, request.path, *sorted(f"{name}={value}" for name, value in request.args.items()))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
