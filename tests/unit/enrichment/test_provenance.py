"""What is to be written when a source speaks beside others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.model import Statement
from sidecar.enrichment.provenance import REMOVED_BY, Said, merged, without
from sidecar.store.migrations import SQL_FOLDER

NOW = datetime(2026, 11, 26, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def said(source: str = "lead", at: datetime = NOW, locked: bool = False, **values: Any) -> Said:
    return Said("one", {name: Statement(value, 1.0) for name, value in values.items()}, source, at,
                locked=locked)


def columns(*spoken: Said) -> dict[str, Any]:
    return merged("contact", {}, spoken)[1]["one"]


REMOVED = said("removed by Anna", locked=True, phone=None)


@pytest.mark.parametrize("later", [
    said("lead", LATER, phone="+4930901820", phone_type="fixed_line", phone_country="DE"),
    said("apollo", LATER, phone="+4930901820"),
])
def test_what_a_person_took_away_stays_away_with_what_goes_with_it(later):
    assert columns(REMOVED, later) == {"phone": None, "phone_type": None, "phone_country": None}


def test_a_person_puts_a_value_back():
    back = said("edited by Ben", LATER, locked=True, phone="+4930901820", phone_type="fixed_line")
    assert columns(REMOVED, back) == {"phone": "+4930901820", "phone_type": "fixed_line"}


def test_what_goes_with_a_value_is_that_of_the_value_that_counts():
    edited = said("edited by Anna", locked=True, email="nora@right.example", email_type="corporate",
                  email_canonical="nora@right.example")
    later = said("lead", LATER, email="nora@gmail.com", email_type="free", email_canonical="nora@gmail.com")
    assert columns(edited, later) == columns(edited)
    assert columns(edited)["email_type"] == "corporate"


def test_what_goes_with_a_value_that_a_source_told_goes_with_it():
    known = {"phone": "+4930901820", "phone_type": "fixed_line", "job_title": "CTO"}
    assert without("contact", known, {}, ["phone", "job_title"]) == dict.fromkeys(
        ("phone", "job_title", "phone_type", "phone_country"))
    left = {"phone": FieldValue("phone", "+4930901820", "lead", 1.0, NOW)}
    assert without("contact", known, left, ["phone"]) == {"phone": "+4930901820"}


def test_whose_word_it_is_that_there_is_none_is_kept():
    [document] = merged("contact", {}, [REMOVED])[0]
    assert document["source"] == "removed by Anna"
    assert document["fields"]["phone"] | {"value": None, "locked": True} == document["fields"]["phone"]


def test_what_people_removed_has_an_index_of_just_these_sources():
    """Postgres uses it only where the condition is the same."""
    assert f"WHERE starts_with(source, '{REMOVED_BY}'::text)" in (SQL_FOLDER / "schema.sql").read_text()
