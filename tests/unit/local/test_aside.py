"""What a restore replaces is there again whenever the restore is cut off."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from local import aside, postgres


class PowerCut(Exception):
    pass


def fill(state, text):
    for name in ("secrets.env", "provisioned", "n8n-owner-hash"):
        (state / name).write_text(text)
    for name in ("valkey", "n8n"):
        (state / name).mkdir()
        (state / name / "data").write_text(text)
    home = postgres.cluster(state).home
    home.mkdir()
    (home / "data").write_text(text)


def content(state):
    found = {str(path.relative_to(state)): path.read_text()
             for path in sorted(state.rglob("*")) if path.is_file()}
    return found | {"cluster": (postgres.cluster(state).home / "data").read_text()}


@pytest.fixture(params=[0, 1000], ids=["root", "a person"])
def state(request, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: request.param)
    monkeypatch.setattr(postgres, "_REACHABLE", tmp_path / "reachable")
    (tmp_path / "reachable").mkdir()
    folder = tmp_path / "state"
    folder.mkdir()
    fill(folder, "before")
    return folder


def cut(after):
    """Let that many changes of names and removals happen, then none; what undoes this, how many are left."""
    left = [after]

    def counted(what):
        def call(*arguments, **more):
            if not left[0]:
                raise PowerCut
            left[0] -= 1
            return what(*arguments, **more)
        return call

    patched = pytest.MonkeyPatch()
    for owner, name in ((Path, "rename"), (Path, "unlink"), (Path, "touch"), (aside.shutil, "rmtree")):
        patched.setattr(owner, name, counted(getattr(owner, name)))
    return patched, left


@pytest.mark.parametrize("step", range(30))
def test_wherever_a_restore_and_what_undoes_it_are_cut_off_all_comes_back(state, step):
    before = content(state)

    def restore():
        aside.put(state)
        fill(state, "restored")
        aside.back(state)

    patched, left = cut(step)
    with suppress(PowerCut):
        restore()
    patched.undo()
    assert left[0] or step < 29, "the last of the steps are reached"
    patched, _ = cut(step % 7)  # what undoes it is cut off too
    with suppress(PowerCut):
        aside.back(state)
    patched.undo()
    aside.back(state)
    assert content(state) == before
    assert aside.back(state) is False


def test_a_restore_that_succeeded_leaves_nothing_of_what_it_replaced(state):
    aside.put(state)
    fill(state, "restored")
    aside.forget(state)
    assert set(content(state).values()) == {"restored"} | (
        {postgres.cluster(state).home.name.rsplit("-", 1)[1]} if os.geteuid() == 0 else set())
    assert aside.back(state) is False
    assert postgres.homes(state) == [postgres.cluster(state).home]


def test_a_new_cluster_leaves_the_kept_one_alone(state, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    kept = postgres.cluster(state).home
    aside.put(state)
    new = postgres.cluster(state).home
    new.mkdir()
    assert kept not in postgres.homes(state, state / postgres.ASIDE)
    assert new in postgres.homes(state, state / postgres.ASIDE)
