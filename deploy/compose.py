"""The deployment with Docker Compose: `python -m deploy.compose up | down | logs | backup |
restore | upgrade`.

Needs Python, openssl and Docker with its compose plugin, no package: `up` makes what the compose
file mounts as secrets, then builds and starts. Files are made once and kept; those that only repeat
a setting of `.env` are written anew at each start.
"""

from __future__ import annotations

import json
import shlex
import socket
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy import alerting, archive, certificates, commands, rolling, sandbox
from deploy.catalogue import provider_keys
from deploy.engine import compose, folder
from deploy.live import PUBLISHED, WEBHOOK_HEADER, wait_live
from deploy.problem import Problem
from deploy.progress import say, step
from deploy.secret_store import GENERATED
from deploy.settings import Settings
from sidecar import __version__

_TLS_QUERY = "sslmode=verify-full&sslrootcert=/run/secrets/ca.crt"


def prepare(found: Settings) -> None:
    """Every file that the compose file mounts as a secret."""
    target = folder(found)
    # Compose mounts the files as they are, and the containers run under accounts of their own:
    # the folder is closed to other people of this machine, the files in it are not.
    target.mkdir(parents=True, exist_ok=True)
    target.chmod(0o700)
    known = {name: _once(target / name, make) for name, make in _generated().items()}
    for name, text in _derived(found, known).items():
        _write(target / name, text)
    certificates.ensure(target, [
        found.get("PRODUCT_HOST", "localhost"), found.get("EDITOR_HOST", "editor.localhost")])
    _write(target / "certificates.prom", certificates.expiry(
        {name: target / f"{name}.crt" for name in ("edge", "postgres", "redis")}))
    archive.seal(target)


def _generated() -> dict[str, Callable[[], str]]:
    # File names: what the programs' own variables end in.
    names = {"valkey_password": "redis_password", "fernet_key": "encryption_keys"}
    lower = {name.lower(): make for name, make in GENERATED.items() if name != "SUPERVISOR_PASSWORD"}
    word = GENERATED["POSTGRES_PASSWORD"]
    return {names.get(name, name): make for name, make in lower.items()} | {
        "replicator_password": word, "monitor_password": word, "backup_passphrase": word}


def _derived(found: Settings, known: Mapping[str, str]) -> dict[str, str]:
    """Secrets that are made from others or set in `.env`."""
    chosen = {"SIDECAR_TIME_ZONE": found.time_zone} | found.starting_with("SIDECAR_")
    if "sandbox" in found.get("COMPOSE_PROFILES").split(","):
        chosen = {
            "SIDECAR_SANDBOX_URL": "http://providers:8091",
            **sandbox.channels("http://sinks:8026", "smtp://sinks:8025", known["slack_signing_secret"]),
        } | chosen
    account = f"sidecar:{known['sidecar_database_password']}"
    redis = f":{known['redis_password']}@redis:6379"
    told = {**found.values, **chosen}
    return {
        "sidecar_n8n_database_url": f"postgresql://{account}@postgres:5432/n8n?{_TLS_QUERY}",
        "sidecar_database_url": f"postgresql://{account}@postgres:5432/sidecar?{_TLS_QUERY}",
        # The replica where there is one, else the primary: libpq takes the first that answers.
        "sidecar_replica_database_url":
            f"postgresql://{account}@postgres-replica:5432,postgres:5432/sidecar?{_TLS_QUERY}"
            "&target_session_attrs=prefer-standby",
        "redis_url": f"rediss://{redis}/0?ssl_ca_certs=/run/secrets/ca.crt",
        "redis_passwords.json": json.dumps({"rediss://redis:6379": known["redis_password"]}),
        "backup_notes": f"{__version__}\n{archive.fingerprints(known)}\n",
        "jwt_keys": f"first:{known['jwt_secret']}",
        "sandbox_url": chosen.get("SIDECAR_SANDBOX_URL", ""),
        "sidecar_settings.json": json.dumps(chosen),
        "provider_keys.json": json.dumps(provider_keys(found)),
        "alertmanager.yml": alerting.configuration(told, "/run/secrets"),
        **alerting.secrets(told),
    }


