"""Start a program after the workers that an earlier, killed one left behind have ended.

    python -m local.launch COMMAND…      (under supervisor, which set the marks)

It becomes the program, so that signals reach it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from local.supervision import PROGRAM_MARK, STATE_MARK, end_leftovers

if __name__ == "__main__":
    end_leftovers(Path(os.environ[STATE_MARK]), os.environ[PROGRAM_MARK], patience=3)
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606
