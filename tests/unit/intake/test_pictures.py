"""What is kept of what a chunk of an import changes: as much as its undo needs."""

from __future__ import annotations

import json
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from sidecar.intake.pictures import became, difference
from sidecar.intake.undoing import undone

KEYS = {"contacts": ("id",), "leads": ("id",), "events": ("id",),
        "provenance": ("entity_id", "entity_kind", "source")}
VALUES = st.none() | st.integers(0, 2)
SAID = st.dictionaries(st.sampled_from(["phone", "job_title"]), st.builds(
    lambda value, at: {"value": value, "observed_at": at}, VALUES, st.sampled_from("ab")))


def rows_of(ids, **columns):
    """Some of the ids, each with a row."""
    return st.dictionaries(st.sampled_from(ids), st.fixed_dictionaries(columns)).map(
        lambda found: [{"id": name} | row for name, row in found.items()])


DOCUMENTS = st.fixed_dictionaries({
    "contacts": st.builds(
        lambda phone, version: [{"id": "c", "phone": phone, "version": version}], VALUES, st.integers(0, 2)),
    "leads": rows_of("kl", tags=st.lists(st.sampled_from("xy"), unique=True), scored_at=VALUES,
                     version=st.integers(0, 2)),
    "events": rows_of("ef", dedupe_key=VALUES),
    "provenance": st.dictionaries(st.sampled_from(["lead", "hunter"]), SAID).map(lambda found: [
        {"entity_id": "c", "entity_kind": "contact", "source": source, "fields": fields}
        for source, fields in found.items()])})


def picture(document, **more):
    return {table: [json.dumps(row | more) for row in rows] for table, rows in document.items()}


def by_key(document):
    return {table: {tuple(row[name] for name in KEYS[table]): row for row in rows}
            for table, rows in document.items() if rows}


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_the_undo_is_the_same_as_of_all_rows(was, now, later, current):
    kept, wanted = [], []
    for before, after in ((now, later), (was, now)):  # the latest first
        if short := difference(picture(before), picture(after), KEYS):
            kept.append({"before": json.loads(json.dumps(short[0])), "after": became(*short)})
            wanted.append({"before": before, "after": after})
        else:
            assert by_key(before) == by_key(after)
    if kept:
        assert undone(deepcopy(current), kept, KEYS, "later") == undone(
            deepcopy(current), wanted, KEYS, "later")


@given(DOCUMENTS, DOCUMENTS)
def test_whole_rows_are_told_whole_and_put_together(was, now):
    whole = difference(picture(was), picture(now), KEYS, whole=True)
    assert whole is None or tuple(map(by_key, (whole[0], became(*whole)))) == (by_key(was), by_key(now))


def test_only_the_columns_that_changed_are_told():
    was = {"contacts": [{"id": "c", "phone": 1, "city": "Here"}], "events": [{"id": "e", "dedupe_key": "k"}]}
    now = was | {"contacts": [{"id": "c", "phone": 2, "city": "Here"}]}
    assert difference(picture(was), picture(now), KEYS) == (
        {"contacts": was["contacts"]}, {"contacts": [[0, {"phone": 2}]]})


def test_what_triggers_write_is_no_change():
    lead = {"leads": [{"id": "k", "tags": []}]}
    assert difference(picture(lead, search_text="one"), picture(lead, search_text="two"), KEYS) is None


def test_pictures_that_were_kept_whole_are_read_too():
    assert became({"contacts": [{"id": "c", "phone": 1}]}, {"contacts": [{"id": "c", "phone": 2}]}) == {
        "contacts": [{"id": "c", "phone": 2}]}
