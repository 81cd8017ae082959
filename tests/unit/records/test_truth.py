"""Truth values as people and tools write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.records.truth import moment, opted_out, truth

YES = [
    True, 1, 1.0, "1", "1.0", "true", "TRUE", " True ", "yes", "Y", "on", "x", "X", "[x]", "✓", "✔️", "☑",
    "(✓)", "ja", "JA", "oui", "sí", "si", "sim", "Sì", "tak", "kyllä", "ano", "evet", "igen", "да", "ναι",
    "はい", "是", "예", "WAHR", "VRAI", "VERDADERO", "agreed", "Accepted", "granted", "confirmed",
    "Yes, please", "Yes - send me the newsletter",
    "I agree to receive e-mails", "Ja, ich möchte Neuigkeiten", "2026-01-31", "31.01.2026 08:00", ["", "on"],
    ["You may send me news by e-mail. I can withdraw this at any time."], ["Prosím, posílejte mi novinky"],
]  # fmt: skip
NO = [
    False, 0, "0", "0.0", "false", "FALSCH", "FAUX", "no", "N", "off", "✗", "☐", "nein", "non", "não", "nao",
    "nee", "nie", "nej", "ei", "ne", "hayır", "нет", "いいえ", "否", "아니요", "No, thanks", "nein danke",
    "not subscribed", "no consent",
]  # fmt: skip
OUT = ["opt-out", "Opted out", "OPT_OUT", "Unsubscribed", "withdrawn", "revoked", "declined", "Do not call",
       "Do Not Contact", "abgemeldet", "désabonné", "dado de baja", "Please do not email me",
       ["You may not call me"]]
IN = ["opt-in", "Opted In", "subscribed", "Double opt-in"]
NEITHER = [None, "", "  ", 2, 0.5, float("nan"), "cleaned", "bounced", "n/a", "maybe", "archived",
           "no objection", "Jane", {}, [], ["bounced"], ["n/a", "-"], "x" * 500]


@pytest.mark.parametrize("value", YES, ids=repr)
def test_a_yes(value):
    assert truth(value) is True and opted_out(value) is True


@pytest.mark.parametrize("value", NO, ids=repr)
def test_a_no(value):
    assert truth(value) is False and opted_out(value) is False


@pytest.mark.parametrize(("value", "agreed"), [*((out, False) for out in OUT), *((in_, True) for in_ in IN)])
def test_a_state_says_which_way_whatever_the_column_asks(value, agreed):
    assert truth(value) is agreed and opted_out(value) is not agreed


@pytest.mark.parametrize("value", NEITHER, ids=repr)
def test_what_says_neither(value):
    assert truth(value) is None and opted_out(value) is None


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()))
def test_anything_is_answered(value):
    assert truth(value) in (True, False, None) and opted_out(value) in (True, False, None)


@pytest.mark.parametrize(("value", "at"), [
    ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ("2026-03-01T10:00:00+02:00", datetime(2026, 3, 1, 8, tzinfo=UTC)),
    ("2026/03/01 10:00:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ("01/02/2026", None), ("yes", None), (True, None), ("2026-99-01", None),
])
def test_a_time_is_told_when_it_is_plain(value, at):
    assert moment(value) == at
