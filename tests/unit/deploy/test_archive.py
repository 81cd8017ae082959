"""Backups of the deployment: which one a restore begins with, and what is refused before it begins."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy import archive
from deploy.engine import folder
from deploy.locking import alone
from deploy.problem import Problem
from deploy.settings import ROOT, Settings

DAY = datetime(2026, 3, 1, tzinfo=UTC)
MINUTES = st.integers(0, 100_000).map(lambda minutes: DAY + timedelta(minutes=minutes))


def a_backup(
    ended: datetime = DAY, schema: str = "0030_pre_sessions", keys: str = "hash_key:1",
) -> archive.Backup:
    return archive.Backup(ended, schema, frozenset(keys.split()))


def test_what_pgbackrest_tells_is_read():
    stop = int(DAY.timestamp())
    told = [{"name": "engine", "backup": [
        {"label": "b", "error": False, "timestamp": {"start": stop, "stop": stop + 60}},
        {"label": "a", "error": False, "timestamp": {"start": stop - 9, "stop": stop},
         "annotation": {"keys": "hash_key:1 n8n_encryption_key:2", "schema": "0030_pre_sessions"}},
        {"label": "c", "error": True, "timestamp": {"start": stop, "stop": stop + 90}}]}]
    assert archive.listed(json.dumps(told)) == [
        a_backup(keys="hash_key:1 n8n_encryption_key:2"), a_backup(DAY + timedelta(minutes=1), "", "")]
    assert archive.listed("[]") == []


@settings(deadline=None)
@given(st.lists(MINUTES, min_size=1), MINUTES)
def test_a_restore_begins_with_the_last_backup_before_its_time(ended, when):
    backups = [a_backup(one) for one in sorted(ended)]
    assert archive.chosen(backups, None).ended == max(ended)
    before = [one for one in ended if one < when]
    if before:
        assert archive.chosen(backups, when).ended == max(before)
    else:
        with pytest.raises(Problem, match="no backup from before"):
            archive.chosen(backups, when)


@pytest.mark.parametrize(("text", "found"), [
    ("", None), ("2026-03-01T01:00:00+01:00", DAY), ("2026-03-01 00:00:00Z", DAY)])
def test_a_time_has_a_zone(text, found):
    assert archive.moment(text) == found


@pytest.mark.parametrize("text", ["2026-03-01T00:00:00", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_time_without_a_zone_is_refused(text):
    with pytest.raises(Problem, match="with its zone"):
        archive.moment(text)


def test_a_restore_that_would_not_decrypt_or_is_of_a_newer_release_is_refused():
    keys = frozenset({"hash_key:1", "encryption_keys:2"})
    archive.refuse(a_backup(), keys, "0030_pre_sessions")
    archive.refuse(a_backup(), keys, "0031_pre_views")
    with pytest.raises(Problem, match="newer release"):
        archive.refuse(a_backup(), keys, "0029_pre_follow_ups")
    with pytest.raises(Problem, match="put back encryption_keys"):
        archive.refuse(a_backup(keys="hash_key:1 encryption_keys:3"), keys, "0030_pre_sessions")


def test_a_key_that_was_added_changes_nothing_for_older_backups():
    known = {"encryption_keys": "old", "hash_key": "h", "n8n_encryption_key": "n"}
    older = frozenset(archive.fingerprints(known).split())
    rotated = frozenset(archive.fingerprints(known | {"encryption_keys": "new,old"}).split())
    assert older < rotated
    assert not any(key in name.split(":")[1] for name in rotated for key in ("new", "old"))


def test_the_secrets_are_sealed_and_open_with_the_passphrase(tmp_path: Path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "backup_passphrase").write_text("a long passphrase")
    (secrets / "hash_key").write_text("keep me")
    archive.seal(secrets)
    archive.seal(secrets)
    assert {path.name for path in secrets.iterdir()} == {"backup_passphrase", "hash_key", "secrets.sealed"}
    opened = tmp_path / "opened"
    opened.mkdir()
    packed = subprocess.run(
        ["openssl", "enc", "-d", "-aes-256-cbc", "-pbkdf2", "-iter", "600000",
         "-pass", f"file:{secrets / 'backup_passphrase'}", "-in", secrets / "secrets.sealed"],
        capture_output=True, check=True).stdout
    subprocess.run(["tar", "--extract", "--gzip"], cwd=opened, input=packed, check=True)
    assert [(path.name, path.read_text()) for path in opened.iterdir()] == [("hash_key", "keep me")]


@dataclass
class Docker:
    """Docker Compose as `deploy.engine.compose`, which does nothing: what it was told, in its order."""

    running: set[str] = field(default_factory=set)
    aside: str = ""
    cluster: str = "PG_VERSION"
    told: list[str] = field(default_factory=list)
    failing: str = "no such command"
    given: str = ""
    own: list[str] = field(default_factory=list)

    def compose(self, found: Settings, *words: str, capture: bool = False, given: str | None = None) -> str:
        said = " ".join(word for word in words if not word.startswith("-"))
        self.told.append(said)
        self.given = given or self.given
        if found.get("RESTORING"):
            self.own.append(said)
        if said.startswith(self.failing):
            raise Problem("It failed.")
        if said == "stop":
            self.running.clear()
        elif said in ("up 300 postgres", "up postgres"):
            self.running.add("postgres")
        elif said == "stop postgres":
            self.running.discard("postgres")
        elif said == "run restore undo":
            self.aside = ""
        elif said == "run restore list":
            stop = int(DAY.timestamp())
            return json.dumps([{"backup": [{"error": False, "timestamp": {"stop": stop}}]}])
        elif said.startswith("exec postgres sh"):
            return "f"
        elif "privacy asked" in said:
            return '{"asked": 1}'
        return {"ps running": "\n".join(self.running), "run restore aside": self.aside,
                "run restore cluster": self.cluster,
                "config json": '{"name": "engine"}'}.get(said, "")

    def docker(self, found: Settings, *words: str) -> str:
        return "0" if words[0] == "inspect" else ""


@pytest.fixture
def docker(monkeypatch):
    found = Docker()
    monkeypatch.setattr(archive, "compose", found.compose)
    monkeypatch.setattr(archive, "docker", found.docker)
    return found


@pytest.fixture
def found(tmp_path):
    there = Settings(tmp_path / "state", {"SECRETS_DIR": str(tmp_path)}, ROOT)
    (folder(there) / "backup_notes").write_text("0.1.0\nhash_key:1\n")
    return there


def test_a_restore_that_was_cut_off_is_taken_back(docker, found, capsys):
    archive.undo_cut_off_restore(found)
    assert docker.told == ["run restore aside"]
    docker.aside, docker.running = "/aside", {"postgres"}
    archive.undo_cut_off_restore(found)
    assert docker.told[-2:] == ["stop", "run restore undo"] and "is back" in capsys.readouterr().out


@pytest.mark.parametrize(("aside", "running"), [
    ("/aside", {"postgres", "sidecar"}), ("/aside\n/aside.used", set())])
@pytest.mark.parametrize("do", [archive.undo_cut_off_restore, archive.backup])
def test_what_came_since_a_restore_that_was_cut_off_is_not_dropped(docker, found, do, aside, running):
    docker.aside, docker.running = aside, running
    with pytest.raises(Problem, match="Both are kept"):
        do(found)
    assert "run restore undo" not in docker.told


def test_what_people_asked_for_since_is_asked_for_again_before_anything_starts(docker, found):
    started, docker.running = [], {"nginx", "postgres", "sidecar"}
    archive.restore(found, lambda _: started.extend(docker.told))
    first = [next(place for place, said in enumerate(started) if words in said) for words in (
        "asked 2026-03-01T00:00:00+00:00", "run restore restore", "privacy repeat", "run restore keep")]
    assert first == sorted(first)
    assert docker.told.index("stop nginx sidecar") < next(
        place for place, said in enumerate(docker.told) if "asked" in said), "nobody asks meanwhile"
    assert docker.own == ["up postgres"], "which is no use of what was restored"
    assert docker.told.index("up 300 postgres") < docker.told.index(
        "exec postgres psql postgres SELECT pg_current_xact_id()"), "one that archives"
    assert docker.given == '{"asked": 1}'


def test_a_deployment_that_is_stopped_is_asked_too(docker, found):
    archive.restore(found, lambda _: None)
    asked = next(place for place, said in enumerate(docker.told) if "privacy asked" in said)
    assert docker.told[asked - 1] == "up 300 postgres"
    after = docker.told[asked + 1:]
    assert not any("pg_switch_wal" in said for said in docker.told), "it archived all when it was stopped"
    assert after.index("stop postgres") < after.index("run restore restore ")


@pytest.mark.parametrize(("cluster", "failing"), [("", "no such command"), ("PG_VERSION", "up 300 postgres")])
def test_where_there_is_no_data_that_could_be_asked_it_is_restored_all_the_same(
    docker, found, capsys, cluster, failing
):
    docker.cluster, docker.failing = cluster, failing
    archive.restore(found, lambda _: None)
    assert "repeat that by hand" in capsys.readouterr().out and "run restore keep" in docker.told
    asked_first = docker.told[:docker.told.index("run restore restore ")]
    assert not any(said.startswith("exec postgres") for said in asked_first)
    assert ("up 300 postgres" in asked_first) is bool(cluster) is ("stop postgres" in asked_first)


def test_what_cannot_be_asked_for_again_is_kept_and_said(docker, found, capsys):
    docker.failing = "run sidecar python sidecar privacy repeat"
    archive.restore(found, lambda _: None)
    [kept] = found.state.iterdir()
    assert kept.read_text() == '{"asked": 1}' and str(kept) in capsys.readouterr().out


ARCHIVING = ("up 300 postgres", "exec postgres psql postgres SELECT pg_walfile_name")


@pytest.mark.parametrize("failing", ARCHIVING)
def test_a_postgres_that_cannot_archive_ends_a_restore_of_all_and_what_then_is_said(docker, found, failing):
    docker.failing, docker.running = failing, {"nginx", "postgres", "sidecar"}
    with pytest.raises(Problem, match=r"is stopped .* make up starts it.* make down, then make restore-up"):
        archive.restore(found, lambda _: None)
    assert not any(said.startswith("run restore restore") for said in docker.told)


@pytest.mark.parametrize("failing", ARCHIVING)
def test_a_restore_to_a_time_goes_on_where_postgres_cannot_archive(docker, found, capsys, failing):
    docker.failing, docker.running = failing, {"nginx", "postgres", "sidecar"}
    later = replace(found, values={**found.values, "TIME": "2026-03-01T00:01:00Z"})
    archive.restore(later, lambda _: None)
    assert "What was not archived is left out" in capsys.readouterr().out
    assert "run restore keep" in docker.told
    assert docker.told.index("stop postgres") < next(
        place for place, said in enumerate(docker.told) if said.startswith("run restore restore"))


@pytest.mark.parametrize("failing", ["run restore restore", "exec redis"])
def test_a_restore_that_fails_puts_the_data_back(docker, found, failing):
    docker.failing = failing
    with pytest.raises(Problem, match="as it was"):
        archive.restore(found, lambda _: None)
    assert docker.told[-2:] == ["stop postgres", "run restore undo"]


@pytest.fixture
def server(tmp_path):
    """`backup.sh` on folders of its own; pgBackRest writes one file, and in `asked` what it was asked."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kept").write_text("before")
    (tmp_path / "pgbackrest").write_text(
        f'#!/bin/sh\necho "$*" >{tmp_path}/asked\necho after >{tmp_path}/data/restored\n')
    (tmp_path / "pgbackrest").chmod(0o755)
    (tmp_path / "pgbackrest.conf").touch()
    text = (ROOT / "sql/server/backup.sh").read_text(encoding="utf-8")
    for path, here in (("/var/lib/postgresql/aside", "aside"), ("/tmp/pgbackrest.conf", "pgbackrest.conf"),
                       ("/var/lib/pgbackrest", "repository")):
        assert path in text
        text = text.replace(path, str(tmp_path / here))
    (tmp_path / "backup.sh").write_text(text)

    def run(*words, code=0):
        done = subprocess.run(
            ["bash", str(tmp_path / "backup.sh"), *words], capture_output=True, text=True, check=False,
            env={"PGDATA": str(tmp_path / "data"), "PATH": f"{tmp_path}:/usr/bin:/bin"})
        assert done.returncode == code, done.stderr
        return done.stdout, sorted(path.name for path in (tmp_path / "data").iterdir())
    return run