def _once(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        _write(path, make())
    return path.read_text(encoding="utf-8").strip()


def _write(path: Path, text: str) -> None:
    # In place: a running container has this very file mounted.
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


def check_ports(found: Settings) -> None:
    """A taken port is said in one sentence, before anything is built."""
    running = compose(found, "ps", "--services", "--status", "running", capture=True)
    if "nginx" in running.split():
        return
    for name, default in (("HTTPS_PORT", "443"), ("HTTP_PORT", "80")):
        port = found.get(name, default)
        with socket.socket() as probe:
            probe.settimeout(1)
            if port.isdigit() and probe.connect_ex(("127.0.0.1", int(port))) == 0:
                raise Problem(f"Port {port} is taken; free it or set {name} to another port in .env.")


def up(found: Settings) -> None:
    """Secrets, images, containers; returns when everything is healthy and the workflows are live."""
    with step("secrets and certificates"):
        prepare(found)
        check_ports(found)
    with step("building the images"):
        compose(found, "build", "--quiet")
    archive.undo_cut_off_restore(found)
    start(found)


def start(found: Settings) -> None:
    """The containers of images that are there, and the workflows; then says where things are."""
    with step("starting the containers"):
        # Exactly the one-shot services may end; waiting for them fails when they do.
        compose(found, "up", "--detach", "--no-build", "--wait", "--wait-timeout", "600",
                 *shlex.split(found.get("SCALE")), *_long_running(found))
    publish(found)
    report(found)


def publish(found: Settings) -> None:
    """The release's workflows into n8n; returns when leads are taken."""
    with step("publishing the n8n workflows"):
        compose(found, "run", "--rm", "--no-deps", "n8n-import")
        # Nothing secret is sent, so the certificate, which may be anybody's, is not checked.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        wait_live(int(found.get("HTTPS_PORT", "443")), found.get("PRODUCT_HOST", "localhost"), context,
                  "make logs-up", lambda: _published(found))


def _published(found: Settings) -> str:
    """The ids of the published workflows."""
    return compose(
        found, "exec", "-T", "-e", "N8N_LOG_LEVEL=info", "n8n", "n8n", *PUBLISHED, capture=True)


def _long_running(found: Settings) -> list[str]:
    services = compose(found, "config", "--services", capture=True).split()
    return sorted(set(services) - {"migrate", "n8n-import"})


def backup(found: Settings) -> None:
    """Back up now, beside the daily backups."""
    with step("secrets and certificates"):
        prepare(found)
    with step("building the image of Postgres"):  # what it is asked may be new in this release
        compose(found, "build", "--quiet", "postgres")
    archive.backup(found)


def restore(found: Settings) -> None:
    """Make the data what it was at TIME, else as far as it was archived."""
    with step("secrets and certificates"):
        prepare(found)
        check_ports(found)
    with step("building the images"):
        compose(found, "build", "--quiet")
    archive.restore(found, start)


def upgrade(found: Settings) -> None:
    """Bring what runs to this release, while it takes leads."""
    rolling.upgrade(found, prepare, publish, archive.backup)
    report(found)


def report(found: Settings) -> None:
    """Where things are and how to sign in."""
    port = f":{found.get('HTTPS_PORT')}" if found.get("HTTPS_PORT") else ""
    product = f"https://{found.get('PRODUCT_HOST', 'localhost')}{port}"
    editor = f"https://{found.get('EDITOR_HOST', 'editor.localhost')}{port}"
    say()
    say(f"Dashboard   {product}/")
    say(f"API         {product}/api/v1/, described at {product}/api/docs")
    say(f"Webhook     {product}/webhook/leads, header {WEBHOOK_HEADER} as in {folder(found)}/webhook_token")
    say(f"n8n editor  {editor}/")
    say(f"Grafana     {editor}/grafana/")
    say(f"Sign in to all three as {found.get('LOGIN_EMAIL', 'admin@example.com')}; the first password is "
        f"in {folder(found)}/login_password.")


def down(found: Settings) -> None:
    """Stop and remove the containers; what was stored stays."""
    compose(found, "--profile=*", "down")


def logs(found: Settings) -> None:
    """Follow the logs."""
    compose(found, "logs", "--follow", "--tail", "50")


if __name__ == "__main__":
    commands.run(__doc__, {
        "up": up, "down": down, "logs": logs, "backup": backup, "restore": restore, "upgrade": upgrade})
