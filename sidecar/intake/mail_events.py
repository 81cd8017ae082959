"""What e-mail services tell of mails: which service it is is told by the shape (sidecar/sources/)."""

from __future__ import annotations

from typing import Any, Final

from sidecar.sources.deeds import Told
from sidecar.sources.registry import SOURCES
from sidecar.terms.states import DELIVERED

SERVICES: Final = ("sendgrid", "mailgun", "postmark", "mailchimp")


def read_mail_events(body: Any, *, deliveries: bool = False) -> tuple[str, list[Told | None]] | None:
    """(service, events), None for a body of no service that is known. An event is None where it tells of no
    deed of a person. `deliveries`: that a mail was delivered is an event, too: it says something of the
    address."""
    for name in SERVICES:
        read = SOURCES[name].events
        found = read(body) if read else None
        if found is not None:
            return name, [event if event and (deliveries or event["type"] != DELIVERED) else None
                          for event in found]
    return None
