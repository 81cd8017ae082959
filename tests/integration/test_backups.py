"""A backup is made, tried and restored on a real Postgres; what does not fit is refused."""

from __future__ import annotations

import json
import math
import subprocess
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest
from click.testing import CliRunner
from psycopg2.extensions import parse_dsn

from deploy import archive, backup
from deploy.locking import alone
from deploy.problem import Problem
from deploy.settings import ROOT
from local import backups as local_backups
from local import programs
from sidecar import cli
from sidecar.app import create_app
from sidecar.engine import Engine
from sidecar.errors import Conflict
from sidecar.secrets import hash_password
from sidecar.services import customers, figures, merging, splitting
from sidecar.services.audit import COMMAND_LINE
from sidecar.services.erasures import RETENTION
from sidecar.settings import Settings
from sidecar.store import access, backups
from sidecar.store import customers as customer_store
from sidecar.store.migrations import SQL_FOLDER, migrate
from sidecar.terms.scopes import SCOPES
from tests import predecessor
from tests.integration.conftest import Api
from tests.integration.test_pipeline import claim, due, expire, run

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
DATABASES = ("sidecar", "n8n")


def do(url, *statements):
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None


@pytest.fixture(scope="module")
def server(services):
    """Two empty databases on the tests' Postgres."""
    theirs = local_backups.server(services)
    admin = services.dsn("postgres", "POSTGRES_PASSWORD")
    names = {name: f"backed_up_{name}" for name in DATABASES}
    do(admin, *(f"CREATE DATABASE {names[name]} OWNER {name} TEMPLATE template0" for name in DATABASES))
    yield backup.Server(theirs.programs, {
        name: services.dsn("postgres", "POSTGRES_PASSWORD", names[name]) for name in DATABASES})
    do(admin, *(f"DROP DATABASE {names[name]} WITH (FORCE)" for name in DATABASES))


@pytest.fixture(scope="module")
def before(services, tmp_path_factory):
    """The backup of the release before."""
    found = services.settings
    return backup.read(predecessor.unpack(tmp_path_factory.mktemp("predecessor")), predecessor.PASSPHRASE,
                       local_backups.n8n_version(found))


@pytest.fixture(scope="module")
def keys(services, before):
    return local_backups.keys(services.settings, before.secrets)


@pytest.fixture(scope="module")
def restored(server, before, keys):
    """The databases with what the release before backed up."""
    backup.check(before, keys)
    backup.restore(before, server)
    return server


@pytest.fixture(scope="module")
def made(restored, keys, before, tmp_path_factory):
    return backup.take(tmp_path_factory.mktemp("backups"), restored, keys, before.secrets,
                       predecessor.PASSPHRASE, "2.41.1", NOW)


def test_leads_that_were_in_flight_in_the_release_before_finish_in_this_one(services, restored, before, keys):
    url = services.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD", "backed_up_sidecar")
    known = set(before.manifest["migrations"])
    assert migrate(url) == [path.stem for path in sorted(SQL_FOLDER.glob("0*.sql")) if path.stem not in known]
    with running(services, before.secrets, "backed_up_sidecar") as (engine, api, _):
        rows = api.get("/v1/leads?q=inflight&limit=50").json["data"]
        assert sorted(row["stage"] for row in rows) == ["leased"] * 2 + ["queued"] * 3
        expire(engine)
        for _ in range(3):  # whose lease ran out are due again after a while
            while (batch := claim(api))["leads"]:
                run(api, batch)
            due(engine)
        assert {api.get(f"/v1/leads/{row['id']}").json["stage"] for row in rows} == {"done"}


@contextmanager
def running(services, secrets, database):
    """The sidecar on one of the databases: its engine, and its API."""
    environ = programs.sidecar_environment(services) | {
        "SIDECAR_DATABASE_URL": services.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD", database),
        "SIDECAR_REDIS_URL": f"{services.redis_url}/9", "SIDECAR_WAKE_URL": "",
        "SIDECAR_IMPORTS_WAKE_URL": "", "SIDECAR_ENCRYPTION_KEYS": secrets["FERNET_KEY"],
        "SIDECAR_HASH_KEY": secrets["HASH_KEY"]}
    migrate(environ["SIDECAR_DATABASE_URL"])
    engine = Engine.build(Settings.from_env(environ))
    try:
        with engine.database.write() as cursor:
            access.save_client(cursor, "tests", hash_password("secret"), list(SCOPES))
        yield engine, Api(create_app(engine.settings, engine).test_client(), "tests"), environ
    finally:
        engine.cache.redis.flushdb()
        engine.close()


