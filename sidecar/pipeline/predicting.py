"""What the predictive model in force says of a lead that is being scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sidecar.scoring import score
from sidecar.scoring.compiling import Model
from sidecar.scoring.ml.prediction import Prophet, rule_points, waiting
from sidecar.store import predictions
from sidecar.store.database import Cursor

# (facts, scoring model, now) -> {points, text, version}, or None.
Foretell = Callable[[Mapping[str, Any], Model, datetime], dict[str, Any] | None]

# The model that this process used last: it is read anew only where another one is in force.
_ready: tuple[int, Prophet] | None = None


def prophet_in_force(cursor: Cursor) -> Foretell:
    """What tells a lead's prediction; None for all while nobody has trained."""
    global _ready
    row = predictions.in_force(cursor, _ready and _ready[0])
    if row is None:
        return lambda told, model, now: None
    if row["state"] == "waiting":
        said = waiting(row["report"]["conversions"])
        return lambda told, model, now: said
    if _ready is None or _ready[0] != row["id"]:
        _ready = row["id"], Prophet(row["version"], row["learnt"])
    prophet = _ready[1]

    def foretell(told: Mapping[str, Any], model: Model, now: datetime) -> dict[str, Any]:
        return prophet.predict(told, rule_points(score(told, model, now)), now)

    return foretell
