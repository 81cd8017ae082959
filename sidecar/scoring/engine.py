"""From facts to a score: exact sums in integer hundredths of a point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, Final

from sidecar.scoring.compiling import FULL, Component, Model, compiled
from sidecar.scoring.steps import next_grade, single_steps
from sidecar.scoring.subject import Subject
from sidecar.terms import label
from sidecar.terms.states import MACHINES, OF_A_MAIL

Reason = dict[str, Any]


class _Fixed(dict[str, Any]):
    """A reason of many answers: nobody can change it. Its copies are plain."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("A reason that other answers have, too, cannot be changed; copy it.")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


# What of a score is told beside its total, grade, model and time.
BREAKDOWN: Final = (
    "components", "weights", "reasons", "fit", "intent", "rating", "strongest", "next_grade")
# The strongest reasons that are told, for and against.
_STRONGEST: Final = 3
# Components that are remembered for the next lead with the same facts, of each model.
_REMEMBERED: Final = 4096

# A reason for or against: the stronger, the less; then its rank.
_Argument = tuple[int, str, Reason]


# A component of a score: its hundredths, reasons, what each rule and each slot gives, the arguments for and
# against (of one that is remembered the strongest).
_Part = tuple[int, list[Reason], list[int], list[int], list[_Argument], list[_Argument]]


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
    `next_grade` tell what each adds to the total, after those before it. Reasons are not to be changed: other
    answers may have the same ones.
    """
    made = compiled(model)
    subject = Subject(facts, now)
    reasons: list[Reason] = []
    each: list[int] = []
    of_rules: list[int] = []
    sums: list[int] = []
    pros: list[_Argument] = []
    cons: list[_Argument] = []
    components: dict[str, float] = {}
    total = 0
    for component in made.components:
        points, found, its_rules, of_slots, for_it, against_it = _part(made, component, subject)
        each.append(points)
        components[component.name] = points / 100
        reasons += found
        of_rules += its_rules
        sums += of_slots
        pros += for_it
        cons += against_it
        total += points * component.percent
    total //= 100
    if total > FULL:
        reasons.append(_reason("total", "cap", FULL - total, "A score ends at 100"))
        total = FULL
    fit, fits = _axis(each, made.fit_of, made.fit)
    intent, intends = _axis(each, made.intent_of, made.intent)
    grade = made.grade(total, previous_grade)
    pros.sort()
    cons.sort()
    return {
        "total": total / 100,
        "grade": grade,
        "components": components,
        "weights": dict(made.weights),
        "reasons": reasons,
        "fit": fit / 100,
        "intent": intent / 100,
        "rating": "ABCD"[fits] + "1234"[intends],
        "strongest": {"for": [reason for _, _, reason in pros[:_STRONGEST]],
                      "against": [reason for _, _, reason in cons[:_STRONGEST]]},
        "next_grade": next_grade(made, subject, of_rules, sums, total, grade),
        "model_version": made.version,
        "calculated_at": _written(now, now.tzinfo, now.fold),
    }


def steps_of(facts: Mapping[str, Any], model: Mapping[str, Any] | Model, now: datetime,
             previous_grade: str | None = None) -> list[dict[str, Any]]:
    """What each thing that did not happen or is not known yet would add to a lead's score alone, the most
    first, as `sidecar.scoring.steps.single_steps` tells it. Facts and model are those of `score`."""
    made = compiled(model)
    subject = Subject(facts, now)

    def scored(lead: Subject) -> int:
        points = sum(_part(made, part, lead)[0] * part.percent for part in made.components)
        return min(FULL, points // 100)

    total = scored(subject)
    return single_steps(made, subject, total, made.grade(total, previous_grade), scored)


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
                component.shared.clear()
            part = component.remembered[key] = _shared(part, component.shared)
    return part


def _shared(part: _Part, shared: dict[Any, Any]) -> _Part:
    """A part as it is remembered. Equal reasons are one object in all of them: few fit into the processor's
    cache, thousands do not."""
    points, reasons, of_rules, of_slots, pros, cons = part

    def one(reason: Reason) -> Any:
        return shared.setdefault(tuple(reason.values()), _Fixed(reason))

    def strongest(found: list[_Argument]) -> list[_Argument]:
        return [shared.setdefault((strength, rank, *reason.values()), (strength, rank, one(reason)))
                for strength, rank, reason in sorted(found)[:_STRONGEST]]

    return points, list(map(one, reasons)), of_rules, of_slots, strongest(pros), strongest(cons)


def _evaluated(made: Model, component: Component, subject: Subject) -> _Part:
    name, percent, ages = component.name, component.percent, subject.ages
    of_rules, of_slots = [0] * len(component.rules), [0] * len(component.slots)
    reasons: list[Reason] = []
    pros: list[_Argument] = []
    cons: list[_Argument] = []
    first = component.slots.start
    for place, (event, evaluate, rule, rank, most, slot) in enumerate(component.lines):
        if event is not None and event not in ages:
            continue
        outcome = evaluate(subject)
        if outcome is None:
            continue
        worth, text, known = outcome
        reason = {"component": name, "rule": rule, "points": worth / 100, "text": text}
        reasons.append(reason)
        if worth > 0:
            pros.append((-worth * percent, rank, reason))
        elif known:
            cons.append(((worth - most) * percent, rank, reason))
        if worth:
            of_rules[place] = worth
            of_slots[slot - first] += worth
    if not reasons:
        reasons.append(_reason(name, "empty", 0, component.empty))
    if subject.machines:
        reasons += _by_machines(name, subject.machines)
    points = of_slots[0]
    for number in range(1, len(of_slots)):
        group, together = made.slots[first + number], of_slots[number]
        kept = min(max(together, -group.limit), group.limit)
        if kept != together:
            reasons.append(_reason(name, group.name, kept - together, group.text))
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
    return points, reasons, of_rules, of_slots, pros, cons


def _by_machines(component: str, machines: Mapping[str, Sequence[str]]) -> list[Reason]:
    """What machines did and counts for nothing: of mails with the engagement, all else with the behavior."""
    return [
        _reason(component, "machine", 0, f"{label(kind)}: {len(codes)} by machines do not count: {why}")
        for kind, codes in sorted((kind, codes) for kind, codes in machines.items() if isinstance(kind, str))
        if component == ("engagement" if kind in OF_A_MAIL else "behavioral")
        for why in ["; ".join(MACHINES.get(code, label(code)) for code, _ in sorted(
            Counter(codes).items(), key=lambda counted: (-counted[1], counted[0])))[:300]]]


@lru_cache(64)
def _written(now: datetime, zone: tzinfo | None, fold: int) -> str:
    """A moment in ISO 8601, once for all leads of a batch; `zone` and `fold` are its own: moments that are
    equal may be written differently."""
    return now.isoformat()


def _axis(each: Sequence[int], weights: Sequence[tuple[int, int]], quarters: Sequence[int]
          ) -> tuple[int, int]:
    """The mean of the two components of an axis, weighed, rounded half up, and its class, 0 to 3."""
    (one, weight), (other, its_weight) = weights
    first, second, third = quarters
    whole = weight + its_weight
    points = (2 * (each[one] * weight + each[other] * its_weight) + whole) // (2 * whole)
    return points, 0 if points >= first else 1 if points >= second else 2 if points >= third else 3


def _reason(component: str, rule: str, points: int, text: str) -> Reason:
    return {"component": component, "rule": rule, "points": points / 100, "text": text}
