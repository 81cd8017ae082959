"""The steps of a run: they act on the leads that they are given, and answer references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sidecar.engine import Engine
from sidecar.intake.refusals import may
from sidecar.pipeline import yielding
from sidecar.pipeline.intake import lead_url
from sidecar.store import work
from sidecar.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Step:
    """A step at work: its transaction, the leads that it was given, and those of them that its run has."""

    engine: Engine
    cursor: Cursor
    batch_id: str
    lane: str | None
    given: list[str]
    held: list[work.Held]

    @property
    def lead_ids(self) -> list[str]:
        """The leads to act on."""
        return [lead["lead_id"] for lead in self.held]

    def results(self, outcomes: Mapping[str, tuple[str, str]] | None = None) -> list[dict[str, Any]]:
        """References of all leads that were given; outcomes: lead id -> (retry | dead, code). Of those that
        its run has not, another's are `elsewhere`, all else is `finished`."""
        told: dict[str, tuple[str, str | None]] = dict.fromkeys(self.lead_ids, ("ok", None))
        told.update(outcomes or {})
        return [
            reference(self.engine, self.batch_id, row, *told.get(row["lead_id"]) or (
                ("elsewhere", "another_run") if row["batch_id"] else ("finished", row["stage"])))
            for row in work.references(self.cursor, self.given)]


@contextmanager
def step(
    engine: Engine, name: str, batch_id: str, lead_ids: list[str], *, changes_people: bool = False,
    leaving: bool = False, lease_seconds: int | None = None,
) -> Iterator[Step]:
    """A step of a run: one transaction, in which the leases of its leads are renewed and no other step has
    them. A step on many leads lets people pass first. A lease that ran out is taken up again when nobody
    else has the lead. `leaving`: all of its leads leave their run."""
    given = list(dict.fromkeys(lead_ids))
    yielding.let_pass(engine, len(given))
    with engine.database.write() as cursor:
        if changes_people:
            work.lock_people(cursor, given)
        lane, held = work.take(
            cursor, batch_id, given, name, lease_seconds or engine.settings.lease_seconds,
            planned=name == "plan", scored=name == "score", leaving=leaving)
        yield Step(engine, cursor, batch_id, lane, given, held)


def reference(
    engine: Engine, batch_id: str | None, row: Mapping[str, Any], outcome: str = "ok",
    code: str | None = None,
) -> dict[str, Any]:
    """What n8n gets of a lead."""
    told = dict(row)
    refused = told.pop("refused")
    return {
        **told, "batch_id": batch_id, "lead_url": lead_url(engine, row["lead_id"]),
        **may(refused), "outcome": outcome, "code": code,
    }


def hold(engine: Engine, batch_id: str, lead_ids: list[str], minutes: int) -> dict[str, Any]:
    """Keep leads for a run that is going to wait: {results}."""
    with step(engine, "hold", batch_id, lead_ids, lease_seconds=60 * minutes) as at_work:
        return {"results": at_work.results()}


def skip_enrichment(engine: Engine, batch_id: str, lead_ids: list[str]) -> dict[str, Any]:
    """Let no provider be asked about leads in this run: {results}."""
    with step(engine, "skip_enrichment", batch_id, lead_ids) as at_work:
        work.skip_enrichment(at_work.cursor, at_work.lead_ids)
        return {"results": at_work.results()}
