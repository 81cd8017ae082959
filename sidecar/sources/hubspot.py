"""HubSpot: forms and contacts by workflow webhooks, and the events of an app's subscriptions
(developers.hubspot.com: validating requests, webhooks, forms).

Signature: `X-HubSpot-Signature-v3`, the Base64 HMAC-SHA256 of method, URL, body and the time in
`X-HubSpot-Request-Timestamp` (milliseconds), by the app's client secret, at most five minutes old. Older
signatures prove less and are not taken. An event of a subscription names the contact by its number alone: it
is asked for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from sidecar.sources import signatures
from sidecar.sources.answers import Answer, a_dict, lead_of, member, number, objects, text
from sidecar.sources.model import OPTIONAL, Api, Fetch, Page, Received, Source

_API = "https://api.hubapi.com"
# Of HubSpot's own properties these are kept; the others' names say what they are (naming.py).
_KEPT = {"hs_email_optout": "hs_email_optout", "hs_analytics_source": "custom.original_source",
         "hs_analytics_first_url": "custom.first_page", "hs_lead_status": "custom.lead_status",
         "hubspot_owner_id": "custom.hubspot_owner_id"}
_PROPERTIES = ("email", "firstname", "lastname", "phone", "mobilephone", "jobtitle", "company", "website",
               "city", "state", "country", "industry", "numemployees", "annualrevenue", "lifecyclestage",
               "hs_lead_status", "hs_email_optout", "hs_analytics_source", "hs_analytics_first_url")
# Properties of HubSpot's own, of which a workflow's body has hundreds.
_OWN = re.compile(r"^(hs_|hubspot|num_|notes_|first_|recent_|days_|currentlyin|associatedcompany|lastmodified"
                  r"|createdate|closedate|ip_|total_|surveymonkey|webinareventlast|followercount|linkedinbio"
                  r"|kloutscore|twitter)")
_CREATED = frozenset({"contact.creation", "object.creation"})


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime, url: str) -> str | None:
    timestamp = headers.get("x-hubspot-request-timestamp")
    signed = f"POST{unquote(url)}".encode() + body + (timestamp or "").encode()
    return (signatures.verdict(headers.get("x-hubspot-signature-v3"), signatures.base64_hmac(secret, signed))
            or signatures.staleness(timestamp, now, 300, per_second=1000))


def read(body: Any, headers: Mapping[str, str]) -> list[Received]:
    """A contact of a workflow, a form's submission, or fields that a workflow was told to send; events of a
    subscription hold nobody."""
    if isinstance(body, list):
        return [found for entry in objects(body) if not _is_event(entry) for found in read(entry, headers)]
    sent = a_dict(body, "a delivery of HubSpot")
    if _is_event(sent):
        return []
    if isinstance(sent.get("values"), list):
        return [_submission(sent)]
    submitted = objects(sent.get("form-submissions"))
    latest = max(submitted, key=lambda entry: number(entry.get("timestamp")), default={})
    lead = lead_of(
        _properties(sent),
        custom={"form_id": text(latest.get("form-id")), "form_name": text(latest.get("title")),
                "submitted_at": text(latest.get("timestamp")),
                "page_url": text(latest.get("page-url")), "event": "form_submit" if latest else None},
        external_ids={"hubspot": text(sent.get("vid")) or text(sent.get("id"))})
    return [Received(lead, text(latest.get("conversion-id")))]


def _is_event(entry: dict[str, Any]) -> bool:
    return "subscriptionType" in entry and "objectId" in entry


def _properties(sent: dict[str, Any]) -> Iterator[Answer]:
    properties = sent.get("properties")
    told = properties if isinstance(properties, dict) else {
        name: value for name, value in sent.items() if not isinstance(value, dict | list)}
    for name, value in told.items():
        value = value.get("value") if isinstance(value, dict) else value
        if name in _KEPT:
            yield _KEPT[name], value, None
        elif not _OWN.match(name) and name not in ("id", "vid", "portal-id", "is-contact", "profile-url"):
            yield name, value, None


def _submission(sent: dict[str, Any]) -> Received:
    def answers() -> Iterator[Answer]:
        for entry in objects(sent.get("values")):
            name = text(entry.get("name"))
            if not name.startswith("0-") or name.startswith("0-1/"):  # a contact's, not another object's
                yield name.rpartition("/")[2], entry.get("value"), None
        for consent in objects(member(sent, "legalConsentOptions", "consent", "communications")):
            number = text(consent.get("subscriptionTypeId"))
            yield text(consent.get("text")), consent.get("value") is True, f"consent.hubspot_{number}"

    page = text(sent.get("pageUrl"))
    lead = lead_of(answers(), custom={
        "form_id": text(sent.get("formId")), "form_name": text(sent.get("formName")), "page_url": page,
        "submitted_at": text(sent.get("submittedAt")), "event": "form_submit"})
    return Received(lead, text(sent.get("conversionId")) or _moment(sent))


def _moment(sent: dict[str, Any]) -> str:
    """A submission has no id: who submitted when is one."""
    who = next((text(entry.get("value")) for entry in objects(sent.get("values"))
                if entry.get("name") == "email"), "")
    at = text(sent.get("submittedAt"))
    return hashlib.sha256(f"{at} {who}".encode()).hexdigest()[:32] if at and who else ""


def _announced(body: Any) -> list[Fetch]:
    """The contacts that were created; of a list of events each contact once."""
    events = objects(body) if isinstance(body, list) else [body] if isinstance(body, dict) else []
    contacts = dict.fromkeys(
        text(event.get("objectId")) for event in events
        if event.get("subscriptionType") in _CREATED and re.fullmatch("[0-9]+", text(event.get("objectId"))))
    return [Fetch(f"contact {contact}", f"{_API}/crm/v3/objects/contacts/{contact}",
                  {"properties": ",".join(_PROPERTIES)}) for contact in contacts]


def _missed(form_id: str, since: datetime) -> Fetch:
    return _submissions(form_id, int(since.timestamp() * 1000), "")


def _submissions(form_id: str, since: int, after: str) -> Fetch:
    return Fetch(f"form {form_id} {since}", f"{_API}/form-integrations/v1/submissions/forms/{form_id}",
                 {"limit": "50"} | ({"after": after} if after else {}))


def _page(name: str, body: Any) -> Page:
    """A contact, or a page of a form's submissions, which come newest first."""
    sent = a_dict(body, "an answer of HubSpot")
    kind, *parts = name.split(" ")
    if kind != "form":
        found = [entry._replace(event_id=f"contact {parts[0]}") for entry in read(sent, {})]
        return Page(found)
    form_id, since = parts[0], int(parts[1])
    results = objects(sent.get("results"))
    newer = [entry for entry in results if number(entry.get("submittedAt")) > since]
    after = text(member(sent, "paging", "next", "after"))
    following = [_submissions(form_id, since, after)] if after and len(newer) == len(results) else []
    return Page([_submission(entry | {"formId": form_id}) for entry in newer], following)


SOURCE = Source(
    name="hubspot", title="HubSpot", secret=OPTIONAL, check=check, read=read, event=None,
    setup=(
        "In a workflow (trigger: the form was submitted) add the action “Send a webhook”, method POST,"
        " URL {url}",
        "Choose “Include request signature in header” and your app; tell its client secret here with `sidecar"
        " sources secret`. Then its signature is checked.",
    ),
    api=Api(hosts=("api.hubapi.com",), header="Authorization", prefix="Bearer ", read=_page,
            announced=_announced, missed=_missed, key_title="Private app token", of_title="form id"),
)
