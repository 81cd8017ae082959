"""LinkedIn Lead Sync (learn.microsoft.com/linkedin/marketing/lead-sync/leadsync,
/shared/api-guide/webhook-validation).

The address is tried out by GET with a challengeCode, of which the hexadecimal HMAC-SHA256 by the app's client
secret is answered. Signature: `X-LI-Signature`, the hexadecimal HMAC-SHA256 of `hmacsha256=` and the body; it
tells no time. A notification carries no answers: the response is asked for, with its form, whose questions
name the answers. The members of a notification could not be verified: it is searched for the response's URN.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, a_dict, lead_of, looks_like_an_address, member, objects, text
from sidecar.sources.model import GIVEN, Api, Fetch, Page, Received, Reply, Source

_REST = "https://api.linkedin.com/rest/leadFormResponses"
_HEADERS = {"LinkedIn-Version": "202510", "X-Restli-Protocol-Version": "2.0.0"}
_FIELDS = ("id,submittedAt,testLead,leadType,owner,versionedLeadGenFormUrn,leadMetadata,formResponse,"
           "form:(hiddenFields,name,id,content)")
# A UUID and nothing else is signed for whoever asks: never what a delivery could begin with.
_CHALLENGE = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_URN = re.compile(r"urn:li:leadGenFormResponse:([\w-]+)")


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    return signatures.verdict(
        headers.get("x-li-signature"), signatures.hex_hmac(secret, b"hmacsha256=" + body))


def challenge(query: Mapping[str, str], secret: str, key: str) -> Reply | None:
    code = query.get("challengeCode", "")
    if not _CHALLENGE.fullmatch(code):
        return None
    return Reply(200, "application/json", json.dumps(
        {"challengeCode": code, "challengeResponse": signatures.hex_hmac(secret, code.encode())}))


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    """Responses as the API has them, alone or as a list; a notification holds none."""
    sent = a_dict(body, "a delivery of LinkedIn")
    found = [sent] if "formResponse" in sent else objects(sent.get("elements"))
    return [_received(response) for response in found if "formResponse" in response]


def _received(response: dict[str, Any]) -> Received:
    form = response.get("form")
    creative = text(member(response, "associatedEntity", "associatedCreative")).rpartition(":")[2]
    campaign = text(member(response, "leadMetadata", "sponsoredLeadMetadata", "campaign")).rpartition(":")[2]
    lead = lead_of(
        [*_answers(response, form), *_hidden(form)],
        utm={"source": "linkedin", "medium": "paid_social" if campaign else "social", "campaign": campaign,
             "id": campaign},
        custom={"form_id": text(member(form, "id")) or text(response.get("versionedLeadGenFormUrn")),
                "form_name": text(member(form, "name")), "submitted_at": text(response.get("submittedAt")),
                "lead_type": text(response.get("leadType")),
                "creative": creative},
        external_ids={"linkedin_lead": text(response.get("id"))})
    return Received(lead, text(response.get("id")), response.get("testLead") is True)


def _answers(response: dict[str, Any], form: Any) -> Iterator[Answer]:
    asked = objects(member(form, "content", "questions"))
    questions = {text(question.get("questionId")): question for question in asked}
    for answer in objects(member(response, "formResponse", "answers")):
        question = questions.get(text(answer.get("questionId")), {})
        label = text(question.get("predefinedField")) or _title(question)
        details = answer.get("answerDetails")
        value = member(details, "textQuestionAnswer", "answer") or member(
            details, "multipleChoiceAnswer", "options")
        # Without its form an answer has a number instead of a name; an address is one all the same.
        kind = "email" if looks_like_an_address(value) else None
        yield label or f"unnamed_{text(answer.get('questionId'))}", value, kind
    boxes = objects(member(form, "content", "legalInfo", "consents"))
    consents = {text(consent.get("id")): consent for consent in boxes}
    for consent in objects(member(response, "formResponse", "consentResponses")):
        consent_id = text(consent.get("consentId"))
        label = _localized(member(consents.get(consent_id), "consent"))
        yield label, consent.get("accepted") is True, f"consent.linkedin_{consent_id}"


def _title(question: dict[str, Any]) -> str:
    return _localized(question.get("question")) or text(question.get("name"))


def _localized(words: Any) -> str:
    """A text, or the first of its languages."""
    translations = member(words, "localized")
    if isinstance(translations, dict) and translations:
        return text(next(iter(translations.values())))
    return text(words)


def _hidden(form: Any) -> Iterator[Answer]:
    for field in objects(member(form, "hiddenFields")):
        yield text(field.get("name")), field.get("value"), None


def _announced(body: Any) -> list[Fetch]:
    if "formResponse" in a_dict(body, "a delivery of LinkedIn"):
        return []
    return [
        Fetch(f"lead {found}", f"{_REST}/{quote(found, safe='')}?fields={_FIELDS}", headers=_HEADERS)
        for found in dict.fromkeys(_URN.findall(json.dumps(body)))]


def _missed(account: str, since: datetime) -> Fetch:
    return _list(account, int(since.timestamp() * 1000), 0)


def _list(account: str, since: int, start: int) -> Fetch:
    """The parentheses of Rest.li's queries stay as they are, which is why they stand in the address."""
    owner = quote(f"urn:li:sponsoredAccount:{account}", safe="")
    return Fetch(f"account {account} {since} {start}", (
        f"{_REST}?q=owner&owner=(sponsoredAccount:{owner})&leadType=(leadType:SPONSORED)"
        f"&submittedAtTimeRange=(start:{since})&fields={_FIELDS}&count=100&start={start}"), headers=_HEADERS)


def _page(name: str, body: Any) -> Page:
    leads = read(body, {})
    kind, *parts = name.split(" ")
    if kind != "account" or len(leads) < 100:
        return Page(leads)
    account, since, start = parts
    return Page(leads, [_list(account, int(since), int(start) + 100)])


SOURCE = Source(
    name="linkedin_lead_sync", title="LinkedIn Lead Sync", secret=GIVEN, check=check, read=read,
    challenge=challenge,
    setup=(
        "Subscribe {url} by LinkedIn's leadNotifications API for your ad account (an app with Lead Sync"
        " access).",
        "The secret is the app's client secret (Developer portal → Auth).",
        "In n8n enter an access token with r_marketing_leadgen_automation into the credential “Lead Sources"
        " API”: the flow Lead pulls fetches the answers.",
    ),
    api=Api(hosts=("api.linkedin.com",), header="Authorization", prefix="Bearer ", read=_page,
            announced=_announced, missed=_missed, key_title="Access token", of_title="ad account number"),
)
