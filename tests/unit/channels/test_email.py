"""What is mailed, and what becomes of it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from sidecar.channels import email
from sidecar.channels.email import Email
from sidecar.channels.model import DeliveryError

EMAIL = Email(smtp_url="smtp://127.0.0.1:25", mail_from="Enrichment <leads@example.com>",
              mail_to=("sales@example.com",), operations_mail_to=("operations@example.com",))


RENDERED = {"subject": "Hot lead 92", "text": "Hot lead 92", "html": "<p>Hot lead 92</p>", "headers": {}}


class Inbox:
    """A mail server's handler: the mails it took, and the refusals of recipients and of mails."""

    def __init__(self) -> None:
        self.refuse_recipient = ""
        self.refuse_mail = ""
        self.goodbye = ""
        self.drop = False
        self.mails: list[tuple[list[str], EmailMessage]] = []

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.refuse_mail:
            return self.refuse_mail
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append((envelope.rcpt_tos, message_from_bytes(content, policy=policy.default)))
        if self.drop:
            server.transport.abort()
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Envelope) -> str:
        return self.goodbye or "221 Bye"


class MailServer(Controller):
    """On any free port."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def serve(inbox: Inbox) -> Iterator[Callable[..., Email]]:
    """Starts a mail server for the inbox and gives the channel that uses it."""
    started = []

    def start(scheme: str = "smtp", login: str = "", **more: Any) -> Email:
        server = MailServer(inbox, hostname="127.0.0.1", port=0, **more)
        server.start()
        started.append(server)
        return replace(EMAIL, smtp_url=f"{scheme}://{login}127.0.0.1:{server.port}")

    yield start
    for server in started:
        server.stop()


def send(channel: Email, possible_duplicate: bool = False) -> None:
    channel.send("sales@example.com", RENDERED, message_id="7@house.example",
                 possible_duplicate=possible_duplicate)


def refusal(channel: Email) -> tuple[str, bool]:
    with pytest.raises(DeliveryError) as refused:
        send(channel)
    assert refused.value.retry_after is None
    return str(refused.value), refused.value.permanent


def test_a_mail_arrives(serve: Callable[..., Email], inbox: Inbox) -> None:
    channel = serve()
    send(channel)
    send(channel, possible_duplicate=True)
    [(recipients, first), (_, second)] = inbox.mails
    assert recipients == ["sales@example.com"]
    assert (first["From"], first["To"]) == (EMAIL.mail_from, "sales@example.com")
    assert first["Message-ID"] == second["Message-ID"] == "<7@house.example>"
    assert (first["X-Possible-Duplicate"], second["X-Possible-Duplicate"]) == (None, "yes")
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(("code", "permanent"), [(450, False), (452, False), (550, True), (553, True)])
def test_a_refused_recipient(
    serve: Callable[..., Email], inbox: Inbox, code: int, permanent: bool
) -> None:
    inbox.refuse_recipient = f"{code} no"
    assert refusal(serve()) == (f"the mail server refused the recipient ([{code}])", permanent)
    assert inbox.mails == []


@pytest.mark.parametrize(("code", "permanent"), [(421, False), (451, False), (552, True), (554, True)])
def test_a_refused_mail(serve: Callable[..., Email], inbox: Inbox, code: int, permanent: bool) -> None:
    inbox.refuse_mail = f"{code} no"
    assert refusal(serve()) == (f"the mail server answered {code}", permanent)


def test_a_mail_server_that_is_away_or_slow_is_asked_again(
    closed_port: int, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "TIMEOUT_SECONDS", 0.05)
    for port, reason in ((closed_port, "ConnectionRefusedError"), (silent_port, "SMTPServerDisconnected")):
        assert refusal(replace(EMAIL, smtp_url=f"smtp://127.0.0.1:{port}")) == (
            f"mail cannot be sent: {reason}", False)


def test_a_mail_whose_answer_was_lost_may_have_arrived(
    serve: Callable[..., Email], inbox: Inbox, closed_port: int
) -> None:
    inbox.drop = True
    with pytest.raises(DeliveryError) as lost:
        send(serve())
    assert lost.value.may_have_arrived and not lost.value.permanent
    assert len(inbox.mails) == 1
    with pytest.raises(DeliveryError) as away:
        send(replace(EMAIL, smtp_url=f"smtp://127.0.0.1:{closed_port}"))
    assert not away.value.may_have_arrived


def test_a_mail_is_sent_however_the_server_says_goodbye(serve: Callable[..., Email], inbox: Inbox) -> None:
    inbox.goodbye = "421 busy"
    send(serve())
    assert len(inbox.mails) == 1


def test_a_mail_may_have_headers_of_its_own(serve: Callable[..., Email], inbox: Inbox) -> None:
    serve().send("sales@example.com", RENDERED | {"headers": {
        "List-Unsubscribe": "<https://house.example/api/v1/unsubscribe/x>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}},
        message_id="7@house.example", possible_duplicate=False)
    [(_, mail)] = inbox.mails
    assert mail["List-Unsubscribe"] == "<https://house.example/api/v1/unsubscribe/x>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_password_does_not_travel_in_the_clear(serve: Callable[..., Email], inbox: Inbox) -> None:
    assert refusal(serve(login="me:secret@")) == ("mail cannot be sent: SMTPNotSupportedError", False)
    assert inbox.mails == []


def test_a_mail_server_with_a_strange_certificate_gets_nothing(
    serve: Callable[..., Email], inbox: Inbox
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    channel = serve("smtps", ssl_context=context)
    assert refusal(channel) == ("mail cannot be sent: SSLCertVerificationError", False)
    assert inbox.mails == []


def test_without_a_mail_server_nothing_is_mailed() -> None:
    assert refusal(replace(EMAIL, smtp_url=None)) == ("no mail server is set", True)


def test_who_is_told() -> None:
    assert EMAIL.lead_recipients() == ("sales@example.com",)
    assert EMAIL.operations_recipients() == ("operations@example.com",)
    assert replace(EMAIL, smtp_url=None).lead_recipients() == ()


@pytest.mark.parametrize("recipient", [
    "", "@", "dana", "a@b@c", "a@example.com, b@example.com", "Dana <dana@example.com>",
    "a@example.com\nBcc: b", "\"@\"@example.com", "a b@example.com"])
def test_a_recipient_is_one_address(recipient: str) -> None:
    assert not EMAIL.reaches(recipient)
    assert EMAIL.reaches("dana.o'quill+leads@mail.example.com")
