"""Cleaning what strangers wrote."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.channels.content import clean, lead_content, mail_link, phone_link, web_link

from .messages import MESSAGE, any_message, any_text


@pytest.mark.parametrize(("text", "expected"), [
    (None, ""), ("  Ada \t Lindqvist\r\n", "Ada Lindqvist"), ("a\x00b\x85c\u2028d", "a b c d"),
    ("Łukasz Ünlü 王小明", "Łukasz Ünlü 王小明"), ("\u202ecba\u202c", "cba"),
    ("\ud800!", "\ufffd!"), ("می\u200cروم", "می\u200cروم"),
    (92.5, "92.5"), ("a" * 12, "aaaaaaaaa…"),
])
def test_clean(text: object, expected: str) -> None:
    assert clean(text, 10 if expected.endswith("…") else 200) == expected


@given(any_text, st.integers(1, 300))
def test_clean_text_is_one_line_and_stays_as_it_is(text: str, limit: int) -> None:
    line = clean(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in line)
    assert clean(line, limit) == line


@pytest.mark.parametrize(("link", "safe"), [
    ("https://house.example:8443/#/leads/1?a=b&c=%20", "https://house.example:8443/#/leads/1?a=b&c=%20"),
    ("http://127.0.0.1/", "http://127.0.0.1/"),
    ('https://house.example/"><x|y', "https://house.example/%22%3E%3Cx%7Cy"),
    ("javascript:alert(1)", ""), ("//evil.example", ""), ("https:///x", ""), ("", ""), (None, ""),
    (7, ""), ("https://[", ""), ("data:text/html,x", ""), ("https://x.example/" + "a" * 2000, ""),
])
def test_web_link(link: object, safe: str) -> None:
    assert web_link(link) == safe


def test_mail_and_phone_links() -> None:
    assert mail_link("ada+x@example.com") == "mailto:ada+x@example.com"
    assert mail_link("a?bcc=b@example.com|>") == "mailto:a%3Fbcc%3Db@example.com%7C%3E"
    assert mail_link("") == ""
    assert phone_link("+46 (70) 174-06-05") == "tel:+46701740605"
    assert phone_link("+call me") == ""


def shown(**more: object) -> list[tuple[str, str]]:
    """The fields behind those that every lead has."""
    return list(lead_content({**MESSAGE, "utm": {}, "custom": {}, **more}).fields[6:])


@pytest.mark.parametrize(("custom", "told"), [
    ({"budget": "50000 EUR", "Which CRM?": "Twenty"}, [("Budget", "50000 EUR"), ("Which CRM?", "Twenty")]),
    ({"start_date": "next quarter", "gclid": "x", "page_url": "https://x.example"},
     [("Start date", "next quarter")]),
    ({"products": ["A", "B"], "trial": True, "seats": 40},
     [("Products", "A, B"), ("Trial", "yes"), ("Seats", "40")]),
    ({"story": "x" * 81, "nested": {"a": 1}, "empty": "", "none": None, "parts": [{"a": 1}]}, []),
    ({f"q{n}": n for n in range(9)}, [("Q0", "0"), ("Q1", "1"), ("Q2", "2")]),
    ({"phone": "in the evening", "E-mail": "x@evil.example"}, []), ([], []), ("text", []),
])
def test_short_answers_are_shown(custom: object, told: list[tuple[str, str]]) -> None:
    assert shown(custom=custom) == told


@pytest.mark.parametrize(("utm", "told"), [
    ({"source": "ads", "medium": "cpc", "campaign": "spring", "term": "pumps"}, "spring · ads · cpc"),
    ({"source": "ads"}, "ads"),
])
def test_the_campaign_is_shown(utm: object, told: str) -> None:
    assert shown(utm=utm) == [("Campaign", told)]


@given(any_message)
def test_slack_can_show_all_fields_of_a_message(message: dict[str, object]) -> None:
    assert len(lead_content(message).fields) <= 10


def test_words_in_the_place_of_a_number_are_shown_and_lead_nowhere() -> None:
    content = lead_content({**MESSAGE, "phone": None, "phone_said": "please call after 5pm"})
    assert ("Phone", "“please call after 5pm”") in content.fields and content.phone == ""
    assert ("Phone", MESSAGE["phone"]) in lead_content({**MESSAGE, "phone_said": "after 5pm"}).fields
