"""Supervisor keeps the programs running: its configuration, and what we ask of it.

http://supervisord.org/configuration.html, http://supervisord.org/api.html
"""

from __future__ import annotations

import configparser
import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import SupervisorTransport

from deploy.problem import Problem
from deploy.secret_store import write_private
from deploy.settings import ROOT
from local import postgres

# In the environment of every program of a stack, so that leftovers of a killed one are found.
STATE_MARK = "ENRICHMENT_STATE"
PROGRAM_MARK = "ENRICHMENT_PROGRAM"


@dataclass(frozen=True)
class Program:
    """One supervised program.

    `orphans`: its workers outlive a killed parent and hold its port, so they are ended first.
    `user`: run as that account (only when we are root).
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 20
    user: str | None = None
    orphans: bool = False


def render_config(programs: Iterable[Program], *, state: Path, socket: Path, password: str,
                  environment: Mapping[str, str], is_root: bool) -> str:
    """The supervisord.conf of a stack. Holds secrets: for a private file."""
    config = configparser.RawConfigParser()
    config.optionxform = str  # type: ignore[assignment,method-assign]
    config["supervisord"] = {
        "logfile": _plain(state / "logs" / "supervisor.log"),
        "logfile_maxbytes": "5MB", "logfile_backups": "2",
        "pidfile": _plain(state / "supervisord.pid"),
        "childlogdir": _plain(state / "logs"),
        "strip_ansi": "true",
        "minfds": "1024",
    } | ({"user": "root"} if is_root else {})
    config["unix_http_server"] = {
        "file": _plain(socket), "chmod": "0600", "username": "local", "password": password,
    }
    config["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface",
    }
    for program in programs:
        command = program.command
        variables = dict(environment) | dict(program.environment) | {
            STATE_MARK: str(state), PROGRAM_MARK: program.name,
        }
        if program.orphans:
            command = (sys.executable, "-m", "local.launch", *command)
            variables["PYTHONPATH"] = str(ROOT)
        section = {
            "command": " ".join(_quoted(word) for word in command),
            "environment": ",".join(f"{k}={_value(v)}" for k, v in sorted(variables.items())),
            "autostart": "false",
            "autorestart": "true",
            "startsecs": "1",
            # A part may wait long for one that it needs; it is tried again every few seconds.
            "startretries": "1000",
            "stopsignal": program.stop_signal,
            "stopwaitsecs": str(program.stop_seconds),
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": _plain(state / "logs" / f"{program.name}.log"),
            "stdout_logfile_maxbytes": "10MB", "stdout_logfile_backups": "3",
        }
        if program.directory:
            section["directory"] = _plain(program.directory)
        if program.user:
            section["user"] = program.user
        config[f"program:{program.name}"] = section
    lines: list[str] = []
    for name in config.sections():
        lines.append(f"[{name}]")
        lines += [f"{key}={value}" for key, value in config[name].items()]
        lines.append("")
    return "\n".join(lines)


def _plain(path: Path) -> str:
    return str(path).replace("%", "%%")


def _value(text: str) -> str:
    """A value of `environment`, where supervisor knows no escapes and takes quotes off both ends."""
    quote = next((mark for mark in "\"'" if mark not in text), None)
    if quote is None or "\n" in text or text.strip("\"'") != text:
        raise Problem("A setting may not have several lines, both kinds of quotes, or one at its ends.")
    return f"{quote}{text.replace('%', '%%')}{quote}"


def _quoted(word: str) -> str:
    if "\n" in word:
        raise Problem("A setting may not have several lines.")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def socket_path(state: Path) -> Path:
    """Where supervisor listens. Socket names are short (104 bytes on some systems)."""
    path = state / "supervisor.sock"
    if len(os.fsencode(path)) < 90:
        return path
    digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"enrichment-{os.getuid()}-{digest}.sock"


class Supervisor:
    """The supervisor of one state folder."""

    def __init__(self, state: Path, password: str) -> None:
        self.state = state
        self.config = state / "supervisord.conf"
        self.socket = socket_path(state)
        self._password = password

    def _call(self, method: str, *arguments: Any) -> Any:
        transport = SupervisorTransport("local", self._password, f"unix://{self.socket}")
        try:
            proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
            return getattr(proxy.supervisor, method)(*arguments)
        finally:
            transport.close()

    def is_running(self) -> bool:
        """Whether supervisor answers."""
        try:
            return bool(self._call("getState")["statename"] == "RUNNING")
        except (OSError, xmlrpc.client.Error):
            return False

    def apply(self, programs: Iterable[Program], environment: Mapping[str, str]) -> set[str]:
        """Make this the configuration. Starts supervisor when it does not run; programs whose
        configuration changed are stopped and may be started again. Returns their names."""
        write_private(self.config, render_config(
            programs, state=self.state, socket=self.socket, password=self._password,
            environment=environment, is_root=os.geteuid() == 0))
        if not self.is_running():
            self._start(environment)
            return set()
        added, changed, removed = self._call("reloadConfig")[0]
        for name in [*changed, *removed]:
            self._call("stopProcessGroup", name)
            self._call("removeProcessGroup", name)
        for name in [*added, *changed]:
            self._call("addProcessGroup", name)
        return set(changed)

    def _start(self, environment: Mapping[str, str]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(self.config)],
            env=dict(environment) | {STATE_MARK: str(self.state)}, cwd=self.state,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Problem(f"The supervisor did not start: {done.stderr.strip() or done.stdout}")
        end = time.monotonic() + 20
        while not self.is_running():
            if time.monotonic() > end:
                raise Problem(f"The supervisor does not answer; see {self.state}/logs.")
            time.sleep(0.1)

    def start(self, name: str) -> None:
        """Start a program; fine when it runs already."""
        try:
            self._call("startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise

    def restart(self, name: str) -> None:
        """Stop a program in its own way and start it again."""
        self.stop(name)
        self.start(name)

    def stop(self, name: str) -> None:
        """Stop a program and wait for its end; fine when it does not run."""
        try:
            self._call("stopProcess", name, True)
        except xmlrpc.client.Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise

    def processes(self) -> list[dict[str, Any]]:
        """Supervisor's view of each program: name, statename, pid, description."""
        return list(self._call("getAllProcessInfo"))

    def pids(self) -> dict[str, int]:
        """Program name to process id, of those that run."""
        return {p["name"]: p["pid"] for p in self.processes() if p["pid"]}

    def shut_down(self, order: Iterable[str]) -> None:
        """Stop the programs in that order, then supervisor itself."""
        if self.is_running():
            pid = self._call("getPID")
            for name in order:
                try:
                    self.stop(name)
                except xmlrpc.client.Fault as fault:
                    if "BAD_NAME" not in fault.faultString:
                        raise
            self._call("shutdown")
            with contextlib.suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
                psutil.Process(pid).wait(60)
        clear_away(self.state)


