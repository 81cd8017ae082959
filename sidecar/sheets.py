"""Rows of a spreadsheet, read by a process of its own whose memory is limited.

The library that reads spreadsheets (python-calamine) keeps a whole sheet in memory, as wide and long as its
outermost cell: a file of a few bytes can ask for terabytes, and the process that is refused them is gone.
This module is therefore also a program, which imports nothing of the engine:

    python -I sheets.py MEGABYTES [SHEET] < FILE

It writes JSON lines. Without SHEET: for each visible sheet {"sheet": name}, then its first rows. With it:
all its rows. A row is [its number in the sheet, [cells]]; {"error": name} is the last line when there is
one.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from shutil import copyfileobj
from typing import IO, Any, BinaryIO, cast

_SHOWN_ROWS, _SHOWN_SHEETS = 100, 50
_SECONDS = 120


class SheetError(ValueError):
    """The file cannot be read: password (it is protected), memory (that is not enough) or broken."""


def rows_of(file: BinaryIO, most_mb: int, sheet: str | None = None) -> Iterator[Any]:
    """What the program tells of a file. It may have six times the memory that the file unpacks to at most
    (a cell takes some 30 bytes), and 120 s. Raises SheetError."""
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        copyfileobj(file, copy)
        copy.flush()
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", __file__, str(256 + 6 * most_mb), *([sheet] if sheet is not None else [])],
            stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8")
        told = cast(IO[str], process.stdout)
        try:
            for line in told:
                said = json.loads(line)
                if isinstance(said, dict) and "error" in said:
                    raise SheetError("password" if said["error"] == "PasswordError" else "broken")
                yield said
            if process.wait():
                raise SheetError("memory")
        finally:
            process.kill()
            process.wait()
            told.close()


def _text(value: Any) -> str:
    """A cell as people would type it; whole numbers without decimals, dates as ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return "" if value is None else str(value)


def main(megabytes: int, wanted: str | None) -> None:
    """Write what was asked for."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    os.lseek(0, 0, os.SEEK_SET)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
        visible = [sheet.name for sheet in book.sheets_metadata
                   if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet]
        for name in visible[:_SHOWN_SHEETS] if wanted is None else [wanted]:
            sheet = book.get_sheet_by_name(name)
            if wanted is None:
                print(json.dumps({"sheet": name}))
            last = (sheet.start or (0, 0))[0] + _SHOWN_ROWS
            for number, row in enumerate(sheet.iter_rows(), 1):
                cells = [_text(value) for value in row]
                if any(cells):
                    while not cells[-1]:
                        cells.pop()
                    print(json.dumps([number, cells]))
                if wanted is None and number >= last:
                    break
    except CalamineError as error:
        print(json.dumps({"error": type(error).__name__}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
