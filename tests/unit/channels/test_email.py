"""What is mailed, and what becomes of it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from hypothesis import given

from sidecar.channels import email
from sidecar.channels.email import Email
from sidecar.channels.model import DeliveryError

from .messages import ALERT, HOSTILE, MESSAGE, any_alert, any_message

TAGS = {"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "div", "a", "ul",
        "li"}
ATTRIBUTES = {"lang", "charset", "name", "content", "class", "style", "role", "width",
              "cellpadding", "cellspacing", "align", "valign", "href"}


EMAIL = Email(smtp_url="smtp://127.0.0.1:25", mail_from="Enrichment <leads@example.com>",
              mail_to=("sales@example.com",), operations_mail_to=("operations@example.com",))


def rendered(message: dict[str, Any]) -> dict[str, Any]:
    return EMAIL.render("hot_lead", message, "en")


def rendered_alert(alert: dict[str, Any]) -> dict[str, Any]:
    return EMAIL.render("operations", alert, "en")


class Page(HTMLParser):
    """Reads a page as a browser does: its tags, links and visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def check_mail(mail: dict[str, str]) -> Page:
    """It can be sent, its subject is one line, and the page holds only our own markup."""
    assert set(mail) == {"subject", "text", "html"}
    assert 0 < len(mail["subject"]) <= 150
    assert len(mail["subject"].splitlines()) == 1
    message = EmailMessage()
    message["Subject"] = mail["subject"]
    message.set_content(mail["text"])
    message.add_alternative(mail["html"], subtype="html")
    read = message_from_bytes(bytes(message), policy=policy.default)
    assert set(read.keys()) == {"Subject", "MIME-Version", "Content-Type"}
    page = Page(mail["html"])
    assert page.open == []
    for link in page.links:
        assert urlsplit(link).scheme in ("http", "https", "mailto", "tel")
        assert not set("\"'<> \\\n") & set(link)
    return page


def test_a_lead() -> None:
    mail = rendered(MESSAGE)
    page = check_mail(mail)
    assert mail["subject"] == "Hot lead 92: Ada Lindqvist, Fjordlight & Söhne AB"
    assert page.links == [
        "mailto:ada@fjordlight.example", "tel:+46701740605", MESSAGE["link"],
    ]
    for part in (mail["text"], page.text):
        for said in ("Ada Lindqvist", "VP Revenue Operations", "Fjordlight & Söhne AB", "92",
                     "Asked for a demo today", "Could somebody show us the product?"):
            assert said in part
    assert f"Open lead: {MESSAGE['link']}" in mail["text"]


def test_sandbox_data_is_labelled() -> None:
    mail = rendered({**MESSAGE, "sandbox": True})
    assert mail["subject"].startswith("[Sandbox] ")
    assert "Sandbox data" in mail["text"]
    assert "Sandbox data" in check_mail(mail).text
    assert "andbox" not in str(rendered(MESSAGE))


def test_a_refusal_stands_first() -> None:
    said = "Asked themselves; no marketing mail"
    mail = rendered({**MESSAGE, "refusal": said})
    assert mail["text"].split("\n\n")[1] == f"** {said} **"
    page = check_mail(mail).text
    assert page.index(said) < page.index("Ada Lindqvist", page.index(said))
    for hostile in HOSTILE:
        check_mail(rendered({**MESSAGE, "refusal": hostile}))


def test_the_page_follows_dark_mode() -> None:
    html = rendered(MESSAGE)["html"]
    assert "prefers-color-scheme: dark" in html
    assert 'name="color-scheme" content="light dark"' in html


@pytest.mark.parametrize(("score", "subject"), [
    (79.99, "Warm lead 79: A"), (80, "Warm lead 80: A"), (100.0, "Warm lead 100: A"),
    (None, "Warm lead: A"), (float("nan"), "Warm lead: A"), (True, "Warm lead: A"),
    ("80", "Warm lead: A"), (1e300, "Warm lead: A"),
])
def test_the_score_is_never_rounded_up(score: object, subject: str) -> None:
    assert rendered({"name": "A", "grade": "warm", "score": score})["subject"] == subject


def test_a_header_cannot_be_injected() -> None:
    mail = rendered({**MESSAGE, "name": "Ada\r\nBcc: victim@example.com\u2028X"})
    assert mail["subject"].startswith("Hot lead 92: Ada Bcc: victim@example.com X, Fjord")
    check_mail(mail)


def test_operations() -> None:
    mail = rendered_alert(ALERT)
    page = check_mail(mail)
    assert mail["subject"] == "Needs attention: Lead enrichment failed"
    assert "Node: Enrich\n500 leads <wait>" in mail["text"]
    assert "Node: Enrich\n500 leads <wait>" in page.text


def test_hostile_strings() -> None:
    for text in HOSTILE:
        check_mail(rendered({
            **dict.fromkeys(MESSAGE, text), "reasons": [text] * 20, "sandbox": True,
        }))
        check_mail(rendered_alert(dict.fromkeys(ALERT, text)))


@given(any_message)
def test_any_message(message: dict[str, Any]) -> None:
    check_mail(rendered(message))


@given(any_alert)
def test_any_alert(alert: dict[str, Any]) -> None:
    check_mail(rendered_alert(alert))


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
    channel.send("sales@example.com", rendered(MESSAGE), message_id="7@house.example",
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
    serve().send("sales@example.com", rendered(MESSAGE) | {"headers": {
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
