"""Messages that were given up are sent again."""

from __future__ import annotations

from sidecar.engine import Engine
from sidecar.errors import NotFound
from sidecar.services.audit import Actor, record
from sidecar.store import notifications


def replay_message(engine: Engine, message_id: str, *, by: Actor) -> None:
    """Owe a message again that was given up. Raises NotFound."""
    with engine.database.write() as cursor:
        message = notifications.replay(cursor, message_id)
        if message is None:
            raise NotFound("There is no message to send again (any more).")
        record(cursor, by, "message.replayed", "message", message_id, after=message)
