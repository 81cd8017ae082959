"""The engine's own terms: fields and states with their labels, order and choices."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint
from sidecar.channels import CHANNELS
from sidecar.engine import Engine
from sidecar.services.access import Caller
from sidecar.terms import label, states
from sidecar.terms.fields import FIELDS

bp = Blueprint("terms", __name__)

def _named(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"name": name, "label": label(name)} for name in names]


_TERMS: Final = {
    "fields": [
        {"entity": field.entity, "name": field.name, "label": field.label, "type": field.kind,
         "lead": None if field.derived_from else field.lead,
         "longest": field.longest, "personal": field.personal, "derived": field.derived_from is not None,
         "editable": field.editable, "scored": field.scored, "choices": field.choices or None}
        for field in FIELDS
    ],
    "states": {
        "grades": _named(states.GRADES),
        "statuses": [status | {"open": status["name"] in states.OPEN} for status in _named(states.STATUSES)],
        "stages": _named(states.STAGES),
        "lanes": _named(states.LANES),
        "events": _named(states.EVENTS),
        "lead_events": _named(states.LEAD_EVENTS),
        "message_kinds": _named(states.MESSAGE_KINDS),
        "message_states": _named(states.MESSAGE_STATES),
        "delivery_states": _named(states.DELIVERY_STATES),
        "channels": _named(tuple(CHANNELS)),
        "machines": [{"name": code, "label": words} for code, words in states.MACHINES.items()],
    },
}


@endpoint(bp, "GET", "/v1/fields", scope="", answer=schemas.Terms(), figures=True)
def list_fields(engine: Engine, caller: Caller) -> Any:
    """Fields of contacts, organizations and leads, in the order in which people read them; and states.

    `personal` fields are masked for callers without the scope pii:read. `longest` is in characters. An open
    status is that of a lead that is worked on.
    """
    return _TERMS
