"""Any table: which columns are refused, and how well the others predict its outcome on rows not seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from sidecar.scoring.ml import leakage, report, training
from sidecar.scoring.ml.columns import Column, Numbers, OutcomeError, read_columns, read_outcome

FOLDS: Final = 5
_LEAST: Final = 10  # conversions, and rows of the other outcome: two in each fold
_SHUFFLED_ROWS: Final = 2_000  # of a fold: what tells a column's effect


def evaluate(
    header: Sequence[str], rows: Sequence[Sequence[str]], target: str, exclude: Collection[str] = (),
    seed: int = 0,
) -> dict[str, Any]:
    """The report of a table of cells: what `report.measure` says of 5-fold predictions, and

    refused_columns: [names]; refused: [{column, rule, reason}]; columns: of every one [{column, kind,
    used, auc_alone, certain_rows, missing, different, effect (how much AUC is lost when it is shuffled)}];
    target, converted (what it says of a conversion), not_converted; left_out: rows whose outcome is neither.
    What decides about columns is seen by the same rows that measure: only whether one is used depends on it.
    Raises OutcomeError.
    """
    for name in (target, *exclude):
        if name not in header:
            raise OutcomeError(f"The table has no column {name!r}; it has: {', '.join(header)}.")
    names = _told_apart(header)
    left_out = {name for name, said in zip(names, header, strict=True) if said in (target, *exclude)}
    place = list(header).index(target)
    outcomes, known, converted, lost = read_outcome([row[place] if place < len(row) else "" for row in rows])
    if min(outcomes.sum(), (~outcomes).sum()) < _LEAST:
        raise OutcomeError(f"At least {_LEAST} rows of each outcome are needed; there are"
                           f" {outcomes.sum()} and {(~outcomes).sum()}.")
    columns = [column for column in read_columns(names, [rows[n] for n in known])
               if column.source not in left_out]
    judgements = leakage.judge(columns, outcomes, seed)
    refused = {found.source for found in judgements if found.rule}
    used = [column for column in columns if column.source not in refused]
    if not used:
        raise OutcomeError("No column is left to predict from" + "".join(
            f"; {found.source}: {found.reason}" for found in judgements))
    probabilities, effects = cross_validated(used, outcomes, seed)
    return report.measure(probabilities, outcomes) | {
        "refused_columns": [found.source for found in judgements if found.rule],
        "refused": [{"column": found.source, "rule": found.rule, "reason": found.reason}
                    for found in judgements if found.rule],
        "excluded_columns": list(exclude),
        "columns": [_told(found, [c for c in columns if c.source == found.source], effects)
                    for found in judgements],
        "target": target, "converted": converted, "not_converted": lost,
        "left_out": len(rows) - len(known), "folds": FOLDS,
    }


def _told_apart(header: Sequence[str]) -> list[str]:
    """The names of a table's columns: of several with one name the later ones have a number."""
    names: list[str] = []
    for name in header:
        number, other = 1, name
        while other in names:
            number += 1
            other = f"{name} ({number})"
        names.append(other)
    return names


def cross_validated(
    columns: Sequence[Column], outcomes: NDArray[np.bool_], seed: int = 0,
) -> tuple[Numbers, dict[str, float]]:
    """The probability of each row by a model of the other folds; how much AUC is lost when a source's values
    are shuffled among a fold's rows, the mean of all folds."""
    said, lost = np.empty(len(outcomes)), {column.source: 0.0 for column in columns}
    chance = np.random.default_rng(seed)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(said, outcomes):
        model = training.Fitted([column.take(train) for column in columns], outcomes[train], seed)
        said[test] = model.predict([column.take(test) for column in columns])
        some = chance.permutation(test)[:_SHUFFLED_ROWS]
        if len(set(outcomes[some])) < 2:
            continue
        whole = roc_auc_score(outcomes[some], model.predict([c.take(some) for c in columns]))
        for source in lost:
            other = chance.permutation(some)
            shuffled = [column.take(other if column.source == source else some) for column in columns]
            lost[source] += (whole - roc_auc_score(outcomes[some], model.predict(shuffled))) / FOLDS
    return said, lost


def _told(found: leakage.Judgement, parts: Sequence[Column], effects: dict[str, float]) -> dict[str, Any]:
    known = parts[0].values[~parts[0].missing()]
    return {
        "column": found.source, "kind": "date" if len(parts) > 1 else parts[0].kind,
        "used": found.rule is None,
        "auc_alone": round(found.auc_alone, 4), "certain_rows": round(found.certain_rows, 4),
        "auc_others": found.auc_others and round(found.auc_others, 4),
        "auc_with": found.auc_with and round(found.auc_with, 4),
        "missing": round(float(parts[0].missing().mean()), 4),
        "different": len(np.unique(known if parts[0].kind == "number" else known.astype(str))),
        "effect": None if found.rule else round(effects[found.source], 4),
    }
