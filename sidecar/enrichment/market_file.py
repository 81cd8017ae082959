"""The file of a market: what must stand in it, and what is wrong where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sidecar.enrichment.offers import PLACES
from sidecar.scoring.validation import Problem, pointer, problems
from sidecar.terms.states import ENTITIES

# What a subject is called besides, and what it is.
SUBJECTS: Final = {"person": "contact", "company": "organization"}
_PRICE: Final = {"description": "a price in USD, from 0 to a million", "minimum": 0, "maximum": 1_000_000}
_CONFIDENCE: Final = {
    "description": "a number from 0 to 1", "type": ["number", "null"], "minimum": 0, "maximum": 1}
_NAME: Final = {"description": "a text", "type": "string", "minLength": 1}
_NAMES: Final = {"description": "a list of fields of a lead", "type": "array", "items": {"type": "string"}}
# Whatever else stands there is nothing that a market needs.
SCHEMA: Final = {
    "type": "object",
    "required": ["version", "providers", "leads"],
    "properties": {
        "version": {"description": "1", "const": 1},
        "providers": {"type": "array", "items": {
            "type": "object",
            "required": ["name", "operations"],
            "properties": {"name": _NAME, "operations": {"type": "array", "items": {
                "type": "object",
                "required": ["name", "subject", "provides", "price_found"],
                "properties": {
                    "name": _NAME,
                    "subject": {"enum": [*ENTITIES, *SUBJECTS]},
                    "needs": {"description": "a list of lists of fields of a lead", "type": ["array", "null"],
                              "items": _NAMES},
                    "provides": _NAMES,
                    "price_found": {**_PRICE, "type": "number"},
                    "price_missing": {**_PRICE, "type": ["number", "null"]},
                    "confidence": _CONFIDENCE,
                }}}},
        }},
        "leads": {"type": "array", "items": {
            "type": "object",
            "required": ["lead"],
            "properties": {
                "lead": {"type": "object"},
                "answers": {"description": "an object", "type": ["object", "null"], "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "outcome": {"enum": ["found", "not_found", "error"]},
                        "fields": {"description": "an object", "type": ["object", "null"]},
                        "confidence": _CONFIDENCE,
                    }}}},
        }},
    },
}


def faults(document: Any) -> list[Problem]:
    """What is wrong with the file of a market; empty when it can be gone through. Never raises."""
    return problems(document, SCHEMA) or list(_of_names(document))


def _of_names(document: dict[str, Any]) -> Iterator[Problem]:
    """Names that stand twice, and needs that nothing can meet."""
    providers: set[str] = set()
    for place, provider in enumerate(document["providers"]):
        if provider["name"] in providers:
            yield Problem(pointer("providers", place, "name"), f"{provider['name']} is there already")
        providers.add(provider["name"])
        operations: set[str] = set()
        for number, operation in enumerate(provider["operations"]):
            where = ("providers", place, "operations", number)
            if operation["name"] in operations:
                yield Problem(pointer(*where, "name"), f"{operation['name']} is there already")
            operations.add(operation["name"])
            for alternative, need in enumerate(operation.get("needs") or ()):
                yield from (Problem(pointer(*where, "needs", alternative), f"a lead has no field {name}")
                            for name in need if name not in PLACES)
