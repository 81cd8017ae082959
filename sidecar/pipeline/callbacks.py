"""The addresses to which providers send answers that come later: each belongs to one call.

What proves such an answer is in the address, a keyed hash of the call: providers' keys, with which some of
them sign, are held by n8n alone, others sign nothing at all, and an address that is guessed is worth nothing.
It stands in the query, which nobody logs.
"""

from __future__ import annotations

from hmac import compare_digest
from urllib.parse import urlencode

from sidecar.engine import Engine
from sidecar.errors import Unauthorized


def callback_url(engine: Engine, provider: str, call_id: str) -> str | None:
    """Where a provider sends the answer to a call; None where it cannot."""
    base = engine.settings.callback_url
    if not base:
        return None
    token = f"{call_id}.{_proof(engine, provider, call_id)}"
    return f"{base.rstrip('/')}/v1/callbacks/{provider}?{urlencode({'token': token})}"


def call_of(engine: Engine, provider: str, token: str) -> str:
    """The id of the call whose address this is. Raises Unauthorized."""
    call_id, _, proof = token.partition(".")
    if not compare_digest(proof.encode(), _proof(engine, provider, call_id).encode()):
        raise Unauthorized("The token is not valid.")
    return call_id


def _proof(engine: Engine, provider: str, call_id: str) -> str:
    return engine.hash("callback", provider, call_id)
