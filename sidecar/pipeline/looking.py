"""Looking again at leads of whom something went stale: which, for how much, and what a run then asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime, timedelta
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.enrichment import priced
from sidecar.enrichment.freshness import Candidate, Seen, choose, edits, site_gone, stale
from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.model import Provider
from sidecar.enrichment.money import highest
from sidecar.enrichment.planner import Planner
from sidecar.enrichment.planning import Lookup
from sidecar.enrichment.providers.mail_domain import NO_MAIL
from sidecar.intake.refusals import may_enrich
from sidecar.pipeline.deciding import filling, planners
from sidecar.pipeline.surveying import askable
from sidecar.store import calls, facts, intake, looks
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import ENTITIES

EVERY: Final = timedelta(days=30)  # a lead of which no signal came
_LASTS: Final = timedelta(hours=20)  # a look: whatever the lead is planned for meanwhile belongs to it


def look_again(engine: Engine, *, limit: int, after: str | None) -> dict[str, Any]:
    """Queue those of the next open leads of whom something went stale: {looked, queued, paid, next}, `paid`
    may buy something, `next`: after which lead the rest follows, None at the end.

    All is looked for that is free; the paid calls of all of them together may cost a tenth of what the same
    leads cost at first.
    """
    now = engine.now()
    with engine.database.write() as cursor:
        rows = looks.due(cursor, now - EVERY, limit, after)
        known = [row for row in facts.load(cursor, [row["lead_id"] for row in rows])
                 if may_enrich(row["refused"], engine.settings.no_enrichment_after)]
        old = _stale(engine, cursor, known)
        costs = _costs(cursor, known, {row["lead_id"]: row for row in rows}, now)
        planner = planners(engine, cursor, ["fill"], scored=False)["fill"]
        chosen = choose([
            Candidate(row["lead_id"], *costs[row["lead_id"]],
                      _price(engine, planner, _without(row, fields), now), doubtful, min(fields.values()))
            for row in known for fields, doubtful in (old[row["lead_id"]],) if fields],
            sum(costs[row["lead_id"]][1] for row in known if not old[row["lead_id"]][0]))
        ceilings = {look.lead_id: look.ceiling for look in chosen}
        looks.save(cursor, [
            {"lead_id": row["lead_id"], "looked_at": now, "ceiling": ceilings.get(row["lead_id"], 0.0),
             "first_cost": costs[row["lead_id"]][0]} for row in known])
        paid = [lead_id for lead_id, ceiling in ceilings.items() if ceiling]
        calls.forget_answers(cursor, paid)
        intake.queue(cursor, sorted(ceilings), "bulk", engine.settings.bulk_batch)
    return {"looked": len(known), "queued": len(ceilings), "paid": len(paid),
            "next": rows[-1]["lead_id"] if len(rows) == limit else None}


Old = dict[tuple[str, str], datetime]
Providers = Mapping[str, Provider]


def _stale(engine: Engine, cursor: Cursor, known: list[Row]) -> dict[str, tuple[Old, bool]]:
    """By lead: what went stale, (entity, field) -> since when it is known; and whether by a signal."""
    ids = {kind: [row[kind]["id"] for row in known if row[kind].get("id")] for kind in ENTITIES}
    values = {entity: [FieldValue(**row) for row in rows] for kind in ENTITIES
              for entity, rows in facts.load_provenance(cursor, kind, ids[kind]).items()}
    signals: dict[str, list[Seen]] = {
        contact: [Seen("bounced", at)] for contact, at in looks.bounces(cursor, ids["contact"]).items()}
    for row in looks.latest_answers(cursor, ids["organization"], "home_page", "page"):
        if site_gone(row["status"], row["error"]):
            signals.setdefault(row["organization_id"], []).append(Seen("site_gone", row["at"]))
    for organization in ids["organization"]:
        signals.setdefault(organization, []).extend(
            Seen("mail_gone", value.observed_at) for value in values.get(organization, ())
            if value.field == "mail_host" and value.value == NO_MAIL)
    found = {}
    for row in known:
        company = signals.get(row["organization"].get("id", ""), [])
        old: Old = {}
        without: set[tuple[str, str]] = set()
        for kind in ENTITIES:
            entity = row[kind].get("id", "")
            said = values.get(entity, [])
            seen = [*signals.get(entity, ()), *edits(said), *company]
            old |= {(kind, name): at for name, at in stale(kind, said, engine.now(), seen).items()}
            without |= {(kind, name) for name in stale(kind, said, engine.now())}
        found[row["lead_id"]] = old, not old.keys() <= without
    return found


def _costs(
    cursor: Cursor, known: list[Row], before: Mapping[str, Row], now: datetime
) -> dict[str, tuple[float, float]]:
    """By lead, in USD: what it cost before the first look, and since the last one. What several leads needed
    cost the one that paid."""
    paid: dict[str, list[Row]] = {}
    for call in looks.costs(cursor, [row["lead_id"] for row in known]):
        paid.setdefault(call["lead_id"], []).append(call)
    found = {}
    for row in known:
        spent = paid.get(row["lead_id"], [])
        looked = before[row["lead_id"]]
        at = looked["looked_at"] or now
        since = sum(call["price"] for call in spent if call["at"] >= at)
        first = looked["first_cost"]
        found[row["lead_id"]] = (sum(call["price"] for call in spent) if first is None else first), since
    return found


def _without(row: Row, old: Iterable[tuple[str, str]]) -> Row:
    """A lead's facts without what is stale: it is to be found out anew."""
    gone = set(old)
    return row | {kind: {name: value for name, value in row[kind].items() if (kind, name) not in gone}
                  for kind in ENTITIES}


