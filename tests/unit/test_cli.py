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


def test_duplicates_of_a_file_are_told_as_json_lines(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("id;Vorname;Nachname;mail;Firma\n"
                    "1;Jane;Doe;jane@acme.example;Acme\n"
                    "2;Bob;Miller;;Acme\n"
                    "3;J.;Doe;Jane@acme.example;Acme\n"
                    "4;Jnae;Doe;;Acme GmbH\n", encoding="utf-8-sig")
    result = CliRunner().invoke(main, ["dedupe", str(path), "--map", "id="])
    assert result.exit_code == 0, result.output
    pairs = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(p["left"], p["right"], p["auto"]) for p in pairs] == [
        (0, 2, True), (0, 3, False), (2, 3, False)]
    assert "4 rows read." in result.stderr


@pytest.mark.parametrize("wrong", ["Vorname", "nowhere=city", "id=birthday"])
def test_a_wrong_mapping_is_explained(tmp_path, wrong):
    path = tmp_path / "people.csv"
    path.write_text("id,Vorname\n1,Jane\n")
    result = CliRunner().invoke(main, ["dedupe", str(path), "--map", wrong])
    assert result.exit_code == 1
    assert "Error" in result.stderr
