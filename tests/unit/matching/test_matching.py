"""Who is the same person: identity, candidates, what must stay apart."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.matching import (
    Frequencies,
    Person,
    blocking_keys,
    column_fields,
    compare,
    fields_of,
    find_pairs,
    people_of,
)
from sidecar.matching.agreement import Level, email_level
from sidecar.records import RecordSettings, normalize
from tests.benchmarks.matching.accounts import accounts, crm

USUAL = Frequencies()
JANE = {"first_name": "Jane", "last_name": "Doe"}
TEXTS = st.sampled_from(["", "Jane", "Jan", "Doe", "J", "Smith", "Smyth", "Łódź", "12a", "12", "21", "北京"])
PERSON = st.fixed_dictionaries({}, optional=dict.fromkeys(
    ("first_name", "last_name", "street", "house_number", "address_2", "postcode", "city", "region"),
    TEXTS | st.text(max_size=8),
) | {"phone": st.sampled_from(["+4930901820", "+4930901802", "+4915123456789", "030 901820"]),
     "email": st.sampled_from(["jane@acme.example", "jnae@acme.example", "jane@gmail.com"]),
     "company_name": st.sampled_from(["Acme", "Acme GmbH", "Globex"])})  # fmt: skip


def lead(**fields: str) -> dict[str, object]:
    others = {name: fields.pop(name) for name in ("street", "house_number", "postcode", "address_2")
              if name in fields}
    return normalize(fields)["lead"] | others


def score(left: dict[str, str], right: dict[str, str]) -> float:
    return compare(lead(**left), lead(**right), USUAL).score


@pytest.mark.parametrize(("left", "right"), [
    ({"email": "jane.doe@gmail.com"}, {"email": "JaneDoe+news@googlemail.com"}),
    ({"linkedin_url": "https://linkedin.com/in/jd"}, {"linkedin_url": "www.linkedin.com/in/jd/?x=1"}),
    (JANE | {"phone": "+49 151 23456789"}, JANE | {"phone": "0049 151 23456789"}),
])
def test_an_identity_key_needs_no_review(left: dict[str, str], right: dict[str, str]) -> None:
    assert compare(lead(**left), lead(**right), USUAL)[::2] == (1.0, True)
    assert set(blocking_keys(lead(**left))) & set(blocking_keys(lead(**right)))


ACME = {"company_name": "Acme Inc."}
HOME = {"street": "High Street", "house_number": "12", "postcode": "2000", "city": "Sydney"}


@pytest.mark.parametrize(("left", "right", "reason"), [
    (JANE, JANE, "same company"),
    ({"first_name": "Doe", "last_name": "Jane"}, JANE, "first and last name swapped"),
    ({"first_name": "William", "last_name": "Doe"}, {"first_name": "Bill", "last_name": "Doe"},
     "short or other form of first name"),
    ({"first_name": "Katherine", "last_name": "Smith"}, {"first_name": "Kathrine", "last_name": "Smyth"},
     "similar last name"),
    (JANE | {"phone": "+49 30 901820"}, JANE | {"phone": "+49 30 901802"}, "similar phone"),
    (JANE | {"phone": "+49 30 901820"}, JANE | {"phone": "+49 30 901820"}, "same phone"),
])  # fmt: skip
def test_a_likely_pair_is_for_a_review(left: dict[str, str], right: dict[str, str], reason: str) -> None:
    found = compare(lead(**left, **ACME), lead(**right, company_name="ACME"), USUAL)
    assert found.score > 0.5
    assert not found.auto
    assert reason in found.reasons


@pytest.mark.parametrize(("left", "right"), [
    (JANE | ACME, JANE | {"company_name": "Globex"}),  # the same name elsewhere
    (JANE | ACME | {"email": "jane.doe@acme.com"},
     JANE | {"company_name": "Globex", "email": "jane.doe@globex.com"}),
    (JANE | ACME | {"phone": "+49 30 901820"},  # a switchboard
     {"first_name": "Bob", "last_name": "Miller", "phone": "+49 30 901820"} | ACME),
    (JANE | {"phone": "+49 151 23456789"},  # a family's telephone
     {"first_name": "Bob", "last_name": "Doe", "phone": "+49 151 23456789"}),
    (JANE | HOME, {"first_name": "Bob", "last_name": "Doe"} | HOME),  # a household
    (JANE | {"linkedin_url": "https://linkedin.com/in/jane1"},
     JANE | {"linkedin_url": "https://linkedin.com/in/jane2"}),
    ({}, {}),
])  # fmt: skip
def test_others_stay_apart(left: dict[str, str], right: dict[str, str]) -> None:
    found = compare(lead(**left), lead(**right), USUAL)
    assert found.score < 0.5
    assert not found.auto


def test_a_rare_name_counts_more() -> None:
    rows = [{"first_name": "Jane", "last_name": "Smith", "city": f"City {n}"} for n in range(500)]
    rows += [{"first_name": "Jane", "last_name": f"Quack{n}"} for n in range(500)]
    counted = Frequencies.of(people_of(rows, RecordSettings()))
    smith, quack = ({"first_name": "Jane", "last_name": name} for name in ("Smith", "Quack7"))
    common, rare = (compare(lead(**row), lead(**row), counted) for row in (smith, quack))
    assert common.score < 0.1 < rare.score


@settings(max_examples=3 * settings.default.max_examples, deadline=None)
@given(PERSON, PERSON)
def test_comparing_is_symmetric_and_bounded(left: dict[str, str], right: dict[str, str]) -> None:
    found = compare(lead(**left), lead(**right), USUAL)
    assert found == compare(lead(**right), lead(**left), USUAL)
    assert 0 <= found.score <= 1
    assert found.auto <= (found.score == 1)


@settings(max_examples=2 * settings.default.max_examples, deadline=None)
@given(PERSON)
def test_blocking_keys_are_sorted_and_one_record_meets_itself(person: dict[str, str]) -> None:
    keys = blocking_keys(lead(**person))
    assert keys == sorted(set(keys)) == blocking_keys(lead(**person))


@settings(max_examples=(settings.default.max_examples + 1) // 2, deadline=None)
@given(st.lists(PERSON, max_size=12))
def test_pairs_are_unique_and_the_same_again(rows: list[dict[str, str]]) -> None:
    people = people_of(rows, RecordSettings())
    pairs = list(find_pairs(people, 0.0))
    places = [(pair.left, pair.right) for pair in pairs]
    assert len(places) == len(set(places))
    assert all(left < right for left, right in places)
    assert pairs == list(find_pairs(people_of(rows, RecordSettings()), 0.0))


def test_who_is_one_with_the_same_is_one_unless_names_contradict() -> None:
    rows = [
        {"first_name": "Rosalind", "last_name": "Franklin", "city": "London"},
        {"first_name": "Rosalind", "last_name": "Franklin", "city": "London", "email": "rf@kings.example"},
        {"email": "rf@kings.example", "city": "Cambridge"},
    ]
    pairs = {(pair.left, pair.right): pair for pair in find_pairs(people_of(rows, RecordSettings()))}
    assert pairs.keys() == {(0, 1), (1, 2), (0, 2)} and pairs[1, 2].auto
    assert pairs[0, 2].reasons == ["both may be row 1"] and not pairs[0, 2].auto
    assert pairs[0, 2].score == pytest.approx(pairs[0, 1].score * pairs[1, 2].score)


def test_a_mailbox_of_several_names_joins_nobody_without_a_name() -> None:
    rows = [
        {"first_name": "Rosalind", "last_name": "Franklin", "email": "rf@kings.example"},
        {"email": "rf@kings.example", "city": "Cambridge"},
        {"email": "rf@kings.example", "first_name": "Maurice", "last_name": "Wilkins"},
        {"email": "rf@kings.example", "first_name": "Rosalind", "last_name": "Franklin-Wells"},
        {"email": "rf@kings.example", "last_name": "Franklin"},
    ]
    pairs = {(pair.left, pair.right): pair for pair in find_pairs(people_of(rows, RecordSettings()))}
    assert {(0, 1), (0, 2), (1, 2)} <= pairs.keys()  # somebody has to look at each
    assert [place for place, pair in pairs.items() if pair.auto] == [(0, 3)]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_half_a_name_on_a_mailbox_of_two_is_neither_wherever_it_stands(place: int) -> None:
    rows = [{"email": "dubois@optik.example", "first_name": first, "last_name": "Dubois"}
            for first in ("Emily", "Sarah")]
    rows.insert(place, rows[0] | {"first_name": ""})
    pairs = list(find_pairs(people_of(rows, RecordSettings())))
    assert pairs and not any(pair.auto for pair in pairs)


CASES = Path(__file__).parent / "cases"
ACCOUNTS = [json.loads(line) for line in (CASES / "accounts.jsonl").read_text("utf-8").splitlines()]


def test_in_a_list_of_accounts_colleagues_stay_apart_and_the_same_person_is_found() -> None:
    """Each case's two rows stand among some thousand people at a hundred employers."""
    rows = [row for _, row in accounts(1000)]
    first = len(rows)
    rows += [row for case in ACCOUNTS for row in case["rows"]]
    pairs = {(pair.left, pair.right): pair for pair in find_pairs(people_of(rows, RecordSettings()))}
    wrong = []
    for number, case in enumerate(ACCOUNTS):
        pair = pairs.get((first + 2 * number, first + 2 * number + 1))
        score, auto = (pair.score, pair.auto) if pair else (0.0, False)
        right = {"proposed": score >= 0.5, "not proposed": score < 0.5, "below 0.9": score < 0.9,
                 "not joined without review": not auto}[case["want"]]
        if not right:
            wrong.append((case["kind"], case["rows"][0]["first_name"], score, auto))
    assert not wrong


