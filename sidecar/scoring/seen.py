"""What a score was made of, kept so that it can be made again, to the bit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from sidecar.jsons import as_json
from sidecar.terms.fields import SCORED


def seen(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The facts that rules may look at, of those that are known: {"contact", "organization", "lead"}."""
    return {kind: {name: value for name in names if (value := known.get(name)) is not None}
            for kind, names in SCORED.items() for known in (facts.get(kind) or {},)}


def digest(value: Any) -> str:
    """Tells whether two JSON values are the same (128 bits of BLAKE2b)."""
    return blake2b(as_json(value, str), digest_size=16).hexdigest()


def machines(events: Iterable[Mapping[str, Any]]) -> dict[str, list[int]] | None:
    """Of events in their order, those that a machine did: reason: places. None when there are none."""
    found: dict[str, list[int]] = {}
    for place, event in enumerate(events):
        if reason := event.get("machine"):
            found.setdefault(reason, []).append(place)
    return found or None


def marks(machine: Mapping[str, list[int]] | None) -> dict[int, str]:
    """What `machines` tells, by place."""
    return {place: reason for reason, places in (machine or {}).items() for place in places}


def then_known(
    facts: Mapping[str, Any], prediction: Any, events: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """The facts that scoring reads, of what was kept."""
    return {**facts, "events": list(events), "prediction": prediction}
