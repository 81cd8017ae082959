"""Invented conditions, models of every kind of rule, and facts of any shape, for Hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from sidecar.scoring import COMPONENTS

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TYPES = ["page_view", "webinar", "demo_request", "email_click"]
PLACES = ["contact.country", "contact.seniority", "organization.industry", "organization.employee_count",
          "lead.tags", "lead.custom.budget", "lead.custom.renewal", "lead.utm.source"]
VALUES: dict[str, list[Any]] = {
    "contact.country": ["DE", "FR"], "contact.seniority": ["vp", "entry"],
    "organization.industry": ["Software", "Software and farming", "farming"],
    "organization.employee_count": [1, 50, 51, 5000], "lead.tags": [["demo"], ["a", "b"], "demo"],
    "lead.custom.budget": ["10", 20, "high"], "lead.custom.renewal": ["2026-12-01", "1999", "soon"],
    "lead.utm.source": ["news"],
}
points = st.integers(-100, 100) | st.integers(-100_00, 100_00).map(lambda whole: whole / 100)
gains = st.integers(0, 100_00).map(lambda whole: whole / 100)
texts = st.just("A reason") | st.just("It is {value}")
days = st.integers(1, 400)
types = st.sampled_from(TYPES)
type_lists = st.lists(types, min_size=1, max_size=3, unique=True)


def limits(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[dict[str, int]]:
    return st.lists(numbers, min_size=2, max_size=2).map(sorted).flatmap(lambda ends: st.sampled_from([
        {"from": ends[0]}, {"to": ends[1]}, {"from": ends[0], "to": ends[1]}]))


@st.composite
def facts_conditions(draw: st.DrawFn) -> dict[str, Any]:
    place = draw(st.sampled_from(PLACES))
    values = [value for value in VALUES[place] if not isinstance(value, list)]
    name, argument = draw(st.one_of(
        st.tuples(st.just("is"), st.sampled_from(values)),
        st.tuples(st.just("in"), st.lists(st.sampled_from(values), min_size=1, max_size=3)),
        st.tuples(st.just("known"), st.booleans()),
        st.tuples(st.just("between"), limits(st.integers(0, 100))),
        st.tuples(st.sampled_from(["contains", "begins", "words"]), st.sampled_from(["soft", ["d", "farm"]])),
        st.tuples(st.sampled_from(["before", "after"]),
                  st.sampled_from(["2026-11-23", "2026-12-01T10:00:00Z"])),
        st.tuples(st.sampled_from(["last_days", "next_days"]), days)))
    return {"fact": place, name: argument}


@st.composite
def event_conditions(draw: st.DrawFn, windows: bool = True) -> dict[str, Any]:
    optional = {"times": limits(st.integers(0, 5))} | ({"days": days} if windows else {})
    return draw(st.fixed_dictionaries({"event": types}, optional=optional))


def conditions(windows: bool = True, events: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    leaves = facts_conditions() | event_conditions(windows) if events else facts_conditions()
    return st.recursive(leaves, lambda inner: st.one_of(
        st.fixed_dictionaries({name: st.lists(inner, min_size=1, max_size=3)}) for name in ("all", "any")
    ) | st.fixed_dictionaries({"not": inner}), max_leaves=4)


def case(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"points": points, "text": texts, **more})


def cases(one: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(one, min_size=1, max_size=3)


def _of_facts(*places: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    facts = st.lists(st.sampled_from(places), min_size=1, max_size=2, unique=True)
    return st.fixed_dictionaries({"facts": facts, "missing": texts, **fields})


def _ranges(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(limits(numbers), case()).map(lambda both: {**both[0], **both[1]})


def rules(of_events: bool, worth: st.SearchStrategy[float] = points) -> st.SearchStrategy[dict[str, Any]]:
    """Rules without a name, of every kind that may stand in such a component."""
    kinds = {
        "choice": _of_facts("contact.country", "lead.custom.budget", otherwise=case(), cases=cases(case(
            values=st.lists(st.sampled_from(["DE", "FR", "10"]), min_size=1, max_size=2)))),
        "keywords": _of_facts("organization.industry", otherwise=case(), cases=cases(case(
            words=st.lists(st.sampled_from(["soft", "farming"]), min_size=1, max_size=2)))),
        "known": _of_facts(*PLACES, points=worth, text=texts),
        "range": _of_facts("organization.employee_count", "lead.custom.budget", otherwise=case(),
                           cases=cases(_ranges(st.integers(0, 100)))),
        "age": _of_facts("lead.custom.renewal", otherwise=case(),
                         cases=cases(_ranges(st.integers(-400, 400)))),
        "prediction": st.fixed_dictionaries({"missing": texts}),
        "condition": st.fixed_dictionaries(
            {"when": conditions(windows=False, events=of_events), "points": worth, "text": texts},
            optional={"otherwise": texts}),
    }
    made = _named(kinds)
    return made | event_rules(worth) if of_events else made


def event_rules(worth: st.SearchStrategy[float] = points) -> st.SearchStrategy[dict[str, Any]]:
    """Rules without a name, of every kind that counts events."""
    daily = {"daily": st.integers(1, 3)}
    return _named({
        "event": st.fixed_dictionaries(
            {"event": types, "points": worth, "limit": gains, "half_life_days": days, "text": texts},
            optional=daily),
        "count": st.fixed_dictionaries(
            {"events": type_lists, "points": worth, "days": days, "times": st.integers(1, 5),
             "text": texts}, optional=daily),
        "recency": st.fixed_dictionaries(
            {"events": type_lists, "points": worth, "half_life_days": days, "text": texts}),
    })


def _named(kinds: dict[str, st.SearchStrategy[dict[str, Any]]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of([fields.map(lambda made, kind=kind: {"kind": kind, **made})  # type: ignore[misc]
                      for kind, fields in kinds.items()])


@st.composite
def components(draw: st.DrawFn, of_events: bool) -> dict[str, Any]:
    made = draw(st.lists(rules(of_events), max_size=4))
    groups = {name: {"limit": draw(gains), "text": "Together"}
              for name in ("one", "two")[:draw(st.integers(0, 2))]}
    for number, rule in enumerate(made):
        rule["name"] = f"rule_{number}"
        if groups and draw(st.booleans()):
            rule["group"] = draw(st.sampled_from(sorted(groups)))
        if rule["kind"] != "condition" and draw(st.integers(0, 4)) == 0:
            rule["when"] = draw(conditions(windows=False, events=of_events))
    return {"weight": draw(st.integers(0, 100)) / 100, "empty": "Nothing", "rules": made,
            **({"groups": groups} if groups else {})}


@st.composite
def models(draw: st.DrawFn) -> dict[str, Any]:
    """Models that can be used, with rules of every kind."""
    warm, hot = sorted(draw(st.lists(st.integers(0, 100), min_size=2, max_size=2, unique=True)))
    return {
        "version": "invented", "thresholds": {"hot": hot, "warm": warm, "margin": draw(st.integers(0, 10))},
        "components": {name: draw(components(name in ("behavioral", "engagement"))) for name in COMPONENTS}}


def events(oldest: int = 500) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.builds(
        lambda kind, age, machine: {"type": kind, "occurred_at": NOW - timedelta(days=age), "properties": {},
                                    "machine": machine},
        types, st.floats(-3, oldest), st.sampled_from([None, None, None, "prefetch"])), max_size=8)


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    """Facts that rules look at."""
    made: dict[str, Any] = {"contact": {}, "organization": {}, "lead": {"custom": {}, "utm": {}}}
    for place in PLACES:
        if draw(st.booleans()):
            entity, name, *inner = place.split(".")
            value = draw(st.sampled_from(VALUES[place]))
            if inner:
                made[entity][name][inner[0]] = value
            else:
                made[entity][name] = value
    return made | {"events": draw(events()), "prediction": draw(st.none() | st.fixed_dictionaries(
        {"points": st.floats(-10, 110), "text": st.text(max_size=5)}))}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from([10 ** 400, "2026-11-23", "9999-12-31T23:59:59+00:00", *TYPES]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([
        "country", "seniority", "tags", "custom", "renewal", "type", "occurred_at", "machine", "points",
        "text", "x"]), inner, max_size=4), max_leaves=8)
any_facts = st.dictionaries(
    st.sampled_from(["contact", "organization", "lead", "events", "prediction"]),
    anything | st.lists(st.dictionaries(st.sampled_from(["type", "occurred_at", "machine"]), anything),
                        max_size=4))
