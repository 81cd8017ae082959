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
FIRST_LEAD = """
from sidecar.records import read_lead

opened = []
sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" else None)
read_lead({"email": "ana@mail.example.org", "first_name": "Ana", "last_name": "Silva", "job_title": "Buyer",
           "phone": "+1 212 555 0144", "company_name": "Sample Ltd", "country": "United Kingdom",
           "city": "Leeds", "industry": "Retail"})
print(opened)
"""


@pytest.mark.parametrize(("reload", "imported"), [(False, True), (True, False)])
def test_all_is_imported_before_it_listens_but_where_edits_are_loaded_anew(reload, imported):
    """And starts no thread, which a fork would not take along."""
    done = subprocess.run([sys.executable, "-c", CODE.format(reload=reload)], cwd=ROOT, capture_output=True,
                          text=True, check=True)
    assert done.stdout.split() == [str(imported), "1"]


def test_what_leads_are_read_by_is_loaded_before_it_listens():
    """A worker opens no file for the first lead that it reads; of phone numbers each country has its own."""
    done = subprocess.run([sys.executable, "-c", CODE.format(reload=False) + FIRST_LEAD], cwd=ROOT,
                          capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == ["[]"]
