"""Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header): ask twice, done once.

The key, the answer and all that the request wrote are one transaction: after a crash either all of
it is there and the answer is given again, or nothing is and the request starts anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sidecar.engine import Engine
from sidecar.errors import Conflict, Invalid
from sidecar.store import idempotency

MAX_KEY = 255
DAY = 86_400


class InFlight(Conflict):
    """The first request with this key is still at work."""

    code = "idempotency_in_flight"


class KeyReused(Invalid):
    """The key was used for another request."""

    code = "idempotency_key_reused"


def once(
    engine: Engine, caller: str, key: str | None, request: tuple[str, bytes],
    answer: Callable[[], tuple[int, str]], *, seconds: int = DAY,
) -> tuple[int, str, bool]:
    """(status, JSON text, whether it is a replay) of a request (path with its query, raw body).

    The key counts for so many seconds, a day at most. Without one the request itself is the key.
    `answer` runs in the transaction. Raises InFlight, KeyReused, Invalid for a bad key, and
    whatever `answer` raises, which leaves nothing behind.
    """
    fingerprint = engine.hash("idempotency", request[0], hashlib.sha256(request[1]).hexdigest())
    if key is None:
        key = f"request {fingerprint}"
    if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise Invalid("The Idempotency-Key is not valid.", errors=[{
            "pointer": "", "code": "idempotency_key",
            "detail": f"Idempotency-Key takes 1 to {MAX_KEY} printable ASCII characters."}])
    with engine.database.write() as cursor:
        if not idempotency.lock(cursor, caller, key):
            raise InFlight("A request with this Idempotency-Key is still at work; ask again.")
        found = idempotency.find(cursor, caller, key, seconds)
        if found and found["fingerprint"] != fingerprint:
            raise KeyReused("This Idempotency-Key belongs to another request; take a new one.")
        if found:
            return found["status"], engine.vault.open(found["answer"]), True
        status, body = answer()
        idempotency.save(cursor, caller, key, fingerprint, status, engine.vault.seal(body))
    return status, body, False
