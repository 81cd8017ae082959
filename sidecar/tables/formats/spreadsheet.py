"""Spreadsheets: XLSX, XLS, ODS and their kin, read by python-calamine in a process of its own.

A zip is measured before it is handed over: by what it says, and by what it unpacks to.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, BinaryIO, Final

from sidecar.sheets import SheetError, rows_of
from sidecar.tables.model import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Choices, Judge, Layout, Row, TableError

NAME: Final = "spreadsheet"
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_MEMBERS: Final = 10_000
# What a zip is by a file that it has.
_BOOKS: Final = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
_OTHERS: Final = {
    "word/document.xml": "a Word document", "ppt/presentation.xml": "a presentation",
    "Index/Document.iwa": "a Numbers or Pages file; export it as XLSX or CSV"}
_STREAMS: Final = {
    "EncryptedPackage": "a spreadsheet that is protected by a password; save it without one.",
    "WordDocument": "a Word document, not a table. Save or export the list as CSV or XLSX.",
    "PowerPoint Document": "a presentation, not a table. Save or export the list as CSV or XLSX.",
    "__properties_version1.0": "an Outlook message, not a table. Save or export the list as CSV or XLSX."}
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"


def is_it(first: bytes) -> bool:
    """Whether it is a zip or an OLE document, as spreadsheets are."""
    return first.startswith((_ZIP, _OLE))


def lay_out(file: BinaryIO, choices: Choices, judge: Judge) -> Layout:
    """Find the sheet: the one that is named, else the one with the best header, else the first. Raises
    TableError for what is no spreadsheet, is protected or too large."""
    if file.read(4) == _ZIP:
        _measure(file, choices.spreadsheet_mb)
    else:
        _measure_old(file, choices.spreadsheet_mb)
    sheets: dict[str, int] = {}
    name = ""
    for said in _read(file, choices.spreadsheet_mb):
        if isinstance(said, dict):
            name = said["sheet"]
            sheets[name] = -1
        elif said[0] == choices.header_row or choices.header_row is None:
            sheets[name] = max(sheets[name], judge(said[1]))
    if not sheets:
        raise TableError("The spreadsheet has no sheet that is shown.")
    if choices.sheet is not None and choices.sheet not in sheets:
        raise TableError(
            f"There is no sheet {choices.sheet[:100]}; there are {', '.join(list(sheets)[:20])}.")
    chosen = choices.sheet or max(sheets, key=lambda sheet: sheets[sheet])
    return Layout(NAME, sheet=chosen, sheets=[*sheets][:50], spreadsheet_mb=choices.spreadsheet_mb)


def rows(file: BinaryIO, layout: Layout, width: int, identities: Mapping[int, str]) -> Iterator[Row]:
    """All rows that hold anything, by their number in the sheet."""
    for number, cells in _read(file, layout.spreadsheet_mb, layout.sheet):
        if number > MAX_ROWS:
            raise TableError(f"The sheet has more than {MAX_ROWS:,} rows.")
        problem = None
        if len(cells) > MAX_COLUMNS:
            cells = cells[:MAX_COLUMNS]
            problem = "too_wide", f"Row {number} has more than {MAX_COLUMNS} cells."
        if any(len(cell) > MAX_CELL for cell in cells):
            cells = [cell[:200] for cell in cells]
            problem = "too_long", f"Row {number} has a cell of more than {MAX_CELL:,} characters."
        yield Row(number, cells, problem)


def _measure(file: BinaryIO, most_mb: int) -> None:
    """Raises TableError unless a zip is a spreadsheet that unpacks to at most so many megabytes."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            kind = next((kind for name, kind in _OTHERS.items() if name in names), None)
            if (kind is None and not any(name in names for name in _BOOKS)) or (
                    "content.xml" in names and not _is_ods(archive)):
                kind = "an archive (zip); unpack it first"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, ValueError, EOFError, OSError):
        raise TableError("The file is a broken spreadsheet or zip archive.") from None
    if kind:
        raise TableError(f"The file is {kind}, not a table. Save or export the list as CSV or XLSX.")
    most = most_mb << 20
    if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > most or (
            sum(_unpacked_size(file, member, most) for member in members) > most):
        raise TableError(f"The spreadsheet unpacks to more than {most_mb} MB. Export it as CSV, which may"
                         " have any size.")


def _measure_old(file: BinaryIO, most_mb: int) -> None:
    """The same of a compound file ([MS-CFB]), whose directory names its streams."""
    file.seek(0)
    content = file.read((most_mb << 20) + 1)
    if len(content) > most_mb << 20:
        raise TableError(
            f"The spreadsheet has more than {most_mb} MB. Export it as CSV, which may have any size.")
    for stream, kind in _STREAMS.items():
        if stream.encode("utf-16-le") in content:
            raise TableError(f"The file is {kind}")


def _is_ods(archive: zipfile.ZipFile) -> bool:
    with suppress(KeyError), archive.open("mimetype") as member:
        return member.read(100).startswith(_ODS)
    return False


def _unpacked_size(file: BinaryIO, member: zipfile.ZipInfo, most: int) -> int:
    """What a member really unpacks to, whatever the archive says of it; counted no further than `most`."""
    file.seek(member.header_offset)
    head = file.read(30)
    if len(head) < 30:
        return 0
    name, extra = struct.unpack("<26xHH", head)
    file.seek(name + extra, 1)
    if member.compress_type != zipfile.ZIP_DEFLATED:
        return member.compress_size
    size, unpacker = 0, zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while not unpacker.eof and size <= most:
            packed = unpacker.unconsumed_tail or file.read(1 << 16)
            if not packed:
                break
            size += len(unpacker.decompress(packed, 1 << 20))
    except zlib.error:
        pass  # the reader says what is wrong with it
    return size


def _read(file: BinaryIO, most_mb: int, sheet: str | None = None) -> Iterator[Any]:
    try:
        yield from rows_of(file, most_mb, sheet)
    except SheetError as error:
        raise TableError(_ERRORS[str(error)]) from None


_ERRORS: Final = {
    "password": "The spreadsheet is protected by a password; save it without one.",
    "memory": "The spreadsheet is broken, or has cells so far out that reading it takes too much memory."
              " Export it as CSV.",
    "broken": "The file is no spreadsheet that can be read (broken, or another kind of Office document)."}
