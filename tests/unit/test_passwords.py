"""Which passwords are taken."""

from __future__ import annotations

import pytest

from sidecar.services.administration import password_problem


@pytest.mark.parametrize(("password", "taken"), [
    ("correct horse battery", True), ("x" * 12, False), ("abcdabcdabcd", False), ("abcdeabcdeab", True),
    ("elevenchars", False), ("twelve chars", True), ("p\u00e4ssword-l\u00e4nge", True), ("ab3!" * 250, False),
    ("abcde" * 200, True), ("abcde" * 200 + "f", False), ("ADA@example.com", False),
])
def test_a_password_is_long_and_no_repetition_or_address(password, taken):
    assert (password_problem(password, "ada@example.com") is None) is taken
