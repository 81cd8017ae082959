"""Tally (tally.so/help/webhooks).

Signature: `Tally-Signature`, the Base64 of the body's HMAC-SHA256; it tells no time. Choices come as ids to
be looked up in the options. Check boxes come twice, as a list and each by itself: the list is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, a_dict, items, lead_of, objects, text
from sidecar.sources.model import MADE, Received, Source
from sidecar.sources.naming import field_named

_KINDS = {"INPUT_EMAIL": "email", "INPUT_PHONE_NUMBER": "phone", "TEXTAREA": "message"}


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    return signatures.verdict(headers.get("tally-signature"), signatures.base64_hmac(secret, body))


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    sent = a_dict(body, "a delivery of Tally")
    if sent.get("eventType") != "FORM_RESPONSE":
        return []
    data = a_dict(sent.get("data"), "a response of Tally")
    lead = lead_of(
        (answer for field in objects(data.get("fields")) for answer in _answers(field)),
        custom={"form_id": text(data.get("formId")), "form_name": text(data.get("formName"))})
    return [Received(lead, text(sent.get("eventId")) or text(data.get("responseId")))]


def _answers(field: dict[str, Any]) -> Iterator[Answer]:
    kind, label, value = text(field.get("type")), text(field.get("label")), field.get("value")
    options = {text(option.get("id")): text(option.get("text")) for option in objects(field.get("options"))}
    if kind == "CHECKBOXES" and not options:
        return
    chosen = [options.get(text(entry), text(entry)) for entry in items(value)]
    if kind == "CHECKBOXES" and len(options) == 1:  # a box to tick: consents are such
        (said,) = options.values()
        yield label if field_named(label) else said or label, bool(chosen), None
    elif options:
        yield label, chosen or options.get(text(value), value), None
    elif kind != "FILE_UPLOAD":
        yield label, value, _KINDS.get(kind)


SOURCE = Source(
    name="tally", title="Tally", secret=MADE, check=check, read=read,
    setup=(
        "In Tally open the form, then Integrations → Webhooks → Connect, and paste {url}",
        "Choose “Add signing secret” and enter {secret}",
    ),
)
