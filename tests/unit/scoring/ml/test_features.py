"""What a predictive model is told of a lead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sidecar.scoring.ml.features import FEATURES, row_of, words
from sidecar.terms.fields import FIELDS

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FACTS = {
    "contact": {"seniority": "VP", "country": "DE", "email": "kim@acme.example", "full_name": "Kim Lee",
                "phone": "+49301234567"},
    "organization": {"name": "Acme", "industry": "Software", "employee_count": 120, "domain": "acme.example"},
    "lead": {"source": "Web form", "message": "Call me", "custom": {"a": 1}},
    "events": [
        {"type": "email_open", "occurred_at": NOW - timedelta(days=3), "machine": None},
        {"type": "email_open", "occurred_at": (NOW - timedelta(days=9)).isoformat(), "machine": None},
        {"type": "email_open", "occurred_at": NOW, "machine": "prefetch"},
        {"type": "email_click", "occurred_at": NOW, "machine": "burst"}],
}


def test_facts_and_what_people_did():
    row = row_of(FACTS, NOW)
    assert set(row) == set(FEATURES)
    assert (row["contact.seniority"], row["organization.employee_count"], row["lead.source"]) == (
        "vp", 120.0, "web form")
    assert (row["contact.phone known"], row["contact.linkedin_url known"]) == (1.0, 0.0)
    assert (row["email_open count"], row["email_open days ago"]) == (2.0, 3.0)
    assert (row["email_click count"], row["email_click days ago"]) == (0.0, None)


def test_nothing_that_names_a_person_is_told():
    told = str(row_of(FACTS, NOW).values()).casefold()
    assert not [word for word in ("kim", "acme", "+49", "call me") if word in told]
    naming = {f"{field.entity}.{field.name}" for field in FIELDS if field.personal}
    # Of personal fields the class alone: where somebody lives, what kind of address it is.
    assert naming & set(FEATURES) <= {"contact.country", "contact.email_type", "contact.phone_type"}


def test_an_unknown_lead_has_a_row():
    assert set(row_of({}, NOW)) == set(FEATURES)


def test_what_no_number_can_hold_is_missing():
    row = row_of({"organization": {"annual_revenue": 10 ** 400, "employee_count": float("nan")}}, NOW)
    assert row["organization.annual_revenue"] is row["organization.employee_count"] is None


def test_effects_are_told_in_words():
    assert [words(name, value) for name, value in (
        ("contact.seniority", "vp"), ("contact.phone known", 1.0), ("contact.phone known", 0.0),
        ("email_open count", 2.0), ("email_open days ago", 3.2), ("organization.industry", None),
        ("organization.employee_count", 120.0))] == [
        "seniority vp", "phone known", "phone unknown", "2 × email open", "email open 3 days ago",
        "industry unknown", "employee count 120"]
