"""What happened to a lead, in one order; which leads are beside it; what would raise its score."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Api, users_of
from tests.integration.test_pipeline import claim, run

LEAD = {
    "email": "nora@timeline-vale.example", "first_name": "Nora", "last_name": "Vale",
    "job_title": "Head of Sales", "company_name": "Timeline Vale Inc.", "country": "US",
    "source": "demo request", "message": "Please call."}


@pytest.fixture
def sent(api):
    found = api.post("/v1/leads", LEAD).json["results"][0]
    run(api, claim(api))
    return found


@pytest.fixture
def reader(app):
    return Api(app.test_client(), "reader")


def patch(api, path, body):
    answer = api.client.patch(path, json=body, headers=api.headers)
    assert answer.status_code == 200, answer.json
    return answer.json


def timeline(api, lead_id, query=""):
    answer = api.get(f"/v1/leads/{lead_id}/timeline?{query}")
    assert answer.status_code == 200, answer.json
    return answer.json


def everything(api, lead_id):
    """All of it, by pages of three."""
    found, after = [], ""
    while after is not None:
        answer = timeline(api, lead_id, f"limit=3{after and f'&cursor={after}'}")
        found += answer["data"]
        after = answer["next"]
    return found


def test_all_that_happened_is_in_one_order_and_each_thing_once(api, sent, engine):
    users_of(engine, "nina@example.com")
    lead_id = sent["lead_id"]
    patch(api, f"/v1/leads/{lead_id}", {"owner": "nina@example.com", "status": "working"})
    patch(api, f"/v1/contacts/{sent['contact_id']}", {"job_title": "Chief Revenue Officer", "country": "CA"})
    api.post(f"/v1/contacts/{sent['contact_id']}/refusals", {
        "purpose": "phone", "refused": True, "reason": "Said so on the phone."})
    found = everything(api, lead_id)
    assert [row["at"] for row in found] == sorted((row["at"] for row in found), reverse=True)
    assert len({row["key"] for row in found}) == len(found)
    assert found == timeline(api, lead_id, "limit=200")["data"]
    kinds = {row["kind"] for row in found}
    assert {"event", "received", "status", "assignment", "call", "score", "refusal", "edit"} <= kinds
    for kind in kinds:
        assert timeline(api, lead_id, f"kind={kind}&limit=200")["data"] == [
            row for row in found if row["kind"] == kind]
    [status] = [row["details"] for row in found if row["kind"] == "status"]
    assert (status["from"], status["to"], status["by"]) == ("new", "working", "tests")
    owners = [row["details"]["owner"] for row in found if row["kind"] == "assignment"]
    assert owners[0] == "nina@example.com"


def edits(api, lead_id):
    return [row["details"] for row in timeline(api, lead_id, "kind=edit")["data"]]


def test_an_edit_tells_who_changed_what_as_far_as_that_is_kept(api, sent, reader):
    path = f"/v1/contacts/{sent['contact_id']}"
    patch(api, path, {"job_title": "Chief Revenue Officer", "country": "CA"})
    details = edits(api, sent["lead_id"])[0]
    assert (details["action"], details["by"], details["about"]) == ("contact.edited", "tests", "contact")
    changes = {change.pop("field"): change for change in details["changes"]}
    assert changes["country"] == {"from": "US", "to": "CA"}
    assert changes["job_title"] == {"to": "Chief Revenue Officer"}
    patch(api, path, {"first_name": "Leonora"})
    changes = {change.pop("field"): change for change in edits(api, sent["lead_id"])[0]["changes"]}
    assert changes["first_name"] == {"to": "Leonora"}
    changes = {change.pop("field"): change for change in edits(reader, sent["lead_id"])[0]["changes"]}
    assert changes["first_name"] == {"to": "L."}


def test_what_is_hidden_of_an_edit_is_left_out_and_does_not_look_as_if_it_was_taken_away(api, sent, reader):
    patch(api, f"/v1/leads/{sent['lead_id']}", {"tags": ["vip"], "status": "lost"})
    changes = {change.pop("field"): change for change in edits(reader, sent["lead_id"])[0]["changes"]}
    assert changes == {"tags": {}, "status": {"from": "new", "to": "lost"}}


def test_who_may_not_see_people_is_told_of_nobody(api, sent, reader):
    api.post(f"/v1/contacts/{sent['contact_id']}/refusals", {
        "purpose": "phone", "refused": True, "reason": "Nora said so."})
    found = timeline(reader, sent["lead_id"], "limit=200")["data"]
    assert found and not {"assignment", "handling"} & {row["kind"] for row in found}
    assert "nora" not in str(found).lower()
    assert timeline(reader, sent["lead_id"], "kind=assignment") == {"data": [], "next": None}


def test_what_is_no_cursor_and_no_lead_is_told(api, sent):
    for cursor in ("x", "WyJhIiwiYiJd", "WzFd"):
        assert api.get(f"/v1/leads/{sent['lead_id']}/timeline?cursor={cursor}").status_code == 422
    nobody = "00000000-0000-0000-0000-000000000000"
    for part in ("timeline", "neighbours", "steps"):
        assert api.get(f"/v1/leads/{nobody}/{part}").status_code == 404


def test_two_contacts_are_merged_by_hand_and_the_merge_is_in_the_timeline_and_can_be_taken_back(api, sent):
    other = api.post("/v1/leads", {
        "email": "n.vale@elsewhere.example", "last_name": "Vale"}).json["results"][0]
    kept, lost = sent["contact_id"], other["contact_id"]
    assert api.post(f"/v1/contacts/{kept}/merge", {"contact_id": kept}).status_code == 422
    merged = api.post(f"/v1/contacts/{kept}/merge", {"contact_id": lost})
    assert merged.status_code == 200 and merged.json["kept_id"] == kept, merged.json
    assert api.post(f"/v1/contacts/{kept}/merge", {"contact_id": lost}).status_code == 404
    [line] = timeline(api, merged.json["lead_id"], "kind=merge")["data"]
    assert (line["details"]["action"], line["details"]["after"]["lost_id"]) == ("contact.merged", lost)
    back = api.post(f"/v1/contacts/{kept}/unmerge", {"contact_id": lost})
    assert back.status_code == 200 and back.json["lead_id"] == other["lead_id"], back.json
    assert api.get(f"/v1/contacts/{lost}").json["fields"]["email"] == "n.vale@elsewhere.example"
    [pair] = api.get("/v1/duplicates?state=dismissed").json["data"]
    assert {pair["left"]["id"], pair["right"]["id"]} == {kept, lost}
    again = api.post(f"/v1/contacts/{lost}/merge", {"contact_id": kept}).json
    assert again["kept_id"] == lost


@pytest.mark.parametrize("sort", ["newest", "oldest", "score", "lowest", "changed", "unchanged"])
def test_the_neighbours_are_those_of_the_list(api, sort):
    for number in range(4):
        api.post("/v1/leads", {"email": f"p{number}@row-{number}.example", "source": "fair"})
    run(api, claim(api))
    listed = [row["id"] for row in api.get(f"/v1/leads?source=fair&sort={sort}").json["data"]]
    assert len(listed) == 4
    for place, lead_id in enumerate(listed):
        assert api.get(f"/v1/leads/{lead_id}/neighbours?source=fair&sort={sort}").json == {
            "previous": listed[place - 1] if place else None,
            "next": listed[place + 1] if place < 3 else None}


def test_the_neighbours_of_a_filter_by_what_is_hidden_are_not_told(sent, reader):
    assert reader.get(f"/v1/leads/{sent['lead_id']}/neighbours?tag=a").status_code == 403


def test_steps_tell_what_would_raise_the_score(api):
    lead_id = api.post("/v1/leads", {
        "email": "kim@steps-vale.example", "job_title": "VP Sales"}).json["results"][0]["lead_id"]
    run(api, claim(api))
    total = api.get(f"/v1/leads/{lead_id}/score").json["total"]
    found = api.get(f"/v1/leads/{lead_id}/steps").json["data"]
    assert found[0]["rule"] == "demo_request" and found[0]["event"]
    assert [step["points"] for step in found] == sorted((step["points"] for step in found), reverse=True)
    assert all(step["total"] == pytest.approx(total + step["points"]) for step in found)
