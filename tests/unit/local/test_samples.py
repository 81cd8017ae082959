"""What `make run` says of the messages that were sent."""

from __future__ import annotations

import pytest

from local import samples


@pytest.mark.parametrize("message", [
    {"subject": "A headline"}, {"payload": {"text": "A headline", "blocks": []}},
    {"payload": {"username": "Alertmanager", "attachments": [{"title": "A headline", "text": "More."}]}}])
def test_each_kind_of_message_has_a_headline(message):
    assert samples.headline(message) == "A headline"
