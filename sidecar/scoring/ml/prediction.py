"""The prediction of a lead by what was learnt from the store's outcomes: pure Python, no library.

A learnt document: {"model": as model.py has it, "weight": of the model against the rules, "rules":
{"intercept", "slope"} (the log odds of a conversion by the rules' points / 100), "conversions": it was learnt
from so many, "scale": the 0th to 100th percentile of the probabilities of the leads that it was learnt from}.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sidecar.scoring.ml.features import row_of, words
from sidecar.scoring.ml.model import Predictor, sigmoid

NEEDED: Final = 50  # conversions; of fewer nothing is learnt
HALF: Final = 50  # conversions of which what was learnt counts as much as the rules
_SHOWN: Final = 2  # effects each way
_SLIGHT: Final = 0.1  # log odds: less is not worth a word


def weight_of(conversions: int) -> float:
    """How much of a probability is the model's: n / (n + 50), nothing below 50 conversions."""
    return conversions / (conversions + HALF) if conversions >= NEEDED else 0.0


def waiting(conversions: int) -> dict[str, Any]:
    """The prediction while nothing is learnt."""
    return {"points": 0, "version": None,
            "text": f"No bonus yet: learnt from {conversions} of {NEEDED} conversions needed"}


def rule_points(score: Mapping[str, Any]) -> float:
    """The points of a score that are the rules' own: 0 to 100, without the component `ml`."""
    points: float = sum(points * score["weights"][name] for name, points in score["components"].items()
                        if name != "ml")
    return min(100.0, points)


class Prophet:
    """A learnt document, ready for many leads."""

    def __init__(self, version: str, learnt: Mapping[str, Any]) -> None:
        self.version = version
        self._predictor = Predictor(learnt["model"])
        self._weight, self._rules = learnt["weight"], learnt["rules"]
        self._scale, self._conversions = learnt["scale"], learnt["conversions"]

    def probability(self, row: Mapping[str, Any], points: float) -> float:
        """How probable a conversion is, by features and the rules' points."""
        return self._mixed(self._predictor.probability(row), points)

    def predict(self, facts: Mapping[str, Any], points: float, now: datetime) -> dict[str, Any]:
        """{points: 0 to 100, text, version}: points are the share of the leads it was learnt from that were
        less probable; the text names the strongest effects."""
        row = row_of(facts, now)
        own, effects = self._predictor.explained(row)
        probability = self._mixed(own, points)
        strongest = sorted(effects, key=lambda name: -abs(effects[name]))
        told = [f"{side}: {', '.join(names)}" for side, way in (("for", 1), ("against", -1)) if (names := [
            words(name, row[name]) for name in strongest if effects[name] * way > _SLIGHT][:_SHOWN])]
        return {
            "points": self._points(probability), "version": self.version,
            "text": f"Converts with {probability:.0%}, learnt from {self._conversions} conversions"
                    + "".join(f"; {part}" for part in told),
        }

    def _mixed(self, own: float, points: float) -> float:
        rules = sigmoid(self._rules["intercept"] + self._rules["slope"] * points / 100)
        return float(self._weight * own + (1 - self._weight) * rules)

    def _points(self, probability: float) -> int:
        low, high = bisect_left(self._scale, probability), bisect_right(self._scale, probability)
        return round((low + high) / 2 / len(self._scale) * 100)
