"""Head counts and revenues as people, pick lists and spreadsheets write them."""

from __future__ import annotations

import pytest

from sidecar.records import annual_revenue, company_size, employee_count, revenue_range


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("< 10", "1-10"), ("less than 50", "11-50"), ("fewer than 11 employees", "1-10"), ("up to 50",
        "11-50"),
        ("≤ 200", "51-200"), ("50 or fewer", "11-50"), ("moins de 50 salariés", "11-50"), ("menos de 10",
        "1-10"),
        ("50-200", "51-200"), ("1000-5000", "1001-5000"), ("10.000+", "10001+"), ("500 or more", "501-1000"),
        ("51-200", "51-200"), ("10-19 Beschäftigte", "1-10"), ("20 à 49 salariés", "11-50"), ("40人",
        "11-50"),
        ("between 50 and 100 people", "11-50"), ("250 funcionários", "201-500"), ("Self-employed", "1-10"),
        ("Just me", "1-10"), ("Freelancer", "1-10"), ("Nov-50", "11-50"), ("10-Jan", "1-10"), ("1-Oct",
        "1-10"),
        ("Jan-50", "1-10"), ("10.01.2026", "1-10"), ("2026-01-10 00:00:00", "1-10"), ("1950-11-01", "11-50"),
        ("10-Okt", None), ("2.5E+2", "201-500"), ("-5", None), ("call us", None), ("1-2-3", None),
    ],
)  # fmt: skip
def test_head_counts(text: str, band: str | None) -> None:
    assert company_size(employee_count(text)) == band


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$1 mil. to less than $5 mil.", 1_000_000), ("100 mil", 100_000), ("2 350 000 XAF", 2_350_000),
        ("$500M ⇾ $1B", 500_000_000), ("50 Million or more", 50_000_000), ("ARR: $3M", 3_000_000),
        ("TEUR 250", 250_000), ("250 TEUR", 250_000), ("3M USD (2023)", 3_000_000), ("250 k€", 250_000),
        ("1.2E+6", 1_200_000), ("€ 1.234.567,89", 1234567.89), ("más de 5 millones", 5_000_000),
        ("Nov-50", None),
        ("ask me", None),
    ],
)  # fmt: skip
def test_revenues(text: str, amount: float | None) -> None:
    assert annual_revenue(text) == amount


@pytest.mark.parametrize(
    ("text", "band"),
    [("< $1M", "$0-$1M"), ("up to 10 Mio. €", "$1M-$10M"), ("bis 25 Mio. EUR", "$10M-$25M"), ("over $1B",
    "$1B-$10B"),
     ("less than $3M", "$1M-$10M")],
)  # fmt: skip
def test_what_is_open_below_lies_in_the_band_below(text: str, band: str) -> None:
    assert revenue_range(annual_revenue(text)) == band
