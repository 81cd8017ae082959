"""Leads as a list: every filter, every sort, sparse fields; one lead with all that happened to it."""

from __future__ import annotations

import itertools
import json
import random
import re
from urllib.parse import quote, urlencode

import pytest

from sidecar.api.schemas import LeadFilters
from sidecar.store.leads import SORTS
from sidecar.terms.fields import FIELDS
from tests.integration.conftest import Api, users_of
from tests.integration.test_pipeline import claim, run

OPTIONS = {
    "status": ["new", "lost"], "stage": ["dead", "queued"], "grade": ["hot", "cold"],
    "owner": ["ada@example.com", "none"],
    "source": ["web_form", "demo_request"], "tag": ["vip"], "q": ["hay", "firm1"],
    "min_score": [0.25, 10.26, 20], "max_score": [0.29, 20.25, 30], "created_from": ["2026-01-03T00:00:00Z"],
    "created_to": ["2026-01-11T00:00:00Z"],
}

NUMBER = 12


@pytest.fixture
def stored(api, engine):
    """Leads that differ in all that is filtered by, several with the same score; newest first."""
    # One by one: ids made in one millisecond are in no order.
    results = [api.post("/v1/leads", {
         "email": f"p{n}@firm{n}.example", "full_name": f"Person {'Needle' if n == 3 else 'Hay'}",
         "source": "demo_request" if n % 2 else "web_form", "tags": ["vip"] if n % 3 == 0 else []},
        ).json["results"][0] for n in range(NUMBER)]
    ids = [result["lead_id"] for result in results]
    with engine.database.write() as cursor:
        for n, lead_id in enumerate(ids):
            cursor.execute(
                "UPDATE leads SET total_score = %(score)s, grade = %(grade)s, scored_at = %(at)s,"
                " status = %(status)s, owner_id = (SELECT id FROM users WHERE email = %(owner)s),"
                " created_at = timestamptz '2026-01-01' + %(n)s * interval '1 day' WHERE id = %(id)s",
                {"id": lead_id, "n": n, "score": None if n in (2, 7) else 1000 * (n // 3) + 25,
                 "grade": None if n in (2, 7) else "hot" if n > 8 else "cold",
                 "at": None if n in (2, 7) else "2026-02-01", "owner": "ada@example.com" if n == 5 else None,
                 "status": "lost" if n == 4 else "new"})
            cursor.execute(
                "INSERT INTO lead_scores (lead_id, total_score, grade, breakdown, model_version,"
                " calculated_at) SELECT id, total_score, grade, '{\"components\": {}, \"reasons\": []}', '1',"
                " scored_at FROM leads WHERE id = %s AND grade IS NOT NULL", (lead_id,))
            if n == 5:
                cursor.execute("UPDATE contacts SET country = 'DE' WHERE id = (SELECT contact_id FROM leads"
                               " WHERE id = %s)", (lead_id,))
            if n in (9, 11):
                cursor.execute("UPDATE leads SET hot_changes = 1 WHERE id = %s", (lead_id,))
                cursor.execute("INSERT INTO hot_changes (lead_id, number, at, source, touched_at)"
                               " VALUES (%s, 1, now(), 'web_form', %s)", (lead_id, None if n == 9 else "now"))
            if n == 6:
                cursor.execute("UPDATE work_items SET stage = 'dead' WHERE lead_id = %s", (lead_id,))
    return ids


def listed(api, **query):
    answer = api.get(f"/v1/leads?{urlencode(query)}")
    assert answer.status_code == 200, answer.json
    return answer.json


@pytest.mark.parametrize(("query", "found"), [
    ({"status": "lost"}, [4]), ({"stage": "dead"}, [6]), ({"grade": "hot"}, [9, 10, 11]),
    ({"source": "web_form"}, [0, 2, 4, 6, 8, 10]), ({"tag": "vip"}, [0, 3, 6, 9]),
    ({"owner": "Ada@example.com"}, [5]), ({"owner": "none", "grade": "hot"}, [9, 10, 11]),
    ({"min_score": 20.25}, [6, 8, 9, 10, 11]), ({"max_score": 10.25}, [0, 1, 3, 4, 5]),
    ({"min_score": 10.26, "max_score": 20.25}, [6, 8]),
    ({"created_from": "2026-01-11T00:00:00Z"}, [10, 11]),
    ({"created_to": "2026-01-03T01:00:00+01:00"}, [0, 1]),
    ({"created_from": "2026-01-03T00:00:00Z", "created_to": "2026-01-05T00:00:00Z"}, [2, 3]),
    ({"q": "needle"}, [3]), ({"q": "FIRM11.example"}, [11]), ({"q": "%"}, []), ({"q": "_"}, []),
    ({"q": " firm3.example  person "}, [3]), ({"q": "vip needle"}, [3]), ({"q": "vip hay"}, [0, 6, 9]),
    ({"country": "DE"}, [5]), ({"country": "FR"}, []), ({"touched": "false"}, [9]),
    ({"touched": "true"}, [11]),
    ({"grade": "hot", "source": "web_form"}, [10]), ({"status": "converted"}, []),
])
def test_every_filter_finds_what_it_names(api, stored, query, found):
    wanted = [stored[n] for n in found]
    assert [row["id"] for row in listed(api, **query)["data"]] == wanted[::-1]
    assert [row["id"] for row in listed(api, sort="oldest", **query)["data"]] == wanted


@pytest.mark.parametrize(("name", "value"), [
    ("status", "sold"), ("stage", "x"), ("grade", "x"), ("min_score", "101"), ("max_score", "nan"),
    ("country", "Germany"), ("touched", "perhaps"), ("import_id", "1"), ("created_from", "yesterday"),
    ("created_to", "2026-01-01"), ("sort", "random"), ("limit", "0"),
    ("limit", "201"), ("cursor", "x"), ("cursor", "W10"), ("fields", "contact.salary"), ("fields", ""),
    ("fields", "id,,source"), ("fields", "tags.0"), ("colour", "red"), ("q", "\0"),
])
def test_a_wrong_filter_is_named(api, name, value):
    answer = api.get(f"/v1/leads?{urlencode({name: value})}")
    assert answer.status_code == 422 and answer.json["errors"][0]["pointer"] == f"/{name}"


@pytest.mark.parametrize(("sort", "limit"), list(itertools.product(SORTS, (1, 2, 5, 11, 12))))
def test_every_sort_pages_without_gaps_or_repeats(api, stored, sort, limit):
    whole = [row["id"] for row in listed(api, sort=sort)["data"]]
    seen, cursor = [], None
    while True:
        page = listed(api, sort=sort, limit=limit, **({"cursor": cursor} if cursor else {}))
        assert len(page["data"]) <= limit
        seen += [row["id"] for row in page["data"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == whole and sorted(seen) == sorted(stored)


def test_the_sorts_are_what_they_are_called(api, stored):
    rows = {sort: listed(api, sort=sort)["data"] for sort in SORTS}
    assert [row["id"] for row in rows["newest"]] == stored[::-1]
    for one, other in (("newest", "oldest"), ("score", "lowest"), ("changed", "unchanged")):
        assert rows[one] == rows[other][::-1]
    totals = [row["score"]["total"] if row["score"] else -1 for row in rows["score"]]
    assert totals == sorted(totals, reverse=True) and totals[-2:] == [-1, -1]


def test_what_was_changed_last_comes_first(api, stored):
    api.client.patch(f"/v1/leads/{stored[2]}", json={"status": "working"}, headers=api.headers)
    assert listed(api, sort="changed")["data"][0]["id"] == stored[2]


@pytest.mark.parametrize("query", [{}, {"grade": "hot"}, {"q": "hay", "stage": "dead"}, {"tag": "nobody"}])
def test_the_count_is_that_of_the_list(api, stored, query):
    answer = api.get(f"/v1/leads/count?{urlencode(query)}").json
    assert answer == {"count": len(listed(api, limit=200, **query)["data"]), "more": False}


def test_more_than_the_bound_are_not_counted(api, stored, monkeypatch):
    monkeypatch.setattr("sidecar.services.leads.MOST_COUNTED", 5)
    assert api.get("/v1/leads/count").json == {"count": 5, "more": True}


def test_what_is_masked_is_not_counted_by(app, stored):
    reader = Api(app.test_client(), "reader")
    assert reader.get("/v1/leads/count?tag=vip").status_code == 403
    assert reader.get("/v1/leads/count?q=needle").json["count"] == 0


def test_what_comes_in_between_two_pages_moves_nothing(api, stored):
    first = listed(api, limit=4)
    api.post("/v1/leads", {"email": "late@comer.example"})
    rest = listed(api, limit=200, cursor=first["next"])["data"]
    assert [row["id"] for row in first["data"] + rest] == stored[::-1]


def test_a_cursor_fits_its_own_sort_alone(api, stored):
    for made, used in itertools.permutations(SORTS, 2):
        cursor = listed(api, sort=made, limit=1)["next"]
        refused = api.get(f"/v1/leads?sort={used}&cursor={cursor}")
        assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == "/cursor"


def test_sparse_fields_answer_these_and_no_more(app, api, stored):
    page = listed(api, fields="id,score,contact.email,organization.name", limit=2)
    assert page["next"]
    assert [list(row) for row in page["data"]] == [["id", "contact", "organization", "score"]] * 2
    assert page["data"][0]["contact"] == {"email": "p11@firm11.example"}
    assert listed(api, fields="score.total,contact", limit=1)["data"][0]["score"] == {"total": 30.25}
    reader = Api(app.test_client(), "reader")
    assert listed(reader, fields="contact.email", limit=1)["data"] == [
        {"contact": {"email": "p…@firm11.example"}, "masked": True}]


def test_a_lead_tells_its_status_history_and_its_messages(api, engine):
    lead_id = api.post("/v1/leads", {
        "email": "pat@firm1.example", "full_name": "Pat Quill"}).json["results"][0]["lead_id"]
    path = f"/v1/leads/{lead_id}"
    for status in ("working", "qualified"):
        api.client.patch(path, json={"status": status}, headers=api.headers)
    with engine.database.write() as cursor:
        cursor.execute(
            "INSERT INTO notifications (kind, lead_id, channel, recipient, dedupe_key, state, sent_at)"
            " VALUES ('hot_lead', %(id)s, 'slack', 'sales', 'a', 'sent', now()),"
            " ('hot_lead', %(id)s, 'email', 'boss@example.com', 'b', 'owed', NULL)", {"id": lead_id})
    shown = api.get(path)
    assert [(row["from_status"], row["to_status"], row["changed_by"]) for row in shown.json["status_history"]
            ] == [("working", "qualified", "tests"), ("new", "working", "tests")]
    told = {row["channel"]: row for row in shown.json["notifications"]}
    assert told["slack"]["state"] == "sent" and told["slack"]["sent_at"]
    assert told["email"]["state"] == "owed" and told["email"]["sent_at"] is None
    assert "boss@example.com" not in shown.text


def test_a_scored_lead_tells_its_scores(api):
    lead_id = api.post("/v1/leads", {
        "email": "pat@firm1.example", "full_name": "Pat Quill"}).json["results"][0]["lead_id"]
    run(api, claim(api))
    shown = api.get(f"/v1/leads/{lead_id}").json
    assert shown["history"][0]["total"] == shown["score"]["total"]
    assert shown["contact"]["fields"]["email"]["source"] == "lead"


@pytest.mark.parametrize("sort", SORTS)
def test_a_sort_reads_no_more_than_its_page(engine, stored, sort):
    """By its index: no sort of the whole table."""
    from sidecar.store import leads

    with engine.database.write() as cursor:
        # A few rows are as quickly sorted.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
                       " SET LOCAL enable_sort = off")
        row = leads.page(cursor, {}, sort=sort, limit=1, after=None)[0]
        leads.page(cursor, {}, sort=sort, limit=5, after=leads.cursor_of(row, sort))
        cursor.execute(b"EXPLAIN " + cursor.query)
        plan = str(cursor.fetchall())
        picked = plan[plan.index("Limit"):]
        index = {None: "leads_pkey", "score": "leads_score", "time": "leads_changed"}[leads.CURSORS[sort]]
        assert index in picked


@pytest.mark.parametrize("name, index", [
    ("created_from", "leads_created"), ("updated_from", "leads_(updated|changed)"),
    ("updated_to", "leads_(updated|changed)"), ("scored_from", "leads_scored"),
    ("scored_to", "leads_scored")])
def test_a_filter_by_time_has_its_index(engine, name, index):
    from sidecar.store import leads

    with engine.database.write() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        leads.page(cursor, {name: engine.now()}, sort="newest", limit=5, after=None)
        cursor.execute(b"EXPLAIN " + cursor.query)
        assert re.search(index, str(cursor.fetchall()))


def add(api, **lead):
    return api.post("/v1/leads", lead).json["results"][0]["lead_id"]


def patch(api, lead_id, body, **headers):
    return api.client.patch(f"/v1/leads/{lead_id}", json=body, headers=api.headers | headers)


def test_a_closed_lead_is_not_opened_beside_another_open_one(api, engine):
    first = add(api, email="pat@firm1.example")
    patch(api, first, {"status": "lost"})
    second = add(api, email="pat@firm1.example")
    assert second != first
    refused = patch(api, first, {"status": "working"})
    assert refused.status_code == 409 and refused.json["open_lead_id"] == second
    assert [row["to_status"] for row in api.get(f"/v1/leads/{first}").json["status_history"]] == ["lost"]
    assert patch(api, first, {"status": "archived"}).status_code == 200
    patch(api, second, {"status": "converted"})
    assert patch(api, first, {"status": "working"}).status_code == 200


def test_a_lead_that_comes_in_between_is_a_conflict_too(api, monkeypatch):
    from sidecar.store import leads

    first = add(api, email="pat@firm1.example")
    patch(api, first, {"status": "lost"})
    add(api, email="pat@firm1.example")
    monkeypatch.setattr(leads, "open_lead", lambda *_: None)
    assert patch(api, first, {"status": "new"}).status_code == 409


def test_an_edit_that_changes_nothing_is_none(api, engine):
    users_of(engine, "nina@example.com")
    lead_id = add(api, email="pat@firm1.example", tags=["vip"])
    for body in ({"status": "new"}, {"tags": ["vip", "vip"], "owner": None}, {"message": " "}):
        answer = patch(api, lead_id, body).json
        assert (answer["version"], answer["changed"]) == (1, [])
    assert api.get(f"/v1/audit?entity_kind=lead&entity_id={lead_id}").json["data"] == []
    edited = patch(
        api, lead_id, {"tags": [" a ", "b", "a"], "owner": " Nina@Example.com ", "status": "new"}).json
    assert (edited["tags"], edited["owner"], edited["changed"]) == (
        ["a", "b"], "nina@example.com", ["owner", "tags"])


def test_owner_and_message_are_taken_away(api, engine):
    users_of(engine, "nina@example.com")
    lead_id = add(api, email="pat@firm1.example", message="Call me")
    patch(api, lead_id, {"owner": "nina@example.com"})
    gone = patch(api, lead_id, {"owner": None, "message": ""}).json
    assert (gone["owner"], gone["message"], gone["changed"]) == (None, None, ["message", "owner"])


@pytest.mark.parametrize(("body", "pointer"), [
    ({"tags": [""]}, "/tags/0"), ({"tags": ["a", " "]}, "/tags/1"), ({"tags": None}, "/tags"),
    ({"tags": "a"}, "/tags"), ({"tags": ["a\0"]}, "/tags/0"), ({"tags": ["a"] * 51}, "/tags"),
    ({"owner": ""}, "/owner"), ({"owner": "nobody@sales.example"}, "/owner"), ({"status": "sold"}, "/status"),
    ({"status": None}, "/status"),
    ({"score": 100}, "/score"), ({"message": "x" * 10_001}, "/message"), ([], ""), ({}, ""),
])
def test_a_wrong_edit_names_the_field(api, body, pointer):
    answer = patch(api, add(api, email="pat@firm1.example"), body)
    assert answer.status_code == 422 and answer.json["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("kind", ["leads", "contacts", "organizations"])
def test_the_etag_is_what_if_match_takes(api, kind, engine):
    users_of(engine, "nina@example.com")
    lead = api.get(f"/v1/leads/{add(api, email='pat@firm1.example', company_name='Firm')}").json
    row = {"leads": lead, "contacts": lead["contact"], "organizations": lead["organization"]}[kind]
    path, body = f"/v1/{kind}/{row['id']}", (
        {"owner": "nina@example.com"} if kind == "leads" else {"country": "Austria"})

    def edit(tag):
        return api.client.patch(path, json=body, headers=api.headers | {"If-Match": tag})

    tag = api.get(path).headers["ETag"]
    version = int(tag.strip('"'))
    for wrong in ('"0"', '"x"', 'W/"999"', '"998", "999"', "999", "nonsense"):
        assert edit(wrong).status_code == 412
    changed = edit(tag)
    assert changed.status_code == 200 and changed.headers["ETag"] == f'"{version + 1}"'
    assert edit(tag).status_code == 412
    assert edit(f'"{version}", W/"{version + 1}"').status_code == 200
    assert edit("*").status_code == 200


def test_every_edit_is_audited_without_naming_anybody(api):
    lead = api.get(f"/v1/leads/{add(api, email='pat@firm1.example', company_name='Firm')}").json
    patch(api, lead["id"], {"status": "working", "message": "Ring Pat Quill"}, **{"X-Request-Id": "r-1"})
    for kind, body in (("contacts", {"first_name": "Patricia", "job_title": "Director of Sales"}),
                       ("organizations", {"name": "Firm One"})):
        row = lead["contact" if kind == "contacts" else "organization"]
        api.client.patch(f"/v1/{kind}/{row['id']}", json=body, headers=api.headers)
    answer = api.get("/v1/audit?limit=3")
    company, person, edited = answer.json["data"]
    assert edited["actor"] == "tests" and edited["request_id"]
    assert (edited["before"], edited["after"]) == (
        {"status": "new"}, {"status": "working", "fields": ["message", "status"]})
    assert person["action"] == "contact.edited" and "first_name" in person["after"]["fields"]
    assert person["before"]["seniority"] is None and person["after"]["seniority"] == "director"
    assert company["before"]["name"] == "Firm" and company["after"]["name"] == "Firm One"
    assert not any(word in answer.text for word in ("Patricia", "Quill", "pat@", "Director of"))


def test_what_a_person_asks_of_the_pipeline_is_audited(api, engine):
    lead_id = add(api, email="pat@firm1.example")
    with engine.database.write() as cursor:
        cursor.execute("UPDATE work_items SET stage = 'dead' WHERE lead_id = %s", (lead_id,))
    api.post(f"/v1/dead-letters/{lead_id}/replay")
    job = api.client.post("/v1/jobs/imports", data=b"email\na@firm1.example\n", content_type="text/csv",
                          headers=api.headers).json["job"]
    api.post(f"/v1/jobs/{job['id']}/cancel")
    other = add(api, email="sam@firm1.example")
    for lead, stage in ((lead_id, "let_go"), (other, "done")):
        with engine.database.write() as cursor:
            cursor.execute("UPDATE work_items SET stage = %s WHERE lead_id = %s", (stage, lead))
    api.post(f"/v1/dead-letters/{lead_id}/replay")
    api.post("/v1/leads/rescore", {"grade": "hot"})
    api.post("/v1/leads/rescore", {"lead_ids": [lead_id, other]})
    api.post("/v1/leads/enrich", {"lead_ids": [lead_id, other], "ask_again": True})
    found = api.get("/v1/audit?limit=7").json["data"]
    assert [(row["action"], row["entity_id"], row["before"], row["after"]) for row in found[:4]] == [
        ("leads.enriched_again", "*", None, {"leads": 2, "ask_again": True}),
        ("leads.scored_again", other, None, {"leads": 1, "filters": []}),
        ("leads.scored_again", "*", None, {"leads": 0, "filters": ["grade"]}),
        ("lead.replayed", lead_id, {"stage": "let_go"}, {"stage": "queued"})]
    assert [(row["action"], row["entity_id"]) for row in found[4:]] == [
        ("job.cancelled", job["id"]), ("job.created", job["id"]), ("lead.replayed", lead_id)]
    assert all(row["request_id"] for row in found)


def fits(lead, query):
    """The filters once more, plainly."""
    contact, total = lead["contact"], (lead["score"] or {}).get("total")
    tests = {
        **{name: lambda value, name=name: (lead[name] or "none") == value
           for name in ("status", "stage", "owner", "source")},
        "grade": lambda value: bool(lead["score"]) and lead["score"]["grade"] == value,
        "tag": lambda value: value in lead["tags"],
        "q": lambda value: value in f"{contact['full_name']} {contact['email']}".lower(),
        "min_score": lambda value: total is not None and total >= value,
        "max_score": lambda value: total is not None and total <= value,
        "created_from": lambda value: lead["created_at"] >= value[:19],
        "created_to": lambda value: lead["created_at"] < value[:19],
    }
    return all(tests[name](value) for name, value in query.items())


def test_filters_combine_in_every_sort_and_page_size(api, stored):
    """Seeded at random, held against the filters written plainly."""
    whole = {sort: listed(api, sort=sort)["data"] for sort in SORTS}
    chance, hits = random.Random(7), 0
    for _ in range(150):
        query = {name: chance.choice(OPTIONS[name])
                 for name in chance.sample(sorted(OPTIONS), chance.choice([1, 2, 2, 3]))}
        sort, cursor, seen = chance.choice(SORTS), None, []
        limit = chance.choice([1, 2, 3, 7])
        while True:
            page = listed(api, sort=sort, limit=limit, **query, **({"cursor": cursor} if cursor else {}))
            seen += [row["id"] for row in page["data"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == [lead["id"] for lead in whole[sort] if fits(lead, query)], (sort, limit, query)
        hits += bool(seen)
    assert hits > 50


MANY = 50_000


@pytest.fixture
def crowd(api, engine):
    """50,000 leads: of every filter a value that many have and one that few have."""
    users_of(engine, "few@example.com", "many@example.com")
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO contacts (id) SELECT uuidv7() FROM generate_series(1, %s)", (MANY,))
        cursor.execute("""
            INSERT INTO leads (contact_id, source, status, tags, owner_id, total_score, grade, scored_at,
                               search_text, created_at)
            SELECT id, CASE WHEN n % 1000 = 0 THEN 'rare' ELSE 'import' END,
                CASE WHEN n % 997 = 0 THEN 'qualified' ELSE 'new' END,
                CASE WHEN n % 991 = 0 THEN ARRAY['vip'] ELSE ARRAY['fair'] END,
                (SELECT u.id FROM users u WHERE u.email = CASE
                    WHEN n % 1009 = 0 THEN 'few@example.com' WHEN n % 4 = 0 THEN 'many@example.com' END),
                points, CASE WHEN points >= 8000 THEN 'hot' WHEN points >= 5000 THEN 'warm' ELSE 'cold' END,
                now(), md5(n::text) || ' straw', now() - n * interval '1 minute'
            FROM (SELECT id, n, (n * 7919) % 10001 AS points
                  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM contacts) numbered) scored""")
        cursor.execute("""
            INSERT INTO work_items (lead_id, lane, stage)
            SELECT id, 'bulk', CASE WHEN owner = 'few@example.com' THEN 'dead' ELSE 'done' END FROM leads""")
        # What autovacuum does after a while.
        cursor.execute("SELECT gin_clean_pending_list('leads_search'), gin_clean_pending_list('leads_tags')")
        cursor.execute("ANALYZE leads; ANALYZE work_items; ANALYZE contacts")
    yield
    with engine.database.write() as cursor:
        cursor.execute("TRUNCATE contacts, leads CASCADE")


# Per page of 50 rows. A scan of the table would read 50,000.
READ_AT_MOST = 5_000


def rows_read(plan):
    """How many rows a plan's scans look at, whether they pass or not."""
    below = sum(rows_read(part) for part in plan.get("Plans", []))
    if "Scan" not in plan["Node Type"] or plan["Node Type"].startswith("Bitmap Index"):
        return below
    return below + plan["Actual Loops"] * (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))


def test_a_page_of_a_filter_does_not_read_the_whole_table(engine, crowd):
    from sidecar.store import leads

    # No text that few have: whether the planner knows them for few hangs on the sample of ANALYZE.
    few = [{"status": "qualified"}, {"stage": "dead"}, {"source": "rare"}, {"tag": "vip"},
           {"owner": "few@example.com"},
           {"owner": "nobody"}, {"min_score": 99.9}, {"max_score": 0.1}, {"q": "needle"},
           {"min_score": 50, "max_score": 50.1}, {"status": "new", "owner": "few@example.com"},
           {"created_from": "2099-01-01"}, {"created_to": "2000-01-01"}]
    often = [{}, {"grade": "hot"}, {"grade": "warm"}, {"grade": "cold"},
             {"status": "new"}, {"source": "import"}, {"tag": "fair"}, {"owner": "many@example.com"},
             {"owner": "none"}, {"min_score": 1}, {"max_score": 99}, {"q": "straw"},
             {"created_to": "2099-01-01"}]
    read = {}
    with engine.database.write() as cursor:
        for query, sort in itertools.product(few + often, SORTS):
            rows = leads.page(cursor, query, sort=sort, limit=51, after=None)
            for after in [None, leads.cursor_of(rows[-1], sort)] if rows else [None]:
                leads.page(cursor, query, sort=sort, limit=51, after=after)
                cursor.execute(b"EXPLAIN (ANALYZE, FORMAT JSON) " + cursor.query)
                plan = cursor.fetchone()["QUERY PLAN"][0]["Plan"]
                read[json.dumps(query), sort, bool(after)] = rows_read(plan)
    assert [f"{count:.0f} {key}" for key, count in read.items() if count > READ_AT_MOST] == []


def test_the_next_leads_to_be_scored_again_are_found_by_the_index(engine, crowd):
    from sidecar.store import scores

    with engine.database.write() as cursor:
        last = scores.after(cursor, None, 50)[-1]
        assert len(scores.after(cursor, last, 50)) == 50
        cursor.execute(b"EXPLAIN (ANALYZE, FORMAT JSON) " + cursor.query)
        assert rows_read(cursor.fetchone()["QUERY PLAN"][0]["Plan"]) <= READ_AT_MOST


def test_who_may_not_see_people_may_not_find_them_either(app, api):
    """Letter by letter, a search would tell what is masked."""
    api.post("/v1/leads", {"email": "pat@firm1.example", "full_name": "Pat Quill",
                           "company_name": "Hidden Works", "company_domain": "hidden.example"})
    reader = Api(app.test_client(), "reader")
    for path in ("/v1/leads", "/v1/contacts"):
        for text in ("quill", "pat@", "pat@firm1.example", "q"):
            assert api.get(f"{path}?q={text}").json["data"]
            assert reader.get(f"{path}?q={text}").json["data"] == []
        for text in ("hidden", "HIDDEN.ex", "den works"):
            assert len(reader.get(f"{path}?q={text}").json["data"]) == 1
        assert reader.get(f"{path}?q=%25").json["data"] == []


def test_what_is_masked_is_neither_searched_nor_filtered_by(app, api):
    """Each filter of a list, by whether it looks at what is hidden; the domain of a private address too."""
    api.post("/v1/leads", {"email": "jane@jane-roe.example", "full_name": "Jane Roe", "tags": ["jane"]})
    reader = Api(app.test_client(), "reader")
    given = {"q": "jane", "tag": "jane", "owner": "jane", "source": "jane", "status": "new",
             "stage": "queued", "grade": "hot", "min_score": "1", "max_score": "1", "country": "DE",
             "touched": "true", "import_id": "01a1f000-0000-7000-8000-000000000000",
             "organization": "01a1f000-0000-7000-8000-000000000000",
             **{f"{what}_{end}": "2026-01-01T00:00:00Z"
                for what in ("created", "updated", "scored") for end in ("from", "to")}}
    assert given.keys() == LeadFilters().fields.keys()
    hidden = {field.filter for field in FIELDS if field.personal and field.filter}
    assert hidden == {"tag", "owner"}
    for name, value in given.items():
        assert api.get(f"/v1/leads?{name}={quote(value)}").status_code == 200
        refused = reader.get(f"/v1/leads?{name}={quote(value)}")
        assert refused.status_code == (403 if name in hidden else 200), name
        if name in hidden:
            assert [error["pointer"] for error in refused.json["errors"]] == [f"/{name}"]
    both = reader.get("/v1/leads?tag=jane&owner=jane&status=new")
    assert [error["pointer"] for error in both.json["errors"]] == ["/owner", "/tag"]
    for path in ("/v1/leads", "/v1/contacts", "/v1/organizations"):
        for text in ("jane", "jane-roe.example", "roe"):
            assert reader.get(f"{path}?q={text}").json["data"] == [], (path, text)
        assert api.get(f"{path}?q=jane-roe").json["data"]
    shown = reader.get("/v1/leads").json["data"][0]
    assert (shown["tags"], shown["owner"]) == ([], None)
