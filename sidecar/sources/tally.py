"""Tally (tally.so/help/webhooks, developers.tally.so: listing submissions).

Signature: `Tally-Signature`, the Base64 of the body's HMAC-SHA256; it tells no time. Choices come as ids to
be looked up in the options. Check boxes come twice, as a list and each by itself: the list is read.

In lists of submissions an answer is of a question, not of a field; choices are taken as texts, or as ids of
the question's fields (not verified for all kinds).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, a_dict, items, lead_of, objects, text
from sidecar.sources.model import MADE, Api, Fetch, Page, Received, Source
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
        custom={"form_id": text(data.get("formId")), "form_name": text(data.get("formName")),
                "submitted_at": text(data.get("createdAt")) or text(sent.get("createdAt"))})
    # The same id names it in a list.
    return [Received(lead, text(data.get("submissionId")) or text(data.get("responseId"))
                     or text(sent.get("eventId")))]


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


def _missed(form_id: str, since: datetime) -> Fetch:
    return _submissions(form_id, since.strftime("%Y-%m-%dT%H:%M:%SZ"), 1)


def _submissions(form_id: str, since: str, page: int) -> Fetch:
    return Fetch(f"form {form_id} {since}", f"https://api.tally.so/forms/{form_id}/submissions", {
        "filter": "completed", "startDate": since, "limit": "100", "page": str(page)})


def _page(name: str, body: Any) -> Page:
    """Submissions, the newest first: what comes meanwhile is seen twice, and nothing is passed over."""
    sent = a_dict(body, "a list of Tally's submissions")
    _, form_id, since = name.split(" ")
    questions = {text(question.get("id")): question for question in objects(sent.get("questions"))}
    leads = [
        Received(lead_of(
            (answer for response in objects(submission.get("responses"))
             for answer in _responses(questions.get(text(response.get("questionId")), {}), response)),
            custom={"form_id": form_id, "submitted_at": text(submission.get("submittedAt"))}),
            text(submission["id"]))
        for submission in objects(sent["submissions"])]
    return Page(leads, [_submissions(form_id, since, int(sent["page"]) + 1)] if sent.get("hasMore") else [])


def _responses(question: dict[str, Any], response: dict[str, Any]) -> Iterator[Answer]:
    kind, label, value = text(question.get("type")), text(question.get("title")), response.get("answer")
    titles = {text(field.get("uuid")): text(field.get("title")) for field in objects(question.get("fields"))}
    if isinstance(value, dict):  # hidden fields, rows of a matrix
        for name, one in value.items():
            yield titles.get(name) or name, one, None
        return
    chosen = [titles.get(text(one)) or text(one) for one in items(value)]
    if kind == "CHECKBOXES" and not field_named(label):  # boxes to tick: consents are such
        consents = [one for one in chosen if field_named(one)]
        for one in consents:
            yield one, True, None
        chosen = [one for one in chosen if one not in consents]
    if kind != "FILE_UPLOAD" and (chosen or not isinstance(value, list)):
        yield label, chosen if isinstance(value, list) else value, _KINDS.get(kind)


SOURCE = Source(
    name="tally", title="Tally", secret=MADE, check=check, read=read,
    setup=(
        "In Tally open the form, then Integrations → Webhooks → Connect, and paste {url}",
        "Choose “Add signing secret” and enter {secret}",
    ),
    api=Api(hosts=("api.tally.so",), header="Authorization", prefix="Bearer ", read=_page, missed=_missed,
            key_title="API key", of_title="form id"),
)
