"""The embedded stack: `python -m local.stack run | stop | status | logs | clean`."""

from __future__ import annotations

import collections
import json
import shutil
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy import commands, secret_store, settings
from deploy.catalogue import provider_keys
from deploy.live import PUBLISHED, WEBHOOK_HEADER, wait_live
from deploy.problem import Problem
from deploy.progress import say, step
from local import aside, certificates, edge, monitoring, n8n, ports, postgres, programs
from local.programs import LOGIN_EMAIL, Stack
from local.supervision import Supervisor, clear_away

SERVERS = ("postgres", "valkey")
STOP_ORDER = (
    *monitoring.NAMES, "nginx", *(f"n8n-worker-{number}" for number in range(2, 9)), "n8n-worker", "n8n",
    "sidecar", "sinks", "providers", *reversed(SERVERS))


def prepare(found: settings.Settings) -> tuple[Stack, Supervisor]:
    """State folder, secrets, ports and certificates of a stack; nothing is started.

    What a killed run left behind is cleared away first: it holds the ports.
    """
    for name in ("", "logs", "valkey", "n8n"):
        (found.state / name).mkdir(parents=True, exist_ok=True)
    found.state.chmod(0o711)  # workers of another account pass through; files are private
    known = secret_store.load(found.state / "secrets.env")
    supervisor = Supervisor(found.state, known["SUPERVISOR_PASSWORD"])
    running = supervisor.is_running()
    if not running:
        clear_away(found.state)
    chosen = ports.choose(found, running=running)
    return Stack(found, chosen, known, certificates.ensure(found.state / "tls")), supervisor


def start_services(stack: Stack, supervisor: Supervisor) -> None:
    """Postgres and Valkey, with both databases and the sidecar's schema."""
    state = stack.settings.state
    postgres.prepare(state, stack.secrets["POSTGRES_PASSWORD"])
    for name in SERVERS:
        supervisor.start(name)
    postgres.wait(stack.dsn("postgres", "POSTGRES_PASSWORD"))
    make_databases(stack)
    migrate(stack)


def migrate(stack: Stack) -> None:
    """The sidecar's schema, and what the sidecar may do in n8n's."""
    postgres.allow_forgetting(stack.dsn("postgres", "POSTGRES_PASSWORD", "n8n"))
    sidecar(stack, "migrate")


def make_databases(stack: Stack) -> None:
    """Both databases with their accounts, where there are none."""
    postgres.ensure_databases(stack.dsn("postgres", "POSTGRES_PASSWORD"), {
        "sidecar": stack.secrets["SIDECAR_DATABASE_PASSWORD"],
        "n8n": stack.secrets["N8N_DATABASE_PASSWORD"]})


def start(found: settings.Settings, restart: bool = False) -> Stack:
    """Everything up, migrated, provisioned and published. Returns when leads are accepted.

    `restart`: programs that run already are started anew, as their code is another release's.
    """
    stack, supervisor = prepare(found)
    tree = n8n.install(found)
    user_folder = found.state / "n8n"
    nodes_changed = n8n.place_nodes(found, user_folder, stack.product_url)
    n8n.forget_torn_key(user_folder)
    edge.place_html(found)
    config = edge.write_config(found, stack.ports, stack.certificates)
    listed = [*programs.everything(stack, tree, config), *monitoring.programs(stack)]
    with step("starting Postgres and Valkey"):
        supervisor.apply(listed, found.machine())
        start_services(stack, supervisor)
    with step("starting sidecar, n8n, edge and sandbox"):
        provision(stack)
        for program in listed:
            code = restart and program.name not in SERVERS
            if code or (nodes_changed and program.name.startswith("n8n")):
                supervisor.restart(program.name)
            else:
                supervisor.start(program.name)
        n8n.wait_ready(stack.n8n_main_url)
    with step("publishing the n8n workflows"):
        environment = programs.n8n_environment(stack)
        for sentence in n8n.deploy(
                tree, environment, programs.n8n_secrets(stack), stack.sidecar_url):
            say(f"         {sentence}")
        wait_live(stack.ports["edge"], "localhost",
                  ssl.create_default_context(cafile=stack.certificates.ca), "make logs",
                  lambda: n8n.command(tree, environment, *PUBLISHED))
    write_facts(stack)
    return stack


