"""The blocks of the README do what it says when they are pasted into a shell."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.client import Client

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
MAKE = [block for block in BLOCKS if block.startswith("make ")]
SHELL = [block for block in BLOCKS if block not in MAKE]


@pytest.fixture
def checkout(tmp_path, stack):
    """A folder as it is after `make run`: facts and programs are where the README says."""
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local/stack.json").write_text(json.dumps(stack.facts))
    return tmp_path


def test_what_is_made_can_be_made():
    targets = set(re.findall(r"(?m)^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    assert {line.split()[1] for block in MAKE for line in block.splitlines()} <= targets


def test_leads_are_sent_as_the_readme_says(checkout, stack):
    assert len(SHELL) == 2
    done = subprocess.run(["bash", "-euo", "pipefail"], input="\necho\n".join(SHELL), cwd=checkout,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    leads = [result["lead_id"] for answer in answers for result in answer["results"]]
    assert len(leads) == 2
    assert Client(stack.facts).settled(leads[0])["score"]["grade"] == "hot"