def test_what_a_restore_replaces_is_kept_aside_taken_back_or_dropped(server, tmp_path):
    assert server("aside") == ("", ["kept"])
    assert server("cluster")[0] == ""
    (tmp_path / "data" / "PG_VERSION").touch()
    assert server("cluster")[0]
    (tmp_path / "data" / "PG_VERSION").unlink()
    assert server("restore")[1] == ["restored"]
    assert server("aside")[0].strip() == str(tmp_path / "aside")
    server("restore", code=1)  # over what is kept aside no other is begun
    assert server("undo")[1] == ["kept"] and server("aside")[0] == ""
    server("restore")
    assert server("keep")[1] == ["restored"] and server("aside")[0] == ""


def test_a_restore_follows_the_data_that_is_here_and_a_time_the_backup_before_it(server, tmp_path):
    def asked(*words):
        server("restore", *words)
        server("undo")
        return (tmp_path / "asked").read_text().split()

    assert "--target-timeline=latest" in asked(), "where there is no data"
    (tmp_path / "pg_controldata").write_text('#!/bin/sh\necho "Latest checkpoint\'s TimeLineID:       3"\n')
    (tmp_path / "pg_controldata").chmod(0o755)
    assert {"--target-timeline=3"} == {word for word in asked() if "target" in word}
    assert "--target-timeline=current" in asked("2026-03-01 00:00:00+00")


