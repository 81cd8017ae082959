"""The whole way of a lead: hostile input, idempotence, reported changes."""

from __future__ import annotations

import json
import sys
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.records import RecordSettings, match_keys, normalize, validate
from sidecar.records.schema import FIELDS, NUMBERS, OBJECTS, TEXTS
from tests.cases import check_each

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=15,
)
HOSTILE = st.text(st.characters(codec=None), max_size=30)
LEADS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys((*TEXTS, "message"), HOSTILE),
        **{field: st.integers(0, 10**7) | HOSTILE for field in NUMBERS},
        **{field: st.dictionaries(HOSTILE, JSON, max_size=3) for field in OBJECTS},
        "tags": st.lists(HOSTILE, max_size=3),
    },
)
LEAD = {
    "email": " Jane.Doe+x@Googlemail.com",
    "full_name": "DOE, JANE",
    "job_title": "HEAD OF GROWTH",
    "phone": "030 901820 ext 12",
    "company_name": "Acme  GmbH & Co. KG",
    "country": "Deutschland",
    "employee_count": "51-200",
    "annual_revenue": "12,5 Mio. €",
}


def test_a_lead_becomes_canonical() -> None:
    assert validate(LEAD) == {"valid": True, "errors": [], "warnings": []}
    lead = normalize(LEAD)["lead"]
    assert lead["email_canonical"] == "janedoe@gmail.com"
    assert (lead["first_name"], lead["last_name"]) == ("Jane", "Doe")
    assert (lead["phone"], lead["phone_extension"]) == ("+4930901820", "12")
    assert (lead["company_legal_form"], lead["company_key"]) == ("GmbH & Co. KG", "acme")
    assert (lead["company_size"], lead["revenue_range"]) == ("51-200", "$10M-$25M")
    assert (lead["seniority"], lead["department"]) == ("director", "marketing")
    assert validate(lead)["valid"]
    assert normalize(lead) == {"lead": lead, "changes": []}


@pytest.mark.parametrize("address", ["Herr", "frau", "Mr.", "MRS", "Mme"])
def test_how_people_are_addressed_is_no_first_name(address: str) -> None:
    lead = normalize({"first_name": address, "last_name": "Schulze"})["lead"]
    assert "first_name" not in lead and lead["last_name"] == "Schulze"
    assert lead["full_name"].endswith(" Schulze")
    assert normalize(lead)["lead"] == lead


def test_every_change_is_reported() -> None:
    result = normalize(LEAD)
    changed = {change["field"] for change in result["changes"]}
    for field in set(LEAD) | set(result["lead"]):
        assert (field in changed) == (LEAD.get(field) != result["lead"].get(field))


@pytest.mark.parametrize("lead", [
    {"last_name": "II"}, {"first_name": "Dr.", "last_name": ", Jr"}, {"phone": "0000444"},
    {"phone": "+49 00 30 901820"}, {"phone": "+49 00 901820 415"},
    {"full_name": "VON BEETHOVEN"}, {"full_name": "DOE, JANE, JR"}, {"last_name": "von der leyen"},
    {"region": "US-CA ,"}, {"city": "İSTANBUL"}, {"job_title": "İHRACAT MÜDÜRÜ"}, {"full_name": "DOE V II"},
    {"first_name": "Prof. n/a", "last_name": "Esq.Jane"}, {"annual_revenue": 0.00390625},
    {"utm": {"utm_ utm_": "x", "UTM_utm_Source": "y"}}, {"utm": {"utm_ utm_": "x", "utm_ source": "y"}},
    {"full_name": "JÖRG STRAßER"}, {"tags": ["0\ue000"]},
])  # fmt: skip
def test_odd_leads_stay_as_they_became(lead: dict[str, object]) -> None:
    once = normalize(lead, RecordSettings(default_region="DE"))["lead"]
    assert normalize(once, RecordSettings(default_region="DE")) == {"lead": once, "changes": []}


@settings(max_examples=3 * settings.default.max_examples, deadline=None,
          suppress_health_check=[HealthCheck.too_slow])
@given(LEADS)
def test_normalising_twice_changes_nothing(lead: dict[str, object]) -> None:
    once = normalize(lead, RecordSettings(default_region="DE"))["lead"]
    again = normalize(once, RecordSettings(default_region="DE"))
    assert again["lead"] == once


@settings(max_examples=2 * settings.default.max_examples, deadline=None)
@given(JSON | LEADS)
def test_no_value_makes_validation_raise(value: object) -> None:
    result = validate(value)
    assert result["valid"] == (not result["errors"])


@pytest.mark.parametrize("value", ["x" * 1_000_000, "a\x00b", "\ud800", [[1]], 10**400, True])
def test_a_hostile_value_gets_an_error_for_its_field(value: object) -> None:
    def check(field: str) -> None:
        given = {} if field == "tags" and value == [[1]] else value
        result = validate({"linkedin_url": "https://linkedin.com/in/jane", field: given}, strict=True)
        assert any(error["pointer"].startswith(f"/{field}") for error in result["errors"])

    check_each(check, ((field,) for field in FIELDS))


def _steps(lead: dict[str, str]) -> int:
    """Count the calls, of C functions too, that validating and normalising a lead takes."""
    count = 0

    def step(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(step)
    try:
        validate(lead)
        normalize(lead)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", ["x", "a ", "é,", ". ", "1-", "@"])
def test_the_cost_is_linear_in_the_size(unit: str) -> None:
    def check(field: str) -> None:
        normalize({field: unit})
        once, twice = (_steps({field: unit * size}) for size in (20_000, 40_000))
        assert twice <= 2 * once + 100

    check_each(check, ((field,) for field in (*TEXTS, "message")))


UNITS = ["a", "a1", "A", "a-", "a.", "1", "1,", "(", "a ", "ä", '"', "a@", ".-"]
FORMS = ["{}", "a@{}!", "{}@a.com", "https://{}.x/_", "+1{}x", "{}, {}", "{} & {}"]


@pytest.mark.parametrize("field", TEXTS)
def test_no_pattern_goes_back_over_a_text_of_any_length(field: str) -> None:
    for unit, form, size in product(UNITS, FORMS, (25, 120, 480)):
        # Exponential cost would never return from one of these.
        lead = {field: form.format(*[(unit * size)[:size]] * 2)}
        validate(lead)
        normalize(lead)


def test_a_mobile_number_is_a_key_only_with_a_name() -> None:
    lead = normalize({"phone": "+49 151 23456789", "full_name": "Jane Doe"})["lead"]
    assert match_keys(lead) == [("mobile", "+4915123456789|jane doe")]
    assert match_keys(normalize({"phone": "+49 151 23456789"})["lead"]) == []
    assert json.dumps(lead)
