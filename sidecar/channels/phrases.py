"""The phrases of messages in the languages of templates/: one JSON file each, the same keys in all.

A phrase is a text with {named} places, or one for each plural form ("one", "other"), which the number `count`
chooses; a whole number is written as the language writes it. Numbers, times and spans follow CLDR (Babel).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

_TEMPLATES: Final = files(__package__).joinpath("templates")

LANGUAGES: Final = tuple(sorted(
    file.name.removesuffix(".json") for file in _TEMPLATES.iterdir() if file.name.endswith(".json")))
DEFAULT: Final = "en"


class Phrases:
    """One language: its phrases by key, and how it writes numbers and times."""

    def __init__(self, language: str, folder: Traversable = _TEMPLATES) -> None:
        text = folder.joinpath(f"{language}.json").read_text("utf-8")
        self.language = language
        self.texts: Mapping[str, str | Mapping[str, str]] = json.loads(text)
        self._locale = Locale(language)

    def __call__(self, key: str, **values: Any) -> str:
        """The phrase with its places filled."""
        found = self.texts[key]
        if not isinstance(found, str):
            found = found[self._locale.plural_form(values["count"])]
        return found.format(**{name: self.number(value) if isinstance(value, int) else value
                               for name, value in values.items()})

    def get(self, key: str) -> str:
        """A phrase without places; empty where there is none."""
        found = self.texts.get(key, "")
        return found if isinstance(found, str) else ""

    def number(self, number: float) -> str:
        """With one decimal at most."""
        return str(format_decimal(number, "#,##0.#", locale=self._locale))

    def points(self, points: float) -> str:
        """With their sign and one decimal: +12.5, −3.0."""
        return str(format_decimal(points, "+#,##0.0;−#,##0.0", locale=self._locale))

    def time(self, at: datetime, zone: ZoneInfo, form: str = "time") -> str:
        """As the phrase `form` writes it, in that time zone."""
        return str(format_datetime(at, self.get(form), tzinfo=zone, locale=self._locale))

    def date(self, day: date) -> str:
        """26 November 2026."""
        return str(format_date(day, "long", locale=self._locale))

    def ago(self, at: datetime, now: datetime) -> str:
        """2 minutes ago."""
        return str(format_timedelta(at - now, add_direction=True, locale=self._locale))

    def span(self, minutes: float) -> str:
        """2 hr 15 min."""
        hours, rest = divmod(max(int(minutes), 0), 60)
        parts = [(hours, "duration-hour"), (rest, "duration-minute")]
        told = [part for part in parts if part[0]] or parts[1:]
        return " ".join(format_unit(number, unit, "short", locale=self._locale) for number, unit in told)

    def country(self, code: str) -> str:
        """The name of an ISO 3166-1 alpha-2 code; of anything else what it is."""
        return str(self._locale.territories.get(code, code))

    def together(self, texts: Sequence[str]) -> str:
        """Ada, Ben and Eva."""
        return str(format_list(texts, locale=self._locale))


@cache
def phrases(language: str) -> Phrases:
    """Those of a language; of one that there is no file for, the default's."""
    return Phrases(language if language in LANGUAGES else DEFAULT)
