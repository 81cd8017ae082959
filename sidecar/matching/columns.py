"""Which field of a person a column of a file holds, by its header."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

# The headers of exports of CRM systems, shops and registers, in English, German, French, Spanish,
# Italian and Dutch; folded, without white space and punctuation. No field for dates of birth or
# national ids: they are never used.
HEADERS: Final[dict[str, str]] = {
    "first_name": "given givenname givennames first firstname fname forename vorname prenom nombre nome"
                  " voornaam contactfirstname",
    "last_name": "family familyname last lastname lname surname nachname familienname nomdefamille"
                 " apellido apellidos cognome achternaam contactlastname",
    "full_name": "name full fullname personname contactname contact kontakt ansprechpartner",
    "email": "mail email emailaddress mailaddress emailadresse mailadresse courriel correo workemail"
             " businessemail primaryemail",
    "phone": "phone phonenumber telephone telephonenumber tel telefon telefonnummer telefono mobile"
             " mobilephone mobil mobilnummer handy cell cellphone directphone workphone",
    "linkedin_url": "linkedin linkedinurl linkedinprofile linkedinprofileurl",
    "company_name": "company companyname organization organisation organizationname firma unternehmen"
                    " employer account accountname entreprise societe empresa azienda bedrijf",
    "company_domain": "domain companydomain website companywebsite webseite",
    "house_number": "housenumber houseno housenr streetnumber streetno hausnummer hausnr hnr nr numero",
    "street": "street streetname streetaddress address address1 addressline1 addr addr1 strasse str"
              " anschrift adresse rue calle indirizzo straat",
    "address_2": "address2 addressline2 addr2 street2 adresszusatz unit",
    "postcode": "postcode postalcode zip zipcode plz postleitzahl codepostal codigopostal cap",
    "city": "city town suburb locality ort stadt wohnort ville ciudad citta plaats",
    "region": "region state province stateprovince county bundesland kanton provincia",
    "country": "country countrycode land pays pais paese",
}
FIELDS: Final = tuple(HEADERS)
_FIELD_OF: Final = {header: field for field, headers in HEADERS.items() for header in headers.split()} | {
    field.replace("_", ""): field for field in FIELDS
}


def field_of(header: str) -> str | None:
    """Return the field that a header names, None for any other column."""
    letters = unicodedata.normalize("NFKD", header.casefold())
    return _FIELD_OF.get(re.sub(r"[\W_]", "", letters))


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


def read_rows(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the cells of each row of a CSV file, the header first, without outer white space.

    The separator is the comma, semicolon, tab or bar that the first line has most of.
    """
    rest = iter(lines)
    first = next(rest, "")
    separator = max(",;\t|", key=first.count)
    for row in csv.reader(chain([first], rest), delimiter=separator, skipinitialspace=True):
        if row:
            yield [cell.strip() for cell in row]


def fields_of(row: Iterable[str], fields: Iterable[str | None]) -> dict[str, str]:
    """Return {field: text} of a row's cells; of several columns of a field the first that is filled."""
    found: dict[str, str] = {}
    for text, field in zip(row, fields, strict=False):
        if field and text:
            found.setdefault(field, text)
    return found
