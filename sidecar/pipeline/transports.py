"""Carrying rendered messages to Slack and mail. Failures are permanent or worth another try."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from sidecar.notifications import render_email, render_operations, render_slack
from sidecar.settings import Settings
from sidecar.store.database import Row

_TIMEOUT_SECONDS = 5


class DeliveryError(Exception):
    """Not delivered; permanent ones are not tried again."""

    def __init__(self, reason: str, *, permanent: bool = False, retry_after: float | None = None):
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after = retry_after


def send(settings: Settings, message: Row, content: dict[str, Any]) -> None:
    """Send one message over its channel. Raises DeliveryError."""
    operations = message["kind"] == "operations"
    if message["channel"] == "slack":
        url = settings.operations_slack_webhook_url if operations else settings.slack_webhook_url
        payload = render_operations("slack", content) if operations else render_slack(content)
        _slack(url, payload)
    else:
        rendered = render_operations("email", content) if operations else render_email(content)
        _mail(settings, message, rendered)


def _slack(url: str | None, payload: dict[str, Any]) -> None:
    """Slack's incoming webhook: 429 says when to come back, other 4xx will never work."""
    if not url:
        raise DeliveryError("no Slack webhook is set", permanent=True)
    try:
        answer = requests.post(
            url, json=payload, timeout=_TIMEOUT_SECONDS, allow_redirects=False
        )
    except requests.RequestException as error:
        raise DeliveryError(f"Slack cannot be reached: {type(error).__name__}") from error
    if answer.status_code == 429:
        raise DeliveryError(
            "Slack asks to slow down", retry_after=_seconds(answer.headers.get("Retry-After")))
    if answer.status_code != 200:
        raise DeliveryError(
            f"Slack answered {answer.status_code} {answer.text[:80]}",
            permanent=400 <= answer.status_code < 500,
        )


def _mail(settings: Settings, message: Row, rendered: dict[str, str]) -> None:
    """One multipart mail by SMTP; the Message-ID is the notification's, so a copy can be told."""
    if not settings.smtp_url:
        raise DeliveryError("no mail server is set", permanent=True)
    mail = EmailMessage()
    mail["Subject"] = rendered["subject"]
    mail["From"] = settings.mail_from
    mail["To"] = message["recipient"]
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{message['id']}@{urlsplit(settings.public_url).hostname}>"
    if message["possible_duplicate"]:
        mail["X-Possible-Duplicate"] = "yes"
    mail.set_content(rendered["text"])
    mail.add_alternative(rendered["html"], subtype="html")
    server = urlsplit(settings.smtp_url)
    try:
        kind = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
        with kind(server.hostname or "", server.port or 25, timeout=_TIMEOUT_SECONDS) as smtp:
            if server.username:
                if server.scheme == "smtp":
                    smtp.starttls(context=ssl.create_default_context())
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(mail)
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
        raise DeliveryError(f"mail cannot be sent: {type(error).__name__}") from error


def _seconds(value: str | None) -> float | None:
    try:
        return min(float(value or ""), 3600.0)
    except ValueError:
        return None
