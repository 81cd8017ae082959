"""Advisory locks: each number once, and no number anywhere else."""

from __future__ import annotations

import re
from pathlib import Path

from sidecar.store import locks

ROOT = Path(locks.__file__).resolve().parents[2]
NUMBERS = {name: value for name, value in vars(locks).items() if isinstance(value, int)}


def test_no_two_locks_have_one_number():
    assert len(set(NUMBERS.values())) == len(NUMBERS) > 0


def test_no_code_locks_a_number_of_its_own():
    literal = re.compile(r"pg_(?:try_)?advisory\w*\(\s*(?:hash\w+\(.*,\s*)?\d")
    assert [path.name for path in (ROOT / "sidecar").rglob("*.py") if literal.search(path.read_text())] == []


def test_the_triggers_wait_for_the_lock_of_whoever_adds_counts_up():
    found = re.findall(r"pg_advisory\w*\((\d+)\)", (ROOT / "sql/schema.sql").read_text())
    assert set(found) == {str(locks.COUNTS)}
