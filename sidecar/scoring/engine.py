"""From facts to a score: exact sums in integer hundredths of a point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sidecar.scoring.compiling import FULL, Component, Model, compiled
from sidecar.scoring.schema import FIT, INTENT
from sidecar.scoring.steps import next_grade
from sidecar.scoring.subject import Subject
from sidecar.terms import label
from sidecar.terms.states import MACHINES, OF_A_MAIL

Reason = dict[str, Any]
# What of a score is told beside its total, grade, model and time.
BREAKDOWN: Final = (
    "components", "weights", "reasons", "fit", "intent", "rating", "strongest", "next_grade")
# The strongest reasons that are told, for and against.
_STRONGEST: Final = 3


def score(facts: Mapping[str, Any], model: Mapping[str, Any] | Model, now: datetime,
          previous_grade: str | None = None) -> dict[str, Any]:
    """Score a lead by a model that `check_model` finds no problem with. Never raises, whatever the facts.

    `facts`: {"contact": {…}, "organization": {…}, "lead": {…}, "events": [{"type", "occurred_at",
    "machine"}], "prediction": {"points", "text"} or None}, canonical fields, absent means unknown. `now` has
    a time zone. `previous_grade`: that of the last score; a lead on the edge stays what it was.

    Returns {"total", "grade": "hot"|"warm"|"cold", "components": {name: points}, "weights": {name: 0 to 1},
    "reasons": [{"component", "rule", "points", "text"}], "fit", "intent", "rating": "A1" to "D4",
    "strongest": {"for": [reasons], "against": [reasons]}, "next_grade": {"grade", "missing", "steps":
    [{"component", "rule", "points", "text"}]} or None, "model_version", "calculated_at" (ISO 8601)}.
    Points are 0 to 100 with at most two decimals. The reasons of a component add up to it exactly; the
    components times their weights and the reasons of "total" add up to the total exactly. The steps of
    `next_grade` tell what each adds to the total, after those before it.
    """
    made = compiled(model)
    subject = Subject(facts, now)
    points = [0] * len(made.rules)
    sums = [0] * len(made.slots)
    reasons: list[Reason] = []
    pros: list[tuple[int, str, str, Reason]] = []
    cons: list[tuple[int, str, str, Reason]] = []
    components: dict[str, int] = {}
    total = 0
    for component in made.components:
        name, percent = component.name, component.percent
        before = len(reasons)
        for rule in component.rules:
            outcome = rule.evaluate(subject)
            if outcome is None:
                continue
            worth, text, known = outcome
            reason = {"component": name, "rule": rule.name, "points": worth / 100, "text": text}
            reasons.append(reason)
            if worth > 0:
                pros.append((-worth * percent, name, rule.name, reason))
            elif known:
                cons.append(((worth - rule.most) * percent, name, rule.name, reason))
            if worth:
                points[rule.number] = worth
                sums[rule.slot] += worth
        if len(reasons) == before:
            reasons.append(_reason(name, "empty", 0, component.empty))
        if subject.machines:
            reasons += _by_machines(name, subject.machines)
        components[name] = found = _component(made, component, sums, reasons)
        total += found * percent // 100
    if total > FULL:
        reasons.append(_reason("total", "cap", FULL - total, "A score ends at 100"))
        total = FULL
    fit, intent = _mean(made, components, FIT), _mean(made, components, INTENT)
    grade = made.grade(total, previous_grade)
    pros.sort()
    cons.sort()
    return {
        "total": total / 100,
        "grade": grade,
        "components": {name: found / 100 for name, found in components.items()},
        "weights": {component.name: component.weight for component in made.components},
        "reasons": reasons,
        "fit": fit / 100,
        "intent": intent / 100,
        "rating": "ABCD"[_class(fit, made.fit)] + "1234"[_class(intent, made.intent)],
        "strongest": {"for": [dict(pro[3]) for pro in pros[:_STRONGEST]],
                      "against": [dict(con[3]) for con in cons[:_STRONGEST]]},
        "next_grade": next_grade(made, subject, points, sums, total, grade),
        "model_version": made.version,
        "calculated_at": now.isoformat(),
    }


def _component(made: Model, component: Component, sums: Sequence[int], reasons: list[Reason]) -> int:
    """Hundredths of one component; the reasons of what is cut off are added to `reasons`."""
    points = sums[component.slot]
    for number in component.groups:
        slot, together = made.slots[number], sums[number]
        assert slot.limit is not None  # noqa: S101
        kept = min(max(together, -slot.limit), slot.limit)
        if kept != together:
            reasons.append(_reason(component.name, slot.name, kept - together, slot.text))
        points += kept
    if points < 0:
        reasons.append(_reason(component.name, "floor", -points, "A component never goes below 0"))
        points = 0
    elif points > FULL:
        reasons.append(_reason(component.name, "cap", FULL - points, "A component ends at 100"))
        points = FULL
    # Only multiples of this weigh whole hundredths of the total; whole points always do.
    if over := points % component.step:
        reasons.append(_reason(component.name, "rounding", -over, "Rounded down to weigh whole hundredths"))
        points -= over
    return points


def _by_machines(component: str, machines: Mapping[str, Sequence[str]]) -> list[Reason]:
    """What machines did and counts for nothing: of mails with the engagement, all else with the behavior."""
    return [
        _reason(component, "machine", 0, f"{label(kind)}: {len(codes)} by machines do not count: {why}")
        for kind, codes in sorted(machines.items())
        if component == ("engagement" if kind in OF_A_MAIL else "behavioral")
        for why in ["; ".join(MACHINES.get(code, label(code)) for code, _ in sorted(
            Counter(codes).items(), key=lambda counted: (-counted[1], counted[0])))[:300]]]


def _mean(made: Model, components: Mapping[str, int], names: Sequence[str]) -> int:
    """The mean of components, weighed by their weights (equally where none has any), rounded half up."""
    weights = {component.name: component.percent for component in made.components if component.name in names}
    whole = sum(weights.values())
    if not whole:
        weights, whole = dict.fromkeys(weights, 1), len(weights)
    return (2 * sum(components[name] * weight for name, weight in weights.items()) + whole) // (2 * whole)


def _class(points: int, quarters: Sequence[int]) -> int:
    return sum(points < least for least in quarters)


def _reason(component: str, rule: str, points: int, text: str) -> Reason:
    return {"component": component, "rule": rule, "points": points / 100, "text": text}
