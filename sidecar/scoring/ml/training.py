"""Fitting: a scorecard and two gradient boostings, blended by what they say of rows they did not see.

The scorecard (a logistic regression of bins and values) is steady on few rows, trees find what depends on
each other on many. The blend is a logistic regression of the members' log odds for held-back rows: it weighs
them, and calibrates what comes out (Platt). A pure function of its arguments: chance is seeded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit
from threadpoolctl import threadpool_limits

from sidecar.scoring.ml.columns import Column, Numbers

_MOST_TEXTS: Final = 200  # of a column that count by themselves
_RARE: Final = 5  # rows: texts of fewer count as other
_SMOOTHING: Final = 10  # rows of the whole table's rate that a text's own rate is mixed with
_BINS: Final = 10
_FEW: Final = 12  # different numbers: each has its own bin
_LIMIT: Final = 3.0  # as in model.py
_MANY_ROWS: Final = 15_000  # from here one held-back quarter tells as much as three folds
Outcomes = NDArray[np.bool_]


@dataclass(frozen=True)
class _Read:
    """values: of each feature, texts as places. texts: the values of each text feature, the most frequent
    first, else None."""

    values: Numbers
    texts: list[list[str] | None]


class Fitted:
    """A model of these columns, as scikit-learn has it."""

    def __init__(self, columns: Sequence[Column], outcomes: Outcomes, seed: int = 0) -> None:
        read = _read(columns)
        self._features = [
            {"name": column.name, "kind": column.kind} | ({} if texts is None else {"values": texts})
            for column, texts in zip(columns, read.texts, strict=True)]
        self._texts = read.texts
        members: list[_Member] = [_Scorecard(), _Trees(seed, by_rate=True), _Trees(seed + 1, by_rate=False)]
        held, said = [], []
        for train, test in _inner(outcomes, seed):
            part = _Read(read.values[train], read.texts)
            for member in members:
                member.fit(part, outcomes[train])
            held.append(outcomes[test])
            said.append(np.column_stack([member.log_odds(read.values[test]) for member in members]))
        self._intercept, weights = _blend(np.concatenate(said), np.concatenate(held))
        self._weighed = [(weight, member) for weight, member in zip(weights, members, strict=True) if weight]
        for _, member in self._weighed:
            member.fit(read, outcomes)

    def predict(self, columns: Sequence[Column]) -> Numbers:
        """The probability of each row of these columns, which are those of the training."""
        values = _table(columns, self._texts)
        total = np.full(len(values), self._intercept)
        for weight, member in self._weighed:
            total += weight * member.log_odds(values)
        return sigmoid(total)

    def document(self) -> dict[str, Any]:
        """What is served: model.py."""
        return {
            "features": self._features,
            "members": [member.document() for _, member in self._weighed],
            "blend": {"intercept": self._intercept, "weights": [weight for weight, _ in self._weighed]},
        }


def sigmoid(log_odds: Numbers) -> Numbers:
    """The probabilities of log odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -700, 700))), float)


def quick(columns: Sequence[Column], outcomes: Outcomes, train: NDArray[Any], test: NDArray[Any]) -> Numbers:
    """The log odds of some rows by a boosting alone that is fitted on others."""
    read = _read(columns)
    trees = _Trees(0, by_rate=True)
    trees.fit(_Read(read.values[train], read.texts), outcomes[train])
    return trees.log_odds(read.values[test])


def _read(columns: Sequence[Column]) -> _Read:
    texts: list[list[str] | None] = []
    for column in columns:
        if column.kind == "number":
            texts.append(None)
            continue
        known, counts = np.unique(column.values[~column.missing()].astype(str), return_counts=True)
        order = sorted(range(len(known)), key=lambda n: (-counts[n], known[n]))[:_MOST_TEXTS]
        texts.append([str(known[n]) for n in order if counts[n] >= _RARE])
    return _Read(_table(columns, texts), texts)


