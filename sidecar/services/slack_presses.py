"""Buttons that people press in Slack (https://docs.slack.dev/interactivity/handling-user-interaction)."""

from __future__ import annotations

import json
import re
import threading
import time
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from slack_sdk.signature import Clock, SignatureVerifier

from sidecar import logs
from sidecar.calendars.working import zone_or
from sidecar.channels.answers import answer, unanswered, unknown
from sidecar.channels.model import DeliveryError
from sidecar.channels.slack_bot import SlackBot
from sidecar.engine import Engine
from sidecar.errors import Invalid, NotFound, Unauthorized
from sidecar.ids import is_id
from sidecar.metrics import PRESSES
from sidecar.pipeline import handling
from sidecar.store import user_channels
from sidecar.store.database import Row
from sidecar.terms.states import HANDLINGS, Handling

_SECONDS: Final = re.compile("[0-9]{1,12}")
_REMEMBERED_SECONDS: Final = 600  # which address a Slack account has


class _Now(Clock):
    """The engine's clock, for the library's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> float:
        return self._engine.now().timestamp()


def press(
    engine: Engine, body: bytes, timestamp: str, signature: str, *, request_id: str | None
) -> None:
    """A button that somebody pressed in Slack. What they press changes the message; who was not the first is
    told so, and so are who is nobody of ours, and who is not known because Slack does not answer.

    Raises Unauthorized where it is not signed by Slack within five minutes, NotFound where there is no bot,
    Invalid for what is no interaction.
    """
    bot = engine.settings.channels.get(SlackBot.name)
    if not isinstance(bot, SlackBot) or not bot.slack_signing_secret:
        raise NotFound("There is no Slack bot whose buttons come back.")
    if not (_SECONDS.fullmatch(timestamp) and signature.isascii() and _is_text(body) and SignatureVerifier(
            bot.slack_signing_secret, _Now(engine)).is_valid(body, timestamp, signature)):
        raise Unauthorized("This is not signed by Slack, or too old.")
    pressed = read_press(body)
    if pressed is None:
        return
    try:
        user = _known(engine, bot, pressed.person)
        said = unknown(engine.settings.language)
    except _NotTold:
        user, said = None, unanswered(engine.settings.language)
    if user:
        with engine.database.write() as cursor:
            done = handling.handle(
                engine, cursor, pressed.lead_id, pressed.hot_change, pressed.kind, user, bot.name,
                press=pressed.id, request_id=request_id)
        PRESSES.labels(bot.name, pressed.kind, done.decision.verdict).inc()
        if done.decision.verdict == "done":
            return
        said = answer(done.decision, user["language"], zone_or(user["time_zone"], engine.settings.time_zone),
                      engine.now())
    threading.Thread(
        target=logs.carried(bot.whisper, pressed.answer_url, said), name="slack answer", daemon=True).start()


def _is_text(body: bytes) -> bool:
    """What the library takes, and Slack sends."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


class Press(NamedTuple):
    """A button of ours that was pressed: by which person of Slack's, and where they are answered. `id` is the
    same whenever it is delivered."""

    id: str
    person: str
    kind: Handling
    lead_id: str
    hot_change: int
    answer_url: str


def read_press(body: bytes) -> Press | None:
    """The press that Slack tells; None: a link, or something else that is none of ours. Raises Invalid."""
    try:
        fields = dict(parse_qsl(body.decode(), strict_parsing=True, max_num_fields=20))
        payload = json.loads(fields["payload"])
        if payload["type"] != "block_actions":
            return None
        [action, *_] = payload["actions"]
        kind, (lead_id, _, change) = action["action_id"], action.get("value", "").partition(":")
        if kind not in HANDLINGS or not is_id(lead_id) or not change.isdigit() or len(change) > 9:
            return None
        press_id = f"slack:{payload['trigger_id']}:{action['action_ts']}"[:200]
        return Press(press_id, payload["user"]["id"], kind, lead_id, int(change), payload["response_url"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("This is no interaction of Slack's.") from error


class _NotTold(Exception):
    """Slack does not tell now whose account it is."""


_addresses: dict[str, tuple[str | None, float]] = {}


def _known(engine: Engine, bot: SlackBot, person: str) -> Row | None:
    """The user whose Slack account this is: by the address that the account has, which Slack vouches for; one
    that is no user's by their channels, where everybody may enter anything. Raises _NotTold."""
    address = _address(bot, person)
    with engine.database.read() as cursor:
        if user_channels.user(cursor, email=address, enabled=False):
            return user_channels.user(cursor, email=address)
        return next((user for entered in (address, person)
                     if entered and (user := user_channels.whose(cursor, bot.name, entered))), None)


def _address(bot: SlackBot, person: str) -> str | None:
    """The address of a Slack account, None: it has none, or the bot may not ask; while Slack does not answer
    the one that it told last, however long ago. Raises _NotTold."""
    known = _addresses.get(person)
    if known and known[1] >= time.monotonic():
        return known[0]
    try:
        address = bot.email_of(person)
    except DeliveryError as error:
        if not error.permanent:
            if known is None:
                raise _NotTold from error
            return known[0]
        address = None
    if len(_addresses) > 1000:
        _addresses.clear()
    _addresses[person] = address, time.monotonic() + _REMEMBERED_SECONDS
    return address
