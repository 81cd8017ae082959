"""Fields and states: what GET /v1/fields tells, and that the database says the same."""

from __future__ import annotations

import re

import pytest

from sidecar.store.database import many
from sidecar.terms import states
from sidecar.terms.fields import DERIVED, FIELDS, GIVEN, fields_of
from sidecar.terms.german import GERMAN
from tests.integration.conftest import Api
from tests.integration.test_scoring import LEAD

# (table, column) -> what may stand there. Kinds that are no state of the engine are left out.
CHECKED = {
    ("contacts", "email_type"): states.EMAIL_TYPES,
    ("contacts", "email_status"): states.EMAIL_STATUSES,
    ("contact_identities", "kind"): states.IDENTITY_KINDS,
    ("leads", "status"): states.STATUSES, ("leads", "grade"): states.GRADES,
    ("lead_scores", "grade"): states.GRADES,
    ("lead_events", "type"): states.LEAD_EVENTS,
    ("subscriptions", "state"): states.SUBSCRIPTION_STATES,
    ("deliveries", "state"): states.DELIVERY_STATES,
    ("source_deliveries", "outcome"): states.SOURCE_OUTCOMES,
    ("assignments", "kind"): states.ASSIGNMENT_KINDS, ("absences", "source"): states.ABSENCE_SOURCES,
    ("users", "language"): states.LANGUAGES, ("routing_models", "state"): states.MODEL_STATES[:3],
    ("hot_changes", "touched_how"): states.TOUCHES,
    ("intake", "outcome"): states.INTAKE_OUTCOMES,
    ("batches", "lane"): states.LANES,
    ("work_items", "lane"): states.LANES, ("work_items", "stage"): states.STAGES,
    ("provider_calls", "subject_kind"): states.ENTITIES, ("provider_calls", "state"): states.CALL_STATES,
    ("leads", "goal"): states.GOALS, ("work_items", "stopped"): states.STOPS,
    ("provenance", "entity_kind"): states.ENTITIES,
    ("notifications", "state"): states.MESSAGE_STATES,
    ("notifications", "kind"): states.MESSAGE_KINDS,
    ("handlings", "kind"): states.HANDLINGS,
    ("jobs", "state"): states.JOB_STATES, ("jobs", "lane"): states.LANES,
    ("scoring_models", "state"): states.MODEL_STATES,
    ("job_leads", "outcome"): states.CHANGES,
    ("sessions", "way"): states.SESSION_WAYS, ("sessions", "ended_as"): states.SESSION_ENDS,
    ("ml_models", "state"): states.PREDICTION_STATES,
    ("held_answers", "state"): states.HELD_ANSWER_STATES, ("corrections", "cause"): states.CORRECTIONS,
    ("duplicates", "state"): states.DUPLICATE_STATES,
    ("refusals", "purpose"): tuple(states.PURPOSES),
    ("contact_privacy", "ground"): tuple(states.GROUNDS), ("contact_privacy", "ground_by"): states.GROUNDS_BY,
    ("contact_privacy", "standing"): states.STANDINGS,
    ("privacy_statements", "kind"): states.PRIVACY_KINDS,
    ("privacy_statements", "ground"): tuple(states.GROUNDS),
    ("source_grounds", "ground"): tuple(states.GROUNDS), ("source_grounds", "origin"): states.ORIGINS,
    ("import_changes", "entity_kind"): states.ENTITIES,
    ("import_kept", "entity_kind"): (*states.ENTITIES, "lead"),
}
ELSEWHERE = {("counts", "figure"), ("jobs", "kind"), ("users", "role")}
TABLES = {"contact": "contacts", "organization": "organizations", "lead": "leads"}


def checks(engine):
    """{(table, column): words} of every CHECK that lists words, as the database has it."""
    with engine.database.read() as cursor:
        rows = many(cursor, "SELECT conrelid::regclass::text AS t, pg_get_constraintdef(oid) AS d"
                            " FROM pg_constraint WHERE contype = 'c'"
                            " AND connamespace = 'public'::regnamespace")
    found = {}
    for row in rows:
        listed = re.fullmatch(r"CHECK \(\((\w+) = (?:ANY \(ARRAY\[(.*)\]\)|('\w+'::text))\)\)", row["d"])
        if listed:
            words = re.findall(r"'([^']*)'", listed[2] or listed[3])
            found[row["t"], listed[1]] = set(words)
    return found


