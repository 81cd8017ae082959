"""The engine's own terms: fields and states with their labels, order and choices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import endpoint
from sidecar.channels import CHANNELS
from sidecar.engine import Engine
from sidecar.services.access import Caller
from sidecar.terms import label, states
from sidecar.terms.fields import FIELDS
from sidecar.terms.german import said

bp = Blueprint("terms", __name__)


def _terms(language: str) -> dict[str, Any]:
    def named(names: Iterable[str]) -> list[dict[str, Any]]:
        return [{"name": name, "label": said(label(name), language)} for name in names]

    return {
        "fields": [
            {"entity": field.entity, "name": field.name, "label": said(field.label, language),
             "type": field.kind, "lead": None if field.derived_from else field.lead,
             "longest": field.longest, "personal": field.personal, "derived": field.derived_from is not None,
             "editable": field.editable, "scored": field.scored, "choices": field.choices or None}
            for field in FIELDS
        ],
        "states": {
            "grades": named(states.GRADES),
            "statuses": [status | {"open": status["name"] in states.OPEN}
                         for status in named(states.STATUSES)],
            "stages": named(states.STAGES),
            "lanes": named(states.LANES),
            "events": named(states.EVENTS),
            "lead_events": named(states.LEAD_EVENTS),
            "message_kinds": named(states.MESSAGE_KINDS),
            "message_states": named(states.MESSAGE_STATES),
            "delivery_states": named(states.DELIVERY_STATES),
            "channels": named(CHANNELS),
            "goals": named(states.GOALS),
            "purposes": named(states.PURPOSES),
            "grounds": [ground | {"article": states.GROUNDS[ground["name"]]}
                        for ground in named(states.GROUNDS)],
            "origins": named(states.ORIGINS),
            "standings": named(states.STANDINGS),
            "machines": [{"name": code, "label": said(words, language)}
                         for code, words in states.MACHINES.items()],
        },
    }


_TERMS: Final = {language: _terms(language) for language in states.LANGUAGES}


@endpoint(bp, "GET", "/v1/fields", scope="", query=schemas.TermsQuery(), answer=schemas.Terms(),
          figures=True)
def list_fields(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Fields of contacts, organizations and leads, in the order in which people read them; and states; labels
    in English unless told.

    `personal` fields are masked for callers without the scope pii:read. `longest` is in characters. An open
    status is that of a lead that is worked on.
    """
    return _TERMS[query["language"]]
