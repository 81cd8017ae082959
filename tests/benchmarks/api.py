"""What the API costs, each figure as a ratio to its peer in the same run.

Single durable POST /v1/leads at 16 clients beside a bare Flask and psycopg2 insert under the same
gunicorn; batches of 1,000 beside COPY of the same leads into one table; and, with SOAK=1, pages,
searches and upserts of a store of 1,000,000 leads in a realistic mix beside one of 10,000.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import requests

from deploy.settings import ROOT
from local import programs
from local.programs import Stack
from sidecar.engine import Engine
from sidecar.pipeline import intake
from sidecar.secrets import hash_password
from sidecar.services.leads import list_leads
from sidecar.settings import Settings
from sidecar.store import access
from sidecar.terms.scopes import SCOPES
from tests.benchmarks.records.leads import FAMILY, make_leads
from tests.client import until
from tests.stack import running_services

CLIENTS, POSTS, BATCHES, TIMES = 16, 3000, 5, 60
OURS = ("sidecar.app:create_app()", str(ROOT / "sidecar/gunicorn.conf.py"))


def lead(number: int, mark: str) -> dict[str, object]:
    """A lead of a company of its own."""
    return {"email": f"lee.page{number}@{mark}{number % 9973}.example", "first_name": "Lee",
            "last_name": f"Page{number}", "job_title": "Head of Sales",
            "phone": f"+1415555{number % 10000:04}", "country": "US", "source": "import",
            "company_name": f"{mark.title()} {number % 9973} Inc."}


def bodies_of(method: str, mark: str) -> Iterator[bytes]:
    """What requests of a method send: leads without end, or nothing."""
    number = 0
    while True:
        number += 1
        yield json.dumps(lead(number, mark)).encode() if method == "POST" else b""


@contextmanager
def serving(stack: Stack, app: str, config: str, port: int, **settings: str) -> Iterator[str]:
    """gunicorn with two workers, or with these settings; yields its address."""
    environment = {**os.environ, **programs.sidecar_environment(stack), "SIDECAR_WAKE_URL": "",
                   "SIDECAR_WORKERS": "2", "SIDECAR_BIND": f"127.0.0.1:{port}",
                   "SIDECAR_LOG_LEVEL": "WARNING", "SIDECAR_WRITES_PER_MINUTE": "10000000",
                   "SIDECAR_METRICS_DIR": str(stack.settings.state / f"metrics-{port}"), **settings}
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "gunicorn"), "-c", config, app],
        env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _answers(f"http://127.0.0.1:{port}"), 120, "gunicorn")
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def token_of(stack: Stack, engine: Engine) -> str:
    """The access token of a client that may do all."""
    with engine.database.write() as cursor:
        access.save_client(cursor, "bench", hash_password("bench"), list(SCOPES))
    with serving(stack, *OURS, 18112) as address:
        token: str = requests.post(f"http://{address}/v1/auth/token", timeout=30, json={
            "grant_type": "client_credentials", "client_id": "bench", "client_secret": "bench",
        }).json()["access_token"]
    return token


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code > 0
    except (requests.ConnectionError, requests.Timeout):
        return False


def rate(address: str, path: str, bodies: list[bytes], headers: dict[str, str]) -> float:
    """Requests per second of 16 clients, each with a connection of its own."""
    def work(share: list[bytes]) -> None:
        connection = http.client.HTTPConnection(address, timeout=60)
        for body in share:
            connection.request("POST", path, body, headers | {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 202, answer.status
        connection.close()

    begun = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, [bodies[n::CLIENTS] for n in range(CLIENTS)]))
    return len(bodies) / (time.monotonic() - begun)


def single(stack: Stack, token: str) -> None:
    """Durable single leads beside a bare insert."""
    with psycopg2.connect(stack.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD")) as connection:
        connection.cursor().execute("CREATE TABLE bare (id bigserial PRIMARY KEY, lead jsonb)")
    headers = {"Authorization": f"Bearer {token}"}
    with serving(stack, "tests.benchmarks.bare:app", "python:tests.benchmarks.bare", 18111) as address:
        bodies = [json.dumps(lead(n, "bare")).encode() for n in range(POSTS)]
        rate(address, "/bare", bodies[:200], {})
        peer = rate(address, "/bare", bodies, {})
    with serving(stack, *OURS, 18112) as address:
        bodies = [json.dumps(lead(n, "single")).encode() for n in range(POSTS + 200)]
        rate(address, "/v1/leads", bodies[POSTS:], headers)
        ours = rate(address, "/v1/leads", bodies[:POSTS], headers)
    print(f"POST /v1/leads at {CLIENTS} clients: {ours:.0f}/s, bare insert {peer:.0f}/s: "
          f"ratio {ours / peer:.2f} (goal 0.5)")


def batches(stack: Stack, engine: Engine) -> None:
    """Batches of 1,000 beside COPY into one table."""
    leads = [lead(n, "batch") for n in range(BATCHES * 1000)]
    intake.receive(engine, [lead(n, "warm") for n in range(1000)], client="bench")
    begun = time.monotonic()
    for start in range(0, len(leads), 1000):
        intake.receive(engine, leads[start:start + 1000], client="bench")
    ours = len(leads) / (time.monotonic() - begun)
    connection = psycopg2.connect(stack.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD"))
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (email text, lead jsonb)")
        begun = time.monotonic()
        for start in range(0, len(leads), 1000):
            text = "".join(f"{item['email']}\t{json.dumps(item)}\n" for item in leads[start:start + 1000])
            cursor.copy_expert("COPY copied FROM STDIN", io.StringIO(text))
            connection.commit()
        peer = len(leads) / (time.monotonic() - begun)
    connection.close()
    print(f"batches of 1,000: {ours:.0f} leads/s, COPY into one table {peer:.0f} rows/s: "
          f"ratio {ours / peer:.3f} (goal 0.05)")


def p95(work: Callable[[int], object]) -> float:
    """Milliseconds within which 95 % of the calls end."""
    spent = []
    for number in range(TIMES):
        begun = time.perf_counter()
        work(number)
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.quantiles(spent, n=20)[-1]


def size(engine: Engine, leads: list[dict]) -> dict[str, float]:
    """p95 of list, search and upsert once the store holds these leads."""
    count = len(leads)
    with engine.database.write() as cursor:
        cursor.execute("SELECT count(*) AS n FROM leads")
        there = cursor.fetchone()["n"]
    for start in range(there, count, 1000):
        intake.receive(engine, leads[start:start + 1000], client="bench")
    with engine.database.write() as cursor:
        cursor.execute("ANALYZE")
    listed = {"sort": "newest", "limit": 50, "after": None, "reveal": True}
    some = [leads[n * 7919 % count] for n in range(TIMES)]

    def search(texts: list[str]) -> float:
        return p95(lambda n: list_leads(engine, {"q": texts[n]}, **listed))

    return {
        "list": p95(lambda n: list_leads(engine, {}, **listed)),
        "search for a family name": search([FAMILY[n % len(FAMILY)] for n in range(TIMES)]),
        "search for an address": search([item["email"] for item in some]),
        "search for part of one": search([item["email"][2:12] for item in some]),
        "search for a company": search([item.get("company_name", "Acme") for item in some]),
        "upsert": p95(lambda n: intake.receive(engine, [some[n]], client="bench")),
    }


def main() -> None:
    """Print every figure."""
    # A store of a million leads has the memory that docs/SCALING.md gives it.
    with running_services(POSTGRES_SHARED_BUFFERS="1GB") as stack:
        environment = programs.sidecar_environment(stack) | {"SIDECAR_WAKE_URL": ""}
        engine = Engine.build(Settings.from_env(environment))
        token = token_of(stack, engine)
        small, large = 10_000, 1_000_000 if os.environ.get("SOAK") else 100_000
        leads = make_leads(large)
        before = size(engine, leads[:small])
        single(stack, token)
        batches(stack, engine)
        after = size(engine, leads)
        for name, value in after.items():
            print(f"{name} p95 with {large:,} leads: {value:.1f} ms, with {small:,} {before[name]:.1f} ms: "
                  f"ratio {value / before[name]:.2f} (goal 1.5)")
        engine.close()


if __name__ == "__main__":
    main()
