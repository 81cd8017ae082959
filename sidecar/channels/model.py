"""What a channel is: its settings, whom it tells, how it words a message, how it sends it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from sidecar.channels.content import Alert, LeadContent


class DeliveryError(Exception):
    """Not delivered. A permanent one is not tried again; `retry_after`: in how many seconds to try again."""

    def __init__(self, reason: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after = retry_after


class Channel(ABC):
    """A way to reach people, set up: a frozen dataclass with its settings (`environment.setting`) as fields.

    Its module exposes the class as `CHANNEL`. Settings are environment variables, named as all are: field `x`
    is `SIDECAR_X`. A recipient is an address or a label that the channel itself understands.
    """

    name: ClassVar[str]

    @abstractmethod
    def lead_recipients(self) -> tuple[str, ...]:
        """Who is told of hot leads; nobody where the channel is not set up."""

    @abstractmethod
    def operations_recipients(self) -> tuple[str, ...]:
        """Who is told of failures."""

    @abstractmethod
    def render_lead(self, content: LeadContent) -> dict[str, Any]:
        """The message about a lead, as `send` takes it. Pure."""

    @abstractmethod
    def render_operations(self, alert: Alert) -> dict[str, Any]:
        """The message about a failure, as `send` takes it. Pure."""

    @abstractmethod
    def send(
        self, recipient: str, rendered: Mapping[str, Any], *, message_id: str, possible_duplicate: bool
    ) -> None:
        """Send a rendered message. Raises DeliveryError.

        `message_id` is id@host, the same at every try; `possible_duplicate`: a try before may have arrived.
        """
