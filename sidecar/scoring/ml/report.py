"""How good probabilities are: ranking, calibration, lift, and what is right at the bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from sidecar.scoring.ml.columns import Numbers

_BINS: Final = 10
# A lead is hot or warm to a model alone when it converts so many times more probably than the average.
BANDS: Final = {"hot": 2.5, "warm": 1.0}


def measure(probabilities: Numbers, outcomes: NDArray[np.bool_]) -> dict[str, Any]:
    """What is to be said of probabilities and what became of their rows:

    auc; brier; calibration_error (of ten bins of equal width the mean distance between the mean probability
    and the share of conversions, weighed by rows) and calibration_error_by_decile (of ten bins of equally
    many rows); reliability: the former bins, [{from, to, rows, predicted, observed}]; lift_by_decile: of ten
    parts, the most probable first, how many times more conversions than the average, and the details in
    deciles; bands and confusion: {hot | warm | cold: {from, rows, converted, lost}}; rows, conversions,
    base_rate.
    """
    rate = float(outcomes.mean())
    order = np.argsort(-probabilities, kind="stable")
    deciles = [
        {"rows": len(part), "predicted": _round(probabilities[part].mean()),
         "observed": _round(outcomes[part].mean()), "lift": _round(outcomes[part].mean() / rate)}
        for part in np.array_split(order, _BINS) if len(part)]
    reliability = []
    places = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    for place in range(_BINS):
        here = places == place
        if here.any():
            reliability.append({
                "from": place / _BINS, "to": (place + 1) / _BINS, "rows": int(here.sum()),
                "predicted": _round(probabilities[here].mean()), "observed": _round(outcomes[here].mean())})
    return {
        "auc": _round(roc_auc_score(outcomes, probabilities)),
        "brier": _round(np.mean((probabilities - outcomes) ** 2)),
        "calibration_error": _error(reliability),
        "calibration_error_by_decile": _error(deciles),
        "lift_by_decile": [part["lift"] for part in deciles],
        "rows": len(outcomes), "conversions": int(outcomes.sum()), "base_rate": _round(rate),
        "reliability": reliability, "deciles": deciles,
        "confusion": _confusion(probabilities, outcomes, band_limits(rate)),
    }


def band_limits(rate: float) -> dict[str, float]:
    """From which probability a lead is hot and warm where this share converts; the rest is cold."""
    return {name: _round(min(times * rate, 1 - (1 - rate) / times)) for name, times in BANDS.items()}


def _confusion(
    probabilities: Numbers, outcomes: NDArray[np.bool_], limits: Mapping[str, float],
) -> dict[str, dict[str, Any]]:
    told, above = {}, np.zeros(len(outcomes), bool)
    for name, limit in (*limits.items(), ("cold", 0.0)):
        here = (probabilities >= limit) & ~above
        above |= here
        told[name] = {"from": limit, "rows": int(here.sum()), "converted": int((here & outcomes).sum()),
                      "lost": int((here & ~outcomes).sum())}
    return told


def _error(bins: list[dict[str, Any]]) -> float:
    rows = sum(part["rows"] for part in bins)
    return _round(sum(part["rows"] * abs(part["predicted"] - part["observed"]) for part in bins) / rows)


def _round(value: Any) -> float:
    return round(float(value), 4)
