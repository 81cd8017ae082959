"""Keyset pages."""

from __future__ import annotations

import pytest

from sidecar.store.paging import paged

ROWS = [{"id": letter, "score": number} for number, letter in enumerate("abc")]


@pytest.mark.parametrize("rows, page, following", [
    ([], [], None), (ROWS[:1], ["a"], None), (ROWS[:2], ["a", "b"], None), (ROWS, ["a", "b"], ["b"])])
def test_one_row_more_than_the_page_tells_that_more_follows(rows, page, following):
    found, after = paged(rows, 2)
    assert ([row["id"] for row in found], after) == (page, following)


def test_the_next_page_begins_after_the_key_of_the_last_row():
    assert paged(ROWS, 2, lambda row: [row["score"], row["id"]])[1] == [1, "b"]
