"""Which field of a lead a column holds: given by the caller, or read from its header (sidecar/sources).

Street, postcode and salutation are left out: no rule needs them. Any other column becomes `custom.<header>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any, Final, NamedTuple

from sidecar.records.schema import IDENTITIES, LISTS, LONG_TEXTS, MAX_KEYS, NUMBERS, OBJECTS, TEXTS
from sidecar.records.text import tidy
from sidecar.sources import gather, read_names

from .model import TableError
from .writing import unguard

_MAX_CUSTOM: Final = MAX_KEYS - 10
_MAX_CELL: Final = 500  # characters of a column that nobody knows
NOBODY: Final = (
    "No column holds an email address, a phone number or a LinkedIn URL; say which does, and see that the"
    " first row holds the names of the columns.")
_FIELDS: Final = frozenset((*TEXTS, *LONG_TEXTS, *NUMBERS, *LISTS))


class Column(NamedTuple):
    """A column of a file. how: given, guessed, custom (not known, kept) or ignored (field is None). rank,
    means: as in sidecar.sources.Named."""

    name: str
    field: str | None
    how: str
    rank: int = 0
    means: str = ""


def plan_columns(
    headers: Sequence[str], given: Mapping[str, str], unknown: str = "custom"
) -> list[Column]:
    """The field of each column, in order: the list that is shown before an import.

    `given` ({column: field}) overrides the guess; an empty field leaves the column out. `unknown`
    columns become custom fields, or with "ignore" nothing. Raises TableError for a column that the
    file has not, a field that there is not, and when no column can tell who a row is.
    """
    columns = columns_of(headers, given, unknown)
    if not any(column.field in IDENTITIES for column in columns):
        raise TableError(NOBODY)
    return columns


def columns_of(headers: Sequence[str], given: Mapping[str, str], unknown: str = "custom") -> list[Column]:
    """`plan_columns`, of a table that may have no column which tells who a row is."""
    if missing := sorted(set(given) - set(headers)):
        raise TableError(f"The file has no column {', '.join(missing)}; it has {', '.join(headers)}.")
    columns, custom = [], 0
    for header, (place, rank, means) in zip(headers, read_names(tuple(headers)), strict=True):
        if header in given:
            columns.append(_given(header, given[header]))
        elif place and _is_field(place):
            columns.append(Column(header, place, "guessed", rank, means))
        elif (place or "").startswith("[") or unknown != "custom" or custom >= _MAX_CUSTOM:
            columns.append(Column(header, None, "ignored"))
        else:
            columns.append(Column(header, _free(f"custom.{header}"[:96], columns), "custom"))
            custom += 1
    return columns


def _free(field: str, columns: Sequence[Column]) -> str:
    """The name, numbered where an earlier column has it: a header may stand there twice."""
    taken = {column.field for column in columns}
    return next(name for n in count(1) if (name := field if n == 1 else f"{field} {n}") not in taken)


def _given(header: str, field: str) -> Column:
    if not field:
        return Column(header, None, "ignored")
    if _is_field(field):
        return Column(header, field, "given", -1)
    raise TableError(f"There is no field {field}; there are {', '.join(sorted(_FIELDS))}, utm.…,"
                     " consent.… and custom.….")


def _is_field(name: str) -> bool:
    part, _, key = name.partition(".")
    return name in _FIELDS or bool(key and part in OBJECTS)


def row_problem(cells: Sequence[str], columns: Sequence[Column]) -> tuple[str, str] | None:
    """(code, sentence) of what is wrong with a row as a row: more cells than the header has names for."""
    if any(cells[len(columns):]):
        return "bad_row", f"The row has {len(cells)} cells, the header {len(columns)}."
    return None


def lead_of(
    cells: Iterable[str], columns: Sequence[Column], source: str | None = None, refused: str | None = None
) -> dict[str, Any]:
    """The raw lead of a row, without its empty cells; what several columns of a field hold is a list, the
    best first. `source` is used for rows that name none, `refused` is what everybody in the file refuses."""
    lead = gather([
        (field, rank, means, name, unguard(text).strip()[:_MAX_CELL] if how == "custom" else
         unguard(text).strip())
        for text, (name, field, how, rank, means) in zip(cells, columns, strict=False) if text and field])
    if source:
        lead.setdefault("source", source)
    if isinstance(lead.get("source"), str):
        lead["source"] = tidy(lead["source"])
    if refused and lead:
        lead["refused"] = {**lead.get("refused", {}), refused: True}
    return lead
