"""A copy of the product to which a test adds files, and Python that sees that copy alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", "vendor", "dist")


def copy_product(target: Path, *names: str) -> Path:
    """Copy these files and folders of the product into a new folder below `target`; answers it."""
    root = target / "product"
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=_LEFT_OUT)
        else:
            shutil.copy(ROOT / name, root / name)
    return root


def python(root: Path, *arguments: str, **environment: str) -> str:
    """What Python prints in that copy. Raises AssertionError with its errors when it fails."""
    done = subprocess.run([sys.executable, *arguments], cwd=root,
                          env={"PYTHONPATH": str(root)} | environment,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
