import json
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sidecar.routing.model import changes, check_model, compiled, default_model, model_schema, named_in
from sidecar.scoring.subject import Subject
from tests.cases import check_each
from tests.unit.scoring.inventing import conditions

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
DOCUMENT = Path(__file__).parents[3] / "docs" / "routing-model.schema.json"
DACH = {"name": "dach", "text": "German-speaking", "countries": ["DE", "AT", "CH"], "to": {"team": "Alps"}}
LARGE = {"name": "large", "when": {"fact": "organization.company_size", "in": ["10001+"]},
         "to": {"people": [{"email": "ann@example.com", "weight": 2}, {"email": "bo@example.com"}]}}


def model(*rules, **more):
    return default_model() | {"rules": list(rules)} | more


def test_the_schema_is_the_published_one_and_takes_the_default_model():
    published = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(model_schema())), "run `make openapi`"
    Draft202012Validator.check_schema(model_schema())
    Draft202012Validator(model_schema()).validate(model(DACH, LARGE))
    assert check_model(default_model()) == check_model(model(DACH, LARGE)) == []


def test_what_is_wrong_is_said_with_its_place():
    def says(made, pointer, words):
        assert any(problem.pointer == pointer and words in problem.detail for problem in check_model(made))

    check_each(says, [
        ([], "", "an object"), ({}, "", "version is missing"),
        (model(otherwise={"people": []}), "/otherwise", "whom leads go to"),
        (model(otherwise={"everybody": True, "team": "x"}), "/otherwise", "whom leads go to"),
        (model(DACH, DACH), "/rules/1/name", "taken"),
        (model(DACH | {"name": "account"}), "/rules/0/name", "taken"),
        (model(DACH | {"countries": ["XX"]}), "/rules/0/countries/0", "no country XX"),
        (model(DACH | {"countries": ["Germany"]}), "/rules/0/countries/0", "two letters"),
        (model({"name": "all", "to": {"team": "x"}}, DACH), "/rules/1", "never reached: all"),
        (model(DACH | {"when": {"fact": "contact.seniority", "is": "boss"}}), "/rules/0/when/is",
         "never boss"),
        (model(DACH | {"to": {"people": [{"email": "a@b.c"}, {"email": "A@b.c"}]}}), "/rules/0/to/people/1",
         "twice"),
        (model(DACH | {"weight": 1}), "/rules/0/weight", "not known"),
    ])


def test_the_first_rule_that_holds_is_the_lead_s():
    made = compiled(model(DACH, LARGE, DACH | {
        "name": "bavaria", "countries": ["US"], "regions": ["Bavaria"]}))

    def says(facts, name):
        assert made.rule_for(Subject(facts, NOW)).name == name

    check_each(says, [
        ({"contact": {"country": "DE"}, "organization": {"company_size": "10001+"}}, "dach"),
        ({"contact": {"phone_country": "AT"}, "organization": {"country": "US"}}, "dach"),
        ({"contact": {"country": "US"}, "organization": {"country": "DE"}}, "otherwise"),
        ({"contact": {"country": "US", "region": "bavaria"}}, "bavaria"),
        ({"contact": {"region": "Bavaria"}}, "otherwise"),
        ({"organization": {"company_size": "10001+"}}, "large"), ({}, "otherwise"),
    ])


@given(conditions())
def test_a_condition_of_scoring_is_one_of_routing(condition):
    made = model(LARGE | {"when": condition})
    assert check_model(made) == []
    assert compiled(made).rule_for(Subject({}, NOW)).name in ("large", "otherwise")


def test_changes_are_told_in_words():
    def says(old, new, *sentences):
        assert changes(old, new) == list(sentences)

    check_each(says, [
        (model(DACH), model(DACH, version="other")),
        (model(), model(DACH), "rule / dach: new (name dach, text German-speaking, countries DE, AT, CH,"
                               " to team Alps)"),
        (model(DACH, LARGE), model(LARGE), "rule / dach: taken away"),
        (model(DACH), model(DACH | {"countries": ["DE", "LI"]}),
         "rule / dach: countries without AT, CH and with LI"),
        (model(DACH, LARGE), model(LARGE, DACH), "the order of rules: dach, large -> large, dach"),
        (model(), model(account_owner_first=False), "model: account owner first yes -> no"),
        (model(DACH), model(DACH | {"to": {"everybody": True}}),
         "rule / dach: to team Alps -> everybody yes"),
    ])


def test_teams_and_people_that_a_model_names():
    assert list(named_in(model(DACH, LARGE, otherwise={"team": "All"}))) == [
        ("/otherwise/team", "team", "All"), ("/rules/0/to/team", "team", "Alps"),
        ("/rules/1/to/people/0/email", "email", "ann@example.com"),
        ("/rules/1/to/people/1/email", "email", "bo@example.com")]


names = st.sampled_from(["version", "rules", "otherwise", "name", "to", "team"])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(names, inner)))
def test_whatever_the_document_nothing_raises(document):
    assert check_model(document)
