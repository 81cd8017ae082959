"""A person's edit: read by the rules of leads, with what follows from it."""

from __future__ import annotations

import pytest

from sidecar.records.edits import read_edit

NORA = {"full_name": "Nora Vale", "first_name": "Nora", "last_name": "Vale", "country": "DE",
        "email": "nora.vale@harbor.example", "email_canonical": "nora.vale@harbor.example",
        "email_type": "corporate", "phone": "+493090182000", "phone_type": "fixed_line",
        "phone_country": "DE", "job_title": "CTO", "seniority": "cxo", "department": "engineering"}
HARBOR = {"name": "Harbor Lines GmbH", "legal_form": "GmbH", "company_key": "harbor lines",
          "domain": "harbor.example", "employee_count": 30, "company_size": "11-50"}


@pytest.mark.parametrize(("changes", "said"), [
    ({"first_name": "Lena"}, {"first_name": "Lena", "full_name": "Lena Vale"}),
    ({"last_name": "Berg"}, {"last_name": "Berg", "full_name": "Nora Berg"}),
    ({"last_name": None}, {"last_name": None, "full_name": "Nora"}),
    ({"full_name": "Lena Maria Berg"}, {"full_name": "Lena Maria Berg", "last_name": "Berg"}),
    ({"full_name": None}, {"full_name": None, "first_name": None, "last_name": None}),
    ({"full_name": "  "}, {"full_name": None, "first_name": None, "last_name": None}),
])
def test_the_parts_of_a_name_go_together(changes, said):
    found, errors = read_edit("contact", NORA, changes)
    assert errors == [] and found | said == found


@pytest.mark.parametrize(("kind", "known", "changes", "said"), [
    ("contact", NORA, {"phone": None}, dict.fromkeys(
        ("phone", "phone_extension", "phone_type", "phone_country"))),
    ("contact", NORA, {"phone": ""}, dict.fromkeys(
        ("phone", "phone_extension", "phone_type", "phone_country"))),
    ("contact", NORA, {"job_title": None}, dict.fromkeys(("job_title", "seniority", "department"))),
    ("contact", NORA, {"email": None}, dict.fromkeys(("email", "email_type", "email_canonical"))),
    ("organization", HARBOR, {"employee_count": None}, dict.fromkeys(("employee_count", "company_size"))),
    ("organization", HARBOR, {"name": None}, dict.fromkeys(("name", "legal_form", "company_key"))),
])
def test_with_a_value_goes_what_follows_from_it(kind, known, changes, said):
    assert read_edit(kind, known, changes) == (said, [])


def test_what_followed_from_the_former_value_goes_too():
    found, _ = read_edit("contact", NORA, {"job_title": "Beekeeper"})
    assert (found["job_title"], found["seniority"]) == ("Beekeeper", None)
    found, _ = read_edit("organization", HARBOR, {"name": "Harbor Lines"})
    assert (found["name"], found["legal_form"]) == ("Harbor Lines", None)


def test_a_value_is_read_beside_what_is_known():
    found, errors = read_edit("contact", NORA, {"phone": "0151 23456789"})
    assert errors == [] and (found["phone"], found["phone_type"]) == ("+4915123456789", "mobile")


def test_nothing_else_is_said():
    assert read_edit("contact", NORA, {"city": "JENA"}) == ({"city": "Jena"}, [])


@pytest.mark.parametrize(("kind", "known", "changes"), [
    ("contact", NORA, {"phone": "nonsense"}), ("contact", NORA, {"email": "nora@"}),
    ("contact", NORA, {"country": "Nowhereland"}), ("contact", NORA, {"full_name": "N/A"}),
    ("contact", NORA, {"linkedin_url": "https://example.com"}),
    ("organization", HARBOR, {"country": "Nowhereland"}),
])
def test_what_cannot_be_used_is_an_error_at_its_field(kind, known, changes):
    _, [error] = read_edit(kind, known, changes)
    assert error["code"] and error["detail"]
    assert [error["pointer"]] == [f"/{name}" for name in changes]


def test_what_is_stored_and_would_not_be_taken_today_hinders_no_edit():
    stored = NORA | {"phone": "call the porter", "country": "Utopia"}
    assert read_edit("contact", stored, {"city": "Jena"}) == ({"city": "Jena"}, [])
