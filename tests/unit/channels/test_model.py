"""What every channel of the registry keeps to."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from sidecar import environment
from sidecar.channels import CHANNELS
from sidecar.channels.model import Channel, DeliveryError

from .messages import ALERT, MESSAGE


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> Channel:
    """A channel of which nothing is set."""
    made = CHANNELS[request.param]
    [values] = environment.read({}, made)
    return made(**values)


def test_the_channels_are_found() -> None:
    assert CHANNELS.keys() >= {"email", "slack", "slack_bot", "sms", "teams"}


def test_a_channel_is_frozen_and_all_its_fields_are_settings(channel: Channel) -> None:
    declared = [f"SIDECAR_{item.name.upper()}" for item in fields(channel)]
    assert list(environment.explained(type(channel))) == declared
    with pytest.raises(FrozenInstanceError):
        setattr(channel, fields(channel)[0].name, "other")


def test_a_channel_that_is_not_set_up_tells_nobody(channel: Channel) -> None:
    assert channel.lead_recipients() == channel.operations_recipients() == ()


def test_a_channel_renders_leads_and_alerts(channel: Channel) -> None:
    assert "Ada Lindqvist" in str(channel.render("hot_lead", MESSAGE, "en"))
    assert "Lead enrichment failed" in str(channel.render("operations", ALERT, "en"))


def test_a_channel_says_of_itself_what_it_can(channel: Channel) -> None:
    made = type(channel)
    assert made.reconciles == (made.find is not Channel.find)
    assert made.updates == (made.update is not Channel.update)


def test_a_channel_that_is_not_set_up_reaches_nobody(channel: Channel) -> None:
    for recipient in ("sales", "operations", "ann@example.com", "+46701740605", "C0HOT", "U0ANN", ""):
        assert not channel.reaches(recipient)
        with pytest.raises(DeliveryError) as refused:
            channel.send(recipient, {}, message_id="1@house.example", possible_duplicate=False)
        assert refused.value.permanent
