"""The fast reading of telephone numbers says what libphonenumber's general parser says."""

from __future__ import annotations

import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.records import phone
from sidecar.records.phone_plain import read_plain

FORMATS = (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL,
           phonenumbers.PhoneNumberFormat.NATIONAL)
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
read = phone.parse_phone.__wrapped__


def generally(text: str, region: str | None):
    """The answer without the fast reading."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phone, "read_plain", lambda *_: None)
        return read(text, region)


@pytest.mark.parametrize("region", REGIONS)
def test_example_numbers_of_every_kind_and_writing(region):
    for kind in range(11):
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        texts = [phonenumbers.format_number(example, form) for form in FORMATS]
        for text in texts:
            for home in (region, "US", "DE", None):
                assert read(text, home) == generally(text, home), (text, home)


@given(st.sampled_from(REGIONS), st.sampled_from(["US", "DE", "IT", "BR", "AR", "MX", "SG", None]),
       st.integers(0, 2**32))
def test_numbers_a_few_digits_away_from_real_ones(region, home, seed):
    chance = random.Random(seed)
    example = phonenumbers.example_number_for_type(region, chance.randrange(3)) or (
        phonenumbers.example_number(region))
    digits = list(phonenumbers.national_significant_number(example))
    for _ in range(chance.randrange(4)):
        digits[chance.randrange(len(digits))] = chance.choice("0123456789")
    national = "".join(digits[: chance.randrange(4, 16)])
    for text in (f"+{example.country_code} {national[:3]} {national[3:]}".strip(), national, f"0{national}"):
        assert read(text, home) == generally(text, home), (text, home)


@given(st.text(alphabet="+0123456789 ()-./x#,;ext", max_size=30), st.sampled_from(["US", "GB", "DE", None]))
def test_any_text_of_such_characters(text, home):
    assert read(text, home) == generally(text, home)


def test_the_usual_writings_are_read_fast():
    for text in ("+1 415 555 2671", "(415) 555-2671", "+49 30 901820", "030 901820", "+33 1 42 68 53 00"):
        assert read_plain(text, "DE" if text.startswith("0") else "US")
