"""Which events a change causes. An event names the lead and says what changed, never who it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from sidecar.intake import Writes
from sidecar.terms.states import ENTITIES, LET_GO_AS


class Event(TypedDict):
    """A lead's event, or, of a raw lead that was refused, the reject's. `data`: what changed."""

    type: str
    lead_id: str | None
    reject_id: str | None
    data: dict[str, Any]


def _event(kind: str, lead_id: str, **data: Any) -> Event:
    return {"type": kind, "lead_id": lead_id, "reject_id": None, "data": data}


def of_intake(writes: Writes) -> list[Event]:
    """Leads that are new, known ones whose people refuse something else now, and raw ones that were refused.
    """
    refused: list[Event] = [
        {"type": "lead.refused", "lead_id": None, "reject_id": row["id"], "data": {"source": row["source"]}}
        for row in writes.intake if row["outcome"] == "rejected"]
    return [_event("lead.created", row["id"]) for row in writes.new_leads] + of_refusals(
        {row["lead_id"]: row["refused"] for row in writes.permissions if row["changed"]}) + refused


def of_refusals(changed: Mapping[str, Iterable[str]]) -> list[Event]:
    """Leads (lead id -> what is refused now) whose people refuse more or less than before."""
    return [_event("lead.refusals_changed", lead_id, refused=sorted(refused))
            for lead_id, refused in changed.items()]


def of_enrichment(known: Iterable[Mapping[str, Any]], told: Mapping[str, set[str]]) -> list[Event]:
    """Leads (their facts) of whose contact or organization providers told something: told, id -> providers.
    """
    events = []
    for row in known:
        providers = set().union(*(told.get(row[kind].get("id", ""), ()) for kind in ENTITIES))
        if providers:
            events.append(_event("lead.enriched", row["lead_id"], providers=sorted(providers)))
    return events


def of_employer(lead_ids: Iterable[str], provider: str) -> list[Event]:
    """Leads whose person has another employer now, as a provider told."""
    return [_event("lead.employer_changed", lead_id, provider=provider) for lead_id in lead_ids]


def of_score(
    lead_id: str, before: str | None, after: str, total: float, *, is_test: bool = False
) -> list[Event]:
    """A lead that was scored, and became hot or is it no more; its grade before and after. Of one that only
    tries a form out nobody is told that it became hot."""
    kinds = ["lead.scored"]
    if after == "hot" and before != "hot" and not is_test:
        kinds.append("lead.became_hot")
    if before == "hot" and after != "hot":
        kinds.append("lead.cooled")
    return [_event(kind, lead_id, score=total, grade=after, previous_grade=before) for kind in kinds]


def of_edit(lead_id: str, before: Mapping[str, Any], changed: Mapping[str, Any]) -> list[Event]:
    """A lead whose status changed, also to won."""
    if "status" not in changed:
        return []
    events = [_event("lead.status_changed", lead_id, status=changed["status"],
                     previous_status=before["status"])]
    return [*events, _event("lead.won", lead_id)] if changed["status"] == "converted" else events


def of_assignments(lead_ids: Iterable[str]) -> list[Event]:
    """Leads that got another owner (who that is, is told to those alone who may see people)."""
    return [_event("lead.assigned", lead_id) for lead_id in lead_ids]


def of_touches(touched: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Hot leads that somebody claimed, or was in contact with the person of, for the first time since they
    became hot (`store.following.touch`)."""
    return [
        _event(f"lead.{kind}", row["lead_id"], minutes=round((row[kind] - row["at"]).total_seconds() / 60, 1))
        for row in touched for kind in ("claimed", "contacted") if row[kind]]


def of_leaving(leaving: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Leads that left their run dead, or that their flow let go: on purpose, or by passing them by."""
    return [
        _event("lead.dead" if left["stage"] == "dead" else "lead.let_go", left["lead_id"], code=left["code"])
        for left in leaving
        if left["stage"] in ("dead", "let_go") or left["code"] in LET_GO_AS]
