"""A new release under load: each part is started beside the one before it, which then ends in its own time.

First the database (additive), then the sidecar, n8n's workers and webhook processors, n8n's main process with
its workflows, nginx. Of n8n's main process there is one alone: while it starts the editor does not answer,
and leads are taken.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

from deploy.engine import compose, docker
from deploy.problem import Problem
from deploy.progress import say, step
from deploy.settings import Settings

# Service, nginx's setting of where it is, and its port there; none where nginx does not call.
_ROLLED = (
    ("sidecar", "NGINX_SIDECAR", 8000), ("n8n-worker", "", 0), ("n8n-webhook", "NGINX_N8N_WEBHOOKS", 5678))
_ONE_SHOT = ("migrate", "n8n-import")
# Restarted by `make up` alone: all wait for them.
_GROUND = ("postgres", "postgres-replica", "redis", "edge")
# The start-up scripts fill in nginx's configuration anew. Then until no request is left that came by the one
# before, or only what lasts (an open editor).
_RELOAD = """
. /docker-entrypoint.d/10-start.envsh
/docker-entrypoint.d/20-envsubst-on-templates.sh
nginx -t -q -c /tmp/nginx.conf
nginx -s reload -c /tmp/nginx.conf
sleep 1
n=0
while grep -qs 'is shutting down' /proc/[0-9]*/cmdline && [ $n -lt 15 ]; do sleep 1; n=$((n+1)); done
"""


def upgrade(found: Settings, prepare: Callable[[Settings], None], publish: Callable[[Settings], None],
            backup: Callable[[Settings], None]) -> None:
    """From the release that runs to this checkout's. A Problem leaves running what was not replaced yet."""
    running = compose(found, "ps", "--services", "--status", "running", capture=True).split()
    if "nginx" not in running:
        raise Problem("Nothing runs here that could be upgraded; make up starts it.")
    if "edge" not in running:
        raise Problem("The release that runs has one nginx only: make up brings it to this one, with a pause "
                      "of seconds; from then on there is none.")
    with step("secrets and certificates"):
        prepare(found)
    with step("building the images"):
        compose(found, "build", "--quiet")
    backup(found)
    with step("bringing the database up to date"):
        compose(found, "run", "--rm", "--no-deps", "migrate")
    for name, variable, port in _ROLLED:
        with step(f"replacing {name}"):
            _roll(found, name, variable, port)
    with step("replacing n8n"):
        _up(found, "n8n")
    publish(found)
    with step("replacing nginx"):
        _roll(found, "nginx")
    with step("replacing the rest"):
        services = compose(found, "config", "--services", capture=True).split()
        done = {"n8n", "nginx", *(name for name, *_ in _ROLLED), *_ONE_SHOT, *_GROUND}
        _up(found, *sorted(set(services) - done))
    if changed := [name for name in services if name in _GROUND and _of_another_release(
            found, name, _containers(found, name))]:
        say(f"This release also changes {', '.join(changed)}: make up restarts them, which is a pause of "
            "seconds.")


def _containers(found: Settings, service: str) -> list[str]:
    return compose(found, "ps", "--quiet", service, capture=True).split()


def _roll(found: Settings, service: str, variable: str = "", port: int = 0) -> None:
    """As many new containers beside the old ones; then nginx sends to the new alone, then the old end.

    Meanwhile nginx knows addresses instead of the name, under which a container is found before it answers:
    what gunicorn takes while it starts waits until it has started. Whatever ends it, nginx knows the name
    again. New ones that an upgrade before had started when it was cut off stay, and count.
    """
    known = _containers(found, service)
    if not known:
        _up(found, *_scale(found, service), service)
        return
    old = _of_another_release(found, service, known) or known
    try:
        if variable:
            _reload(found, f"{variable}={_servers(found, old, port)}")
        try:
            _up(found, "--no-recreate", "--scale", f"{service}={max(2 * len(old), len(known))}", service)
        except BaseException as error:
            _remove(found, [one for one in _containers(found, service) if one not in known])
            if not isinstance(error, Problem):
                raise
            raise Problem(f"The new {service} does not start; the old one still serves.") from None
        new = [one for one in _containers(found, service) if one not in old]
        if variable:
            _reload(found, f"{variable}={_servers(found, new, port)}")
        _remove(found, old)
    finally:
        if variable:
            _reload(found)


def _scale(found: Settings, service: str) -> list[str]:
    """What SCALE says of this service alone: Docker Compose does not know the others while it starts one."""
    said = [word.removeprefix("--scale=") for word in shlex.split(found.get("SCALE"))]
    return [word for own in said if own.startswith(f"{service}=") for word in ("--scale", own)]


def _up(found: Settings, *words: str) -> None:
    compose(found, "up", "--detach", "--no-build", "--no-deps", "--wait", "--wait-timeout", "300", *words)


def _remove(found: Settings, containers: list[str]) -> None:
    """End them by their own signal and grace, all at once."""
    if containers:
        docker(found, "stop", *containers)
        docker(found, "rm", "--volumes", *containers)


def _reload(found: Settings, *settings: str) -> None:
    """Have every nginx read its configuration anew, with these settings instead of its own."""
    given = [word for one in settings for word in ("--env", one)]
    for one in _containers(found, "nginx"):
        docker(found, "exec", *given, one, "/bin/sh", "-ec", _RELOAD)


def _servers(found: Settings, containers: list[str], port: int) -> str:
    """The addresses as nginx's upstream takes them: its template ends the last one."""
    inspected: list[dict[str, Any]] = json.loads(docker(found, "inspect", *containers))
    addresses = [network["IPAddress"] for one in inspected
                 for name, network in one["NetworkSettings"]["Networks"].items() if name.endswith("_front")]
    return " max_fails=3 fail_timeout=5s; server ".join(f"{address}:{port}" for address in addresses)


def _of_another_release(found: Settings, service: str, containers: list[str]) -> list[str]:
    """Those of its containers that are of another image or other settings than this release's."""
    if not containers:
        return []
    _, wanted = compose(found, "config", "--hash", service, capture=True).split()
    services = json.loads(compose(found, "config", "--format", "json", capture=True))["services"]
    built = json.loads(docker(found, "image", "inspect", services[service]["image"]))[0]["Id"]
    return [
        name for name, one in zip(containers, json.loads(docker(found, "inspect", *containers)), strict=True)
        if one["Image"] != built or one["Config"]["Labels"]["com.docker.compose.config-hash"] != wanted]
