"""LinkedIn's present names of industries count as the nearest one above them on the list."""

from __future__ import annotations

import pytest

from local.linkedin_industries import TABLE, table
from sidecar.records import canonical_industry, industries


@pytest.mark.parametrize(
    ("text", "industry"),
    [
        ("Wholesale Paper Products", "wholesale"), ("Dance Companies", "entertainment"), ("Loan Brokers",
        "financial services"),
        ("Rubber Products Manufacturing", "plastics"), ("Taxi and Limousine Services",
        "transportation/trucking/railroad"),
        ("Footwear Manufacturing", "apparel & fashion"), ("Holding Companies", None), ("Breweries",
        "food & beverages"),
    ],
)  # fmt: skip
def test_present_names(text: str, industry: str | None) -> None:
    assert canonical_industry(text) == industry


def test_most_present_names_are_on_the_list() -> None:
    names = [line.partition("\t")[0] for line in TABLE.read_text("utf-8").splitlines() if line[0] != "#"]
    known = [name for name in names if canonical_industry(name) in industries()]
    assert len(known) > 0.95 * len(names) > 400


def test_the_table_is_made_from_hierarchies() -> None:
    rows = table([{"hierarchy": "Wholesale > Wholesale Machinery"}, {"hierarchy": "Wholesale"}]).splitlines()
    assert [row for row in rows if row[0] != "#"] == ["Wholesale\t", "Wholesale Machinery\tWholesale"]
