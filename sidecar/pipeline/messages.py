"""Messages to people: owed in the transaction that causes them, sent from the outbox afterwards."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sidecar import tracing
from sidecar.calendars.working import zone_or
from sidecar.channels.handling import Lead, Stood, after
from sidecar.channels.model import Channel, DeliveryError
from sidecar.channels.routing import Person, Place, Wish, recipients
from sidecar.channels.timing import digest_day, quiet_until
from sidecar.engine import Engine
from sidecar.errors import Unavailable
from sidecar.masking import redact
from sidecar.metrics import HOT_SECONDS, MESSAGES, REFUSALS_HELD
from sidecar.pipeline import telling
from sidecar.pipeline.backoff import backoff
from sidecar.pipeline.batches import step
from sidecar.store import handlings, notifications, user_channels
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged
from sidecar.terms.states import FOLLOW_UPS, OPEN, FollowUp, MessageKind

log = logging.getLogger(__name__)

MAX_TRIES = 12
# Of a channel, at once: a slow one keeps no other waiting.
_AT_ONCE = 4
_DIGESTS = 100  # looked after in one sweep
_SETTLED_BY_SOMEBODY = ("claim", "not_a_fit")


class Due(NamedTuple):
    """A message about a change into hot for a user (None: for all who are told of leads). `key`: what of the
    same kind is told once; `at`: when it is due, None: when its lead's flow takes it to Notify."""

    kind: MessageKind
    lead_id: str
    hot_change: int
    user_id: str | None
    key: str = ""
    about: Mapping[str, Any] | None = None
    at: datetime | None = None


def owe(engine: Engine, cursor: Cursor, due: Collection[Due]) -> None:
    """Owe messages about leads, each to all who are told of it (`routing.recipients`), once."""
    notifications.owe(cursor, _rows(engine, cursor, due))


def _rows(engine: Engine, cursor: Cursor, due: Collection[Due]) -> list[Row]:
    people = user_channels.people(cursor, {one.user_id for one in due if one.user_id})
    general = [Place(name, recipient) for name, channel in engine.settings.channels.items()
               for recipient in channel.lead_recipients()]
    return [
        {
            "kind": one.kind, "lead_id": one.lead_id, "hot_change": one.hot_change, "channel": place.channel,
            "recipient": place.recipient, "user_id": place.user_id, "about": one.about, "due_at": one.at,
            "dedupe_key": ":".join((
                _SHORT.get(one.kind, one.kind), one.lead_id, str(one.hot_change),
                *([one.key] if one.key else []), place.channel, place.recipient)),
        }
        for one in due
        for place in recipients(one.kind, people.get(one.user_id or ""), general, _reaches(engine),
                                both=engine.settings.tell_all_of_leads)
    ]


_SHORT: Mapping[str, str] = {"hot_lead": "hot"}


def _reaches(engine: Engine) -> Callable[[str, str], bool]:
    channels = engine.settings.channels
    return lambda channel, address: channel in channels and channels[channel].reaches(address)


def owe_hot(engine: Engine, cursor: Cursor, hot: list[tuple[Row, int]]) -> None:
    """Owe the message of each (facts, number of the change into hot) to whoever has the lead: due when the
    lead's flow takes it to Notify."""
    if hot:
        owners = user_channels.owners(cursor, [row["lead_id"] for row, _ in hot])
        owe(engine, cursor, [
            Due("hot_lead", row["lead_id"], change, owners.get(row["lead_id"])) for row, change in hot])


class FollowUpDue(NamedTuple):
    """A follow-up of a change into hot that nobody touched for so many working minutes since then: who is
    told, None: all who are told of leads."""

    kind: FollowUp
    lead_id: str
    hot_change: int
    step: int
    user_id: str | None
    minutes: float
    since: datetime


