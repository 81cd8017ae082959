"""Rows of an import one by one: listed, and repaired where they were refused."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from sidecar.secrets import hash_password
from sidecar.services import imports
from sidecar.store import access
from sidecar.store.database import many
from tests.integration.conftest import Api
from tests.integration.test_import_undo import (
    HEADER,
    differences,
    imported,
    row,
    small_chunks,  # noqa: F401 (a fixture)
    snapshot,
    undone,
)

BAD = "nobody,Bo,Reed,Buyer,,Firm 1,,,,,\n"


@pytest.fixture
def job(engine):
    """Of 45 rows in chunks of 20 three are refused."""
    return imported(engine, HEADER + BAD + "".join(row(n) for n in range(30)) + BAD * 2 + "".join(
        row(n, phone="k.A. x") for n in range(30, 42)))


def rows_of(api, job, **query):
    found, cursor = [], None
    while True:
        asked = urlencode(query | ({"cursor": cursor} if cursor else {}))
        told = api.get(f"/v1/jobs/{job['id']}/rows?{asked}").json
        found += told["data"]
        cursor = told["next"]
        if not cursor:
            return found


def repair(api, job, row, **changes):
    cells = [changes.get(name, cell)
             for name, cell in zip(HEADER.strip().split(","), row["cells"], strict=True)]
    return api.post(f"/v1/jobs/{job['id']}/rows/{row['line']}/repair", {
        "chunk": row["chunk"], "cells": cells})


def test_rows_are_listed_in_their_order_page_by_page(api, job):
    found = rows_of(api, job, limit=4)
    assert found == rows_of(api, job, limit=200) and len(found) == 15
    assert [one["line"] for one in found] == sorted(one["line"] for one in found)
    refused = rows_of(api, job, outcome="rejected", limit=2)
    assert [(one["chunk"], one["line"]) for one in refused] == [(0, 2), (1, 33), (1, 34)]
    assert refused[0]["cells"][:2] == ["nobody", "Bo"] and refused[0]["errors"][0]["pointer"] == "/email"
    assert found[-1]["outcome"] == "created" and found[-1]["errors"][0]["pointer"] == "/phone"


def test_a_dry_run_tells_what_becomes_of_the_first_rows(api, engine):
    dry = imported(engine, HEADER + row(1) + BAD + row(1, title="Head") + row(2), dry_run=True)
    assert [one["outcome"] for one in rows_of(api, dry)] == ["created", "rejected", "updated", "created"]
    assert len(list(imports.warnings_file(engine, dry))) == 1  # the header alone
    answer = repair(api, dry, rows_of(api, dry, outcome="rejected")[0], Email="bo@firm1.example")
    assert answer.status_code == 409


def test_a_repaired_row_is_one_of_the_import(api, engine, job):
    before = snapshot(engine)
    first, second, third = rows_of(api, job, outcome="rejected")
    refused = repair(api, job, first, Email="still nobody")
    assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == "/email"
    assert differences(before, snapshot(engine)) == {}
    assert len(api.get("/v1/rejects").json["data"]) == 3
    result = repair(api, job, first, Email="bo@firm1.example")
    assert result.status_code == 202 and result.json["outcome"] == "created", result.json
    assert repair(api, job, second, Email="bo@firm1.example").json["outcome"] == "updated"
    counts = api.get(f"/v1/jobs/{job['id']}").json["job"]["counts"]
    assert (counts["created"], counts["updated"], counts["rejected"], counts["handled"]) == (43, 1, 1, 45)
    assert [one["line"] for one in rows_of(api, job, outcome="rejected")] == [third["line"]]
    assert repair(api, job, first, Email="bo@firm1.example").status_code == 404
    assert len(api.get("/v1/rejects").json["data"]) == 1
    with engine.database.read() as cursor:
        told = many(cursor, "SELECT after FROM audit_log WHERE action = 'job.row_repaired' ORDER BY id")
    assert [one["after"] for one in told] == [{"line": 2}, {"line": 33}]
    assert undone(engine, job)["kept"] == []
    assert api.get("/v1/leads").json["data"] == []
    assert repair(api, job, third, Email="bo@firm1.example").status_code == 409


def test_a_repaired_row_of_a_file_of_refusals_refuses_too(api, engine):
    job = imported(engine, HEADER + BAD + row(1), refused="marketing_email")
    result = repair(api, job, rows_of(api, job, outcome="rejected")[0], Email="bo@firm1.example")
    lead = api.get(f"/v1/leads/{result.json['lead_id']}").json
    assert lead["contact"]["refused"] == {"marketing_email": True}
    assert api.get("/v1/rejects").json["data"] == []


def test_more_cells_than_columns_are_no_row(api, job):
    [first, *_] = rows_of(api, job, outcome="rejected")
    answer = api.post(f"/v1/jobs/{job['id']}/rows/{first['line']}/repair", {
        "chunk": 0, "cells": [*first["cells"], "more"]})
    assert answer.status_code == 422 and answer.json["errors"][0]["code"] == "bad_row"


def test_a_foreign_import_needs_a_scope(app, api, engine, job):
    with engine.database.write() as cursor:
        access.save_client(cursor, "sender", hash_password("secret"), ["leads"])
    assert Api(app.test_client(), "sender").get(f"/v1/jobs/{job['id']}/rows").status_code == 403
