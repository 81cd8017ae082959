"""The command line: JSON lines in and out, one bad line never stops the rest."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from sidecar.cli import main

LINES = "\n".join([
    json.dumps({"email": "dana@acme.example", "job_title": "VP of Sales", "source": "demo_request"}),
    "{not json",
    json.dumps({"email": "nobody"}),
    json.dumps({"email": "kim@acme.example"}),
    '{"\\ud800": "\\ud800"}',
]).encode() + b'\n{"email": "\xff@acme.example"}\n'


@pytest.mark.parametrize("command", ["validate", "normalize", "score"])
def test_order_is_kept_and_a_bad_line_stops_nothing(command):
    result = CliRunner().invoke(main, [command], input=LINES)
    assert result.exit_code == 0, result.output
    assert len([json.loads(line) for line in result.output.splitlines()]) == 6


def test_a_raw_lead_is_tidied_before_it_is_scored():
    first = json.loads(CliRunner().invoke(main, ["score"], input=LINES).output.splitlines()[0])
    assert first["score"]["components"]["engagement"] == 100
    assert first["score"]["components"]["demographic"] > 0
