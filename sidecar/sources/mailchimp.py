"""Mailchimp: webhooks of an audience, form fields (mailchimp.com/developer: sync audience data with
webhooks).

Nothing is signed: the key in the URL is the secret, as Mailchimp advises. The address is tried out by a GET.
Who subscribes is a lead; that they agree to mail is not said: the owner of the audience may have added them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sidecar.sources.answers import lead_of, member, text
from sidecar.sources.deeds import Told, deed, moment
from sidecar.sources.model import NONE, Received, Reply, Source

_TYPES: Final = {"unsubscribe": "unsubscribe", "cleaned": "bounce"}
_OTHERS: Final = ("subscribe", "profile", "upemail", "campaign")
_NAMES: Final = {"EMAIL": "email", "FNAME": "first_name", "LNAME": "last_name", "PHONE": "phone",
                 "COMPANY": "company_name"}


def _told(body: Any) -> dict[str, Any] | None:
    """The fields of `data`, whoever took the form apart: data[merges][EMAIL] or below one another."""
    if not isinstance(body, dict) or not isinstance(body.get("type"), str) or "fired_at" not in body:
        return None
    data = body.get("data")
    if isinstance(data, dict):
        return data
    found: dict[str, Any] = {"merges": {}}
    for name, value in body.items():
        parts = name.removesuffix("]").split("[") if isinstance(name, str) else [""]
        parts = [part.removesuffix("]") for part in parts]
        if parts[0] == "data" and len(parts) == 2:
            found[parts[1]] = value
        elif parts[:2] == ["data", "merges"] and len(parts) == 3:
            found["merges"][parts[2]] = value
    return found


def events(body: Any) -> list[Told | None] | None:
    """One event."""
    told = _told(body)
    if told is None or body["type"] not in (*_TYPES, *_OTHERS):
        return None
    kind, reason = body["type"], told.get("reason")
    complaint = reason == "abuse"
    return [deed(
        "unsubscribe" if complaint and kind in _TYPES else _TYPES.get(kind), email=told.get("email"),
        at=moment(body["fired_at"], datetime.fromisoformat),
        event_id=" ".join(str(each) for each in (
            kind, told.get("list_id"), told.get("email"), body["fired_at"]) if each),
        reason="spam complaint" if complaint else None)]


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    """Who subscribes."""
    told = _told(body)
    if told is None or body["type"] != "subscribe":
        return []
    answers = [(name, member(told, "merges", theirs) or told.get(name), None)
               for theirs, name in _NAMES.items()]
    return [Received(lead_of(answers), f"{text(told.get('id'))} {text(body['fired_at'])}".strip())]


SOURCE = Source(
    name="mailchimp", title="Mailchimp", secret=NONE, check=lambda *_: None, read=read, events=events,
    mail=True,
    event=None, challenge=lambda query, secret, key: Reply(200, "text/plain", "ok"),
    setup=(
        "In Mailchimp, Audience › Settings › Webhooks, create a webhook with the URL {url}: subscribes,"
        " unsubscribes and cleaned emails.",
        "The address is the secret: Mailchimp signs nothing.",
    ),
)
