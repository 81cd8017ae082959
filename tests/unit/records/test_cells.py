"""Cells as spreadsheets, data tools, forms and mail programs write them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.records import cells
from sidecar.records.cells import decoded_once, is_tidy_cell, read_cell
from sidecar.records.text import tidy


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('="Nora"', "Nora"), ('="0151 234"', "0151 234"), ("=4915123456789", "4915123456789"),
        ('=T("049")', "049"), ("'+49 151", "+49 151"), ('"He said ""no"""', 'He said "no"'),
        ('=HYPERLINK("mailto:a@norvale.example";"Jana")', "a@norvale.example"),
        ('=HYPERLINK("mailto:a@norvale.example?subject=x","a@norvale.example")', "a@norvale.example"),
        ('<a href="mailto:a@norvale.example">a@norvale.example</a>', "a@norvale.example"),
        ('<a href="https://norvale.example">Norvale</a>', "Norvale"),
        ("[a@norvale.example](mailto:a@norvale.example)", "a@norvale.example"),
        ("<mailto:a@norvale.example|a@norvale.example>", "a@norvale.example"),
        ("O&#039;Hara", "O'Hara"), ("Berg &amp; Tal GmbH", "Berg & Tal GmbH"), ("A &#38; B", "A & B"),
        ("Berg &amp;amp; Tal", "Berg & Tal"), ("hard&nbsp;space", "hard space"),
        ("4915123456789.0", "4915123456789"), ("+4915123456789.0", "+4915123456789"),
        ("4915123456789,00", "4915123456789"),
        ("4,915123456789e+12", "4915123456789"), (4915123456789.0, 4915123456789), (float("nan"), None),
        ("\u200fa@norvale.example", "a@norvale.example"), ("a@nor\u200bvale.de\u00a0", "a@norvale.de"),
        ("\ufeffNora", "Nora"), ("Nora\u202fVale", "Nora Vale"), (" Nora ", "Nora"),
        ("“Nora”", "Nora"), ("„Nora“", "Nora"), ("«Норвале»", "Норвале"), ("'Nora'", "Nora"),
        ("JosÃ©", "José"), ("ZÃ¼rich", "Zürich"), ("Ã\x81lvaro", "Álvaro"), ("WaÅ‚Ä™sa", "Wałęsa"),
        ("Ð˜Ð²Ð°Ð½", "Иван"), ("Itâ€™s", "It’s"), ("å±±ç”°", "山田"), ("Nguyá»…n", "Nguyễn"),
    ],
)  # fmt: skip
def test_reads_what_was_meant(written: Any, meant: Any) -> None:
    assert read_cell(written) == meant
    assert type(read_cell(written)) is type(meant)


@pytest.mark.parametrize(
    "value",
    [
        "Norvale Optik", "R&D; more", "AT&T", "&copyright", "2.0", "B2E3", "12E5 Ltd", "50,0", "12345.678",
        "'t Hart", "'s-Gravenhage", '"Rock" and "Roll"', "JOÃO", "CAFÉ–BAR", "NESTLÉ®", "Müller – Söhne",
        "Ñandú", "déjà vu…", "Straße – Köln", "two\nlines", "4.9E+12", "= 5 more", "<b>bold</b>",
        "[a] and (b)", "[x]",
        "=1+2", "", True, False, None, 5, 4.5, ["a"], {"a": 1},
    ],
)  # fmt: skip
def test_leaves_what_is_plain(value: Any) -> None:
    assert read_cell(value) is value or read_cell(value) == value


@given(st.text(max_size=40))
def test_reads_every_text_and_no_letter_is_lost_that_people_can_see(text: str) -> None:
    assert isinstance(read_cell(text), str)
    if text.isalpha() and text.isascii():
        assert read_cell(text) == text


@given(st.text(alphabet="abcdefßäöüéèñçłężőşğИваноб山田", min_size=2, max_size=20))
def test_decodes_only_what_was_decoded_twice(text: str) -> None:
    assert decoded_once(text) == text


def test_a_text_that_is_told_to_be_tidy_is_left_as_it_is():
    """The short way of plain texts, held against the long one over made-up texts."""
    rng = random.Random(1)
    signs = "".join(map(chr, range(32, 127))) + "  \n\t\x7f\xa0éÃ¼ßİ\u0301\u200bÂ°"
    plain = 0
    for _ in range(20_000):
        text = "".join(
            rng.choice(signs if rng.random() < 0.2 else "abÜ DE.-1 ") for _ in range(rng.randrange(9)))
        if is_tidy_cell(text):
            plain += 1
            assert cells._read_text(text) == text == tidy(text), text
    assert plain > 2_000