def _price(engine: Engine, planner: Planner, row: Row, now: datetime) -> float:
    """What the calls that are worth making would cost in USD, if they find something."""
    possible = {(provider, operation.name) for provider, operation, _ in askable(
        row, priced(engine.settings.provider_prices), engine.settings.wanted_fields)}
    return sum(step.offer.highest for step in filling(planner, row, possible, now) if step.offer)


def _cost(providers: Providers, lookup: Lookup) -> float:
    return highest(providers[lookup.provider].operation(lookup.operation))


class Looks:
    """The looks that a run belongs to: what it finds out anew, and what it may still spend."""

    def __init__(self, engine: Engine, cursor: Cursor, known: list[Row]) -> None:
        now = engine.now()
        self._open = looks.under_way(cursor, [row["lead_id"] for row in known], now - _LASTS)
        mine = [row for row in known if row["lead_id"] in self._open]
        self._old = _stale(engine, cursor, mine) if mine else {}
        self._providers = priced(engine.settings.provider_prices)
        spent = _costs(cursor, mine, {
            lead_id: look | {"first_cost": 0.0} for lead_id, look in self._open.items()}, now) if mine else {}
        self._left = {lead_id: look["ceiling"] - spent[lead_id][1] for lead_id, look in self._open.items()}

    def again(self) -> Looks:
        """The same looks, of which nothing is spent by others that go by these."""
        other = copy(self)
        other._left = dict(self._left)
        return other

    def __contains__(self, lead_id: str) -> bool:
        return lead_id in self._open

    def facts_of(self, known: list[Row]) -> list[Row]:
        """What counts as known."""
        return [_without(row, old[0]) if (old := self._old.get(row["lead_id"])) else row for row in known]

    def affordable(self, lead_id: str, lookups: Iterable[Lookup]) -> list[Lookup]:
        """Those that the look may still pay for; all, where there is none."""
        if lead_id not in self._left:
            return list(lookups)
        chosen = []
        for lookup in lookups:
            if (cost := _cost(self._providers, lookup)) <= self._left[lead_id]:
                self._left[lead_id] -= cost
                chosen.append(lookup)
        return chosen
