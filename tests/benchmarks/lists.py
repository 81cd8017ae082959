"""How long the list of leads takes to open in a store of 10,000 leads and in a large one (LEADS=1000000):
every sort, filter and search, with its count, asked in both in turn, so that what else the machine does
weighs alike; then the requests and bytes of the dashboard's page.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from local import browser, programs
from local.programs import Stack
from sidecar.engine import Engine
from sidecar.services import leads
from sidecar.settings import Settings
from sidecar.store.leads import SORTS
from tests.benchmarks.records.leads import FAMILY, GIVEN, STEMS, TITLES, TRADES
from tests.client import Client
from tests.stack import running, running_services

SMALL, TIMES, PAGE = 10_000, 15, 50
OWNERS = 12
SOURCES = ("web_form", "import", "demo_request", "linkedin", "webinar", "partner", "trade_fair", "referral")
COUNTRIES = ("US", "DE", "GB", "FR", "NL", "CA", "IN", "BR", "ES", "IT", "SE", "PL", "AT", "CH", "JP", "LI")
# Leads from number %(first)s on. Chance is a hash of the number, so that every run has the same leads; a few
# of all choices are rare. A lead is half a minute older than the next.
_FILL = """
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT n, uuidv7((n - %(until)s) * interval '30 seconds') AS lead_id, uuidv7() AS contact_id,
    now() + (n - %(until)s) * interval '30 seconds' AS at, a, b, c, d,
    (%(given)s::text[])[1 + (a * %(given_n)s)::int %% %(given_n)s] AS first_name,
    (%(family)s::text[])[1 + (b * %(family_n)s)::int %% %(family_n)s] AS last_name,
    CASE WHEN c < 0.03 THEN 'hot' WHEN c < 0.3 THEN 'warm' ELSE 'cold' END AS grade,
    CASE WHEN d < 0.7 THEN 'new' WHEN d < 0.8 THEN 'working' WHEN d < 0.84 THEN 'qualified'
         WHEN d < 0.88 THEN 'converted' WHEN d < 0.96 THEN 'lost' ELSE 'archived' END AS status
FROM generate_series(%(first)s, %(last)s) n, LATERAL (SELECT
    (hashint8(n) & 65535) / 65536.0 AS a, (hashint8(n + 10000019) & 65535) / 65536.0 AS b,
    (hashint8(n + 20000033) & 65535) / 65536.0 AS c, (hashint8(n + 30000049) & 65535) / 65536.0 AS d) chance;
INSERT INTO organizations (id, name, domain, company_key)
SELECT uuidv7(), name || ' ' || k || ' Inc.', 'firm' || k || '.example', 'firm' || k
FROM generate_series(%(first)s / 10, %(last)s / 10) k, LATERAL (SELECT
    (%(stems)s::text[])[1 + k %% %(stems_n)s] || ' ' || (%(trades)s::text[])[1 + k / 7 %% %(trades_n)s]
        AS name) x
ON CONFLICT DO NOTHING;
INSERT INTO contacts (id, org_id, name, first_name, last_name, email, email_canonical, job_title, phone,
                      country)
SELECT contact_id, o.id, first_name || ' ' || last_name, first_name, last_name, 'p' || n || '@' || o.domain,
    'p' || n || '@' || o.domain, (%(titles)s::text[])[1 + (a * 997)::int %% %(titles_n)s],
    '+4930' || lpad(n::text, 8, '0'),
    (%(countries)s::text[])[1 + (b * b * %(countries_n)s)::int %% %(countries_n)s]
FROM made JOIN organizations o ON o.domain = 'firm' || n / 10 || '.example';
INSERT INTO leads (id, contact_id, org_id, email, source, status, tags, owner_id, total_score, grade,
                   hot_changes, scored_at, search_text, created_at, updated_at)
SELECT lead_id, m.contact_id, p.org_id, p.email,
    (%(sources)s::text[])[1 + (d * d * %(sources_n)s)::int %% %(sources_n)s],
    status, t.tags, CASE WHEN a < 0.2 THEN (
        SELECT id FROM users WHERE
            email = 'owner' || (b * %(owners)s)::int %% %(owners)s || '@bench.example') END,
    CASE grade WHEN 'hot' THEN 8000 ELSE 2000 END + (a * 2000)::int, grade, (grade = 'hot')::int, m.at,
    lead_search_text(p, o, t.tags), m.at, m.at + b * b * interval '3 days'
