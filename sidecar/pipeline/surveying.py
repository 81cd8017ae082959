"""What could be asked about leads, and what has been."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sidecar.engine import Engine
from sidecar.enrichment import priced
from sidecar.enrichment.model import Inputs, Operation, Provider
from sidecar.enrichment.money import Purse, highest
from sidecar.enrichment.planning import lacks, request_key
from sidecar.pipeline import spending
from sidecar.pipeline.breaking import failed
from sidecar.store import breakers, calls, facts
from sidecar.store.database import Cursor, Row

ERROR_TTL_SECONDS = 3600


class Lookup(NamedTuple):
    """One thing a provider could be asked about one lead; `others`: the keys by which the same could be asked
    with other words for whom it is about."""

    lead_id: str
    key: str
    provider: str
    operation: Operation
    subject_id: str
    params: dict[str, str]
    others: tuple[str, ...] = ()


def _lookups(engine: Engine, row: Row, providers: Mapping[str, Provider]) -> Iterable[Lookup]:
    secret = engine.settings.hash_key.encode()
    for provider, operation, ways in askable(row, providers, engine.settings.wanted_fields):
        key, *others = (request_key(provider, operation.name, way, secret) for way in ways)
        yield Lookup(row["lead_id"], key, provider, operation, row[operation.subject]["id"], ways[0],
                     tuple(others))


def askable(
    row: Row, providers: Mapping[str, Provider], wanted: Mapping[str, frozenset[str]]
) -> Iterable[tuple[str, Operation, list[dict[str, str]]]]:
    """Everything that could be asked about what a lead lacks of what is wanted, asked already or not:
    (provider, operation, the ways to ask, the best first)."""
    lacking = lacks(row, wanted)
    for provider in providers.values():
        for operation in provider.operations:
            if operation.provides.isdisjoint(lacking[operation.subject]):
                continue
            look = operation.lookup
            if not row[operation.subject].get("id"):
                continue
            ways = list(look.each(row)) if isinstance(look, Inputs) else [way for way in (look(row),) if way]
            if ways:
                yield provider.name, operation, ways


def possible_of(
    engine: Engine, known: list[Row], providers: Mapping[str, Provider]
) -> dict[str, dict[tuple[str, str], Lookup]]:
    """By lead id all that could be asked: (provider, operation) -> how."""
    return {
        row["lead_id"]: {
            (item.provider, item.operation.name): item for item in _lookups(engine, row, providers)
        }
        for row in known
    }


@dataclass(frozen=True)
class Survey:
    """What could be asked about leads, and what has been: read in a few queries for all of them."""

    possible: dict[str, dict[tuple[str, str], Lookup]]
    answered: dict[tuple[str, bool], Row]
    busy: dict[tuple[str, bool], str]
    states: dict[str, Row]
    removed: dict[str, set[str]]
    providers: Mapping[str, Provider]
    reserved: dict[tuple[str, bool], float]

    @classmethod
    def of(cls, engine: Engine, cursor: Cursor, known: list[Row]) -> Survey:
        providers = priced(engine.settings.provider_prices)
        possible = possible_of(engine, known, providers)
        keys = sorted({key for items in possible.values() for item in items.values()
                       for key in (item.key, *item.others)})
        states = breakers.provider_states(cursor)
        # In this order: what is answered meanwhile is seen as the one or the other.
        busy = calls.under_way(cursor, keys, ERROR_TTL_SECONDS)
        answers = calls.known_answers(cursor, keys, [name for name, state in states.items() if state["open"]])
        return cls(
            possible,
            {(row["request_key"], row["sandbox"]): row for row in answers},
            busy,
            states,
            facts.removed(cursor, subjects(known)),
            providers,
            spending.pending(cursor, keys),
        )

    def live(self, provider: str) -> bool:
        return bool(self.states.get(provider, {}).get("live"))

    def open(self, provider: str) -> bool:
        return bool(self.states.get(provider, {}).get("open"))

    def answer(self, item: Lookup) -> Row:
        """The cached answer to a lookup: {outcome, stale, holds_for …}, {} when there is none. What was found
        counts by whatever words it was asked for: what an answer tells may be a new way to ask the same."""
        sandbox = not self.live(item.provider)
        found = (answer for key in item.others if (answer := self.answered.get((key, sandbox)))
                 and answer["outcome"] == "found")
        return self.answered.get((item.key, sandbox)) or next(found, {})

    def status(self, item: Lookup) -> str | None:
        """The outcome of a lookup, planned | started | in_doubt while there is none, or None."""
        return self.answer(item).get("outcome") or self.busy.get((item.key, not self.live(item.provider)))

    def asked(self, lead_id: str, *, later: bool = False) -> dict[tuple[str, str], str]:
        """What planning must not ask again about this lead; `later`: when the providers that fail now answer
        again."""
        told = {}
        for name, item in self.possible[lead_id].items():
            status = self.status(item)
            if status and not (later and (failed(status) or self.answer(item).get("stale"))):
                told[name] = {"planned": "pending", "started": "pending", "in_doubt": "error"}.get(
                    status, status)
        # Who asked a provider not to be processed asked so whatever it is asked about them.
        refusing = {provider for (provider, _), status in told.items() if status == "refused"}
        for name, item in self.possible[lead_id].items():
            if item.provider in refusing and item.operation.subject == "contact":
                told[name] = "refused"
        return told

    def price(self, item: Lookup) -> float:
        """The most that asking may cost, in USD, without what is reserved for its answer that is pending."""
        most = highest(item.operation)
        return max(0.0, most - self.reserved.get((item.key, not self.live(item.provider)), 0.0))

    def too_dear(self, lead_id: str, purse: Purse) -> frozenset[tuple[str, str]]:
        """What could be asked about a lead if there were money for it: (provider, operation)."""
        if not purse.ceilings.any:
            return frozenset()
        return frozenset(
            name for name, item in self.possible[lead_id].items() if not purse.affords(
                lead_id, item.provider, not self.live(item.provider), self.price(item)))


def subjects(known: list[Row]) -> list[str]:
    """The contacts and organizations of leads."""
    return sorted({
        subject["id"] for row in known for subject in (row["contact"], row["organization"])
        if subject.get("id")})
