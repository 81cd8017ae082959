"""What is kept of a known person or company that a chunk of an import changes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sidecar.jsons import of_json

Row = dict[str, Any]
Picture = Mapping[str, Sequence[str]]  # table -> its rows, as JSON
# What came since an import is told by these (`undoing.undone`), also where the import left them as they were.
_COMPARED = frozenset(("leads", "provenance"))


def difference(
    was: Picture, now: Picture, keys: Mapping[str, Sequence[str]], *, whole: bool = False,
) -> tuple[dict[str, list[Row]], dict[str, list[Any]]] | None:
    """The rows that differ between two pictures, and those that are compared later, by table: (as they stood,
    what became of them); None where none differs. What became of a row is [its place among those that stood,
    the columns that changed], a new one is whole, one that is gone is left out. keys: of each table; whole:
    all rows as they stand, for what is to be put together with another difference."""
    before: dict[str, list[Row]] = {}
    after: dict[str, list[Any]] = {}
    differs = False
    for table, lines in was.items():
        same = frozenset() if whole or table in _COMPARED else frozenset(lines) & frozenset(now[table])
        rows = [_row(line) for line in lines if line not in same]
        places = {tuple(row[name] for name in keys[table]): place for place, row in enumerate(rows)}
        became: list[Any] = []
        for row in (_row(line) for line in now[table] if line not in same):
            place = places.pop(tuple(row[name] for name in keys[table]), None)
            if place is None:
                became.append(row)
                differs = True
                continue
            changed = {name: value for name, value in row.items() if value != rows[place][name]}
            became.append(row if whole else [place, changed])
            differs = differs or bool(changed)
        differs = differs or bool(places)
        if rows or became:
            before[table], after[table] = rows, became
    return (before, after) if differs else None


def became(before: Mapping[str, Sequence[Row]], after: Mapping[str, Sequence[Any]]) -> dict[str, list[Row]]:
    """The second part of a difference with whole rows."""
    return {table: [row if isinstance(row, dict) else before[table][row[0]] | row[1] for row in rows]
            for table, rows in after.items()}


def _row(line: str) -> Row:
    row: Row = of_json(line)
    row.pop("search_text", None)  # triggers write it
    return row
