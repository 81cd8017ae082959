"""A trained model as a JSON document, and what it predicts; needs no library.

{"features": [{"name", "kind": "number" | "text", "values": [texts, the most frequent first]}],
 "members": [
   {"kind": "scorecard", "intercept", "terms": [{"edges"?, "weights": [a weight for each bin or value, then
    that of other texts], "missing", "middle", "scale", "slope"} for each feature]},
   {"kind": "trees", "start", "codes": [null or [a number for each text, then that of other texts] for each
    feature], "trees": [{"feature": [-1 at a leaf], "threshold", "left", "right", "missing" (1: left),
    "value" (of every node: what is expected below it)}]}],
 "blend": {"intercept", "weights": [for each member]}}

The log odds of the members are blended, which calibrates them too. A row is {name: number, text or None};
what is absent, None or not a number is missing, and a text that training did not see counts as other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import exp, isnan, nan
from typing import Any, Final

_LIMIT: Final = 3.0  # standard deviations: where the straight line of a number ends


class Predictor:
    """A document that `training.fit` made, ready to predict; made once and used for many rows."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.names = [feature["name"] for feature in document["features"]]
        self._places = [
            {text: place for place, text in enumerate(feature["values"])} if feature["kind"] == "text"
            else None for feature in document["features"]]
        self._members = [
            (weight, _scorecard if member["kind"] == "scorecard" else _trees, _compiled(member))
            for weight, member in zip(document["blend"]["weights"], document["members"], strict=True)
            if weight]
        self._intercept = document["blend"]["intercept"]

    def probability(self, row: Mapping[str, Any]) -> float:
        """How probable a conversion is, 0 to 1."""
        values = self._read(row)
        return sigmoid(self._intercept + sum(
            weight * log_odds(member, values, None) for weight, log_odds, member in self._members))

    def explained(self, row: Mapping[str, Any]) -> tuple[float, dict[str, float]]:
        """The probability, and what each feature adds to its log odds, compared with what is expected before
        it is known (Saabas' decomposition of trees' paths; the terms of a scorecard as they are)."""
        values = self._read(row)
        total, added = self._intercept, [0.0] * len(values)
        for weight, log_odds, member in self._members:
            effects = [0.0] * len(values)
            total += weight * log_odds(member, values, effects)
            for place, effect in enumerate(effects):
                added[place] += weight * effect
        return sigmoid(total), dict(zip(self.names, added, strict=True))

    def _read(self, row: Mapping[str, Any]) -> list[float]:
        """Numbers as they are, texts as their places; missing is not a number."""
        read = []
        for name, places in zip(self.names, self._places, strict=True):
            value = row.get(name)
            if value is None:
                read.append(nan)
            elif places is None:
                read.append(float(value))
            else:
                read.append(float(places.get(value, len(places))))
        return read


def sigmoid(log_odds: float) -> float:
    """The probability of log odds."""
    if log_odds < 0:
        odds = exp(max(log_odds, -700.0))
        return odds / (1 + odds)
    return 1 / (1 + exp(-log_odds))


def _compiled(member: Mapping[str, Any]) -> Any:
    """What is read most often as tuples, without names."""
    if member["kind"] == "scorecard":
        return member["intercept"], [
            (term.get("edges"), term["weights"], term["missing"], term.get("middle", 0.0),
             term.get("scale", 1.0), term.get("slope", 0.0)) for term in member["terms"]]
    return member["start"], member["codes"], [
        (tree["feature"], tree["threshold"], tree["left"], tree["right"], tree["missing"], tree["value"])
        for tree in member["trees"]]


def _scorecard(member: Any, values: Sequence[float], effects: list[float] | None) -> float:
    total, terms = member
    for place, (edges, weights, missing, middle, scale, slope) in enumerate(terms):
        value = values[place]
        if value != value:  # not a number
            effect = missing
        elif edges is None:
            effect = weights[int(value)]
        else:
            effect = weights[bisect_left(edges, value)]
            if slope:
                effect += slope * min(_LIMIT, max(-_LIMIT, (value - middle) / scale))
        total += effect
        if effects is not None:
            effects[place] += effect
    return float(total)


def _trees(member: Any, values: Sequence[float], effects: list[float] | None) -> float:
    total, codes, trees = member
    read = [value if code is None or isnan(value) else code[int(value)]
            for value, code in zip(values, codes, strict=True)]
    for features, thresholds, left, right, missing, worth in trees:
        node = 0
        while (feature := features[node]) >= 0:
            value = read[feature]
            if value <= thresholds[node] or (value != value and missing[node]):
                below = left[node]
            else:
                below = right[node]
            if effects is not None:
                effects[feature] += worth[below] - worth[node]
            node = below
        total += worth[node]
    return float(total)
