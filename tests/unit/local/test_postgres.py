"""Where the embedded stack's cluster lives."""

import os
import subprocess
from contextlib import nullcontext

import pytest

from local import postgres


def test_a_state_folder_made_anew_never_meets_its_predecessors_cluster(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    state = tmp_path / "state"
    state.mkdir()
    first = postgres.cluster(state)
    assert postgres.cluster(state) == first
    (state / "postgres-mark").unlink()
    assert postgres.cluster(state).home != first.home


def test_without_root_it_lives_in_the_state_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres.cluster(tmp_path) == postgres.Cluster(tmp_path / "postgres", None)


def test_a_cluster_that_was_being_made_when_the_power_went_is_made_anew(tmp_path, monkeypatch):
    """initdb begins with the file by which a cluster is known."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    data = postgres.cluster(tmp_path).data

    def initdb(command, **_):
        folder = command[command.index("-D") + 1]
        folder.mkdir()
        (folder / "PG_VERSION").write_text("18")
        if cut_off:
            raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", initdb)
    for cut_off in (True, False):
        with pytest.raises(KeyboardInterrupt) if cut_off else nullcontext():
            postgres.prepare(tmp_path, "secret")
        assert data.exists() is not cut_off
    assert "scram" in (data / "postgresql.auto.conf").read_text()
    assert [path.name for path in data.parent.iterdir()] == ["data"]
