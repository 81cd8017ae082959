"""E-mail: a subject, a plain text and an HTML page saying the same, in one multipart mail by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any, ClassVar
from urllib.parse import SplitResult, unquote, urlsplit

from sidecar.channels import email_page
from sidecar.channels.content import Alert, LeadContent, alert_content, clean, lead_content
from sidecar.channels.model import Channel, DeliveryError
from sidecar.environment import listing, optional, setting, text, url
from sidecar.terms.states import MessageKind

TIMEOUT_SECONDS = 5.0
SANDBOX = "Sandbox data: some of these facts were made up by the sandbox providers."


def _lead(content: LeadContent) -> dict[str, Any]:
    subject = f"{'[Sandbox] ' if content.sandbox else ''}{content.heading}: {content.who}"
    return {
        "subject": clean(subject, 150),
        "text": _lead_text(content),
        "html": email_page.lead(content, SANDBOX),
    }


def _lead_text(content: LeadContent) -> str:
    width = max((len(label) for label, _ in content.fields), default=0) + 1
    parts = [
        f"{content.heading}: {content.who}",
        f"** {content.refusal} **" if content.refusal else "",
        f"** {SANDBOX} **" if content.sandbox else "",
        "\n".join(f"{label + ':':<{width}} {value}" for label, value in content.fields),
        "\n".join([f"Why {content.grade}:", *(f"- {reason}" for reason in content.reasons)])
        if content.reasons else "",
        f"Their words:\n> {content.summary}" if content.summary else "",
        f"Open lead: {content.link}" if content.link else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _operations(alert: Alert) -> dict[str, Any]:
    return {
        "subject": clean(f"Needs attention: {alert.title}", 150),
        "text": _operations_text(alert),
        "html": email_page.alert(alert),
    }


def _operations_text(alert: Alert) -> str:
    parts = [alert.title, alert.detail, f"Open: {alert.link}" if alert.link else ""]
    return "\n\n".join(part for part in parts if part) + "\n"


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
        return self.smtp_url is not None and "@" in recipient

    def render(self, kind: MessageKind, content: Mapping[str, Any], language: str) -> dict[str, Any]:
        """{"subject", "text", "html", "headers": {name: value} or absent}."""
        return _operations(alert_content(content)) if kind == "operations" else _lead(lead_content(content))

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