def test_what_is_not_empty_is_not_restored_into(restored, before):
    with pytest.raises(Problem, match="sidecar is not empty"):
        backup.restore(before, restored)


def test_it_is_tried_beside_what_is_there_and_noted(restored, made, keys):
    assert made.bytes > 0 and backup.listed(made.folder.parent) == [made.folder]
    migrate(restored.urls["sidecar"])
    backup.record(made, restored)
    read = backup.read(made.folder, predecessor.PASSPHRASE, "2.41.1")
    backup.verify(read, restored, keys)
    backup.record(read, restored, NOW)
    assert do(restored.urls["sidecar"], "SELECT name, taken_at, bytes, verified_at FROM backups") == [
        (made.name, NOW, made.bytes, NOW)]
    assert do(restored.urls["sidecar"], "SELECT 1 FROM pg_database WHERE datname LIKE 'verified%'") == []


@pytest.fixture
def empty(services, server):
    """Two more databases."""
    admin = services.dsn("postgres", "POSTGRES_PASSWORD")
    do(admin, *(f"CREATE DATABASE again_{name} OWNER {name} TEMPLATE template0" for name in DATABASES))
    yield backup.Server(server.programs, {
        name: services.dsn("postgres", "POSTGRES_PASSWORD", f"again_{name}") for name in DATABASES})
    do(admin, *(f"DROP DATABASE again_{name} WITH (FORCE)" for name in DATABASES))


def test_what_people_asked_for_since_the_backup_holds_after_its_restore(
    services, restored, empty, keys, before, tmp_path, monkeypatch
):
    names = ("gone", "merged", "kept", "over", "mute", "other", "holds", "within", "split", "listed")
    erase, refused = customer_store.erase, []

    def stuck(cursor, contact_ids):
        cursor.execute("SELECT refused FROM contacts WHERE id = %s", (who["mute"],))
        refused.extend(row["refused"] for row in cursor.fetchall())
        if who["gone"] in contact_ids:
            raise ValueError
        erase(cursor, contact_ids)

    with running(services, before.secrets, "backed_up_sidecar") as (engine, api, environ):
        def sent(name, **more):
            return api.post("/v1/leads", {"email": f"{name}@asked.example"} | more).json["results"][0]

        def refuse(name):
            answer = api.post(f"/v1/contacts/{who[name]}/refusals", {
                "purpose": "any_contact", "refused": True, "reason": "by phone"})
            assert answer.status_code == 200, answer.json

        who = {name: sent(name)["contact_id"] for name in names}
        merging.merge_into(engine, who["holds"], who["within"], by=COMMAND_LINE)
        sent("split")
        do(restored.urls["sidecar"], "UPDATE audit_log SET at = at - interval '1 day'")
        made = backup.take(tmp_path, restored, keys, before.secrets, predecessor.PASSPHRASE, "2.41.1",
                           datetime.now(UTC))
        merging.merge_into(engine, who["kept"], who["merged"], by=COMMAND_LINE)
        merging.unmerge(engine, who["holds"], who["within"], by=COMMAND_LINE)
        latest = splitting.origins(engine, who["split"], reveal=False)["submissions"][0]["id"]
        who["part"] = splitting.split(engine, who["split"], [latest], by=COMMAND_LINE)["contact_id"]
        within = "".join(
            f"Contact {who[holder]} may still hold somebody who was parted from it and then erased"
            f" ({who[erased]}): part them again, and erase them.\n"
            for holder, erased in (("holds", "within"), ("split", "part")))
        for name in ("gone", "kept", "within", "part"):
            assert api.client.delete(f"/v1/contacts/{who[name]}", headers=api.headers).status_code == 204
        with engine.database.write() as cursor:
            customers.erase_all(engine, cursor, [who["over"]], by=RETENTION, suppressed=False)
        refuse("mute")
        who["new"] = sent("new")["contact_id"]  # of whom the backup knows nothing
        refuse("new")
        # A list says it; what somebody agrees to by a list alone is not carried.
        for name in ("listed", "late"):
            who[name] = sent(
                name, source="crm", refused={"phone": True}, consent={"marketing": True})["contact_id"]
        told = CliRunner().invoke(
            cli.main, ["privacy", "asked", "--since", made.manifest["taken_at"].partition(".")[0] + "+00:00"],
            env=environ)
        assert told.exit_code == 0, told.output
        assert not any(f"{name}@" in told.output for name in who)
    backup.restore(made, empty)
    with running(services, before.secrets, "again_sidecar") as (engine, api, environ):
        assert api.get(f"/v1/contacts/{who['gone']}").status_code == 200
        with monkeypatch.context() as patched:
            patched.setattr(customer_store, "erase", stuck)
            done = CliRunner().invoke(cli.main, ["privacy", "repeat"], env=environ, input=told.output)
        assert done.exit_code == 1 and done.output.endswith(
            "Error: 3 erased again, 4 statements of refusing and agreeing kept\n"
            f"{within}These contacts could not be erased: {who['gone']}\n")
        assert refused[0]["any_contact"], "before anybody is erased"
        for erased in (1, 0):  # a second time changes nothing
            done = CliRunner().invoke(cli.main, ["privacy", "repeat"], env=environ, input=told.output)
            assert done.output == (
                f"{erased} erased again, 4 statements of refusing and agreeing kept\n{within}")
        there = {name for name, contact_id in who.items()
                 if api.get(f"/v1/contacts/{contact_id}").status_code == 200}
        assert there == {"mute", "other", "holds", "split", "listed"}
        assert {name: api.get(f"/v1/contacts/{who[name]}").json["may_call"] for name in (
            "mute", "listed", "other")} == {"mute": False, "listed": False, "other": True}
        assert [sent(name)["outcome"] for name in ("gone", "kept", "merged", "over")] == [
            "suppressed", "suppressed", "suppressed", "created"]
        again = [sent(name)["contact_id"] for name in ("new", "late")]
        assert [api.get(f"/v1/contacts/{contact_id}").json["may_call"] for contact_id in again] == [
            False, False]