def test_the_database_knows_the_same_states(engine):
    found = checks(engine)
    assert found.keys() - ELSEWHERE == CHECKED.keys()
    assert {place: found[place] for place in CHECKED} == {
        place: set(names) for place, names in CHECKED.items()}


@pytest.mark.parametrize("entity", TABLES)
def test_every_field_has_its_column_and_every_column_that_holds_facts_its_field(engine, entity):
    with engine.database.read() as cursor:
        columns = {row["c"]: row["t"] for row in many(
            cursor, "SELECT attname AS c, format_type(atttypid, NULL) AS t FROM pg_attribute WHERE attrelid ="
                    " %s::regclass AND attnum > 0 AND NOT attisdropped", (TABLES[entity],))}
    said = {field.column: "uuid" if field.name == "owner" else field.sql for field in fields_of(entity)}
    assert said.items() <= columns.items()
    assert columns.keys() - said.keys() == {
        "contact": {"id", "org_id", "version", "created_at", "updated_at"},
        "organization": {"id", "version", "created_at", "updated_at"},
        "lead": {"id", "contact_id", "org_id", "owner", "email", "total_score", "grade", "hot_changes",
                 "cooled_at", "is_test", "scored_at", "search_text", "warnings", "version", "created_at",
                 "updated_at"},
    }[entity]


def test_whoever_is_signed_in_is_told_all_fields_and_states(app, api):
    assert app.test_client().get("/v1/fields").status_code == 401
    told = Api(app.test_client(), "reader").get("/v1/fields").json
    assert [(field["entity"], field["name"]) for field in told["fields"]] == [
        (field.entity, field.name) for field in FIELDS]
    assert next(field for field in told["fields"] if field["name"] == "linkedin_url") == {
        "entity": "contact", "name": "linkedin_url", "label": "LinkedIn", "type": "text",
        "lead": "linkedin_url", "longest": 2000,
        "personal": True, "derived": False, "editable": True, "scored": True, "choices": None}
    choices = {field["name"]: field["choices"] for field in told["fields"] if field["choices"]}
    assert choices["seniority"][0] == "owner" and choices.keys() == {
        "seniority", "department", "email_type", "email_status", "phone_type", "company_size",
        "revenue_range", "status", "goal"}
    assert told["states"]["statuses"][:4] == [
        {"name": "new", "label": "New", "open": True}, {"name": "working", "label": "Working", "open": True},
        {"name": "qualified", "label": "Qualified", "open": True},
        {"name": "converted", "label": "Converted", "open": False}]
    assert {"name": "page_view", "label": "Page view"} in told["states"]["events"]
    assert [len(told["states"][kind]) for kind in ("grades", "stages", "lanes")] == [3, 7, 2]


def test_what_is_worked_out_of_a_lead_is_stored(api):
    lead = LEAD | {"phone": "+44 20 7946 0018 ext. 7", "consent": {"email": True, "phone": False},
                   "refused": {"phone": True}, "company_domain": "firm.example",
                   "first_utm": {"source": "fair"}, "external_ids": {"crm": "7"},
                   "owner_name": "Petra Assist", "outcome": "won", "outcome_at": "2025-02-03"}
    tidied = api.post("/v1/normalize", {"leads": [lead]}).json["results"][0]["lead"]
    assert tidied.keys() >= GIVEN.keys() | DERIVED.keys()
    stored = api.get(f"/v1/leads/{api.post('/v1/leads', lead).json['results'][0]['lead_id']}").json
    for name, value in tidied.items():
        field = (GIVEN | DERIVED)[name]
        place = stored if field.entity == "lead" else stored[field.entity]
        assert place[field.name] == value, name


def test_all_labels_are_told_in_german_too(api):
    english, german = (api.get(f"/v1/fields?language={language}").json for language in ("en", "de"))

    def labels(told):
        return [entry["label"] for part in (told["fields"], *told["states"].values()) for entry in part]

    assert set(labels(english)) == GERMAN.keys()
    assert labels(german) == [GERMAN[label] for label in labels(english)]
    assert api.get("/v1/fields?language=fr").status_code == 422
