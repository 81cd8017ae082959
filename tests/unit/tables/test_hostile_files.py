"""Hostile files cost no more memory than others, however many their rows."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from sidecar.services.imports import CHUNK_CHARACTERS, chunks_of
from sidecar.tables import Choices, Row, TableError, open_table
from sidecar.tables.formats.text import MAX_LINE
from sidecar.tables.model import MAX_CELL
from tests.spreadsheets import xlsx

HEAD = "Email,Note,City,Company\n"
LONGEST = ",".join(["x" * (MAX_CELL - 1)] * 3)  # that a row may have
LINES = {
    "cells of a megabyte": "p{n}@x.example," + "x" * 1_000_000 + ",,\n",
    "the longest cells that are read": "p{n}@x.example," + LONGEST + "\n",
    "ten thousand cells": "p{n}@x.example" + ",x" * 10_000 + "\n",
    "formulas": "p{n}@x.example,=HYPERLINK(\"http://x\")" + "+1" * 50_000 + ",@x,-1\n",
    "signs that are none": "p{n}@x.example,\"" + "\0\x1b\x07\u202e\ufeff" * 2_000 + "\",,\n",
    "cells of many lines": "p{n}@x.example,\"" + "a line\n" * 300 + "\",,\n",
    "quotes that are not closed": "p{n}@x.example,\"" + "x" * 100_000 + ",,\n",
    "one endless line": "y" * (3 * MAX_LINE),
    "nothing": "," * 100_000 + "\n",
}


def peak_of(content: bytes) -> tuple[int, int]:
    """(rows, the most memory that reading them chunk by chunk took)."""
    tracemalloc.start()
    try:
        table = open_table(io.BytesIO(content), Choices(encoding="utf-8"))
        rows = sum(map(len, chunks_of(table.rows, 500)))
        return rows, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", LINES)
def test_memory_does_not_grow_with_the_rows(kind):
    """A file of four times the rows takes no more than one of which a chunk is full already."""
    few, many = ((HEAD + "".join(LINES[kind].replace("{n}", str(n)) for n in range(count))).encode()
                 for count in (20, 80))
    (rows, little), (more, much) = peak_of(few), peak_of(many)
    assert much < 1.25 * little + (8 << 20), (kind, rows, more)
    assert more == (rows if kind in ("one endless line", "nothing") else 4 * rows)


def test_a_bomb_costs_little():
    bomb = xlsx({"S": "<row/>" * 3_000_000})
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        with pytest.raises(TableError, match="unpacks to more than 5 MB"):
            open_table(io.BytesIO(bomb), Choices(spreadsheet_mb=5))
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_a_chunk_holds_few_rows_that_are_long():
    rows = [Row(n, ["x" * (CHUNK_CHARACTERS // 4)]) for n in range(12)]
    assert [len(chunk) for chunk in chunks_of(rows, 500)] == [5, 5, 2]
    assert [len(chunk) for chunk in chunks_of(rows, 4)] == [4, 4, 4]
