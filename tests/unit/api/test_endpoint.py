"""What every function of a route keeps to."""

from __future__ import annotations

import inspect
import re

import pytest

from sidecar.api.endpoint import ENDPOINTS, without
from sidecar.app import create_app  # noqa: F401 - registers the routes

_CHANGES = re.compile(
    r"\b(body|query)(\.(pop|popitem|update|setdefault|clear)\(|\[[^\]]*\] *(\||\+)?=[^=])"
    r"|\bdel (body|query)\[")


@pytest.mark.parametrize("contract", ENDPOINTS, ids=lambda contract: f"{contract.method} {contract.path}")
def test_a_function_that_may_be_called_again_leaves_what_it_is_given(contract):
    assert not _CHANGES.search(inspect.getsource(contract.function))


def test_without_copies():
    given = {"a": 1, "b": 2}
    assert without(given, "b", "c") == {"a": 1} and given == {"a": 1, "b": 2}
