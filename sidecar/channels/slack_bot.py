"""A Slack app's bot (https://docs.slack.dev/apis/web-api): its messages are found again, and change.

Slack's library is imported at first use.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.error import URLError
from urllib.parse import urlsplit

from sidecar.channels.content import message_content
from sidecar.channels.model import Channel, DeliveryError
from sidecar.channels.rendering import slack
from sidecar.channels.web import post, slow_down
from sidecar.environment import optional, secret, setting, text, url
from sidecar.terms.states import MessageKind

if TYPE_CHECKING:
    from slack_sdk.web import SlackResponse, WebClient

TIMEOUT_SECONDS = 5
_PERSON_SECONDS = 2  # who pressed a button: Slack waits three for our answer

_EVENT: Final = "enrichment_message"  # the metadata of a message: {"message_id"}
_PAGE: Final = 200
_CLOCKS_DIFFER: Final = timedelta(minutes=10)
# A channel, a group, a direct message, or a person by user id.
_ID = re.compile(r"[CGDUW][A-Z0-9]{2,30}")
# Slack's error codes after which the same call may work later; after the second, it may have worked.
_LATER: Final = frozenset({"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org",
                           "message_limit_exceeded", "external_channel_migrating"})
_UNSURE: Final = frozenset({"internal_error", "fatal_error", "request_timeout"})

# The library's own log would hold whole messages.
_log = logging.getLogger("slack_sdk")
_log.setLevel(logging.CRITICAL)


def _place(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("must be the id of a channel, e.g. C0123ABCD, as its details in Slack show it")
    return value


@dataclass(frozen=True, kw_only=True)
class SlackBot(Channel):
    """Recipients are ids of channels or users, or people's e-mail addresses at Slack.

    Scopes: chat:write; im:write for people; channels:history, groups:history and im:history to find its
    messages again; users:read.email for addresses. A reference is "channel:ts".
    """

    name: ClassVar[str] = "slack_bot"
    reconciles: ClassVar[bool] = True
    updates: ClassVar[bool] = True
    slack_bot_token: str | None = setting(
        "Token of the Slack app's bot (xoxb-…); empty: no bot.", optional(text), "")
    slack_signing_secret: str | None = setting(
        "Signing secret of the Slack app: it proves that a button was pressed in Slack; empty: no buttons.",
        optional(secret), "")
    slack_channel: str | None = setting(
        "Id of the channel to which the bot posts hot leads (C…); empty: none.", optional(_place), "")
    operations_slack_channel: str | None = setting(
        "Id of the channel to which it posts failures; empty: none.", optional(_place), "")
    slack_api_url: str = setting(
        "Slack's Web API.", url("https", "http"), "https://slack.com/api")

    @property
    def presses(self) -> bool:
        return bool(self.slack_signing_secret)

    def lead_recipients(self) -> tuple[str, ...]:
        return (self.slack_channel,) if self.slack_bot_token and self.slack_channel else ()

    def operations_recipients(self) -> tuple[str, ...]:
        return ((self.operations_slack_channel,)
                if self.slack_bot_token and self.operations_slack_channel else ())

    def reaches(self, recipient: str) -> bool:
        return bool(self.slack_bot_token) and ("@" in recipient or bool(_ID.fullmatch(recipient)))

    def render(self, kind: MessageKind, content: Mapping[str, Any], language: str) -> dict[str, Any]:
        """What chat.postMessage takes; the buttons are links where no press could be proven."""
        message = message_content(kind, content, language)
        return slack.render(message, buttons=self.slack_signing_secret is not None)

    def send(
        self, recipient: str, rendered: Mapping[str, Any], *, message_id: str, possible_duplicate: bool
    ) -> str | None:
        """Post it with its id as metadata, by which `find` knows it again."""
        client = self._client(recipient)
        answer = _asked(client.chat_postMessage, channel=self._room(client, recipient), **rendered, metadata={
            "event_type": _EVENT, "event_payload": {"message_id": message_id}})
        return f"{answer['channel']}:{answer['ts']}"

    def find(self, recipient: str, message_id: str, since: datetime) -> str | None:
        """Read the recipient's conversation from then on, newest first."""
        client = self._client(recipient)
        room = self._room(client, recipient)
        if room[0] in "UW":
            room = _asked(client.conversations_open, users=room)["channel"]["id"]
        for message in _history(client, room, since - _CLOCKS_DIFFER):
            about = message.get("metadata", {})
            if about.get("event_type") == _EVENT and about["event_payload"].get("message_id") == message_id:
                return f"{room}:{message['ts']}"
        return None

    def update(self, reference: str, rendered: Mapping[str, Any]) -> None:
        """Its metadata stays."""
        room, _, ts = reference.partition(":")
        changed = {name: rendered[name] for name in ("text", "blocks") if name in rendered}
        _asked(self._client(room).chat_update, channel=room, ts=ts, **changed)

    def email_of(self, person: str) -> str | None:
        """The address of the account of a person, by user id; needs the scope users:read too. Raises
        DeliveryError."""
        client = self._client(person, _PERSON_SECONDS)
        found = _asked(client.users_info, user=person)["user"]["profile"].get("email")
        return str(found) if found else None

    def whisper(self, answer_url: str, said: str) -> None:
        """Answer who pressed a button, so that nobody else sees it. An answer that does not arrive is none.
        """
        ours = (urlsplit(self.slack_api_url).netloc, "hooks.slack.com")
        if urlsplit(answer_url).netloc in ours:
            with suppress(DeliveryError):
                post("Slack", answer_url, json={
                    "response_type": "ephemeral", "replace_original": False, "text": said})

    def _client(self, recipient: str, seconds: int = TIMEOUT_SECONDS) -> WebClient:
        from slack_sdk.web import WebClient

        if not self.slack_bot_token:
            raise DeliveryError("no Slack bot is set", permanent=True)
        if not self.reaches(recipient):
            raise DeliveryError("not an id of Slack's nor an address", permanent=True)
        # No retries of its own: it would send again what has arrived.
        return WebClient(
            self.slack_bot_token, self.slack_api_url, seconds, retry_handlers=[], logger=_log)

    def _room(self, client: WebClient, recipient: str) -> str:
        """Where to post: a user id is a direct message."""
        if "@" not in recipient:
            return recipient
        found: str = _asked(client.users_lookupByEmail, email=recipient)["user"]["id"]
        return found


