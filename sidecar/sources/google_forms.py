"""Google Forms, and rows of Google Sheets, sent by a script of the form (docs/SOURCES.md has it).

Google has no webhook: the script signs what it sends, `X-Form-Signature`, the Base64 HMAC-SHA256 of
`timestamp.body`, the time in `X-Form-Timestamp` (seconds), at most five minutes old. Read are a response as
the Forms API has it (answers by questionId, with the titles in `questions`), the answers of the script
([{title, value}]), and a row (`namedValues`, or the header's names as keys).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, a_dict, lead_of, member, objects, text
from sidecar.sources.model import MADE, Received, Source

# What stands in a response or row and is no answer.
_BESIDE = frozenset({
    "formId", "formTitle", "responseId", "createTime", "lastSubmittedTime", "respondentEmail", "answers",
    "questions", "totalScore", "namedValues", "values", "range", "source", "triggerUid", "authMode", "row",
    "sheet"})


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    timestamp = headers.get("x-form-timestamp")
    signed = f"{timestamp}.".encode() + body
    return (signatures.verdict(headers.get("x-form-signature"), signatures.base64_hmac(secret, signed))
            or signatures.staleness(timestamp, now, 300))


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    sent = a_dict(body, "a response of Google Forms")
    lead = lead_of(
        _answers(sent),
        custom={"form_id": text(sent.get("formId")), "form_name": text(sent.get("formTitle")),
                "form_score": sent.get("totalScore")})
    return [Received(lead, text(sent.get("responseId")) or _row(sent))]


def _row(sent: dict[str, Any]) -> str:
    """Which row of which sheet it is, and when it was filled."""
    row = text(sent.get("row")) or text(member(sent, "range", "rowStart"))
    return f"{text(sent.get('sheet'))} {row} {sent.get('Timestamp')}".strip() if row else ""


def _answers(sent: dict[str, Any]) -> Iterator[Answer]:
    yield "email", sent.get("respondentEmail"), None
    answers, questions = sent.get("answers"), sent.get("questions")
    for answer in objects(answers):
        yield text(answer.get("title")), answer.get("value"), None
    for question_id, answer in answers.items() if isinstance(answers, dict) else ():
        title = text(member(questions, question_id)) or text(member(questions, question_id, "title"))
        values = [entry.get("value") for entry in objects(member(answer, "textAnswers", "answers"))]
        yield title or question_id, values, None
    named = sent.get("namedValues")
    for name, value in named.items() if isinstance(named, dict) else ():
        yield name, value, None
    for name, value in sent.items():
        if name not in _BESIDE:
            yield name, value, None


SOURCE = Source(
    name="google_forms", title="Google Forms and Sheets", secret=MADE, check=check, read=read,
    setup=(
        "In the form open ⋮ → Apps Script, paste the script of docs/SOURCES.md with the URL {url} and"
        " the secret"
        " {secret}",
        "Run its function `install` once and allow it to send.",
    ),
)
