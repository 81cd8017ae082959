"""A lead's receipt: what was asked about it, why, what it cost, what it changed, and why it stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.model import Provider
from sidecar.enrichment.offers import Offer
from sidecar.terms import label
from sidecar.terms.states import Stop

WHY_STOPPED: Final[Mapping[Stop, str]] = MappingProxyType({
    "settled": "No answer could change the grade any more.",
    "not_worth": "The chance that an answer would change the grade was not worth its price.",
    "known": "All that is wanted is known.",
    "nothing_left": "Nobody is left who might tell more.",
    "ceiling": "A ceiling of money was reached; what could still be asked costs more than is left.",
    "waiting": "A provider still owed an answer.",
    "refused": "The person refused that anybody is asked about them.",
    "skipped": "The workflow left enrichment out.",
})
_GIVEN_UP: Final = "A provider owed an answer, and was waited for long enough."
_OUTCOMES: Final = {
    "found": "answered", "not_found": "found nothing", "pending": "was still looking",
    "late": "was still looking, and answered when it was asked again",
    "throttled": "asked to wait",
    "quota": "its quota is used up", "auth": "refused the key", "refused": "may not tell of this person",
    "invalid": "could not use the question", "error": "failed", "in_doubt": "never answered",
    "erased": "was erased"}
AT_ONCE: Final = timedelta(seconds=30)  # the clocks of the engine and its database may be apart


def why_stopped(stopped: Stop | None, stage: str | None) -> str | None:
    """Why no more is asked about a lead of this stage, in words; None where nothing was planned."""
    if stopped == "waiting" and stage == "done":
        return _GIVEN_UP
    return WHY_STOPPED[stopped] if stopped else None


def changed_by(
    calls: Iterable[Mapping[str, Any]], counting: Mapping[str, Iterable[FieldValue]],
    offers: Mapping[tuple[str, str], Offer],
) -> dict[str, list[str]]:
    """Which fields count now because of which call: {call id: [places, such as "contact.job_title"]}.

    `counting`: by entity the values that count. A value belongs to that call of its source which asked for
    such a field and was answered when it was observed; of several to one about the entity itself.
    """
    found = [call for call in calls if call["outcome"] == "found" and call["answered_at"]]
    told: dict[str, list[str]] = {}
    for entity, values in counting.items():
        for value in values:
            place = f"{entity}.{value.field}"
            asked = [
                call for call in found if call["provider"] == value.source
                and abs(call["answered_at"] - value.observed_at) < AT_ONCE
                and (offer := offers.get((call["provider"], call["operation"]))) and place in offer.changes]
            if asked and value.value is not None:
                best = min(asked, key=lambda call: (call["subject_kind"] != entity, call["call_id"]))
                told.setdefault(best["call_id"], []).append(place)
    return {call_id: sorted(places) for call_id, places in told.items()}


def sentence(call: Mapping[str, Any], provider: Provider | None, lead_id: str, changed: list[str]) -> str:
    """One call in words: who was asked, why, what came of it, what it cost."""
    title = provider.title if provider else label(call["provider"])
    about = "the person" if call["subject_kind"] == "contact" else "the company"
    outcome = _OUTCOMES.get(call["outcome"] or call["state"], "has not answered yet")
    asked = f"{title} was asked about {about} ({label(call['operation']).lower()})"
    parts = [f"{asked}{_why(call['reason'])}: it {outcome}"]
    if changed:
        parts.append("and told " + ", ".join(label(place.partition(".")[2]).lower() for place in changed))
    price = f"{call['price']:.4f}".rstrip("0").rstrip(".") or "0"
    money = "nothing" if not call["price"] else f"{price} USD"
    paid = "" if call["lead_id"] in (None, lead_id) or not call["price"] else ", paid for another lead"
    return f"{' '.join(parts)}. It cost {money}{paid}." + (
        " The sandbox answers: this is play money." if call["sandbox"] and call["price"] else "")


def _why(reason: Mapping[str, Any]) -> str:
    if "change" in reason:
        return (f" because the grade was {reason['doubt']:.0%} uncertain, of which it might settle"
                f" {reason['change']:.0%}")
    if reason.get("missing"):
        return " for " + ", ".join(label(name).lower() for name in reason["missing"])
    return ""
