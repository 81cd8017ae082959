"""Faults of a stack that runs, done for real and mended at the end of the block: which alert each raises."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from sidecar.engine import Engine
from sidecar.pipeline import watching
from sidecar.store import breakers
from tests.client import Client, until
from tests.integration.test_calls import sql
from tests.stack import NO_MOUNT, Running
from tests.workflows.test_end_to_end import perfect, unique

_PROVIDER, _SOURCE = "hunter", "autumn fair"
_MB = 2**20


class Raised(NamedTuple):
    """An alert, what it says, and whether it wakes somebody."""

    name: str
    summary: str
    wakes: bool


@dataclass(frozen=True)
class Here:
    """A stack that is watched. `engine`: on its Postgres and Redis; `after`: what is to be cleared away."""

    stack: Running
    client: Client
    engine: Engine
    folder: Path
    after: ExitStack

    def tell_anew(self) -> None:
        """The next scrape reads what Postgres tells; else it would in SIDECAR_METRICS_SECONDS."""
        redis = self.engine.cache.redis
        redis.delete(*redis.keys("*figures:*"), "figures:")

    def holds(self, program: str) -> None:
        """Supervisor does not start this program any more."""
        def stopped() -> bool:
            self.stack.supervisor.stop(program)
            return (program, "STOPPED") in {
                (one["name"], one["statename"]) for one in self.stack.supervisor.processes()}

        until(stopped, 60, f"{program} to stay away")


Fault = Callable[[Here], AbstractContextManager[Raised]]


@contextmanager
def provider_down(here: Here) -> Iterator[Raised]:
    """A provider answers 502 to so many calls of n8n's that its breaker opens; then it answers again."""
    mark = unique()

    def play(behaviour: str) -> None:
        requests.post(f"{here.stack.facts['providers_url']}/_script", timeout=10, json={
            "match": mark, "provider": _PROVIDER, "behaviour": behaviour})

    def state() -> dict[str, object]:
        with here.engine.database.read() as cursor:
            return breakers.provider_states(cursor)[_PROVIDER]

    def send(*names: str) -> None:
        leads = [{"email": f"{name}.quill@{mark}-{name}.example", "first_name": name.title(),
                  "last_name": "Quill", "company_name": f"{mark} {name} Inc."} for name in names]
        assert here.client.post("/v1/leads", {"leads": leads}).status_code == 202

    play("down")
    send("ada", "bea", "cleo", "dana", "eve", "fay")
    try:
        until(lambda: state()["open"], 60, "the breaker to open")
        here.tell_anew()
        yield Raised("ProviderDown", f"The provider {_PROVIDER} fails and is not asked any more", False)
    finally:
        play("")
        sql(here.engine, "UPDATE provider_breakers SET open_until = now() WHERE provider = %s", _PROVIDER)
        send("gwen")
        until(lambda: not (state()["open"] or state()["half_open"]), 60, "the breaker to close")
        here.tell_anew()


@contextmanager
def _stopped(here: Here, program: str) -> Iterator[Raised]:
    """A program stays away; then it is started."""
    here.holds(program)
    try:
        yield Raised("ServiceDown", f"{program} does not answer", True)
    finally:
        here.stack.supervisor.start(program)


def worker_killed(here: Here) -> AbstractContextManager[Raised]:
    """n8n's worker is killed and not started again; then it is."""
    here.stack.kill("n8n-worker")
    return _stopped(here, "n8n-worker")


def sidecar_stopped(here: Here) -> AbstractContextManager[Raised]:
    """The sidecar is stopped, all its processes; then it is started."""
    return _stopped(here, "sidecar")


@contextmanager
def disk_full(here: Here) -> Iterator[Raised]:
    """A file system of its own is filled to its last byte, and emptied. Needs root."""
    image, place = here.folder / "image", here.folder / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(16 * _MB)
    for command in (["mkfs.ext4", "-q", image], ["mount", "-o", "loop", image, place]):
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"{NO_MOUNT}: {getattr(error, 'stderr', '') or error}")
    here.after.callback(subprocess.run, ["umount", place], check=True)
    [device] = [line.split()[0] for line in Path("/proc/self/mounts").read_text().splitlines()
                if line.split()[1] == str(place)]
    with pytest.raises(OSError, match="No space left"), (place / "all").open("wb") as file:
        while True:
            file.write(bytes(_MB))
    try:
        yield Raised("DiskFills", f"0% of the disk {device} are free", True)
    finally:
        (place / "all").unlink()


@contextmanager
def source_silent(here: Here) -> Iterator[Raised]:
    """A source that brought five leads an hour for three weeks has brought none for five hours; then one
    comes."""
    def look() -> None:
        here.engine.cache.redis.delete("once:watching")
        watching.look(here.engine)
        here.tell_anew()

    look()  # what came so far is counted
    here.after.callback(sql, here.engine, "DELETE FROM watched_hours WHERE name = %s", _SOURCE)
    sql(here.engine, "INSERT INTO watched_hours (figure, name, hour, n, last_at)"
        " SELECT 'source', %s, date_trunc('hour', at), 5, at"
        " FROM generate_series(now() - interval '3 weeks', now() - interval '5 hours', '1 hour') at", _SOURCE)
    look()
    try:
        yield Raised("SourceSilent", f"No lead from {_SOURCE}, longer than ever is usual for it", False)
    finally:
        answer = here.client.post("/v1/leads", perfect(unique()) | {"source": _SOURCE})
        assert answer.status_code == 202, answer.text
        look()


FAULTS: tuple[Fault, ...] = (provider_down, worker_killed, sidecar_stopped, disk_full, source_silent)
