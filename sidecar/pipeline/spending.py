"""What providers may still cost: the ceilings of the settings against the ledger, and who pays for a call."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sidecar.engine import Engine
from sidecar.enrichment.money import Purse
from sidecar.store import calls
from sidecar.store import spending as store
from sidecar.store.database import Cursor, Row

lock = store.lock
pending = store.pending
lately = store.lately
settle_late = store.settle_late


def purse(engine: Engine, cursor: Cursor, lead_ids: list[str], without: Sequence[str] = ()) -> Purse:
    """What may be spent now for these leads; `without`: calls that are not counted. Under the lock nobody
    else spends anything meanwhile."""
    ceilings, apart = engine.settings.ceilings, list(without)
    made = Purse(ceilings)
    if not ceilings.any:
        return made
    if ceilings.lead < float("inf"):
        made.leads = store.by_lead(cursor, lead_ids, apart)
    for row in store.by_provider(cursor, month=bool(ceilings.month), without=apart):
        made.months[row["provider"], row["sandbox"]] = row["this_month"]
        made.days[row["sandbox"]] = made.days.get(row["sandbox"], 0.0) + row["today"]
    return made


def payers(engine: Engine, cursor: Cursor, rows: list[Row], asking: Collection[str]) -> dict[str, str | None]:
    """Who pays for planned calls that are about to start: {call id: lead id}: the lead for which a call was
    reserved, else the first in the flow that can; those that no ceiling allows any more are dropped."""
    if not engine.settings.ceilings.any or not any(row["price"] for row in rows):
        return {row["call_id"]: next(iter(_ready(row, asking)), None) for row in rows}
    store.lock(cursor)
    now = purse(engine, cursor, sorted(asking), [row["call_id"] for row in rows])
    found = {row["call_id"]: now.pay(_ready(row, asking), row["provider"], row["sandbox"], row["price"])
             for row in rows}
    calls.drop(cursor, [call_id for call_id, lead_id in found.items() if lead_id is None])
    return {call_id: lead_id for call_id, lead_id in found.items() if lead_id}


def _ready(row: Row, asking: Collection[str]) -> list[str]:
    """The leads of a call that are in the flow, the one for which it was reserved first."""
    return sorted((lead_id for lead_id in row["lead_ids"] if lead_id in asking),
                  key=lambda lead_id: lead_id != row["lead_id"])
