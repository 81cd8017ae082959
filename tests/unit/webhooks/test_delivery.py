"""What becomes of a subscription after answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sidecar.webhooks import Answer, Turn, after, seconds_to_wait

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
OK, DOWN = Answer(200), Answer(None, "It cannot be reached: ConnectionRefusedError.")


def turn(failures, hours, *answers, inside=False):
    since = NOW - timedelta(hours=hours) if failures else None
    return after(failures, since, answers, NOW, inside=inside)


def test_a_success_forgets_what_failed():
    assert turn(9, 30, OK) == turn(9, 30, OK, OK) == turn(0, 0) == Turn(0, None, None, None)
    assert turn(9, 30, OK, DOWN) == turn(9, 30, DOWN, OK) == Turn(1, NOW, None, None)


def test_no_answer_changes_nothing():
    assert turn(3, 1) == Turn(3, NOW - timedelta(hours=1), None, None)


def test_failures_in_a_row_are_counted_from_the_first():
    assert turn(0, 0, *[DOWN] * 8) == Turn(1, NOW, None, None)  # at once, for one reason
    assert turn(2, 1, Answer(503, retry_after=90)) == Turn(3, NOW - timedelta(hours=1), 90, None)


@pytest.mark.parametrize("failures, hours, answer, inside, paused", [
    (0, 0, Answer(410), False, True),
    (0, 0, Answer(404), False, False),
    (0, 0, Answer(404), True, False),
    (3, 0.1, Answer(404), True, True),
    (3, 0.1, Answer(404), False, False),
    (3, 0.1, Answer(500), True, False),
    (9, 23, DOWN, False, False),
    (8, 25, DOWN, False, False),
    (9, 25, DOWN, False, True),
])
def test_it_is_paused_when_nobody_is_there_or_nothing_came_through_for_a_day(
        failures, hours, answer, inside, paused):
    reason = turn(failures, hours, answer, inside=inside).pause
    assert (reason is not None) == paused


def test_the_reason_is_for_people():
    assert turn(9, 25, DOWN).pause == (
        "It failed 10 times in a row. The last: It cannot be reached: ConnectionRefusedError.")
    assert turn(11, 25, Answer(500)).pause == "It failed 12 times in a row. The last: It answered 500."


@pytest.mark.parametrize("header, seconds", [
    (None, None), ("", None), ("soon", None), ("120", 120), ("-5", None), ("9999999", 86_400),
    ("Mon, 04 May 2026 12:02:00 GMT", 120), ("Mon, 04 May 2026 11:00:00 GMT", 0),
])
def test_retry_after(header, seconds):
    assert seconds_to_wait(header, NOW) == seconds
