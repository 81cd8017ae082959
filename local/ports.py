"""The ports of a stack, all on loopback: set ones are kept, taken defaults give way."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from deploy.problem import Problem
from deploy.progress import say
from deploy.secret_store import write_private
from deploy.settings import Settings
from local import debian

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Port:
    """A port: its name here, the setting that chooses it, its default and what listens there."""

    name: str
    setting: str
    default: int
    what: str


PORTS = (
    Port("edge", "LOCAL_HTTPS_PORT", 8443, "dashboard, API and webhooks (HTTPS)"),
    Port("plain", "LOCAL_HTTP_PORT", 8080, "redirect to HTTPS"),
    Port("editor", "LOCAL_EDITOR_PORT", 8444, "n8n editor (HTTPS)"),
    Port("sidecar", "LOCAL_SIDECAR_PORT", 8000, "sidecar"),
    Port("postgres", "LOCAL_POSTGRES_PORT", 5433, "Postgres"),
    Port("valkey", "LOCAL_VALKEY_PORT", 6380, "Valkey"),
    Port("n8n", "LOCAL_N8N_PORT", 5678, "n8n main"),
    Port("n8n_broker", "LOCAL_N8N_BROKER_PORT", 5679, "task broker of n8n main"),
    Port("worker", "LOCAL_N8N_WORKER_PORT", 5680, "health of the n8n worker"),
    Port("worker_broker", "LOCAL_N8N_WORKER_BROKER_PORT", 5681, "task broker of the n8n worker"),
    Port("providers", "LOCAL_PROVIDERS_PORT", 8091, "sandbox providers"),
    Port("smtp", "LOCAL_SMTP_PORT", 8025, "mail sink (SMTP)"),
    Port("sinks", "LOCAL_SINKS_PORT", 8026, "the messages that were sent, and their Slack, Teams and SMS"),
)

# Those of the monitoring, by the package of the program that listens.
MONITORING = {
    "prometheus": Port("prometheus", "LOCAL_PROMETHEUS_PORT", 9090, "Prometheus"),
    "prometheus-alertmanager": Port("alertmanager", "LOCAL_ALERTMANAGER_PORT", 9093, "Alertmanager"),
    "prometheus-node-exporter": Port(
        "node_exporter", "LOCAL_NODE_EXPORTER_PORT", 9100, "figures of the machine"),
    "prometheus-postgres-exporter": Port(
        "postgres_exporter", "LOCAL_POSTGRES_EXPORTER_PORT", 9187, "figures of Postgres"),
    "prometheus-redis-exporter": Port(
        "redis_exporter", "LOCAL_REDIS_EXPORTER_PORT", 9121, "figures of Valkey"),
}


def n8n_workers(settings: Settings) -> int:
    """How many n8n workers run (LOCAL_N8N_WORKERS)."""
    text = settings.get("LOCAL_N8N_WORKERS", "1")
    if text not in {str(number) for number in range(1, 9)}:
        raise Problem(f"LOCAL_N8N_WORKERS must be a number from 1 to 8, not {text!r}.")
    return int(text)


def wanted(settings: Settings) -> list[Port]:
    """The ports of a stack: those above, two for each further n8n worker, those of what watches it."""
    further = [
        Port(f"worker{kind}_{number}", f"LOCAL_N8N_WORKER_{number}{kind.upper()}_PORT",
             5680 + 2 * (number - 1) + offset, f"n8n worker {number}")
        for number in range(2, n8n_workers(settings) + 1)
        for offset, kind in enumerate(("", "_broker"))
    ]
    return [*PORTS, *further, *(MONITORING[package] for package in debian.monitoring(settings))]


def choose(settings: Settings, *, running: bool, taken: Callable[[int], bool] | None = None,
           ports: Iterable[Port] | None = None) -> dict[str, int]:
    """A port for each name, remembered in the state folder.

    A set port that somebody else holds is a Problem; a default gives way to a free one. While the
    stack is `running` its own ports are taken by itself, so the remembered ones are not tried.
    LOCAL_PORTS=free takes free ports instead of the defaults.
    """
    is_taken = taken or _is_taken
    memory = settings.state / "ports.json"
    remembered: dict[str, int] = json.loads(memory.read_text()) if memory.exists() else {}
    chosen: dict[str, int] = {}
    for port in ports or wanted(settings):
        ours = remembered.get(port.name) if running else None
        if text := settings.get(port.setting):
            number = _number(port, text)
            if number != ours and (number in chosen.values() or is_taken(number)):
                raise Problem(
                    f"Port {number} ({port.setting}, {port.what}) is taken; free it or set "
                    f"{port.setting} to another port in .env."
                )
        else:
            prefer = remembered.get(port.name) or port.default
            any_free = settings.get("LOCAL_PORTS") == "free" and port.name not in remembered
            number = prefer
            if any_free or (prefer != ours and (prefer in chosen.values() or is_taken(prefer))):
                number = _free_port(avoid=set(chosen.values()) | {p.default for p in PORTS})
                if not any_free:
                    say(f"         port {prefer} is taken, {port.what} listens on {number}")
        chosen[port.name] = number
    write_private(memory, json.dumps(remembered | chosen, indent=2))
    return chosen


def _number(port: Port, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise Problem(f"{port.setting} must be a port number from 1 to 65535, not {text!r}.")
    return int(text)


def _is_taken(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, number))
        except PermissionError:
            raise Problem(
                f"Port {number} may only be opened by root; choose one above 1023."
            ) from None
        except OSError:
            return True
    return False


def _free_port(avoid: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            number: int = probe.getsockname()[1]
        if number not in avoid:
            return number
