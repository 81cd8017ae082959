"""Write tables that spreadsheets open without running them (OWASP, "CSV Injection").

Where a text begins with = + - @, a tab, a line end or a full-width form of the four, an apostrophe is put
before it. So is one wherever such a sign follows a delimiter inside the text, because a spreadsheet of
another locale splits the cell there. Negative numbers and telephone numbers such as +4930… get one too: what
a spreadsheet takes for a formula is not ours to tell. Reading takes the apostrophes off again, so a round
trip changes nothing; a text that has such an apostrophe of its own gets a second one.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

BOM: Final = "\ufeff"  # Excel takes a file without it for Windows-1252
# Where a cell begins, for whatever delimiter a reader takes; quotes may be those of the file.
_BEGIN = r"(?:\A|(?<=[,;|\t\r\n]))"
_FORMULA = r"(?=['\"]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])"
_UNSAFE = re.compile(_BEGIN + _FORMULA)
_GUARDED = re.compile(f"{_BEGIN}'{_FORMULA}")


def guard(text: str) -> str:
    """Text that no spreadsheet takes for a formula, whatever its delimiter is."""
    return _UNSAFE.sub("'", text)


def unguard(text: str) -> str:
    """The text that was guarded; any other as it is."""
    return _GUARDED.sub("", text) if "'" in text else text


def cell(value: Any) -> str:
    """A value as one guarded cell: nothing is empty, lists stand with semicolons, objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return guard("; ".join(map(str, value)))
    if isinstance(value, dict):
        return guard(json.dumps(value, ensure_ascii=False)) if value else ""
    return guard(str(value))


def line(values: Iterable[Any]) -> str:
    """One row as text, with its line end (RFC 4180: quotes where needed, CRLF)."""
    text = io.StringIO()
    csv.writer(text).writerow([cell(value) for value in values])
    return text.getvalue()
