"""A private embedded stack for tests: its own state folder, its own free ports."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy import settings
from deploy.catalogue import key_settings
from local import debian, programs
from local import stack as local_stack
from local.programs import Stack
from local.supervision import Supervisor, leftovers

NO_MOUNT = "no file system can be mounted here; root can on a machine of its own"


@dataclass(frozen=True)
class Running:
    """A running stack: what its users know (`facts`) and its supervisor."""

    facts: dict[str, Any]
    supervisor: Supervisor
    stack: Stack

    def kill(self, program: str) -> int:
        """kill -9 of a supervised program, as a crash would; supervisor starts it again."""
        pid = self.supervisor.pids()[program]
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_child(self, program: str) -> int:
        """kill -9 of one worker process of a program."""
        child = psutil.Process(self.supervisor.pids()[program]).children()[0]
        child.kill()
        return int(child.pid)


def found_settings(state: Path, **values: str) -> settings.Settings:
    """Settings of a private stack; nobody's .env is read."""
    machine = {name: value for name, value in os.environ.items()
               if not name.startswith(("SIDECAR_", "N8N_", "LOCAL_")) and name not in key_settings().values()}
    return settings.Settings(
        state=state, values=machine | {"LOCAL_PORTS": "free", "LOCAL_MONITORING": "off"} | values)


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips where one of these programs of Debian's packages is missing."""
    missing = [name for name in programs if not shutil.which(name)]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} not found; {debian.HOW}")


@contextmanager
def running(**values: str) -> Iterator[Running]:
    """The whole stack, stopped and removed at the end."""
    state = Path(tempfile.mkdtemp(prefix="enrichment-test-"))
    state.chmod(0o711)
    found = found_settings(state, **values)
    try:
        stack = local_stack.start(found)
        supervisor = Supervisor(state, stack.secrets["SUPERVISOR_PASSWORD"])
        yield Running(json.loads((state / "stack.json").read_text()), supervisor, stack)
    except BaseException:
        _show_logs(state)
        raise
    finally:
        _remove(found)


@contextmanager
def running_services(**values: str) -> Iterator[Stack]:
    """Postgres and Valkey alone, with the schema in place."""
    state = Path(tempfile.mkdtemp(prefix="enrichment-test-"))
    state.chmod(0o711)
    found = found_settings(state, **values)
    try:
        stack, supervisor = local_stack.prepare(found)
        supervisor.apply(programs.services(stack), found.machine())
        local_stack.start_services(stack, supervisor)
        yield stack
    finally:
        _remove(found)


def _remove(found: settings.Settings) -> None:
    """What is thrown away need not end in order; but for Postgres, which would leave its shared memory."""
    with suppress(FileNotFoundError, ValueError, ProcessLookupError):
        os.kill(int((found.state / "supervisord.pid").read_text()), signal.SIGKILL)
    for process in leftovers(found.state):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGKILL)
    local_stack.clean(found)


def _show_logs(state: Path) -> None:
    for path in sorted((state / "logs").glob("*.log")):
        print(f"== {path.name}\n" + "".join(path.read_text(errors="replace").splitlines(True)[-15:]))