def _history(client: WebClient, room: str, since: datetime) -> Iterator[dict[str, Any]]:
    """The messages of a conversation from then on, newest first."""
    cursor: str | None = None
    while cursor != "":
        answer = _asked(client.conversations_history, channel=room, oldest=f"{since.timestamp():.6f}",
                        include_all_metadata=True, limit=_PAGE, cursor=cursor)
        yield from answer["messages"]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""


def _asked(method: Callable[..., SlackResponse], **arguments: Any) -> SlackResponse:
    """Slack's answer to a call. Raises DeliveryError."""
    from slack_sdk.errors import SlackApiError

    try:
        return method(**arguments)
    except SlackApiError as error:
        raise _refusal(error.response) from error
    except URLError as error:  # before the request was sent
        raise DeliveryError(f"Slack cannot be reached: {type(error.reason).__name__}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise DeliveryError(
            f"Slack did not answer: {type(error).__name__}", may_have_arrived=True) from error


def _refusal(answer: SlackResponse) -> DeliveryError:
    """What an error means: all codes but those that speak of Slack's own state are for good.

    Codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors.
    """
    if answer.status_code == 429:
        return slow_down("Slack", answer.headers.get("Retry-After"))
    code = str(answer.get("error") or "")
    if not re.fullmatch(r"[a-z0-9_]{1,60}", code):
        code = f"{answer.status_code}"
    unsure = answer.status_code >= 500 or code in _UNSURE or code.isdigit()
    return DeliveryError(
        f"Slack answered {code}", permanent=not (unsure or code in _LATER), may_have_arrived=unsure)


CHANNEL = SlackBot
