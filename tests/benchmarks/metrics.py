"""What metrics cost: the processor time of a request beside that of the same app without them, and a scrape
of four workers with 100,000 leads (LEADS=100000) beside one of an empty store.
"""

from __future__ import annotations

import http.client
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psutil

from local import programs
from sidecar.engine import Engine
from sidecar.settings import Settings
from tests.benchmarks.api import OURS, bodies_of, serving, token_of
from tests.benchmarks.lists import fill
from tests.stack import Stack, running_services

STARTS, REQUESTS, SCRAPES, WORKERS = 8, 1000, 30, 4
# What a provider was asked about each lead, twice; a tenth of the leads waits.
_WORK = """
INSERT INTO provider_calls (provider, operation, request_key, subject_kind, subject_id, sandbox, state,
                            outcome, credits, price, lead_id, lead_ids, started_at, answered_at)
SELECT (ARRAY['hunter', 'clearbit', 'apollo'])[n + (hashtext(l.id::text) & 1)], 'person', l.id || ':' || n,
    'contact', contact_id, true, 'answered', 'found', 1, 0.01, l.id, ARRAY[l.id], created_at, created_at
FROM leads l, generate_series(1, 2) n;
UPDATE work_items SET stage = 'queued' WHERE hashtext(lead_id::text) % 10 = 0;
ANALYZE
"""


def asker(address: str, method: str, path: str, headers: dict[str, str], bodies: Iterator[bytes]
          ) -> Callable[[], None]:
    """Makes one request on a connection that stays."""
    connection = http.client.HTTPConnection(address, timeout=60)

    def ask() -> None:
        connection.request(method, path, next(bodies) or None, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status < 300, answer.status

    return ask


def used(address: str) -> float:
    """Milliseconds of processor time that the server of this address has used on requests, which the first
    thread of a worker serves: not those that watch and send, which one server of all does for the others,
    and nobody else on the machine."""
    servers = [child for child in psutil.Process().children(recursive=True)
               if child.environ().get("SIDECAR_BIND") == address]
    return 1000 * sum(thread.user_time + thread.system_time
                      for server in servers for thread in server.threads() if thread.id == server.pid)


def requests_of(stack: Stack, token: str) -> None:
    """The same requests to both apps in turn, each with one worker; each is started first as often as the
    other, as the first one has been seen to need 2 to 7 % more, metrics or not."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = (("GET", "/v1/empty"), ("POST", "/v1/leads"))
    spent: Counter[tuple[str, str]] = Counter()
    for turn in range(STARTS):
        first, second = ("create_app", "create_unmeasured")[::1 if turn % 2 else -1]
        with ExitStack() as running:
            servers = {app: running.enter_context(
                serving(stack, f"tests.benchmarks.empty_route:{app}()", OURS[1], port, SIDECAR_WORKERS="1"))
                for app, port in ((first, 18131), (second, 18132))}
            for method, path in asked:
                both = [asker(address, method, path, headers, bodies_of(method, f"{app}{turn}"))
                        for app, address in servers.items()]
                for ask in both:
                    for _ in range(100):
                        ask()
                spent.subtract({(app, path): used(address) for app, address in servers.items()})
                for request in range(REQUESTS):
                    for ask in both[::1 if request % 2 else -1]:
                        ask()
                spent.update({(app, path): used(address) for app, address in servers.items()})
    for method, path in asked:
        measured, without = (spent[app, path] / REQUESTS / STARTS
                             for app in ("create_app", "create_unmeasured"))
        print(f"{method} {path}: {measured:.3f} ms with metrics, {without:.3f} ms without: "
              f"ratio {measured / without:.3f} (goal 1.03)")


def scrapes_of(stack: Stack, engine: Engine, token: str, many: int) -> None:
    """Scrapes that read Postgres each time; the workers have served all kinds of requests."""
    headers = {"Authorization": f"Bearer {token}"}
    paths = ("/v1/leads", "/v1/contacts", "/v1/organizations", "/v1/jobs", "/v1/providers", "/v1/rejects",
             "/v1/notifications", "/v1/stats/overview", "/v1/scoring/models", "/readyz", "/nothing")

    def scrape(address: str) -> tuple[float, int]:
        connection = http.client.HTTPConnection(address, timeout=60)
        for _ in range(WORKERS * 3):
            for path in paths:
                connection.request("GET", path, headers=headers)
                connection.getresponse().read()
        spent = []
        for _ in range(SCRAPES):
            begun = time.perf_counter()
            connection.request("GET", "/metrics")
            text = connection.getresponse().read()
            spent.append((time.perf_counter() - begun) * 1000)
        return statistics.median(spent), len(text)

    told = {}
    for seconds, port in (("0", 18133), ("10", 18134)):
        with serving(stack, *OURS, port, SIDECAR_WORKERS=str(WORKERS),
                     SIDECAR_METRICS_SECONDS=seconds) as address:
            if seconds == "0":
                told["empty"] = scrape(address)
                fill(engine, 1, many)
                with engine.database.write() as cursor:
                    cursor.execute(f"SET LOCAL statement_timeout = 0; {_WORK}")
            told[seconds] = scrape(address)
    (full, size), (empty, before), (kept, _) = told["0"], told["empty"], told["10"]
    print(f"scrape of {WORKERS} workers: {full:.1f} ms and {size / 1024:.0f} kB with {many:,} leads and "
          f"{2 * many:,} calls, {empty:.1f} ms and {before / 1024:.0f} kB with none: "
          f"ratio {full / empty:.2f}; {kept:.1f} ms while what Postgres tells is kept")


def main() -> None:
    """Print every figure."""
    with running_services(POSTGRES_SHARED_BUFFERS="1GB") as stack:
        engine = Engine.build(Settings.from_env(
            programs.sidecar_environment(stack) | {"SIDECAR_WAKE_URL": ""}))
        token = token_of(stack, engine)
        requests_of(stack, token)
        scrapes_of(stack, engine, token, int(os.environ.get("LEADS", 100_000)))
        engine.close()


if __name__ == "__main__":
    main()
