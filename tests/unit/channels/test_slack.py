"""What Slack is sent, and what becomes of it."""

from __future__ import annotations

import pytest

from sidecar.channels.model import DeliveryError
from sidecar.channels.slack import Slack

from .services import Service

SLACK = Slack(slack_webhook_url="http://127.0.0.1/sales",
              operations_slack_webhook_url="http://127.0.0.1/operations")


def channel_of(service: Service) -> Slack:
    return Slack(slack_webhook_url=f"{service.url}/sales",
                 operations_slack_webhook_url=f"{service.url}/operations")


def send(channel: Slack, recipient: str = "sales") -> None:
    channel.send(recipient, {"text": "Hot lead"}, message_id="1@house.example", possible_duplicate=False)


def refusal(channel: Slack, recipient: str = "sales") -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        send(channel, recipient)
    return refused.value


def test_each_recipient_has_its_webhook(service: Service) -> None:
    send(channel_of(service), "sales")
    send(channel_of(service), "operations")
    assert [(got.path, got.body) for got in service.got] == [
        ("/sales", {"text": "Hot lead"}), ("/operations", {"text": "Hot lead"})]


@pytest.mark.parametrize(("status", "permanent"), [
    (301, False), (400, True), (403, True), (404, True), (410, True), (500, False), (503, False),
])
def test_what_slack_refuses_for_good(service: Service, status: int, permanent: bool) -> None:
    service.answer(status, Location="/sales")
    error = refusal(channel_of(service))
    assert (str(error), error.permanent, error.retry_after) == (
        f"Slack answered {status} hello", permanent, None)
    assert len(service.got) == 1


@pytest.mark.parametrize("recipient", ["operations", "somebody"])
def test_a_recipient_without_a_webhook_never_gets_it(service: Service, recipient: str) -> None:
    only_sales = Slack(
        slack_webhook_url=channel_of(service).slack_webhook_url, operations_slack_webhook_url=None)
    assert refusal(only_sales, recipient).permanent
    assert service.got == []


def test_who_is_told() -> None:
    assert SLACK.lead_recipients() == ("sales",)
    assert SLACK.operations_recipients() == ("operations",)
