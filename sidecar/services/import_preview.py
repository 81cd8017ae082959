"""What a file of leads is, before there is a job: how it would be read, its columns with samples."""

from __future__ import annotations

from typing import BinaryIO, Final

from sidecar.engine import Engine
from sidecar.services import imports
from sidecar.store.database import Row
from sidecar.tables import NOBODY, columns_of, identities_of
from sidecar.tables import Row as TableRow

SAMPLES: Final = 3  # of each column
_SAMPLED_ROWS: Final = 500
_LINES_BELOW: Final = 5
_SHOWN: Final = 120  # characters


def look(engine: Engine, file: BinaryIO, options: imports.Options) -> Row:
    """A file that is open at its start as an import with these options would read it: {format, encoding,
    encoding_certainty, delimiter, sheet, sheets, header_line, mapping_name, source, rows, lines: [{line,
    text}] around the header, columns: [{column, field, how, samples}], refused: what everybody in it refuses,
    problem: why it could not be imported so}. Nothing is kept. Raises TableError."""
    with engine.database.read() as cursor:
        table, told, name = imports.understand(engine, cursor, file, options)
    columns = columns_of(table.header, told.mapping, told.unknown_columns)
    layout = table.layout
    samples: list[dict[str, None]] = [{} for _ in columns]
    below: list[TableRow] = []
    count = 0
    for row in imports.read(file, imports.Plan(layout, columns, told.source)):
        count += 1
        if count <= _LINES_BELOW:
            below.append(row)
        if count > _SAMPLED_ROWS:
            continue
        for kept, cell in zip(samples, row.cells, strict=False):
            if cell.strip() and len(kept) < SAMPLES:
                kept[_short(cell)] = None
    text = layout.format == "text"
    return {
        "format": layout.format, "encoding": layout.encoding if text else None,
        "encoding_certainty": layout.certainty if text else None,
        "delimiter": layout.delimiter if text else None, "sheet": layout.sheet or None,
        "sheets": [*layout.sheets], "header_line": layout.header_line, "mapping_name": name,
        "source": told.source, "rows": count,
        "lines": [{"line": row.line, "text": _short(" · ".join(filter(None, row.cells)))} for row in (
            *table.above[-_LINES_BELOW:], TableRow(layout.header_line or 1, table.header), *below)],
        "columns": [{"column": column.name, "field": column.field, "how": column.how, "samples": [*kept]}
                    for column, kept in zip(columns, samples, strict=True)],
        "refused": options.refused,
        "problem": None if identities_of(columns) else NOBODY,
    }


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
