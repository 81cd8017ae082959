"""What scoring costs where it is stored, each figure as a ratio to its peer in the same run.

    LEADS=1000000 python -m tests.benchmarks rescoring

Re-scoring all stored leads by the job (`services/rescoring.py`) beside a loop that reads and writes the same
rows with no scoring: the same leads locked, the same facts and events read, the score that was kept written
anew. Both take the same chunk of leads, one after the other, so that what else the machine does slows them
alike; once for scores that are others now, since time has passed, and once for the very same scores, which
are not written again. It is a process of its own, whose peak memory is told beside that for a tenth of the
leads. Then one score through the API beside an empty route that asks for the same sign-in, taken in turn.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import requests

from local import programs
from local.programs import Stack
from sidecar.engine import Engine
from sidecar.ids import new_id
from sidecar.pipeline import intake
from sidecar.pipeline.scoring import score_leads
from sidecar.secrets import hash_password
from sidecar.services import jobs, rescoring
from sidecar.services.audit import COMMAND_LINE
from sidecar.settings import Settings
from sidecar.store import access, facts, scores, work
from sidecar.store.database import many
from sidecar.terms.scopes import SCOPES
from tests.benchmarks.api import OURS, serving
from tests.benchmarks.records.leads import make_leads
from tests.stack import running_services

LEADS = int(os.environ.get("LEADS", "20000"))
ORIGINALS = 20_000
CALLS = 1500

# The columns of a lead's rows that are other ids in a copy; the last one says whose row it is.
_COPIED = {
    "contacts": ("id",), "leads": ("contact_id", "id"), "work_items": ("lead_id",),
    "events": ("id", "contact_id", "lead_id"), "lead_facts": ("lead_id",), "lead_scores": ("id", "lead_id")}
_LATEST = " AND r.id = (SELECT id FROM lead_scores WHERE lead_id = o.id ORDER BY calculated_at DESC LIMIT 1)"

# Not ru_maxrss: that begins with the peak of the process which started this one.
_PROCESS = """
import os, re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from sidecar.engine import Engine
from sidecar.settings import Settings
from tests.benchmarks.rescoring import both

