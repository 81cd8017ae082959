"""What assistants may ask: which clients, how much, and what is written down of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from redis import RedisError

from sidecar.engine import Engine
from sidecar.errors import Forbidden, TooMany, Unauthorized, Unavailable
from sidecar.ids import new_id
from sidecar.services.access import Caller
from sidecar.services.audit import Actor, record
from sidecar.store import access

SCOPE = "assistants"
_DAY = 86_400


@dataclass(frozen=True)
class Call:
    """What may be written down of a call: by whom, of which tool, the names of its arguments."""

    client_id: str
    tool: str
    arguments: tuple[str, ...]


def admit(engine: Engine, client_id: str) -> Caller:
    """The client as it is at this moment, and its call counted: whoever is disabled, or may no longer, is
    refused from the next call on, whatever their token says.

    Raises Unauthorized; Forbidden; TooMany when a budget is used up; Unavailable also where Redis does not
    count, as a budget that nobody keeps is none.
    """
    with engine.database.read() as cursor:
        client = access.client(cursor, client_id)
    if client is None:
        raise Unauthorized("There is no such client (any more); ask an administrator.")
    caller = Caller("client", client["id"], client["id"], frozenset(client["scopes"]))
    if not caller.may(SCOPE):
        raise Forbidden(f"This client is for no assistant: it needs the scope {SCOPE}.")
    _count(engine, client_id)
    return caller


def _count(engine: Engine, client_id: str) -> None:
    settings = engine.settings
    a_minute = settings.assistant_calls_per_minute
    with _counted():
        allowed, _, wait = engine.cache.take(f"assistant:{client_id}", a_minute, a_minute / 60)
        if not allowed:
            raise TooMany(f"This client may ask {a_minute} times a minute; wait {wait} s.", wait)
        calls = engine.cache.spend(_today(engine, client_id, "calls"), 1, _DAY)
        rows = engine.cache.spend(_today(engine, client_id, "rows"), 0, _DAY)
    for what, left, most in (
            ("calls", settings.assistant_calls_per_day - calls + 1, settings.assistant_calls_per_day),
            ("rows", settings.assistant_rows_per_day - rows, settings.assistant_rows_per_day)):
        if left <= 0:
            wait = _DAY - int(engine.now().timestamp()) % _DAY
            raise TooMany(
                f"The budget of this client is used up: {most} {what} a day. It begins anew at midnight UTC,"
                f" in {wait // 3600} h {wait % 3600 // 60} min.", wait)


def reveals(caller: Caller, asked: bool) -> bool:
    """Whether people are shown: who may see them has to ask for it. Raises Forbidden."""
    if asked and not caller.may("pii:read"):
        raise Forbidden(
            "This client may not see people, which needs the scope pii:read. Ask again without reveal.")
    return asked


def note(engine: Engine, call: Call, *, rows: int, revealed: bool, outcome: str) -> None:
    """Write a call down, with how many rows go out and whether people are in them, and count the rows. No
    answer goes out before that. Raises Unavailable."""
    with engine.database.write() as cursor:
        record(cursor, Actor(call.client_id, new_id()), "assistant.asked", "tool", call.tool, after={
            "arguments": call.arguments, "rows": rows, "revealed": revealed, "outcome": outcome})
    with _counted():
        engine.cache.spend(_today(engine, call.client_id, "rows"), rows, _DAY)


def note_refusal(engine: Engine, call: Call, outcome: str) -> None:
    """Write down that a client was refused: of one that asks on and on, once a minute."""
    with _counted():
        if not engine.cache.first_in(f"assistant:{call.client_id}:{outcome}", 60):
            return
    note(engine, call, rows=0, revealed=False, outcome=outcome)


@contextmanager
def _counted() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable(
            "The budget of this client cannot be counted at the moment; try again later.") from error


def _today(engine: Engine, client_id: str, what: str) -> str:
    return f"assistant:{what}:{client_id}:{engine.now():%Y-%m-%d}"