def _table(columns: Sequence[Column], texts: Sequence[list[str] | None]) -> Numbers:
    """The columns' numbers, and the places of their texts."""
    def values(column: Column, known: list[str] | None) -> Numbers:
        if known is None:
            return np.asarray(column.values, float)
        places = {text: float(place) for place, text in enumerate(known)}
        other = float(len(known))
        return np.array([np.nan if text is None else places.get(text, other) for text in column.values])

    return np.column_stack([values(column, known) for column, known in zip(columns, texts, strict=True)])


def _inner(outcomes: Outcomes, seed: int) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Rows to fit on and rows held back."""
    rows = np.zeros((len(outcomes), 1))
    if len(outcomes) >= _MANY_ROWS:
        return list(StratifiedShuffleSplit(1, test_size=0.25, random_state=seed).split(rows, outcomes))
    return list(StratifiedKFold(3, shuffle=True, random_state=seed).split(rows, outcomes))


def _blend(said: Numbers, outcomes: Outcomes) -> tuple[float, list[float]]:
    """The weight of each member, none below zero, and what is added."""
    used = list(range(said.shape[1]))
    while True:
        fitted = LogisticRegression(C=10.0).fit(said[:, used], outcomes)
        weights = fitted.coef_[0]
        if len(used) == 1 or weights.min() >= 0:
            return float(fitted.intercept_[0]), [
                max(0.0, float(weights[used.index(n)])) if n in used else 0.0 for n in range(said.shape[1])]
        used.pop(int(weights.argmin()))


class _Member(Protocol):
    def fit(self, read: _Read, outcomes: Outcomes) -> None: ...

    def log_odds(self, values: Numbers) -> Numbers: ...

    def document(self) -> dict[str, Any]: ...


class _Scorecard:
    """A logistic regression of bins, texts and straight lines."""

    def fit(self, read: _Read, outcomes: Outcomes) -> None:
        self._terms = [_shape(values, texts) for values, texts in zip(read.values.T, read.texts, strict=True)]
        matrix, places = _spread(self._terms, read.values)
        fitted = LogisticRegression(C=0.3, max_iter=300, tol=1e-3).fit(matrix, outcomes)
        weights = fitted.coef_[0].tolist()
        self._intercept = float(fitted.intercept_[0])
        for term, begin in zip(self._terms, places, strict=True):
            bins = _bins(term)
            term["weights"], term["missing"] = weights[begin:begin + bins], weights[begin + bins]
            if "edges" in term:
                term["slope"] = weights[begin + bins + 1]

    def document(self) -> dict[str, Any]:
        return {"kind": "scorecard", "intercept": self._intercept, "terms": self._terms}

    def log_odds(self, values: Numbers) -> Numbers:
        total = np.full(len(values), self._intercept)
        for term, of in zip(self._terms, values.T, strict=True):
            total += np.array([*term["weights"], term["missing"]])[_bin_of(term, of)]
            if "edges" in term:
                total += np.where(np.isnan(of), 0.0, term["slope"] * _line(term, of))
        return total


def _shape(values: Numbers, texts: list[str] | None) -> dict[str, Any]:
    """A term without its weights."""
    if texts is not None:
        return {"texts": len(texts)}
    known = values[~np.isnan(values)]
    different = np.unique(known)
    if len(different) <= _FEW:
        edges = (different[1:] + different[:-1]) / 2
    else:
        edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS))
    return {"edges": edges.tolist(), "middle": float(known.mean()) if len(known) else 0.0,
            "scale": float(known.std()) or 1.0 if len(known) else 1.0}


def _bins(term: dict[str, Any]) -> int:
    return int(term["texts"]) + 1 if "texts" in term else len(term["edges"]) + 1


def _line(term: dict[str, Any], values: Numbers) -> Numbers:
    return np.asarray(np.clip((values - term["middle"]) / term["scale"], -_LIMIT, _LIMIT), float)


def _bin_of(term: dict[str, Any], values: Numbers) -> NDArray[np.int64]:
    """The bin of each value; the last one is that of missing ones."""
    missing = np.isnan(values)
    if "edges" in term:
        places = np.searchsorted(term["edges"], values, side="left")
    else:
        places = np.where(missing, 0, values).astype(int)
    return np.where(missing, _bins(term), places)


def _spread(terms: list[dict[str, Any]], values: Numbers) -> tuple[Any, list[int]]:
    """The terms as columns of a sparse matrix, and where each term begins."""
    rows, columns, cells, begins, begin = [], [], [], [], 0
    every = np.arange(len(values))
    for term, of in zip(terms, values.T, strict=True):
        begins.append(begin)
        rows.append(every)
        columns.append(begin + _bin_of(term, of))
        cells.append(np.ones(len(of)))
        begin += _bins(term) + 1
        if "edges" in term:
            known = ~np.isnan(of)
            rows.append(every[known])
            columns.append(np.full(known.sum(), begin))
            cells.append(_line(term, of[known]))
            begin += 1
    return csr_matrix((np.concatenate(cells), (np.concatenate(rows), np.concatenate(columns))),
                      shape=(len(values), begin)), begins


class _Trees:
    """Gradient boosting; texts are numbers to it: how often they converted (by_rate), or how frequent they
    are. Two views of them differ in their errors."""

    def __init__(self, seed: int, *, by_rate: bool) -> None:
        self._seed, self._by_rate = seed, by_rate

    def fit(self, read: _Read, outcomes: Outcomes) -> None:
        self._codes = [
            None if texts is None else self._coded(values, len(texts), outcomes)
            for values, texts in zip(read.values.T, read.texts, strict=True)]
        self._boosting = _boosting(len(outcomes), self._seed)
        with _one_thread():
            self._boosting.fit(_coded(self._codes, read.values), outcomes)

    def _coded(self, values: Numbers, texts: int, outcomes: Outcomes) -> list[float]:
        if not self._by_rate:
            return [float(place) for place in range(texts + 1)]
        known = ~np.isnan(values)
        places = values[known].astype(int)
        rows = np.bincount(places, minlength=texts + 1)
        won = np.bincount(places, outcomes[known], minlength=texts + 1)
        return ((won + _SMOOTHING * outcomes.mean()) / (rows + _SMOOTHING)).tolist()  # type: ignore[no-any-return]

    def log_odds(self, values: Numbers) -> Numbers:
        with _one_thread():
            said: Numbers = self._boosting.decision_function(_coded(self._codes, values))
        return said

    def document(self) -> dict[str, Any]:
        return {"kind": "trees", "start": float(np.ravel(self._boosting._baseline_prediction)[0]),
                "codes": self._codes,
                "trees": [_exported(predictor[0].nodes) for predictor in self._boosting._predictors]}


def _one_thread() -> threadpool_limits:
    """On a machine that has other work, threads that wait for each other take longer than one."""
    return threadpool_limits(1, "openmp")


def _boosting(rows: int, seed: int) -> HistGradientBoostingClassifier:
    """Larger trees for more rows; each split looks at a part of the columns."""
    return HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.08, max_leaf_nodes=int(np.clip(rows // 500, 5, 63)),
        min_samples_leaf=20 if rows > 1000 else max(5, rows // 50), max_features=0.3, l2_regularization=5.0,
        early_stopping=False, random_state=seed)


def _coded(codes: list[list[float] | None], values: Numbers) -> Numbers:
    read = values.copy()
    for place, code in enumerate(codes):
        if code is not None:
            known = ~np.isnan(values[:, place])
            read[known, place] = np.array(code)[values[known, place].astype(int)]
    return read


def _exported(nodes: Any) -> dict[str, Any]:
    leaf = nodes["is_leaf"].astype(bool)
    left, right = nodes["left"].astype(int), nodes["right"].astype(int)
    worth = nodes["value"].astype(float).copy()
    for node in range(len(nodes) - 1, -1, -1):  # what lies below stands behind
        if not leaf[node]:
            of = nodes["count"][[left[node], right[node]]].astype(float)
            worth[node] = (of * worth[[left[node], right[node]]]).sum() / of.sum()
    return {
        "feature": np.where(leaf, -1, nodes["feature_idx"].astype(int)).tolist(),
        "threshold": np.where(leaf, 0.0, np.minimum(nodes["num_threshold"], 1e300)).tolist(),
        "left": left.tolist(), "right": right.tolist(),
        "missing": nodes["missing_go_to_left"].astype(int).tolist(), "value": worth.tolist(),
    }