engine = Engine.build(Settings.from_env(os.environ))
moment = datetime.now(UTC) + timedelta(days=int(os.environ["DAYS"]))
done, ours, peer = both(replace(engine, now=lambda: moment))
engine.close()
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
print(done, ours, peer, peak)
"""


def both(engine: Engine) -> tuple[int, float, float]:
    """(leads, seconds of the job, seconds of its peer)."""
    job = rescoring.begin(engine, by=COMMAND_LINE)
    ours = peer = 0.0
    last = None
    while True:
        begun = time.perf_counter()
        if not rescoring.work(engine, job["id"], seconds=0):
            return jobs.get(engine, job["id"])["counts"]["handled"], ours, peer
        scored = time.perf_counter()
        last = rewrite(engine, last)
        ours, peer = ours + scored - begun, peer + time.perf_counter() - scored


def rewrite(engine: Engine, last: str | None) -> str:
    """Read the next leads and write what was read: the last of them."""
    with engine.database.write() as cursor:
        lead_ids = scores.after(cursor, last, rescoring.CHUNK_LEADS)
        work.lock_people(cursor, lead_ids)
        known = facts.load(cursor, lead_ids)
        facts.load_events(cursor, {row["contact"]["id"] for row in known})
        kept = {row["lead_id"]: row for row in many(cursor, """
            SELECT s.* FROM unnest(%s::uuid[]) AS wanted(id) CROSS JOIN LATERAL (
                SELECT lead_id::text AS lead_id, total_score, grade, breakdown, model_version, previous_grade,
                       digest, events::text[] AS events, machine, prediction
                FROM lead_scores WHERE lead_id = wanted.id ORDER BY calculated_at DESC LIMIT 1) s""",
            (lead_ids,))}
        scores.add(cursor, [
            kept[lead_id] | {"id": new_id(), "batch_id": None, "calculated_at": engine.now()}
            for lead_id in lead_ids])
        scores.set_latest(cursor, [
            {"id": row["lead_id"], "total": row["total_score"], "grade": row["grade"], "hot": 0}
            for row in known])
    return lead_ids[-1]


def run(environment: dict[str, str], days: int) -> tuple[int, float, float, int]:
    """(leads, leads per second, those of the peer, peak memory in MB), so many days from now."""
    done = subprocess.run(
        [sys.executable, "-c", _PROCESS], env=os.environ | environment | {"DAYS": str(days)},
        capture_output=True, text=True, check=True)
    leads, ours, peer, peak = done.stdout.split()
    return int(leads), int(leads) / float(ours), int(leads) / float(peer), int(peak)


def fill(engine: Engine, count: int) -> None:
    """So many leads in all with a score; a third did something. The first come in as leads do, all others
    are copies of them, which takes a fifth of the time."""
    with engine.database.write() as cursor:
        cursor.execute("SELECT count(*) AS n FROM leads")
        there = cursor.fetchone()["n"]
    leads = make_leads(min(count, ORIGINALS))[there:]
    for start in range(0, len(leads), 1000):
        results = intake.receive(engine, [
            lead | {"email": f"p{there + start + number}.{lead['email']}"}
            for number, lead in enumerate(leads[start:start + 1000])], client="bench")
        ids = sorted({row["lead_id"] for row in results if row.get("lead_id")})
        with engine.database.write() as cursor:
            cursor.execute("""
                INSERT INTO events (contact_id, lead_id, type, occurred_at, source)
                SELECT contact_id, id, t, now() - n * interval '1 day', 'bench'
                FROM leads, (VALUES ('page_view', 3), ('email_click', 1), ('demo_request', 2)) v(t, n)
                WHERE id = ANY(%s::uuid[]) AND right(id::text, 1) < '5'""", (ids,))
            score_leads(engine, cursor, ids, None)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE work_items SET stage = 'done'")
    for number in range(max(there, ORIGINALS) // ORIGINALS, count // ORIGINALS):
        copy(engine, number)
    with engine.database.write() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; ANALYZE")


def copy(engine: Engine, number: int) -> None:
    """The leads that came in, once more: other people of the same companies. Their ids are of so many hours
    later, so that they follow each other as those of leads that come do."""
    def later(column: str) -> str:
        hours = f"to_hex(('x' || left(r.{column}::text, 8))::bit(32)::bigint + {55 * number})"  # of 65.5 s
        return f"'{column}', lpad({hours}, 8, '0') || substr(r.{column}::text, 9)"

    with engine.database.write() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table, columns in _COPIED.items():
            cursor.execute(
                "WITH o AS MATERIALIZED (SELECT id, contact_id FROM leads ORDER BY id LIMIT %s)"
                f" INSERT INTO {table} SELECT copied.* FROM o JOIN {table} r"
                f" ON r.{columns[-1]} = o.{'contact_id' if table == 'contacts' else 'id'}"
                f"{_LATEST if table == 'lead_scores' else ''}"
                " CROSS JOIN LATERAL jsonb_populate_record("
                f"r, jsonb_build_object('dedupe_key', NULL, {', '.join(map(later, columns))})) copied"
                " ORDER BY o.id", (ORIGINALS,))


def called(address: str, calls: Mapping[str, tuple[str, str, str | None]], token: str) -> dict[str, float]:
    """Milliseconds of each of some calls (method, path, body), the median of many, taken in turn so that what
    else the machine does meanwhile slows them alike."""
    host, port = address.split(":")
    connection = http.client.HTTPConnection(host, int(port))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(CALLS):
        for name, (method, path, body) in calls.items():
            begun = time.perf_counter()
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            answer.read()
            spent[name].append((time.perf_counter() - begun) * 1000)
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
    connection.close()
    return {name: statistics.median(times) for name, times in spent.items()}


def one_score(stack: Stack, engine: Engine) -> None:
    """One score through the API beside an empty route."""
    with engine.database.write() as cursor:
        access.save_client(cursor, "bench", hash_password("bench"), list(SCOPES))
        cursor.execute("SELECT id::text AS id FROM leads WHERE total_score IS NOT NULL LIMIT 1")
        lead_id = cursor.fetchone()["id"]
    one = f"/v1/leads/{lead_id}/score"
    calls = {
        "an empty route": ("GET", "/v1/empty", None), "a lead's score": ("GET", one, None),
        "a past score, worked out anew": ("GET", f"{one}?at={datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", None),
        "a stored lead scored": ("POST", "/v1/score", json.dumps({"lead_ids": [lead_id]})),
        "a lead that is sent scored": ("POST", "/v1/score", json.dumps({"leads": make_leads(1)})),
    }
    with serving(stack, "tests.benchmarks.empty_route:create_app()", OURS[1], 18113) as address:
        token = requests.post(f"http://{address}/v1/auth/token", timeout=30, json={
            "grant_type": "client_credentials", "client_id": "bench", "client_secret": "bench",
        }).json()["access_token"]
        found = called(address, calls, token)
    for name, spent in found.items():
        ratio = spent / found["an empty route"]
        print(f"{name} through the API: {spent:.2f} ms, ratio {ratio:.2f} (goal 2.5)")


def main() -> None:
    """Print every figure."""
    os.environ["SIDECAR_READS_PER_MINUTE"] = "10000000"
    with running_services(POSTGRES_SHARED_BUFFERS="1GB") as stack:
        environment = programs.sidecar_environment(stack) | {"SIDECAR_WAKE_URL": ""}
        engine = Engine.build(Settings.from_env(environment))
        fill(engine, LEADS // 10)
        one_score(stack, engine)
        fewer, *_, small = run(environment, 1)
        fill(engine, LEADS)
        for name, days in (("scores that are others", 30), ("the same scores", 30)):
            count, ours, peer, peak = run(environment, days)
            print(f"re-scoring {count:,} leads, {name}: {ours:.0f} leads/s, reading and rewriting them"
                  f" {peer:.0f} leads/s: ratio {ours / peer:.2f} (goal 0.6)")
            print(f"peak memory {peak} MB, of {fewer:,} leads {small} MB: ratio {peak / small:.2f}",
                  flush=True)
        engine.close()


if __name__ == "__main__":
    main()
