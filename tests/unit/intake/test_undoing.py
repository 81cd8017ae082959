"""The undo of an import: what stands where it is taken back, without a database."""

from __future__ import annotations

from copy import deepcopy

from sidecar.intake.undoing import add_stated, undone

KEYS = {"contacts": ("id",), "contact_identities": ("kind", "value", "contact_id", "person_id"),
        "provenance": ("entity_id", "entity_kind", "source"), "leads": ("id",), "events": ("id",)}
BEFORE = {
    "contacts": [{"id": "c", "phone": None, "job_title": None, "consent": {}, "refused": {}, "version": 1,
                  "updated_at": "then"}],
    "contact_identities": [], "provenance": [], "events": [],
    "leads": [{"id": "l", "tags": ["old"], "custom": {"a": 1}, "scored_at": None, "version": 1}]}
AFTER = {
    "contacts": [BEFORE["contacts"][0] | {"phone": "+4930", "job_title": "CTO", "version": 2}],
    "contact_identities": [
        {"kind": "linkedin", "value": "x", "contact_id": "c", "person_id": None, "names": []}],
    "provenance": [{"entity_id": "c", "entity_kind": "contact", "source": "lead", "fields": {
        "phone": {"value": "+4930", "observed_at": "now"},
        "job_title": {"value": "CTO", "observed_at": "now"}}}],
    "events": [{"id": "e", "dedupe_key": "intake:d"}],
    "leads": [BEFORE["leads"][0] | {"tags": ["old", "fair"], "custom": {"a": 1, "b": 2}, "version": 2}]}
CHANGES = [{"before": BEFORE, "after": AFTER}]
NOBODY = {"org_id": None, "domain": None, "company_key": None}


def test_what_the_import_alone_said_goes():
    result = undone(deepcopy(AFTER), CHANGES, KEYS, "later", {})
    assert result.put == {"contacts": BEFORE["contacts"], "leads": BEFORE["leads"]}
    assert set(result.gone) == {"contact_identities", "provenance", "events"} and not result.kept


def test_what_others_said_as_well_stays_and_is_told():
    stated = {}
    lead = {"phone": "+4930", "tags": ["fair"], "custom": {"b": 2}, "job_title": "CEO"}
    add_stated(stated, "contact", lead, [("linkedin", "x")], ["intake:d"], NOBODY)
    result = undone(deepcopy(AFTER), CHANGES, KEYS, "later", stated)
    [contact], [lead], [said] = result.put["contacts"], result.put.get("leads", AFTER["leads"]), result.put[
        "provenance"]
    assert (contact["phone"], contact["job_title"]) == ("+4930", None)
    assert (lead["tags"], lead["custom"]) == (["old", "fair"], {"a": 1, "b": 2})
    assert set(said["fields"]) == {"phone"} and not result.gone
    assert result.kept == {"phone", "leads.tags", "leads.custom.b", "contact_identities", "events"}


def test_what_a_provider_said_since_stays():
    current = deepcopy(AFTER)
    current["provenance"].append({"entity_id": "c", "entity_kind": "contact", "source": "hunter", "fields": {
        "job_title": {"value": "CTO", "observed_at": "later"}}})
    result = undone(current, CHANGES, KEYS, "later")
    assert [(row["phone"], row["job_title"]) for row in result.put["contacts"]] == [(None, "CTO")]
    assert result.kept == {"job_title"}
