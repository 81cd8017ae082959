"""What is learnt from leads of which the outcome is known, and whether it is better than what is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from sidecar.scoring.ml import leakage, report
from sidecar.scoring.ml.columns import Column, Numbers, number_column, text_column
from sidecar.scoring.ml.features import FEATURES, row_of
from sidecar.scoring.ml.prediction import HALF, NEEDED, Prophet, weight_of
from sidecar.scoring.ml.training import Fitted, sigmoid

_LATER: Final = 0.25  # of the leads: they ended last, and only measure
_LEAST_LATER: Final = 5  # of each outcome
_WORSE_RANKING: Final = 0.01  # AUC that may be lost where the probabilities are better
_SHUFFLES: Final = 3
Outcomes = NDArray[np.bool_]


@dataclass(frozen=True)
class Example:
    """A lead of which the outcome is known. facts: those of the moment before, in the shape that scoring
    reads. points: what the rules gave it then, without the component `ml`."""

    facts: dict[str, Any]
    at: datetime
    won: bool
    points: float


@dataclass(frozen=True)
class Lesson:
    """learnt: the document (prediction.py), None where nothing could be learnt. better: whether it is to be
    put in force. reason: in a sentence."""

    learnt: dict[str, Any] | None
    report: dict[str, Any]
    better: bool
    reason: str


def learn(examples: Sequence[Example], in_force: Prophet | None) -> Lesson:
    """Learn from the earlier leads and measure with the later ones, which neither this nor what is in force
    has seen: what is in force was learnt from the earlier part of fewer leads."""
    examples = sorted(examples, key=lambda example: example.at)
    conversions = sum(example.won for example in examples)
    about = {"conversions": conversions, "needed": NEEDED, "leads": len(examples)}
    if conversions < NEEDED:
        return Lesson(None, about, False, f"Learnt from {conversions} of {NEEDED} conversions needed.")
    cut = round(len(examples) * (1 - _LATER))
    outcomes = np.array([example.won for example in examples])
    early, late = outcomes[:cut], outcomes[cut:]
    for part, name in ((early, "earlier"), (late, "later")):
        if min(part.sum(), (~part).sum()) < _LEAST_LATER:
            return Lesson(None, about, False, f"Among the {len(part)} {name} leads {part.sum()} converted and"
                          f" {(~part).sum()} did not: {_LEAST_LATER} of each are needed.")
    rows = [row_of(example.facts, example.at) for example in examples]
    points = np.array([example.points for example in examples])
    columns = _columns(rows)
    earlier, later = np.arange(cut), np.arange(cut, len(examples))
    judged = leakage.judge([column.take(earlier) for column in columns], early)
    refused = {found.source: found for found in judged if found.rule}
    used = [column for column in columns if column.source not in refused]
    if not used:
        return Lesson(None, about, False, "Nothing is known of these leads that differs.")
    fitted = Fitted([column.take(earlier) for column in used], early)
    rules = LogisticRegression(C=1.0).fit(points[:cut, None] / 100, early)
    slope, intercept = max(0.0, float(rules.coef_[0][0])), float(rules.intercept_[0])
    if not slope:
        intercept = float(np.log(early.mean() / (1 - early.mean())))
    learnt: dict[str, Any] = {
        "model": fitted.document(), "weight": weight_of(int(early.sum())), "conversions": int(early.sum()),
        "rules": {"intercept": intercept, "slope": slope}}
    by_rules = sigmoid(intercept + slope * points / 100)

    def mixed(part: Sequence[Column], rules: Numbers) -> Numbers:
        return np.asarray(learnt["weight"] * fitted.predict(part) + (1 - learnt["weight"]) * rules, float)

    said = mixed(used, by_rules)
    learnt["scale"] = [float(value) for value in np.quantile(said[:cut], np.arange(101) / 100)]
    compared = {"learnt": _figures(said[cut:], late), "rules": _figures(by_rules[cut:], late)}
    if in_force:
        compared["in_force"] = _figures(np.array([
            in_force.probability(rows[n], float(points[n])) for n in later]), late)
    better, reason = _compared(compared)
    return Lesson(learnt, about | report.measure(said[cut:], late) | {
        "learnt_from": {"leads": cut, "conversions": int(early.sum()), "weight": round(learnt["weight"], 4),
                        "half_weight_at": HALF},
        "learnt_to": examples[cut - 1].at.isoformat(), "measured_to": examples[-1].at.isoformat(),
        "compared": compared, "better": better, "reason": reason,
        "refused_columns": sorted(refused),
        "refused": [{"column": name, "rule": found.rule, "reason": found.reason}
                    for name, found in sorted(refused.items())],
        "effects": _effects([column.take(later) for column in used], late,
                            lambda part: mixed(part, by_rules[cut:])),
    }, better, reason)


def _columns(rows: Sequence[dict[str, Any]]) -> list[Column]:
    return [(number_column if kind == "number" else text_column)(name, [row[name] for row in rows])
            for name, kind in FEATURES.items()]


def _figures(probabilities: Numbers, outcomes: Outcomes) -> dict[str, float]:
    return {"auc": round(float(roc_auc_score(outcomes, probabilities)), 4),
            "log_loss": round(float(log_loss(outcomes, probabilities, labels=[False, True])), 5)}


def _compared(figures: dict[str, dict[str, float]]) -> tuple[bool, str]:
    """Whether what was learnt is better than what counts now, by the later leads."""
    now = "in_force" if "in_force" in figures else "rules"
    name = "the model in force" if now == "in_force" else "the rules alone"
    new, old = figures["learnt"], figures[now]
    better = new["log_loss"] < old["log_loss"] and new["auc"] >= old["auc"] - _WORSE_RANKING
    return better, (
        f"{'Better' if better else 'Not better'} than {name} on later leads: log loss {new['log_loss']:.4f}"
        f" against {old['log_loss']:.4f}, AUC {new['auc']:.3f} against {old['auc']:.3f}.")


def _effects(columns: list[Column], outcomes: Outcomes, predict: Any) -> dict[str, float]:
    """How much AUC is lost when a feature's values are shuffled, the most first."""
    chance = np.random.default_rng(0)
    whole = roc_auc_score(outcomes, predict(columns))
    lost = {}
    for place, column in enumerate(columns):
        losses = [whole - roc_auc_score(outcomes, predict(
            [*columns[:place], column.take(chance.permutation(len(outcomes))), *columns[place + 1:]]))
            for _ in range(_SHUFFLES)]
        lost[column.name] = round(float(np.mean(losses)), 4)
    return dict(sorted(lost.items(), key=lambda effect: -effect[1]))
