"""What is served is what scikit-learn fitted."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.scoring.ml.model import Predictor
from sidecar.scoring.ml.training import Fitted
from tests.unit.scoring.ml.tables import converted, honest


@pytest.fixture(scope="module")
def trained():
    columns, log_odds, chance = honest(900)
    fitted = Fitted(columns, converted(log_odds, chance))
    return columns, fitted, json.loads(json.dumps(fitted.document()))


def row(columns, place):
    return {column.name: column.values[place] for column in columns if not column.missing()[place]}


def test_it_predicts_what_scikit_learn_does(trained):
    columns, fitted, document = trained
    predictor = Predictor(document)
    said = [predictor.probability(row(columns, place)) for place in range(300)]
    assert np.abs(np.array(said) - fitted.predict([c.take(np.arange(300)) for c in columns])).max() < 1e-9


@settings(max_examples=60)
@given(
    number=st.one_of(st.none(), st.floats(-50, 50), st.integers(-3, 3)), other=st.floats(0, 9),
    text=st.sampled_from([None, "sector 0", "sector 4", "never seen"]))
def test_any_row_is_predicted_as_scikit_learn_does(trained, number, other, text):
    columns, fitted, document = trained
    values = {"a": number, "b": other, "c": text, "d": None}
    one = [type(column)(column.name, column.kind, np.array(
        [np.nan if column.kind == "number" and values[column.name] is None else values[column.name]],
        float if column.kind == "number" else object), column.source) for column in columns]
    predictor = Predictor(document)
    said = predictor.probability(values)
    assert abs(said - fitted.predict(one)[0]) < 1e-9
    assert 0 < said < 1
    explained, effects = predictor.explained(values)
    assert abs(explained - said) < 1e-12 and set(effects) == {"a", "b", "c", "d"}


def test_a_row_may_miss_everything(trained):
    assert 0 < Predictor(trained[2]).probability({}) < 1


def test_effects_go_the_way_of_the_column(trained):
    predictor = Predictor(trained[2])
    low, high = (predictor.explained({"a": value, "b": 1.0, "c": "sector 2"}) for value in (-2.0, 2.0))
    assert low[0] < high[0] and low[1]["a"] < high[1]["a"]


def test_serving_needs_no_library_of_training():
    code = ("import sys; import sidecar.scoring.ml.model;"
            " print([name for name in ('sklearn', 'numpy', 'scipy') if name in sys.modules])")
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
