"""Telephone cells: several numbers, words around them, links, codes without their plus."""

from __future__ import annotations

import pytest

from sidecar.records import Phone, PhoneProblem, parse_phone


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("030 901820, 0151 23456789", "DE", "+4930901820"), ("030 901820/0151 23456789", "DE", "+4930901820"),
        ("+49 1512 3456789 ::: +49 30 901820", None, "+4915123456789"),
        ("+49 1512 3456789 +49 30 901820", None, "+4915123456789"),
        ("(415) 555-0134 or (415) 555-0135", "US", "+14155550134"),
        ("M: +49 1512 3456789 T: +49 30 901820", None, "+4915123456789"),
        ("01 23 45 67 89 ou 06 12 34 56 78", "FR", "+33123456789"),
        ("n/a; 0171 3920012", "DE", "+491713920012"), ("12; 0171 3920012", "DE", "+491713920012"),
        ("030/901820", "DE", "+4930901820"), ("0171/3920012", "DE", "+491713920012"),
        ("030 901820/21", "DE", "+4930901820"), ("030 90/18/20", "DE", "+4930901820"),
        ("https://wa.me/4915123456789", None, "+4915123456789"),
        ("https://api.whatsapp.com/send?text=hi&phone=4915123456789", None, "+4915123456789"),
        ("viber://chat?number=%2B4915123456789", None, "+4915123456789"),
        ("https://t.me/+4915123456789", None, "+4915123456789"),
        ("+49 171 3920012 (mobile)", None, "+491713920012"), ("030 23125120 - Büro", "DE", "+493023125120"),
        ("+49 30 23125120 work", None, "+493023125120"), ("call 030 23125120 please", "DE", "+493023125120"),
        ("Büro: 030 23125120", "DE", "+493023125120"), ("(privat) 030 23125120", "DE", "+493023125120"),
        ("4915123456789", None, "+4915123456789"), ("49 171 3920012", "DE", "+491713920012"),
        ("468123456", "SE", "+468123456"), ("4915123456789", "CH", "+4915123456789"),
        ("393331234567", "IT", "+393331234567"), ("+1-800-FLOWERS", "US", "+18003569377"),
    ],
)  # fmt: skip
def test_the_first_usable_number_counts(text: str, region: str | None, number: str) -> None:
    phone = parse_phone(text, region)
    assert isinstance(phone, Phone)
    assert (phone.e164, phone.valid) == (number, True)


@pytest.mark.parametrize(
    ("text", "region"),
    [("please call after 5pm", "DE"), ("4.9E+12", "DE"), ("call me", "DE"), ("t.me/nora", "DE"),
    ("4155550134", None),
     ("13012345678", None), ("since 2024 only mail", "DE")],
)  # fmt: skip
def test_what_is_no_number(text: str, region: str | None) -> None:
    assert isinstance(parse_phone(text, region), PhoneProblem)


def test_an_extension_stays_with_its_number() -> None:
    phone = parse_phone("+49 30 901820, ext. 12; 0171 3920012", "DE")
    assert isinstance(phone, Phone)
    assert (phone.e164, phone.extension) == ("+4930901820", "12")
