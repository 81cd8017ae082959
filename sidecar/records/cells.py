"""What spreadsheets, mail programs and web forms put around a value."""

from __future__ import annotations

import html
import re

_WRAPPED = re.compile(r'="(.*)"', re.DOTALL)
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,5});", re.IGNORECASE)
_DECIMAL = re.compile(r"\+?\d{7,15}\.0+")
_POWER = re.compile(r"\d(?:\.\d{1,14})?E\+\d{1,2}", re.IGNORECASE)


def read_cell(value: str) -> str:
    """Return a cell's text without what was put around it: ="…", HTML entities, ".0" behind digits."""
    text = value
    wrapped = _WRAPPED.fullmatch(text.strip()) if text.startswith(("=", " ")) else None
    if wrapped:
        text = wrapped[1].replace('""', '"')
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if text[-1:].isdigit() and ("." in text or "+" in text):
        if _DECIMAL.fullmatch(text):
            text = text.partition(".")[0]
        elif _POWER.fullmatch(text):
            text = str(int(float(text)))
    return text
