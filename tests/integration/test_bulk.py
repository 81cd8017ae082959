"""Many leads changed at once, and back: each its own former value, but for those changed since."""

from __future__ import annotations

import pytest

from sidecar.services import bulk, jobs
from sidecar.services.audit import Actor
from sidecar.services.bulk import retagged, untagged
from tests.integration.conftest import Api, deadlock_once, users_of
from tests.integration.receivers import receiving
from tests.integration.test_duplicates import rows
from tests.integration.test_leads import listed
from tests.integration.test_pipeline import claim, run, send

STATE = ("SELECT id::text AS id, status, tags, owner_id::text AS owner FROM leads ORDER BY id")


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK_LEADS", 2)
    monkeypatch.setattr(bulk, "STEP_SECONDS", 0)


def leads_of(api, count, **more):
    return send(api, *({"email": f"p{n}@firm{n}.example", "full_name": f"Pat Quill{n}"} | more
                       for n in range(count)))


def change(api, lead_ids=None, status=202, *, change):
    answer = api.post("/v1/leads/bulk", {"change": change} | (
        {"lead_ids": lead_ids} if lead_ids else {}))
    assert answer.status_code == status, answer.json
    return answer.json if status != 202 else answer.json["job"]


def undo(api, job):
    answer = api.post(f"/v1/leads/bulk/{job['id']}/undo")
    assert answer.status_code == 202, answer.json
    return answer.json["job"]


def counts(job):
    return {name: n for name, n in job["counts"].items() if n and name not in ("total", "handled")}


@pytest.mark.parametrize("what", [
    {"status": "lost"}, {"owner": "bea@example.com"}, {"owner": None}, {"add_tags": ["b", "new"]},
    {"remove_tags": ["a"]}])
def test_each_lead_gets_its_own_former_value_back(api, engine, what):
    bea, cem = users_of(engine, "bea@example.com", "cem@example.com")
    ids = leads_of(api, 6)
    for lead_id, given in zip(ids, (
            {"status": "working"}, {"tags": ["a", "b", "c"]}, {"owner": cem}, {"owner": bea},
            {"status": "lost", "tags": ["c", "a"]}, {"tags": ["b"]}), strict=True):
        api.client.patch(f"/v1/leads/{lead_id}", json=given, headers=api.headers)
    before = rows(engine, STATE)
    job = change(api, ids, change=what)
    assert (job["kind"], job["state"], job["progress"]) == ("bulk", "done", 1)
    assert job["counts"]["updated"] + job["counts"]["skipped"] == 6 and job["counts"]["updated"]
    assert rows(engine, STATE) != before
    back = undo(api, job)
    assert (back["state"], back["kept_count"], back["progress"]) == ("undone", 0, 1)
    assert rows(engine, STATE) == before
    assert undo(api, job)["state"] == "undone" and rows(engine, STATE) == before


@pytest.mark.parametrize(("what", "since"), [
    ({"status": "working"}, [{"status": "qualified"}]),
    ({"status": "working"}, [{"status": "qualified"}, {"status": "working"}]),
    ({"owner": "bea@example.com"}, [{"owner": None}]),
    ({"owner": "bea@example.com"}, [{"owner": None}, {"owner": "bea@example.com"}]),
    ({"add_tags": ["new"]}, [{"tags": []}])])
def test_what_somebody_changed_since_stays_and_is_counted(api, engine, what, since):
    users_of(engine, "bea@example.com")
    one, other = leads_of(api, 2)
    job = change(api, [one, other], change=what)
    for given in since:
        api.client.patch(f"/v1/leads/{one}", json=given, headers=api.headers)
    was = api.get(f"/v1/leads/{one}").json
    back = undo(api, job)
    assert back["kept_count"] == 1 and [row["id"] for row in back["kept"]] == [one]
    now = api.get(f"/v1/leads/{one}").json
    assert all(now[name] == was[name] for name in ("status", "owner", "tags"))


def test_all_that_match_are_changed_though_they_match_no_more(api, engine, small):
    ids = leads_of(api, 5)
    job = api.post("/v1/leads/bulk", {"status": "new", "change": {"status": "archived"}}).json["job"]
    assert job["state"] == "running" and job["counts"]["total"] == 5 and job["progress"] == 0.4
    while job["state"] != "done":
        job, _ = jobs.step(engine, job["id"])
    assert counts(job) == {"updated": 5}
    assert {row["id"] for row in listed(api, status="archived")["data"]} == set(ids)
    back = undo(api, job)
    assert back["state"] == "undoing" and back["progress"] == 0.4 and jobs.more(engine)
    while back["state"] != "undone":
        back, _ = jobs.step(engine, job["id"])
    assert len(listed(api, status="new")["data"]) == 5 and not jobs.more(engine)


def test_a_person_has_one_open_lead_still(api, engine):
    [first] = leads_of(api, 1)
    change(api, [first], change={"status": "lost"})
    [second] = leads_of(api, 1)
    assert first != second
    job = change(api, [first, second], change={"status": "working"})
    assert counts(job) == {"updated": 1, "rejected": 1}
    assert api.get(f"/v1/leads/{first}").json["status"] == "lost"


def test_closed_leads_are_not_opened_again_beside_another(api, engine):
    [first] = leads_of(api, 1)
    job = change(api, [first], change={"status": "lost"})
    leads_of(api, 1)
    assert undo(api, job)["kept_count"] == 1


