"""What becomes of a delivery, and of its subscription, after an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_ATTEMPTS = 16  # of one event: the last is about a day after the first
PAUSE_AFTER_FAILURES, PAUSE_AFTER = 10, timedelta(hours=24)
# n8n that does not know a webhook does not learn it again by itself; at its start it takes some seconds.
GONE_AFTER = timedelta(minutes=5)
_GONE = "It answered 410: there is nobody any more."
_UNKNOWN = "n8n does not know this webhook any more: its workflow is not published."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request met: an HTTP status, or an error (then status is None)."""

    status: int | None
    error: str | None = None
    retry_after: int | None = None
    elapsed_ms: int = 0

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def said(self) -> str:
        """The failure for people."""
        return self.error or f"It answered {self.status}."


@dataclass(frozen=True, slots=True)
class Turn:
    """A subscription after a turn: failed turns in a row (what fails at once fails for one reason), since
    when, and why it is to be paused (None: it is not).
    """

    failures: int
    failing_since: datetime | None
    retry_after: int | None
    pause: str | None


def seconds_to_wait(retry_after: str | None, now: datetime) -> int | None:
    """The header Retry-After (RFC 9110 10.2.3: seconds or a date), a day at most; None when it says nothing
    of use."""
    if not retry_after:
        return None
    try:
        seconds = int(retry_after) if retry_after.strip().isdigit() else (
            parsedate_to_datetime(retry_after).astimezone(UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return int(min(max(seconds, 0), 86_400))


def after(
    failures: int, failing_since: datetime | None, answers: Sequence[Answer], now: datetime, *, inside: bool
) -> Turn:
    """What the answers of a turn mean for their subscription; `inside`: it is a trigger of our own n8n."""
    if any(answer.ok for answer in answers):
        failures, failing_since = 0, None
    failed = [answer for answer in answers if not answer.ok]
    if not failed:
        return Turn(failures, failing_since, None, None)
    last, failures, failing_since = failed[-1], failures + 1, failing_since or now
    return Turn(failures, failing_since, last.retry_after,
                pause_reason(last, failures, now - failing_since, inside=inside))


def pause_reason(last: Answer, failures: int, failing: timedelta, *, inside: bool) -> str | None:
    """Why a subscription is to be paused, for people; None while it is tried again."""
    if last.status == 410:
        return _GONE
    if inside and last.status == 404 and failing >= GONE_AFTER:
        return _UNKNOWN
    if failures >= PAUSE_AFTER_FAILURES and failing >= PAUSE_AFTER:
        return f"It failed {failures} times in a row. The last: {last.said}"
    return None
