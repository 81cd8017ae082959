"""Tables of text: CSV and its kin (RFC 4180), any delimiter and encoding.

A quote that is never closed would make a cell of all rows after it. Such a row is refused by name, and
reading goes on with the line after: lines that a quoted cell swallowed are rows when they are as wide as
the header and hold an address where it has one.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import BinaryIO, Final, TextIO

from sidecar.tables.encoding import CERTAIN, detect_encoding, named
from sidecar.tables.header import holds_identity
from sidecar.tables.model import (
    MAX_BROKEN,
    MAX_CELL,
    MAX_COLUMNS,
    SEARCHED,
    Choices,
    Judge,
    Layout,
    Row,
    TableError,
)

NAME: Final = "text"
DELIMITERS: Final = ",;\t|"
MAX_LINE: Final = 1_000_000  # characters
_SAMPLE: Final = 262_144  # characters
_LOST = re.compile("[\udc80-\udcff]")  # a byte that is none of the encoding (PEP 383)


def is_it(first: bytes) -> bool:
    """Whatever is nothing else."""
    return True


def lay_out(file: BinaryIO, choices: Choices, judge: Judge) -> Layout:
    """Find encoding and delimiter. Raises TableError when the encoding is not certain."""
    encoding = choices.encoding and named(choices.encoding)
    if choices.encoding and not encoding:
        raise TableError(f"There is no encoding {choices.encoding[:50]}; there are utf-8, utf-16, cp1252,"
                         " cp1250, cp1251, shift_jis, gb18030, mac_roman and Python's others.")
    found = (encoding, 1.0) if encoding else detect_encoding(iter(lambda: file.read(1 << 20), b""))
    if found[1] < CERTAIN:
        raise TableError(
            f"The encoding of the file is not certain (perhaps {found[0]}: {found[1]:.0%}). Save it as UTF-8,"
            f" or say which it is (encoding, on the command line --encoding {found[0]}).")
    layout = Layout(encoding=found[0], certainty=found[1])
    file.seek(0)
    with _text_of(file, layout) as text:
        sample = text.read(_SAMPLE)
    if "\0" in sample.partition("\n")[0]:
        raise TableError("The file is no text and of no kind that is known; it cannot be read as a table.")
    shape = _shape(sample, layout, choices, judge)
    file.seek(0)
    return shape


def _shape(sample: str, layout: Layout, choices: Choices, judge: Judge) -> Layout:
    """The delimiter by parsing: that with the best header, then the one that gives most rows as many
    columns as the header has. A first line `sep=;`, as Excel writes it, says it outright."""
    lines = sample.splitlines(keepends=True)
    if len(sample) >= _SAMPLE and len(lines) > 1:
        lines.pop()  # it may be cut off
    marks = choices.delimiter or _told_delimiter(lines[0] if lines else "") or DELIMITERS
    # In doubt the first: the usual delimiter, and spaces as they are.
    return max((replace(layout, delimiter=mark, skip_space=skip) for skip in (False, True) for mark in marks),
               key=lambda one: _fit(lines, one, choices, judge))


def _told_delimiter(first: str) -> str:
    first = first.strip("\r\n ").lower() if "\t" not in first else first.strip("\r\n").lower()
    return first[4] if len(first) == 5 and first.startswith("sep=") and first[4] in DELIMITERS else ""


def _fit(lines: list[str], layout: Layout, choices: Choices, judge: Judge) -> tuple[int, float, int, int]:
    """(how good the header is, share of rows as wide as it, its columns, cells with stray quotes,
    negative)."""
    try:
        rows = [(line, cells) for line, cells, _ in islice(_parsed(iter(lines), layout, 0, {}), SEARCHED)
                if any(cells)]
    except TableError:
        return (0, 0.0, 0, 0)
    scores = [judge(cells) if choices.header_row in (None, line) else 0 for line, cells in rows]
    best = max(scores, default=0)
    at = scores.index(best) if best else 0
    table = [cells for _, cells in rows[at:]]
    if not table or len(table[0]) < 2:
        return (best, 0.0, 1, 0)
    widths = Counter(map(len, table))
    stray = sum(cell.lstrip().startswith('"') and cell[:1] == " " for row in table for cell in row)
    return (best, widths[len(table[0])] / len(table), len(table[0]), -stray)


@contextmanager
def _text_of(file: BinaryIO, layout: Layout) -> Iterator[TextIO]:
    """The file as text with its line ends as they are; it stays open."""
    text = io.TextIOWrapper(file, encoding=layout.encoding, errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        text.detach()


def rows(file: BinaryIO, layout: Layout, width: int, identities: Mapping[int, str]) -> Iterator[Row]:
    """All rows from the top, without empty lines. A line of `width` cells of which one in `identities`
    tells who somebody is, is no part of a cell."""
    with _text_of(file, layout) as text:
        try:
            yield from _parsed(iter(lambda: text.readline(MAX_LINE + 1), ""), layout, width, identities)
        except UnicodeError:
            raise TableError(f"The file is not {layout.encoding}; say its encoding.") from None


class _TooLongError(Exception):
    """A line of more characters than a row may have."""


class _Long(str):
    """The begin of such a line."""


def _parsed(source: Iterator[str], layout: Layout, width: int,
    identities: Mapping[int, str]) -> Iterator[Row]:
    again: deque[str] = deque()  # lines that a quote had swallowed
    pulled: list[str] = []  # lines of the row that is being read
    ended = False

    def lines() -> Iterator[str]:
        nonlocal ended
        while line := again.popleft() if again else next(source, ""):
            if len(line) > MAX_LINE:
                rest = line
                while not isinstance(line, _Long) and rest and not rest.endswith(("\n", "\r")):
                    rest = next(source, "")
                pulled.append(_Long(line[:MAX_LINE + 1]))
                raise _TooLongError
            pulled.append(line)
            yield line
        ended = True

    parser, begins, broken = _reader(lines(), layout), 1, 0
    while True:
        pulled.clear()
        problem = None
        try:
            cells = next(parser, None)
            if cells is None:
                return
            if (len(pulled) > 1 and (ended or _swallowed(pulled, layout, width, identities))) or ended:
                problem = _UNCLOSED
        except (_TooLongError, csv.Error):
            cells, problem = [pulled[0][:200]], _UNCLOSED if len(pulled) > 1 else _TOO_LONG
        if problem:
            broken += problem is _UNCLOSED
            if broken > MAX_BROKEN:
                raise TableError(f"The file has more than {MAX_BROKEN:,} rows with a quote that is opened and"
                                 f" not closed; the last is at line {begins}.")
            if problem is _UNCLOSED:
                cells = _alone(pulled[0].rstrip("\r\n"), layout)
                again.extendleft(reversed(pulled[1:]))
                del pulled[1:]
            ended = False
            parser = _reader(lines(), layout)
        elif len(cells) > MAX_COLUMNS:
            problem, cells = _TOO_WIDE, cells[:MAX_COLUMNS]
        for line in pulled:
            if not line.isascii() and _LOST.search(line):
                cells = [_LOST.sub("\ufffd", cell) for cell in cells]
                problem = problem or _BAD_BYTES
        if cells and not (begins == 1 and _told_delimiter(layout.delimiter.join(cells))):
            yield Row(begins, cells, problem and (
                problem[0], problem[1].format(line=begins, encoding=layout.encoding)))
        begins += len(pulled)


_UNCLOSED: Final = (
    "unclosed_quote", "A quote is opened in the row at line {line} and never closed; the lines after it are"
                      " read as rows.")
_TOO_LONG: Final = ("too_long", "The row at line {line} is longer than a row or a cell may be"
                                f" ({MAX_LINE:,} and {MAX_CELL:,} characters).")
_TOO_WIDE: Final = ("too_wide", f"The row at line {{line}} has more than {MAX_COLUMNS} cells.")
_BAD_BYTES: Final = ("bad_encoding", "The row at line {line} has bytes that are no {encoding}; say the"
                                     " encoding of the file.")


def _reader(lines: Iterable[str], layout: Layout) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=layout.skip_space)


def _swallowed(lines: list[str], layout: Layout, width: int, identities: Mapping[int, str]) -> bool:
    """Whether quotes of a row of several lines are not as a writer sets them, or one of the lines after the
    first is a row of its own."""
    try:
        list(csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=layout.skip_space, strict=True))
    except csv.Error:
        return True
    for n, line in enumerate(lines[1:], 2):
        if line.count(layout.delimiter) < width - 1:
            continue  # most lines of a text
        for alone in (_alone(line, layout), line.split(layout.delimiter)):
            if len(alone) == width:
                # The last line ends the quoted cell: what stands after its end belongs to the row.
                end = width if n < len(lines) else next(
                    (i for i, cell in enumerate(alone) if '"' in cell), width)
                if any(i < end and holds_identity(alone[i], field) for i, field in identities.items()):
                    return True
    return False


def _alone(line: str, layout: Layout) -> list[str]:
    """The cells of a line alone; a quote that is not closed ends with it."""
    try:
        return next(_reader([line], layout), [])
    except csv.Error:
        return [line[:200]]
