"""What e-mail services tell of mails: which service it is is told by the shape (sidecar/sources/)."""

from __future__ import annotations

from typing import Any

from sidecar.sources.deeds import Told
from sidecar.sources.registry import SOURCES


def read_mail_events(body: Any) -> tuple[str, list[Told | None]] | None:
    """(service, events), None for a body of no service that is known. An event is None where it tells of no
    deed of a person; that a mail was delivered is one, too: it says something of the address."""
    for source in SOURCES.values():
        if source.mail and source.events and (found := source.events(body)) is not None:
            return source.name, found
    return None
