"""Cleaning what strangers wrote."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.channels.content import clean, mail_link, phone_link, web_link

from .messages import any_text


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
