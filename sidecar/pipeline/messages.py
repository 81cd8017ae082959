"""Messages to people: owed in the transaction that causes them, sent from the outbox afterwards."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sidecar.channels.model import DeliveryError
from sidecar.channels.routing import RouteSettings, route
from sidecar.engine import Engine
from sidecar.errors import NotFound
from sidecar.intake.refusals import asked_themselves, may_alert
from sidecar.masking import redact
from sidecar.pipeline.backoff import backoff
from sidecar.pipeline.batches import step
from sidecar.pipeline.intake import lead_url
from sidecar.pipeline.provenance import lead_with_sources
from sidecar.store import facts, notifications, refusals
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged
from sidecar.terms.states import FollowUp

log = logging.getLogger(__name__)

MAX_TRIES = 12
LANGUAGE = "en"


def owe_hot(engine: Engine, cursor: Cursor, hot: list[tuple[Row, int]]) -> None:
    """Owe one message per channel for each (facts, number of the change into hot): due when the lead's flow
    takes it to Notify."""
    targets = RouteSettings(recipients={
        name: channel.lead_recipients() for name, channel in engine.settings.channels.items()})
    notifications.owe(cursor, [
        {
            "kind": "hot_lead", "lead_id": row["lead_id"], "hot_change": change,
            "channel": target["channel"], "recipient": target["recipient"], "due_at": None,
            "dedupe_key": f"hot:{row['lead_id']}:{change}:{target['channel']}:{target['recipient']}",
        }
        for row, change in hot
        for target in route(row, targets)
    ])


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
    notifications.owe(cursor, [
        {
            "kind": one.kind, "lead_id": one.lead_id, "hot_change": one.hot_change, "channel": name,
            "recipient": recipient, "user_id": one.user_id, "due_at": engine.now(),
            "about": {"step": one.step,
                      "untouched": {"minutes": one.minutes, "since": one.since.isoformat()}},
            "dedupe_key":
                f"{one.kind}:{one.lead_id}:{one.hot_change}:{one.step}:{one.user_id}:{name}:{recipient}",
        }
        for one in given
        for name, channel in engine.settings.channels.items()
        for recipient in channel.lead_recipients()
    ])


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


def deliver(
    engine: Engine, lead_ids: list[str] | None = None, seconds: float = 5.0
) -> dict[str, int]:
    """Send messages that are due (of these leads, or all) for at most some seconds: {sent, waiting, dead}."""
    until = time.monotonic() + seconds
    sent = 0
    while time.monotonic() < until:
        with engine.database.write() as cursor:
            message = notifications.take(cursor, lead_ids)
        if message is None:
            break
        sent += _send(engine, message)
    with engine.database.read() as cursor:
        counts = notifications.counts(cursor)
    return {"sent": sent, "waiting": counts["waiting"], "dead": counts["dead"]}


def _send(engine: Engine, message: Row) -> bool:
    """Send one claimed message; committed as sending before, so that a kill is noticed."""
    try:
        if not _send_once(engine, message):
            with engine.database.write() as cursor:
                notifications.withhold(cursor, message["id"])
            return False
    except DeliveryError as error:
        reason = redact(str(error))  # a mail server quotes addresses
        with engine.database.write() as cursor:
            if error.permanent or message["attempts"] >= MAX_TRIES:
                notifications.give_up(cursor, message["id"], reason)
            else:
                wait = error.retry_after or backoff(message["attempts"], first=5, most=3600)
                notifications.postpone(cursor, message["id"], wait, reason)
        log.warning("message not delivered", extra={
            "notification_id": message["id"], "channel": message["channel"], "reason": reason})
        return False
    with engine.database.write() as cursor:
        notifications.sent(cursor, message["id"])
    return True


def _send_once(engine: Engine, message: Row) -> bool:
    """Render a message and send it over its channel: whether it may be sent. Raises DeliveryError."""
    channel = engine.settings.channels.get(message["channel"])
    if channel is None:
        raise DeliveryError(f"there is no channel {message['channel']}", permanent=True)
    if message["kind"] == "operations":
        rendered = channel.render("operations", message["content"], LANGUAGE)
    else:
        about = _about_lead(engine, message["lead_id"], message["hot_change"])
        if about is None:
            return False
        rendered = channel.render("hot_lead", about, LANGUAGE)
    channel.send(
        message["recipient"], rendered,
        message_id=f"{message['id']}@{urlsplit(engine.settings.public_url).hostname}",
        possible_duplicate=message["possible_duplicate"],
    )
    return True


def _about_lead(engine: Engine, lead_id: str, hot_change: int) -> dict[str, Any] | None:
    """What `message_content` reads; None: the person refused contact, and did not ask themselves. Raises
    DeliveryError when the lead is gone."""
    try:
        lead = lead_with_sources(engine, lead_id)
    except NotFound as error:
        raise DeliveryError("the lead is gone", permanent=True) from error
    refused = lead["contact"]["refused"]
    forbidding = engine.settings.no_alert_after
    asked = bool(refused) and _asked(engine, lead, hot_change)
    if not may_alert(refused, forbidding, asked=asked and engine.settings.alert_own_requests):
        return None
    contact, organization = lead["contact"], lead["organization"] or {}
    fields = [*contact["fields"].values(), *organization.get("fields", {}).values()]
    return {
        "link": lead_url(engine, lead["id"]),
        "name": contact.get("full_name") or contact.get("email"),
        "job_title": contact.get("job_title"),
        "company": organization.get("name") or organization.get("domain"),
        "email": contact.get("email"),
        "phone": contact.get("phone"),
        "phone_said": next((warning["value"] for warning in lead["warnings"]
                            if warning["pointer"] == "/phone" and warning.get("value")), None),
        "country": contact.get("country") or organization.get("country"),
        "company_domain": organization.get("domain"),
        **{name: organization.get(name) for name in ("industry", "company_size")},
        "score": lead["score"],
        "arrived_at": lead["created_at"],
        "source": lead["source"],
        "utm": lead["utm"],
        "custom": lead["custom"],
        "sandbox": any(item.get("sandbox") for item in fields),
        "summary": (lead.get("message") or "")[:500],
        "refused": sorted(refused),
        "asked": asked,
    }


def _asked(engine: Engine, lead: Row, hot_change: int) -> bool:
    """Whether the person asked themselves since they refused and since sales was told."""
    contact_id = lead["contact"]["id"]
    with engine.database.read() as cursor:
        return asked_themselves(
            facts.load_events(cursor, [contact_id]).get(contact_id, []),
            refusals.statements(cursor, [contact_id]).get(contact_id, []),
            engine.settings.no_alert_after, notifications.told_at(cursor, lead["id"], hot_change))


def list_messages(
    engine: Engine, *, limit: int, after: list[Any] | None
) -> tuple[list[Row], list[Any] | None]:
    """Messages, newest first, without their recipients."""
    with engine.database.read(may_lag=True) as cursor:
        return paged(notifications.page(cursor, limit + 1, after[0] if after else None), limit)
