"""Cells of any table as columns; any spelling of an outcome."""

from __future__ import annotations

import numpy as np
import pytest

from sidecar.scoring.ml.columns import OutcomeError, read_column, read_outcome


@pytest.mark.parametrize(("cells", "wanted"), [
    (["1", " 2.5", "", "Select", "-3e2"], [1, 2.5, np.nan, np.nan, -300]),
    (["1,200", "$ 30", "7%"], [1200, 30, 7]),
    (["1,5", "2,75", "3"], [1.5, 2.75, 3]),
    (["1.200,50", "2,75", "30"], [1200.5, 2.75, 30]),
])
def test_numbers(cells, wanted):
    column, = read_column("n", cells)
    assert column.kind == "number"
    np.testing.assert_array_equal(column.values, wanted)


@pytest.mark.parametrize("cells", [
    ["E1", "e5", "E10"], ["$", ".e5", "1e5"], [".", "1.2.3", "5"], ["+", "$e1", "%"]])
def test_codes_are_no_numbers(cells):
    column, = read_column("code", cells)
    assert column.kind == "text"


def test_what_no_number_can_hold_is_missing():
    column, = read_column("n", ["1e999", "-1e400", "7", "9" * 400, *map(str, range(200))])
    assert np.nanmax(column.values) == 199 and np.isnan(column.values[[0, 1, 3]]).all()


def test_a_stray_word_among_dates_is_missing():
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 28)]
    for word in ("soon", "tbd", "later", "open", "x", "pending", "yes", "never"):
        assert len(read_column("at", [*days, word])) == 3


def test_texts_and_what_says_nothing():
    column, = read_column("t", ["Select", "Google", "google ", "NaN", "12", "-"])
    assert column.kind == "text"
    assert list(column.values) == [None, "Google", "google", None, "12", None]


@pytest.mark.parametrize("cells", [
    ["2024-01-31", "2024-02-01"], ["31-01-2024", "01-02-2024"], ["1/31/2024", "2/1/2024"],
    ["31.01.2024", "01.02.2024"], ["2024-01-31 10:30:00", "2024-02-01 11:00:00"],
    ["31 Jan 2024", "1 Feb 2024"],
])
def test_dates_become_numbers(cells):
    columns = read_column("at", cells)
    assert {column.source for column in columns} == {"at"}
    assert [column.values.tolist() for column in columns[:3]] == [[19753, 19754], [1, 2], [3, 4]]


@pytest.mark.parametrize(("cells", "wanted", "yes"), [
    (["yes", "no", "no"], [1, 0, 0], "yes"), (["1", "0", "0"], [1, 0, 0], "1"),
    (["True ", "False", "true"], [1, 0, 1], "True, true"),
    (["Closed Won", "closed lost"], [1, 0], "Closed Won"),
    ([">50K", "<=50K", "<=50K"], [1, 0, 0], ">50K"), (["2", "1", "1"], [0, 1, 1], "1"),
    (["customer", "stranger", "stranger"], [1, 0, 0], "customer"),
    (["good", "lost", "good"], [1, 0, 1], "good"), (["Oui", "Non"], [1, 0], "Oui"),
])
def test_outcomes_in_any_spelling(cells, wanted, yes):
    outcomes, places, positive, _ = read_outcome(cells)
    assert (outcomes.tolist(), places.tolist(), positive) == (
        [bool(n) for n in wanted], list(range(len(cells))), yes)


def test_rows_without_an_outcome_are_left_out():
    outcomes, places, *_ = read_outcome(["won", "open", "lost", "", "negotiating"])
    assert (outcomes.tolist(), places.tolist()) == ([True, False], [0, 2])


@pytest.mark.parametrize("cells", [["yes", "yes"], ["a", "b", "c"], ["1", "2", "0", "7"], []])
def test_what_is_no_outcome_is_said(cells):
    with pytest.raises(OutcomeError, match="not a yes and a no"):
        read_outcome(cells)
