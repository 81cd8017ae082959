"""Columns are understood; what is written is safe and comes back as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sidecar.tables import (
    Choices,
    TableError,
    cell,
    guard,
    lead_of,
    line,
    open_table,
    plan_columns,
    row_problem,
    unguard,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


# Writing


@given(TEXTS)
@example("'=1")
@example("''=1")
@example("'plain")
def test_a_guarded_text_comes_back_and_is_no_formula(text):
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@given(st.lists(st.text("a=;,|\t\"'\n-", max_size=8), min_size=1, max_size=3), st.sampled_from(",;\t|"))
@example(["x;=1"], ";")
@example(["a", 'x";"=1'], ";")
def test_no_delimiter_makes_a_formula_of_a_cell(row, delimiter):
    for cells in csv.reader(io.StringIO(line(["first", *row]), newline=""), delimiter=delimiter):
        for text in cells:
            assert not text.startswith(("=", "+", "-", "@"))


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=8))
def test_what_is_written_is_read_again(rows):
    text = line(["a", "b", "c", "d"]) + "".join(line(["x", *row]) for row in rows)
    found = open_table(io.BytesIO(text.encode()), Choices(header_row=1))
    assert found.header == ["a", "b", "c", "d"]
    assert [[unguard(text) for text in row.cells[1:]] for row in found.rows] == rows


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (True, "true"), (12.5, "12.5"), (-3, "'-3"), ("+4930123456", "'+4930123456"),
    (["a", "b"], "a; b"), ({}, ""), ({"a": 1}, '{"a": 1}'), ("=SUM(A1)", "'=SUM(A1)"),
    ("\t=1", "'\t'=1"), ("-", "'-"), ("O'Neill", "O'Neill"), ("'s", "'s"),
])
def test_cells(value, text):
    assert cell(value) == text


# Columns

SALESFORCE = {
    "Lead ID": "external_ids.salesforce", "First Name": "first_name", "Last Name": "last_name",
    "Title": "job_title", "Company / Account": "company_name", "Email": "email", "Phone": "phone",
    "Mobile": "phone", "Lead Source": "source", "Street": None, "City": "city",
    "State/Province": "region", "Zip/Postal Code": None, "Country": "country",
    "Website": "company_domain", "Industry": "industry", "No. of Employees": "employee_count",
    "Annual Revenue": "annual_revenue", "Rating": "custom.Rating",
}
SALESFORCE_NAMES = {
    "FirstName": "first_name", "LastName": "last_name", "Company": "company_name",
    "LeadSource": "source", "PostalCode": None, "NumberOfEmployees": "employee_count",
    "AnnualRevenue": "annual_revenue", "MobilePhone": "phone", "Email": "email",
}
HUBSPOT = {
    "Record ID": "external_ids.hubspot", "First Name": "first_name", "Last Name": "last_name",
    "Email": "email", "Phone Number": "phone", "Mobile Phone Number": "phone", "Job Title": "job_title",
    "Associated Company": "company_name", "Website URL": "company_domain", "State/Region": "region",
    "Country/Region": "country", "Number of Employees": "employee_count",
    "Original Source": "source", "Lifecycle Stage": "custom.Lifecycle Stage",
}
APOLLO = {
    "First Name": "first_name", "Last Name": "last_name", "Title": "job_title",
    "Company Name": "company_name", "Company Name for Emails": "company_name", "Email": "email",
    "Seniority": None, "Departments": None, "Work Direct Phone": "phone", "Mobile Phone": "phone",
    "# Employees": "employee_count", "Industry": "industry", "Keywords": None,
    "Person Linkedin Url": "linkedin_url", "Website": "company_domain",
    "Company Linkedin Url": "custom.Company Linkedin Url", "City": "city", "State": "region",
    "Country": "country", "Company City": "city", "Annual Revenue": "annual_revenue",
}
GERMAN = {
    "Anrede": None, "Vorname": "first_name", "Nachname": "last_name", "Firma": "company_name",
    "E-Mail-Adresse": "email", "Telefon": "phone", "Mobiltelefon": "phone", "Straße": None, "PLZ": None,
    "Ort": "city", "Land": "country", "Bundesland": "region", "Position": "job_title",
    "Branche": "industry", "Mitarbeiter": "employee_count", "Jahresumsatz": "annual_revenue",
    "Quelle": "source", "Kundennummer": "custom.Kundennummer",
}
OURS = {
    "email": "email", "first_name": "first_name", "utm.source": "utm.source", "utm_medium": "utm.medium",
    "consent.marketing": "consent.marketing", "custom.colour": "custom.colour", "email_type": None,
    "tags": "tags", "message": "message", "grade": None, "lead_id": None,
    "company_size": "employee_count", "rejected_because": None,
}


@pytest.mark.parametrize("headers", [SALESFORCE, SALESFORCE_NAMES, HUBSPOT, APOLLO, GERMAN, OURS],
                         ids=["salesforce", "salesforce api", "hubspot", "apollo", "german", "ours"])
def test_headers_of_known_exports(headers):
    assert {c.name: c.field for c in plan_columns(list(headers), {})} == headers


def test_unknown_columns_may_be_left_out_and_a_mapping_wins():
    columns = plan_columns(["email", "Shoe size", "Phone"], {"Phone": "custom.fax"}, "ignore")
    assert [(c.field, c.how) for c in columns] == [
        ("email", "guessed"), (None, "ignored"), ("custom.fax", "given")]


@pytest.mark.parametrize(("headers", "mapping"), [
    (["email"], {"mail": "email"}), (["email"], {"email": "birthday"}), (["email"], {"email": ""}),
    (["jane@acme.example", "Jane"], {}), (["email"], {"email": "custom."}),
])
def test_a_mapping_that_cannot_be_is_explained(headers, mapping):
    with pytest.raises(TableError):
        plan_columns(headers, mapping)


def test_a_header_that_stands_there_twice_keeps_both():
    columns = plan_columns(["email", "Note", "Note", "note"], {})
    lead = lead_of(["a@x.example", "one", "two", "three"], columns)
    assert lead["custom"] == {"Note": "one", "Note 2": "two", "note": "three"}


def test_the_columns_of_a_field_are_told_the_best_first():
    columns = plan_columns(["Home Phone", "Mobile Phone", "Email", "Secondary Email"], {})
    assert lead_of(["1", "2", "", "b@x.example"], columns) == {"phone": ["2", "1"], "email": "b@x.example"}
    assert lead_of(["1", "", "n/a", "b@x.example"], columns) == {
        "phone": "1", "email": ["n/a", "b@x.example"]}
    assert lead_of(["1", "1", "", ""], columns) == {"phone": "1"}


def test_a_given_column_comes_before_those_that_are_guessed():
    columns = plan_columns(["Mobile Phone", "Desk"], {"Desk": "phone"})
    assert lead_of(["1", "2"], columns) == {"phone": ["2", "1"]}


def test_headers_that_stand_twice_are_kept():
    columns = plan_columns(["Email", "Email", "Colour", "Colour"], {})
    assert lead_of(["a@x.example", "b@x.example", "red", "blue"], columns) == {
        "email": ["a@x.example", "b@x.example"], "custom": {"Colour": "red", "Colour 2": "blue"}}


def test_rows_become_leads():
    columns = plan_columns(
        ["email", "Phone", "Lead Source", "consent.marketing", "utm_source", "Colour"], {})
    row = [" a@x.example ", "'+4930123456", "", "ja", "ads", "x" * 9000]
    lead = lead_of(row, columns, "fair")
    assert len(lead["custom"].pop("Colour")) == 500
    assert lead == {"email": "a@x.example", "phone": "+4930123456", "source": "fair",
                    "consent": {"marketing": "ja"}, "utm": {"source": "ads"}, "custom": {}}
    assert lead_of(["a@x.example"], columns) == {"email": "a@x.example"}


def test_many_wide_unknown_columns_still_make_a_valid_lead():
    from sidecar.records import validate

    columns = plan_columns(["email", *(f"unknown {n}" for n in range(90))], {})
    lead = lead_of(["a@x.example", *["y" * 5000] * 90], columns)
    assert validate(lead)["valid"] and len(lead["custom"]) > 5


def test_a_row_wider_than_its_header_is_told():
    columns = plan_columns(["email", "city"], {})
    assert row_problem(["a", "b", ""], columns) is None
    assert "3 cells" in row_problem(["a", "b", "c"], columns)[1]
