"""The deployment in a compose project of its own; skipped, with the reason, where there is no Docker."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy import compose
from deploy.catalogue import key_settings
from deploy.settings import ROOT, Settings
from tests.client import Client

PROJECT = "enrichment-engine-test"


@dataclass(frozen=True)
class Deployment:
    """A running deployment and what one does with it from outside and inside."""

    settings: Settings
    secrets: Path

    def compose(self, *arguments: str, **variables: str) -> str:
        command = shlex.split(self.settings.get("COMPOSE", "docker compose"))
        done = subprocess.run(
            [*command, *arguments], cwd=ROOT, env=dict(self.settings.values) | variables,
            capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def python(self, service: str, code: str) -> str:
        """Run Python inside a container."""
        return self.compose("exec", "-T", service, "python", "-c", code)

    def containers(self, service: str = "") -> list[dict[str, Any]]:
        """`docker inspect` of the containers that run, of one service or of all."""
        names = self.compose("ps", "--quiet", *([service] if service else [])).split()
        return list(json.loads(docker("inspect", *names))) if names else []

    def sql(self, statement: str, service: str = "postgres") -> str:
        return self.compose(
            "exec", "-T", service, "psql", "-U", "postgres", "-qtA", "sidecar", "-c", statement).strip()

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text().strip()

    @property
    def product(self) -> str:
        return f"https://localhost:{self.settings.get('HTTPS_PORT')}"

    def client(self) -> Sandboxed:
        return Sandboxed(self)

    def replicas(self) -> list[Client]:
        """A client of each sidecar replica, past the edge."""
        found = []
        for container in self.containers("sidecar"):
            address = next(
                network["IPAddress"] for name, network in container["NetworkSettings"]["Networks"].items()
                if name.endswith("_front"))
            found.append(Client(self.facts() | {"api_url": f"http://{address}:8000"}))
        return found

    def facts(self) -> dict[str, Any]:
        return {
            "api_url": f"{self.product}/api", "ca_file": str(self.secrets / "edge-ca.crt"),
            "client_id": "local-admin", "client_secret": self.secret("client_local_admin_secret"),
            "webhook_url": f"{self.product}/webhook/leads", "webhook_header": "X-Intake-Token",
            "webhook_token": self.secret("webhook_token"), "slack_url": "slack", "mail_url": "mail",
            "slack_bot_url": "slack-bot", "teams_url": "teams", "sms_url": "sms",
        }


class Sandboxed(Client):
    """A client that reads the sinks inside the deployment."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(deployment.facts())
        self._deployment = deployment

    def messages(self, name: str) -> list[dict[str, Any]]:
        return list(json.loads(self._deployment.python(
            "sinks", "import urllib.request as r; print(r.urlopen("
            f"'http://127.0.0.1:8026/{self.facts[name]}').read().decode())")))


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _no_engine() -> str | None:
    if not shutil.which("docker"):
        return "docker is not installed"
    asked = subprocess.run(["docker", "version"], capture_output=True, text=True, timeout=60)
    return None if asked.returncode == 0 else f"no Docker engine answers: {asked.stderr.strip()[:120]}"


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _values(folder: Path) -> Mapping[str, str]:
    machine = {name: value for name, value in os.environ.items()
               if not name.startswith(("SIDECAR_", "N8N_")) and name not in key_settings().values()}
    return machine | {
        "COMPOSE_PROJECT_NAME": PROJECT, "SECRETS_DIR": str(folder), "COMPOSE_PROFILES": "sandbox,replica",
        "HTTPS_PORT": _free_port(), "HTTP_PORT": _free_port(), "SIDECAR_LEASE_SECONDS": "15",
        "SIDECAR_MAIL_TO": "sales@example.com", "SIDECAR_OPERATIONS_MAIL_TO": "operations@example.com",
        "SIDECAR_SIGN_INS_PER_MINUTE": "20", "API_RATE": "500r/s", "API_BURST": "1000",
        "SCALE": "--scale sidecar=2 --scale n8n-worker=2",
    }


@pytest.fixture(scope="session")
def deployment():
    """`make up` with two sidecars, two workers, the sandbox and the read replica."""
    if reason := _no_engine():
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="enrichment-compose-"))
    found = Settings(state=folder, values=_values(folder))
    deployed = Deployment(found, folder)
    deployed.compose("--profile", "*", "down", "--volumes")
    try:
        compose.up(found)
        yield deployed
    except BaseException:
        print(deployed.compose("logs", "--tail", "30"))
        raise
    finally:
        deployed.compose("--profile", "*", "down", "--volumes")
        shutil.rmtree(folder)


@pytest.fixture
def client(deployment):
    return deployment.client()
