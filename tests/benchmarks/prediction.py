"""`python -m tests.benchmarks prediction [FILE.csv]`: a public table with an outcome, beside plain peers.

The table is UCI Bank Marketing ("bank-full": Moro, Cortez and Rita, 2014; CC BY 4.0, outcome `y`), which is
not part of this repository: its path is the argument, else the setting BANK_MARKETING_CSV, else
~/.local/share/enrichment-engine/bank_marketing.csv. Its column `duration` is known only when a call has ended
and gives the outcome away. The peers, a logistic regression and a naive Bayes as scikit-learn has them, are
fitted on the columns that the program did not refuse, in folds of their own; and once on all columns but row
numbers, which tells what a leak is worth. A picture of the report goes to docs/images/.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sidecar.scoring.ml.columns import Column, read_columns, read_outcome
from sidecar.scoring.ml.evaluation import evaluate
from sidecar.scoring.ml.model import Predictor
from sidecar.scoring.ml.picture import picture
from sidecar.scoring.ml.report import measure
from sidecar.scoring.ml.training import Fitted
from sidecar.tables import Choices, open_table

TARGET = "y"
USUAL = Path.home() / ".local/share/enrichment-engine/bank_marketing.csv"
PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "prediction-report.svg"


def main(path: str | None = None) -> None:
    """Print the figures."""
    file = Path(path or os.environ.get("BANK_MARKETING_CSV") or USUAL)
    if not file.exists():
        print(f"prediction: not measured, as there is no {file} (the table UCI Bank Marketing).")
        return
    with file.open("rb") as content:
        table = open_table(content, Choices(columns=frozenset({TARGET})))
        header, rows = table.header, [row.cells for row in table.rows]
    begun = time.process_time()
    report = evaluate(header, rows, TARGET)
    seconds = time.process_time() - begun
    print(f"prediction: {report['rows']:,} rows, {report['base_rate']:.1%} converted, 5-fold;"
          f" refused by the program: {', '.join(report['refused_columns'])}")
    for refused in report["refused"]:
        print(f"  {refused['column']}: {refused['reason']}")
    print(f"  {'':44} {'AUC':>6} {'Brier':>7} {'calibration error':>18}")
    _print("the engine's model", report)
    outcomes, *_ = read_outcome([row[header.index(TARGET)] for row in rows])
    columns = [column for column in read_columns(header, rows) if column.source != TARGET]
    honest = [column for column in columns if column.source not in report["refused_columns"]]
    leaking = [column for column in columns if column.source in {
        one["column"] for one in report["refused"] if one["rule"] == "giveaway"}]
    peers = {"logistic regression": LogisticRegression(max_iter=1000), "naive Bayes": GaussianNB()}
    for name, model in peers.items():
        _print(name, _peer(model, honest, outcomes))
        _print(f"{name}, with what gives it away", _peer(model, [*honest, *leaking], outcomes))
    fitted = Fitted([column.take(np.arange(5000)) for column in honest], outcomes[:5000])
    predictor = Predictor(fitted.document())
    leads = [{column.name: column.values[n] for column in honest} for n in range(2000)]
    begun_serving = time.perf_counter()
    for lead in leads:
        predictor.probability(lead)
    each = (time.perf_counter() - begun_serving) / len(leads) * 1e6
    print(f"  {seconds:.0f} s of CPU for all of it; a lead is predicted in {each:.0f} µs, in pure Python")
    PICTURE.write_text(picture(report, "UCI Bank Marketing, 5-fold, without what gives the outcome away"),
                       encoding="utf-8")


def _peer(model: Any, columns: list[Column], outcomes: Any) -> dict[str, Any]:
    """A plain model of numbers as they are and texts as columns of 0 and 1."""
    values = np.empty((len(outcomes), len(columns)), object)
    for place, column in enumerate(columns):
        values[:, place] = column.values if column.kind == "number" else column.values.astype(str)
    texts = [place for place, column in enumerate(columns) if column.kind == "text"]
    numbers = [place for place, column in enumerate(columns) if column.kind == "number"]
    ready = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts), (StandardScaler(), numbers))
    said = cross_val_predict(make_pipeline(ready, model), values, outcomes, method="predict_proba",
                             cv=StratifiedKFold(5, shuffle=True, random_state=0))
    return measure(said[:, 1], outcomes)


def _print(name: str, report: dict[str, Any]) -> None:
    print(f"  {name:44} {report['auc']:6.3f} {report['brier']:7.4f} {report['calibration_error']:18.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
