"""What Microsoft Teams is sent, and what becomes of it."""

from __future__ import annotations

import pytest

from sidecar import environment
from sidecar.channels.model import DeliveryError
from sidecar.channels.teams import Teams

from .services import Service

CARD = {"type": "message", "attachments": [{
    "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": {
        "type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "Hot lead"}]}}]}


def send(service: Service, recipient: str = "sales") -> str | None:
    channel = Teams(teams_webhooks={"sales": f"{service.url}/workflows/1/invoke?sp=%2Frun&sig=x"})
    return channel.send(recipient, CARD, message_id="1@house.example", possible_duplicate=False)


def test_a_card_is_posted_as_a_workflow_takes_it(service: Service) -> None:
    service.answer(202, "")
    assert send(service) is None
    [got] = service.got
    assert got.path == "/workflows/1/invoke?sp=%2Frun&sig=x"
    assert got.body == CARD


@pytest.mark.parametrize(("status", "code", "permanent"), [
    (400, "TriggerInputSchemaMismatch", True), (401, "DirectApiAuthorizationRequired", True),
    (404, "WorkflowNotFound", True), (413, "RequestEntityTooLarge", True), (408, "RequestTimeout", False),
])
def test_what_teams_refuses_for_good(service: Service, status: int, code: str, permanent: bool) -> None:
    service.answer(status, {"error": {"code": code, "message": "…"}})
    with pytest.raises(DeliveryError) as refused:
        send(service)
    assert refused.value.permanent == permanent and code in str(refused.value)


def read(value: str) -> Teams:
    [values] = environment.read({"SIDECAR_TEAMS_WEBHOOKS": value}, Teams)
    return Teams(**values)


def test_webhooks_have_labels() -> None:
    teams = read("sales=https://a.example/x?api-version=1&sig=a=, dach = https://b.example/y")
    assert teams.teams_webhooks == {
        "sales": "https://a.example/x?api-version=1&sig=a=", "dach": "https://b.example/y"}
    assert (teams.lead_recipients(), teams.operations_recipients()) == (("sales",), ())
    assert teams.reaches("dach") and not teams.reaches("operations")


@pytest.mark.parametrize("value", ["https://a.example/x", "=https://a.example", "sales=a.example", "sales="])
def test_webhooks_without_a_label_or_an_address_are_refused(value: str) -> None:
    with pytest.raises(environment.SettingsError, match="SIDECAR_TEAMS_WEBHOOKS"):
        read(value)


def test_an_unknown_label_is_refused_for_good(service: Service) -> None:
    with pytest.raises(DeliveryError) as refused:
        send(service, "somebody")
    assert refused.value.permanent and service.got == []