def test_how_long_ago_backups_were_made_and_tried_is_measured(engine):
    def told():
        found = figures.figures(engine)
        return found["backup_age_seconds"][()], *found["backup_verified_age_seconds"].values()

    def note(name, hours, tried=None):
        with engine.database.write() as cursor:
            backups.record(cursor, name, engine.now() - timedelta(hours=hours), "0.1.0", 7,
                           tried and engine.now() - timedelta(hours=tried))

    try:
        assert told() == (math.inf, math.inf)
        note("20260301-033000F", 3)  # archived, which no command tries
        assert [round(age / 3600) for age in told()] == [3]
        note("former", 24 * 400)
        note("older", 26, 25)
        note("newer", 2)
        assert [round(age / 3600) for age in told()] == [2, 25]
        note("newer", 2, 1)
        assert [round(age / 3600) for age in told()] == [2, 1]
        with engine.database.read() as cursor:
            cursor.execute("SELECT name FROM backups ORDER BY 1")
            assert [row["name"] for row in cursor.fetchall()] == ["20260301-033000F", "newer", "older"]
    finally:
        with engine.database.write() as cursor:
            cursor.execute("DELETE FROM backups")


def test_a_backup_that_was_archived_is_noted_however_many_there_are(services, server, engine, tmp_path):
    """pgBackRest's list of them is longer than an argument of a program may be. Secrets that are being sealed
    when they are copied are not taken."""
    listed = [{"label": f"20260301-{n:06}F", "info": {"repository": {"delta": n}}, "why": "x" * 900}
              for n in range(1, 401)]
    (tmp_path / "told").write_text(json.dumps([{"backup": listed}]))
    (tmp_path / "pgbackrest").write_text(f'#!/bin/sh\ncase "$*" in *info*) cat {tmp_path}/told ;; esac\n')
    (tmp_path / "pgbackrest").chmod(0o755)
    (tmp_path / "backup_notes").write_text("0.1.0\nhash_key:1\n")
    (tmp_path / "sleep").symlink_to("/bin/true")
    (tmp_path / "pgbackrest.conf").touch()
    (tmp_path / "backup_passphrase").write_text("a long passphrase")
    text = (ROOT / "sql/server/backup.sh").read_text(encoding="utf-8")
    for path in ("/var/lib/pgbackrest", "/run/secrets", "/tmp/pgbackrest.conf"):
        assert path in text
        text = text.replace(path, str(tmp_path / ("pgbackrest.conf" if path.endswith("conf") else "")))
    (tmp_path / "backup.sh").write_text(text)
    url = parse_dsn(services.dsn("postgres", "POSTGRES_PASSWORD"))

    def make():
        return subprocess.run(
            ["bash", tmp_path / "backup.sh", "make", "full"], capture_output=True, text=True, check=False,
            env={"PATH": f"{tmp_path}:{server.programs}:/usr/bin:/bin", "PGHOST": url["host"],
                 "PGPORT": url.get("port", "5432"), "PGPASSWORD": url["password"]})

    archive.seal(tmp_path)
    whole = (tmp_path / "secrets.sealed").read_bytes()
    (tmp_path / "secrets.sealed").write_bytes(whole[:-500])
    torn = make()
    assert torn.returncode == 1 and "do not open" in torn.stderr
    assert {path.name for path in tmp_path.glob("made.*")} == {"made.full", "made.incr"}, "it is made once"
    (tmp_path / "secrets.sealed").write_bytes(whole)
    done = make()
    assert done.returncode == 0, done.stderr
    try:
        with engine.database.read() as cursor:
            cursor.execute("SELECT name, bytes, verified_at FROM backups")
            assert cursor.fetchall() == [{"name": "20260301-000400F", "bytes": 400, "verified_at": None}]
    finally:
        with engine.database.write() as cursor:
            cursor.execute("DELETE FROM backups")


