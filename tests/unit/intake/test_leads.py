"""What a lead's row holds of two, and of each again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidecar.intake.leads import TOLD, after, apart, strongest, united


def row(lead_id="one", **said):
    return {
        "id": lead_id, "message": None, "tags": [], "utm": {}, "first_utm": {}, "custom": {},
        "external_ids": {}, "owner_name": None, "outcome": None, "outcome_at": None, "owner_id": None,
        "source": "api",
        "org_id": None, "is_test": False, "status": "new", "grade": None, "total_score": None} | said


def test_the_owner_then_progress_then_intent_then_score_then_age_decide():
    plain = row("plain")
    for better in ({"owner_id": "nina"}, {"status": "working"}, {"grade": "warm", "total_score": 5000}):
        assert strongest([plain, row("better", **better)], {})["id"] == "better"
    assert strongest([plain, row("younger")], {})["id"] == "plain"
    did = {"asks": ["page_view", "demo_request"], "plain": ["form_submit"]}
    assert strongest([plain, row("asks")], did)["id"] == "asks"
    assert strongest([row("owned", owner_id="nina"), row("asks")], did)["id"] == "owned"


def test_a_test_never_takes_the_place_of_a_lead_in_earnest():
    real, tried = row("real"), row("test", is_test=True, owner_id="nina", status="working", grade="hot")
    for pair in ([real, tried], [tried, real]):
        assert strongest(pair, {"test": ["demo_request"]})["id"] == "real"
    assert [united(*pair, {})["is_test"] for pair in ((real, tried), (tried, tried))] == [False, True]


def test_two_leads_are_one_and_nothing_is_lost():
    whole = united(row(message="A", tags=["x"], custom={"a": 1, "b": 1}, source="import"),
                   row("two", message="B", tags=["y"], custom={"b": 2, "c": 2}, owner_id="nina",
                       source="demo"),
                   {"two": ["demo_request"]})
    assert {name: value for name, value in whole.items() if value} == {
        "message": "A\n\nB", "tags": ["x", "y"], "custom": {"a": 1, "b": 1, "c": 2}, "owner_id": "nina",
        "source": "demo"}


TEXTS = st.sampled_from(["a", "b", "c"])
SAID = st.fixed_dictionaries({}, optional={
    "message": TEXTS, "tags": st.lists(TEXTS, max_size=2, unique=True),
    "utm": st.dictionaries(TEXTS, TEXTS, max_size=2), "custom": st.dictionaries(TEXTS, TEXTS, max_size=2)})
ROWS = SAID.map(lambda said: row(**said))


@given(ROWS, ROWS, st.lists(st.tuples(st.booleans(), SAID), max_size=4))
def test_whatever_comes_in_each_is_what_it_would_be_by_itself(one, two, later):
    whole = one | united(one, two | {"id": "two"}, {})
    own = after(one, [said for mine, said in later if mine])
    now = after(whole, [said for _, said in later])
    alone = apart({name: own[name] for name in TOLD}, now, now)
    assert alone == {name: own[name] for name in TOLD}


def test_what_people_changed_since_stays():
    whole = {"message": "A\n\nB", "tags": ["x", "y"], "custom": {"a": 1, "b": 2}, "owner_id": "nina"}
    now = {"message": "A\n\nB\n\nC", "tags": ["x", "y", "z"], "custom": {"a": 9, "b": 2}, "owner_id": "omar"}
    assert apart({"message": "A", "tags": ["x"], "custom": {"a": 1}, "owner_id": None}, whole, now) == {
        "message": "A\n\nC", "tags": ["x", "z"], "custom": {"a": 9}, "owner_id": "omar"}
    assert apart({"tags": ["x"]}, {"tags": ["x", "y"]}, {"tags": ["y"]}) == {"tags": []}