def leftovers(state: Path, program: str | None = None) -> list[psutil.Process]:
    """Processes of this stack (and program), but for ourselves.

    They carry its mark. Servers that write a title over their environment have lost it: they are known by
    their name and the folder that they work in. (Any program's environment reads empty while it is started.)
    """
    folders = {path.resolve(): name for name, path in (
        ("nginx", state / "nginx"), ("valkey", state / "valkey"), ("postgres", postgres.cluster(state).data))}
    found = []
    for process in psutil.process_iter():
        try:
            marks = process.environ()
            name = folders.get(Path(process.cwd())) if not marks else None
            if name and process.name().startswith(name):
                marks = {STATE_MARK: str(state), PROGRAM_MARK: name}
        except (psutil.Error, OSError):
            continue
        ours = marks.get(STATE_MARK) == str(state) and process.pid != os.getpid()
        if ours and program in (None, marks.get(PROGRAM_MARK)):
            found.append(process)
    return found


def end_leftovers(state: Path, program: str | None = None, patience: float = 20) -> None:
    """End what a killed supervisor or program left behind: politely, then not.

    Raises a Problem when some cannot be ended.
    """
    processes = leftovers(state, program)
    for process in processes:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs(processes, timeout=patience)
    for process in alive:
        _quietly(process.kill)
    _, alive = psutil.wait_procs(alive, timeout=5)
    if alive:
        raise Problem("An earlier run left processes that this account cannot end; end them with "
                      f"`sudo kill -9 {' '.join(str(process.pid) for process in alive)}` and start again.")


def clear_away(state: Path) -> None:
    """What a stack that was killed left behind: processes that hold its ports, sockets and pid files.

    Its supervisor must not be running. The pid in Postgres' file may by now be another program's, which
    would keep Postgres from starting.
    """
    end_leftovers(state)
    socket_path(state).unlink(missing_ok=True)
    (postgres.cluster(state).data / "postmaster.pid").unlink(missing_ok=True)


def _quietly(action: Any) -> None:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        action()
