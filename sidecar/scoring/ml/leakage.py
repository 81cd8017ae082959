"""Which columns of a table give the outcome away, or only tell rows apart: by what they hold, never by name.

A column is refused when one of these holds (docs/PREDICTION.md gives the reasons for the thresholds):

constant     It says the same in every row.
identifier   It tells rows apart: texts of which nearly all differ, or whole numbers that all differ and that
             count rows (close together, or rising or falling with the file).
one-sided    It is filled in one outcome's rows only: what is entered after the outcome.
giveaway     Alone it is certain of many rows (of a tenth of them at least: in bins where one outcome is ten
             times rarer than in the table) or nearly perfect (AUC from 0.90); AND with it the ranking is
             nearly perfect (AUC from 0.89); AND it takes away at least half of what all others together
             leave open (of 1 - AUC). A strong honest column fails one of these: what was known before the
             outcome leaves much open, or is strong together with others.

Columns that are certain are judged one after the other, the weakest first, each beside those that no doubt is
about, so that two giveaways do not hide each other. Where so many are certain (more than two, and more than a
third of all) the outcome shows in the table, as an illness does in many measurements: there each is judged
beside all others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from sidecar.scoring.ml import training
from sidecar.scoring.ml.columns import Column

_IDENTIFYING: Final = 0.9  # of the texts of a column differ
_ENOUGH: Final = 100  # rows: fewer may all differ by chance
_DENSE: Final = 20  # numbers for each row: an identifier's range
_ONE_SIDED_ROWS: Final = 50
_ONE_SIDED_SHARE: Final = 0.02
_ONE_SIDED_EXPECTED: Final = 20  # rows of the other outcome, if the column said nothing
_ONE_SIDED_EXCEPTIONS: Final = 0.01  # of them
_BINS: Final = 20
_CERTAIN: Final = 0.1  # times the table's rate
_CERTAIN_ROWS: Final = 0.1
_ALONE: Final = 0.70  # AUC of what can be a giveaway at all
_PERFECT_ALONE: Final = 0.90
_PERFECT: Final = 0.89
_EXPLAINED: Final = 0.5
_NOTHING_OPEN: Final = 0.97  # AUC of all others: there is nothing left to give away
_MANY: Final = 1 / 3  # of the columns
_JUDGED_ROWS: Final = 20_000
Outcomes = NDArray[np.bool_]


@dataclass
class Judgement:
    """What is found of a column. auc_alone: of its bins, cross-fitted. certain_rows: the share of rows in
    bins that are certain. auc_others, auc_with, explained: of what was judged beside others. rule: why it is
    refused, if it is; reason: in a sentence."""

    source: str
    auc_alone: float = 0.5
    certain_rows: float = 0.0
    auc_others: float | None = None
    auc_with: float | None = None
    explained: float | None = None
    rule: str | None = None
    reason: str | None = None

    def refuse(self, rule: str, reason: str) -> None:
        """It is not used."""
        self.rule, self.reason = rule, reason


def judge(columns: Sequence[Column], outcomes: Outcomes, seed: int = 0) -> list[Judgement]:
    """What is to be said of each of a table's columns, in their order; `columns` are what they became."""
    parts: dict[str, list[Column]] = {}
    for column in columns:
        parts.setdefault(column.source, []).append(column)
    judgements = {source: Judgement(source) for source in parts}
    for source, of in parts.items():
        _look(judgements[source], of, outcomes, seed)
    _weigh(parts, judgements, outcomes, seed)
    return list(judgements.values())


def _look(judgement: Judgement, parts: Sequence[Column], outcomes: Outcomes, seed: int) -> None:
    column = parts[0]
    missing = column.missing()
    known = column.values[~missing]
    different = len(np.unique(known if column.kind == "number" else known.astype(str)))
    if different + bool(missing.any()) < 2:
        judgement.refuse("constant", "It says the same in every row.")
    elif column.kind == "text" and len(known) >= _ENOUGH and different >= _IDENTIFYING * len(known):
        judgement.refuse("identifier", (
            f"{different:,} of its {len(known):,} texts differ: they tell rows apart."))
    elif len(parts) == 1 and column.kind == "number" and _counts_rows(known, different):
        judgement.refuse("identifier", "It is a whole number of its own for each row, and counts them.")
    elif sided := _one_sided(missing, outcomes):
        judgement.refuse("one_sided", sided)
    for part in parts:
        auc, certain = _alone(part, outcomes, seed)
        judgement.auc_alone = max(judgement.auc_alone, auc)
        judgement.certain_rows = max(judgement.certain_rows, certain)


def _counts_rows(known: NDArray[Any], different: int) -> bool:
    if len(known) < _ENOUGH or different < 0.999 * len(known) or (known % 1).any():
        return False
    steps = np.sign(np.diff(known))
    return bool(np.ptp(known) < _DENSE * len(known) or abs(steps.mean()) > 0.9)


def _one_sided(missing: NDArray[np.bool_], outcomes: Outcomes) -> str | None:
    filled = int((~missing).sum())
    if filled < max(_ONE_SIDED_ROWS, _ONE_SIDED_SHARE * len(missing)) or missing.mean() < _ONE_SIDED_SHARE:
        return None
    for side, name in ((outcomes, "converted"), (~outcomes, "did not convert")):
        others = int((~side)[~missing].sum())
        expected = filled * (~side).mean()
        if expected >= _ONE_SIDED_EXPECTED and others <= _ONE_SIDED_EXCEPTIONS * expected:
            return (f"It is filled in {filled:,} rows, and {filled - others:,} of them {name}: it is entered"
                    " when the outcome is known.")
    return None