FROM made m JOIN contacts p ON p.id = m.contact_id JOIN organizations o ON o.id = p.org_id,
    LATERAL (SELECT CASE WHEN b < 0.2 THEN ARRAY['tag-' || (a * a * 40)::int] ELSE '{}' END AS tags) t;
INSERT INTO work_items (lead_id, lane, stage)
SELECT lead_id, 'bulk', CASE WHEN c > 0.999 THEN 'dead' ELSE 'done' END FROM made;
INSERT INTO lead_scores (lead_id, total_score, grade, breakdown, model_version, calculated_at)
SELECT l.id, l.total_score, l.grade, '{"components": {}, "weights": {}, "reasons": []}', '1', l.scored_at
FROM made m JOIN leads l ON l.id = m.lead_id;
INSERT INTO hot_changes (lead_id, number, at, source, touched_at)
SELECT l.id, 1, l.scored_at, l.source, CASE WHEN m.b < 0.6 THEN l.scored_at + interval '1 hour' END
FROM made m JOIN leads l ON l.id = m.lead_id WHERE l.grade = 'hot';
"""
_LISTS: dict[str, Any] = {"given": GIVEN, "family": FAMILY, "stems": STEMS, "trades": TRADES,
                          "titles": TITLES, "countries": COUNTRIES, "sources": SOURCES}
_CHUNK = 100_000


def fill(engine: Engine, first: int, last: int) -> None:
    """Leads number `first` to `last`, and what the planner knows of them."""
    lists = {name: list(values) for name, values in _LISTS.items()}
    with engine.database.write() as cursor:
        for number in range(OWNERS):
            cursor.execute("INSERT INTO users (email, password_hash, role) VALUES (%s, 'none', 'operator')"
                           " ON CONFLICT DO NOTHING", (f"owner{number}@bench.example",))
    for start in range(first, last + 1, _CHUNK):
        with engine.database.write() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(_FILL, {
                "first": start, "last": min(start + _CHUNK - 1, last), "until": last, "owners": OWNERS,
                **lists,
                **{f"{name}_n": len(values) for name, values in lists.items()}})


def questions() -> dict[str, tuple[str, dict[str, Any]]]:
    """What people open: name -> (sort, filters)."""
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        f"all, {sort}": (sort, {}) for sort in SORTS}
    chosen: dict[str, dict[str, Any]] = {
        "hot": {"grade": "hot"}, "warm": {"grade": "warm"}, "new": {"status": "new"},
        "lost": {"status": "lost"},
        "mine": {"owner": "owner3@bench.example"}, "nobody's": {"owner": "none"},
        "common source": {"source": "web_form"}, "rare source": {"source": "referral"},
        "common tag": {"tag": "tag-1"}, "rare tag": {"tag": "tag-39"}, "no such tag": {"tag": "none"},
        "common country": {"country": "US"}, "rare country": {"country": "JP"},
        "no lead's country": {"country": "AQ"},
        "at least 70": {"min_score": 70}, "at most 25": {"max_score": 25}, "failed": {"stage": "dead"},
        "yesterday's untouched hot": {
            "grade": "hot", "touched": False, "created_from": day - timedelta(days=1), "created_to": day},
        "untouched": {"touched": False}, "touched": {"touched": True},
        "hot and new": {"grade": "hot", "status": "new"}, "family name": {"q": "schneider"},
        "first and family name": {"q": "anna schneider"}, "address": {"q": "p77@firm7"},
        "phone": {"q": "+49 30 00000077"}, "name and company": {"q": "weber helix"},
        "nothing": {"q": "xqzjvw"},
    }
    for name, filters in chosen.items():
        for sort in ("newest", "score", "changed"):
            asked[f"{name}, {sort}"] = (sort, filters)
    return asked


def measure(engines: Sequence[Engine]) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of the page and of the count of each question in each store, the medians of TIMES."""
    def asked(work: Callable[[Engine], Any]) -> list[float]:
        spent: list[list[float]] = [[] for _ in engines]
        for _ in range(TIMES):
            for engine, taken in zip(engines, spent, strict=True):
                begun = time.perf_counter()
                work(engine)
                taken.append((time.perf_counter() - begun) * 1000)
        return [statistics.median(taken) for taken in spent]

    return {name: list(zip(
        asked(lambda engine, s=sort, f=filters: leads.list_leads(  # type: ignore[misc]
            engine, f, sort=s, limit=PAGE, after=None, reveal=True)),
        asked(lambda engine, f=filters: leads.count(engine, f, reveal=True)),  # type: ignore[misc]
        strict=True)) for name, (sort, filters) in questions().items()}


