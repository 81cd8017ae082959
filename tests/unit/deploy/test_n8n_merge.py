"""What a deployment may change in n8n: runs n8n_merge.test.mjs, in the language of what it tests."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from deploy.settings import ROOT
from local.n8n import NODE
from sidecar import __version__


def test_with_node() -> None:
    done = subprocess.run(
        [str(NODE), "--test", str(Path(__file__).with_name("n8n_merge.test.mjs"))],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_both_stacks_name_the_same_version() -> None:
    package = json.loads((ROOT / "n8n/custom-nodes/package.json").read_text(encoding="utf-8"))
    assert package["version"] == __version__
