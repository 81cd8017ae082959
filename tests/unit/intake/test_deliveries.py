"""When two leads are one submission."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sidecar.intake import delivery_keys, submitted_at
from sidecar.records import normalize

NOW = datetime(2026, 5, 4, 12, 59, tzinfo=UTC)
FORM = {"email": "nora.vale@harbor-lines.example", "source": "web_form", "message": "Please call me"}


def same(first, second, later=timedelta(0)):
    """Whether the second is known by the key of the first."""
    one, other = (normalize(lead)["lead"] for lead in (first, second))
    return delivery_keys(one, NOW)[0] in delivery_keys(other, NOW + later)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=59)])
def test_the_same_words_again_are_the_same_submission(later):
    assert same(FORM, FORM, later)
    assert same(FORM, FORM | {"email": "Nora.Vale@Harbor-Lines.example "}, later)


@pytest.mark.parametrize("change", [
    {"message": "Now"}, {"email": "otto@harbor-lines.example"}, {"source": "landing page"},
    {"tags": ["demo"]}, {"custom": {"event_id": "evt-1"}},
])
def test_other_words_are_another(change):
    assert not same(FORM, FORM | change)


def test_the_same_words_much_later_are_another():
    assert not same(FORM, FORM, timedelta(hours=2))


def test_an_id_tells_at_any_time():
    first = FORM | {"custom": {"event_id": "evt-1"}}
    assert same(first, first | {"message": "Changed on the way"}, timedelta(days=3))
    assert not same(first, FORM | {"custom": {"event_id": "evt-2"}})
    assert not same(first, first | {"email": "otto@harbor-lines.example"})


@pytest.mark.parametrize("name", ["Submission ID", "responseId", "entry_id", "leadgen_id", "request-id"])
def test_an_id_is_one_by_whatever_name_a_sender_calls_it(name):
    first = FORM | {"custom": {name: "evt-1"}}
    assert same(first, first | {"message": "Changed on the way"}, timedelta(days=3))


@pytest.mark.parametrize(("told", "at"), [
    ("2026-05-01T10:00:00+02:00", datetime(2026, 5, 1, 8, tzinfo=UTC)),
    ("2026-05-01T08:00:00+0000", datetime(2026, 5, 1, 8, tzinfo=UTC)),
    ("1777622400000", datetime(2026, 5, 1, 8, tzinfo=UTC)), ("soon", None), (None, None)])
def test_a_submission_may_tell_when_it_was(told, at):
    assert submitted_at({"custom": {"submitted_at": told}}) == at


def test_a_list_is_no_submission_and_keys_name_nobody():
    assert delivery_keys(normalize(FORM | {"source": "csv import"})["lead"], NOW) == []
    assert not any("nora" in key for key in delivery_keys(normalize(FORM)["lead"], NOW))
