"""Who did what: one line in the audit log for each write of a person or a program, in its transaction.

Personal data is not copied there: fields are named, values told only where they name nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sidecar import logs
from sidecar.store import access
from sidecar.store.database import Cursor


@dataclass(frozen=True)
class Actor:
    """Who acts, by the request that asked for it, else what is at work; user_id: None if it is a program."""

    name: str
    request_id: str | None = None
    user_id: str | None = None


COMMAND_LINE = Actor("command line")


def record(
    cursor: Cursor, by: Actor, action: str, kind: str, entity_id: str, *,
    before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
) -> None:
    """Note that `by` did `action` (e.g. lead.edited) to this entity."""
    access.audit(cursor, by.name, action, kind, entity_id, before=before, after=after,
                 request_id=by.request_id or logs.request_id())
