"""The whole present schema as SQL: `make schema` writes it to sql/schema.sql, a test holds the two equal."""

from __future__ import annotations

import re
import subprocess

from local import postgres
from local.programs import Stack
from sidecar.store.migrations import SQL_FOLDER
from tests.stack import running_services

SCHEMA = SQL_FOLDER / "schema.sql"
_HEAD = ("-- The whole present schema, to be read. Made by `make schema` from the numbered files beside it,"
         " which alone are run.\n")
# What depends on the server, the client or the moment, and says nothing of the schema.
_NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)\n", re.MULTILINE)


def dump(stack: Stack) -> str:
    """The schema of the sidecar's database, without yoyo's own tables."""
    done = subprocess.run(
        [postgres.cluster(stack.settings.state).binaries / "bin/pg_dump", "--schema-only", "--no-owner",
         "--no-privileges", "--exclude-table=*yoyo*", stack.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD")],
        check=True, capture_output=True, text=True)
    return _HEAD + "\n" + re.sub(r"\n{3,}", "\n\n", _NOISE.sub("", done.stdout)).strip() + "\n"


if __name__ == "__main__":
    with running_services() as started:
        SCHEMA.write_text(dump(started))
