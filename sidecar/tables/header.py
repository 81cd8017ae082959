"""Which line of a file holds the names of the columns, and which lines are no rows.

Exports have notes, titles and empty lines above their table, and totals or a copyright below it. The header
is the line that names most of our fields, one that identifies a person among them, and holds no address or
number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sidecar.records.schema import IDENTITIES
from sidecar.records.text import tidy
from sidecar.sources import field_named
from sidecar.tables.model import Choices, Row

# What reports write around their tables, in the languages of well-known tools.
_REPORT_LINE: Final = re.compile(
    r"""\W*(?:(?:grand|sub|report)?\s*-?\s*totals?\b | total\s+(?:g[eé]n[eé]ral|general|records?|rows)
    | (?:end|sum|summary)\s+of\b |
    (?:generated|exported|created|printed|downloaded|report\s+run|run|as)\s+(?:by|on|at|of)\b |
    (?:report|export)\s+(?:generated|created|run|date)\b | page\s+\d+(?:\s+(?:of|/)\s+\d+)?\s*$ |
    \(?\d[\d.,]*\s+(?:records?|rows?|results?|contacts?|leads?|entries|datens[aä]tze|eintr[aä]ge|zeilen)\)?\s*$
    | (?:strictly\s+|highly\s+)?confidential | proprietary | copyright | ©|\(c\)\s | all\s+rights\s+reserved
    | disclaimer | (?:gesamt|zwischen)?summe\b | gesamt\b | (?:streng\s+)?vertraulich |
    (?:erstellt|exportiert)\s+(?:am|von|durch)\b | seite\s+\d+ | (?:strictement\s+)?confidentiel |
    g[eé]n[eé]r[eé]\s+(?:par|le)\b | page\s+\d+\s+sur | confidencial | generado\s+(?:por|el) |
    gerado\s+(?:por|em) | riservato | totale\b | totaal\b | totalt?\b | vertrouwelijk | gegenereerd | poufne
    | razem\b | suma\b | konfidentiell | fortrolig | summa\b | yhteens[aä] | luottamuksellinen |
    d[uů]v[eě]rn[eé] | celkem\b | gizli | toplam\b | 合計 | 総計 | 機密 | 社外秘)""",
    re.IGNORECASE | re.VERBOSE)
_ADDRESS: Final = re.compile(r"""[\s"'<=(]*(?:mailto:)?[^\s@]+@[^\s@]|[^@]{0,100}<[^\s@<>]+@[^\s@<>]+>""")
_LETTERS: Final = re.compile(r"[^\W\d_]{4}")
_DATA: Final = re.compile(r"\S@\S|https?://|www\.|\d{5}")


def judge(cells: Sequence[str], choices: Choices) -> int:
    """How good a header these cells would be, 0 for none: how many name a field of ours. A line that has all
    the columns that the caller names, or that was a header before, is the best."""
    names = names_of(cells)
    known = 1000 if choices.known_header(names) or (
        choices.columns and choices.columns <= set(names)) else 0
    if any(_DATA.search(name) for name in names):
        return known
    fields = [field for name in names if (field := field_named(name))]
    return known + len(fields) if known or any(field in IDENTITIES for field in fields) else 0


def names_of(cells: Iterable[str]) -> list[str]:
    """The names of the columns as they stand in the header; one without is called `Column 3`."""
    return [tidy(cell)[:100] or f"Column {n}" for n, cell in enumerate(cells, 1)]


def holds_identity(text: str, field: str) -> bool:
    """Whether a cell of a column of `field` holds what identifies a person: it begins with an address, is a
    number, or a profile."""
    if field == "email":
        return bool(_ADDRESS.match(text))
    if field == "phone":
        return sum(map(str.isdigit, text)) > 5 and not _LETTERS.search(text)
    return "linkedin.com/" in text.lower()


def mark(row: Row, header: list[str], identities: Mapping[int, str]) -> Row:
    """The row; with its name as a problem when it is a line of the report instead of a person."""
    cells = row.cells
    if row.problem or any(
            i < len(cells) and holds_identity(cells[i], field) for i, field in identities.items()):
        return row
    first = next((cell for cell in cells if cell and not cell.isspace()), "")
    if _REPORT_LINE.match(first):
        return row._replace(problem=(
            "report_line", f"Line {row.line} belongs to the report around the table: {tidy(first)[:80]}"))
    if names_of(cells) == header:
        return row._replace(problem=("header_again", f"Line {row.line} is the header once more."))
    return row
