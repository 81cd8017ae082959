"""A new channel is one file: its settings, whom it tells, its wording and its sending."""

from __future__ import annotations

import json

import pytest

from local import programs
from sidecar.store.database import many
from tests.product_copy import copy_product, python

BOARD = '''
import json
from dataclasses import dataclass

from sidecar.channels.model import Channel
from sidecar.environment import integer, setting


@dataclass(frozen=True, kw_only=True)
class Board(Channel):
    name = "board"
    board_path: str = setting("A file to which messages are written.")
    board_rooms: int = setting("How many rooms it has.", integer(1, 9), "2")

    def lead_recipients(self):
        return tuple(f"room {number}" for number in range(self.board_rooms))

    def operations_recipients(self):
        return ("cellar",)

    def reaches(self, recipient):
        return True

    def render(self, kind, content, language):
        return {"said": content["title" if kind == "operations" else "name"]}

    def send(self, recipient, rendered, *, message_id, possible_duplicate):
        with open(self.board_path, "a") as board:
            print(json.dumps([recipient, rendered["said"], message_id, possible_duplicate]), file=board)


CHANNEL = Board
'''
TELL = '''
import os, sys
from sidecar.engine import Engine
from sidecar.pipeline import messages
from sidecar.settings import Settings
from sidecar.store import facts

engine = Engine.build(Settings.from_env(os.environ))
with engine.database.write() as cursor:
    messages.owe_hot(engine, cursor, [(row, 1) for row in facts.load(cursor, sys.argv[1:])])
    messages.owe_operations(engine, cursor, title="Lead enrichment failed", detail="Enrich", about="it")
print(messages.notify_stored(engine, sys.argv[1:])["sent"] + messages.deliver(engine)["sent"])
engine.close()
'''
NAME_WHAT_IS_WRONG = '''
import os
from sidecar.settings import Settings, SettingsError

try:
    Settings.from_env(os.environ)
except SettingsError as error:
    print(error)
'''


@pytest.fixture
def tree(tmp_path):
    """A copy of the product with one more file."""
    root = copy_product(tmp_path, "sidecar")
    (root / "sidecar/channels/board.py").write_text(BOARD)
    return root


@pytest.fixture
def environment(services):
    """The sidecar's settings, with no channel set up."""
    nobody = ("SIDECAR_SLACK_WEBHOOK_URL", "SIDECAR_OPERATIONS_SLACK_WEBHOOK_URL", "SIDECAR_SMTP_URL")
    found = programs.sidecar_environment(services) | dict.fromkeys(nobody, "")
    return {name: value for name, value in found.items() if name.startswith("SIDECAR_")}


def test_a_new_channel_is_one_file(api, engine, tree, environment):
    lead_id = api.post("/v1/leads", {
        "email": "pat@firm1.example", "full_name": "Pat Quill"}).json["results"][0]["lead_id"]
    told = python(tree, "-c", TELL, lead_id, **environment, SIDECAR_BOARD_PATH=str(tree / "board"))
    assert told == "3\n"
    board = [json.loads(line) for line in (tree / "board").read_text().splitlines()]
    assert sorted((recipient, said) for recipient, said, *_ in board) == [
        ("cellar", "Lead enrichment failed"), *(
            (room, "Pat Quill") for room in ("room 0", "room 1"))]
    with engine.database.read() as cursor:
        stored = many(cursor, "SELECT id::text AS id, state, channel FROM notifications")
    assert {message_id for *_, message_id, _ in board} == {f"{row['id']}@localhost" for row in stored}
    assert {(row["state"], row["channel"]) for row in stored} == {("sent", "board")}


def test_a_new_channels_settings_are_checked_with_all_others(tree, environment):
    wrong = python(tree, "-c", NAME_WHAT_IS_WRONG, **environment | {
        "SIDECAR_BOARD_ROOMS": "10", "SIDECAR_HASH_KEY": "short"})
    assert wrong.splitlines() == [
        "SIDECAR_HASH_KEY is wrong: must have at least 32 characters",
        "SIDECAR_BOARD_PATH is not set: A file to which messages are written.",
        "SIDECAR_BOARD_ROOMS is wrong: must be between 1 and 9"]
