"""gunicorn's configuration: what is done before it listens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = """
import runpy, sys, threading
from types import SimpleNamespace
conf = runpy.run_path("sidecar/gunicorn.conf.py")
conf["on_starting"](SimpleNamespace(cfg=SimpleNamespace(reload={reload})))
print({{"sidecar.app", "requests"}} <= sys.modules.keys(), threading.active_count())
"""


@pytest.mark.parametrize(("reload", "imported"), [(False, True), (True, False)])
def test_all_is_imported_before_it_listens_but_where_edits_are_loaded_anew(reload, imported):
    """And starts no thread, which a fork would not take along."""
    done = subprocess.run([sys.executable, "-c", CODE.format(reload=reload)], cwd=ROOT, capture_output=True,
                          text=True, check=True)
    assert done.stdout.split() == [str(imported), "1"]
