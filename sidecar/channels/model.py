"""What a channel is: its settings, whom it reaches, how it sends a message and knows it again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from sidecar.terms.states import MessageKind


class DeliveryError(Exception):
    """Not delivered. A permanent one is not tried again; `retry_after`: in how many seconds to try again.

    `may_have_arrived`: the answer was lost, so that the next try may be the second message.
    """

    def __init__(
        self, reason: str, *, permanent: bool = False, retry_after: float | None = None,
        may_have_arrived: bool = False,
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after = retry_after
        self.may_have_arrived = may_have_arrived


class Channel(ABC):
    """A way to reach people, set up: a frozen dataclass with its settings (`environment.setting`) as fields.

    Its module exposes the class as `CHANNEL`. Settings are environment variables, named as all are: field `x`
    is `SIDECAR_X`. A recipient is an address or a label that the channel itself understands.
    """

    name: ClassVar[str]
    reconciles: ClassVar[bool] = False  # `find` can tell whether a message arrived
    updates: ClassVar[bool] = False  # `update` changes a message that is out

    @property
    def presses(self) -> bool:
        """Whether buttons of its messages come back when they are pressed; else they are links."""
        return False

    @abstractmethod
    def lead_recipients(self) -> tuple[str, ...]:
        """Who is told of hot leads where nobody in particular is; nobody where it is not set up."""

    @abstractmethod
    def operations_recipients(self) -> tuple[str, ...]:
        """Who is told of failures."""

    @abstractmethod
    def reaches(self, recipient: str) -> bool:
        """Whether it is set up, and this is a recipient as it knows them."""

    @abstractmethod
    def render(self, kind: MessageKind, content: Mapping[str, Any], language: str) -> dict[str, Any]:
        """The message as `send` and `update` take it; `content` as `content.py` reads it. Pure."""

    @abstractmethod
    def send(
        self, recipient: str, rendered: Mapping[str, Any], *, message_id: str, possible_duplicate: bool
    ) -> str | None:
        """Send a rendered message: its reference at the channel, if it has one. Raises DeliveryError.

        `message_id` is id@host, the same at every try; `possible_duplicate`: a try before may have arrived.
        """

    def find(self, recipient: str, message_id: str, since: datetime) -> str | None:
        """The reference of a message that was tried since then and has arrived. Raises DeliveryError."""
        raise NotImplementedError

    def update(self, reference: str, rendered: Mapping[str, Any]) -> None:
        """Let a message that is out say this from now on. Raises DeliveryError."""
        raise NotImplementedError
