"""Docker and its compose plugin, called for the deployment."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.problem import Problem
from deploy.settings import Settings


def folder(found: Settings) -> Path:
    """Where the secrets are: SECRETS_DIR, else `secrets/`."""
    return (found.root / found.get("SECRETS_DIR", "secrets")).resolve()


def compose(found: Settings, *arguments: str, capture: bool = False, given: str | None = None) -> str:
    """`docker compose …` on the project's file, with what is given on its standard input; answers what it
    prints when that is captured."""
    command = shlex.split(found.get("COMPOSE", "docker compose"))
    environment = {name: value for name, value in found.values.items() if name != "COMPOSE"}
    environment |= {"SECRETS_DIR": str(folder(found)), "TIME_ZONE": found.time_zone}
    verb = next(word for word in arguments if not word.startswith("-"))
    return _run([*command, *arguments], f"docker compose {verb} failed; see make logs-up.",
                found.root, environment, capture, given)


def docker(found: Settings, *arguments: str) -> str:
    """`docker …`; answers what it prints."""
    return _run(["docker", *arguments], f"docker {arguments[0]} failed.", found.root, found.values, True)


def _run(command: list[str], failed: str, where: Path, environment: Mapping[str, str], capture: bool,
         given: str | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=where, env=environment, text=True, input=given,
                              stdout=subprocess.PIPE if capture else None, check=False)
    except FileNotFoundError:
        raise Problem(f"{command[0]} is not installed; `make run` needs no Docker.") from None
    if done.returncode:
        raise Problem(failed)
    return done.stdout or ""
