"""Sending events to their subscribers: at least once, each under one id, whatever is killed.

A subscription gets turns. A turn is a lease on it, under which a few of the events that it is owed are sent
at once, each marked when its answer comes; what a killed process was just sending is sent again, under the
same id, when the lease has ended. A turn ends with the first failure, and the next one waits and tries a
single event: a subscriber that is down costs one request now and then, however much it is owed, and holds up
nobody else.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sidecar import __version__
from sidecar.engine import Engine
from sidecar.errors import NotFound, Unavailable
from sidecar.ids import new_id
from sidecar.pipeline import posting
from sidecar.pipeline.backoff import backoff
from sidecar.pipeline.intake import lead_url
from sidecar.pipeline.messages import owe_operations
from sidecar.pipeline.provenance import lead_with_sources
from sidecar.store import subscriptions, work
from sidecar.store.database import Cursor, Row
from sidecar.terms.scopes import ROLE_SCOPES, may
from sidecar.webhooks import MAX_ATTEMPTS, Answer, Target, after, signature, target_of

TURNS = 4  # of a process, at once
_LARGEST_TURN, AT_ONCE = 40, 8  # events
_START_SECONDS = 20.0  # no event of a turn is begun later
_LEASE_SECONDS = 15  # renewed while the turn lasts
_LOOK_EVERY_SECONDS = 1.0
_END_SECONDS = 5.0  # for what is being sent when the process is to end
_NEVER = threading.Event()
# What an event tells of its lead as it is now, beside what changed.
_REFERENCE = ("source", "country", "seniority", "company_size", "stage", "score", "grade")

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Work:
    """A turn that has begun, by event id: its events, the bodies that are still to be sent (None: the lead is
    gone), what was answered. After `until`, on the monotonic clock, nothing is begun any more."""

    turn: str
    subscription: Row
    target: Target
    secret: str
    events: dict[str, Row]
    bodies: dict[str, bytes | None]
    until: float
    answers: dict[str, Answer] = field(default_factory=dict)

    def next(self) -> tuple[str, bytes] | None:
        """The event to be sent next, with its body; None when the time is over or one failed."""
        if time.monotonic() > self.until or not all(answer.ok for answer in self.answers.values()):
            return None
        return next(((event_id, body) for event_id, body in self.bodies.items() if body is not None), None)


def target(engine: Engine, url: str) -> Target:
    """Where the events of a subscription go. Raises ValueError that says what is wrong with the URL."""
    settings = engine.settings
    inside = {
        f"{settings.public_url}/{folder}/": f"{base}/{folder}/"
        for folder, base in (("webhook", settings.n8n_url), ("webhook-test", settings.n8n_test_url)) if base}
    return target_of(url, inside, settings.subscriber_hosts)


def begin(engine: Engine) -> Work | None:
    """Take a subscription to which something is due, with what is to be sent; None when there is none."""
    with engine.database.read() as cursor:
        if not subscriptions.due(cursor):
            return None
    turn = new_id()
    with engine.database.write() as cursor:
        found = subscriptions.take(cursor, turn, _LEASE_SECONDS)
        if found is None:
            return None
        if reason := _forbidden(cursor, found):
            _pause(engine, cursor, found, reason)
            return None
        owed = subscriptions.owed(cursor, found["id"], 1 if found["failures"] else _LARGEST_TURN)
        bodies = _bodies(engine, cursor, owed, include_person=found["include_person"])
    return Work(turn, found, target(engine, found["url"]), engine.vault.open(found["secret"]),
                {row["event_id"]: row for row in owed}, bodies, time.monotonic() + _START_SECONDS)


def _forbidden(cursor: Cursor, subscription: Row) -> str | None:
    """Why a subscription may not be served: who answers for it may not do any more what it does."""
    held = subscriptions.scopes_of(cursor, subscription["authorized_by"])
    scopes = ROLE_SCOPES[held] if isinstance(held, str) else held or ()
    for needed in ("leads:read", *(["pii:read"] if subscription["include_person"] else [])):
        if not may(scopes, needed):
            return (f"Whoever set it up last ({subscription['authorized_by']}) has not the scope {needed}"
                    " any more.")
    return None


def _bodies(
    engine: Engine, cursor: Cursor, owed: list[Row], *, include_person: bool
) -> dict[str, bytes | None]:
    """The body of each event, by its id; a person is read now and never kept."""
    lead_ids = list({row["lead_id"] for row in owed if row["lead_id"]})
    known = {row["lead_id"]: row for row in work.references(cursor, lead_ids)}
    people = {}
    if include_person:
        people = _people(engine, known)
        known = {lead_id: known[lead_id] for lead_id in people}
    bodies: dict[str, bytes | None] = {}
    for row in owed:
        lead_id = row["lead_id"]
        data = dict(row["data"])
        if lead_id is None:
            data = {"reject_id": row["reject_id"], **data}
        elif lead_id in known:
            data = {"lead_id": lead_id, "lead_url": lead_url(engine, lead_id),
                    **{name: known[lead_id][name] for name in _REFERENCE}, **data}
            if include_person:
                data["lead"] = people[lead_id]
        gone = lead_id is not None and lead_id not in known
        bodies[row["event_id"]] = None if gone else body_of(row["type"], row["created_at"], data)
    return bodies


def _people(engine: Engine, lead_ids: Iterable[str]) -> dict[str, Row]:
    """Each of these leads whole, once, without those that are gone meanwhile."""
    people = {}
    for lead_id in lead_ids:
        with suppress(NotFound):
            people[lead_id] = lead_with_sources(engine, lead_id)
    return people


def body_of(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    """A body in the form that Standard Webhooks recommends."""
    return json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, default=_plain).encode()


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else float(value)


def send_one(
    to: Target, secret: str, event_id: str, body: bytes, most: float = posting.INSIDE_SECONDS
) -> Answer:
    """Sign and send an event, in `most` seconds."""
    now = int(time.time())
    return posting.post(to, {
        "Content-Type": "application/json", "User-Agent": f"enrichment-engine/{__version__}",
        "webhook-id": event_id, "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, event_id, now, body)}, body, most)


def settle(engine: Engine, work_: Work, answers: Mapping[str, Answer], *, over: bool) -> None:
    """Write what became of these events of a turn, and end it if it is over."""
    found = work_.subscription
    rows = [_settled(event_id, work_.events[event_id]["attempts"] + 1, answer)
            for event_id, answer in answers.items()]
    if over:
        rows += [{"event_id": event_id, "state": "failed", "due_in": 0, "status": None,
                  "error": "The lead is gone."} for event_id, body in work_.bodies.items() if body is None]
    with engine.database.write() as cursor:
        subscriptions.settle(cursor, found["id"], rows)
        if over:
            _end(engine, cursor, work_)
    for row in rows:
        if row["state"] != "delivered":
            log.warning("event not delivered", extra={
                "event_id": row["event_id"], "subscription_id": found["id"], "reason": row["error"]})


def _end(engine: Engine, cursor: Cursor, work_: Work) -> None:
    found = work_.subscription
    turn = after(found["failures"], found["failing_since"], [*work_.answers.values()], engine.now(),
                 inside=work_.target.inside)
    wait_for = max(backoff(turn.failures, most=300), turn.retry_after or 0) if turn.failures else 0
    subscriptions.end_turn(cursor, found["id"], work_.turn, failures=turn.failures,
                           failing_since=turn.failing_since, due_in=wait_for)
    if turn.pause:
        _pause(engine, cursor, found, turn.pause)


def _settled(event_id: str, attempts: int, answer: Answer) -> Row:
    if answer.ok:
        return {"event_id": event_id, "state": "delivered", "due_in": 0, "status": answer.status,
                "error": None}
    return {"event_id": event_id, "state": "failed" if attempts >= MAX_ATTEMPTS else "owed",
            "due_in": max(backoff(attempts, first=5, most=4 * 3600), answer.retry_after or 0),
            "status": answer.status, "error": answer.said}


def _pause(engine: Engine, cursor: Cursor, subscription: Row, reason: str) -> None:
    subscriptions.pause(cursor, subscription["id"], reason)
    owe_operations(
        engine, cursor, title="A subscription is paused: its events are not sent",
        detail=f"To {target(engine, subscription['url']).host}. {reason}",
        about=f"subscription:{subscription['id']}")


class Sender:
    """What sends in this process: begins turns, keeps their leases and settles them. It alone touches the
    database for that, one transaction at a time; the events are sent beside it. Once `stop` is set nothing is
    begun any more."""

    def __init__(self, engine: Engine, pool: ThreadPoolExecutor, stop: threading.Event = _NEVER) -> None:
        self._engine, self._pool, self._stop = engine, pool, stop
        # What is being sent: its turn and event id.
        self._running: dict[Future[Answer], tuple[Work, str]] = {}
        self._kept_at = time.monotonic()

    def look(self) -> bool:
        """Begin what is due while there is room, settle what is over: whether there was anything to do.
        The leases come first: whatever fails, nobody else sends what is under way."""
        self._keep()
        while not self._stop.is_set() and len(self._turns()) < TURNS and (work_ := begin(self._engine)):
            if not self._go_on(work_):
                settle(self._engine, work_, {}, over=True)
        busy = bool(self._running)
        self._settle(wait(self._running, timeout=_LOOK_EVERY_SECONDS, return_when=FIRST_COMPLETED).done)
        return busy

    def end(self) -> None:
        """Settle what is over within seconds and cut the rest, which is sent again when its lease has
        ended."""
        try:
            self._settle(wait(self._running, timeout=_END_SECONDS).done)
        finally:
            posting.cut_all()

    def _turns(self) -> list[str]:
        return list({work_.turn for work_, _ in self._running.values()})

    def _go_on(self, work_: Work) -> bool:
        """Begin events of a turn while more may be under way: whether any is."""
        under_way = sum(other is work_ for other, _ in self._running.values())
        while under_way < AT_ONCE and not self._stop.is_set() and (event := work_.next()):
            event_id, body = event
            del work_.bodies[event_id]
            self._running[self._pool.submit(
                send_one, work_.target, work_.secret, event_id, body)] = work_, event_id
            under_way += 1
        return under_way > 0

    def _settle(self, done: Iterable[Future[Answer]]) -> None:
        """What cannot be written now is at the next look; until then nothing more of its turn is sent."""
        came: dict[Work, dict[str, Answer]] = {}
        for future in done:
            work_, event_id = self._running[future]
            came.setdefault(work_, {})[event_id] = _answer_of(future)
        failed: Exception | None = None
        for work_, answers in came.items():
            work_.answers |= answers
            others = sum(other is work_ for other, _ in self._running.values()) > len(answers)
            over = not others and (self._stop.is_set() or work_.next() is None)
            try:
                settle(self._engine, work_, answers, over=over)
                self._running = {future: event for future, event in self._running.items()
                                 if event[0] is not work_ or event[1] not in answers}
                if not self._go_on(work_) and not over:  # its time ended while that was written
                    settle(self._engine, work_, {}, over=True)
            except Exception as error:  # the other turns are settled
                failed = error
        if failed:
            raise failed

    def _keep(self) -> None:
        if time.monotonic() - self._kept_at < _LEASE_SECONDS / 3:
            return
        if self._running:
            with self._engine.database.write() as cursor:
                subscriptions.keep(cursor, self._turns(), _LEASE_SECONDS)
        self._kept_at = time.monotonic()


def _answer_of(future: Future[Answer]) -> Answer:
    """Whatever went wrong, the event is tried again later."""
    error = future.exception()
    return Answer(None, f"It could not be sent: {type(error).__name__}.") if error else future.result()


def watch(engine: Engine) -> Callable[[], None]:
    """Look every second for what is due, in the background, until the function that is returned is called: it
    comes back when all that was sent is settled or cut."""
    stop = threading.Event()

    def tried(step: Callable[[], Any]) -> Any:
        try:
            return step()
        except Unavailable:
            return None  # the readiness tells that
        except Exception as error:  # whatever it is, the others' events go out
            log.error("sending events failed", extra={"reason": type(error).__name__})
            return None

    def serve() -> None:
        with ThreadPoolExecutor(TURNS * AT_ONCE, thread_name_prefix="event") as pool:
            sender = Sender(engine, pool, stop)
            while not stop.is_set():
                if not tried(sender.look):
                    stop.wait(_LOOK_EVERY_SECONDS)
            tried(sender.end)

    thread = threading.Thread(target=serve, name="deliveries", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(2 * _END_SECONDS)

    return end
