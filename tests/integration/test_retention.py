"""What is kept for a while only goes when its time is over, and nothing else does."""

from __future__ import annotations

from sidecar.store.database import one


def count(engine, what):
    with engine.database.write() as cursor:
        return one(cursor, f"SELECT count(*) AS n FROM {what}")["n"]


def test_raw_leads_go_after_their_days_and_the_rest_stays(api, engine):
    api.post("/v1/leads", {"leads": [{"email": f"kept{n}@age.example"} for n in range(3)]})
    with engine.database.write() as cursor:
        cursor.execute("UPDATE intake SET received_at = now() - interval '31 days' WHERE id IN"
                       " (SELECT id FROM intake ORDER BY id LIMIT 2)")
        cursor.execute("INSERT INTO idempotency_keys (caller, key, fingerprint, status, answer, created_at)"
                       " VALUES ('a', 'old', '', 200, '', now() - interval '2 days'),"
                       " ('a', 'new', '', 200, '', now())")
    engine.cache.redis.delete("once:retention")
    api.post("/v1/pipeline/claim")
    assert count(engine, "intake WHERE payload IS NOT NULL") == 1
    assert count(engine, "intake") == 3 and count(engine, "leads") == 3
    assert count(engine, "idempotency_keys") == 1


def test_failed_executions_go_after_the_same_days(api, engine):
    for node in ("old", "new"):
        api.post("/v1/pipeline/errors", {"node": node})
    with engine.database.write() as cursor:
        cursor.execute("UPDATE workflow_errors SET occurred_at = now() - interval '31 days'"
                       " WHERE node = 'old'")
    engine.cache.redis.delete("once:retention")
    api.post("/v1/pipeline/claim")
    assert [row["node"] for row in api.get("/v1/workflow-errors").json["data"]] == ["new"]
