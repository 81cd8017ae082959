"""How well scores tell who is won, and how much they drift; plain numbers, without a library."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import log
from typing import Any

_SHARE = 1e-4  # an empty bucket counts as this share: the index is finite then

Outcome = tuple[float, bool]  # a score, and whether it was won


def auc(outcomes: Sequence[Outcome]) -> float | None:
    """Area under the ROC curve: how often one who was won has a higher score than one who was lost, ties
    counted half (Mann-Whitney). None unless there are both."""
    won = sum(is_won for _, is_won in outcomes)
    lost = len(outcomes) - won
    if not won or not lost:
        return None
    rank, ranks_of_won = 0, 0.0
    for _, group in groupby(sorted(outcomes), key=lambda outcome: outcome[0]):
        tied = list(group)
        ranks_of_won += sum(is_won for _, is_won in tied) * (rank + (len(tied) + 1) / 2)
        rank += len(tied)
    return (ranks_of_won - won * (won + 1) / 2) / (won * lost)


def brier(outcomes: Sequence[Outcome]) -> float | None:
    """Mean squared difference of score / 100 and outcome (Brier 1950). A score is no probability: it compares
    models on the same leads, no more."""
    if not outcomes:
        return None
    return sum((score / 100 - is_won) ** 2 for score, is_won in outcomes) / len(outcomes)


def lift_by_decile(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """[{decile, leads, won, lift}], the best tenth of the leads first; lift: their share of won as a multiple
    of that of all. Leads of one score are shared out evenly."""
    total, won = len(outcomes), sum(is_won for _, is_won in outcomes)
    if not won:
        return []
    # Of equal scores each has the mean outcome of them all, so that their order tells nothing.
    ranked: list[float] = []
    for _, group in groupby(sorted(outcomes, reverse=True), key=lambda outcome: outcome[0]):
        tied = list(group)
        ranked += [sum(is_won for _, is_won in tied) / len(tied)] * len(tied)
    deciles = []
    for decile in range(10):
        part = ranked[decile * total // 10:(decile + 1) * total // 10]
        deciles.append({
            "decile": decile + 1, "leads": len(part), "won": round(sum(part), 2),
            "lift": round(sum(part) / len(part) / (won / total), 3) if part else None})
    return deciles


def won_by_tenth(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """[{score: the mean of the tenth, leads, won, share_won}] of the tenths of the scale that have leads: how
    many were won of those who had such scores."""
    tenths: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        tenths.setdefault(min(9, int(outcome[0] / 10)), []).append(outcome)
    return [{"score": round(sum(score for score, _ in part) / len(part), 2), "leads": len(part),
             "won": (won := sum(is_won for _, is_won in part)), "share_won": round(won / len(part), 4)}
            for _, part in sorted(tenths.items())]


def stability(expected: Sequence[int], actual: Sequence[int]) -> float | None:
    """Population stability index of two distributions over the same buckets: sum of (a - e) * ln(a / e) of
    their shares. Below 0.1 they are alike, above 0.25 they differ (Siddiqi, Credit Risk Scorecards, 2006).
    None where one is empty."""
    if not sum(expected) or not sum(actual):
        return None
    shares = [(max(e / sum(expected), _SHARE), max(a / sum(actual), _SHARE))
              for e, a in zip(expected, actual, strict=True)]
    return sum((a - e) * log(a / e) for e, a in shares)


def calibration_error(expected: Sequence[tuple[int, int]], actual: Sequence[tuple[int, int]]
                      ) -> float | None:
    """How far the shares of won by bucket are from those that were expected: the mean of the differences,
    weighed by the outcomes of each bucket. Both are (won, lost) by bucket; buckets in which nothing was
    expected are left out. None where nothing can be compared."""
    parts = [(abs(w / (w + lost) - ew / (ew + el)), w + lost)
             for (ew, el), (w, lost) in zip(expected, actual, strict=True) if ew + el and w + lost]
    total = sum(count for _, count in parts)
    return sum(difference * count for difference, count in parts) / total if total else None
