"""From facts to a score: exact sums in integer hundredths of a point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final, NamedTuple

from sidecar.scoring.compiling import FULL, Component, Model, compiled
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
# Components that are remembered for the next lead with the same facts, of each model.
_REMEMBERED: Final = 4096



class _Part(NamedTuple):
    """A component of a score: its hundredths, reasons, what each rule and each slot gives; the strongest
    reasons for and against, each (less than of weaker ones, rank, place among the reasons)."""

    points: int
    reasons: list[Reason]
    of_rules: list[int]
    of_slots: list[int]
    pros: list[tuple[int, str, int]]
    cons: list[tuple[int, str, int]]


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
    reasons: list[Reason] = []
    parts: list[_Part] = []
    sums: list[int] = []
    pros: list[tuple[int, str, int]] = []
    cons: list[tuple[int, str, int]] = []
    total = 0
    for component in made.components:
        part = _part(made, component, subject)
        parts.append(part)
        if before := len(reasons):
            pros += [(strength, rank, place + before) for strength, rank, place in part.pros]
            cons += [(strength, rank, place + before) for strength, rank, place in part.cons]
        else:
            pros += part.pros
            cons += part.cons
        # A part may be remembered; what is answered is the caller's.
        reasons += map(dict, part.reasons)
        sums += part.of_slots
        total += part.points * component.percent
    total //= 100
    if total > FULL:
        reasons.append(_reason("total", "cap", FULL - total, "A score ends at 100"))
        total = FULL
    fit, intent = _mean(parts, made.fit_of), _mean(parts, made.intent_of)
    grade = made.grade(total, previous_grade)
    pros.sort()
    cons.sort()
    return {
        "total": total / 100,
        "grade": grade,
        "components": {
            component.name: part.points / 100
            for component, part in zip(made.components, parts, strict=True)},
        "weights": {component.name: component.weight for component in made.components},
        "reasons": reasons,
        "fit": fit / 100,
        "intent": intent / 100,
        "rating": "ABCD"[_class(fit, made.fit)] + "1234"[_class(intent, made.intent)],
        "strongest": {"for": [dict(reasons[place]) for _, _, place in pros[:_STRONGEST]],
                      "against": [dict(reasons[place]) for _, _, place in cons[:_STRONGEST]]},
        "next_grade": next_grade(
            made, subject, lambda: list(chain.from_iterable(part.of_rules for part in parts)), sums, total,
            grade),
        "model_version": made.version,
        "calculated_at": now.isoformat(),
    }


def _part(made: Model, component: Component, subject: Subject) -> _Part:
    """A component; the same facts are not gone through again."""
    if component.of_facts:
        key = component.key(subject.facts)
    elif component.of_events and not subject.ages and not subject.machines:
        key = ()
    else:
        return _evaluated(made, component, subject)
    part: _Part | None = component.remembered.get(key)
    if part is None:
        part = _evaluated(made, component, subject)
        if key is not None:
            if len(component.remembered) >= _REMEMBERED:
                component.remembered.clear()
            component.remembered[key] = part
    return part


def _evaluated(made: Model, component: Component, subject: Subject) -> _Part:
    name, percent, ages = component.name, component.percent, subject.ages
    of_rules: list[int] = []
    of_slots = [0] * len(component.slots)
    reasons: list[Reason] = []
    pros: list[tuple[int, str, int]] = []
    cons: list[tuple[int, str, int]] = []
    first = component.slots.start
    for rule in component.rules:
        outcome = rule.evaluate(subject) if rule.event is None or rule.event in ages else None
        if outcome is None:
            of_rules.append(0)
            continue
        worth, text, known = outcome
        if worth > 0:
            pros.append((-worth * percent, rule.rank, len(reasons)))
        elif known:
            cons.append(((worth - rule.most) * percent, rule.rank, len(reasons)))
        reasons.append({"component": name, "rule": rule.name, "points": worth / 100, "text": text})
        of_rules.append(worth)
        of_slots[rule.slot - first] += worth
    if not reasons:
        reasons.append(_reason(name, "empty", 0, component.empty))
    if subject.machines:
        reasons += _by_machines(name, subject.machines)
    points = of_slots[0]
    for number in range(1, len(of_slots)):
        slot, together = made.slots[first + number], of_slots[number]
        kept = min(max(together, -slot.limit), slot.limit)
        if kept != together:
            reasons.append(_reason(name, slot.name, kept - together, slot.text))
        points += kept
    if points < 0:
        reasons.append(_reason(name, "floor", -points, "A component never goes below 0"))
        points = 0
    elif points > FULL:
        reasons.append(_reason(name, "cap", FULL - points, "A component ends at 100"))
        points = FULL
    # Only multiples of this weigh whole hundredths of the total; whole points always do.
    if over := points % component.step:
        reasons.append(_reason(name, "rounding", -over, "Rounded down to weigh whole hundredths"))
        points -= over
    pros.sort()
    cons.sort()
    return _Part(points, reasons, of_rules, of_slots, pros[:_STRONGEST], cons[:_STRONGEST])


def _by_machines(component: str, machines: Mapping[str, Sequence[str]]) -> list[Reason]:
    """What machines did and counts for nothing: of mails with the engagement, all else with the behavior."""
    return [
        _reason(component, "machine", 0, f"{label(kind)}: {len(codes)} by machines do not count: {why}")
        for kind, codes in sorted(machines.items())
        if component == ("engagement" if kind in OF_A_MAIL else "behavioral")
        for why in ["; ".join(MACHINES.get(code, label(code)) for code, _ in sorted(
            Counter(codes).items(), key=lambda counted: (-counted[1], counted[0])))[:300]]]


def _mean(parts: Sequence[_Part], weights: Sequence[tuple[int, int]]) -> int:
    """The mean of components, weighed, rounded half up."""
    points = whole = 0
    for place, weight in weights:
        points += parts[place].points * weight
        whole += weight
    return (2 * points + whole) // (2 * whole)


def _class(points: int, quarters: Sequence[int]) -> int:
    first, second, third = quarters
    return 0 if points >= first else 1 if points >= second else 2 if points >= third else 3


def _reason(component: str, rule: str, points: int, text: str) -> Reason:
    return {"component": component, "rule": rule, "points": points / 100, "text": text}