def test_what_a_list_is_filled_with_is_nothing_that_people_share() -> None:
    with (CASES / "filler.csv").open(newline="", encoding="utf-8") as file:
        header, *table = csv.reader(file)
    fields = [column_fields(header, {}).get(column) for column in header]
    people = people_of([fields_of(row, fields) for row in table], RecordSettings())
    assert len(people) == 3 and list(find_pairs(people)) == []


def test_what_needs_no_review_is_right() -> None:
    """At least 99.8 % of it, in an account list with shared mailboxes, relatives, stand-ins and namesakes."""
    people = list(crm(1500))
    pairs = find_pairs(people_of([row for _, row in people], RecordSettings()))
    found = [pair for pair in pairs if pair.auto]
    wrong = [pair for pair in found if people[pair.left][0] != people[pair.right][0]]
    assert len(found) > 100
    assert len(wrong) <= 0.002 * len(found), [people[pair.right][1] for pair in wrong]


@pytest.mark.parametrize(("left", "right", "level"), [
    ("jane.doe@acme.example", "jnae.doe@acme.example", Level.SIMILAR),
    ("jane.doe@acme.example", "john.dew@acme.example", Level.ALIAS),  # colleagues
    ("lori88@huynh.example", "lori8y@hu8h.example", Level.SIMILAR),
    ("hannah88@powers.example", "hannah88opowers@exampl", Level.SIMILAR),
    ("jane.doe@gmail.com", "jane.poe@gmx.com", Level.DIFFERENT),  # both are well spelt
    ("jane.doe@gmail.com", "jane.doe@acme.example", Level.MISSING),
    ("jane.doe@acme.example", "bob.ray@globex.example", Level.DIFFERENT),
])
def test_addresses_are_compared_as_they_are_mistyped(left: str, right: str, level: Level) -> None:
    assert email_level(left, right) == email_level(right, left) == level


