"""Refusals and consents that come by another way than a lead: events, staff, a merge, a new address."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sidecar.engine import Engine
from sidecar.intake.model import Key
from sidecar.intake.refusals import may_enrich
from sidecar.pipeline import stitching
from sidecar.store import intake, refusals, subscriptions
from sidecar.store.database import Cursor, Row
from sidecar.webhooks import of_refusals


def add(cursor: Cursor, rows: list[Row]) -> None:
    """Add statements (`row_of`) and work out what holds of their people."""
    refusals.add(cursor, rows)
    restate(cursor, {row["contact_id"] for row in rows if row["contact_id"]})


def restate(cursor: Cursor, contact_ids: Collection[str]) -> None:
    """Work out anew what holds of contacts of which statements were added, moved or taken away, and tell
    subscribers of what changed."""
    if not contact_ids:
        return
    tell(cursor, refusals.restate(cursor, contact_ids))


def tell(cursor: Cursor, changed: Mapping[str, Row]) -> None:
    """Tell subscribers what contacts refuse now, by contact id, who refused something else before."""
    if not changed:
        return
    leads = intake.leads_of(cursor, changed)
    subscriptions.tell(cursor, of_refusals({
        leads[contact_id]: refused for contact_id, refused in changed.items() if contact_id in leads}))


def take_over(engine: Engine, cursor: Cursor, contact_id: str, keys: Iterable[Key]) -> None:
    """A contact has these identity keys now: what was said of their addresses holds for it, and what is known
    to have been done by whoever has them was done by it."""
    hashes = {hash_of(engine, key): key for key in keys}
    refusals.take_over(
        cursor, contact_id, [key_hash for key_hash, key in hashes.items() if key[0] == "email"])
    restate(cursor, [contact_id])
    stitching.arrive(engine, cursor, dict.fromkeys(hashes, contact_id))


def hash_of(engine: Engine, key: Key) -> str:
    """The keyed hash by which an identity key is stored."""
    return engine.hash("suppression", *key)


def who_may_be_asked_about(engine: Engine, known: list[Row]) -> list[Row]:
    """The facts without those of people who refused it: about them and for them nothing is asked, and what is
    answered is not merged."""
    return [row for row in known if may_enrich(row["refused"], engine.settings.no_enrichment_after)]