def test_after_what_was_in_use_is_taken_back_the_next_backup_is_a_whole_one(server, tmp_path):
    made = tmp_path / "repository" / "made.full"
    made.parent.mkdir()
    made.touch()
    server("restore")
    server("undo")
    assert made.exists()
    server("restore")
    (tmp_path / "aside.used").touch()
    server("undo")
    assert not made.exists()


def test_while_a_restore_whose_client_died_still_writes_nothing_else_touches_the_data(server, tmp_path):
    server("restore")
    with alone(tmp_path / ".restoring", ""):
        for words in ("restore", "keep", "undo"):
            assert server(words, code=1)[1] == ["restored"]
    assert server("undo")[1] == ["kept"]


@pytest.fixture
def start(server, tmp_path):
    """`start.sh` on the same folders, with a Postgres that ends at once and tells in `asked` how it was
    started; answers what is aside then."""
    text = (ROOT / "sql/server/start.sh").read_text(encoding="utf-8")
    for path in ("/var/lib/postgresql/aside", "/run/secrets", "/tmp/server.key", "/etc/postgresql/backup.sh"):
        assert path in text
        text = text.replace(path, str(tmp_path / Path(path).name.replace("secrets", "")))
    (tmp_path / "start.sh").write_text(text)
    (tmp_path / "postgres.key").touch()
    (tmp_path / "backup.sh").chmod(0o755)
    (tmp_path / "docker-entrypoint.sh").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/asked\n')
    (tmp_path / "docker-entrypoint.sh").chmod(0o755)

    def run(role="primary", **environment):
        (tmp_path / "data" / "global").mkdir(exist_ok=True)
        (tmp_path / "data" / "global" / "pg_control").write_text("whole")
        subprocess.run(["bash", tmp_path / "start.sh", role], check=True, env={
            "PGDATA": str(tmp_path / "data"), "PATH": f"{tmp_path}:/usr/bin:/bin", **environment})
        return [Path(one).name for one in server("aside")[0].split()]
    return run


