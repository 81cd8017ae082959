"""Each provider's answers are read as its documentation and captures say; nothing makes it raise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import people
from sandbox.providers import TWINS
from sidecar.enrichment import PROVIDERS, catalogue

OPERATIONS = [(p, o) for p in PROVIDERS.values() for o in p.operations]
NAMES = [f"{p.name}-{o.name}" for p, o in OPERATIONS]


def known_subject(provider: str, kind: str) -> str:
    """A subject that the provider's twin finds."""
    for number in range(1000):
        subject = f"firm{number}.example" if kind == "company" else f"a.b@firm{number}.example"
        if TWINS[provider].answer(kind, subject, "", 1)[0] == 200:
            return subject
    raise AssertionError("the twin finds nothing")


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS, ids=NAMES)
def test_what_is_found_is_claimed_in_canonical_form(provider, operation):
    subject = known_subject(provider.name, operation.name)
    status, body, _, headers = TWINS[provider.name].answer(operation.name, subject, "", 1)
    answer = operation.read(status, headers, body)
    assert answer.outcome == "found" and answer.credits == 1
    assert set(answer.statements) <= operation.provides
    assert len(answer.statements["country"].value) == 2
    if operation.name == "company":
        assert answer.statements["company_size"].value == people.company(subject)["band"]
    else:
        assert answer.statements["linkedin_url"].value.startswith("https://")


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS, ids=NAMES)
@pytest.mark.parametrize(("behaviour", "outcomes"), [
    ("missing", {"not_found"}), ("throttle", {"throttled"}), ("quota", {"quota"}),
    ("refuse", {"refused", "not_found"}), ("unauthorized", {"auth"}), ("down", {"error"}),
    ("garbled", {"error"}),
])
def test_every_refusal_is_told_apart(provider, operation, behaviour, outcomes):
    subject = known_subject(provider.name, operation.name)
    status, body, _, headers = TWINS[provider.name].answer(operation.name, subject, behaviour, 1)
    answer = operation.read(status, headers, body)
    assert answer.outcome in outcomes and not answer.statements and answer.credits == 0


def test_every_provider_has_its_twin_in_the_sandbox():
    assert TWINS.keys() == PROVIDERS.keys()
    for name, provider in PROVIDERS.items():
        assert set(TWINS[name].operations.values()) == {o.name for o in provider.operations}


def test_hunter_may_still_be_working():
    operation = PROVIDERS["hunter"].operations[0]
    assert operation.read(202, {}, "").outcome == "pending"


def test_booleans_of_free_plans_are_no_values():
    operation = next(o for o in PROVIDERS["peopledatalabs"].operations if o.name == "person")
    subject = known_subject("peopledatalabs", "person")
    _, body, _, headers = TWINS["peopledatalabs"].answer("person", subject, "booleans", 1)
    assert "phone" not in operation.read(200, headers, body).statements


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([
        "data", "name", "geo", "metrics", "employment", "linkedin", "employees", "tech", "size",
        "job_title_levels", "errors", "likelihood", "location", "handle", "industry"]), inner),
    max_leaves=20)


@given(status=st.integers(0, 599), body=st.one_of(st.text(max_size=50), json_values.map(json.dumps)))
@pytest.mark.parametrize(("provider", "operation"), OPERATIONS, ids=NAMES)
def test_nothing_they_send_can_raise(provider, operation, status, body):
    operation.read(status, {"x-call-credits-spent": "many"}, body)


def test_the_n8n_credential_is_made_from_the_same_catalogue():
    path = Path(__file__).parents[3] / "n8n/custom-nodes/shared/catalogue.json"
    assert json.loads(path.read_text()) == catalogue()
