"""Prometheus, Alertmanager and their exporters beside the embedded stack, where their programs are found.

What is scraped, by which rules, and who is told is what the deployment has (`monitoring/`); the addresses are
this stack's. The edge has no exporter here: its build of nginx tells no figures.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy import alerting, certificates
from deploy.secret_store import write_private
from deploy.settings import Settings
from local import debian
from local.ports import HOST
from local.programs import Stack, sidecar_environment
from local.supervision import Program

NAMES = ("prometheus", "alertmanager", "node-exporter", "postgres-exporter", "redis-exporter")
MISSING = f"Prometheus and Alertmanager are not here: {debian.HOW}; then `make run` starts them."


def targets(ports: Mapping[str, int]) -> dict[str, list[str]]:
    """Job of the deployment's Prometheus to where that is in this stack."""
    jobs = {"sidecar": "sidecar", "n8n": "n8n", "prometheus": "prometheus", "alertmanager": "alertmanager",
            "node": "node_exporter", "postgres": "postgres_exporter", "redis": "redis_exporter"}
    workers = [port for name, port in ports.items()
               if name.startswith("worker") and not name.startswith("worker_broker")]
    return {job: [f"{HOST}:{ports[port]}"] for job, port in jobs.items() if port in ports} | {
        "n8n-worker": [f"{HOST}:{port}" for port in workers]}


def prometheus_config(root: Path, found: Mapping[str, list[str]]) -> dict[str, Any]:
    """The deployment's configuration for these targets; what is not here is not scraped."""
    source = root / "monitoring/prometheus"
    shared = yaml.safe_load((source / "prometheus.yml").read_text(encoding="utf-8"))
    return shared | {
        "rule_files": [str(source / name) for name in shared["rule_files"]],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": found["alertmanager"]}]}]},
        "scrape_configs": [
            {name: value for name, value in job.items() if not name.endswith("_sd_configs")}
            | {"static_configs": [{"targets": found[job["job_name"]]}]}
            for job in shared["scrape_configs"] if job["job_name"] in found],
    }


def alert_settings(stack: Stack) -> dict[str, str]:
    """Alerts go where the sidecar's messages of failures go: by mail, to the sandbox's sink unless somebody
    set a mail server."""
    chosen = {**stack.settings.values, **sidecar_environment(stack)}
    if not stack.settings.get("SIDECAR_SMTP_URL"):
        chosen["SIDECAR_OPERATIONS_MAIL_TO"] = (
            chosen.get("SIDECAR_OPERATIONS_MAIL_TO") or "operations@example.com")
    return chosen


def programs(stack: Stack) -> list[Program]:
    """What of it runs, each with its configuration written; nothing without Prometheus and Alertmanager.

    The digest of what a program reads is in its environment: one that changed is started anew.
    """
    found, ports = debian.monitoring(stack.settings), stack.ports
    if not found:
        return []
    state = stack.settings.state
    rules, mail, machine = state / "prometheus", state / "alertmanager", state / "node-exporter"
    fetched = debian.unpacked(stack.settings)
    for folder in (rules, mail, machine, fetched):
        folder.mkdir(parents=True, exist_ok=True)
    config = prometheus_config(stack.settings.root, targets(ports))
    write_private(rules / "prometheus.yml", json.dumps(config, indent=1))
    chosen = alert_settings(stack)
    told = {"alertmanager.yml": alerting.configuration(chosen, str(mail)), **alerting.secrets(chosen)}
    for name, text in told.items():
        write_private(mail / name, text)
    if shutil.which("openssl"):
        (machine / "certificates.prom").write_text(certificates.expiry({"edge": stack.certificates.chain}))
    read = json.dumps(config) + "".join(Path(name).read_text() for name in config["rule_files"])
    listed = [
        Program("prometheus", (
            found["prometheus"], f"--config.file={rules / 'prometheus.yml'}",
            f"--storage.tsdb.path={rules / 'data'}", "--storage.tsdb.retention.time=30d",
            f"--web.listen-address={HOST}:{ports['prometheus']}"), _digest(read), directory=fetched),
        Program("alertmanager", (
            found["prometheus-alertmanager"], f"--config.file={mail / 'alertmanager.yml'}",
            f"--storage.path={mail / 'data'}", f"--web.listen-address={HOST}:{ports['alertmanager']}",
            "--cluster.listen-address="), _digest("".join(told.values())), directory=fetched),
    ]
    for name, options, environment in (
        ("node-exporter", (f"--collector.textfile.directory={machine}",), {}),
        ("postgres-exporter", (), {
            "DATA_SOURCE_NAME": stack.dsn("postgres", "POSTGRES_PASSWORD") + "?sslmode=disable"}),
        ("redis-exporter", (), {"REDIS_ADDR": f"redis://{HOST}:{ports['valkey']}",
                                "REDIS_PASSWORD": stack.secrets["VALKEY_PASSWORD"]}),
    ):
        if program := found.get(f"prometheus-{name}"):
            address = f"--web.listen-address={HOST}:{ports[name.replace('-', '_')]}"
            listed.append(Program(name, (program, address, *options), environment))
    return listed


def _digest(text: str) -> dict[str, str]:
    return {"CONFIGURATION": hashlib.sha256(text.encode()).hexdigest()}


def facts(stack: Stack) -> dict[str, str | None]:
    """Where Prometheus and Alertmanager are; None where they do not run."""
    return {f"{name}_url": f"http://{HOST}:{stack.ports[name]}" if debian.monitoring(stack.settings) else None
            for name in NAMES[:2]}


def sentences(settings: Settings, known: Mapping[str, Any]) -> list[str]:
    """What people are told of it, by the facts of the running stack."""
    if known["prometheus_url"]:
        return [f"Prometheus  {known['prometheus_url']}/", f"Alerts      {known['alertmanager_url']}/"]
    return [] if settings.get("LOCAL_MONITORING") == "off" else [MISSING]
