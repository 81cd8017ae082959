"""All languages say the same, each in its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from sidecar import channels
from sidecar.channels.phrases import LANGUAGES, phrases

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(channels.__file__).parent.rglob("*")
                    if path.suffix in (".py", ".html"))


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def forms(phrase: str | Mapping[str, str]) -> list[str]:
    return [phrase] if isinstance(phrase, str) else list(phrase.values())


def test_english_and_german_are_there() -> None:
    assert LANGUAGES == ("de", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_have_the_same_phrases_with_the_same_places(language: str) -> None:
    own, other = phrases(language).texts, phrases("en").texts
    assert list(own) == list(other)
    for key, phrase in own.items():
        assert isinstance(phrase, str) == isinstance(other[key], str), key
        assert all(text == text.strip() and text for text in forms(phrase)), key
        if key in ("time", "day"):
            continue
        wanted = set.union(*map(places, forms(other[key])))
        assert all(places(text) == wanted for text in forms(phrase)), key
        if not isinstance(phrase, str):
            assert set(phrase) == set(Locale(language).plural_form.tags) | {"other"}, key


def test_each_phrase_is_used() -> None:
    """As it stands in the code or the page of mails, or put together of its beginning and a state."""
    for key in phrases("en").texts:
        begins, _, ends = key.rpartition(".")
        put_together = (rf"{re.escape(begins)}\.{{\w+}}", rf"{{\w+}}\.{re.escape(ends)}")
        assert any(re.search(rf"[\"']{way}[\"']", SOURCES) for way in (re.escape(key), *put_together)), key


@pytest.mark.parametrize(("language", "written"), [
    ("en", ("+12.5", "−3.0", "2 hr 15 min", "0 min", "Thu 26 Nov, 14:05 (Berlin)", "1,234", "A and B")),
    ("de", ("+12,5", "−3,0", "2 Std. 15 Min.", "0 Min.", "Do. 26. Nov., 14:05 Uhr (Berlin)", "1.234",
            "A und B")),
])
def test_numbers_and_times_are_written_as_the_language_does(language: str, written: tuple[str, ...]) -> None:
    say, at = phrases(language), datetime(2026, 11, 26, 13, 5, tzinfo=UTC)
    assert (say.points(12.5), say.points(-3.0), say.span(135), say.span(0.4),
            say.time(at, ZoneInfo("Europe/Berlin")), say.number(1234), say.together(["A", "B"])) == written


def test_an_unknown_language_is_english() -> None:
    assert phrases("xx") is not phrases("de")
    assert phrases("../../x").language == "en"


def test_a_number_chooses_the_form() -> None:
    assert phrases("en")("company_leads.count", count=1) == "1 other lead"
    assert phrases("de")("company_leads.count", count=1200) == "1.200 weitere Leads"
