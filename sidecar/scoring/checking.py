"""Is this JSON document a scoring model?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sidecar.jsons import as_json
from sidecar.scoring import conditions
from sidecar.scoring.rules import KINDS
from sidecar.scoring.schema import COMPONENTS, INTENT, model_schema
from sidecar.scoring.subject import hundredths
from sidecar.scoring.validation import Problem, pointer, problems
from sidecar.terms.fields import FIELDS

# Place -> all values there are, of the fields that have a vocabulary.
VOCABULARIES: Final = {f"{field.entity}.{field.name}": field.choices for field in FIELDS if field.choices}
# What reasons say that are no rule's.
RESERVED: Final = ("empty", "floor", "cap", "rounding", "machine")
# The content of models that were found good: the one in force is checked again and again.
_GOOD: Final[set[bytes]] = set()
_MOST_GOOD: Final = 64


def check_model(model: object) -> list[Problem]:
    """What is wrong with a model, each with a JSON pointer; empty when it can be used. Never raises.

    First by its schema; where that has nothing to say, what no schema can tell: names that are taken, ranges
    that are none, values that never come, what would fade at once.
    """
    try:
        content = as_json(model)
    except (TypeError, ValueError, RecursionError):  # it is no JSON: its problems say where
        content = b""
    if content in _GOOD:
        return []
    found = problems(model, model_schema()) or list(_semantics(model))
    if not found:
        if len(_GOOD) >= _MOST_GOOD:
            _GOOD.clear()
        _GOOD.add(content)
    return found


def _semantics(model: Any) -> Iterator[Problem]:
    thresholds = model["thresholds"]
    if not hundredths(thresholds["warm"]) < hundredths(thresholds["hot"]):
        yield Problem("/thresholds/warm", "must be below hot")
    for axis, quarters in model.get("rating", {}).items():
        if not quarters[0] > quarters[1] > quarters[2]:
            yield Problem(f"/rating/{axis}", "must fall from class to class")
    if "applies_to" in model:
        yield from check_condition(model["applies_to"], "applies_to")
    for name in COMPONENTS:
        component = model["components"][name]
        taken: set[str] = {*RESERVED, *component.get("groups", {})}
        for group in component.get("groups", {}):
            if group in RESERVED:
                yield Problem(pointer("components", name, "groups", group), "is a name of the engine's own")
        for place, rule in enumerate(component["rules"]):
            at = ("components", name, "rules", place)
            if rule["name"] in taken:
                yield Problem(pointer(*at, "name"), f"the name {rule['name']} is taken")
            taken.add(rule["name"])
            yield from _rule(rule, component, at)


def _rule(rule: Mapping[str, Any], component: Mapping[str, Any], at: tuple[str | int, ...]
          ) -> Iterator[Problem]:
    kind, inside = KINDS[rule["kind"]], at[1] in INTENT
    for found in kind.check(rule):
        yield Problem(pointer(*at) + found.pointer, found.detail)
    if kind.of_events and not inside:
        yield Problem(pointer(*at, "kind"), f"{kind.name} counts events: only {' and '.join(INTENT)} do that")
    if "group" in rule and rule["group"] not in component.get("groups", {}):
        yield Problem(pointer(*at, "group"), f"there is no group {rule['group']} in this component")
    for place, one in enumerate(rule.get("cases", ())):
        yield from _values(one.get("values", ()), rule["facts"], *at, "cases", place, "values")
    if "when" in rule:
        yield from check_condition(rule["when"], *at, "when")
        for where, leaf in conditions.leaves(rule["when"], *at, "when"):
            if "event" in leaf and not inside:
                yield Problem(pointer(*where), f"only {' and '.join(INTENT)} look at events")
            elif "days" in leaf:
                yield Problem(pointer(*where, "days"), "points would end at once with the window: take a rule"
                              " of kind count, recency or event, which fade")


def check_condition(condition: Any, *at: str | int) -> Iterator[Problem]:
    """What is wrong, beyond the schema, with the condition at a place of a document: also values that a fact
    never has."""
    yield from conditions.semantics(condition, *at)
    for where, leaf in conditions.leaves(condition, *at):
        for name in ("is", "in"):
            if name in leaf:
                wanted = leaf[name] if name == "in" else [leaf[name]]
                yield from _values(wanted, [leaf["fact"]], *where, name)


def _values(wanted: Sequence[Any], places: Sequence[str], *at: str | int) -> Iterator[Problem]:
    """Values that a fact never has: the rule would be silent."""
    if wanted and all(place in VOCABULARIES for place in places):
        there_are = {value for place in places for value in VOCABULARIES[place]}
        for value in wanted:
            if value not in there_are:
                yield Problem(pointer(*at), f"{places[0]} is never {str(value)[:50]}, but one of"
                              f" {', '.join(value for place in places for value in VOCABULARIES[place])}")
