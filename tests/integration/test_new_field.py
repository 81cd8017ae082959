"""A field of a contact is one line and its migration: a copy of the product gets one, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from tests.product_copy import ROOT, copy_product

LINE = '    _contact("pronouns"),\n'
DATABASE = "throwaway"


@pytest.fixture
def settings(services, environ):
    """Those of the sidecar on a database of its own, in Redis too."""
    admin = psycopg2.connect(services.dsn("postgres", "POSTGRES_PASSWORD"))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE} OWNER sidecar")
    own = {"SIDECAR_DATABASE_URL": f"/{DATABASE}", "SIDECAR_REDIS_URL": "/1"}
    yield environ | {
        name: urlunsplit(urlsplit(environ[name])._replace(path=path)) for name, path in own.items()}
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    admin.close()


def test_a_field_of_a_contact_is_one_line_and_its_migration(tmp_path, settings):
    root = copy_product(tmp_path, "sidecar", "sql", "tests")
    table = root / "sidecar/terms/fields.py"
    text = table.read_text(encoding="utf-8")
    before = '    _contact("seniority"'
    assert text.count(before) == 1
    table.write_text(text.replace(before, LINE + before), encoding="utf-8")
    last = max((root / "sql").glob("0*.sql")).stem
    (root / "sql/0999_pronouns.sql").write_text(
        f"-- depends: {last}\nALTER TABLE contacts ADD COLUMN pronouns text;\n", encoding="utf-8")
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SIDECAR_")}
    ours |= settings | {"PYTHONPATH": f"{root}{os.pathsep}{ROOT}"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.integration.throwaway_field"], cwd=root,
        env=ours, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr[-4000:]
    assert run.stdout.strip() == str(table)
