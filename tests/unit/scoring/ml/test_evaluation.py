"""The report of any table."""

from __future__ import annotations

import csv
import json
import random

import numpy as np
import pytest
from click.testing import CliRunner

from sidecar.cli import main
from sidecar.scoring.ml.columns import OutcomeError
from sidecar.scoring.ml.evaluation import evaluate
from sidecar.scoring.ml.report import measure
from tests.unit.scoring.ml.tables import converted, honest

ROWS = 400


def write(path, delimiter):
    columns, log_odds, chance = honest(ROWS)
    outcomes = converted(log_odds, chance)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, delimiter=delimiter)
        out.writerow(["Nr", "a", "b", "c", "d", "Signed on", "copied", "Converted"])
        for n in range(ROWS):
            cells = ["Select" if column.missing()[n] else column.values[n] for column in columns]
            out.writerow([n + 1, *cells, f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}", int(outcomes[n]),
                          "True" if outcomes[n] else " False"])
    return path


@pytest.mark.parametrize("delimiter", [";"])
def test_a_file_is_evaluated(tmp_path, delimiter):
    told = CliRunner().invoke(main, ["ml", "evaluate", str(write(tmp_path / "t.csv", delimiter)),
                                     "--target", "Converted", "--exclude", "Signed on"])
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)
    assert report["refused_columns"] == ["Nr", "copied"]
    assert 0.65 < report["auc"] < 0.95 and 0 < report["brier"] < 0.25 and report["calibration_error"] < 0.1
    assert len(report["lift_by_decile"]) == 10 and report["lift_by_decile"][0] > 1.4
    assert report["rows"] == sum(band["rows"] for band in report["confusion"].values()) == ROWS
    effects = {one["column"]: one["effect"] for one in report["columns"]}
    assert effects["Nr"] is None and max(effects["a"], effects["c"]) > 0.01


@pytest.mark.parametrize(("arguments", "told"), [
    (["--target", "nothing"], "no column 'nothing'"), (["--target", "a"], "not a yes and a no"),
    (["--target", "Converted", "--exclude", "z"], "no column 'z'"),
])
def test_what_cannot_be_evaluated_is_said(tmp_path, arguments, told):
    result = CliRunner().invoke(main, ["ml", "evaluate", str(write(tmp_path / "t.csv", ",")), *arguments])
    assert result.exit_code == 1 and told in result.output


def test_where_it_cannot_train_one_sentence_says_so(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "sidecar.scoring.ml.evaluation", None)
    result = CliRunner().invoke(main, ["ml", "evaluate", str(write(tmp_path / "t.csv", ",")),
                                       "--target", "Converted"])
    assert result.exit_code == 1 and result.output.startswith("Error: Training needs scikit-learn")


def test_measures_of_known_probabilities():
    chance = np.random.default_rng(0)
    said = chance.random(20_000)
    true = measure(said, chance.random(20_000) < said)
    assert true["calibration_error"] < 0.02 and abs(true["auc"] - 5 / 6) < 0.01
    assert measure(said, chance.random(20_000) < said / 2)["calibration_error"] > 0.2
    exact = measure(np.array([0.9, 0.8, 0.2, 0.1]), np.array([True, True, False, False]))
    assert (exact["auc"], exact["brier"], exact["base_rate"]) == (1.0, 0.025, 0.5)
    assert exact["confusion"]["cold"]["lost"] == 2 and exact["confusion"]["hot"]["converted"] == 2


def test_columns_of_one_name_are_told_apart():
    chance = random.Random(1)
    known = [chance.gauss(0, 1) for _ in range(200)]
    rows = [["same", str(value), "yes" if value + chance.gauss(0, 1) > 0 else "no"] for value in known]
    told = evaluate(["a", "a", "y"], rows, "y")
    assert told["refused_columns"] == ["a"] and told["auc"] > 0.7
    with pytest.raises(OutcomeError, match="No column is left"):
        evaluate(["y", "a", "y"], [[row[2], *row[1:]] for row in rows], "y", ["a"])
