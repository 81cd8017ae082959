"""The command line: JSON lines in and out, one bad line never stops the rest."""

from __future__ import annotations

import json
import os

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from sidecar import __version__
from sidecar.cli import main
from sidecar.scoring import default_model

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


def test_leads_are_checked_strictly_on_demand():
    line = json.dumps({"email": "kim@acme.example", "phone": "n/a"})
    told = [json.loads(CliRunner().invoke(main, ["validate", *options], input=line).output)
            for options in ([], ["--strict"])]
    assert [one["valid"] for one in told] == [True, False]
    assert told[1]["errors"][0]["pointer"] == "/phone"


def test_any_names_of_fields_are_read():
    lead = {"E-Mail-Adresse": "kim@acme.example", "Vorname": "Kim", "Position": "VP of Sales",
            "Telefon": "12", "Haustier": "cat"}

    def told(command):
        return json.loads(CliRunner().invoke(main, [command], input=json.dumps(lead)).output)

    assert told("validate")["valid"]
    assert [one["pointer"] for one in told("validate")["warnings"]] == ["/Telefon"]
    tidied = told("normalize")["lead"]
    assert (tidied["email"], tidied["first_name"], tidied["custom"]) == (
        "kim@acme.example", "Kim", {"Haustier": "cat"})
    assert told("score")["score"]["components"]["demographic"] > 0
    lead = {"E-Mail-Adresse": "kim"}
    assert [[one["pointer"] for one in told(command)["errors"]] for command in (
        "validate", "normalize", "score")] == [["/E-Mail-Adresse"]] * 3


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


def test_the_version_is_told():
    assert CliRunner().invoke(main, ["--version"]).output == f"sidecar, version {__version__}\n"


def test_a_scoring_model_is_checked_without_a_database(tmp_path):
    model, path = default_model(), tmp_path / "model.json"
    del model["version"]  # it is given when the model is published
    path.write_text(json.dumps(model))
    assert CliRunner().invoke(main, ["scoring", "check", str(path)]).exit_code == 0
    model["thresholds"]["warm"] = 200
    path.write_text(json.dumps(model))
    bad = CliRunner().invoke(main, ["scoring", "check", str(path)])
    assert bad.exit_code == 1 and "/thresholds/warm" in bad.output
    path.write_text("{")
    broken = CliRunner().invoke(main, ["scoring", "check", str(path)])
    assert broken.exit_code == 1 and "is not JSON" in broken.output


@pytest.mark.parametrize("command", [
    ["users", "list"], ["forms", "list"], ["import", "pyproject.toml"], ["dedupe"], ["recount"], ["migrate"]])
def test_without_settings_one_sentence_says_what_to_do(monkeypatch, tmp_path, command):
    no_settings(monkeypatch, tmp_path)
    result = CliRunner().invoke(main, command)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert result.stderr.startswith("Error: There are no settings") and result.stderr.count("\n") == 1


def test_wrong_settings_are_named_without_a_traceback(monkeypatch, tmp_path):
    no_settings(monkeypatch, tmp_path)
    monkeypatch.setenv("SIDECAR_DATABASE_URL", "mysql://x/y")
    result = CliRunner().invoke(main, ["users", "list"])
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "SIDECAR_DATABASE_URL is wrong" in result.stderr


def no_settings(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("SIDECAR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOCAL_STATE", str(tmp_path))


@pytest.mark.parametrize("command", [
    ["users", "list"], ["dedupe"], ["dedupe", "--dry-run"], ["migrate"], ["recount"]])
def test_a_database_that_does_not_answer_is_one_sentence(monkeypatch, command):
    settings = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0",
        "JWT_KEYS": f"one:{'k' * 32}", "HASH_KEY": "k" * 32, "PUBLIC_URL": "http://localhost",
        "ENCRYPTION_KEYS": Fernet.generate_key().decode()}
    for name, value in settings.items():
        monkeypatch.setenv(f"SIDECAR_{name}", value)
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    assert result.output == "Error: The database does not answer at the moment. Try again.\n"
