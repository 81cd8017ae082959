"""How data came, and on which ground they are kept."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sidecar.privacy.grounds import Setting, ground_of, sources_of, standing_of
from sidecar.terms.states import GROUNDS, ORIGINS
from tests.unit.privacy.knowing import NOW, arrival, known


def test_a_file_a_list_in_an_event_and_the_name_of_a_list_are_lists() -> None:
    for row in (arrival("web form", imported=True), arrival("partner", listed=True), arrival("bought list")):
        [found] = sources_of(known(row), {})
        assert (found.origin, found.ground, found.given) == ("list", "legitimate_interest", False)


def test_a_keyed_form_is_one_whatever_its_source_is_called() -> None:
    [found] = sources_of(known(arrival("partner", by_form=True)), {})
    assert (found.origin, found.ground, found.given) == ("form", "contract", True)


def test_the_strongest_ground_of_all_sources_counts() -> None:
    person = known(arrival("csv import"), arrival("demo", event="demo_request"), agreed=True)
    assert ground_of(person, sources_of(person, {})) == ("contract", "rule")


def test_of_one_ground_the_setting_of_a_source_is_told_before_a_rule() -> None:
    person = known(arrival("demo", event="demo_request"), arrival("crm list"))
    assert ground_of(person, sources_of(person, {"crm list": Setting("contract", None)})) == (
        "contract", "source")


def test_nobody_came_and_it_is_legitimate_interest() -> None:
    assert ground_of(known(), []) == ("legitimate_interest", "rule")


def test_what_somebody_said_last_counts_and_none_is_by_rule_again() -> None:
    said = [{"kind": "ground", "ground": ground} for ground in ("consent", "contract")]
    assert ground_of(known(statements=said), []) == ("contract", "person")
    taken_back = [*said, {"kind": "ground", "ground": None}, {"kind": "notice", "ground": None}]
    assert ground_of(known(statements=taken_back), []) == ("legitimate_interest", "rule")


def test_a_customer_is_one_though_they_object() -> None:
    assert standing_of(known(customer=True, objects=True)) == "customer"
    assert [standing_of(known(open=still, objects=objects)) for still, objects in (
        (True, True), (True, False), (False, False))] == ["objected", "open", "closed"]


rows = st.builds(
    arrival, st.sampled_from(["csv import", "web form", "partner", "fair"]),
    st.integers(0, 400).map(lambda day: NOW - timedelta(days=day)), imported=st.booleans(),
    listed=st.booleans(), by_form=st.booleans(),
    event=st.sampled_from([None, "demo_request", "webinar", "form_submit"]))
settings = st.dictionaries(
    st.sampled_from(["csv import", "partner", "hunter"]),
    st.builds(Setting, st.sampled_from([None, *GROUNDS]), st.sampled_from([None, *ORIGINS])))


@given(st.lists(rows, max_size=8), settings)
def test_in_whatever_order_they_came_the_sources_are_the_same(arrivals, said) -> None:
    person, back = known(*arrivals), known(*reversed(arrivals))
    found = sources_of(person, said)
    assert found == sources_of(back, said) and ground_of(person, found) == ground_of(back, found)
    assert all(source.first_at <= source.last_at for source in found)
    assert len({(source.name, source.origin) for source in found}) == len(found)
