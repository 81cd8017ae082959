"""E-mail addresses: the fast reading beside email-validator's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.records import email


@given(st.from_regex(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,70}@([A-Za-z0-9-]{1,66}\.){0,4}[A-Za-z0-9-]{1,10}", fullmatch=True))
def test_the_fast_reading_of_plain_addresses_is_the_librarys(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(email, "_plain_address", lambda _: None)
        generally = email.parse_email.__wrapped__(text)
    assert email.parse_email.__wrapped__(text) == generally


@pytest.mark.parametrize(
    "domain", ["a.test", "x.local", "b.onion", "sub.invalid", "1.arpa", "LOCALHOST", "a.b.localhost"])
def test_names_for_special_use_are_refused_in_every_depth(domain):
    assert isinstance(email.parse_email(f"ada@{domain}"), str)
