"""Typeform (www.typeform.com/developers/webhooks, /responses).

Signature: `Typeform-Signature: sha256=` and the Base64 of the body's HMAC-SHA256 by the secret of the
webhook; it tells no time, so that a replay is known by its token alone. Typeform's test delivery answers
with an_account@example.com; it bears no mark of its own (not verified for all forms).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, a_dict, lead_of, member, objects, text
from sidecar.sources.model import MADE, Api, Fetch, Page, Received, Source

_KINDS = {"email": "email", "phone_number": "phone"}
_TEST_ADDRESS = "an_account@example.com"


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    return signatures.verdict(
        headers.get("typeform-signature"), signatures.base64_hmac(secret, body), prefix="sha256=")


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    sent = a_dict(body, "a delivery of Typeform")
    if sent.get("event_type") != "form_response":
        return []
    response = a_dict(sent.get("form_response"), "a response of Typeform")
    return [_received(response, text(sent.get("event_id")))]


def _received(response: dict[str, Any], event_id: str = "") -> Received:
    """Its token names a response in both ways, by a delivery and in a list; event_id: where it has none."""
    definition = response.get("definition")
    titles = {
        text(field.get("id")): text(field.get("title")) for field in objects(member(definition, "fields"))}
    lead = lead_of(
        [*_answers(response, titles), *_hidden(response)],
        custom={"form_id": text(response.get("form_id")), "form_name": text(member(definition, "title")),
                "submitted_at": text(response.get("submitted_at")),
                "form_score": member(response, "calculated", "score"),
                "page_url": member(response, "metadata", "referer")})
    token = text(response.get("token")) or text(response.get("response_id"))
    return Received(lead, token or event_id, is_test=lead.get("email") == _TEST_ADDRESS)


def _answers(response: dict[str, Any], titles: Mapping[str, str]) -> Iterator[Answer]:
    for answer in objects(response.get("answers")):
        kind = text(answer.get("type"))
        field = answer.get("field")
        value = answer.get(kind)
        if isinstance(value, dict):  # choice, choices, payment
            value = [*(value.get("labels") or [value.get("label")]), value.get("other")]
        label = titles.get(text(member(field, "id"))) or text(member(field, "ref"))
        yield label, value, _KINDS.get(kind)


def _hidden(response: dict[str, Any]) -> Iterator[Answer]:
    hidden = response.get("hidden")
    for name, value in hidden.items() if isinstance(hidden, dict) else ():
        yield name, value, None


def _missed(form_id: str, since: datetime) -> Fetch:
    return Fetch(f"form {form_id}", f"https://api.typeform.com/forms/{form_id}/responses", {
        "since": since.strftime("%Y-%m-%dT%H:%M:%S"), "page_size": "100", "sort": "submitted_at,asc",
        "completed": "true"})


def _page(name: str, body: Any) -> Page:
    """Responses carry the references of their questions, not the titles. A full page is followed by the next
    one: what comes after its last token."""
    found = objects(a_dict(body, "a list of Typeform's responses").get("items"))
    form_id = name.partition(" ")[2]
    leads = [_received(response | {"form_id": form_id}) for response in found]
    if len(found) < 100:
        return Page(leads)
    return Page(leads, [Fetch(name, f"https://api.typeform.com/forms/{form_id}/responses", {
        "after": text(found[-1].get("token")), "page_size": "100", "completed": "true"})])


SOURCE = Source(
    name="typeform", title="Typeform", secret=MADE, check=check, read=read,
    setup=(
        "In Typeform open the form, then Connect → Webhooks → Add a webhook, and paste {url}",
        "Open the webhook's settings (Edit), enter the secret {secret} and switch it on.",
    ),
    api=Api(hosts=("api.typeform.com",), header="Authorization", prefix="Bearer ", read=_page, missed=_missed,
            key_title="Personal token", of_title="form id"),
)