def test_history_audit_events_and_touches_are_as_of_single_edits(api, engine):
    [lead_id] = send(api, {"email": "vera@optics.example", "job_title": "VP of Sales", "country": "US",
                           "source": "demo_request", "company_name": "Optics Inc.", "message": "Call me."})
    run(api, claim(api))
    [bea] = users_of(engine, "bea@example.com")
    version = api.get(f"/v1/leads/{lead_id}").json["version"]
    job = bulk.begin(engine, [lead_id], {}, {"status": "converted"}, reveal=True,
                     by=Actor("bea@example.com", None, bea))
    lead = api.get(f"/v1/leads/{lead_id}").json
    assert lead["version"] == version + 1
    assert [row["to_status"] for row in lead["status_history"]] == ["converted"]
    assert lead["hot_changes"][0]["won_at"] and lead["hot_changes"][0]["touched_how"] == "status"
    undo(api, job)
    lead = api.get(f"/v1/leads/{lead_id}").json
    assert [row["to_status"] for row in lead["status_history"]] == ["new", "converted"]
    assert lead["hot_changes"][0]["won_at"] is None and lead["hot_changes"][0]["touched_at"] is None
    assert [row["action"] for row in rows(
        engine, "SELECT action FROM audit_log WHERE entity_id = %s AND entity_kind = 'lead' ORDER BY id DESC"
        " LIMIT 2", lead_id)] == ["lead.edit_undone", "lead.edited"]


@pytest.mark.parametrize(("body", "pointer"), [
    ({"change": {}}, "/change"), ({"change": {"status": "new", "owner": None}}, "/change"),
    ({"change": {"status": "sold"}}, "/change/status"), ({}, "/change"),
    ({"change": {"owner": "nobody@example.com"}}, "/owner"),
    ({"lead_ids": ["x"], "change": {"status": "new"}}, "/lead_ids/0"),
])
def test_a_wrong_change_is_named(api, body, pointer):
    answer = api.post("/v1/leads/bulk", body)
    assert answer.status_code == 422 and answer.json["errors"][0]["pointer"] == pointer


def test_what_meets_a_deadlock_goes_on_as_the_same_job(api, engine, monkeypatch):
    ids = leads_of(api, 2)
    deadlock_once(monkeypatch, bulk.leads, "set_all")
    job = change(api, ids, change={"status": "lost"})
    assert job["state"] == "queued" and rows(engine, "SELECT count(*) AS n FROM jobs")[0]["n"] == 1
    job, _ = jobs.step(engine, job["id"])
    assert counts(job) == {"updated": 2}


def test_more_than_the_bound_are_refused(api, engine, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)
    leads_of(api, 3)
    told = change(api, change={"status": "lost"}, status=422)
    assert told["errors"][0]["code"] == "too_many"
    assert rows(engine, "SELECT count(*) AS n FROM jobs")[0]["n"] == 0


def test_only_a_change_of_many_is_taken_back_and_only_once_it_ended(api, engine, small):
    ids = leads_of(api, 3)
    job = change(api, ids, change={"status": "lost"})
    assert api.post(f"/v1/leads/bulk/{job['id']}/undo").status_code == 409
    other = api.post("/v1/scoring/rescore").json["job"]
    assert api.post(f"/v1/leads/bulk/{other['id']}/undo").status_code == 409
    assert api.post(f"/v1/leads/bulk/{ids[0]}/undo").status_code == 404


def test_what_is_no_longer_kept_is_not_taken_back(api, engine):
    job = change(api, leads_of(api, 1), change={"status": "lost"})
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM job_leads")
    assert api.post(f"/v1/leads/bulk/{job['id']}/undo").status_code == 409


def test_who_may_not_see_people_changes_nothing(app):
    reader = Api(app.test_client(), "reader")
    assert reader.post("/v1/leads/bulk", {"change": {"status": "lost"}}).status_code == 403


def test_subscribers_are_told_of_each(api, engine):
    ids = leads_of(api, 2)
    with receiving() as receiver:
        made = api.post("/v1/subscriptions", {"url": receiver.url, "events": ["lead.status_changed"]})
        assert made.status_code == 201, made.json
        change(api, ids, change={"status": "lost"})
    told = rows(engine, "SELECT lead_id::text AS id FROM lead_events WHERE type = 'lead.status_changed'")
    assert {row["id"] for row in told} == {*ids}


@pytest.mark.parametrize(("now", "back"), [
    (["a", "b"], ["a"]), (["b", "x"], ["x"]), (["x"], ["x"]), (["a", "b", "x"], ["a", "x"])])
def test_tags_that_were_added_go_and_others_stay(now, back):
    assert retagged(["a"], "add_tags", ["a", "b"]) == ["a", "b"]
    assert untagged(now, ["a"], "add_tags", ["a", "b"]) == back


@pytest.mark.parametrize(("now", "back"), [(["c"], ["a", "c"]), (["c", "x"], ["c", "x", "a"])])
def test_tags_that_were_removed_come_again(now, back):
    assert retagged(["a", "c"], "remove_tags", ["a", "b"]) == ["c"]
    assert untagged(now, ["a", "c"], "remove_tags", ["a", "b"]) == back


def test_whose_tags_changed_are_scored_again(api, engine):
    queued = ("SELECT lead_id::text AS id FROM work_items WHERE stage = 'queued' AND score_only"
              " ORDER BY lead_id")
    ids = leads_of(api, 3)
    run(api, claim(api))
    job = change(api, ids[:2], change={"add_tags": ["vip"]})
    assert rows(engine, queued) == [{"id": lead_id} for lead_id in sorted(ids[:2])]
    run(api, claim(api))
    undo(api, job)
    answer = api.client.patch(f"/v1/leads/{ids[2]}", json={"tags": ["vip"]}, headers=api.headers)
    assert answer.json["changed"] == ["tags"]
    assert rows(engine, queued) == [{"id": lead_id} for lead_id in sorted(ids)]
