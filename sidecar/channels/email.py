"""E-mail: a subject, a plain text and an HTML page saying the same, in one multipart mail by SMTP."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any, ClassVar
from urllib.parse import SplitResult, unquote, urlsplit

from sidecar.channels.content import message_content
from sidecar.channels.model import Channel, DeliveryError
from sidecar.channels.rendering import email
from sidecar.environment import listing, optional, setting, text, url
from sidecar.terms.states import MessageKind

TIMEOUT_SECONDS = 5.0
_ADDRESS = re.compile(r"[^\s,;:<>()\[\]\\\"@]+@[^\s,;:<>()\[\]\\\"@]+")  # one, and no name or list


def _connect(server: SplitResult) -> smtplib.SMTP:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(server.hostname or "", server.port or smtplib.SMTP_SSL_PORT,
                                timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(server.hostname or "", server.port or smtplib.SMTP_PORT, timeout=TIMEOUT_SECONDS)


def _sign_in(smtp: smtplib.SMTP, server: SplitResult) -> None:
    """Where the URL names a user; a password only travels over TLS."""
    if server.username:
        if server.scheme == "smtp":
            smtp.starttls(context=ssl.create_default_context())
        smtp.login(unquote(server.username), unquote(server.password or ""))


@dataclass(frozen=True, kw_only=True)
class Email(Channel):
    """One mail for each address."""

    name: ClassVar[str] = "email"
    smtp_url: str | None = setting(
        "Mail server, smtp://[user:password@]host:port or smtps://…; empty: no mail.",
        optional(url("smtp", "smtps")), "")
    mail_from: str = setting("Sender of the mails.", text, "Enrichment <leads@localhost>")
    mail_to: tuple[str, ...] = setting("Who gets the hot leads by mail.", listing, "")
    operations_mail_to: tuple[str, ...] = setting("Who is told of failures by mail.", listing, "")

    def lead_recipients(self) -> tuple[str, ...]:
        return self.mail_to if self.smtp_url else ()

    def operations_recipients(self) -> tuple[str, ...]:
        return self.operations_mail_to

    def reaches(self, recipient: str) -> bool:
        return self.smtp_url is not None and bool(_ADDRESS.fullmatch(recipient))

    def render(self, kind: MessageKind, content: Mapping[str, Any], language: str) -> dict[str, Any]:
        """{"subject", "text", "html", "headers": {name: value} or absent}."""
        return email.render(message_content(kind, content, language))

    def send(
        self, recipient: str, rendered: Mapping[str, Any], *, message_id: str, possible_duplicate: bool
    ) -> str | None:
        """Mail it once; the Message-ID is the same at every try, so that a copy can be told."""
        if not self.smtp_url:
            raise DeliveryError("no mail server is set", permanent=True)
        mail = EmailMessage()
        mail["Subject"] = rendered["subject"]
        mail["From"] = self.mail_from
        mail["To"] = recipient
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{message_id}>"
        if possible_duplicate:
            mail["X-Possible-Duplicate"] = "yes"
        for name, value in rendered.get("headers", {}).items():
            mail[name] = value
        mail.set_content(rendered["text"])
        mail.add_alternative(rendered["html"], subtype="html")
        server = urlsplit(self.smtp_url)
        begun = False
        try:
            with closing(_connect(server)) as smtp:
                _sign_in(smtp, server)
                begun = True
                smtp.send_message(mail)
                with suppress(smtplib.SMTPException, OSError):  # it is sent, however the server says goodbye
                    smtp.quit()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise DeliveryError(
                f"the mail server refused the recipient ({codes})",
                permanent=all(code >= 500 for code in codes)) from error
        except smtplib.SMTPResponseException as error:
            raise DeliveryError(
                f"the mail server answered {error.smtp_code}", permanent=error.smtp_code >= 500
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(
                f"mail cannot be sent: {type(error).__name__}", may_have_arrived=begun) from error
        return None


CHANNEL = Email
