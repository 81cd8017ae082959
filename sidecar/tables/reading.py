"""Open a file as a table: what it is, how it is read, where its header stands.

Whatever a spreadsheet or a CRM system writes is read; nothing is guessed from what a cell means. Every size
is bounded, and what is no table is told apart by what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import BinaryIO, Final

from sidecar.records.schema import IDENTITIES
from sidecar.sources import field_named
from sidecar.tables.formats import BY_NAME, FORMATS
from sidecar.tables.header import judge, mark, names_of
from sidecar.tables.kinds import named_kind
from sidecar.tables.mapping import Column
from sidecar.tables.model import MAX_COLUMNS, MAX_EMPTY, SEARCHED, Choices, Layout, Row, Table, TableError

_BEGIN: Final = 1000  # characters of a cell that tell whether it is a header's


def open_table(file: BinaryIO, choices: Choices = Choices()) -> Table:  # noqa: B008 (frozen)
    """The table in a file that is open at its begin, where its rows are read from later. Raises TableError,
    also while rows are read."""
    first = file.read(4096)
    file.seek(0)
    if not first:
        raise TableError("The file is empty.")
    form = next(form for form in FORMATS if form.is_it(first))
    if form.NAME == "text" and (kind := named_kind(first)):
        raise TableError(f"The file is {kind}, not a table. Save or export the list as CSV or XLSX.")
    layout = form.lay_out(file, choices, partial(judge, choices=choices))
    file.seek(0)
    top = [row._replace(cells=[cell[:_BEGIN] for cell in row.cells])
           for row in islice(form.rows(file, layout, 0, {}), SEARCHED)]
    file.seek(0)
    at = _header_at(top, choices)
    layout = replace(layout, header_line=top[at].line)
    header = names_of(top[at].cells)
    if len(header) > MAX_COLUMNS or (top[at].problem or ("",))[0] == "too_wide":
        raise TableError(f"The header at line {layout.header_line} has more than {MAX_COLUMNS} columns.")
    fields = enumerate(map(field_named, header))
    identities = {i: field for i, field in fields if field and field in IDENTITIES}
    return Table(layout, header, rows_below(file, layout, header, identities),
                 [row for row in top[:at] if any(row.cells)])


def _header_at(top: list[Row], choices: Choices) -> int:
    filled = [n for n, row in enumerate(top) if any(map(str.strip, row.cells))]
    if not filled:
        raise TableError("The file is empty.")
    if choices.header_row is not None:
        found = next((n for n in filled if top[n].line == choices.header_row), None)
        if found is None:
            raise TableError(f"No row begins at line {choices.header_row} of the first {SEARCHED} rows.")
        return found
    return max(filled, key=lambda n: judge(top[n].cells, choices))  # in doubt the first


def rows_below(
    file: BinaryIO, layout: Layout, header: list[str], identities: Mapping[int, str],
) -> Iterator[Row]:
    """The rows after the header of a file that is open at its begin; those without a value are none. Lines of
    the report around the table are marked. Raises TableError."""
    empty, begun = 0, layout.header_line is not None
    for row in BY_NAME[layout.format].rows(file, layout, len(header), identities):
        if layout.header_line is not None and row.line <= layout.header_line:
            continue
        if not begun:
            begun = any(row.cells)
            continue
        if not any(row.cells):
            empty += 1
            if empty > MAX_EMPTY:
                raise TableError(f"The file has more than {MAX_EMPTY:,} empty rows; remove them.")
            continue
        yield mark(row, header, identities)


def identities_of(columns: Iterable[Column]) -> dict[int, str]:
    """Which of the columns tell who a row is, counted from 0: their fields."""
    return {i: column.field for i,
        column in enumerate(columns) if column.field and column.field in IDENTITIES}
