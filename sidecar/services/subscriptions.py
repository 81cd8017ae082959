"""Who is told of events, and where: set up by people and programs, each change audited."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from sidecar.engine import Engine
from sidecar.errors import Forbidden, Invalid, NotFound
from sidecar.ids import new_id
from sidecar.pipeline import deliveries, posting
from sidecar.services.access import Caller
from sidecar.services.audit import Actor, record
from sidecar.store import subscriptions as store
from sidecar.store.database import Cursor, Row
from sidecar.store.paging import paged
from sidecar.webhooks import new_secret

_SECRET_BYTES = 32
_TRY_SECONDS = 5.0  # somebody waits, and so does a process that serves


def create(engine: Engine, body: dict[str, Any], *, caller: Caller, by: Actor) -> Row:
    """The subscription with its secret, which is told this once.

    With a `key` that its creator used before, that one is set up anew, with a new secret. Raises Invalid for
    a URL that may not be sent to, Forbidden for who may not see people.
    """
    _check_person(body["include_person"], caller)
    _check_url(engine, body["url"])
    wanted = body | {"events": _once(body["events"])}
    secret = new_secret(os.urandom(_SECRET_BYTES))
    with engine.database.write() as cursor:
        subscription_id, before = store.save(cursor, {
            **wanted, "key": body.get("key"), "secret": engine.vault.seal(secret),
            "created_by": _who(caller)})
        record(cursor, by, f"subscription.{'replaced' if before else 'added'}", "subscription",
               subscription_id, before=before and _audited(before), after=_audited(wanted))
        return _shown(_found(cursor, subscription_id), caller) | {"secret": secret}


def list_subscriptions(
    engine: Engine, *, key: str | None, limit: int, after: list[Any] | None, caller: Caller
) -> tuple[list[Row], list[Any] | None]:
    """(subscriptions, where the next page begins or None), newest first."""
    with engine.database.read() as cursor:
        rows, following = paged(store.page(cursor, limit + 1, after[0] if after else None, key), limit)
    return [_shown(row, caller) for row in rows], following


def read(engine: Engine, subscription_id: str, *, caller: Caller) -> Row:
    """One subscription. Raises NotFound."""
    with engine.database.read() as cursor:
        return _shown(_found(cursor, subscription_id), caller)


def edit(
    engine: Engine, subscription_id: str, changes: dict[str, Any], *, caller: Caller, by: Actor
) -> Row:
    """Change url, events or include_person; who says where it sends, or whether people go with it, answers
    for it from then on. Raises NotFound, Invalid; Forbidden where people are sent and the caller may not see
    them."""
    if "url" in changes:  # nobody waits for a lock while a name is looked up
        _check_url(engine, changes["url"])
    with engine.database.write() as cursor:
        before = _found(cursor, subscription_id, lock=True)
        _check_person((before | changes)["include_person"], caller)
        if "events" in changes:
            changes = changes | {"events": _once(changes["events"])}
        answers = {"authorized_by": _who(caller)} if {"url", "include_person"} & changes.keys() else {}
        store.edit(cursor, subscription_id, changes | answers)
        record(cursor, by, "subscription.edited", "subscription", subscription_id,
               before=_audited({name: before[name] for name in changes}),
               after=_audited(changes) | {"fields": sorted(changes)})
        return _shown(_found(cursor, subscription_id), caller)


def delete(engine: Engine, subscription_id: str, *, by: Actor) -> None:
    """Tell it nothing any more; what it is owed is dropped. Raises NotFound."""
    with engine.database.write() as cursor:
        before = store.delete(cursor, subscription_id)
        if before is None:
            raise NotFound("There is no such subscription.")
        record(cursor, by, "subscription.deleted", "subscription", subscription_id, before=_audited(before))


def resume(engine: Engine, subscription_id: str, *, caller: Caller, by: Actor) -> Row:
    """Send again what a paused subscription is owed. Raises NotFound; Forbidden where people are sent and the
    caller may not see them."""
    with engine.database.write() as cursor:
        before = _found(cursor, subscription_id, lock=True)
        _check_person(before["include_person"], caller)
        store.resume(cursor, subscription_id)
        record(cursor, by, "subscription.resumed", "subscription", subscription_id,
               before={"state": before["state"]}, after={"state": "active"})
        return _shown(_found(cursor, subscription_id), caller)


def try_out(engine: Engine, subscription_id: str) -> Row:
    """Send an event of the type `subscription.test` now and wait for seconds: {event_id, delivered, status,
    error, elapsed_ms}. Raises NotFound."""
    with engine.database.read() as cursor:
        found = _found(cursor, subscription_id)
    event_id = new_id()
    answer = deliveries.send_one(
        deliveries.target(engine, found["url"]), engine.vault.open(found["secret"]), event_id,
        deliveries.body_of("subscription.test", engine.now(), {"subscription_id": subscription_id}),
        _TRY_SECONDS)
    return {"event_id": event_id, "delivered": answer.ok, "status": answer.status,
            "error": None if answer.ok else answer.said, "elapsed_ms": answer.elapsed_ms}


def list_deliveries(
    engine: Engine, subscription_id: str, *, state: str | None, limit: int, after: list[Any] | None
) -> tuple[list[Row], list[Any] | None]:
    """(what became of its events, where the next page begins or None), newest first. Raises NotFound."""
    with engine.database.read() as cursor:
        _found(cursor, subscription_id)
        return paged(store.deliveries(
            cursor, subscription_id, state=state, limit=limit + 1, after=after[0] if after else None), limit)


def replay(
    engine: Engine, subscription_id: str, which: dict[str, Any], *, caller: Caller, by: Actor
) -> int:
    """Owe again one event (event_id) or all that failed since a time (failed_since): how many. Raises
    NotFound; Forbidden where people are sent and the caller may not see them."""
    with engine.database.write() as cursor:
        found = _found(cursor, subscription_id, lock=True)
        _check_person(found["include_person"], caller)
        count = store.replay(cursor, subscription_id, **which)
        if "event_id" in which and not count:
            raise NotFound("This subscription was not owed such an event.")
        record(cursor, by, "subscription.replayed", "subscription", subscription_id, after={"events": count})
    return count


def _check_person(include_person: bool, caller: Caller) -> None:
    if include_person and not caller.may("pii:read"):
        raise Forbidden("To send people needs the scope pii:read; see errors.", errors=[
            {"pointer": "/include_person", "code": "forbidden", "detail": "This needs the scope pii:read."}])


def _check_url(engine: Engine, url: str) -> None:
    try:
        posting.addresses(deliveries.target(engine, url))
    except (ValueError, posting.Refused) as error:
        raise Invalid("The request is not valid; see errors.", errors=[
            {"pointer": "/url", "code": "invalid", "detail": str(error)}]) from None


def _once(events: list[str]) -> list[str]:
    return list(dict.fromkeys(events))


def _found(cursor: Cursor, subscription_id: str, *, lock: bool = False) -> Row:
    row = store.get(cursor, subscription_id, lock=lock)
    if row is None:
        raise NotFound("There is no such subscription.")
    return row


def _shown(row: Row, caller: Caller) -> Row:
    """Who cannot change it sees no more of the URL than the host: the rest often is the secret."""
    shown = {name: value for name, value in row.items() if name != "secret"}
    return shown if caller.may("leads") else shown | {"url": _host(row["url"])}


def _audited(row: Row) -> Row:
    """What the audit log says of a subscription, as far as it is given."""
    told = {name: row[name] for name in ("events", "include_person") if name in row}
    return told | ({"host": _host(row["url"])} if "url" in row else {})


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _who(caller: Caller) -> str:
    return f"{caller.kind}:{caller.id}"
