"""Replacing one part after another: whatever cuts it off, what serves goes on, and the next one ends it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy import rolling
from deploy.problem import Problem
from deploy.settings import Settings

FOUND = Settings(Path("state"))


class Interrupted(BaseException):
    pass


@dataclass
class Docker:
    """Docker Compose with the containers of one service, by name and release; `told`: what nginx was."""

    containers: dict[str, str] = field(default_factory=lambda: {"a": "old", "b": "old"})
    told: list[str] = field(default_factory=list)
    cut_off: str = "nothing"
    by: type[BaseException] = Interrupted

    def compose(self, found: Settings, *words: str, capture: bool = False) -> str:
        said = " ".join(words)
        self._step(said)
        if said.startswith("up "):
            most = int(said.split("sidecar=")[1].split()[0]) if "sidecar=" in said else 1
            while len(self.containers) < most:
                self.containers[next(n for n in ("n0", "n1") if n not in self.containers)] = "new"
        return {"ps --quiet sidecar": "\n".join(self.containers), "ps --quiet nginx": "edge",
                "config --hash sidecar": "sidecar new",
                "config --format json": json.dumps({"services": {"sidecar": {"image": "image"}}}),
                }.get(said, "")

    def docker(self, found: Settings, *words: str) -> str:
        if words[0] == "exec":
            setting = words[2].split("=", 1)[1] if words[1] == "--env" else "name"
            self._step(f"reload {setting}")
            self.told.append(",".join(one.split(":")[0] for one in setting.split("; server ")))
        elif words[:2] == ("image", "inspect"):
            return json.dumps([{"Id": "new"}])
        elif words[0] == "inspect":
            assert words[1:], "docker inspect wants a name"
            return json.dumps([{
                "Image": self.containers[name],
                "NetworkSettings": {"Networks": {"x_front": {"IPAddress": name}}},
                "Config": {"Labels": {"com.docker.compose.config-hash": self.containers[name]}}}
                for name in words[1:]])
        elif words[0] == "stop":
            self._step("stop")
        elif words[0] == "rm":
            for name in words[2:]:
                del self.containers[name]
        return ""

    def _step(self, said: str) -> None:
        if said.startswith(self.cut_off):
            self.cut_off = "nothing"
            raise self.by("cut off")


@pytest.fixture
def docker(monkeypatch):
    there = Docker()
    monkeypatch.setattr(rolling, "compose", there.compose)
    monkeypatch.setattr(rolling, "docker", there.docker)
    return there


def roll() -> None:
    rolling._roll(FOUND, "sidecar", "NGINX_SIDECAR", 8000)


def test_the_new_ones_take_over_and_nginx_knows_the_name_again(docker):
    roll()
    assert (docker.containers, docker.told) == ({"n0": "new", "n1": "new"}, ["a,b", "n0,n1", "name"])


@pytest.mark.parametrize("cut_off", ["up ", "reload n0", "stop"])
def test_wherever_it_is_interrupted_nginx_knows_the_name_again_and_the_next_one_ends_it(docker, cut_off):
    docker.cut_off = cut_off
    with pytest.raises(Interrupted):
        roll()
    assert docker.told[-1] == "name" and {"a", "b"} <= docker.containers.keys()
    roll()
    assert docker.containers == {"n0": "new", "n1": "new"} and docker.told[-1] == "name"


def test_what_a_killed_one_left_does_not_double_the_containers(docker):
    docker.containers = {"a": "old", "b": "old", "n0": "new"}
    roll()
    assert sorted(docker.containers.values()) == ["new", "new"]
    docker.containers = {"b": "old", "n0": "new", "n1": "new"}  # it was ending the old ones
    roll()
    assert docker.containers == {"n0": "new", "n1": "new"}


def test_new_ones_that_do_not_start_go_again(docker):
    docker.cut_off, docker.by = "up ", Problem
    with pytest.raises(Problem, match="The new sidecar does not start"):
        roll()
    assert docker.containers == {"a": "old", "b": "old"} and docker.told == ["a,b", "name"]


def test_where_none_runs_one_is_started_and_none_is_of_another_release(docker):
    docker.containers = {}
    assert rolling._of_another_release(FOUND, "sidecar", []) == []
    roll()
    assert (docker.containers, docker.told) == ({"n0": "new"}, [])


@pytest.mark.parametrize("scale", ["--scale n8n-worker=4 --scale sidecar=2", "--scale=sidecar=2"])
def test_where_none_runs_as_many_are_started_as_scale_says_of_that_service(docker, monkeypatch, scale):
    docker.containers, said = {}, []
    compose = docker.compose
    monkeypatch.setattr(rolling, "compose", lambda *words, **more: said.extend(words) or compose(
        *words, **more))
    rolling._roll(Settings(Path("state"), {"SCALE": scale}), "sidecar", "NGINX_SIDECAR", 8000)
    assert docker.containers == {"n0": "new", "n1": "new"} and "n8n-worker=4" not in said
