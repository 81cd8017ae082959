"""Texts of every origin are read as tables; no row is swallowed by another."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.tables import Choices, TableError, open_table
from sidecar.tables.formats.text import MAX_LINE
from sidecar.tables.model import MAX_BROKEN, MAX_CELL, MAX_COLUMNS, MAX_EMPTY


def opened(text, codec="utf-8", **choices):
    return open_table(io.BytesIO(text if isinstance(text, bytes) else text.encode(codec)), Choices(**choices))


def table(text, **choices):
    found = opened(text, **choices)
    return found.header, [row.cells for row in found.rows]


def problems(found):
    return [(row.line, row.problem[0]) for row in found.rows if row.problem]


@pytest.mark.parametrize("mark", list(",;\t|"))
def test_delimiters_are_found_whatever_stands_in_quotes(mark):
    other = ";" if mark == "," else ","
    rows = [["name", "note", "n"], [f"a{other}b{other}c{other}d", "two\nlines", "1"], ["x", 'say "hi"', "2"]]
    text = "".join(mark.join('"' + c.replace('"', '""') + '"' for c in row) + "\r\n" for row in rows)
    assert opened(text).layout.delimiter == mark
    assert table(text) == (rows[0], rows[1:])


def test_commas_in_a_german_file_do_not_win():
    assert opened("Name;Umsatz\nA;1,5\nB;2,5\nC;3,5\n").layout.delimiter == ";"


def test_a_delimiter_that_is_said_is_taken():
    assert table("email:b\na@x.example:2\n", delimiter=":") == (["email", "b"], [["a@x.example", "2"]])


def test_a_space_before_a_quote_is_taken_off_only_where_it_stands():
    assert table('name, note\nA, "x, y"\n')[1] == [["A", "x, y"]]
    assert table("name,note\nA, x\n")[1] == [["A", " x"]]


def test_excels_hint_is_obeyed_and_no_row():
    assert table("sep=;\r\nemail;a,b\r\nx@y.example;1\r\n") == (["email", "a,b"], [["x@y.example", "1"]])
    assert table("sep=\t\nemail\tb\nx\t1\n") == (["email", "b"], [["x", "1"]])


def test_one_column_and_empty_lines_and_headers_without_names():
    assert table("email\n\nx@y.example\n  \n") == (["email"], [["x@y.example"], ["  "]])
    assert table("email,,c\n1,2,3\n,,\n") == (["email", "Column 2", "c"], [["1", "2", "3"]])


def test_lines_are_those_of_the_file():
    found = opened('a,email\n"x\ny",1\n\nz,2\n')
    assert [(row.line, row.cells) for row in found.rows] == [(2, ["x\ny", "1"]), (5, ["z", "2"])]


@pytest.mark.parametrize("text", ["", "\n\n", ",,\n", "," * (MAX_COLUMNS + 1) + "x", "a\0b\0c\0\0\0d\0"])
def test_what_cannot_be_a_table_is_explained(text):
    with pytest.raises(TableError):
        table(text)


HEAD = "Email,First Name,Last Name,Company\n"
P = [f"p{n}@harbor-lines.example,Ada,Moss,Harbor Lines" for n in range(6)]
OPEN = 'p9@harbor-lines.example,"Otto,Brink,Harbor Lines'


@pytest.mark.parametrize("lines", [
    [P[0], OPEN, *P[1:5]],                                  # to the end of the file
    [P[0], OPEN, *P[1:4], 'p8@harbor-lines.example,"Bela",Frost,Harbor Lines', P[4]],   # to the next quote
    [P[0], OPEN, *P[1:4], 'p8@harbor-lines.example,19" screen,Frost,Harbor Lines', P[4]],
    [P[0], OPEN, 'p8@harbor-lines.example,5",Frost,Harbor Lines', P[4]],  # closed as if it were well
    [P[0], OPEN, *[f"{n}{line}" for n in range(2000) for line in P]],  # longer than a cell may be
])
def test_a_quote_that_is_never_closed_costs_its_own_row_alone(lines):
    found = list(opened(HEAD + "\n".join(lines) + "\n").rows)
    assert len(found) == len(lines)
    assert [(row.line, row.problem[0]) for row in found if row.problem] == [(3, "unclosed_quote")]
    assert "line 3" in found[1].problem[1]
    assert [row.cells[0] for row in found] == [line.split(",")[0] for line in lines]
    assert all(len(row.cells) == 4 and "\n" not in "".join(row.cells) for row in found if not row.problem)


@pytest.mark.parametrize("cell", [
    '"two\nlines"', '"Dear all,\nI wrote to p1@x.example, Ada, Moss\nand ""waited"""', '"a\n\n\nb, c, d"',
    '"1 Main Street\nSuite 5, Floor 2, Jena, Germany"',
])
@pytest.mark.parametrize("header", ["Email,{},Company", "{},Email,Company", "Company,Email,{}"])
def test_a_cell_of_several_lines_is_left_as_it_is(header, cell):
    text = header.format("Note") + "\n" + header.replace("Email", "a@x.example").format(cell) + "\n"
    [row] = opened(text).rows
    assert not row.problem and len(row.cells) == 3 and any("\n" in found for found in row.cells)


