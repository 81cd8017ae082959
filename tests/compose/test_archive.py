"""Backups of the deployment: encrypted, made by themselves, and good for any point in time."""

from __future__ import annotations

import json

import pytest

from deploy import archive, compose
from deploy.settings import Settings
from tests.client import until


def restore(deployment, when: str) -> None:
    found = deployment.settings
    compose.restore(Settings(state=found.state, values=dict(found.values) | {"TIME": when}))


def test_a_backup_is_made_by_itself_and_encrypted(deployment):
    def backups() -> list[archive.Backup]:
        return archive.listed(deployment.compose("exec", "-T", "backup", "/etc/postgresql/backup.sh", "list"))

    made = until(backups, 180, "the first backup")
    assert made[0].schema == archive.newest_migration(deployment.settings.root)
    assert deployment.sql("SELECT last_archived_time > coalesce(last_failed_time, '-infinity')"
                          " FROM pg_stat_archiver") == "t"
    deployment.compose("exec", "-T", "backup", "sh", "-c",
                       "cd /var/lib/pgbackrest && ! grep -rqsE 'postgres|sidecar' backup archive")
    info = json.loads(deployment.compose("exec", "-T", "backup", "pgbackrest", "info", "--output=json"))
    assert info[0]["cipher"] == "aes-256-cbc"


def test_what_was_deleted_is_there_again_as_of_a_time_before(deployment, client):
    answers = [client.post("/v1/leads", {"email": f"kept{n}@archive.example", "last_name": f"Kept{n}"})
               for n in range(20)]
    leads = [answer.json()["results"][0]["lead_id"] for answer in answers]
    client.settled(leads[-1])
    until(lambda: deployment.sql(
        "SELECT count(*) FROM work_items WHERE stage NOT IN ('done', 'waiting')") == "0", 180, "all")
    whole = deployment.sql("SELECT count(*) FROM leads")
    when = deployment.sql("SELECT now()::timestamptz(3) AT TIME ZONE 'UTC' || '+00:00'")
    late = client.post("/v1/leads", {"email": "late@archive.example", "last_name": "Late"})
    assert late.status_code == 202
    gone = answers[1].json()["results"][0]["contact_id"]
    assert client.call("DELETE", f"/v1/contacts/{gone}").status_code == 204
    deployment.sql("TRUNCATE leads CASCADE")
    assert deployment.sql("SELECT count(*) FROM leads") == "0"
    restore(deployment, when)
    assert client.get(f"/v1/contacts/{gone}").status_code == 404, "who was erased since is erased again"
    again = client.post("/v1/leads", {"email": "kept1@archive.example"})
    assert again.json()["results"][0]["outcome"] == "suppressed"
    assert deployment.sql("SELECT count(*) FROM leads") == str(int(whole) - 1)
    assert client.get(f"/v1/leads/{leads[0]}").json()["contact"]["email"] == "kept0@archive.example"
    again = client.webhook({"email": "after@archive.example", "last_name": "After"})
    client.settled(again.json()["results"][0]["lead_id"])


@pytest.mark.parametrize(("when", "why"), [
    ("2020-01-01T00:00:00Z", "no backup from before"), ("2020-01-01", "with its zone")])
def test_a_time_that_cannot_be_reached_is_refused_before_anything_stops(deployment, client, when, why):
    with pytest.raises(compose.Problem, match=why):
        restore(deployment, when)
    assert client.get("/v1/auth/whoami").status_code == 200
