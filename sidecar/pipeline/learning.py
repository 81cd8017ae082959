"""What planning learns of the ledger, and what it goes by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sidecar.engine import Engine
from sidecar.enrichment import PROVIDERS, priced
from sidecar.enrichment.learning import LOOKED_AT, Learnt, lesson
from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.offers import Offer, offers_of
from sidecar.enrichment.planner import Planner
from sidecar.pipeline.scoring import model_in_force
from sidecar.pipeline.watching import note_lessons
from sidecar.scoring.bounds import Scorecard
from sidecar.store import facts
from sidecar.store import learning as store
from sidecar.store.database import Cursor, Row
from sidecar.terms.states import ENTITIES

# So many answers at once; of more the latest tell enough.
_ANSWERS = 1000


def learn(engine: Engine) -> bool:
    """Learn from what was answered and corrected since this was done last; one process at a time. False when
    another one does.

    What was learnt and how far the ledger was read are one transaction: after a kill it is read again.
    """
    offers = offers_of(priced(engine.settings.provider_prices))
    with engine.database.write() as cursor:
        begun = store.begin(cursor)
        if begun is None:
            return False
        since, ends = begun["read_to"], begun["ends"]
        answers = store.answered(cursor, since, ends, _ANSWERS)
        corrections = store.corrected(cursor, since, ends)
        if answers or corrections:
            learnt = Learnt.of(offers, begun["state"])
            _learn(cursor, learnt, {offer.name: offer for offer in offers}, answers)
            for row in corrections:
                if learnt.counts(_name(row), sandbox=row["sandbox"]):
                    learnt.beliefs.correct(_name(row), 1.0)
            store.save(cursor, learnt.state(), ends)
    return True


def _learn(cursor: Cursor, learnt: Learnt, offers: dict[str, Offer], answers: Sequence[Row]) -> None:
    told_of = {kind: {row[kind] for row in answers if row[kind]} for kind in ENTITIES}
    stated = {kind: facts.load_provenance(cursor, kind, ids) for kind, ids in told_of.items()}
    known = {kind: facts.values(cursor, kind, ids, LOOKED_AT[kind]) for kind, ids in told_of.items()}
    planner = Planner(list(offers.values()), Scorecard(model_in_force(cursor)), learnt.beliefs, "decision",
                      frozenset())
    lessons = []
    for row in answers:
        offer = offers.get(_name(row))
        if offer is None or not learnt.counts(offer.name, sandbox=row["sandbox"]):
            continue
        about = {kind: row[kind] for kind in ENTITIES if row[kind]}
        taught = lesson(
            row, offer,
            {kind: [FieldValue(**value) for value in stated[kind].get(entity, ())]
             for kind, entity in about.items()},
            {kind: known[kind].get(entity, {}) for kind, entity in about.items()},
            [(name, outcome == "found") for name, outcome in row["history"] if name in offers], PROVIDERS)
        planner.learn(taught)
        lessons.append((taught, row["answered_at"]))
    note_lessons(cursor, lessons)


def _name(row: Row) -> str:
    return f"{row['provider']}.{row['operation']}"


@dataclass(frozen=True)
class _Read:
    """What this process planned by last."""

    version: str
    priors: dict[str, float]
    learnt: Learnt


_read: _Read | None = None


def what_is_learnt(cursor: Cursor, offers: Iterable[Offer]) -> Learnt:
    """What planning goes by, not to be changed; read anew only where somebody learnt since."""
    global _read
    offers = list(offers)
    priors = {offer.name: offer.hit_rate for offer in offers}
    last = _read if _read and _read.priors == priors else None
    row = store.state(cursor, last.version if last else None)
    if row is None:
        return Learnt.of(offers, None)
    if last is None or row["version"] != last.version:
        _read = last = _Read(row["version"], priors, Learnt.of(offers, row["state"]))
    return last.learnt
