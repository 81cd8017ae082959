"""Rows per second of `sidecar import`, beside normalisation alone of the same rows, and peak memory.

    SOAK=1 python -m tests.benchmarks.imports

10,000 rows, 100,000 with SOAK=1. The command runs as people run it, in a process of its own, on a
Postgres of its own; the peer is the library: each row's lead validated and normalised in this process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from local import programs
from sidecar.records import normalize, validate
from sidecar.tables import line
from tests.benchmarks.records.leads import make_leads
from tests.stack import running_services

_COMMAND = ("import resource, sys\n"
            "from sidecar.cli import main\n"
            "main(sys.argv[1:], standalone_mode=False)\n"
            "print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n")
_COLUMNS = ("email", "first_name", "last_name", "full_name", "job_title", "phone", "company_name",
            "country", "region", "city", "industry", "employee_count")


def write(path: Path, leads: list[dict]) -> None:
    """The leads as a CSV file; every one a person of its own."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(line(_COLUMNS))
        for n, lead in enumerate(leads):
            local, _, domain = lead.get("email", "x@acme.example").partition("@")
            file.write(line([f"{local}.{n}@{domain}", *(lead.get(name) for name in _COLUMNS[1:])]))


def library(leads: list[dict]) -> float:
    """Rows per second of validation and normalisation alone."""
    begun = time.perf_counter()
    for lead in leads:
        if validate(lead)["valid"]:
            normalize(lead)
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
    peer = library(leads)
    with tempfile.TemporaryDirectory() as folder, running_services() as stack:
        environment = programs.sidecar_environment(stack) | {"SIDECAR_WAKE_URL": ""}
        environment.pop("PROMETHEUS_MULTIPROC_DIR")
        path = Path(folder) / "leads.csv"
        write(path, leads[:count // 10])
        _, small, _ = command(path, environment)
        write(path, leads)
        seconds, peak, told = command(path, environment)
    print(f"import: {told}")
    print(f"import: {count / seconds:.0f} rows/s into Postgres, validated and normalised alone {peer:.0f}"
          f" rows/s: ratio {count / seconds / peer:.2f}")
    print(f"import: peak memory {peak} MB, of a tenth of the rows {small} MB: ratio {peak / small:.2f}")


if __name__ == "__main__":
    main()