def test_a_block_of_any_size_costs_a_bounded_number_of_comparisons() -> None:
    from sidecar.matching.blocking import MAX_CANDIDATES, Blocks

    rows = [JANE | {"city": "Sydney", "postcode": "2000"}] * 2000
    blocks = Blocks(people_of(rows, RecordSettings()))
    counts = [len(blocks.candidates(row)) for row in range(2000)]
    assert max(counts) <= MAX_CANDIDATES
    assert all(counts[1:])


def test_identity_is_found_in_any_crowd() -> None:
    one = {"first_name": "Ann", "last_name": "Lee", "linkedin_url": "https://linkedin.com/in/ann"}
    other = {"first_name": "Cy", "last_name": "Ray", "city": "Sydney"}
    rows = [one, *([other] * 30), other | {"linkedin_url": one["linkedin_url"]}]
    pairs = list(find_pairs(people_of(rows, RecordSettings())))
    assert [(pair.left, pair.right) for pair in pairs if pair.auto] == [(0, 31)]


def test_columns_are_guessed_and_overridden() -> None:
    headers = ["rec_id", "Vorname", "surname", "street_number", "address_1", "Suburb", "PLZ", "soc_sec_id",
               "date_of_birth", "E-Mail", "state"]
    assert column_fields(headers, {"state": "", "Suburb": "town"}) == {
        "Vorname": "first_name", "surname": "last_name", "street_number": "house_number",
        "address_1": "street", "Suburb": "city", "PLZ": "postcode", "E-Mail": "email"}  # fmt: skip
    for wrong in ({"nowhere": "city"}, {"date_of_birth": "date_of_birth"}):
        with pytest.raises(ValueError, match="no "):
            column_fields(headers, wrong)


def test_of_several_columns_the_first_that_is_filled_counts() -> None:
    assert fields_of(["", "x", "y"], ["phone", "phone", None]) == {"phone": "x"}


def test_the_fields_compared_are_the_first_of_a_person() -> None:
    from sidecar.matching.frequencies import FIELDS

    assert Person._fields[:len(FIELDS)] == FIELDS
