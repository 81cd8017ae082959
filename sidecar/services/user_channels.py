"""Where users want to be told of what, and when not."""

from __future__ import annotations

from datetime import time
from typing import Any

from sidecar.channels.model import DeliveryError
from sidecar.channels.slack_bot import SlackBot
from sidecar.engine import Engine
from sidecar.errors import Invalid, NotFound
from sidecar.services.audit import Actor, record
from sidecar.store import user_channels as store
from sidecar.store.database import Row


def read(engine: Engine, user_id: str) -> list[Row]:
    """The channels of a user. Raises NotFound."""
    with engine.database.read() as cursor:
        if store.user(cursor, user_id=user_id, enabled=False) is None:
            raise NotFound("There is no such user.")
        return store.of_user(cursor, user_id)


def replace(engine: Engine, user_id: str, rows: list[Row], *, by: Actor) -> list[Row]:
    """Give a user these channels and no others: [{channel, address, kinds, quiet_from, quiet_until (HH:MM or
    None), always_hot}]. Raises NotFound, Invalid that names each field."""
    if errors := [*_problems(engine, rows), *_others(engine, user_id, rows)]:
        raise Invalid("The request is not valid; see errors.", errors=[
            {"pointer": f"/data/{place}/{field}", "code": "invalid", "detail": detail}
            for place, field, detail in errors])
    with engine.database.write() as cursor:
        if store.user(cursor, user_id=user_id, enabled=False) is None:
            raise NotFound("There is no such user.")
        before = store.of_user(cursor, user_id)
        store.replace(cursor, user_id, rows)
        record(cursor, by, "user.channels_set", "user", user_id, before={"channels": _told(before)},
               after={"channels": _told(rows)} | _moved(before, rows))
        return store.of_user(cursor, user_id)


def _moved(before: list[Row], rows: list[Row]) -> Row:
    """The channels that have another address than before."""
    known = {row["channel"]: row["address"] for row in before}
    moved = [name for row in rows if known.get(name := row["channel"], row["address"]) != row["address"]]
    return {"addresses": sorted(moved)} if moved else {}


def _told(rows: list[Row]) -> list[Any]:
    """What of channels is audited: not the addresses, which are personal."""
    return [{name: row[name] for name in ("channel", "kinds")} for row in rows]


def _problems(engine: Engine, rows: list[Row]) -> Any:
    seen: set[str] = set()
    for place, row in enumerate(rows):
        channel = engine.settings.channels.get(row["channel"])
        if channel is None or row["channel"] in seen:
            yield place, "channel", "Each channel once, and one that there is."
        elif not channel.reaches(row["address"]):
            yield place, "address", "The channel is not set up, or does not know such an address."
        seen.add(row["channel"])
        if (row["quiet_from"] is None) != (row["quiet_until"] is None):
            yield place, "quiet_until", "Quiet hours have a beginning and an end."
        elif row["quiet_from"] and time.fromisoformat(row["quiet_from"]) == time.fromisoformat(
                row["quiet_until"]):
            yield place, "quiet_until", "Quiet hours that end when they begin are none."


def _others(engine: Engine, user_id: str, rows: list[Row]) -> Any:
    """Of Slack accounts those that are another user's, as far as it can be known: their presses would be
    taken."""
    bot = engine.settings.channels.get(SlackBot.name)
    for place, row in enumerate(rows):
        if isinstance(bot, SlackBot) and row["channel"] == bot.name and bot.reaches(row["address"]):
            try:
                email = row["address"] if "@" in row["address"] else bot.email_of(row["address"])
            except DeliveryError:
                continue
            with engine.database.read() as cursor:
                user = store.user(cursor, email=email, enabled=False)
            if user and user["id"] != user_id:
                yield place, "address", "This Slack account is another user's."
