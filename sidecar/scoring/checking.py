"""Is this JSON document a scoring model?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidecar.scoring.default import COMPONENTS
from sidecar.scoring.fields import check_text, is_name, is_number
from sidecar.scoring.rules import KINDS
from sidecar.terms.fields import SCORED
from sidecar.terms.states import EVENTS, GRADES

_FACTS = frozenset(f"{kind}.{name}" for kind, names in SCORED.items() for name in names)
_THRESHOLDS = GRADES[:-1]


def check_model(model: object) -> list[str]:
    """What is wrong with a model, in words; empty when it can be used. Never raises."""
    if not isinstance(model, Mapping):
        return ["a model must be an object"]
    problems = _unknown(model, {"version", "thresholds", "components"})
    version = model.get("version")
    if not (isinstance(version, str) and version.strip() and len(version) <= 100):
        problems.append("version must be a text of 1 to 100 characters")
    problems += _check_thresholds(model.get("thresholds"))
    components = model.get("components")
    if not isinstance(components, Mapping) or set(components) != set(COMPONENTS):
        return [*problems, f"components must be exactly {', '.join(COMPONENTS)}"]
    for name in COMPONENTS:
        problems += [f"{name}: {problem}" for problem in _check_component(components[name])]
    return problems


def _check_thresholds(thresholds: object) -> list[str]:
    if not isinstance(thresholds, Mapping) or set(thresholds) != set(_THRESHOLDS):
        return [f"thresholds must be {' and '.join(_THRESHOLDS)}"]
    hot, warm = thresholds["hot"], thresholds["warm"]
    if is_number(hot, 0, 100) and is_number(warm, 0, 100) and warm < hot:
        return []
    return ["thresholds must be numbers from 0 to 100, warm below hot"]


def _check_component(component: object) -> list[str]:
    if not isinstance(component, Mapping):
        return ["must be an object"]
    problems = _unknown(component, {"weight", "empty", "rules"})
    weight = component.get("weight")
    if not (is_number(weight, 0, 1) and round(weight, 2) == weight):
        problems.append("weight must be a number from 0 to 1 with at most two decimals")
    problems += check_text(component, "empty")
    rules = component.get("rules")
    if not isinstance(rules, list):
        return [*problems, "rules must be a list"]
    seen: set[str] = set()
    for place, rule in enumerate(rules):
        problems += [f"rules/{place}: {problem}" for problem in _check_rule(rule, seen)]
    return problems


def _check_rule(rule: object, seen: set[str]) -> list[str]:
    if not isinstance(rule, Mapping):
        return ["must be an object"]
    name, kind = rule.get("name"), rule.get("kind")
    problems = [] if is_name(name) else ["name must be a name in lower case"]
    if isinstance(name, str):
        if name in seen:
            problems.append(f"the name {name} is taken")
        seen.add(name)
    if not isinstance(kind, str) or kind not in KINDS:
        return [*problems, f"kind must be one of {', '.join(sorted(KINDS))}"]
    known = KINDS[kind]
    return [*problems, *_unknown(rule, known.fields | {"name", "kind"}), *known.check(rule), *_unheard(rule)]


def _unheard(rule: Mapping[Any, Any]) -> list[str]:
    """Facts and events that never come: the rule would be silent."""
    facts, event = rule.get("facts"), rule.get("event")
    problems = [f"there is no fact {fact[:100]}" for fact in (facts if isinstance(facts, list) else [])
                if isinstance(fact, str) and fact not in _FACTS]
    if isinstance(event, str) and event not in EVENTS:
        problems.append(f"there is no event {event[:100]}")
    return problems


def _unknown(found: Mapping[Any, Any], fields: set[str] | frozenset[str]) -> list[str]:
    return [f"unknown field {str(field)[:50]}" for field in found if field not in fields]
