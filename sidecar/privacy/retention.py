"""Until when a person is kept: rules by ground and standing, of which the first that fits counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sidecar.privacy.clock import period_ends
from sidecar.privacy.grounds import Known
from sidecar.privacy.notices import day

ANY: Final = "any"
Rule = Mapping[str, Any]

# {ground, standing: of GROUNDS and STANDINGS, or any; months: None keeps them}.
DEFAULT_RULES: Final[tuple[Rule, ...]] = (
    {"ground": ANY, "standing": "customer", "months": None},
    {"ground": "consent", "standing": "objected", "months": 1},
    {"ground": "legitimate_interest", "standing": "objected", "months": 1},
    {"ground": "legitimate_interest", "standing": ANY, "months": 24},
    {"ground": "consent", "standing": ANY, "months": 36},
    {"ground": "contract", "standing": ANY, "months": 36},
)
DEFAULT_COOLING_DAYS: Final = 30
_NO_RULE: Final[Rule] = {"ground": ANY, "standing": ANY, "months": None}


class Keeping(NamedTuple):
    """from_on: from when the months of the rule are counted; due_on: the last day on which they are kept,
    None: they are kept without end."""

    months: int | None
    from_on: date
    due_on: date | None


def keeping(known: Known, ground: str, standing: str, rules: Sequence[Rule], zone: ZoneInfo) -> Keeping:
    """Until when a person is kept. Of who objected the months are counted from there, else from the last
    thing that they did, or that we did about them."""
    months = rule_of(ground, standing, rules)["months"]
    begins = known.objected_at if standing == "objected" else None
    from_on = day(begins or max(known.acted_at or known.created_at, known.created_at), zone)
    return Keeping(months, from_on, None if months is None else period_ends(from_on, months))


def rule_of(ground: str, standing: str, rules: Sequence[Rule]) -> Rule:
    """The first rule that fits; where none does, people are kept."""
    return next((rule for rule in rules if rule["ground"] in (ANY, ground)
                 and rule["standing"] in (ANY, standing)), _NO_RULE)
