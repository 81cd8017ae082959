"""Rows per second of `sidecar import`, beside normalisation alone of the same rows, and peak memory.

    SOAK=1 python -m tests.benchmarks.imports

10,000 rows, 100,000 with SOAK=1. The command runs as people run it, in a process of its own, on a
Postgres of its own. Two peers: the plain sum of the library calls that normalisation rests on, and our
own validation and normalisation of the same rows, which are faster.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from local import programs
from sidecar.records import read_lead
from sidecar.tables import line
from tests.benchmarks.records.bench_records import library_calls
from tests.benchmarks.records.leads import make_leads
from tests.stack import running_services

# Not ru_maxrss: that begins with the peak of the process which started this one.
_COMMAND = """
import re, sys
from sidecar.cli import main
main(sys.argv[1:], standalone_mode=False)
print("peak", int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""
_COLUMNS = ("email", "first_name", "last_name", "full_name", "job_title", "phone", "company_name",
            "country", "region", "city", "industry", "employee_count")


def write(path: Path, leads: list[dict]) -> None:
    """The leads as a CSV file; every one a person of its own."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(line(_COLUMNS))
        for n, lead in enumerate(leads):
            local, _, domain = lead.get("email", "x@acme.example").partition("@")
            file.write(line([f"{local}.{n}@{domain}", *(lead.get(name) for name in _COLUMNS[1:])]))


def records(leads: list[dict]) -> float:
    """Rows per second of validation and normalisation alone."""
    begun = time.perf_counter()
    for lead in leads:
        read_lead(lead)
    return len(leads) / (time.perf_counter() - begun)


def library(leads: list[dict]) -> float:
    """Rows per second of the library calls alone."""
    calls = library_calls().values()
    for call in calls:
        call(leads[0])
    begun = time.perf_counter()
    for lead in leads:
        for call in calls:
            call(lead)
    return len(leads) / (time.perf_counter() - begun)


def command(path: Path, environment: dict[str, str]) -> tuple[float, int, str]:
    """(seconds, peak MB, what it told) of the command."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _COMMAND, "import", str(path)], env=os.environ | environment,
        capture_output=True, text=True, check=True)
    told = done.stdout.splitlines()
    return time.perf_counter() - begun, int(told[-1].split()[1]), told[0]


def main() -> None:
    """Print both and their ratio."""
    count = 100_000 if os.environ.get("SOAK") == "1" else 10_000
    leads = make_leads(count)
    peers = {"the library calls alone": library(leads[:10_000]),
             "validated and normalised alone": records(leads[:10_000])}
    with tempfile.TemporaryDirectory() as folder, running_services() as stack:
        environment = programs.sidecar_environment(stack) | {"SIDECAR_WAKE_URL": ""}
        path = Path(folder) / "leads.csv"
        write(path, leads[:count // 10])
        _, small, _ = command(path, environment)
        write(path, leads)
        seconds, peak, told = command(path, environment)
    print(f"import: {told}")
    for name, peer in peers.items():
        print(f"import: {count / seconds:.0f} rows/s into Postgres, {name} {peer:.0f} rows/s:"
              f" ratio {count / seconds / peer:.2f} (goal 0.5)")
    print(f"import: peak memory {peak} MB, of a tenth of the rows {small} MB: ratio {peak / small:.2f}")


if __name__ == "__main__":
    main()
