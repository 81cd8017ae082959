"""Leads as a list: every filter, every sort, sparse fields; one lead with all that happened to it."""

from __future__ import annotations

import itertools
from urllib.parse import urlencode

import pytest

from sidecar.store.leads import SORTS
from tests.integration.conftest import Api
from tests.integration.test_pipeline import claim, run

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
    with engine.database.transaction() as cursor:
        for n, lead_id in enumerate(ids):
            cursor.execute(
                "UPDATE leads SET total_score = %(score)s, grade = %(grade)s, scored_at = %(at)s,"
                " status = %(status)s, owner = %(owner)s,"
                " created_at = timestamptz '2026-01-01' + %(n)s * interval '1 day' WHERE id = %(id)s",
                {"id": lead_id, "n": n, "score": None if n in (2, 7) else 1000 * (n // 3) + 25,
                 "grade": None if n in (2, 7) else "hot" if n > 8 else "cold",
                 "at": None if n in (2, 7) else "2026-02-01", "owner": "ada" if n == 5 else None,
                 "status": "lost" if n == 4 else "new"})
            cursor.execute(
                "INSERT INTO lead_scores (lead_id, total_score, grade, breakdown, model_version,"
                " calculated_at) SELECT id, total_score, grade, '{\"components\": {}, \"reasons\": []}', '1',"
                " scored_at FROM leads WHERE id = %s AND grade IS NOT NULL", (lead_id,))
            if n == 6:
                cursor.execute("UPDATE work_items SET stage = 'dead' WHERE lead_id = %s", (lead_id,))
    return ids


def listed(api, **query):
    answer = api.get(f"/v1/leads?{urlencode(query)}")
    assert answer.status_code == 200, answer.json
    return answer.json


@pytest.mark.parametrize(("query", "found"), [
    ({"status": "lost"}, [4]), ({"stage": "dead"}, [6]), ({"grade": "hot"}, [9, 10, 11]),
    ({"source": "web_form"}, [0, 2, 4, 6, 8, 10]), ({"tag": "vip"}, [0, 3, 6, 9]), ({"owner": "ada"}, [5]),
    ({"min_score": 20.25}, [6, 8, 9, 10, 11]), ({"max_score": 10.25}, [0, 1, 3, 4, 5]),
    ({"min_score": 10.26, "max_score": 20.25}, [6, 8]),
    ({"created_from": "2026-01-11T00:00:00Z"}, [10, 11]),
    ({"created_to": "2026-01-03T01:00:00+01:00"}, [0, 1]),
    ({"created_from": "2026-01-03T00:00:00Z", "created_to": "2026-01-05T00:00:00Z"}, [2, 3]),
    ({"q": "needle"}, [3]), ({"q": "FIRM11.example"}, [11]), ({"q": "%"}, []), ({"q": "_"}, []),
    ({"grade": "hot", "source": "web_form"}, [10]), ({"status": "converted"}, []),
])
def test_every_filter_finds_what_it_names(api, stored, query, found):
    wanted = [stored[n] for n in found]
    assert [row["id"] for row in listed(api, **query)["data"]] == wanted[::-1]
    assert [row["id"] for row in listed(api, sort="oldest", **query)["data"]] == wanted


@pytest.mark.parametrize(("name", "value"), [
    ("status", "sold"), ("stage", "x"), ("grade", "x"), ("min_score", "101"), ("max_score", "nan"),
    ("created_from", "yesterday"), ("created_to", "2026-01-01"), ("sort", "random"), ("limit", "0"),
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
    for one, other in (("newest", "oldest"), ("score", "lowest")):
        assert rows[one] == rows[other][::-1]
    totals = [row["score"]["total"] if row["score"] else -1 for row in rows["score"]]
    assert totals == sorted(totals, reverse=True) and totals[-2:] == [-1, -1]


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
    with engine.database.transaction() as cursor:
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

    with engine.database.transaction() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        row = leads.page(cursor, {}, sort=sort, limit=1, after=None)[0]
        leads.page(cursor, {}, sort=sort, limit=5, after=leads.cursor_of(row, sort))
        cursor.execute(b"EXPLAIN " + cursor.query)
        plan = str(cursor.fetchall())
        picked = plan[plan.index("Limit"):]
        assert ("leads_pkey" if sort in ("newest", "oldest") else "leads_score") in picked