def test_a_row_that_is_missing_is_told(restored, made, keys):
    told = json.loads(json.dumps(dict(made.manifest)))
    told["databases"]["sidecar"]["tables"]["public.leads"] += 1
    with pytest.raises(Problem, match=r"Of public\.leads the backup has 28 rows, restored were 27"):
        backup.verify(replace(made, manifest=told), restored, keys)


def test_a_backup_that_its_own_keys_would_not_open_is_not_made(restored, keys, tmp_path):
    for wrong in (replace(keys, n8n="another"), replace(keys, encryption=("A" * 43 + "=",))):
        with pytest.raises(Problem, match="open"):
            backup.take(tmp_path, restored, wrong, {}, predecessor.PASSPHRASE, "2.41.1", NOW)
        assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_what_a_killed_backup_left_behind_goes_with_the_next(restored, keys, tmp_path):
    (tmp_path / ".20260101T000000Z.part").mkdir()
    made = backup.take(tmp_path, restored, keys, {}, predecessor.PASSPHRASE, "2.41.1", NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", made.name]


def test_two_at_once_are_refused(restored, keys, tmp_path):
    with alone(tmp_path / ".lock", ""), pytest.raises(Problem, match="Another backup"):
        backup.take(tmp_path, restored, keys, {}, predecessor.PASSPHRASE, "2.41.1", NOW)


def test_a_migration_that_was_killed_keeps_nobody_from_the_next(restored):
    url = restored.urls["sidecar"]
    migrate(url)
    do(url, "INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 4711)")
    assert migrate(url) == []
    assert do(url, "SELECT count(*) FROM yoyo_lock") == [(0,)]


def test_a_database_of_a_newer_release_is_refused(restored, tmp_path):
    url = restored.urls["sidecar"]
    do(url, "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc)"
            " VALUES ('later', '9999_pre_later', now())")
    try:
        with pytest.raises(Conflict, match=r"A newer release has used this database \(9999_pre_later\)"):
            migrate(url)
    finally:
        do(url, "DELETE FROM _yoyo_migration WHERE migration_hash = 'later'")


def test_the_release_before_is_the_one_that_is_kept(before):
    assert Path(predecessor.FILE).stem == before.manifest["release"]