def _bins(column: Column) -> NDArray[np.int64]:
    """A bin for each row: of numbers 20 of the same size, of texts each that is frequent; missing is one."""
    missing = column.missing()
    if column.kind == "number":
        known = column.values[~missing]
        edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS)) if len(known) else np.array([])
        return np.where(missing, len(edges) + 1, np.searchsorted(edges, column.values, side="left"))
    texts, places = np.unique(np.where(missing, "", column.values).astype(str), return_inverse=True)
    rare = np.bincount(places, minlength=len(texts)) < max(5, len(places) // 1000)
    return np.where(rare[places], len(texts), places)


def _alone(column: Column, outcomes: Outcomes, seed: int) -> tuple[float, float]:
    """The AUC of a column's bins, each rated by rows of other folds; the share of rows in certain bins."""
    bins, rate = _bins(column), outcomes.mean()
    most = bins.max() + 1
    rated = np.empty(len(bins))
    folds = np.random.default_rng(seed).integers(0, 5, len(bins))
    rows, won = np.bincount(bins, minlength=most), np.bincount(bins, outcomes, minlength=most)
    for fold in range(5):
        here = folds == fold
        others = rows - np.bincount(bins[here], minlength=most)
        of = won - np.bincount(bins[here], outcomes[here], minlength=most)
        rated[here] = ((of + 5 * rate) / (others + 5))[bins[here]]
    return float(roc_auc_score(outcomes, rated)), _certain(rows, won, ordered=column.kind == "number")


def _certain(rows: NDArray[Any], won: NDArray[Any], *, ordered: bool) -> float:
    """The share of rows in bins where one outcome is _CERTAIN times rarer than in the table, counting one row
    more of it than was seen: so few rows prove nothing. Of numbers also that of all rows up to a bin, or from
    it, which proves more in a small table."""
    total, rate = rows.sum(), won.sum() / rows.sum()

    def certain(rows: NDArray[Any], won: NDArray[Any]) -> NDArray[np.bool_]:
        lost = rows - won
        return np.asarray((won + 1 <= _CERTAIN * rate * rows) | (lost + 1 <= _CERTAIN * (1 - rate) * rows))

    sure = certain(rows, won)
    if np.count_nonzero(rows) == 2 and not sure[rows > 0].all():
        return 0.0  # a flag that rules the one outcome out and leaves the other open, as many honest ones do
    share = rows[sure].sum() / total
    if ordered:
        for way in (slice(None), slice(None, None, -1)):
            up_to, of = np.cumsum(rows[way]), np.cumsum(won[way])
            share = max([share, *(up_to[certain(up_to, of)] / total)])
    return float(share)


def _weigh(
    parts: dict[str, list[Column]], judgements: dict[str, Judgement], outcomes: Outcomes, seed: int,
) -> None:
    """Judge what may be giveaways beside all others."""
    doubted = [source for source, found in judgements.items() if found.rule is None and (
        found.auc_alone >= _PERFECT_ALONE
        or (found.auc_alone >= _ALONE and found.certain_rows >= _CERTAIN_ROWS))]
    if not doubted:
        return
    chosen = np.random.default_rng(seed).permutation(len(outcomes))[:_JUDGED_ROWS]
    said = outcomes[chosen]
    some = {source: [part.take(chosen) for part in of] for source, of in parts.items()
            if judgements[source].rule is None}
    def beside(source: str, others: Collection[str], auc_others: float) -> float | None:
        """The AUC with the column, where it is none too good."""
        found = judgements[source]
        found.auc_others = auc_others
        found.auc_with = _auc([part for of in (*others, source) for part in some[of]], said, seed)
        found.explained = max(0.0, found.auc_with - auc_others) / max(1 - auc_others, 1e-9)
        too_good = found.explained >= _EXPLAINED and found.auc_with >= _PERFECT and auc_others < _NOTHING_OPEN
        return None if too_good else found.auc_with

    def auc_of(sources: Collection[str]) -> float:
        return _auc([part for source in sources for part in some[source]], said, seed)

    if len(doubted) > max(2, _MANY * len(some)):
        others_of = {source: [of for of in some if of != source] for source in doubted}
        doubted = [source for source, of in others_of.items() if beside(source, of, auc_of(of)) is None]
    else:
        trusted = [source for source in some if source not in doubted]
        others = auc_of(trusted)
        while doubted:
            gains = {source: beside(source, trusted, others) for source in doubted}
            kept = {source: auc for source, auc in gains.items() if auc is not None}
            if not kept:
                break
            weakest = min(kept, key=lambda source: kept[source])
            others = kept[weakest]
            trusted.append(weakest)
            doubted.remove(weakest)
    for source in doubted:
        found = judgements[source]
        certain = (f"in {found.certain_rows:.0%} of the rows it is all but certain of the outcome"
                   if found.certain_rows >= _CERTAIN_ROWS else f"alone its AUC is {found.auc_alone:.2f}")
        found.refuse("giveaway", (
            f"It gives the outcome away: {certain}, and it explains {found.explained:.0%} of what all other"
            f" columns leave open (AUC {found.auc_others:.3f} without it, {found.auc_with:.3f} with it)."))


def _auc(columns: list[Column], outcomes: Outcomes, seed: int) -> float:
    if not columns:
        return 0.5
    said = np.empty(len(outcomes))
    for train, test in StratifiedKFold(3, shuffle=True, random_state=seed).split(said, outcomes):
        said[test] = training.quick(columns, outcomes, train, test)
    return float(roc_auc_score(outcomes, said))
