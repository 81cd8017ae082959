"""Webflow forms (developers.webflow.com/data/docs/working-with-webhooks).

Signature: `x-webflow-signature`, the hexadecimal HMAC-SHA256 of `timestamp:body`, the time in
`x-webflow-timestamp` (milliseconds), at most five minutes old. Only webhooks made with an app or an API token
have it; those of a site's dashboard do not. Its key is the app's client secret, or what the webhook was
given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import a_dict, lead_of, objects, text
from sidecar.sources.model import OPTIONAL, Received, Source

_KINDS = {"email": "email", "phone": "phone", "tel": "phone"}


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    timestamp = headers.get("x-webflow-timestamp")
    signed = f"{timestamp}:".encode() + body
    return (signatures.verdict(headers.get("x-webflow-signature"), signatures.hex_hmac(secret, signed))
            or signatures.staleness(timestamp, now, 300, per_second=1000))


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    sent = a_dict(body, "a delivery of Webflow")
    if sent.get("triggerType", "form_submission") != "form_submission":
        return []
    submission = sent.get("payload", sent)  # the first version of the API sends it bare
    data = a_dict(a_dict(submission, "a submission of Webflow").get("data"), "a submission of Webflow")
    kinds = {
        text(field.get("fieldName")): _KINDS.get(text(field.get("fieldType")).lower())
        for field in objects(submission.get("schema"))}
    lead = lead_of(
        ((name, value, kinds.get(name)) for name, value in data.items()),
        custom={"form_id": text(submission.get("formId")), "form_name": text(submission.get("name"))})
    return [Received(lead, text(submission.get("id")) or text(submission.get("_id")))]


SOURCE = Source(
    name="webflow", title="Webflow", secret=OPTIONAL, check=check, read=read,
    setup=(
        "In Webflow open Site settings → Apps & integrations → Webhooks → Add webhook, choose “Form"
        " submission”"
        " (API version 2) and paste {url}",
        "If it shows a secret key, tell it here with `sidecar sources secret`; then its signature is"
        " checked.",
    ),
)
