"""What all channels that are reached by HTTP have in common."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sidecar.channels import slack_bot, web
from sidecar.channels.model import Channel, DeliveryError
from sidecar.channels.slack import Slack
from sidecar.channels.teams import Teams

from .services import Service
from .test_slack_bot import bot
from .test_sms import sms

MESSAGES = {
    "slack": (lambda url: Slack(slack_webhook_url=url, operations_slack_webhook_url=None), "sales"),
    "slack_bot": (bot, "C0HOT"),
    "teams": (lambda url: Teams(teams_webhooks={"sales": url}), "sales"),
    "sms": (sms, "+46701740605"),
}


@pytest.fixture(params=MESSAGES)
def send(request: pytest.FixtureRequest) -> Callable[[str], str | None]:
    """Sends a message by the channel to the service at that URL."""
    make: Callable[[str], Channel]
    make, recipient = MESSAGES[request.param]
    return lambda url: make(url).send(
        recipient, {"text": "Hot lead"}, message_id="1@house.example", possible_duplicate=False)


def refusal(send: Callable[[str], str | None], url: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        send(url)
    return refused.value


@pytest.mark.parametrize(("header", "seconds"), [
    ({"Retry-After": "30"}, 30), ({"Retry-After": "86400"}, 3600), ({"Retry-After": "-5"}, 0), ({}, None),
    ({"Retry-After": "soon"}, None), ({"Retry-After": "nan"}, None),
])
def test_a_service_says_when_to_come_back(
    service: Service, send: Callable[[str], str | None], header: dict[str, str], seconds: float | None
) -> None:
    service.answer(429, {"ok": False, "error": "ratelimited"}, **header)
    error = refusal(send, service.url)
    assert (error.permanent, error.retry_after) == (False, seconds)
    assert not error.may_have_arrived and len(service.got) == 1


def test_a_service_that_is_away_got_nothing(send: Callable[[str], str | None], closed_port: int) -> None:
    error = refusal(send, f"http://127.0.0.1:{closed_port}")
    assert "cannot be reached" in str(error)
    assert not error.permanent and not error.may_have_arrived


def test_a_service_that_is_slow_may_have_got_it(
    send: Callable[[str], str | None], silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (web, slack_bot):
        monkeypatch.setattr(module, "TIMEOUT_SECONDS", 0.05)
    error = refusal(send, f"http://127.0.0.1:{silent_port}")
    assert not error.permanent and error.may_have_arrived


def test_a_service_whose_answer_is_lost_has_it_once(
    send: Callable[[str], str | None], service: Service
) -> None:
    service.answers = [None]
    error = refusal(send, service.url)
    assert not error.permanent and error.may_have_arrived
    assert len(service.got) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_service_that_fails_is_asked_again(
    send: Callable[[str], str | None], service: Service, status: int
) -> None:
    service.answer(status, "<html>Bad gateway</html>")
    error = refusal(send, service.url)
    assert not error.permanent and str(status) in str(error)


def test_no_error_tells_an_address_or_a_key(send: Callable[[str], str | None], service: Service) -> None:
    service.answer(400, {"ok": False, "error": "invalid_auth", "code": 21211,
                         "message": "The 'To' number +46701740605 is not valid"})
    told = str(refusal(send, service.url + "/secret-path"))
    for secret in ("secret-path", "xoxb", "token", "127.0.0.1"):
        assert secret not in told
