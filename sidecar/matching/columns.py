"""Which field of a person a column of a file holds, by its header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sidecar.sources import read_names
from sidecar.terms.fields import GIVEN

# Columns that identify a person and that a lead has no field for: as places in brackets of sidecar.sources.
# There is no field for dates of birth or national ids: they are never used.
ADDRESS: Final = ("house_number", "street", "address_2", "postcode")
FIELDS: Final = (*(name for name, field in GIVEN.items() if field.matched), *ADDRESS)


def column_fields(headers: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return {column: field} of the columns that take part.

    `given` overrides the guess column by column; an empty field leaves a column out. Raises
    ValueError for a column that the file has not, or a field that there is not.
    """
    headers = list(headers)
    if unknown := sorted(set(given) - set(headers)):
        raise ValueError(f"The file has no column {', '.join(unknown)}; it has {', '.join(headers)}.")
    mapping = {}
    named_as = [given.get(header, header) for header in headers]
    for header, named, (place, *_) in zip(headers, named_as, read_names(tuple(named_as)), strict=True):
        field = (place or "").strip("[]")
        if field in FIELDS:
            mapping[header] = field
        elif header in given and named:
            raise ValueError(f"There is no field {named}; there are {', '.join(FIELDS)}.")
    return mapping


def fields_of(row: Iterable[str], fields: Iterable[str | None]) -> dict[str, str]:
    """Return {field: text} of a row's cells; of several columns of a field the first that is filled."""
    found: dict[str, str] = {}
    for text, field in zip(row, fields, strict=False):
        if field and text:
            found.setdefault(field, text)
    return found
