"""Which events a change causes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sidecar.terms.states import LEAD_EVENTS
from sidecar.webhooks import (
    of_assignments,
    of_edit,
    of_employer,
    of_enrichment,
    of_intake,
    of_leaving,
    of_refusals,
    of_score,
    of_touches,
)
from tests.unit.intake.test_decision import decided, entry, known_person, refused


def told(events):
    return [(event["type"], event["lead_id"], event["data"]) for event in events]


def test_a_new_lead_is_created_a_known_one_is_not():
    assert told(of_intake(decided([entry("new@firm.example")]))) == [("lead.created", "new-2", {})]
    assert of_intake(decided([entry("ada@firm.example")], known_person())) == []


def test_a_refused_lead_is_told_by_its_reject():
    writes = decided([refused()])
    assert of_intake(writes) == [{
        "type": "lead.refused", "lead_id": None, "reject_id": writes.intake[0]["id"],
        "data": {"source": "api"}}]


def test_who_told_something_enriched_the_leads_of_that_person_and_that_company():
    known = [
        {"lead_id": "1", "contact": {"id": "ada"}, "organization": {"id": "firm"}},
        {"lead_id": "2", "contact": {"id": "bob"}, "organization": {}},
        {"lead_id": "3", "contact": {"id": "eve"}, "organization": {"id": "firm"}},
    ]
    events = of_enrichment(known, {"ada": {"hunter"}, "firm": {"peopledatalabs"}})
    assert told(events) == [
        ("lead.enriched", "1", {"providers": ["hunter", "peopledatalabs"]}),
        ("lead.enriched", "3", {"providers": ["peopledatalabs"]}),
    ]


@pytest.mark.parametrize("before, after, kinds", [
    (None, "cold", ["lead.scored"]),
    (None, "hot", ["lead.scored", "lead.became_hot"]),
    ("warm", "hot", ["lead.scored", "lead.became_hot"]),
    ("hot", "hot", ["lead.scored"]),
    ("hot", "warm", ["lead.scored", "lead.cooled"]),
    ("warm", "cold", ["lead.scored"]),
])
def test_a_score_tells_a_change_into_hot_and_out_of_it(before, after, kinds):
    events = of_score("1", before, after, 81.5)
    assert [event["type"] for event in events] == kinds
    assert all(event["data"] == {"score": 81.5, "grade": after, "previous_grade": before} for event in events)


@pytest.mark.parametrize("changed, events", [
    ({"status": "working"}, [("lead.status_changed", "1", {"status": "working", "previous_status": "new"})]),
    ({"status": "converted"}, [
        ("lead.status_changed", "1", {"status": "converted", "previous_status": "new"}),
        ("lead.won", "1", {})]),
    ({"tags": ["x"]}, []),
])
def test_an_edit(changed, events):
    assert told(of_edit("1", {"status": "new"}, changed)) == events


@pytest.mark.parametrize("stage, code, kinds", [
    ("dead", "batch_failed", ["lead.dead"]),
    ("let_go", "passed_by", ["lead.let_go"]),
    ("done", "skipped", ["lead.let_go"]),
    ("waiting", "later", ["lead.let_go"]),
    ("done", None, []),
    ("waiting", "provider_pending", []),
    ("queued", "lease_expired", []),
])
def test_who_leaves_its_run(stage, code, kinds):
    events = of_leaving([{"lead_id": "1", "stage": stage, "code": code}])
    assert told(events) == [(kind, "1", {"code": code}) for kind in kinds]


def test_leads_whose_person_works_elsewhere_now():
    assert told(of_employer(["1", "2"], "hunter")) == [
        ("lead.employer_changed", lead, {"provider": "hunter"}) for lead in ("1", "2")]


AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize("touch, events", [
    ({}, []),
    ({"claimed": AT + timedelta(seconds=90)}, [("lead.claimed", "1", {"minutes": 1.5})]),
    ({"claimed": AT, "contacted": AT + timedelta(hours=1)}, [
        ("lead.claimed", "1", {"minutes": 0}), ("lead.contacted", "1", {"minutes": 60})]),
])
def test_the_first_touches_of_a_hot_lead(touch, events):
    row = {"lead_id": "1", "at": AT, "claimed": None, "contacted": None} | touch
    assert told(of_touches([row])) == events


def test_every_event_is_one_of_the_terms():
    caused = {
        *(event["type"] for event in of_intake(decided([entry("new@firm.example"), refused()]))),
        *(event["type"] for event in of_score("1", None, "hot", 90.0) + of_score("1", "hot", "cold", 1.0)),
        *(event["type"] for event in of_edit("1", {"status": "new"}, {"status": "converted"})),
        *(event["type"] for event in of_assignments(["1"])),
        *(event["type"] for event in of_touches([
            {"lead_id": "1", "at": AT, "claimed": AT, "contacted": AT}])),
        *(event["type"] for event in of_refusals({"1": {"phone": True}})),
        *(event["type"] for event in of_employer(["1"], "hunter")),
        *(event["type"] for event in of_enrichment(
            [{"lead_id": "1", "contact": {"id": "a"}, "organization": {}}], {"a": {"hunter"}})),
        *(event["type"] for event in of_leaving([
            {"lead_id": "1", "stage": stage, "code": None} for stage in ("dead", "let_go")])),
    }
    assert caused == set(LEAD_EVENTS)
