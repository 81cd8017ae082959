"""What is different between two scoring models, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sidecar.scoring.compiling import MARGIN, QUARTERS
from sidecar.terms import label

_NOTHING: Final = object()


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What changed from one model to another (both without problems), a sentence for each change, such as
    "demographic / seniority: Director 45 -> 40 points". Nothing but the version: an empty list. The order
    of rules and cases tells nothing, but that of cases is told, since the first that fits counts."""
    return list(_model(old, new))


def _model(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    defaults = {"priority": 0}
    for name in ("title", "priority", "applies_to"):
        yield from _value(label(name).lower(), old.get(name, defaults.get(name, _NOTHING)),
                          new.get(name, defaults.get(name, _NOTHING)))
    yield from object_changes("threshold", {"margin": MARGIN, **old["thresholds"]},
                              {"margin": MARGIN, **new["thresholds"]})
    quarters = {axis: list(QUARTERS) for axis in ("fit", "intent")}
    yield from object_changes("rating", quarters | old.get("rating", {}), quarters | new.get("rating", {}))
    for name, before in old["components"].items():
        after = new["components"][name]
        yield from object_changes(name, {key: before[key] for key in ("weight", "empty")},
                                  {key: after[key] for key in ("weight", "empty")})
        yield from named_changes(f"{name} / group", before.get("groups", {}), after.get("groups", {}))
        yield from named_changes(name, {rule["name"]: rule for rule in before["rules"]},
                                 {rule["name"]: rule for rule in after["rules"]})


def named_changes(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What changed of parts by their names."""
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield f"{where} / {name}: taken away"
        elif name not in old:
            yield f"{where} / {name}: new ({_said(new[name])})"
        elif old[name].get("kind") != new[name].get("kind"):
            yield f"{where} / {name}: another kind of rule, {old[name]['kind']} -> {new[name]['kind']}"
        else:
            yield from object_changes(f"{where} / {name}", old[name], new[name])


def object_changes(where: str, old: Mapping[str, Any], new: Mapping[str, Any], *, case: bool = False
                   ) -> Iterator[str]:
    """What changed of an object's members."""
    for name in [*old, *(name for name in new if name not in old)]:
        before, after = old.get(name, _NOTHING), new.get(name, _NOTHING)
        if name == "cases" and before is not _NOTHING and after is not _NOTHING:
            yield from _cases(where, before, after)
        elif name == "otherwise" and isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from object_changes(f"{where}: otherwise", before, after, case=True)
        elif name == "points" and before != after and _NOTHING not in (before, after):
            yield f"{where}{' ' if case else ': '}{before:g} -> {after:g} points"
        else:
            yield from _value(f"{where}{', ' if case else ': '}{label(name).lower()}", before, after)


def _cases(where: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Cases are the same that have one text, else those that stand alike for the same."""
    before, after = _by_text(old), _by_text(new)
    for gone, come in zip([text for text in before if text not in after],
                          [text for text in after if text not in before], strict=False):
        if _about(before[gone]) == _about(after[come]):
            after = {gone if text == come else text: case for text, case in after.items()}
    for text in [*before, *(text for text in after if text not in before)]:
        if text not in after:
            yield f"{where}: {text} is taken away"
        elif text not in before:
            yield f"{where}: {text} is new ({_said(after[text])})"
        else:
            yield from object_changes(f"{where}: {text}", before[text], after[text], case=True)
    stayed = [text for text in before if text in after]
    if stayed != [text for text in after if text in before] and set(before) == set(after):
        yield f"{where}: other order of cases"


def _by_text(cases: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for case in cases:
        text, number = case["text"], 1
        while text in found:
            number += 1
            text = f"{case['text']} ({number})"
        found[text] = case
    return found


def _about(case: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in case.items() if name not in ("points", "text")}


def _value(what: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if old is _NOTHING:
        yield f"{what} {_said(new)} is new"
    elif new is _NOTHING:
        yield f"{what} {_said(old)} is taken away"
    elif isinstance(old, list) and isinstance(new, list) and all(isinstance(one, str) for one in old + new):
        gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
        said = [f"without {', '.join(gone)}"] * bool(gone) + [f"with {', '.join(come)}"] * bool(come)
        yield f"{what} {' and '.join(said) or 'in another order'}"
    else:
        yield f"{what} {_said(old)} -> {_said(new)}"


def _said(value: Any) -> str:
    """A value of a model, shortly."""
    if isinstance(value, Mapping):
        if "kind" in value:
            points = f", {value['points']:g} points" if "points" in value else ""
            return f"{value['kind']}{points}"
        if "points" in value:
            return f"{value['points']:g} points"
        if "fact" in value:
            (name, argument), = ((name, argument) for name, argument in value.items() if name != "fact")
            return f"{value['fact']} {label(name).lower()} {_said(argument)}"
        for name, joined in (("all", " and "), ("any", " or ")):
            if name in value:
                return f"({joined.join(map(_said, value[name]))})"
        if "not" in value:
            return f"not {_said(value['not'])}"
        return ", ".join(f"{label(name).lower()} {_said(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