def sidecar(stack: Stack, *arguments: str, given: str = "") -> str:
    """A command of the sidecar's command line, with that on its standard input: what it prints."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "sidecar"), *arguments], cwd=stack.settings.root,
        env=stack.settings.machine() | programs.sidecar_environment(stack), capture_output=True,
        text=True, check=False, input=given)
    if done.returncode:
        raise Problem(f"sidecar {' '.join(arguments[:2])} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def provision(stack: Stack) -> None:
    """The service clients and the login, once for these secrets."""
    stamp = stack.settings.state / "provisioned"
    if stamp.exists():
        return
    for arguments, option, secret in (
        (("clients", "add", "n8n", "--scopes", "pipeline,leads,notify"), "--secret-file",
         "CLIENT_N8N_SECRET"),
        (("clients", "add", "local-admin", "--scopes", "all"), "--secret-file",
         "CLIENT_LOCAL_ADMIN_SECRET"),
        (("users", "add", LOGIN_EMAIL, "--role", "admin", "--name", "Local admin"),
         "--password-file", "LOGIN_PASSWORD"),
    ):
        path = stack.settings.state / "once"
        secret_store.write_private(path, stack.secrets[secret])
        try:
            sidecar(stack, *arguments, option, str(path))
        finally:
            path.unlink()
    stamp.touch()


def facts(stack: Stack) -> dict[str, Any]:
    """What programs need to know of the running stack."""
    secrets, chosen = stack.secrets, stack.ports
    sinks = f"http://127.0.0.1:{chosen['sinks']}"
    return {
        "api_url": f"{stack.product_url}/api",
        "dashboard_url": f"{stack.product_url}/",
        "n8n_url": f"https://localhost:{chosen['editor']}/",
        "docs_url": f"{stack.product_url}/api/docs",
        "webhook_url": f"{stack.product_url}/webhook/leads",
        "webhook_header": WEBHOOK_HEADER,
        "webhook_token": secrets["WEBHOOK_TOKEN"],
        "client_id": "local-admin",
        "client_secret": secrets["CLIENT_LOCAL_ADMIN_SECRET"],
        "login": {"email": LOGIN_EMAIL, "password": secrets["LOGIN_PASSWORD"]},
        "mail_url": f"{sinks}/mail",
        "slack_url": f"{sinks}/slack",
        "slack_bot_url": f"{sinks}/slack-bot",
        "teams_url": f"{sinks}/teams",
        "sms_url": f"{sinks}/sms",
        "providers_url": f"http://127.0.0.1:{chosen['providers']}",
        **monitoring.facts(stack),
        "ca_file": str(stack.certificates.ca),
        "internal": {
            "database_url": stack.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD"),
            "n8n_database_url": stack.dsn("n8n", "N8N_DATABASE_PASSWORD"),
            "redis_url": f"{stack.redis_url}/0",
            "sidecar_url": stack.sidecar_url,
            "n8n_main_url": stack.n8n_main_url,
            "state": str(stack.settings.state),
            "sidecar_environment": programs.sidecar_environment(stack),
        },
    }


def write_facts(stack: Stack) -> None:
    """`stack.json`: the same facts for programs, readable by its owner only."""
    secret_store.write_private(
        stack.settings.state / "stack.json", json.dumps(facts(stack), indent=2) + "\n")


def run(found: settings.Settings) -> None:
    """Start everything, send the samples, say where things are."""
    from local import samples

    undo_cut_off_restore(found)
    stack = start(found)
    known = facts(stack)
    if not (found.state / "samples-sent").exists():
        with step("sending the sample leads through it"):
            samples.send(known)
        (found.state / "samples-sent").touch()
    samples.report(known)
    say()
    say("The sandbox answers for the providers: its people and companies are invented." if not any(
        provider_keys(found).values())
        else "Providers with a key are asked for real, the others in the sandbox.")
    say(f"Dashboard   {known['dashboard_url']}")
    say(f"n8n editor  {known['n8n_url']}")
    say(f"            sign in to both as {LOGIN_EMAIL} with {known['login']['password']}")
    say(f"API docs    {known['docs_url']}")
    say(f"Messages    {known['mail_url'].removesuffix('mail')}")
    for sentence in monitoring.sentences(found, known):
        say(sentence)
    say(f"Programs find all of this in {found.state / 'stack.json'}; trust {known['ca_file']}.")


def end_restore(found: settings.Settings) -> bool:
    """Put back what a restore that did not succeed replaced; False when there is none."""
    if not (found.state / postgres.ASIDE).exists():
        return False
    stop(found)
    clear_away(found.state)
    return aside.back(found.state)


def undo_cut_off_restore(found: settings.Settings) -> None:
    """Before anything else is done with a stack. Raises a Problem while the restore is still at work."""
    if found.state.exists():
        with aside.at_work(found.state):
            if end_restore(found):
                say("A restore was cut off: what was there before it is back.")


def stop(found: settings.Settings) -> None:
    """Stop everything; what was stored stays."""
    secrets = found.state / "secrets.env"
    if not secrets.exists():
        return
    supervisor = Supervisor(found.state, secret_store.load(secrets)["SUPERVISOR_PASSWORD"])
    supervisor.shut_down(STOP_ORDER)


def status(found: settings.Settings) -> None:
    """What runs."""
    secrets = found.state / "secrets.env"
    supervisor = Supervisor(
        found.state, secret_store.load(secrets)["SUPERVISOR_PASSWORD"]) if secrets.exists() else None
    if supervisor is None or not supervisor.is_running():
        say("The stack is stopped; `make run` starts it.")
        return
    for process in supervisor.processes():
        say(f"{process['name']:17} {process['statename']:9} {process['description']}")
    for sentence in monitoring.sentences(found, json.loads((found.state / "stack.json").read_text())):
        say(sentence)


def logs(found: settings.Settings) -> None:
    """The end of every log."""
    for path in sorted((found.state / "logs").glob("*.log")):
        say(f"== {path}")
        with path.open(errors="replace") as file:
            say("".join(collections.deque(file, maxlen=20)))


def clean(found: settings.Settings) -> None:
    """Stop, and remove all that was stored."""
    if not found.state.exists():
        return
    stop(found)
    for path in (*postgres.homes(found.state), found.state):
        if path.exists():
            say(f"removing {path}")
            shutil.rmtree(path)


if __name__ == "__main__":
    commands.run(__doc__, {"run": run, "stop": stop, "status": status, "logs": logs, "clean": clean})
