"""A new channel is one file: its settings, whom it tells, its wording and its sending. And every channel of
the registry, over the wire to the sandbox's sinks."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from requests.adapters import HTTPAdapter, Retry

from deploy import sandbox
from local import programs
from sidecar.channels import CHANNELS
from sidecar.channels.model import DeliveryError
from sidecar.environment import read
from sidecar.pipeline import claiming, messages, scoring
from sidecar.store.database import many
from tests.product_copy import copy_product, python
from tests.workflows.test_end_to_end import perfect

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
    found = programs.sidecar_environment(services)
    told = sandbox.channels("", "", "")
    return {name: value for name, value in found.items() if name.startswith("SIDECAR_") and name not in told}


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


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def sinks():
    """(a session, the sinks' URL, the settings that lead to them)."""
    smtp, http = free_port(), free_port()
    with subprocess.Popen([sys.executable, "-m", "sandbox.sinks",
                           "--smtp-port", str(smtp), "--http-port", str(http)]) as process, \
            requests.Session() as session:
        url = f"http://127.0.0.1:{http}"
        session.mount(url, HTTPAdapter(max_retries=Retry(connect=60, backoff_factor=0.1, backoff_max=0.5)))
        session.get(f"{url}/mail").raise_for_status()
        yield session, url, sandbox.channels(url, f"smtp://127.0.0.1:{smtp}", "s" * 43)
        process.terminate()


SINKS = {"email": "mail", "slack": "slack", "slack_bot": "slack-bot", "sms": "sms", "teams": "teams"}


@pytest.fixture(params=CHANNELS)
def reached(request, sinks):
    """(a channel that leads to the sinks, its recipient, what it has there, a way to make it fail)."""
    session, url, settings = sinks
    name, made = request.param, CHANNELS[request.param]
    session.delete(f"{url}/{SINKS[name]}")
    session.delete(f"{url}/_script")
    [values] = read(settings, made)
    channel = made(**values)
    [recipient] = channel.lead_recipients()
    return (channel, recipient, lambda: session.get(f"{url}/{SINKS[name]}").json(),
            lambda **script: session.post(f"{url}/_script", json={"channel": SINKS[name]} | script))


def send(channel, recipient, number=1):
    rendered = channel.render("hot_lead", {"name": "Pat Quill", "link": "https://x.example/#/leads/7"}, "en")
    return channel.send(recipient, rendered, message_id=f"{number}@x.example", possible_duplicate=False)


def test_a_message_arrives(reached):
    channel, recipient, got, _ = reached
    send(channel, recipient)
    [message] = got()
    assert "Pat Quill" in str(message)


def test_whose_answer_is_lost_may_have_arrived_and_whose_is_not_is_known(reached):
    channel, recipient, got, fail = reached
    fail(accept=True, drop=True)
    with pytest.raises(DeliveryError) as lost:
        send(channel, recipient)
    assert lost.value.may_have_arrived and not lost.value.permanent and len(got()) == 1
    fail(status=450 if channel.name == "email" else 429, retry_after=7)
    with pytest.raises(DeliveryError) as busy:
        send(channel, recipient)
    assert not busy.value.permanent and busy.value.retry_after == (None if channel.name == "email" else 7)
    assert len(got()) == 1
    since = datetime.now(UTC) - timedelta(minutes=1)
    if channel.reconciles:
        assert channel.find(recipient, "1@x.example", since) is not None
        assert channel.find(recipient, "2@x.example", since) is None


@pytest.mark.parametrize("reached", [name for name, made in CHANNELS.items() if made.updates], indirect=True)
def test_a_message_is_found_among_many_and_changes_in_its_place(reached):
    channel, recipient, got, _ = reached
    since = datetime.now(UTC) - timedelta(minutes=1)
    references = [send(channel, recipient, number) for number in range(250)]
    assert channel.find(recipient, "0@x.example", since) == references[0], "on the second page"
    channel.update(references[0], channel.render("hot_lead", {"name": "Ann has it"}, "en"))
    first, *others = got()
    assert "Ann has it" in str(first) and "Pat Quill" not in str(first)
    assert not any("Ann has it" in str(message) for message in others)
    assert channel.find(recipient, "0@x.example", since) == references[0], "it is still known"


def test_a_person_is_told_directly(sinks):
    _, _, settings = sinks
    [values] = read(settings, CHANNELS["slack_bot"])
    bot = CHANNELS["slack_bot"](**values)
    reference = send(bot, "ann@example.com", 7)
    assert reference.startswith("D")
    assert bot.find("ann@example.com", "7@x.example", datetime.now(UTC)) == reference


def test_a_hot_lead_is_told_once_in_every_channel(api, engine, sinks):
    session, url, settings = sinks
    for kind in SINKS.values():
        session.delete(f"{url}/{kind}")
    channels = {name: made(**values) for (name, made), values in zip(
        CHANNELS.items(), read(settings, *CHANNELS.values()), strict=True)}
    everywhere = replace(engine, settings=replace(engine.settings, channels=channels))
    api.post("/v1/leads", perfect("firm4"))
    batch = claiming.claim(everywhere)
    run = batch["batch_id"], [lead["lead_id"] for lead in batch["leads"]]
    assert scoring.score(everywhere, *run)["results"][0]["became_hot"]
    for _ in range(2):
        messages.notify(everywhere, *run)
    for name, kind in SINKS.items():
        [message] = session.get(f"{url}/{kind}").json()
        assert "Quill" in json.dumps(message), name
    page = session.get(f"{url}/", params={"q": "quill"}).text
    assert page.count("<article") == len(CHANNELS)
