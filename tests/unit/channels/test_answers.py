"""What whoever pressed something is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from sidecar.channels.answers import acted, answer, asked, refused, stops, unanswered, unknown
from sidecar.channels.handling import Decision, Verdict
from sidecar.channels.phrases import LANGUAGES
from sidecar.terms.states import HANDLINGS, WISHED_KINDS

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def said(verdict: str, language: str = "en", **more) -> str:
    return answer(Decision(verdict, **more), language, "Europe/Berlin", NOW)


@pytest.mark.parametrize(("language", "expected"), [
    ("en", "Dana took it 2 minutes ago."), ("de", "Dana hat ihn vor 2 Minuten übernommen.")])
def test_the_second_is_told_who_has_it(language: str, expected: str) -> None:
    assert said("taken", language, by="Dana", at=NOW - timedelta(minutes=2), kind="claim") == expected


def test_until_when_is_said_in_their_time() -> None:
    until = NOW + timedelta(hours=20)
    assert said("done", kind="snooze", until=until).startswith("It is put off until Fri 27 Nov, 09:00")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_can_be_said(language: str) -> None:
    for verdict in get_args(Verdict):
        for kind in HANDLINGS if verdict == "done" else (*HANDLINGS, None):
            decision = Decision(verdict, "Dana", NOW, kind, NOW)
            text = answer(decision, language, "UTC", NOW)
            assert text and "{" not in text
            page = acted(decision, language, "UTC", NOW, used=verdict == "same")
            assert page.title and text in page.lines and not page.button
    assert unknown(language) and unanswered(language)
    for kind in WISHED_KINDS:
        assert stops(kind, language, done=False).button and not stops(kind, language, done=True).button
    assert refused("forged", language) != refused("expired", language)


@pytest.mark.parametrize("kind", HANDLINGS)
def test_the_page_of_a_link_asks_first(kind: str) -> None:
    page = asked(kind, "Dana Quill", 91.7, "hot", "en")
    assert page.button and page.lines[0] == "Hot lead, score 91" and page.lines[-1] == "You are Dana Quill."
    assert len(asked(kind, "Dana", None, None, "en").lines) == 2
