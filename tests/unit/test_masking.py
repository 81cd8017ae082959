"""What callers without pii:read see."""

import pytest

from sidecar.masking import mask, mask_lead
from sidecar.terms.fields import FIELDS

PERSON = {
    "full_name": "Jane Roe", "first_name": "Jane", "last_name": "Roe", "email": "jane.roe@acme.example",
    "email_canonical": "jane.roe@acme.example", "phone": "+15550100",
    "linkedin_url": "https://linkedin.com/in/jane-roe", "country": "US"}


def test_nothing_that_names_the_person_is_left():
    lead = {"id": "1", "message": "call me", "custom": {"x": 1}, "contact": PERSON}
    masked = mask_lead(lead)
    assert masked["contact"] == {
        "full_name": "J. R.", "first_name": "J.", "last_name": "R.", "email": "j…@acme.example",
        "phone": "…00", "country": "US"}
    assert masked["message"] is None and masked["custom"] == {}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.entity}.{field.name}")
def test_a_field_goes_out_as_it_is_only_where_it_is_marked_harmless(field):
    value = {"list": ["Jane Roe"], "object": {"name": "Jane Roe"}}.get(field.kind, "Jane Roe")
    masked = mask_lead({"id": "1", "contact": {}} | {field.name: value} if field.entity == "lead" else {
        "contact": {}, field.entity: {field.name: value}})
    shown = masked.get(field.name) if field.entity == "lead" else masked[field.entity].get(field.name)
    assert (shown == value) is not field.personal and ("Jane" not in str(shown) or not field.personal)


def test_what_is_not_known_goes_out_nowhere():
    stray = {"pronouns": "Jane's"}
    lead = {"id": "1", **stray, "contact": PERSON | stray, "organization": {"name": "Acme"} | stray}
    assert "Jane" not in str(mask_lead(lead))


def test_a_part_that_is_unknown_stays_unknown():
    assert mask("contact", {"email": None, "phone": ""}) == {"email": None, "phone": ""}