@pytest.mark.parametrize("role", ["primary", "replica"])
def test_where_a_restore_was_to_end_holds_for_its_recovery_alone(start, tmp_path, role):
    (tmp_path / "data" / "PG_VERSION").write_text("18")
    kept = "work_mem = '8MB'\nprimary_conninfo = 'host=postgres'\n"
    aim = "restore_command = 'pgbackrest'\nrecovery_target_time = '2026-03-01 00:00:00+00'\n"
    own, signal = tmp_path / "data" / "postgresql.auto.conf", tmp_path / "data" / "recovery.signal"
    own.write_text(aim + kept)
    signal.touch()
    start(role)
    assert own.read_text() == aim + kept
    signal.unlink()
    start(role)
    assert own.read_text() == kept


def test_what_a_restore_writes_is_archived_when_it_is_kept(start, tmp_path):
    def command():
        [told] = [line for line in (tmp_path / "asked").read_text().splitlines() if "archive_command" in line]
        return told

    start(RESTORING="yes")
    assert command() == "archive_command="
    start()
    assert command() == "archive_command=pgbackrest --stanza=engine archive-push %p"


def test_what_was_restored_is_in_use_once_postgres_was_started_but_by_the_restore(server, start):
    assert start() == []
    server("restore")
    assert start(RESTORING="yes") == ["aside"]
    assert sorted(start()) == sorted(start(RESTORING="yes")) == ["aside", "aside.used"]
    server("undo")
    assert start() == []
    server("restore")
    start()
    server("keep")
    assert start() == []


def test_what_is_half_dropped_is_not_taken_back(server, tmp_path):
    server("restore")
    (tmp_path / "aside").rename(tmp_path / "aside.gone")
    assert server("aside")[0] == ""
    assert server("undo")[1] == ["restored"]
    server("keep")
    assert not (tmp_path / "aside.gone").exists()


def test_what_is_half_aside_is_taken_back(server, tmp_path):
    (tmp_path / "aside.part").mkdir()
    (tmp_path / "aside.part" / "moved").write_text("before")
    assert server("aside")[0].strip() == str(tmp_path / "aside.part")
    assert server("undo")[1] == ["kept", "moved"]
