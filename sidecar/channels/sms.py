"""SMS by Twilio's API (https://www.twilio.com/docs/messaging/api/message-resource), which others imitate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sidecar.channels.content import message_content
from sidecar.channels.model import Channel, DeliveryError
from sidecar.channels.rendering import sms
from sidecar.channels.web import post, refusal, slow_down
from sidecar.environment import listing, optional, setting, text, url
from sidecar.terms.states import MessageKind

if TYPE_CHECKING:
    import requests

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_SERVICE = re.compile(r"MG[0-9a-f]{32}")  # a messaging service, which chooses the sender
# Twilio's error codes (https://www.twilio.com/docs/api/errors) that pass: too many requests, queue overflow.
_SLOW_DOWN = (20429, 14107, 30001)


def _numbers(value: str) -> tuple[str, ...]:
    numbers = listing(value)
    if not all(map(_NUMBER.fullmatch, numbers)):
        raise ValueError("must be phone numbers with country code, e.g. +46701740605")
    return numbers


@dataclass(frozen=True, kw_only=True)
class Sms(Channel):
    """A recipient is a phone number with its country code. A reference is Twilio's id of the message."""

    name: ClassVar[str] = "sms"
    twilio_account: str | None = setting("Twilio account (AC…); empty: no SMS.", optional(text), "")
    twilio_token: str | None = setting("Its auth token.", optional(text), "")
    sms_from: str | None = setting(
        "Sender of the SMS: a number (+…), a name, or a messaging service (MG…).", optional(text), "")
    sms_to: tuple[str, ...] = setting("Who gets the hot leads by SMS (+…, comma-separated).", _numbers, "")
    operations_sms_to: tuple[str, ...] = setting("Who is told of failures by SMS.", _numbers, "")
    twilio_url: str = setting("Twilio's API.", url("https", "http"), "https://api.twilio.com")

    def lead_recipients(self) -> tuple[str, ...]:
        return self.sms_to if self._is_set else ()

    def operations_recipients(self) -> tuple[str, ...]:
        return self.operations_sms_to if self._is_set else ()

    def reaches(self, recipient: str) -> bool:
        return self._is_set and bool(_NUMBER.fullmatch(recipient))

    @property
    def _is_set(self) -> bool:
        return bool(self.twilio_account and self.twilio_token and self.sms_from)

    def render(self, kind: MessageKind, content: Mapping[str, Any], language: str) -> dict[str, Any]:
        """{"text"}."""
        return sms.render(message_content(kind, content, language))

    def send(
        self, recipient: str, rendered: Mapping[str, Any], *, message_id: str, possible_duplicate: bool
    ) -> str | None:
        """Queue it at Twilio once."""
        if not self.reaches(recipient):
            raise DeliveryError("no SMS service is set, or this is no phone number", permanent=True)
        assert self.twilio_account and self.twilio_token and self.sms_from  # noqa: S101
        sender = "MessagingServiceSid" if _SERVICE.fullmatch(self.sms_from) else "From"
        answer = post(
            "Twilio", f"{self.twilio_url}/2010-04-01/Accounts/{self.twilio_account}/Messages.json",
            data={"To": recipient, sender: self.sms_from, "Body": rendered["text"]},
            auth=(self.twilio_account, self.twilio_token))
        told = _told(answer)
        if answer.status_code == 201:
            return str(told["sid"]) if "sid" in told else None
        if told.get("code") in _SLOW_DOWN:
            raise slow_down("Twilio", answer.headers.get("Retry-After"))
        raise refusal("Twilio", answer.status_code, f"(error {told['code']})" if "code" in told else "")


def _told(answer: requests.Response) -> Mapping[str, Any]:
    """The answer's object; Twilio's sentences quote phone numbers, its codes do not."""
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


CHANNEL = Sms
