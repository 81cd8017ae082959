"""What gives the outcome away is refused whatever it is called; what is honest and strong is kept."""

from __future__ import annotations

import numpy as np
import pytest

from sidecar.scoring.ml.columns import number_column, text_column
from sidecar.scoring.ml.leakage import judge
from tests.unit.scoring.ml.tables import converted, honest, sigmoid

ROWS = 2500


def judged(make, name="x7"):
    columns, log_odds, chance = honest(ROWS)
    values, outcomes = make(log_odds, chance)
    column = (text_column if isinstance(values, list) else number_column)(name, values)
    return {found.source: found for found in judge([*columns, column], outcomes)}


def call_length(log_odds, chance):
    """Known when the call has ended: short ones never convert, and most that convert are long."""
    seconds = chance.lognormal(5.2, 1, ROWS)
    outcomes = (chance.random(ROWS) < sigmoid(log_odds + 3 * np.log(seconds / 200))) & (seconds > 90)
    return seconds, outcomes


def of_outcome(make):
    def made(log_odds, chance):
        outcomes = converted(log_odds, chance)
        return make(outcomes, chance), outcomes
    return made


def status(outcomes, chance):
    said = np.where(outcomes, chance.choice(["reads", "closed"], ROWS), chance.choice(["rings", "no"], ROWS))
    silent = chance.random(ROWS) < 0.3
    return [None if quiet else str(text) for quiet, text in zip(silent, said, strict=True)]


LEAKS = {
    "length": (call_length, "giveaway"),
    "copy": (of_outcome(lambda y, _: ["p" if won else "q" for won in y]), "giveaway"),
    "copy with errors": (of_outcome(lambda y, c: (y ^ (c.random(ROWS) < 0.03)).astype(float)), "giveaway"),
    "count": (of_outcome(lambda y, c: c.poisson(np.where(y, 9, 1)).astype(float)), "giveaway"),
    "status": (of_outcome(status), "giveaway"),
    "date of the deal": (of_outcome(lambda y, c: [
        f"week {c.integers(9)}" if won else None for won in y]), "one_sided"),
    "sum of the deal": (of_outcome(lambda y, c: np.where(
        y & (c.random(ROWS) < 0.5), c.integers(1, 99, ROWS), np.nan)), "one_sided"),
    "row number": (of_outcome(lambda y, c: np.arange(ROWS, dtype=float)), "identifier"),
    "numbers by outcome": (of_outcome(lambda y, c: np.argsort(np.argsort(c.random(ROWS) / 2 - y)) + 1.0),
                           "identifier"),
    "reference": (of_outcome(lambda y, c: [f"{n:08x}" for n in c.integers(0, 2**31, ROWS)]), "identifier"),
    "constant": (of_outcome(lambda y, c: ["same"] * ROWS), "constant"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_what_knows_the_outcome_is_refused_and_nothing_else(leak):
    make, rule = LEAKS[leak]
    found = judged(make)
    assert {source: one.rule for source, one in found.items() if one.rule} == {"x7": rule}
    assert found["x7"].reason


def added(make):
    def made(log_odds, chance):
        values, more = make(chance)
        return values, converted(log_odds + more, chance)
    return made


def flag(share, effect):
    def make(chance):
        raised = chance.random(ROWS) < share
        return ["A" if up else "B" for up in raised], effect * raised
    return added(make)


def spent(chance):
    """A visit's worth: nothing for most, and who has some converts in more than half of the cases."""
    some = chance.random(ROWS) < 0.22
    worth = np.where(some, chance.exponential(30, ROWS), 0)
    return worth, np.where(some, 3 + 0.02 * worth, -1)


HONEST = {
    "strong number": added(lambda c: (x := c.normal(size=ROWS), 1.6 * x)),
    "strong rare flag": flag(0.08, 3.5), "strong flag": flag(0.5, 3.0),
    "flag that rules out": flag(0.45, -6.0),
    "worth": added(spent),
    "skewed number": added(lambda c: (x := c.exponential(size=ROWS), 1.2 * x)),
    "the young never": added(lambda c: (
        x := c.integers(17, 80, ROWS).astype(float), np.where(x < 23, -6, 0.0))),
}


@pytest.mark.parametrize("column", HONEST)
def test_a_strong_honest_column_is_kept(column):
    found = judged(HONEST[column])
    assert not [one for one in found.values() if one.rule], found["x7"]
    assert found["x7"].auc_alone > 0.55


def test_columns_that_are_as_strong_together_are_kept():
    """Many measurements of one thing: each is nearly perfect, none is needed."""
    chance = np.random.default_rng(3)
    outcomes = chance.random(ROWS) < 0.4
    columns = [number_column(f"m{n}", outcomes * 2.2 + chance.normal(size=ROWS)) for n in range(5)]
    assert not [one for one in judge(columns, outcomes) if one.rule]


def test_two_giveaways_do_not_hide_each_other():
    columns, log_odds, chance = honest(ROWS)
    seconds, outcomes = call_length(log_odds, chance)
    both = [number_column("p", seconds), number_column("q", np.round(seconds / 60, 1))]
    found = judge([*columns, *both], outcomes)
    assert {one.source for one in found if one.rule} == {"p", "q"}
