"""The same stack with one and with two n8n workers and sidecar workers: where the time goes.

Each figure is a ratio to the smallest stack of the same run. Beside it stands how much of a core
each part used while the leads went through: the part that nears its share of the cores is the one
to scale. On a machine with few cores everything shares them, and more workers cannot add any.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

import psutil

from tests.benchmarks.throughput import leads, rows
from tests.client import Client, until
from tests.stack import Running, running

LEADS = 1000
SIZES = ((1, 1), (2, 1), (1, 2), (2, 2))


def cpu_seconds(stack: Running) -> dict[str, float]:
    """CPU seconds used so far by each program with all its children."""
    used: dict[str, float] = {}
    for name, pid in stack.supervisor.pids().items():
        process = psutil.Process(pid)
        times = [part.cpu_times() for part in (process, *process.children(recursive=True))]
        used[name] = sum(t.user + t.system for t in times)
    return used


def measure(stack: Running) -> tuple[float, Mapping[str, float]]:
    """(leads per second, cores used by each program)."""
    client = Client(stack.facts)
    before, begun = cpu_seconds(stack), time.monotonic()
    client.post("/v1/leads", {"leads": leads("scale", LEADS)}, timeout=60).raise_for_status()
    until(lambda: rows(stack, "SELECT count(*) FROM work_items WHERE stage = 'done'")[0][0] >= LEADS, 240,
          "the leads")
    seconds = time.monotonic() - begun
    after = cpu_seconds(stack)
    return LEADS / seconds, {name: (after[name] - before[name]) / seconds for name in before}


def main() -> None:
    """Print each size as a ratio to the smallest."""
    smallest = None
    print(f"scaling on {os.cpu_count()} cores, {LEADS} leads each:")
    for n8n, sidecar in SIZES:
        with running(LOCAL_N8N_WORKERS=str(n8n), SIDECAR_WORKERS=str(sidecar),
                     SIDECAR_BULK_BATCHES="4", SIDECAR_BULK_BATCH="250") as stack:
            rate, cores = measure(stack)
        smallest = smallest or rate
        busy = ", ".join(f"{name} {used:.2f}" for name, used in sorted(
            cores.items(), key=lambda item: -item[1]) if used >= 0.02)
        print(f"  {n8n} n8n worker(s), {sidecar} sidecar worker(s): {rate:.0f} leads/s, "
              f"ratio {rate / smallest:.2f}; cores used: {busy}")


if __name__ == "__main__":
    main()
