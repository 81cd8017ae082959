"""The sandbox tells people in every channel."""

from __future__ import annotations

from deploy import sandbox
from sidecar import environment
from sidecar.channels import CHANNELS


def test_every_channel_tells_somebody():
    settings = sandbox.channels("http://sinks:8026", "smtp://sinks:8025", "s" * 43)
    values = environment.read(settings, *CHANNELS.values())
    for made, found in zip(CHANNELS.values(), values, strict=True):
        channel = made(**found)
        assert len(channel.lead_recipients()) == 1, channel.name
        assert all(map(channel.reaches, channel.lead_recipients())), channel.name
    assert settings.keys() <= environment.explained(*CHANNELS.values()).keys()
