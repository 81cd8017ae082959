"""What a table is, how it is read, and what bounds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final, NamedTuple, Protocol

MAX_COLUMNS: Final = 500
MAX_ROWS: Final = 1_048_576  # of a spreadsheet; what Excel allows
MAX_CELL: Final = 131_072  # characters
MAX_EMPTY: Final = 100_000  # rows of a file without a value; each costs time and none tells anything
MAX_BROKEN: Final = 1000  # rows with a quote that is never closed; then the file is no table
SEARCHED: Final = 100  # rows from the top among which the header line may be

# Rows that are no people: named, counted and left out. Any other problem of a row refuses it.
SKIPPED: Final = frozenset({"report_line", "header_again"})


class TableError(ValueError):
    """The file cannot be read as a table; the message is a sentence for people."""


class Row(NamedTuple):
    """line: of the file (of a spreadsheet: its row), where it begins. problem: (code, sentence) of a row that
    cannot be taken as it stands."""

    line: int
    cells: list[str]
    problem: tuple[str, str] | None = None


@dataclass(frozen=True)
class Choices:
    """What the caller says of a file; what is None is found.

    header_row: the line of the file. columns: names that the header holds. known_header: tells a header that
    was seen before by its names. spreadsheet_mb: the most that a spreadsheet may unpack to.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    columns: frozenset[str] = frozenset()
    known_header: Callable[[list[str]], bool] = lambda names: False
    spreadsheet_mb: int = 200


@dataclass(frozen=True)
class Layout:
    """How a file is read, found or chosen; the same file is read again in the same way.

    format: a module of formats/. certainty: of the encoding, 0 to 1. skip_space: a space may stand between
    delimiter and cell. sheets: those of a spreadsheet that are shown, 50 at most. header_line: None is the
    first line that is not empty.
    """

    format: str = "text"
    encoding: str = "utf-8"
    certainty: float = 1.0
    delimiter: str = ","
    skip_space: bool = False
    sheet: str = ""
    sheets: Sequence[str] = ()
    header_line: int | None = None
    spreadsheet_mb: int = 200


@dataclass(frozen=True)
class Table:
    """header: a name for each column, as it stands there. rows: those after it, read as they are asked
    for."""

    layout: Layout
    header: list[str]
    rows: Iterator[Row]
    above: list[Row] = field(default_factory=list)


Judge = Callable[[list[str]], int]


class Format(Protocol):
    """One kind of file: a module of formats/.

    NAME stands in layouts. `is_it` looks at the first 4096 bytes. `lay_out` finds how the file, which is open
    at its begin, is read: `judge` tells how good a header a row's cells would be, 0 for none. `rows` gives
    all rows from the top. Both raise TableError.
    """

    NAME: str

    def is_it(self, first: bytes) -> bool: ...

    def lay_out(self, file: BinaryIO, choices: Choices, judge: Judge) -> Layout: ...

    def rows(
        self, file: BinaryIO, layout: Layout, width: int, identities: Mapping[int, str]) -> Iterator[Row]: ...
