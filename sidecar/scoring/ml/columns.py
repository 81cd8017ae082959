"""A table's cells as columns of numbers and texts, whatever it is about; nothing depends on a name.

A column whose cells are dates becomes numbers: the day, the month, the day of the week and, with times, the
hour. A column is what most of its cells are: what does not fit there is missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from math import nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sidecar.records.outcomes import outcome_of

Numbers = NDArray[np.float64]
# What exports write where nothing is known; "Select" is what a form's list shows before a choice.
_NOTHING: Final = frozenset((
    "", "-", "--", "?", ".", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "(blank)",
    "(null)", "select", "select...", "please select", "not provided"))
_FITS: Final = 0.98  # of the different cells of a column
_NUMBER: Final = re.compile(
    r"[-+]?[$€£]?\s?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s?[%$€£]?")
_LARGEST: Final = 1e100  # what is larger is no quantity, and its square no number
_DECIMAL_COMMA: Final = re.compile(r"[-+]?\d+,\d{1,2}|[-+]?\d{1,3}(?:\.\d{3})+,\d+")
_WHOLE: Final = re.compile(r"[-+]?\d+")
_SIGNS: Final = str.maketrans("", "", "$€£%, \u00a0")
_DAYS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%d-%m-%Y", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m-%d-%Y",
                "%d-%m-%y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y",
                "%b %d, %Y", "%d %B %Y", "%B %d, %Y")
_DATES: Final = tuple(day + time for day in _DAYS for time in ("", " %H:%M", " %H:%M:%S", " %I:%M %p"))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class OutcomeError(ValueError):
    """A column that is no outcome; the message is a sentence for people."""


@dataclass(frozen=True)
class Column:
    """kind: "number" (values: floats, missing is not a number) or "text" (values: texts or None). source:
    the table's column that it comes from."""

    name: str
    kind: str
    values: NDArray[Any]
    source: str

    def take(self, rows: NDArray[Any]) -> Column:
        """The same of some rows."""
        return Column(self.name, self.kind, self.values[rows], self.source)

    def missing(self) -> NDArray[np.bool_]:
        """Which rows have no value."""
        if self.kind == "number":
            return np.asarray(np.isnan(self.values), bool)
        return np.array([value is None for value in self.values], bool)


def number_column(name: str, values: Iterable[float | None]) -> Column:
    """A column of numbers; None is missing."""
    return Column(name, "number", np.array([np.nan if v is None else v for v in values], float), name)


def text_column(name: str, values: Iterable[str | None]) -> Column:
    """A column of texts; None is missing."""
    column = np.empty(len(listed := list(values)), object)
    column[:] = listed
    return Column(name, "text", column, name)


def read_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    """The columns of a table's cells; short rows miss their last cells."""
    width = len(header)
    cells = zip(*((*row[:width], *[""] * (width - len(row))) for row in rows), strict=True)
    return [column for name, texts in zip(header, cells, strict=True) for column in read_column(name, texts)]


def read_column(name: str, cells: Sequence[str]) -> list[Column]:
    """The columns that a table's column becomes: one, or several of dates."""
    tidy = {cell: _tidy(cell) for cell in set(cells)}
    texts = [tidy[cell] for cell in cells]
    known = {text for text in tidy.values() if text is not None}
    if known:
        for read in (_number, _decimal_comma):
            if (read_as := _read_all(known, read)) is not None:
                return [number_column(name, (None if text is None else read_as.get(text) for text in texts))]
        if (dates := _read_dates(known)) is not None:
            return list(_date_columns(name, [None if text is None else dates.get(text) for text in texts]))
    return [text_column(name, texts)]


def _tidy(cell: str) -> str | None:
    text = " ".join(cell.split())
    return None if text.casefold() in _NOTHING else text


def _number(text: str) -> float | None:
    return _bounded(text.translate(_SIGNS)) if _NUMBER.fullmatch(text) else None


def _decimal_comma(text: str) -> float | None:
    if _DECIMAL_COMMA.fullmatch(text):
        return _bounded(text.replace(".", "").replace(",", "."))
    return _bounded(text) if _WHOLE.fullmatch(text) else None


def _bounded(text: str) -> float:
    value = float(text)
    return value if abs(value) <= _LARGEST else nan


def _date(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _read_all(known: set[str], read: Callable[[str], Any]) -> dict[str, Any] | None:
    """What each of the texts says, where nearly all say something."""
    wanted = len(known) * _FITS
    said, left = {}, len(known)
    for text in known:
        if (value := read(text)) is None:
            left -= 1
            if left < wanted:
                return None
        else:
            said[text] = value
    return said


def _read_dates(known: set[str]) -> dict[str, datetime] | None:
    if sum(any(sign.isdigit() for sign in text) for text in known) < len(known) * _FITS:
        return None
    reads: list[Callable[[str], datetime | None]] = [_iso, *(partial(_date, form=form) for form in _DATES)]
    for read in reads:
        if (dates := _read_all(known, read)) is not None:
            return dates
    return None


def _date_columns(name: str, dates: list[datetime | None]) -> Iterable[Column]:
    def of(part: str, value: Callable[[datetime], float]) -> Column:
        column = number_column(f"{name} ({part})", (None if at is None else value(at) for at in dates))
        return Column(column.name, "number", column.values, name)

    yield of("day", lambda at: (at - _EPOCH).total_seconds() // 86_400)
    yield of("month", lambda at: at.month)
    yield of("day of the week", datetime.isoweekday)
    if any(at is not None and (at.hour or at.minute) for at in dates):
        yield of("hour", lambda at: at.hour)


def read_outcome(cells: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.int64], str, str]:
    """Whether each row converted, the places of those rows, and what the two outcomes are called there.

    Of two different values the one that says yes is the conversion, and the rarer one where neither does; of
    more values those that say neither are left out. Raises OutcomeError.
    """
    texts = [" ".join(cell.split()) for cell in cells]
    counts = Counter(text for text in texts if text.casefold() not in _NOTHING)
    said = {text: outcome_of(text) for text in counts}
    ways = {way: text for text, way in said.items()}
    if len(counts) == 2 and set(ways) != {True, False}:
        rarer = min(counts, key=lambda text: (counts[text], text))
        yes = ways[None] if set(ways) == {None, False} else ways[True] if set(ways) == {None, True} else rarer
        said = {text: text == yes for text in counts}
    elif len(counts) > 2 and all(map(_number_or_none, counts)):
        said = {}
    places = np.array([place for place, text in enumerate(texts) if said.get(text) is not None], int)
    outcomes = np.array([bool(said[texts[place]]) for place in places], bool)
    if not outcomes.any() or outcomes.all():
        raise OutcomeError(
            f"The outcome has {len(counts)} different values, and not a yes and a no among them.")
    positive, negative = (", ".join(sorted(text for text, way in said.items() if way is wanted)[:5])
                          for wanted in (True, False))
    return outcomes, places, positive, negative


def _number_or_none(text: str) -> bool:
    return _number(text) is not None
