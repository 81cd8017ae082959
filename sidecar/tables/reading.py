"""Read tables of text: encoding, delimiter, rows (RFC 4180), every size bounded.

Whatever a spreadsheet or a CRM system writes is read; nothing is guessed from what a cell means.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final, TextIO

from sidecar.records.text import tidy

DELIMITERS: Final = ",;\t|"
MAX_LINE: Final = 1_000_000  # characters; cells are bounded by csv itself: 131,072 characters
MAX_COLUMNS: Final = 500
MAX_EMPTY: Final = 100_000  # rows of a file without a value; each costs time and none tells anything
SAMPLE: Final = 65_536
_SAMPLE_ROWS: Final = 20
_END: Final = "\0end of the file\0"  # a line after the last one: it is a row, unless a quote is still open

Rows = Iterator[tuple[int, list[str]]]


class TableError(ValueError):
    """The file cannot be read as a table; the message is a sentence for people."""


@dataclass(frozen=True)
class Shape:
    """How the cells stand in the text. skip_space: a space may stand between delimiter and cell."""

    delimiter: str = ","
    skip_space: bool = False


def detect_encoding(chunks: Iterable[bytes]) -> str:
    """Name the encoding of a file: UTF-16 and UTF-8 by their mark, else UTF-8 if all of it is, else
    Windows-1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    first, is_utf8 = b"", True
    for chunk in chunks:
        if len(first) < 3:
            first += chunk[:3]
        try:
            if is_utf8:
                decoder.decode(chunk)
        except UnicodeDecodeError:
            is_utf8 = False
    try:
        if is_utf8:
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_utf8 = False
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if first.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return "utf-8" if is_utf8 else "cp1252"


def decode(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """The file as text with its line ends as they are; bytes that mean nothing become U+FFFD."""
    return io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")


def detect_shape(sample: str) -> Shape:
    """Find the delimiter by parsing: the one that gives the head and the rows after it most columns
    of the same number. A first line `sep=;`, as Excel writes it, says it outright."""
    first, _, rest = sample.partition("\n")
    if told := _told_delimiter(first):
        return _best(rest, told)
    return _best(sample, DELIMITERS)


def _told_delimiter(first: str) -> str:
    first = first.strip("\r\n ").lower() if "\t" not in first else first.strip("\r\n").lower()
    return first[4] if len(first) == 5 and first.startswith("sep=") and first[4] in DELIMITERS else ""


def _best(sample: str, delimiters: str) -> Shape:
    lines = sample.splitlines(keepends=True)
    if len(sample) >= SAMPLE and len(lines) > 1:
        lines.pop()  # it may be cut off
    # In doubt the first: the usual delimiter, and spaces as they are.
    return max((Shape(mark, skip) for skip in (False, True) for mark in delimiters),
               key=lambda shape: _fit(lines, shape))


def _fit(lines: list[str], shape: Shape) -> tuple[float, int, int]:
    """(share of rows as wide as the head, columns of the head, cells with stray quotes, negative)."""
    try:
        rows = [row for row in islice(_parse(lines, shape), _SAMPLE_ROWS + 1) if row]
    except csv.Error:
        return (0.0, 0, 0)
    if not rows or len(rows[0]) < 2:
        return (0.0, 1, 0)
    widths = Counter(map(len, rows))
    stray = sum(cell.lstrip().startswith('"') and cell[:1] == " " for row in rows for cell in row)
    return (widths[len(rows[0])] / len(rows), len(rows[0]), -stray)


def _parse(lines: Iterable[str], shape: Shape) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=shape.delimiter, skipinitialspace=shape.skip_space)


@contextmanager
def open_table(file: BinaryIO) -> Iterator[tuple[list[str], Rows]]:
    """As read_table, of a file that is open at its begin: encoding and delimiter are found."""
    encoding = detect_encoding(iter(lambda: file.read(1 << 20), b""))
    file.seek(0)
    with text_of(file, encoding) as text:
        shape = detect_shape(text.read(SAMPLE))
    file.seek(0)
    with text_of(file, encoding) as text:
        yield read_table(text, shape)


@contextmanager
def text_of(file: BinaryIO, encoding: str) -> Iterator[TextIO]:
    """The file as text; it stays open."""
    text = decode(file, encoding)
    try:
        yield text
    finally:
        text.detach()


def read_table(text: TextIO, shape: Shape) -> tuple[list[str], Rows]:
    """(header, rows), each row with the line of the file where it begins; empty lines are no rows.

    Header cells are tidied; one that is empty is called `Column 3`. Raises TableError, also while
    the rows are read.
    """
    rows = _rows(text, shape)
    _, header = next((row for row in rows if any(row[1])), (0, []))
    if not header:
        raise TableError("The file is empty.")
    return [tidy(name)[:100] or f"Column {n}" for n, name in enumerate(header, 1)], rows


def _rows(text: TextIO, shape: Shape) -> Rows:
    reader = csv.reader(_lines(text), delimiter=shape.delimiter, skipinitialspace=shape.skip_space)
    begins, empty = 1, 0
    while True:
        try:
            row = next(reader)
        except csv.Error as error:
            raise TableError(f"The row at line {begins} cannot be read: {error}."
                             " Is a quote opened there and not closed?") from None
        if row == [_END]:
            return
        if row and row[-1].endswith(_END):
            raise TableError(f"A quote is opened in the row at line {begins} and never closed.")
        if len(row) > MAX_COLUMNS:
            raise TableError(f"The row at line {begins} has more than {MAX_COLUMNS} columns.")
        empty += not any(row)
        if empty > MAX_EMPTY:
            raise TableError(f"The file has more than {MAX_EMPTY:,} empty rows; remove them.")
        is_hint = begins == 1 and _told_delimiter(shape.delimiter.join(row))
        if row and not is_hint:
            yield begins, row
        begins = reader.line_num + 1


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise TableError(f"The file has a line of more than {MAX_LINE} characters.")
        yield line
    yield _END
