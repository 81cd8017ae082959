"""What an SMS service is sent, and what becomes of it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest

from sidecar import environment
from sidecar.channels.model import DeliveryError
from sidecar.channels.sms import Sms

from .services import Service

ACCOUNT = "AC" + "0" * 32
QUEUED = {"sid": "SM" + "1" * 32, "status": "queued", "error_code": None, "num_segments": "1"}


def sms(url: str) -> Sms:
    return Sms(twilio_account=ACCOUNT, twilio_token="token", sms_from="+46701740600",
               sms_to=("+46701740605",), operations_sms_to=(), twilio_url=url)


def send(channel: Sms, recipient: str = "+46701740605") -> str | None:
    return channel.send(recipient, {"text": "Hot lead 92"}, message_id="1@house.example",
                        possible_duplicate=False)


def test_it_is_posted_as_twilio_takes_it(service: Service) -> None:
    service.answer(201, QUEUED)
    assert send(sms(service.url)) == QUEUED["sid"]
    [got] = service.got
    assert got.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert got.headers["Authorization"] == "Basic " + b64encode(f"{ACCOUNT}:token".encode()).decode()
    assert got.body == {"To": "+46701740605", "From": "+46701740600", "Body": "Hot lead 92"}


def test_a_messaging_service_may_choose_the_sender(service: Service) -> None:
    service.answer(201, QUEUED)
    send(replace(sms(service.url), sms_from="MG" + "a" * 32))
    assert service.got[0].body["MessagingServiceSid"] == "MG" + "a" * 32


@pytest.mark.parametrize(("status", "code", "permanent"), [
    (400, 21211, True), (400, 21610, True), (401, 20003, True), (404, 20404, True), (503, 20503, False),
    (400, 14107, False), (429, 20429, False),
])
def test_what_twilio_refuses_for_good(service: Service, status: int, code: int, permanent: bool) -> None:
    service.answer(status, {"code": code, "message": "The number +46701740605 …", "status": status,
                            "more_info": f"https://www.twilio.com/docs/errors/{code}"})
    with pytest.raises(DeliveryError) as refused:
        send(sms(service.url))
    assert refused.value.permanent == permanent
    assert "+46701740605" not in str(refused.value)
    assert (str(code) in str(refused.value)) == (str(refused.value) != "Twilio asks to slow down")


@pytest.mark.parametrize("recipient", ["0701740605", "+0701", "ann@example.com", "+46701740605\n", ""])
def test_what_is_no_number_is_not_asked(service: Service, recipient: str) -> None:
    assert not sms(service.url).reaches(recipient)
    with pytest.raises(DeliveryError) as refused:
        send(sms(service.url), recipient)
    assert refused.value.permanent and service.got == []


def test_who_is_told() -> None:
    assert sms("https://twilio.example").lead_recipients() == ("+46701740605",)
    assert replace(sms("https://twilio.example"), twilio_token=None).lead_recipients() == ()
    with pytest.raises(environment.SettingsError, match="SIDECAR_SMS_TO"):
        environment.read({"SIDECAR_SMS_TO": "0701740605"}, Sms)
