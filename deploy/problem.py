"""The one kind of error that people see: a sentence that says what is wrong and what to do."""

from __future__ import annotations


class Problem(Exception):
    """Shown to people as it is, without a traceback."""
