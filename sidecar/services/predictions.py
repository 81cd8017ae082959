"""Predictive models: trained on the store's outcomes, published when they are better, withdrawn.

Training reads, works out, and writes once at its end: a kill loses nothing, and it may be begun again at any
time. It needs scikit-learn and up to a minute, so requests have it done by a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from threading import Thread
from typing import Any

from sidecar.engine import Engine
from sidecar.errors import Conflict, NotFound
from sidecar.pipeline.scoring import models_in_force
from sidecar.scoring import score
from sidecar.scoring.ml.picture import picture
from sidecar.scoring.ml.prediction import NEEDED, Prophet, rule_points
from sidecar.services.audit import Actor, record
from sidecar.store import predictions as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged

MOST_LEADS = 20_000  # the latest that ended
_KEPT = 100  # models that are not in force
_TAKES = 300  # seconds
CANNOT_TRAIN = ("Training needs scikit-learn, which is not installed here (the sidecar's image has it):"
                " pip install 'enrichment-engine[ml]'.")


def can_train() -> bool:
    """Whether what trains is installed here."""
    return find_spec("sklearn") is not None


def begin(engine: Engine, *, by: Actor) -> dict[str, Any]:
    """Train in a process of its own, that lives as long as it takes: {training, conversions, needed}. Raises
    Conflict where it cannot, or where this was done just now."""
    if not can_train():
        raise Conflict(CANNOT_TRAIN)
    if not engine.cache.first_in("training", _TAKES):
        raise Conflict("A model is being trained, or was within the last five minutes.")
    with engine.database.write() as cursor:
        record(cursor, by, "prediction.training", "ml_model", "new")
        told = {"training": True, "conversions": store.conversions(cursor), "needed": NEEDED}
    _begin_process(by.name)
    return told


def _begin_process(by: str) -> None:
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "sidecar", "ml", "train", "--by", by], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, start_new_session=True)
    Thread(target=process.wait, daemon=True).start()  # so that its end is noticed


def train(engine: Engine, *, by: Actor) -> Row:
    """Learn from the outcomes of leads, and put what was learnt in force where it is better on later leads
    than what is: the model as the API tells it. Raises Conflict where it cannot, or where another model was
    put in force meanwhile."""
    if not can_train():
        raise Conflict(CANNOT_TRAIN)
    from sidecar.scoring.ml.learning import Example, learn

    with engine.database.read() as cursor:
        models = models_in_force(cursor)
        examples = []
        for row in store.examples(cursor, MOST_LEADS):
            told = {**row["facts"], "events": row["events"], "prediction": None}
            points = rule_points(score(told, models.of(told, row["at"]), row["at"]))
            examples.append(Example(told, row["at"], row["won"], points))
        before = store.in_force(cursor, None)
    prophet = Prophet(before["version"], before["learnt"]) if before and before["learnt"] else None
    lesson = learn(examples, prophet)
    now = engine.now()
    with engine.database.write() as cursor:
        store.lock(cursor)
        meanwhile = store.in_force(cursor, None)
        if (meanwhile and meanwhile["version"]) != (before and before["version"]):
            raise Conflict("Another model was put in force meanwhile; train again.")
        row = store.add(cursor, learnt=lesson.learnt, report=lesson.report, reason=lesson.reason, by=by.name,
                        at=now)
        if lesson.better:
            store.publish(cursor, row["id"], by.name, now)
            record(cursor, by, "prediction.published", "ml_model", str(row["id"]),
                   after={"model_version": row["version"]})
        store.forget_older(cursor, _KEPT)
        return _shown(_found(cursor, row["id"]))


def listed(
    engine: Engine, *, limit: int, after: int | None
) -> tuple[list[Row], list[Any] | None]:
    """(models with their reports, where the next page begins or None), the newest first."""
    with engine.database.read() as cursor:
        rows, following = paged(store.page(cursor, limit + 1, after), limit)
    return [_shown(row) for row in rows], following


def read(engine: Engine, model_id: int) -> Row:
    """One model with its report and a picture of it. Raises NotFound."""
    with engine.database.read() as cursor:
        row = _found(cursor, model_id)
    return _shown(row) | {"picture": picture(row["report"]) if row["state"] != "waiting" else None}


def publish(engine: Engine, model_id: int, *, by: Actor) -> Row:
    """Put a model in force. Raises NotFound, Conflict where nothing was learnt or it is in force."""
    with engine.database.write() as cursor:
        store.lock(cursor)
        row = _found(cursor, model_id, lock=True)
        if row["state"] == "published":
            raise Conflict("This model is in force already.")
        if row["state"] == "waiting":
            raise Conflict(row["reason"])
        store.publish(cursor, model_id, by.name, engine.now())
        record(cursor, by, "prediction.published", "ml_model", str(model_id),
               after={"model_version": row["version"]})
        return _shown(_found(cursor, model_id))


def withdraw(engine: Engine, model_id: int, *, by: Actor) -> Row:
    """Take a model out of force: leads get no bonus until another one is. Raises NotFound, Conflict where it
    is not in force."""
    with engine.database.write() as cursor:
        store.lock(cursor)
        row = _found(cursor, model_id, lock=True)
        if row["state"] != "published":
            raise Conflict("This model is not in force.")
        store.withdraw(cursor, by.name, engine.now())
        record(cursor, by, "prediction.withdrawn", "ml_model", str(model_id),
               before={"model_version": row["version"]})
        return _shown(_found(cursor, model_id))


def _found(cursor: Cursor, model_id: int, *, lock: bool = False) -> Row:
    row = store.get(cursor, model_id, lock=lock)
    if row is None:
        raise NotFound("There is no such model.")
    return row


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "version"} | {
        "model_version": row["version"]}
