"""What turns out to be wrong of what providers told: the operation that told it is trusted less, once for
each (pipeline/learning.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sidecar.enrichment import PROVIDERS
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.enrichment.offers import offers_of
from sidecar.enrichment.receipt import AT_ONCE, changed_by
from sidecar.pipeline.reaching import VERIFIERS
from sidecar.store import facts
from sidecar.store import learning as store
from sidecar.store.database import Cursor, Row
from sidecar.terms.fields import AGEING
from sidecar.terms.states import Correction

_OFFERS: Final = {(offer.provider, offer.operation): offer for offer in offers_of(PROVIDERS)}
_VERIFYING: Final = frozenset((name, operation.name) for name, operation in VERIFIERS)
# What was told of an address is not wrong that bounces after so long.
_HOLDS: Final = timedelta(days=AGEING["reach"].stale)


def edited(
    cursor: Cursor, kind: str, entity_id: str, counted: Mapping[str, FieldValue], said: Mapping[str, Any],
    changed: Iterable[str],
) -> None:
    """A person changed fields of a contact or an organization: what they say, and whose word counted before.
    """
    wrong = [value for name in changed if (value := counted.get(name)) and value.source in PROVIDERS
             and value.value != said[name]]
    if wrong:
        _correct(cursor, changed_by(store.found(cursor, [entity_id]), {kind: wrong}, _OFFERS), "edited")


def bounced(cursor: Cursor, contact_ids: Collection[str], now: datetime) -> None:
    """Mail to these contacts came back: who found the address, and who called it valid."""
    if not contact_ids:
        return
    calls: dict[str, list[Row]] = {}
    for call in store.found(cursor, contact_ids):
        if call["answered_at"] > now - _HOLDS:
            calls.setdefault(call["subject_id"], []).append(call)
    stated = facts.load_provenance(cursor, "contact", calls)
    known = facts.values(cursor, "contact", calls, ("email_status",))
    wrong: dict[str, list[str]] = {}
    for contact_id, own in calls.items():
        address = winners(FieldValue(**row) for row in stated.get(contact_id, ())).get("email")
        if address:
            wrong |= changed_by(own, {"contact": [address]}, _OFFERS)
        verified = [call for call in own if (call["provider"], call["operation"]) in _VERIFYING]
        if verified and known[contact_id].get("email_status") == "valid":
            wrong[verified[-1]["call_id"]] = ["contact.email_status"]
    _correct(cursor, wrong, "bounced")


def wrong_subject(cursor: Cursor, entity_id: str, provider: str, answer: Row | None = None) -> None:
    """What a provider found about a contact or an organization is about somebody else: an answer {operation,
    fetched_at}, or the latest of each operation."""
    latest = {
        call["operation"]: call["call_id"] for call in store.found(cursor, [entity_id])
        if call["provider"] == provider and call["subject_id"] == entity_id and (answer is None or (
            call["operation"] == answer["operation"]
            and abs(call["answered_at"] - answer["fetched_at"]) < AT_ONCE))}
    _correct(cursor, {call_id: [""] for call_id in latest.values()}, "wrong_subject")


def _correct(cursor: Cursor, wrong: Mapping[str, Iterable[str]], cause: Correction) -> None:
    store.correct(cursor, [{"call_id": call_id, "place": place, "cause": cause}
                           for call_id, places in wrong.items() for place in places])