def owe_follow_ups(engine: Engine, cursor: Cursor, given: Iterable[FollowUpDue]) -> None:
    """Owe the messages of reminders and escalations, due at once; those of a step once."""
    owe(engine, cursor, [
        Due(one.kind, one.lead_id, one.hot_change, one.user_id, str(one.step),
            {"step": one.step, "untouched": {"minutes": one.minutes, "since": one.since.isoformat()}},
            engine.now())
        for one in given])


def owe_operations(engine: Engine, cursor: Cursor, *, title: str, detail: str, about: str) -> None:
    """Owe a message to operations, without what identifies a person; the same matter once an hour."""
    hour = int(engine.now().timestamp() // 3600)
    matter = hashlib.sha256(about.encode()).hexdigest()[:16]
    notifications.owe(cursor, [
        {
            "kind": "operations", "channel": name, "recipient": recipient,
            "content": {"title": redact(title)[:200], "detail": redact(detail)[:1000],
                        "link": engine.settings.public_url},
            "dedupe_key": f"operations:{matter}:{hour}:{name}:{recipient}",
        }
        for name, channel in engine.settings.channels.items()
        for recipient in channel.operations_recipients()
    ])


def owe_changes(engine: Engine, cursor: Cursor, lead_id: str) -> None:
    """Owe that the messages about a lead that are out say what somebody did, where they can be changed. The
    lead is locked."""
    notifications.owe_changes(cursor, lead_id, _changing(engine))


def _changing(engine: Engine) -> list[str]:
    return [name for name, channel in engine.settings.channels.items() if channel.updates]


def owe_digests(engine: Engine) -> None:
    """Owe each owner the digest of a day of theirs when its hour has come and there is something to say."""
    settings = engine.settings
    with engine.database.read() as cursor:
        days = {zone: day for zone in user_channels.zones(cursor) if (day := digest_day(
            engine.now(), zone_or(zone, settings.time_zone), settings.digest_hour))}
        waiting = user_channels.without_digest(cursor, days, _DIGESTS)
    for user in waiting:
        with engine.database.write() as cursor:
            if (user_channels.digest_looked_after(cursor, user["id"], user["day"])
                    and telling.digest_of(engine, cursor, user["id"])):
                _owe_digest(engine, cursor, user, user["day"].isoformat())


def _owe_digest(engine: Engine, cursor: Cursor, user: Row, day: str) -> None:
    """Who never chose where is told by mail, at the address with which they sign in."""
    person = user_channels.people(cursor, [user["id"]])[user["id"]]
    if not person.wishes:
        person = Person(person.id, (Wish("email", user["email"], frozenset({"digest"})),), person.left)
    notifications.owe(cursor, [
        {
            "kind": "digest", "channel": place.channel, "recipient": place.recipient,
            "user_id": user["id"], "about": {"day": day},
            "dedupe_key": f"digest:{user['id']}:{day}:{place.channel}:{place.recipient}",
        }
        for place in recipients("digest", person, (), _reaches(engine))
    ])


def notify(
    engine: Engine, batch_id: str, lead_ids: list[str], seconds: float = 5.0
) -> dict[str, Any]:
    """Send what is owed for leads of a run: {results, sent, waiting, dead}; the rest follows."""
    with step(engine, "notify", batch_id, lead_ids) as at_work:
        results = at_work.results()
        hot = [row["lead_id"] for row in results if row["outcome"] == "ok" and row["grade"] == "hot"]
        notifications.release(at_work.cursor, hot)
    counts = deliver(engine, hot, seconds) if hot else {"sent": 0, "waiting": 0, "dead": 0}
    return {"results": results, **counts}


def notify_stored(engine: Engine, lead_ids: list[str]) -> dict[str, int]:
    """Send what is owed for leads, whatever their flow is about to decide: {sent, waiting, dead}."""
    with engine.database.write() as cursor:
        notifications.release(cursor, lead_ids)
    return deliver(engine, lead_ids)


def sweep(engine: Engine, seconds: float = 5.0) -> dict[str, int | bool]:
    """What comes round every minute: send what is due, as `deliver`, and owe the digests of this hour for
    the next time; `more`: the time was over before all was sent."""
    with engine.database.write() as cursor:
        for row in notifications.of_no_channel(cursor, engine.settings.channels.keys()):
            _died(engine, cursor, row, f"there is no channel {row['channel']}")
            MESSAGES.labels(row["channel"], "dead").inc()
    until = time.monotonic() + seconds
    done = {**deliver(engine, seconds=seconds), "more": time.monotonic() >= until}
    owe_digests(engine)
    return done


def deliver(
    engine: Engine, lead_ids: list[str] | None = None, seconds: float = 5.0
) -> dict[str, int]:
    """Send messages that are due (of these leads, or all): {sent, waiting, dead}. After some seconds none is
    begun any more.

    Several are sent at once, of each channel a few, so that none waits for another. This thread alone touches
    the database.
    """
    until = time.monotonic() + seconds
    channels = engine.settings.channels
    running: dict[Future[Sent], Row] = {}
    sent = 0
    with ThreadPoolExecutor(_AT_ONCE * max(len(channels), 1), thread_name_prefix="message") as pool:
        try:
            while True:
                under_way = [message["channel"] for message in running.values()]
                rooms = {name: room for name in channels if (room := _AT_ONCE - under_way.count(name))}
                if rooms and time.monotonic() < until:
                    for message, send in _taken(engine, rooms, lead_ids):
                        running[pool.submit(tracing.carried(send))] = message
                if not running:
                    break
                done = wait(running, return_when=FIRST_COMPLETED).done
                sent += _settle(engine, [(running[future], future.result()) for future in done])
                for future in done:
                    del running[future]
        finally:  # what was on its way when something failed is not sent again
            wait(running)
            for future, message in running.items():
                try:
                    _settle(engine, [(message, future.result())])
                except Exception as error:  # the others are settled
                    log.error("what came of a message is not written", extra={
                        "notification_id": message["id"], "reason": type(error).__name__})
    with engine.database.read() as cursor:
        counts = notifications.counts(cursor)
    return {"sent": sent, "waiting": counts["waiting"], "dead": counts["dead"]}


class Sent(NamedTuple):
    """What came of sending a message: its reference, if its channel has one, or what went wrong; `found`: a
    try before had arrived."""

    reference: str | None = None
    error: DeliveryError | None = None
    found: bool = False


def _taken(
    engine: Engine, rooms: Mapping[str, int], lead_ids: list[str] | None
) -> list[tuple[Row, Callable[[], Sent]]]:
    """The next messages that are due, each with what sends it; committed as sending before, so that a kill is
    noticed. What need not be sent (now) is settled. When that fails, what would have been sent is owed again.
    """
    ready: list[tuple[Row, Callable[[], Sent]]] = []
    while not ready:
        with engine.database.write() as cursor:
            taken = notifications.take(cursor, rooms, lead_ids)
            about = handlings.leads(cursor, {row["lead_id"] for row in taken if row["lead_id"]})
        if not taken:
            break
        not_sent: list[tuple[Row, Row]] = []
        try:
            for message in taken:
                lead, stood = about.get(message["lead_id"], (None, {}))
                try:
                    row, send = _decided(engine, message, lead, after(
                        stood.get(message["hot_change"], []), _cause(message["about"] or {})))
                except Unavailable:
                    raise
                except Exception as error:
                    row, send = _outcome(engine, message, Sent(error=_unforeseen(error))), None
                if send:
                    ready.append((message, send))
                else:
                    not_sent.append((message, row))
            _put(engine, not_sent)
        except Exception:
            decided = [message["id"] for message, _ in not_sent]
            _put(engine, [(message, _state(
                "owed", notifications.QUIET if message["was_quiet"] else None, refunded=True))
                for message in taken if message["id"] not in decided])
            raise
    return ready


def _cause(about: Row) -> str | None:
    """The handling that caused a message, or the one that a change is of."""
    cause: str | None = about.get("handling") or (about.get("about") or {}).get("handling")
    return cause


Decided = tuple[Row, Callable[[], Sent] | None]


def _decided(engine: Engine, message: Row, lead: Lead | None, stood: Sequence[Stood]) -> Decided:
    """What becomes of a message that is not sent now, or what sends it."""
    kind, own = message["kind"], message["user_id"]
    if message["left"] or (lead and own and kind in ("hot_lead", "reminder") and own != lead.owner_id):
        # What changes a message that is out is nobody else's.
        elsewhere = lead if kind != "handled" else None
        return _state("withdrawn", notifications.ELSEWHERE, elsewhere=elsewhere), None
    if lead and (over := _over(kind, lead, stood)):
        return _state("withdrawn", over), None
    quiet = quiet_until(engine.now(), zone_or(message["time_zone"], engine.settings.time_zone),
                        message["quiet_from"], message["quiet_until"])
    if quiet and kind != "handled" and not (message["always_hot"] and kind != "digest"):
        return _state("owed", notifications.QUIET, due_at=quiet, refunded=True), None
    channel = engine.settings.channels[message["channel"]]
    try:
        told = telling.told(engine, channel, message, stood)
    except DeliveryError as error:
        return _state("dead", str(error)), None
    if told is None:
        return _state(
            "withdrawn", "Nothing is left to tell." if kind == "digest" else notifications.WITHHELD), None
    message_id = f"{message['id']}@{urlsplit(engine.settings.public_url).hostname}"
    language = message["language"] or engine.settings.language

    def send() -> Sent:
        with tracing.span("send message", channel=channel.name, kind=kind, message=message["id"]):
            return _send(channel, message, told, message_id, language)

    return {}, send


def _over(kind: MessageKind, lead: Lead, stood: Sequence[Stood]) -> str | None:
    """Why what is owed about a lead need not be told any more, None: it is to be told."""
    if kind not in ("hot_lead", *FOLLOW_UPS):
        return None
    if stood and stood[-1].kind in _SETTLED_BY_SOMEBODY:
        return "Somebody took care of it before."
    if lead.status not in OPEN:
        return "The lead is closed."
    return "The lead is hot no more." if kind in FOLLOW_UPS and lead.grade != "hot" else None


def _state(state: str, error: str | None, **more: Any) -> Row:
    return {"state": state, "error": error, "refunded": False} | more


def _send(channel: Channel, message: Row, told: Row, message_id: str, language: str) -> Sent:
    """Send a message, or change one that is out. Of one that may have arrived its channel is asked first, if
    it can tell. Touches no database."""
    try:
        if message["kind"] == "handled":
            shown: MessageKind = "handled" if told["handled"] else message["about"]["kind"]
            channel.update(message["reference"], channel.render(shown, told, language))
            return Sent(message["reference"])
        if message["possible_duplicate"] and channel.reconciles and (
                reference := channel.find(message["recipient"], message_id, message["created_at"])):
            return Sent(reference, found=True)
        return Sent(channel.send(
            message["recipient"], channel.render(message["kind"], told, language), message_id=message_id,
            possible_duplicate=message["possible_duplicate"] and not channel.reconciles))
    except DeliveryError as error:
        return Sent(error=error)
    except Exception as error:
        return Sent(error=_unforeseen(error, may_have_arrived=True))


def _unforeseen(error: Exception, *, may_have_arrived: bool = False) -> DeliveryError:
    """What went wrong with one message alone: the others go on. Called where it is handled."""
    log.exception("a message cannot be rendered or sent")
    return DeliveryError(
        f"it cannot be rendered or sent: {type(error).__name__}", may_have_arrived=may_have_arrived)


def _settle(engine: Engine, done: Iterable[tuple[Row, Sent]]) -> int:
    """Write what came of sending messages: how many went out."""
    rows = [(message, _outcome(engine, message, sent)) for message, sent in done]
    _put(engine, rows)
    return sum(row["state"] == "sent" for _, row in rows)


def _outcome(engine: Engine, message: Row, sent: Sent) -> Row:
    error = sent.error
    if error is None:
        known = engine.settings.channels[message["channel"]].reconciles
        return _state("sent", None, reference=sent.reference, possible_duplicate=False if known else None)
    reason = redact(str(error))  # a mail server quotes addresses
    log.warning("message not delivered", extra={
        "notification_id": message["id"], "channel": message["channel"], "reason": reason})
    # Asked to slow down, it is tried again as often as it takes: the message is not what is wrong.
    slowed = error.retry_after is not None
    if error.permanent or (message["attempts"] >= MAX_TRIES and not slowed):
        return _state("dead", reason)
    asked, now = error.retry_after or 0, engine.now()
    wait_for = max(backoff(message["attempts"], first=5, most=3600), asked)
    return _state(
        "owed", reason, due_at=now + timedelta(seconds=wait_for), refunded=slowed,
        held_until=now + timedelta(seconds=asked) if slowed else None,
        possible_duplicate=True if error.may_have_arrived else None)


def _put(engine: Engine, rows: list[tuple[Row, Row]]) -> None:
    """Write what became of messages, with what follows: one that is withdrawn because it is for somebody else
    is owed to them, one that is dead is told to operations, and a recipient who asks to slow down is left
    alone."""
    if not rows:
        return
    changing = _changing(engine)
    out = {message["lead_id"] for message, row in rows if row["state"] == "sent"
           and message["kind"] != "handled" and message["lead_id"] and message["channel"] in changing}
    with engine.database.write() as cursor:
        since = min(message["claimed_at"] for message, _ in rows)
        handled = handlings.since(cursor, out, since) if out else []
        notifications.settle(cursor, [
            {"id": message["id"]} | {name: row.get(name) for name in (
                "state", "reference", "due_at", "error", "refunded", "possible_duplicate")}
            for message, row in rows])
        for lead_id in handled:
            notifications.owe_changes(cursor, lead_id, changing)
        for message, row in rows:
            if row["state"] == "dead":
                _died(engine, cursor, message, row["error"])
            elif until := row.get("held_until"):
                notifications.hold(cursor, message["channel"], message["recipient"], until)
            elif row.get("elsewhere"):
                notifications.owe_to_another(cursor, _rows(engine, cursor, [Due(
                    message["kind"], message["lead_id"], message["hot_change"], row["elsewhere"].owner_id,
                    _key(message["about"] or {}), message["about"], engine.now())]))
        engine.database.after_commit(lambda: _measure(engine, rows))


def _measure(engine: Engine, rows: list[tuple[Row, Row]]) -> None:
    for message, row in rows:
        state, error = row["state"], row["error"]
        outcome = state if state != "owed" else "quiet" if error == notifications.QUIET else "retried"
        MESSAGES.labels(message["channel"], outcome).inc()
        if state == "sent" and message["kind"] == "hot_lead" and not message["was_quiet"]:
            HOT_SECONDS.labels(message["channel"]).observe(
                (engine.now() - message["created_at"]).total_seconds())
        if error == notifications.WITHHELD:
            REFUSALS_HELD.labels("alert").inc()


def _key(about: Row) -> str:
    """What of the same kind is told once."""
    return f"again-{about['handling']}" if "handling" in about else str(about.get("step", ""))


def _died(engine: Engine, cursor: Cursor, message: Row, reason: str) -> None:
    """Tell operations of a message that is given up; never of one of theirs, which would go the same way."""
    if message["kind"] != "operations":
        owe_operations(
            engine, cursor, title="A message could not be delivered",
            detail=f"{message['kind']} over {message['channel']}: {reason}",
            about=f"message:{message['channel']}")


def list_messages(
    engine: Engine, filters: Mapping[str, str], *, limit: int, after: list[Any] | None
) -> tuple[list[Row], list[Any] | None]:
    """Messages of a state, kind or channel, newest first, without their recipients."""
    with engine.database.read(may_lag=True) as cursor:
        return paged(notifications.page(cursor, filters, limit + 1, after[0] if after else None), limit)
