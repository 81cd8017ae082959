"""Where the embedded stack's cluster lives."""

import os

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
