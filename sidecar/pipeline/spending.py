"""What providers may still cost: the ceilings of the settings against the ledger, and who pays for a call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS
from sidecar.enrichment.money import Purse, runway
from sidecar.store import breakers, calls
from sidecar.store import spending as store
from sidecar.store.database import Cursor, Row

lock = store.lock
pending = store.pending
lately = store.lately
settle_late = store.settle_late
LATELY: Final = 7  # days whose spending tells how long a ceiling lasts


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


class Month(NamedTuple):
    """What a provider cost this month in USD, as it is asked now, and for how many days the rest of its
    ceiling lasts; None: it has none, or nothing was spent lately."""

    cost: float
    runway_days: float | None


def months(engine: Engine, cursor: Cursor) -> dict[str, Month]:
    """The month of each provider."""
    live = {name for name, state in breakers.provider_states(cursor).items() if state["live"]}
    spent = {(row["provider"], row["sandbox"]): row["this_month"]
             for row in store.by_provider(cursor, month=True, without=[])}
    recent = lately(cursor, LATELY)
    found = {}
    for name in PROVIDERS:
        at = name, name not in live
        cost = spent.get(at, 0.0)
        found[name] = Month(cost, runway(
            engine.settings.ceilings.month.get(name), cost, recent.get(at, 0.0), LATELY))
    return found


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
