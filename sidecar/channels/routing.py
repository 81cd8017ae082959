"""Who is told about a hot lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Recipients = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RouteSettings:
    """Recipients by channel: {"email": ("sales@example.com",), "slack": ("sales",)}.

    `by_country` holds such recipients by ISO 3166-1 alpha-2 code; where it names a channel for the
    lead's country, they take the place of the channel's general ones. A Slack recipient is a label:
    an incoming webhook knows its own room.
    """

    recipients: Recipients = field(default_factory=dict)
    by_country: Mapping[str, Recipients] = field(default_factory=dict)


def route(facts: Mapping[str, Any], settings: RouteSettings) -> list[dict[str, str]]:
    """[{"channel", "recipient"}] for a lead, each once, in the order of the settings.

    The country is the contact's, else the organization's.
    """
    own = settings.by_country.get(_country(facts), {})
    return [
        {"channel": channel, "recipient": recipient}
        for channel, recipients in {**settings.recipients, **own}.items()
        for recipient in dict.fromkeys(recipients)
    ]


def _country(facts: Mapping[str, Any]) -> str:
    places = ((facts.get(place) or {}).get("country") for place in ("contact", "organization"))
    return next((str(country).upper() for country in places if country), "")