@contextmanager
def filled(stack: Stack, sizes: Sequence[int]) -> Iterator[list[Engine]]:
    """A store with so many leads each, tidied up as autovacuum leaves one behind."""
    environment = programs.sidecar_environment(stack) | {"SIDECAR_WAKE_URL": ""}
    engines = []
    for size in sizes:
        with closing(psycopg2.connect(stack.dsn("postgres", "POSTGRES_PASSWORD"))) as admin:
            admin.autocommit = True
            admin.cursor().execute(f"CREATE DATABASE leads{size} OWNER sidecar TEMPLATE sidecar")
        url = urlsplit(environment["SIDECAR_DATABASE_URL"])._replace(path=f"/leads{size}").geturl()
        engine = Engine.build(Settings.from_env(environment | {"SIDECAR_DATABASE_URL": url}))
        fill(engine, 1, size)
        with closing(psycopg2.connect(url)) as own:
            own.autocommit = True
            own.cursor().execute("VACUUM ANALYZE")
        engines.append(engine)
    yield engines
    for engine in engines:
        engine.close()


def page_weight() -> None:
    """Requests and bytes, as they were sent, when the list is opened the first time."""
    with running() as stack:
        client = Client(stack.facts)
        client.post("/v1/leads", {"leads": [
            {"email": f"p{n}@weight{n}.example", "full_name": f"Pat {FAMILY[n % len(FAMILY)]}"}
            for n in range(200)]}, timeout=60).raise_for_status()
        with browser.launched(stack.stack.settings, stack.stack.certificates.chain) as chromium:
            tab = chromium.new_page()
            tab.goto(stack.facts["dashboard_url"])
            tab.get_by_label("E-mail").fill(stack.facts["login"]["email"])
            tab.get_by_label("Password").fill(stack.facts["login"]["password"])
            tab.get_by_role("button", name="Sign in").click()
            tab.get_by_role("heading", name="Overview").wait_for()
            network = chromium.new_cdp_session(tab)
            network.send("Network.enable")
            sizes: list[int] = []
            network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
            sizes.clear()
            with tab.expect_response(lambda answer: "/v1/leads?" in answer.url):
                tab.goto(f"{stack.facts['dashboard_url']}#/leads")
            tab.locator("tbody tr").nth(PAGE - 1).wait_for()
            tab.wait_for_timeout(2000)  # what was asked for at once has come, and was told
            print(f"the list of leads, after the overview: {len(sizes)} requests, {sum(sizes) / 1024:.1f} kB")


def main() -> None:
    """Print every figure; the worst ratio last."""
    many = int(os.environ.get("LEADS", 300_000))
    with running_services(POSTGRES_SHARED_BUFFERS="1GB") as stack, filled(stack, (SMALL, many)) as engines:
        measured = measure(engines)
    ratios = {name: large[0] / small[0] for name, (small, large) in measured.items()}
    for name, (small, large) in measured.items():
        print(f"{name}: {large[0]:.1f} ms with {many:,} leads, {small[0]:.1f} ms with {SMALL:,}: ratio "
              f"{ratios[name]:.2f}; count {large[1]:.1f} ms, was {small[1]:.1f} ms")
    print(f"the list as it opens: ratio {ratios['all, newest']:.2f} (goal 1.5)")
    page_weight()


if __name__ == "__main__":
    main()
