"""Hostile files: a sentence refuses them, or each of their rows is created, updated, rejected or skipped."""

from __future__ import annotations

import csv
import io
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.services import imports
from sidecar.services.audit import Actor
from sidecar.services.imports import Options
from sidecar.store.database import many
from sidecar.tables import TableError
from sidecar.tables.formats.text import MAX_LINE
from sidecar.tables.model import MAX_CELL
from tests.integration.test_export_files import imported
from tests.spreadsheets import xlsx

HEADER = ["Email", "First Name", "Phone", "Note"]
FORMULA = "=HYPERLINK(\"http://evil.example\",\"me\")"
CELLS = (
    "", " ", "N/A", FORMULA, "=1+1", "@SUM(A1)", "+49 151 2345678", "-", "\t=1", "a\0b", "\x1b[31m", "\x07",
    "\u202egnp.exe", "\ufeff", "two\nlines", "two\r\nlines\rthree", '"', '""', "'", 'a "quoted" word',
    "a,b;c|d\te", "<script>alert(1)</script>", "'; DROP TABLE leads; --", "{}", "[1]", "${jndi:x}", "1e999",
    "NaN", *(LONG := {"too long": "x" * (MAX_CELL + 1), "a megabyte": "y" * 1_000_000}), "日本語", "Ünïcode",
    "\U0001f600" * 100, "a@b@c", "mailto:", "\\", "%00", "&lt;b&gt;", "9" * 400, "\ud7ff\ue000", "\x85",
    "\u2028")
PEOPLE = count()


def person():
    n = next(PEOPLE)
    return [f"pat.quill{n}@firm.example", "Pat", "", f"note {n}"]


def stored(engine):
    with engine.database.read() as cursor:
        return {row["email"] for row in many(cursor, "SELECT email FROM contacts")}


ROW = st.lists(st.sampled_from(CELLS) | st.text(max_size=20), min_size=1, max_size=6) | st.just("person")


@settings(max_examples=(settings.default.max_examples + 3) // 4, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, max_size=8), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]))
def test_every_row_of_hostile_cells_is_counted_and_swallows_nobody(engine, api, rows, delimiter, end):
    """A writer quoted them as it should: as many rows come out as went in, and all of the people. Of a row
    that is too long each line may be one, and one of spaces alone may be none."""
    rows = [person() if row == "person" else [LONG.get(cell, cell) for cell in row]
            for row in [*rows, "person"]]
    text = io.StringIO()
    csv.writer(text, csv.excel, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        [HEADER, *rows])
    job = imported(engine, text.getvalue().encode("utf-8", "replace"))  # all outcomes add up
    filled, spaces = (sum(any(map(has, row)) for row in rows) for has in (str.strip, len))
    long = any(len(cell) > MAX_CELL for row in rows for cell in row)
    assert filled <= job["counts"]["total"] and (long or job["counts"]["total"] <= spaces), job
    assert {row[0] for row in rows if row[0].startswith("pat.quill")} <= stored(engine)


@settings(max_examples=(settings.default.max_examples + 3) // 4, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["Jörg", "Łukasz", "Žofie", "山田", "Иван", "'", '"', "\0"]), max_size=6),
       st.lists(st.sampled_from(["utf-8", "cp1252", "utf-16-le", "shift_jis", "cp1251", "mac_roman"]),
                min_size=6, max_size=6))
def test_lines_of_several_encodings_are_rows_or_the_file_is_refused_whole(engine, api, names, codecs):
    people = [person() for _ in names]
    content = ",".join(HEADER).encode() + b"\n" + b"".join(
        f"{who[0]},{name},,\n".encode(codec, "replace")
        for who, name, codec in zip(people, names, codecs, strict=False))
    try:
        job = imported(engine, content)
    except TableError as error:
        assert str(error).endswith(".")
        return
    kept = stored(engine)
    lost = [who[0] for who in people if who[0] not in kept]
    assert len(lost) <= job["counts"]["rejected"] + job["counts"]["skipped"], job


WIDE = ["Email", *(f"Column {n}" for n in range(10_000))]


@pytest.mark.parametrize(("content", "sentence"), [
    (",".join(WIDE).encode() + b"\n" + b"a@x.example\n", "more than 500 columns"),
    (xlsx({"S": [WIDE, ["a@x.example"]]}), "more than 500 columns"),
    (xlsx({"S": "<row/>" * 40_000_000}), "unpacks to more than 200 MB"),
    (b"Email,Note\n" + b'a@x.example,"x\n' * 3000, "not closed"),
    (b"Email,Note\n" + b",\n" * 200_000, "empty rows"),
    (b"\0" * 1_000_000, "cannot be read as a table"),
], ids=["wide text", "wide sheet", "bomb", "quotes", "empty rows", "zeros"])
def test_what_cannot_be_a_table_is_refused_with_a_sentence_and_leaves_nothing(engine, api, content, sentence):
    with pytest.raises(TableError, match=sentence):
        imports.create(engine, content, Options(), by=Actor("tester"))
    assert api.get("/v1/jobs").json["data"] == [] and stored(engine) == set()


@pytest.mark.parametrize("form", ["text", "spreadsheet"])
def test_long_cells_wide_rows_and_formulas_cost_their_own_row_alone(engine, api, form):
    rows = [["ada@x.example", "Ada", "", "z" * 1_000_000], ["bela@x.example", *["x"] * 10_000],
            ["cleo@x.example", FORMULA, "+49 1512 3456789", "=cmd|' /C calc'!A0"], ["", "", "", "\0\x1b"],
            ["dov@x.example", "Dov", "n/a", "Total"], [FORMULA, "=1", "=2", "=3"], ["Total", "", "5", ""],
            ["evi@x.example", "Evi", "", "y" * (MAX_CELL - 1)]]
    if form == "text":
        text = io.StringIO()
        csv.writer(text).writerows([HEADER, *rows, ["fay@x.example", "Fay", "", "n" * (3 * MAX_LINE)]])
        content = text.getvalue().encode()
    else:
        rows[3][3] = "_"  # XML has no such signs
        content = xlsx({"S": [HEADER, *rows, ["fay@x.example", "Fay", "", "n" * (3 * MAX_LINE)]]})
    job = imported(engine, content)
    assert {name: job["counts"][name] for name in ("total", "created", "rejected", "skipped")} == {
        "total": 9, "created": 3, "rejected": 5, "skipped": 1}, job
    assert stored(engine) == {"cleo@x.example", "dov@x.example", "evi@x.example"}
    assert {error["code"] for problem in job["problems"] for error in problem["errors"]} >= {
        "too_long", "too_wide", "report_line"}
    rejected = api.get(f"/v1/jobs/{job['id']}/rejects.csv").data.decode("utf-8-sig")
    exported = api.get("/v1/leads.csv").data.decode("utf-8-sig")
    for cells in [*csv.reader(io.StringIO(rejected)), *csv.reader(io.StringIO(exported))]:
        assert not any(cell.startswith(("=", "+", "@", "-")) for cell in cells)
