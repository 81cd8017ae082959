"""JSON as it is stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.jsons import as_json, of_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner))


@given(VALUES)
def test_what_is_written_is_read_again(value):
    assert json.loads(as_json(value)) == value


@pytest.mark.parametrize("value", [
    2**70, -(2**70), "\ud800 half a pair", {"a": ["\udfff", 2**64]}, [2**64 - 1, -(2**63)]])
def test_what_orjson_lacks_is_written_as_well(value):
    assert json.loads(as_json(value)) == value


def test_times_and_what_the_caller_makes_texts_of():
    assert as_json({"at": datetime(2026, 11, 26, tzinfo=UTC)}) == b'{"at":"2026-11-26T00:00:00+00:00"}'
    assert as_json({"of": b"abc"}, bytes.decode) == b'{"of":"abc"}'


def test_what_is_no_json_raises():
    with pytest.raises(TypeError):
        as_json({"of": object()})


@given(VALUES.filter(lambda value: not isinstance(value, str)))
def test_what_postgres_keeps_is_read_as_it_was_written(value):
    assert of_json(json.dumps(value)) == json.loads(json.dumps(value))


@pytest.mark.parametrize("value", [2**70, -(2**70), {"a": [2**64]}, 0.1, 10**18])
def test_integers_stay_what_they_are(value):
    read = of_json(json.dumps(value))
    assert (read, type(read)) == (value, type(value))
