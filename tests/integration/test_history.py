"""What the sidecar may do in n8n's database: have it forget a person, and nothing else."""

from __future__ import annotations

import psycopg2
import pytest

_TABLES = """
CREATE TABLE execution_entity (id serial PRIMARY KEY, status text);
CREATE TABLE execution_data ("executionId" integer REFERENCES execution_entity ON DELETE CASCADE, data text);
CREATE TABLE binary_data ("sourceType" text, "sourceId" text, data bytea);
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


def test_nothing_else_is_allowed(n8n, sidecar):
    for sql in ("SELECT 1 FROM execution_data", "DELETE FROM execution_entity",
                "CREATE TABLE public.mine (id int)"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            sidecar.execute(sql)


def test_before_n8n_has_started_there_is_nothing_to_forget(services, sidecar):
    sidecar.execute("SELECT forget_person(%s)", (["ada@acme.example"],))
    assert sidecar.fetchone() == (0,)
