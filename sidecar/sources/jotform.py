"""Jotform (api.jotform.com/docs, help article 245).

Jotform signs nothing: the key in the URL is all that proves a delivery. It comes as multipart/form-data, the
answers as JSON in rawRequest, keyed q3_email: the number and name of the question. `pretty` has them once
more by their labels, "Label:answer, Label:answer". Members as in published examples (not verified by a
delivery).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidecar.sources.answers import Answer, a_dict, lead_of, looks_like_an_address, member, text
from sidecar.sources.model import NONE, Api, Fetch, Page, Received, Source
from sidecar.sources.naming import field_named

_QUESTION = re.compile(r"q\d+_(.+)")
# Where an answer of `pretty` ends: before the label of the next one.
_NEXT = re.compile(r", ([^:,]{1,100}):")
_ADDRESS = {"city": "city", "state": "region", "country": "country"}


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    return None


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    sent = a_dict(body, "a delivery of Jotform")
    raw = sent.get("rawRequest")
    answers = a_dict(json.loads(raw) if isinstance(raw, str) else raw, "a submission of Jotform")
    labels = _labels(text(sent.get("pretty")))

    def told() -> Iterator[Answer]:
        for key, value in answers.items():
            if found := _QUESTION.fullmatch(key):
                yield from _answer(_label(found[1], value, labels), value)

    lead = lead_of(told(), custom={
        "form_id": text(sent.get("formID")), "form_name": text(sent.get("formTitle"))})
    return [Received(lead, text(sent.get("submissionID")))]


def _labels(pretty: str) -> dict[str, str]:
    """Answer -> label; of an answer that looks as if a label stood in it, what is before that."""
    _, *pieces = _NEXT.split(f", {pretty}")
    return dict(zip(reversed(pieces[1::2]), reversed(pieces[::2]), strict=True))


def _label(name: str, value: Any, labels: Mapping[str, str]) -> str:
    """The question's name without the number that tells it apart; where that is no field, its label."""
    name = re.sub(r"\d+$", "", name) or name
    if not field_named(name) and isinstance(value, str) and value:
        return labels.get(_NEXT.split(value, maxsplit=1)[0], name)
    return name


def _answer(label: str, value: Any) -> Iterator[Answer]:
    """An answer in one piece, or in several: a name, a telephone number, an address."""
    if isinstance(value, dict):
        if "first" in value or "last" in value:
            yield "first_name", value.get("first"), None
            yield "last_name", value.get("last"), None
            return
        if "area" in value or "full" in value:
            number = [value.get("country"), value.get("area"), value.get("phone")]
            yield label, value.get("full") or " ".join(filter(None, map(text, number))), "phone"
            return
        if "addr_line1" in value or "city" in value:
            for part, field in _ADDRESS.items():
                yield field, value.get(part), None
            return
    yield label, value, "email" if looks_like_an_address(value) else None


def _missed(form_id: str, since: datetime) -> Fetch:
    return _list(form_id, since.strftime("%Y-%m-%d %H:%M:%S"), 0)


def _list(form_id: str, since: str, offset: int) -> Fetch:
    return Fetch(f"form {form_id} {offset} {since}", f"https://api.jotform.com/form/{form_id}/submissions", {
        "filter": json.dumps({"created_at:gt": since}), "orderby": "created_at", "limit": "100",
        "offset": str(offset)})


def _page(name: str, body: Any) -> Page:
    found = a_dict(body, "a list of Jotform's submissions").get("content")
    submissions = [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
    _, form_id, offset, since = name.split(" ", 3)
    leads = [Received(lead_of(_submitted(entry), custom={"form_id": form_id}), text(entry.get("id")))
             for entry in submissions]
    return Page(leads, [_list(form_id, since, int(offset) + 100)] if len(submissions) == 100 else [])


def _submitted(submission: dict[str, Any]) -> Iterator[Answer]:
    answers = submission.get("answers")
    for entry in answers.values() if isinstance(answers, dict) else ():
        value = member(entry, "answer")
        name = re.sub(r"\d+$", "", text(member(entry, "name")))
        yield from _answer(name if field_named(name) else text(member(entry, "text")) or name, value)


SOURCE = Source(
    name="jotform", title="Jotform", secret=NONE, check=check, read=read, multipart=True,
    setup=("In Jotform open the form, then Settings → Integrations → Webhooks, and paste {url}",),
    api=Api(hosts=("api.jotform.com", "eu-api.jotform.com"), header="APIKEY", prefix="", read=_page,
            missed=_missed, key_title="API key", of_title="form id"),
)
