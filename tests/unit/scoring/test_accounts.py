"""The score of a company, of its people's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sidecar.scoring import default_model, score_account

totals = st.lists(st.integers(0, 100_00), max_size=12)


def account(values: list[int]) -> dict[str, Any]:
    return score_account([{"id": str(place), "total": value / 100} for place, value in enumerate(values)],
                         default_model())


@given(totals, st.integers(0, 100_00), st.randoms(use_true_random=False))
def test_it_is_between_its_best_person_and_a_hundred(values: list[int], one: int, random: Any) -> None:
    found = account(values)
    assert max(values, default=0) <= round(found["total"] * 100) <= 100_00
    assert sum(Decimal(str(reason["points"])) for reason in found["reasons"]) == Decimal(str(found["total"]))
    assert account([*values, one])["total"] >= found["total"]
    random.shuffle(values)
    assert account(values)["total"] == found["total"]


def test_two_hot_people_are_more_than_one_and_many_cold_ones_are_not() -> None:
    assert account([])["total"] == 0
    assert account([85_00])["total"] == 85
    assert account([85_00, 80_00])["total"] == 91
    assert account([10_00] * 500)["total"] < 20
    assert [account(values)["grade"] for values in ([79_00], [79_00, 40_00])] == ["warm", "hot"]
    assert account([85_00, 80_00])["reasons"] == [
        {"id": "0", "points": 85.0, "text": "The best person"},
        {"id": "1", "points": 6.0, "text": "Another with 80 points: 40 % of what is left to 100"}]
