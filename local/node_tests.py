"""Check the n8n nodes and the dashboard's scripts with the pinned tools.

    python -m local.node_tests [SCRIPT…]
"""

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
            if script == "lint":
                _lint_dashboard(found)
    except Problem as problem:
        warn(str(problem))
        sys.exit(1)


def _lint_dashboard(found: settings.Settings) -> None:
    with step("dashboard: lint"):
        done = subprocess.run(
            [n8n.NODE, _FOLDER / "node_modules/eslint/bin/eslint.js", "-c", "eslint.config.mjs", "js",
             "intake"],
            cwd=settings.ROOT / "nginx/html", env=found.machine(), stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
