"""Text hygiene."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidecar.enrichment import reading
from sidecar.records.text import is_storable, storable


@given(st.text(st.characters(exclude_categories=())))
def test_storable_text_can_be_stored_and_stays_as_it_is(text):
    kept = storable(text)
    assert is_storable(kept) and len(kept) == len(text)
    assert (kept == text) is is_storable(text)
    assert "\0" not in kept.encode().decode()


def test_what_postgres_refuses_is_replaced():
    assert storable("a\0b\ud800") == "a\ufffdb\ufffd"
    assert storable(7) == "7"


def test_a_providers_lines_are_one_tidy_line():
    assert reading.text(" Head\nof\0  Sales\ud800 ") == "Head of Sales"
    assert reading.text("\0 ") is None and reading.text(True) is None
