"""Leads with the mistakes that people and tools make: every line of cases/*.jsonl (see the README there)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sidecar.records import company_key, normalize, validate
from tests.cases import check_each

FILES = sorted(Path(__file__).with_name("cases").glob("*.jsonl"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_case(path: Path) -> None:
    cases = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    check_each(_comes_out_as_wanted, [(case["lead"], case["want"]) for case in cases])


def _comes_out_as_wanted(lead: dict[str, Any], want: dict[str, Any]) -> None:
    checked, made = validate(lead), normalize(lead)["lead"]
    codes = [warning["code"] for warning in checked["warnings"]]
    for what, value in want.items():
        if what == "valid":
            assert checked["valid"] == value, checked["errors"]
        elif what == "absent":
            assert checked["valid"], checked["errors"]
            assert value not in made, made[value]
        elif what == "warning":
            assert value in codes, codes
        elif what == "no_warning":
            assert value not in codes, codes
        elif what == "did_you_mean":
            assert value in [warning.get("did_you_mean") for warning in checked["warnings"]]
        elif what == "same_company_key_as":
            assert made["company_key"] == company_key(value)
        else:
            assert made.get(what) == value, made.get(what)
