"""What the sidecar may do in n8n's database: have it forget people and files, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import psycopg2
import pytest

from local import postgres
from sidecar.pipeline.retention import tidy_up
from sidecar.store.database import Database

_TABLES = """
CREATE TABLE execution_entity (id serial PRIMARY KEY, status text, "deletedAt" timestamptz,
    "createdAt" timestamptz NOT NULL DEFAULT now());
CREATE TABLE execution_data ("executionId" integer REFERENCES execution_entity ON DELETE CASCADE, data text);
CREATE TABLE binary_data ("sourceType" text, "sourceId" text, data bytea, "fileName" text,
    "fileSize" integer NOT NULL DEFAULT 1, "createdAt" timestamptz NOT NULL DEFAULT now());
"""


@pytest.fixture
def n8n(services):
    """n8n's database with the tables that matter here, as n8n."""
    connection = psycopg2.connect(services.dsn("n8n", "N8N_DATABASE_PASSWORD"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        yield cursor
        cursor.execute("DROP TABLE binary_data, execution_data, execution_entity")
    connection.close()


@pytest.fixture
def sidecar(services):
    connection = psycopg2.connect(services.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD", "n8n"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


def stored(n8n, *runs):
    """Runs of n8n, numbered from 1."""
    for number, data in enumerate(runs, 1):
        n8n.execute("INSERT INTO execution_entity VALUES (%s, 'crashed')", (number,))
        n8n.execute("INSERT INTO execution_data VALUES (%s, %s)", (number, data))
        n8n.execute("INSERT INTO binary_data VALUES ('execution', %s, 'x')", (str(number),))


def kept_files(n8n):
    n8n.execute('SELECT "fileName" FROM binary_data ORDER BY 1')
    return [name for name, in n8n.fetchall()]


def file(n8n, name, seconds_ago=0, content=b"x", source="execution", run="temp"):
    n8n.execute('INSERT INTO binary_data ("sourceType", "sourceId", data, "fileName", "fileSize",'
                ' "createdAt")'
                " VALUES (%s, %s, %s, %s, %s, now() - %s * interval '1 second')",
                (source, run, content, name, len(content), seconds_ago))


def run(n8n, status, seconds_ago, *, deleted=False):
    n8n.execute('INSERT INTO execution_entity (status, "createdAt", "deletedAt") VALUES'
                " (%s, now() - %s * interval '1 second', CASE WHEN %s THEN now() END)",
                (status, seconds_ago, deleted))


def remaining(n8n):
    found = []
    for sql in ("SELECT id FROM execution_entity ORDER BY 1",
                'SELECT "executionId" FROM execution_data ORDER BY 1',
                'SELECT "sourceId"::integer FROM binary_data ORDER BY 1'):
        n8n.execute(sql)
        found.append([row[0] for row in n8n.fetchall()])
    assert found[0] == found[1] == found[2]
    return found[0]


def test_runs_that_hold_the_person_go_with_all_they_have(n8n, sidecar):
    stored(n8n, '[{"email":"1"},"Ada@Acme.example"]', '["+44 (7911) 123-456"]', '["grace@acme.example"]',
         '["447911 123 456"]')
    sidecar.execute("SELECT forget_person(%s)", (["ada@acme.example", "+447911123456"],))
    assert sidecar.fetchone() == (2,)
    assert remaining(n8n) == [3, 4]


def test_files_that_name_the_person_go_too(n8n, sidecar):
    file(n8n, "by text", content=b"Dear ADA@Acme.example")
    file(n8n, "by number", content=b"\xff\x00 call +44 (7911) 123-456")
    file(n8n, "by name", content="Sincerely, Zoë Ångström".encode())
    file(n8n, "cv ada@acme.example.pdf", content=b"%PDF\x00\x80")
    file(n8n, "of another", content=b"grace@acme.example")
    file(n8n, "of a chat", content=b"ada@acme.example", source="chat_message_attachment")
    sidecar.execute("SELECT forget_person(%s)", (["ada@acme.example", "+447911123456", "zoë Ångström"],))
    assert kept_files(n8n) == ["of a chat", "of another"]


def test_files_go_when_no_run_that_began_with_them_is_left(n8n, sidecar):
    file(n8n, "of no run", 900)
    file(n8n, "of an ended run", 700)
    run(n8n, "success", 699)
    file(n8n, "of a forgotten run", 500)
    run(n8n, "running", 499, deleted=True)
    for seconds, status in ((400, "waiting"), (300, "running"), (200, "new")):
        file(n8n, f"of a run that is {status}", seconds)
        run(n8n, status, seconds - 1)
    file(n8n, "just come", 2)
    file(n8n, "kept with its run", 900, run="12")
    file(n8n, "of a chat", 900, source="chat_message_attachment")
    sidecar.execute("SELECT forget_files_of_ended_runs()")
    assert sidecar.fetchone() == (3,)
    assert kept_files(n8n) == ["just come", "kept with its run", "of a chat", "of a run that is new",
                               "of a run that is running", "of a run that is waiting"]


def test_the_housekeeping_forgets_files_and_goes_on_without_n8n(n8n, api, engine):
    file(n8n, "left behind", 900)
    engine.cache.redis.delete("once:retention")
    assert api.post("/v1/pipeline/claim").status_code == 200
    assert kept_files(n8n) == []
    away = replace(engine, history=Database("postgresql://nobody@127.0.0.1:1/n8n"))
    engine.cache.redis.delete("once:retention")
    tidy_up(away)


def test_the_housekeeping_goes_on_where_the_functions_are_older(services, n8n, engine):
    n8n.execute("DROP FUNCTION forget_files_of_ended_runs()")
    engine.cache.redis.delete("once:retention")
    try:
        tidy_up(engine)
    finally:
        postgres.allow_forgetting(services.dsn("postgres", "POSTGRES_PASSWORD", "n8n"))


def test_nothing_else_is_allowed(n8n, sidecar):
    for sql in ("SELECT 1 FROM execution_data", "DELETE FROM execution_entity",
                "DELETE FROM binary_data", "CREATE TABLE public.mine (id int)"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            sidecar.execute(sql)


def test_before_n8n_has_started_there_is_nothing_to_forget(services, sidecar):
    sidecar.execute("SELECT forget_person(%s)", (["ada@acme.example"],))
    assert sidecar.fetchone() == (0,)
    sidecar.execute("SELECT forget_files_of_ended_runs()")
    assert sidecar.fetchone() == (0,)
