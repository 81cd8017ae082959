"""Write tables that spreadsheets open without running them (OWASP, "CSV Injection").

A cell that begins with = + - @, a tab, a line end or a full-width form of the four gets a leading
apostrophe. So do negative numbers and telephone numbers such as +4930…: what a spreadsheet takes for
a formula is not ours to tell. Reading takes the apostrophe off again, so nothing is harmed by a round
trip; a text that has the apostrophe of its own gets a second one.
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
_DANGEROUS = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def guard(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguard(text: str) -> str:
    """The text that was guarded; any other as it is."""
    return text[1:] if text[:1] == "'" and _DANGEROUS.match(text) else text


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
