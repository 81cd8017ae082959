"""Periods of months, as European law counts them: Regulation (EEC, Euratom) No 1182/71, Article 3."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def period_ends(day: date, months: int) -> date:
    """The last day of a period of months that runs from something that happened on `day`, which itself does
    not count: the day of the same number, or the last of that month where it has none (Art. 3(1) and (2)(c)).

    That a period which ends on a Sunday, Saturday or holiday goes on until the next working day (Art. 3(4))
    is left out: holidays differ, and who is a day early is never late.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
