"""Makes .venv with everything pinned. Needs nothing but Python 3.11 or newer and the registry.

`python3 local/bootstrap.py`: does nothing when the environment is up to date.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


def main() -> None:
    """Create or update the environment."""
    if sys.version_info < (3, 11):
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: run "
                 "`make PYTHON=python3.12 run` with the name of a newer one.")
    lock = ROOT / "requirements-dev.lock"
    wanted = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing the Python packages into .venv (about a minute)", flush=True)
    try:
        venv.create(VENV, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f".venv could not be made ({error}); on Debian: apt install python3-venv.")
    pip = [str(VENV / "bin/python"), "-m", "pip", "install", "--quiet",
           "--disable-pip-version-check", "--no-warn-script-location", "--no-deps"]
    # The lock file holds all of them: pip need not look for what they need, and may find newer ones there.
    for arguments in (["--require-hashes", "-r", str(lock)], ["-e", str(ROOT)]):
        if subprocess.run([*pip, *arguments], check=False).returncode:
            sys.exit("The Python packages could not be installed; is the package registry "
                     "reachable, and is there space on the disk?")
    stamp.write_text(wanted)


if __name__ == "__main__":
    main()
