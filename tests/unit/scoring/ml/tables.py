"""Invented tables with an outcome: honest columns and others that know it."""

from __future__ import annotations

import numpy as np

from sidecar.scoring.ml.columns import Column, number_column, text_column


def sigmoid(log_odds):
    return 1 / (1 + np.exp(-log_odds))


def honest(rows: int, seed: int = 0) -> tuple[list[Column], np.ndarray, np.random.Generator]:
    """Four columns that tell something together, and the log odds they make."""
    chance = np.random.default_rng(seed)
    size, age = chance.normal(size=rows), chance.exponential(size=rows)
    sector, source = chance.integers(0, 5, rows), chance.integers(0, 3, rows)
    log_odds = 0.8 * size - 0.5 * age + np.array([-1.0, 0, 0.5, 1, 1.5])[sector] + 0.4 * source - 1.2
    known = chance.random(rows) > 0.1
    return [
        number_column("a", np.where(known, size, np.nan)), number_column("b", age),
        text_column("c", [f"sector {n}" for n in sector]),
        text_column("d", [None if n == 2 else f"source {n}" for n in source]),
    ], log_odds, chance


def converted(log_odds: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    return chance.random(len(log_odds)) < sigmoid(log_odds)
