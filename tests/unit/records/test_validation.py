"""What refuses a lead, what is left out and told, and what is read in another form."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.records import RecordSettings, canonical, normalize, read_lead, validate, validation
from sidecar.records.cells import read_cell
from sidecar.records.filler import is_filler
from sidecar.records.person import is_placeholder
from sidecar.records.schema import FIELDS, IDENTITIES, MAX_FIELDS, MAX_PROBLEMS, MAX_SAID
from sidecar.records.text import is_storable, tidy
from tests.cases import check_each

GOOD = "nora.vale@harbor-lines.example"
SETTINGS = RecordSettings(default_region="DE")
HOSTILE = st.text(st.characters(codec=None), max_size=30)
WORDS = st.sampled_from([
    "n/a", "N/A", "-", "none", "0", "http://", "www.", "Nov-50", "call me", "yes", "on", "false", "1e5",
    "a@b.example; c@d.example", "+4930901820", "030 901820", "gmail.com", "co.uk", "=\"Nora\"", "O&#39;Hara",
    "https://www.linkedin.com/in/nora", "\u200b", "a\x00b", "x" * 600, "12.500,00", "DE", "NA", ",;", "...",
])  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HOSTILE | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(HOSTILE | WORDS, inner, max_size=4),
    max_leaves=12,
)
OPTIONAL = sorted(set(FIELDS) - {"email"})


def codes(problems: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(problem["pointer"], problem["code"]) for problem in problems}


def says_nothing(value: object) -> bool:
    if isinstance(value, str):
        text = tidy(read_cell(value))
        return is_filler(text) or is_placeholder(text) or not text.strip(" ,;-\n")
    if isinstance(value, list):
        return all(map(says_nothing, value))
    if isinstance(value, dict):
        return all(map(says_nothing, value.values()))
    return value is None or value is False or value == 0


@settings(max_examples=4 * settings.default.max_examples, deadline=None)
@given(st.dictionaries(st.sampled_from(OPTIONAL), JSON, max_size=6),
       st.dictionaries(HOSTILE, JSON, max_size=3))
def test_no_optional_value_costs_the_lead_and_what_is_left_out_is_told(
    optional: dict[str, Any], others: dict[str, Any]
) -> None:
    lead = {**others, **optional, "email": GOOD}
    checked = validate(lead, SETTINGS)
    assert checked["valid"], checked["errors"]
    normal = normalize(lead, SETTINGS)["lead"]
    assert canonical(lead, SETTINGS) == normal
    assert read_lead(lead, SETTINGS) == ([], checked["warnings"], normal)
    told = {warning["pointer"].split("/")[1] for warning in checked["warnings"] if warning["pointer"]}
    for field, value in optional.items():
        assert field in normal or field in told or says_nothing(value), (field, value)
    assert {"custom"} & {*normal, *told} or all(key in FIELDS for key in others) or all(
        value is None or value == "" for value in others.values())


@settings(max_examples=2 * settings.default.max_examples, deadline=None)
@given(JSON | st.dictionaries(st.sampled_from(FIELDS) | HOSTILE, JSON, max_size=8))
def test_warnings_can_be_stored_and_are_bounded(lead: Any) -> None:
    checked = validate(lead, SETTINGS)
    for problem in (*checked["errors"], *checked["warnings"]):
        text = json.dumps(problem, allow_nan=False)
        assert is_storable(json.dumps(problem, ensure_ascii=False)) and len(text) < 20 * MAX_SAID
        assert len(str(problem.get("value", ""))) <= 2 * MAX_SAID
    assert len(checked["warnings"]) <= MAX_PROBLEMS + 1
    assert all("value" not in error for error in checked["errors"])


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6))
def test_what_strict_mode_takes_is_taken_and_read_alike(lead: dict[str, Any]) -> None:
    strict = read_lead(lead, SETTINGS, strict=True)
    if not strict.errors:
        assert not read_lead(lead, SETTINGS).errors or not {*IDENTITIES} & strict.lead.keys()


NOTHING = {
    "phone": ["N/A", "-", "none", "() Not provided", "0", "tbd", "n/a", "xxx", ".", "k.A.", "keine", False],
    "company_domain": ["n/a", "no website"],
    "employee_count": ["Unknown", "N/A", "-", "n/a", "not disclosed"],
    "annual_revenue": ["n/a", "unknown", "-", "N/A", "not disclosed"],
    "linkedin_url": ["n/a", "-", "none"],
    "company_name": ["N/A", "-"], "city": ["N/A"], "job_title": ["-"], "country": ["n/a"], "message": ["-"],
    "tags": [[], "n/a", ["-"], False], "consent": ["n/a", {}, []], "utm": [{}, False], "custom": [{}],
}  # fmt: skip


def test_filler_is_no_value_and_no_fault() -> None:
    def check(field: str, value: object) -> None:
        assert validate({"email": GOOD, field: value}, SETTINGS) == {
            "valid": True, "errors": [], "warnings": []}
        assert field not in normalize({"email": GOOD, field: value}, SETTINGS)["lead"] or (
            field == "company_domain")

    check_each(check, ((field, value) for field, values in NOTHING.items() for value in values))


@pytest.mark.parametrize(("field", "value", "code"), [
    ("phone", "call me", "invalid_phone"), ("phone", "please call after 5pm", "invalid_phone"),
    ("phone", "+49 1", "invalid_phone"), ("phone", True, "wrong_type"), ("phone", {"a": 1}, "wrong_type"),
    ("linkedin_url", "https://www.linkedin.com/feed/", "invalid_url"),
    ("linkedin_url", "https://evil.example/linkedin.com/in/jana-roth", "invalid_url"),
    ("company_domain", "norvale", "invalid_domain"), ("company_domain", "x.com/alba", "no_company_domain"),
    ("company_name", "Self-employed", "no_company"),
    ("company_domain", "co.uk", "public_suffix"), ("company_domain", "gmail.com", "no_company_domain"),
    ("employee_count", "about a dozen", "not_a_number"), ("employee_count", -3, "out_of_range"),
    ("employee_count", math.inf, "not_a_number"), ("employee_count", True, "wrong_type"),
    ("country", "Atlantis", "unknown_country"), ("first_name", "x" * 501, "too_long"),
    ("message", "x" * 10_001, "too_long"), ("job_title", "CF\x00O", "control_character"),
    ("tags", 5, "wrong_type"), ("consent", "perhaps", "wrong_type"), ("utm", "spring", "wrong_type"),
])  # fmt: skip
def test_what_cannot_be_used_is_told_with_the_value(field: str, value: object, code: str) -> None:
    [warning] = validate({"email": GOOD, field: value}, SETTINGS)["warnings"]
    assert (warning["pointer"], warning["code"]) == (f"/{field}", code)
    said = warning["value"]
    assert said == value or (isinstance(value, str) and is_storable(said) and len(said) <= MAX_SAID) or (
        value == math.inf)
    lead = normalize({"email": GOOD, field: value}, SETTINGS)["lead"]
    if code in ("too_long", "control_character"):
        assert lead.get(field) in (None, "x" * 10_000, "CFO")
    elif field == "company_domain":
        assert lead[field] == "harbor-lines.example"
    else:
        assert field not in lead
    assert validate({"email": GOOD, field: value}, SETTINGS, strict=True)["valid"] == (
        code in ("unknown_country", "no_company_domain", "no_company"))


@pytest.mark.parametrize(("given", "field", "value"), [
    ({"phone": 15123456789, "country": "DE"}, "phone", "+4915123456789"),
    ({"phone": 15123456789.0, "country": "DE"}, "phone", "+4915123456789"),
    ({"phone": "+4915123456789.0"}, "phone", "+4915123456789"),
    ({"phone": 4915123456789, "country": "DE"}, "phone", "+4915123456789"),
    ({"phone": "4915123456789.0", "country": "DE"}, "phone", "+4915123456789"),
    ({"phone": "030 901820, 0151 23456789", "country": "DE"}, "phone", "+4930901820"),
    ({"phone": "+49 1512 3456789 ::: +49 30 901820", "country": "DE"}, "phone", "+4915123456789"),
    ({"phone": "(415) 555-0134 or (415) 555-0135", "country": "US"}, "phone", "+14155550134"),
    ({"phone": "M: +49 1512 3456789 T: +49 30 901820", "country": "DE"}, "phone", "+4915123456789"),
    ({"employee_count": "Nov-50"}, "company_size", "11-50"),
    ({"employee_count": "10-Jan"}, "company_size", "1-10"),
    ({"employee_count": "1-Oct"}, "company_size", "1-10"),
    ({"employee_count": "Just me"}, "employee_count", 1),
    ({"email": "mailto:nora.vale@harbor-lines.example?subject=hi"}, "email", GOOD),
    ({"email": f"<{GOOD}>"}, "email", GOOD), ({"email": f"Nora Vale <{GOOD}>"}, "email", GOOD),
    ({"email": "noa@walla.co.il"}, "email_type", "free"),
    ({"phone": "14155550134.0", "country": "US"}, "phone", "+14155550134"),
    ({"phone": ["n/a", "+4930901820"]}, "phone", "+4930901820"),
    ({"phone": ["call me", "+4930901820"]}, "phone", "+4930901820"),
    ({"employee_count": "250"}, "employee_count", 250), ({"employee_count": 250}, "employee_count", 250),
    ({"employee_count": ["-", "51-200"]}, "employee_count", 51),
    ({"company_name": 1848}, "company_name", "1848"),
    ({"first_name": '="Nora"'}, "first_name", "Nora"),
    ({"company_name": "Berg &amp; Tal GmbH"}, "company_key", "berg and tal"),
    ({"country": ["Atlantis", "Deutschland"]}, "country", "DE"),
    ({"country": "NA"}, "country", "NA"), ({"country": "n/a"}, "country", None),
    ({"city": ["Jena", "Berlin"]}, "city", "Jena"), ({"tags": ["vip", 7, "-", None]}, "tags", ["vip", "7"]),
    ({"consent": "on"}, "consent", {"marketing": True}), ({"consent": True}, "consent", {"marketing": True}),
    ({"consent": False}, "consent", {"marketing": False}),
    ({"utm": {"source": "ads", "medium": 5}}, "utm", {"source": "ads", "medium": "5"}),
    ({"gclid": "abc", "custom": {"budget": 5}}, "custom", {"gclid": "abc", "budget": 5}),
    ({"custom": "blue"}, "custom", {"custom": "blue"}),
    ({"email": [GOOD, "office@harbor-lines.example"]}, "email", GOOD),
    ({"email": ["n/a", GOOD]}, "email", GOOD),
    ({"email": f"{GOOD}; nora.private@home.example"}, "email", GOOD),
    ({"email": f"{GOOD}, office@harbor-lines.example"}, "email", GOOD),
    ({"email": f"{GOOD} / nora@home.example"}, "email", GOOD),
    ({"email": f"{GOOD} ::: nora@home.example"}, "email", GOOD),
    ({"email": f"\u200f{GOOD}"}, "email", GOOD), ({"email": f"{GOOD}\u00a0"}, "email", GOOD),
    ({"email": "nora.vale@harbor\u200b-lines.example"}, "email", GOOD),
    ({"email": f"\ufeff{GOOD}"}, "email", GOOD),
])  # fmt: skip
def test_other_forms_are_read(given: dict[str, Any], field: str, value: object) -> None:
    lead = {"email": GOOD} | given
    assert validate(lead)["valid"]
    assert normalize(lead)["lead"].get(field) == value


def test_of_several_values_the_further_ones_are_told_unless_they_are_equal() -> None:
    lead = {"email": [GOOD.upper(), GOOD, "office@harbor-lines.example", "rubbish"], "city": ["Jena", "JENA"]}
    found = {("/email/2", "further_value"), ("/email/3", "invalid_email")}
    assert codes(validate(lead)["warnings"]) == found
    values = {warning["value"] for warning in validate(lead)["warnings"]}
    assert values == {"office@harbor-lines.example", "rubbish"}
    phones = {"email": GOOD, "phone": ["030 901820", "040 901820"]}
    assert ("/phone/1", "further_value") in codes(validate(phones)["warnings"])
    many = validate({"email": [f"nora{i}@harbor-lines.example" for i in range(30)]})["warnings"]
    assert ("/email", "too_many") in codes(many)


@pytest.mark.parametrize(("lead", "found"), [
    ({}, {("", "missing_identity")}), ({"email": "n/a", "phone": None}, {("", "missing_identity")}),
    ({"a/b": 1}, {("", "missing_identity")}),
    ({"email": "nora@", "phone": "call me", "linkedin_url": "feed"},
     {("/email", "invalid_email"), ("/phone", "invalid_phone"), ("/linkedin_url", "invalid_url")}),
    ({"email": ["rubbish", 5]}, {("/email/0", "invalid_email"), ("/email/1", "invalid_email")}),
    ([], {("", "wrong_type")}), ("lead", {("", "wrong_type")}), (None, {("", "wrong_type")}),
    ({"email": GOOD} | {f"q{i}": i for i in range(MAX_FIELDS)}, {("", "too_large")}),
])  # fmt: skip
def test_a_lead_is_refused_when_nothing_identifies_it_or_it_is_broken(lead: Any, found: set[Any]) -> None:
    checked = validate(lead)
    assert not checked["valid"] and codes(checked["errors"]) == found


def test_an_identity_that_cannot_be_used_is_a_warning_beside_one_that_can() -> None:
    lead = {"email": "nora@", "phone": "+4930901820"}
    assert codes(validate(lead)["warnings"]) == {("/email", "invalid_email")}
    assert normalize(lead)["lead"].keys() == {"phone", "phone_country", "phone_type"}


def test_custom_answers_are_kept_as_far_as_they_fit() -> None:
    deep: object = 1
    for _ in range(500):
        deep = [deep]
    lead = {"email": GOOD, "budget": 5, "custom": {
        "deep": deep, "long": "x" * 9000, "a" * 101: 1, " ": 2, "nan": math.nan, "budget": 7}}
    warnings = validate(lead)["warnings"]
    assert {warning["code"] for warning in warnings} == {
        "too_deep", "too_large", "too_long", "bad_key", "not_a_number", "further_value"}
    assert normalize(lead)["lead"]["custom"] == {"budget": 7}
    many = {"email": GOOD} | {f"question {i}": i for i in range(60)}
    assert codes(validate(many)["warnings"]) == {("/custom", "too_many")}
    assert len(normalize(many)["lead"]["custom"]) == 50


STRICT = [
    ({"email": GOOD, "phone": "N/A"}, "/phone", "invalid_phone"),
    ({"email": GOOD, "phone": 4915123456789}, "/phone", "wrong_type"),
    ({"email": GOOD, "company_domain": "http://"}, "/company_domain", "invalid_domain"),
    ({"email": GOOD, "employee_count": "-"}, "/employee_count", "not_a_number"),
    ({"email": GOOD, "employee_count": -1}, "/employee_count", "out_of_range"),
    ({"email": GOOD, "consent": "on"}, "/consent", "wrong_type"),
    ({"email": GOOD, "gclid": "x"}, "/gclid", "unknown_field"),
    ({"email": GOOD, "city": ["Jena"]}, "/city", "wrong_type"),
    ({"email": GOOD, "city": False}, "/city", "wrong_type"),
    ({"email": GOOD, "city": "x" * 501}, "/city", "too_long"),
    ({"email": GOOD, "city": "a\x00b"}, "/city", "control_character"),
    ({"email": GOOD, "tags": ["a", 5]}, "/tags/1", "wrong_type"),
    ({"email": GOOD, "tags": ["a"] * 51}, "/tags", "too_many"),
    ({"email": GOOD, "utm": {"source": 5}}, "/utm/source", "wrong_type"),
    ({"email": GOOD, "utm": {" ": "x"}}, "/utm/ ", "bad_key"),
    ({"email": GOOD, "custom": "blue"}, "/custom", "wrong_type"),
    ({"email": GOOD, "custom": {"x": [[[[[1]]]]]}}, "/custom/x/0/0/0", "too_deep"),
    ({"email": GOOD, "custom": {"x": "y" * 9000}}, "/custom", "too_large"),
    ({"email": GOOD, "linkedin_url": "n/a"}, "/linkedin_url", "invalid_url"),
    ({"email": "a@example.com\n", "phone": "+4930901820"}, "/email", "invalid_email"),
    ({"email": "n/a", "phone": "+4930901820"}, "/email", "invalid_email"),
    ({"city": "Jena"}, "", "missing_identity"), ([], "", "wrong_type"),
]  # fmt: skip


def test_strict_mode_refuses_what_is_not_as_the_api_says() -> None:
    def check(lead: Any, pointer: str, code: str) -> None:
        checked = validate(lead, strict=True)
        assert not checked["valid"] and codes(checked["errors"]) == {(pointer, code)}

    check_each(check, STRICT)
    assert read_lead({"email": f" {GOOD} ", "first_name": " Nora  Ann "}, strict=True) == (
        [], [], normalize({"email": GOOD, "first_name": "Nora Ann"})["lead"])


@given(st.lists(st.text(alphabet="aB1 -&;n/=\"é\n", max_size=5), max_size=4),
       st.dictionaries(st.sampled_from(("utm_source", "Medium", " ", "\x00", "a&amp;b")),
                       st.text(alphabet="aB1 -&;=\"é\n", max_size=5), max_size=4))
def test_the_short_way_of_tags_and_campaigns_finds_what_the_long_one_does(
        tags: list[str], utm: dict[str, str]) -> None:
    lead = {"email": "nora@norvale.example", "tags": tags, "utm": utm}
    short = validation.check(lead)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_usual_tags", "_usual_campaign"):
            patch.setattr(validation, name, lambda _: None)
        assert validation.check(lead) == short
