"""What people can set for a stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.problem import Problem
from deploy.settings import ROOT, Settings, read_env_file


def test_the_time_zone_is_a_setting(tmp_path: Path) -> None:
    assert Settings(state=tmp_path).time_zone == "UTC"
    assert Settings(state=tmp_path, values={"TIME_ZONE": "Europe/Berlin"}).time_zone == "Europe/Berlin"
    with pytest.raises(Problem, match="Mars/Base"):
        assert Settings(state=tmp_path, values={"TIME_ZONE": "Mars/Base"}).time_zone


def test_n8n_forgets_its_runs_by_itself() -> None:
    settings = read_env_file(ROOT / "deploy/n8n.env")
    assert settings["EXECUTIONS_DATA_PRUNE"] == "true"
    assert 0 < int(settings["EXECUTIONS_DATA_MAX_AGE"]) <= 24
    assert 0 < int(settings["EXECUTIONS_DATA_PRUNE_MAX_COUNT"]) <= 10_000
    assert float(settings["EXECUTIONS_DATA_PRUNE_HARD_DELETE_INTERVAL"]) > 0
    assert settings["EXECUTIONS_DATA_HARD_DELETE_BUFFER"] == "0"


def test_nodes_that_need_a_runner_are_not_offered() -> None:
    settings = read_env_file(ROOT / "deploy/n8n.env")
    assert settings["N8N_RUNNERS_MODE"] == "external"
    assert {"n8n-nodes-base.code", "n8n-nodes-base.executeCommand"} <= set(
        json.loads(settings["NODES_EXCLUDE"]))
