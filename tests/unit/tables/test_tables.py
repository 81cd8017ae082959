"""Tables of every origin are read; what is written is safe and comes back as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sidecar.tables import (
    Shape,
    TableError,
    cell,
    decode,
    detect_encoding,
    detect_shape,
    guard,
    lead_of,
    line,
    plan_columns,
    read_table,
    row_problem,
    unguard,
)
from sidecar.tables.reading import MAX_COLUMNS, MAX_EMPTY, MAX_LINE

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def table(text, shape=None):
    header, rows = read_table(io.StringIO(text, newline=""), shape or detect_shape(text))
    return header, [cells for _, cells in rows]


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
    header, found = table(text, Shape())
    assert header == ["a", "b", "c", "d"]
    assert [[unguard(text) for text in row[1:]] for row in found] == rows


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (True, "true"), (12.5, "12.5"), (-3, "'-3"), ("+4930123456", "'+4930123456"),
    (["a", "b"], "a; b"), ({}, ""), ({"a": 1}, '{"a": 1}'), ("=SUM(A1)", "'=SUM(A1)"),
    ("\t=1", "'\t'=1"), ("-", "'-"), ("O'Neill", "O'Neill"), ("'s", "'s"),
])
def test_cells(value, text):
    assert cell(value) == text


# Reading


@pytest.mark.parametrize(("codec", "named"), [
    ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")])
def test_encodings(codec, named):
    raw = "Vorname;Straße\nJörg;Hauptstraße – 1\n".encode(codec)
    for size in (1, 7, 1000):
        assert detect_encoding(raw[i:i + size] for i in range(0, len(raw), size)) == named
    text = decode(io.BytesIO(raw), named).read()
    assert table(text) == (["Vorname", "Straße"], [["Jörg", "Hauptstraße – 1"]])


def test_utf_16_of_either_order():
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        raw = mark + "a\tb\n".encode(codec)
        assert decode(io.BytesIO(raw), detect_encoding([raw])).read() == "a\tb\n"


def test_a_letter_cut_off_at_the_end_is_no_utf_8():
    assert detect_encoding(["Jö".encode()[:-1]]) == "cp1252"
    assert detect_encoding([]) == "utf-8"


@pytest.mark.parametrize("mark", list(",;\t|"))
def test_delimiters_are_found_whatever_stands_in_quotes(mark):
    other = ";" if mark == "," else ","
    rows = [["name", "note", "n"], [f"a{other}b{other}c{other}d", "two\nlines", "1"], ["x", 'say "hi"', "2"]]
    text = "".join(mark.join('"' + c.replace('"', '""') + '"' for c in row) + "\r\n" for row in rows)
    assert detect_shape(text).delimiter == mark
    assert table(text) == (rows[0], rows[1:])


def test_commas_in_a_german_file_do_not_win():
    text = "Name;Umsatz\nA;1,5\nB;2,5\nC;3,5\n"
    assert detect_shape(text).delimiter == ";"


def test_a_space_before_a_quote_is_taken_off_only_where_it_stands():
    assert table('name, note\nA, "x, y"\n')[1] == [["A", "x, y"]]
    assert table("name,note\nA, x\n")[1] == [["A", " x"]]


def test_excels_hint_is_obeyed_and_no_row():
    assert table("sep=;\r\nemail;a,b\r\nx@y.example;1\r\n") == (["email", "a,b"], [["x@y.example", "1"]])
    assert table("sep=\t\nemail\tb\nx\t1\n") == (["email", "b"], [["x", "1"]])


def test_one_column_and_empty_lines_and_headers_without_names():
    assert table("email\n\nx@y.example\n  \n") == (["email"], [["x@y.example"], ["  "]])
    assert table("email,,c\n1,2,3\n,,\n") == (["email", "Column 2", "c"], [["1", "2", "3"], ["", "", ""]])


def test_lines_are_those_of_the_file():
    _, rows = read_table(io.StringIO('a,b\n"x\ny",1\n\nz,2\n', newline=""), Shape())
    assert list(rows) == [(2, ["x\ny", "1"]), (5, ["z", "2"])]


@pytest.mark.parametrize("text", [
    "", "\n\n", "a,b\n" + "x" * (MAX_LINE + 1), "a\n" + '"' + "x\n" * 100_000,
    "," * (MAX_COLUMNS + 1) + "x",
])
def test_what_cannot_be_a_table_is_explained(text):
    with pytest.raises(TableError):
        table(text, Shape())


def test_a_quote_that_is_never_closed_is_named_with_its_line():
    with pytest.raises(TableError, match="line 3 and never closed"):
        table('email,b\na@x.example,1\nb@x.example,"2\nc@x.example,3\n', Shape())
    with pytest.raises(TableError, match=r"line 2 .*quote"):
        table('email,b\na@x.example,"2\n' + "c@x.example,3\n" * 20_000, Shape())
    assert table('email,b\na@x.example,"2"', Shape())[1] == [["a@x.example", "2"]]


@pytest.mark.parametrize("empty", ["\n", ",,\n"])
def test_empty_rows_are_bounded(empty):
    with pytest.raises(TableError, match="empty rows"):
        table("email\n" + empty * (MAX_EMPTY + 1), Shape())
    assert table("email\n" + "\n" * (MAX_EMPTY - 1) + "a@x.example", Shape())[1] == [["a@x.example"]]


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_explained(text):
    try:
        header, rows = table(text)
    except TableError:
        return
    assert header and all(rows)


# Columns

SALESFORCE = {
    "Lead ID": "custom.Lead ID", "First Name": "first_name", "Last Name": "last_name",
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
    "Record ID": "custom.Record ID", "First Name": "first_name", "Last Name": "last_name",
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
    assert "3 cells" in row_problem(["a", "b", "c"], columns)
