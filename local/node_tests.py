"""Check the n8n nodes with the pinned tools: `python -m local.node_tests [SCRIPT…]` (build, lint, test)."""

from __future__ import annotations

import os
import subprocess
import sys

from deploy import settings
from deploy.problem import Problem
from deploy.progress import step, warn
from local import n8n

_FOLDER = settings.ROOT / "n8n/custom-nodes"


def main() -> None:
    """The scripts named, or build, lint and test; the exit code of the first that fails."""
    found = settings.load(os.environ)
    path = f"{n8n.NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        with step("n8n nodes: install the build tools"):
            n8n.install_node_packages(found)
        for script in sys.argv[1:] or ("build", "lint", "test"):
            with step(f"n8n nodes: {script}"):
                done = subprocess.run(
                    [*n8n.NPM, "run", script], cwd=_FOLDER, env=found.machine() | {"PATH": path},
                    stdin=subprocess.DEVNULL, check=False)
            if done.returncode:
                sys.exit(done.returncode)
    except Problem as problem:
        warn(str(problem))
        sys.exit(1)


if __name__ == "__main__":
    main()
