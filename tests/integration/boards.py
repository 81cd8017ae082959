"""A channel that keeps its messages in this process, and people who are told by it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from sidecar.channels.content import message_content
from sidecar.channels.model import Channel, DeliveryError
from sidecar.secrets import hash_password
from sidecar.store import access
from sidecar.store.database import one
from tests.client import until


@dataclass(frozen=True, kw_only=True)
class Board(Channel):
    """Knows its messages again and changes them, as a Slack bot does. `out`: [{recipient, message_id,
    content, kind}], in the order in which they came; `fails`: raised for the next messages, one each."""

    name: ClassVar[str] = "board"
    reconciles: ClassVar[bool] = True
    updates: ClassVar[bool] = True
    room: str = "sales"
    operations: str = ""
    out: list[dict[str, Any]] = field(default_factory=list)
    fails: list[DeliveryError] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    buttons: bool = True

    @property
    def presses(self):
        return self.buttons

    def lead_recipients(self) -> tuple[str, ...]:
        return (self.room,) if self.room else ()

    def operations_recipients(self) -> tuple[str, ...]:
        return (self.operations,) if self.operations else ()

    def reaches(self, recipient: str) -> bool:
        return not recipient.startswith("-")

    def render(self, kind, content, language):
        message_content(kind, content, language)  # it can be worded
        return {"kind": kind, "content": dict(content), "language": language}

    def send(self, recipient, rendered, *, message_id, possible_duplicate):
        self.before()
        if self.fails:
            raise self.fails.pop(0)
        self.out.append(rendered | {
            "recipient": recipient, "message_id": message_id, "possible_duplicate": possible_duplicate})
        return str(len(self.out) - 1)

    def find(self, recipient, message_id, since):
        return next((str(place) for place, message in enumerate(self.out)
                     if (message["recipient"], message["message_id"]) == (recipient, message_id)), None)

    def update(self, reference, rendered):
        self.out[int(reference)].update(rendered)

    @property
    def recipients(self) -> list[str]:
        return [message["recipient"] for message in self.out]


class Paper(Board):
    """A channel that knows and changes nothing."""

    name: ClassVar[str] = "paper"
    reconciles: ClassVar[bool] = False
    updates: ClassVar[bool] = False

    def send(self, recipient, rendered, **more):
        super().send(recipient, rendered, **more)


def told_by(engine, *channels, **settings):
    """An engine with these channels and settings."""
    return replace(engine, settings=replace(
        engine.settings, channels={channel.name: channel for channel in channels}, **settings))


def person(engine, name, channels=(), **columns):
    """A user who works with leads: {id, email, name}. `channels`: [(channel, address, {column: value})]."""
    email = f"{name.lower()}@example.com"
    with engine.database.write() as cursor:
        access.save_user(cursor, email, hash_password("a long password"), "operator", name)
        user = one(cursor, "SELECT id::text AS id, email, name FROM users WHERE email = %s", (email,))
        cursor.execute("DELETE FROM user_channels WHERE user_id = %s", (user["id"],))
        cursor.execute("UPDATE users SET digest_on = NULL, time_zone = NULL, language = 'en' WHERE id = %s",
                       (user["id"],))
        for column, value in columns.items():
            cursor.execute(f"UPDATE users SET {column} = %s WHERE id = %s", (value, user["id"]))
        for channel, address, more in channels:
            row = {"kinds": ["hot_lead", "reminder", "escalation", "digest"], "quiet_from": None,
                   "quiet_until": None, "always_hot": False} | more
            cursor.execute(
                "INSERT INTO user_channels (user_id, channel, address, kinds, quiet_from, quiet_until,"
                " always_hot) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (user["id"], channel, address, *row.values()))
    return user


def until_quiet():
    """Wait for what is sent behind the requests that caused it."""
    until(lambda: not any(thread.name.startswith("messages of ") or thread.name == "slack answer"
                          for thread in threading.enumerate()), 10, "what is sent behind requests")
