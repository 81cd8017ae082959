"""Which field of a person a column of a file holds, by its header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sidecar.tables import guess
from sidecar.tables.mapping import fold
from sidecar.terms.fields import GIVEN

# Columns that identify a person and that a lead has no field for; the others are those of sidecar.tables.
# There is no field for dates of birth or national ids: they are never used.
ADDRESS: Final[dict[str, str]] = {
    "house_number": "housenumber houseno housenr streetnumber streetno hausnummer hausnr hnr nr numero",
    "street": "street streetname streetaddress address address1 addressline1 addr addr1 strasse str"
              " anschrift adresse rue calle indirizzo straat",
    "address_2": "address2 addressline2 addr2 street2 adresszusatz unit",
    "postcode": "postcode postalcode zip zipcode plz postleitzahl codepostal codigopostal cap",
}
FIELDS: Final = (*(name for name, field in GIVEN.items() if field.matched), *ADDRESS)
_ADDRESS_OF: Final = {header: field for field, headers in ADDRESS.items() for header in headers.split()}


def field_of(header: str) -> str | None:
    """Return the field that a header names, None for any other column."""
    field = _ADDRESS_OF.get(fold(header)) or guess(header)
    return field if field in FIELDS else None


def column_fields(headers: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return {column: field} of the columns that take part.

    `given` overrides the guess column by column; an empty field leaves a column out. Raises
    ValueError for a column that the file has not, or a field that there is not.
    """
    headers = list(headers)
    if unknown := sorted(set(given) - set(headers)):
        raise ValueError(f"The file has no column {', '.join(unknown)}; it has {', '.join(headers)}.")
    mapping = {}
    for header in headers:
        named = given.get(header, header)
        field = field_of(named) if named else None
        if field:
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
