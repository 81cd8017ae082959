"""Notices and reports: whole in both languages, and of hostile values nothing comes through."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar import privacy
from sidecar.privacy import documents
from sidecar.privacy.assessing import assess
from sidecar.privacy.documents import Document, Section, phrases, render
from sidecar.privacy.retention import DEFAULT_RULES
from sidecar.privacy.settings import whole
from sidecar.terms.states import LANGUAGES
from tests.unit.privacy.knowing import NOW, arrival, known

CODE = "\n".join(path.read_text("utf-8") for path in Path(privacy.__file__).parent.glob("*.py"))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)

    def handle_data(self, data) -> None:
        self.text.append(data)


def seen(page):
    tags = Tags()
    tags.feed(page)
    return tags


def forms(phrase):
    return [phrase] if isinstance(phrase, str) else [phrase["one"], phrase["other"]]


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same() -> None:
    english, german = (phrases(language).texts for language in LANGUAGES)
    assert list(english) == list(german)
    for key, text in english.items():
        for one, other in zip(forms(text), forms(german[key]), strict=True):
            assert one.strip() == one and one and other.strip() == other and other
            assert key == "time" or places(one) == places(other), key


def test_each_phrase_is_used() -> None:
    unused = [key for key in phrases("en").texts if f'"{key}"' not in CODE
              and not re.search(rf'"{re.escape(key.rpartition(".")[0])}\.{{\w+}}"', CODE) and key != "time"]
    assert unused == []


def notice(language="en", **values):
    person = known(arrival(values.pop("source", "csv import")))
    found = assess(person, {}, DEFAULT_RULES, ZoneInfo("UTC"))
    settings = whole({"controller": "Acme", "contact": "x@acme.example"})
    return documents.notice(found, values, settings, ["Hunter"], NOW, ZoneInfo("UTC"), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["html", "text"])
def test_a_notice_tells_the_categories_and_no_values(language, form) -> None:
    told = render(notice(language, full_name="Ada Told", phone="+49 30 1234567"), form)
    assert "Ada Told" in told and "1234567" not in told and "csv import" in told and "Hunter" in told
    assert ("Phone" if language == "en" else "Telefon") in told


PLAIN = seen(render(notice(full_name="x", source="csv import"), "html")).tags


@given(st.text(min_size=1, max_size=60), st.sampled_from([
    "<script>", "<img src=x onerror=y>", "'\"><b>", "&lt;", "</td></table>", "{{ 7*7 }}", "\u202e", "\x00",
    "\n# x"]))
def test_what_strangers_wrote_makes_no_tag_and_no_line(text, hostile) -> None:
    value = text + hostile + text
    page = seen(render(notice(full_name=f"x{value}", source=f"csv import {value}"), "html"))
    assert page.tags == PLAIN
    assert "\u202e" not in "".join(page.text)
    lines = render(notice(full_name=f"x{value}", source="csv import"), "text").splitlines()
    assert len(lines) == len(render(notice(full_name="x", source="csv import"), "text").splitlines())


def test_a_text_has_facts_rows_and_lists() -> None:
    document = Document("en", "Title", ("Intro",), (
        Section("One", ("Said",), (("Name", "Ada"),), ("A", "B"), (("1", "2"),)),
        Section("Two", rows=(("only",),))))
    assert render(document, "text") == (
        "Title\n=====\nIntro\n\nOne\n---\nSaid\nName: Ada\n- A: 1; B: 2\n\nTwo\n---\n- only\n")


@pytest.mark.parametrize(("months", "said"), [(1, "1 Monat ab"), (24, "24 Monate ab")])
def test_a_month_is_one(months, said) -> None:
    assert said in documents.why_kept({
        "ground": "consent", "standing": "open", "retention_months": months, "retention_from": NOW.date(),
        "retention_due_on": NOW.date()}, "de")
