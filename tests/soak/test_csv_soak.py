"""A large CSV through `sidecar import`, killed in the middle: nothing lost or doubled, memory flat.

`make soak` runs it, `make test` does not; CSV_ROWS sets how many rows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from local import programs
from tests.client import until

ROWS = int(os.environ.get("CSV_ROWS", "100000"))
BAD_EVERY = 1_000  # one row of so many is refused
REPEATED_EVERY = 100  # one of so many is a person who came before
FLAT = 1.25  # how much more the whole file may take than its first tenth


def write(path):
    """The file, row by row; (people in it, rows that are refused)."""
    people = bad = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Work Email,First Name,Last Name,Job Title,Company,Country,Phone\r\n")
        for n in range(ROWS):
            if n % BAD_EVERY == BAD_EVERY - 1:
                bad += 1
                file.write(f"no address {n},Bad,Row{n},,,,\r\n")
                continue
            repeated = n % REPEATED_EVERY == REPEATED_EVERY // 2
            people += not repeated
            who = n - REPEATED_EVERY // 4 if repeated else n
            file.write(f"pat.{who}@firm{who % 5000}.example,Pat,Quill{who},VP of Sales,"
                       f"Firm {who % 5000} Inc.,US,+1202{5550000 + who % 10000}\r\n")
    return people, bad


@contextmanager
def importing(path, environment):
    """The command, as people run it."""
    command = subprocess.Popen(
        [sys.executable, "-m", "sidecar", "import", str(path)], env=os.environ | environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield command
    finally:
        command.kill()
        command.wait()


def peak_mb(pid):
    """The most memory that a process has had so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def query(dsn, sql):
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    connection.close()
    return row


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_kill_in_the_middle_of_a_large_file_loses_and_doubles_nothing(services, tmp_path, capsys):
    path = tmp_path / "leads.csv"
    people, bad = write(path)
    environment = programs.sidecar_environment(services) | {
        "SIDECAR_WAKE_URL": "", "SIDECAR_IMPORTS_WAKE_URL": ""}
    dsn = environment["SIDECAR_DATABASE_URL"]

    def reached(part, command):
        def check():
            assert command.poll() is None, "the import ended by itself"
            row = query(dsn, "SELECT created + updated + rejected FROM jobs")
            return row and row[0] >= part * ROWS

        until(check, 60 + ROWS / 100, f"{part:.0%} of the rows")

    begun = time.monotonic()
    with importing(path, environment) as command:
        reached(0.1, command)
        tenth = peak_mb(command.pid)
        reached(0.5, command)
        half = peak_mb(command.pid)
    before = query(dsn, "SELECT state, created + updated + rejected FROM jobs")
    assert before[0] == "running" and before[1] < ROWS
    peak = 0.0
    with importing(path, environment) as command:
        while command.poll() is None:
            try:
                peak = max(peak, peak_mb(command.pid))
            except (StopIteration, OSError):
                command.wait()  # it has just ended
            time.sleep(0.1)  # what it had at last is what counts
    seconds = time.monotonic() - begun
    assert command.returncode == 0

    with capsys.disabled():
        print(f"\nimport of {ROWS} rows, killed at {before[1]}: {ROWS / seconds:.0f} rows/s; peak memory"
              f" {tenth:.0f} MB at 10 %, {half:.0f} MB at the kill, {peak:.0f} MB at the end")
    assert query(dsn, "SELECT count(*), sum(created), sum(updated), sum(rejected) FROM jobs") == (
        1, people, ROWS - people - bad, bad)
    assert query(dsn, "SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM leads),"
                      " (SELECT count(*) FROM intake WHERE outcome <> 'rejected'),"
                      " (SELECT count(*) FROM intake WHERE outcome = 'rejected')") == (
        people, people, ROWS - bad, bad)
    refused = path.with_name("leads.csv.rejected.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(refused) == 1 + bad
    assert max(half, peak) < FLAT * tenth
