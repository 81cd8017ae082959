"""Which of several models scores a lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sidecar.scoring.conditions import compiled
from sidecar.scoring.subject import Subject

Document = Mapping[str, Any]


def choose(models: Iterable[Document], facts: Mapping[str, Any], now: datetime) -> Document | None:
    """The model for a lead with these facts: of those whose condition `applies_to` holds (without one it
    always does) that of the highest `priority` (0 where none is said), of equals one that has a condition
    before one that has none, then the first by version. None if none applies."""
    subject = Subject(facts, now)
    return next((model for model in ranked(models)
                 if "applies_to" not in model or compiled(model["applies_to"])(subject)), None)


def ranked(models: Iterable[Document]) -> list[Document]:
    """Models in the order in which they are asked."""
    return sorted(models, key=lambda model: (
        -model.get("priority", 0), "applies_to" not in model, model["version"]))