def test_a_file_of_broken_quotes_is_refused():
    with pytest.raises(TableError, match="not closed"):
        list(opened(HEAD + (OPEN + "\n") * (2 * MAX_BROKEN + 10)).rows)


def test_long_cells_long_lines_and_wide_rows_are_errors_of_their_row():
    text = HEAD + "\n".join([
        P[0], f"b@x.example,{'x' * (MAX_CELL + 1)},,", P[1], "c@x.example," + "y" * (3 * MAX_LINE), P[2],
        "d@x.example" + "," * 10_000, P[3], 'e@x.example,"' + "z" * (MAX_LINE + 5), P[4]]) + "\n"
    found = opened(text)
    rows = list(found.rows)
    assert [(row.line, row.problem and row.problem[0]) for row in rows] == [
        (2, None), (3, "too_long"), (4, None), (5, "too_long"), (6, None), (7, "too_wide"), (8, None),
        (9, "too_long"), (10, None)]
    assert max(len(cell) for row in rows for cell in row.cells) <= 200
    with pytest.raises(TableError, match=f"more than {MAX_COLUMNS}"):
        opened("email" + ",x" * 10_000 + "\n")


@pytest.mark.parametrize("empty", ["\n", ",,\n"])
def test_empty_rows_are_bounded(empty):
    if empty != "\n":
        with pytest.raises(TableError, match="empty rows"):
            table("email\n" + empty * (MAX_EMPTY + 1))
    assert table("email\n" + empty * (MAX_EMPTY - 1) + "a@x.example")[1] == [["a@x.example"]]


def test_a_line_of_another_encoding_is_an_error_of_its_row():
    good = "".join(f"p{n}@x.example,Jörg\n" for n in range(20)).encode()
    found = opened(b"email,name\n" + good + "q@x.example,Jörg\n".encode("cp1252") + good)
    assert found.layout.encoding == "utf-8" and found.layout.certainty < 1
    assert problems(found) == [(22, "bad_encoding")]
    assert problems(opened("email,name\na@x.example,漢字\n", codec="utf-8", encoding="ascii")) == [
        (2, "bad_encoding")]


def test_nul_and_other_signs_stay_in_their_cell():
    assert table("email,b\na@x.example,1\x00\x1b2\n" + "x,y\n" * 50)[1][0] == ["a@x.example", "1\x00\x1b2"]


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_explained(text):
    try:
        header, rows = table(text.encode("utf-8", "surrogatepass"))
    except TableError:
        return
    assert header and all(any(row) for row in rows)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_explained(content):
    try:
        header, rows = table(content)
    except TableError:
        return
    assert header and all(any(row) for row in rows)


@given(st.lists(st.sampled_from([*P, OPEN, 'x@y.example,a"b,c"d,"e"', 'k@x.example,"a\nb",c,d', "", '"']),
                max_size=12))
def test_every_line_with_an_address_is_a_row(lines):
    """However quotes stand, who stands at the begin of a line is a row of their own."""
    found = list(opened(HEAD + "\n".join(lines) + "\n").rows)
    people = [line.split(",")[0] for line in lines if "@" in line]
    assert [row.cells[0] for row in found if "@" in row.cells[0]] == people
    assert not any(row.cells[0].count("@") > 1 for row in found)


def test_the_same_layout_reads_the_same_rows():
    from sidecar.tables import rows_below

    content = ("Notes:\n\n" + HEAD + "\n".join(P)).encode("cp1252")
    found = open_table(io.BytesIO(content))
    again = rows_below(io.BytesIO(content), found.layout, found.header, {0: "email"})
    assert list(again) == list(found.rows)
    older = replace(found.layout, header_line=None)  # of a job that an earlier release began
    assert len(list(rows_below(io.BytesIO((HEAD + P[0]).encode()), older, found.header, {}))) == 1
