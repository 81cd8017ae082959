"""The messages that the sinks got, in a SQLite file or in memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

Message = dict[str, Any]

CHANNELS: Final = ("slack", "slack-bot", "teams", "sms", "mail")
MOST: Final = 20_000
_SWEEP: Final = 500  # so many more may lie there until the oldest go

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, received_at TEXT NOT NULL,
    place TEXT NOT NULL, mark TEXT NOT NULL, words TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS messages_of_a_place ON messages (channel, place, mark);
CREATE TABLE IF NOT EXISTS people (id TEXT PRIMARY KEY, email TEXT NOT NULL);
"""
# What nobody reads.
_UNREAD: Final = frozenset({
    "html", "type", "style", "action_id", "block_id", "$schema", "contentType", "color", "size", "weight"})


class Kept:
    """A message has an id that rises, a channel, and where it has a name of its own a place and a mark in it
    (a Slack channel and the message's ts)."""

    def __init__(self, path: str = ":memory:", most: int = MOST) -> None:
        if path != ":memory:":
            Path(path).touch(mode=0o600)
        self._most = most
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;{_TABLES}")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def add(self, channel: str, message: Message, place: str = "", mark: str = "") -> int:
        """Keep a message: its id."""
        cursor = self._database.execute(
            "INSERT INTO messages (channel, received_at, place, mark, words, body) VALUES (?, ?, ?, ?, ?, ?)",
            (channel, datetime.now(UTC).isoformat(), place, mark, _words(message), json.dumps(message)))
        added = cursor.lastrowid or 0
        if added % _SWEEP == 0:
            self._database.execute("DELETE FROM messages WHERE id <= ?", (added - self._most,))
        return added

    def change(self, message_id: int, message: Message) -> None:
        """Keep this in the message's place."""
        body = {name: value for name, value in message.items()
                if name not in ("id", "received_at", "channel_name")}
        self._database.execute("UPDATE messages SET words = ?, body = ? WHERE id = ?",
                               (_words(body), json.dumps(body), message_id))

    def listing(self, channel: str, after: int = 0) -> str:
        """The messages of a channel as JSON, oldest first."""
        rows = self._database.execute(
            "SELECT id, received_at, body FROM messages WHERE channel = ? AND id > ? ORDER BY id",
            (channel, after))
        # The bodies are JSON already.
        told = (f'{{"id":{number},"received_at":"{at}",{body[1:]}' for number, at, body in rows)
        return f"[{','.join(told)}]"

    def one(self, message_id: int) -> Message | None:
        """That message."""
        return next(iter(self._read("id = ?", (message_id,))), None)

    def marked(self, channel: str, place: str, mark: str) -> Message | None:
        """The message of that name."""
        return next(iter(self._read("channel = ? AND place = ? AND mark = ?", (channel, place, mark))), None)

    def of_place(self, channel: str, place: str, after: str, before: str, limit: int) -> list[Message]:
        """The messages of a place with marks between these, newest first."""
        return self._read("channel = ? AND place = ? AND mark > ? AND mark < ? ORDER BY mark DESC LIMIT ?",
                          (channel, place, after, before, limit))

    def last_mark(self, channel: str) -> str:
        """The greatest mark so far."""
        [(mark,)] = self._database.execute("SELECT max(mark) FROM messages WHERE channel = ?", (channel,))
        return mark or ""

    def page(self, words: str, channel: str, before: int | None, limit: int) -> list[Message]:
        """Messages that hold all these words, of a channel or of all, newest first."""
        wanted = words.casefold().split()
        conditions = ["instr(words, ?) > 0"] * len(wanted)
        values: list[Any] = list(wanted)
        if channel:
            conditions.append("channel = ?")
            values.append(channel)
        if before is not None:
            conditions.append("id < ?")
            values.append(before)
        return self._read(f"{' AND '.join(conditions) or '1'} ORDER BY id DESC LIMIT ?", (*values, limit))

    def counts(self) -> dict[str, int]:
        """How many messages of each channel there are."""
        found = dict(self._database.execute("SELECT channel, count(*) FROM messages GROUP BY channel"))
        return {channel: found.get(channel, 0) for channel in CHANNELS}

    def forget(self, channel: str) -> None:
        """Forget the messages of a channel."""
        self._database.execute("DELETE FROM messages WHERE channel = ?", (channel,))

    def meet(self, user_id: str, email: str) -> None:
        """Know somebody's address."""
        self._database.execute("INSERT OR REPLACE INTO people VALUES (?, ?)", (user_id, email))

    def people(self) -> dict[str, str]:
        """Everybody known: {user id: address}."""
        return dict(self._database.execute("SELECT id, email FROM people ORDER BY email"))

    def _read(self, condition: str, values: tuple[Any, ...]) -> list[Message]:
        rows = self._database.execute(
            f"SELECT id, received_at, channel, body FROM messages WHERE {condition}", values)
        return [{"id": row[0], "received_at": row[1], "channel_name": row[2]} | json.loads(row[3])
                for row in rows]


def _words(message: Message) -> str:
    """What a search finds a message by."""
    return " ".join(_texts(message)).casefold()


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in _UNREAD:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
