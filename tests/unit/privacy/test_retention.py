"""Until when people are kept."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from sidecar.privacy.retention import ANY, DEFAULT_RULES, keeping, rule_of
from sidecar.terms.states import GROUNDS, STANDINGS
from tests.unit.privacy.knowing import NOW, known

ZONE = ZoneInfo("UTC")


def kept(ground, standing, person=None):
    return keeping(person or known(), ground, standing, DEFAULT_RULES, ZONE)


def test_as_shipped() -> None:
    assert kept("contract", "customer").due_on is None
    assert kept("legitimate_interest", "open") == (24, date(2026, 3, 10), date(2028, 3, 10))
    assert kept("legal_obligation", "closed").due_on is None
    objected = known(objects=True, objected_at=NOW + timedelta(days=21), acted_at=NOW + timedelta(days=99))
    assert kept("consent", "objected", objected) == (1, date(2026, 3, 31), date(2026, 4, 30))


def test_whatever_somebody_did_last_counts() -> None:
    person = known(acted_at=NOW + timedelta(days=2))
    assert kept("contract", "open", person).from_on == date(2026, 3, 12)
    assert kept("contract", "open", known(acted_at=NOW - timedelta(days=9))).from_on == date(2026, 3, 10)


@given(st.sampled_from([*GROUNDS]), st.sampled_from(STANDINGS), st.lists(st.fixed_dictionaries({
    "ground": st.sampled_from([ANY, *GROUNDS]), "standing": st.sampled_from([ANY, *STANDINGS]),
    "months": st.none() | st.integers(1, 99)}), max_size=6))
def test_the_first_rule_that_fits_counts_and_without_one_people_stay(ground, standing, rules) -> None:
    found = rule_of(ground, standing, rules)
    fitting = [rule for rule in rules
               if rule["ground"] in (ANY, ground) and rule["standing"] in (ANY, standing)]
    assert found == fitting[0] if fitting else found["months"] is None
