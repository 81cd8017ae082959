"""Which field of a lead a column holds: given by the caller, or guessed from its header.

Known are our own names and those that Salesforce, HubSpot and Apollo give their exports, in English
and German, and the plainest in French, Spanish, Italian and Dutch. Street, postcode and salutation are
left out: no rule needs them. Any other column becomes `custom.<header>`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final, NamedTuple

from sidecar.records.schema import IDENTITIES, LISTS, LONG_TEXTS, MAX_KEYS, NUMBERS, OBJECTS, TEXTS
from sidecar.records.text import tidy
from sidecar.terms.fields import FIELDS, GIVEN

from .model import TableError
from .writing import unguard

# Headers without case, spaces, punctuation and umlauts, the best first: of several columns of a field
# the first that is filled counts.
_RANK: Final = {
    header: (name, rank) for name, field in GIVEN.items() for rank, header in enumerate(field.headers)}
# Nobody needs these here, or they are worked out anew, or they are ours of an export or rejects file.
_IGNORED: Final = frozenset(
    """street streetaddress address address1 address2 addressline1 addressline2 mailingstreet strasse
    hausnummer anschrift adresse zip zipcode zippostalcode postalcode postcode mailingzippostalcode plz
    postleitzahl salutation anrede titel birthdate dateofbirth birthday geburtsdatum geburtstag
    password keywords technologies departments stage grade score createdat updatedat rejectedline
    rejectedbecause warningline warnings""".split()  # noqa: SIM905
) | {(field.lead or field.name).replace("_", "") for field in FIELDS
     if not field.headers and (field.lead or field.entity == "lead")} - set(_RANK)
_MAX_CUSTOM: Final = MAX_KEYS - 10
_CUSTOM_CHARACTERS: Final = 6000  # of all guessed custom cells of a row; a lead may have 8192 bytes
_MAX_CELL: Final = 500
_FIELDS: Final = frozenset((*TEXTS, *LONG_TEXTS, *NUMBERS, *LISTS))
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "#": "numberof"})


class Column(NamedTuple):
    """A column of a file. how: given, guessed, custom (not known, kept) or ignored (field is None)."""

    name: str
    field: str | None
    how: str


@lru_cache(4096)
def fold(header: str) -> str:
    """A header without case, accents, spaces, punctuation and umlauts."""
    letters = unicodedata.normalize("NFKD", header.casefold().translate(_UMLAUTS))
    return re.sub(r"[\W_]", "", letters)


def guess(header: str) -> str | None:
    """The field that a header names, None for any other."""
    if found := _RANK.get(fold(header)):
        return found[0]
    part, dot, key = header.partition(".")
    if dot and key and part in OBJECTS:
        return header
    if header.lower().startswith("utm_") and len(header) > 4:
        return f"utm.{header[4:].lower()}"
    return None


def plan_columns(
    headers: Sequence[str], given: Mapping[str, str], unknown: str = "custom"
) -> list[Column]:
    """The field of each column, in order: the list that is shown before an import.

    `given` ({column: field}) overrides the guess; an empty field leaves the column out. `unknown`
    columns become custom fields, or with "ignore" nothing. Raises TableError for a column that the
    file has not, a field that there is not, and when no column can tell who a row is.
    """
    if missing := sorted(set(given) - set(headers)):
        raise TableError(f"The file has no column {', '.join(missing)}; it has {', '.join(headers)}.")
    columns, custom = [], 0
    for header in headers:
        if header in given:
            columns.append(_given(header, given[header]))
            continue
        field, how = guess(header), "guessed"
        kept = header != "lead_id" and fold(header) not in _IGNORED and custom < _MAX_CUSTOM
        if field is None and kept and unknown == "custom":
            field, how, custom = _free(f"custom.{header}"[:96], columns), "custom", custom + 1
        columns.append(Column(header, field, how if field else "ignored"))
    if not any(column.field in IDENTITIES for column in columns):
        raise TableError(
            "No column holds an email address, a phone number or a LinkedIn URL; say which does, and"
            " see that the first row holds the names of the columns.")
    return columns


def _free(field: str, columns: Sequence[Column]) -> str:
    """The name, numbered where an earlier column has it: a header may stand there twice."""
    taken = {column.field for column in columns}
    return next(name for n in count(1) if (name := field if n == 1 else f"{field} {n}") not in taken)


def _given(header: str, field: str) -> Column:
    if not field:
        return Column(header, None, "ignored")
    part, dot, key = field.partition(".")
    if field in _FIELDS or (dot and key and part in OBJECTS):
        return Column(header, field, "given")
    raise TableError(f"There is no field {field}; there are {', '.join(sorted(_FIELDS))}, utm.…,"
                     " consent.… and custom.….")


def row_problem(cells: Sequence[str], columns: Sequence[Column]) -> tuple[str, str] | None:
    """(code, sentence) of what is wrong with a row as a row: more cells than the header has names for."""
    if any(cells[len(columns):]):
        return "bad_row", f"The row has {len(cells)} cells, the header {len(columns)}."
    return None


def lead_of(cells: Iterable[str], columns: Sequence[Column], source: str | None = None) -> dict[str, Any]:
    """The raw lead of a row, without its empty cells. `source` is used for rows that name none."""
    lead: dict[str, Any] = {}
    ranks: dict[str, int] = {}
    room = _CUSTOM_CHARACTERS
    for text, column in zip(cells, columns, strict=False):
        text = unguard(text).strip()
        if column.field is None or not text:
            continue
        part, _, key = column.field.partition(".")
        if key:
            if column.how == "custom":
                text = text[:min(_MAX_CELL, max(0, room - len(key)))]
                room -= len(key) + len(text)
                if not text:
                    continue
            value = _truth(text) if part == "consent" else text
            lead.setdefault(part, {}).setdefault(key, value)
        else:
            rank = _RANK.get(fold(column.name), ("", 0))[1] if column.how == "guessed" else -1
            if rank < ranks.get(column.field, len(_RANK)):
                lead[column.field], ranks[column.field] = text, rank
    if source:
        lead.setdefault("source", source)
    if isinstance(lead.get("source"), str):
        lead["source"] = tidy(lead["source"])
    return lead


def _truth(text: str) -> Any:
    return {"true": True, "yes": True, "ja": True, "false": False, "no": False, "nein": False}.get(
        text.lower(), text)
