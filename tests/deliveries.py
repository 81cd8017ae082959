"""What each source sends, by its vendor's documents, with invented people; signed here without the
sidecar's help.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def mac(secret: str, data: bytes, digest: Any = hashlib.sha256) -> bytes:
    return hmac.new(secret.encode(), data, digest).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


Sign = Callable[[str, bytes, float, str], dict[str, str]]


@dataclass(frozen=True)
class Delivery:
    """A delivery of one source. `body(mark)`: with addresses and ids that hold the mark. want: of the raw
    lead or below it (utm.campaign)."""

    source: str
    body: Callable[[str], Any]
    sign: Sign
    want: dict[str, Any]
    multipart: bool = False
    test: Callable[[str], Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def raw(self, mark: str, secret: str, *, test: bool = False) -> bytes:
        body = (self.test or self.body)(mark) if test else self.body(mark)
        if self.source == "google_ads":
            body = body | {"google_key": secret}
        return json.dumps(body).encode()


def person(mark: str) -> str:
    return f"nora.vale@{mark}.example"


def phone(mark: str) -> str:
    """A mobile number of one's own."""
    return f"+491512{int(hashlib.sha256(mark.encode()).hexdigest(), 16) % 10_000_000:07}"


def typeform(mark: str, email: str | None = None) -> dict[str, Any]:
    def answer(kind: str, value: Any, ref: str) -> dict[str, Any]:
        return {"type": kind, kind: value, "field": {"id": ref, "ref": ref, "type": kind}}

    titles = {"q1": "What's your work email?", "q2": "Your full name", "q3": "Company", "q4": "Job title",
              "q5": "Phone number", "q6": "Which budget do you have?", "q7": "Marketing consent",
              "q8": "Please do not call me"}
    return {
        "event_id": f"evt-{mark}", "event_type": "form_response",
        "form_response": {
            "form_id": "lT4Z3j", "token": f"tok{mark}", "landed_at": "2026-11-26T09:00:00Z",
            "submitted_at": "2026-11-26T09:01:00Z",
            "hidden": {"utm_source": "google", "utm_campaign": "spring"},
            "calculated": {"score": 7},
            "definition": {"id": "lT4Z3j", "title": "Request a demo", "fields": [
                {"id": ref, "ref": ref, "title": title} for ref, title in titles.items()]},
            "answers": [
                answer("email", email or person(mark), "q1"), answer("text", "Nora Vale", "q2"),
                answer("text", "Harbor Lines", "q3"), answer("text", "Head of Sales", "q4"),
                answer("phone_number", phone(mark), "q5"),
                answer("choice", {"label": "10,000"}, "q6"), answer("boolean", False, "q7"),
                answer("boolean", True, "q8")]}}


def tally(mark: str) -> dict[str, Any]:
    def ask(label: str, kind: str, value: Any, **more: Any) -> dict[str, Any]:
        return {"key": f"question_{label[:3]}", "label": label, "type": kind, "value": value, **more}

    return {
        "eventId": f"evt-{mark}", "eventType": "FORM_RESPONSE", "createdAt": "2026-11-26T09:01:00Z",
        "data": {
            "responseId": f"r{mark}", "submissionId": f"r{mark}", "respondentId": "x1", "formId": "VwbNEw",
            "formName": "Contact us", "createdAt": "2026-11-26T09:01:00Z", "fields": [
                ask("How do we reach you?", "INPUT_EMAIL", person(mark)),
                ask("First name", "INPUT_TEXT", "Nora"), ask("Last name", "INPUT_TEXT", "Vale"),
                ask("Company", "INPUT_TEXT", "Harbor Lines"),
                ask("Team size", "DROPDOWN", ["o2"], options=[{"id": "o1", "text": "1-10"},
                                                               {"id": "o2", "text": "11-50"}]),
                ask("Marketing consent", "CHECKBOXES", [], options=[{"id": "c1", "text": "Yes"}]),
                ask("Marketing consent (Yes)", "CHECKBOXES", False),
                ask("utm_campaign", "HIDDEN_FIELDS", "spring"),
                ask("utm_source", "HIDDEN_FIELDS", "google")]}}


def webflow(mark: str) -> dict[str, Any]:
    return {
        "triggerType": "form_submission", "payload": {
            "name": "Contact form", "siteId": "65427cf400e02b306eaa049c", "id": f"sub{mark}",
            "data": {"Name": "Nora Vale", "Email": person(mark), "Company": "Harbor Lines",
                     "Marketing consent": "false", "utm_source": "google",
                     "utm_campaign": "spring"},
            "schema": [{"fieldName": "Email", "fieldType": "Email", "fieldElementId": "a"},
                       {"fieldName": "Name", "fieldType": "PlainText", "fieldElementId": "b"}],
            "submittedAt": "2026-11-26T09:01:00Z", "formId": "65429eadebe8a9f3a30f62d0",
            "formElementId": "4e038d2c"}}


def meta_lead_ads(mark: str, email: str | None = None, name: str = "Nora Vale") -> dict[str, Any]:
    return {
        "id": str(int(hashlib.sha256(mark.encode()).hexdigest()[:12], 16)),
        "created_time": "2026-11-26T09:01:00+0000",
        "ad_id": "120210", "ad_name": "Video A", "adset_id": "120209", "adset_name": "DACH",
        "campaign_id": "120208", "campaign_name": "Spring", "form_id": "997", "is_organic": False,
        "platform": "ig", "field_data": [
            {"name": "email", "values": [email or person(mark)]}, {"name": "full_name", "values": [name]},
            {"name": "company_name", "values": ["Harbor Lines"]},
            {"name": "phone_number", "values": [phone(mark)]},
            {"name": "how_many_trucks_do_you_have?", "values": ["40"]}],
        "custom_disclaimer_responses": [{"checkbox_key": "marketing_email", "is_checked": ""}]}


def google_ads(mark: str, **more: Any) -> dict[str, Any]:
    def column(column_id: str, name: str, value: str) -> dict[str, str]:
        return {"column_id": column_id, "column_name": name, "string_value": value}

    return {
        "lead_id": f"TeSter-{mark}", "api_version": "1.0", "form_id": 40000000000, "campaign_id": 123456,
        "gcl_id": "EAIaIQob", "adgroup_id": 20000000000, "creative_id": 30000000000, "user_column_data": [
            column("FULL_NAME", "Full Name", "Nora Vale"), column("EMAIL", "User Email", person(mark)),
            column("COMPANY_NAME", "Company Name", "Harbor Lines"),
            column("PHONE_NUMBER", "User Phone", phone(mark)),
            column("", "Marketing consent", "no")]} | more


def linkedin_lead_sync(mark: str, test: bool = False) -> dict[str, Any]:
    def answer(number: int, text: str) -> dict[str, Any]:
        return {"questionId": number, "answerDetails": {"textQuestionAnswer": {"answer": text}}}

    def question(number: int, **more: Any) -> dict[str, Any]:
        return {"questionId": number, **more}

    return {
        "id": f"b6e4-{mark}", "submittedAt": 1764147660000, "testLead": test, "leadType": "SPONSORED",
        "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:522529623"},
        "leadMetadata": {"sponsoredLeadMetadata": {"campaign": "urn:li:sponsoredCampaign:362567084"}},
        "versionedLeadGenFormUrn": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3162,1)",
        "associatedEntity": {"associatedCreative": "urn:li:sponsoredCreative:1"},
        "formResponse": {
            "answers": [answer(1, "Nora"), answer(2, "Vale"), answer(3, person(mark)),
                        answer(4, "Harbor Lines"),
                        answer(5, "Head of Sales"), answer(6, "next quarter")],
            "consentResponses": [{"consentId": 9, "accepted": False}]},
        "form": {
            "id": 3162, "name": "Spring offer", "hiddenFields": [
                {"name": "utm_source", "value": "linkedin-ads"}],
            "content": {
                "questions": [
                    question(1, predefinedField="FIRST_NAME"), question(2, predefinedField="LAST_NAME"),
                    question(3, predefinedField="EMAIL"), question(4, predefinedField="COMPANY_NAME"),
                    question(5, predefinedField="JOB_TITLE"),
                    question(6, question={"localized": {"en_US": "When do you want to start?"}})],
                "legalInfo": {"consents": [
                    {"id": 9, "consent": {"localized": {"en_US": "Marketing consent"}}}]}}}}


def calendly(mark: str) -> dict[str, Any]:
    return {
        "event": "invitee.created", "created_at": "2026-11-26T09:01:00Z",
        "created_by": "https://api.calendly.com/users/A",
        "payload": {
            "uri": f"https://api.calendly.com/scheduled_events/E/invitees/{mark}", "email": person(mark),
            "first_name": None, "last_name": None, "name": "Nora Vale", "status": "active",
            "timezone": "Europe/Berlin", "text_reminder_number": phone(mark), "rescheduled": False,
            "old_invitee": None, "new_invitee": None,
            "questions_and_answers": [{"question": "Company", "answer": "Harbor Lines", "position": 0},
                                      {"question": "Marketing consent", "answer": "no", "position": 1}],
            "tracking": {"utm_campaign": "spring", "utm_source": "google", "utm_medium": None,
                         "utm_content": None, "utm_term": None, "salesforce_uuid": None},
            "scheduled_event": {"uri": "https://api.calendly.com/scheduled_events/E", "name": "Intro call",
                                "start_time": "2026-11-27T09:00:00Z"}}}


def google_forms(mark: str) -> dict[str, Any]:
    def said(question: str, value: str) -> dict[str, Any]:
        return {"questionId": question, "textAnswers": {"answers": [{"value": value}]}}

    questions = {"a1": "Full name", "a2": "Company", "a3": "utm_campaign", "a4": "Marketing consent",
                 "a5": "utm_source"}
    values = ("Nora Vale", "Harbor Lines", "spring", "no", "google")
    return {
        "formId": "1FAIpQL", "responseId": f"ACYD{mark}", "createTime": "2026-11-26T09:01:00Z",
        "lastSubmittedTime": "2026-11-26T09:01:00Z", "respondentEmail": person(mark), "questions": questions,
        "answers": {key: said(key, value) for key, value in zip(questions, values, strict=True)}}


def hubspot(mark: str) -> dict[str, Any]:
    properties = {
        "email": person(mark), "firstname": "Nora", "lastname": "Vale", "company": "Harbor Lines",
        "jobtitle": "Head of Sales", "mobilephone": phone(mark), "hs_email_optout": "true",
        "hs_analytics_source": "PAID_SEARCH", "utm_campaign": "spring", "utm_source": "google",
        "num_conversion_events": "3", "favourite_colour": "blue"}
    return {
        "vid": 4711, "portal-id": 62515, "is-contact": True,
        "properties": {name: {"value": value, "versions": []} for name, value in properties.items()},
        "form-submissions": [{"conversion-id": f"conv-{mark}", "timestamp": 1764147660000, "form-id": "f-1",
                              "title": "Contact us", "page-url": "https://www.harbor-lines.example/contact"}]}


def jotform(mark: str) -> dict[str, Any]:
    answers = {
        "slug": "submit/233", "jsExecutionTracker": "build", "submitSource": "unknown", "q3_name": {
            "first": "Nora", "last": "Vale"}, "q4_email": person(mark), "q5_typeA5": "Harbor Lines",
        "q6_phoneNumber": {"full": phone(mark)}, "q8_utm_campaign": "spring",
        "q9_utm_source": "google",
        "q7_typeA7": "no", "event_id": "1764147660_233", "path": "/submit/233"}
    return {
        "formID": "233", "submissionID": f"5{mark}", "formTitle": "Contact us", "ip": "203.0.113.5",
        "pretty": f"Name:Nora Vale, E-mail:{person(mark)}, Company:Harbor Lines, Marketing consent:no",
        "username": "harbor", "rawRequest": json.dumps(answers), "type": "WEB"}


def segment(mark: str) -> dict[str, Any]:
    return {
        "type": "identify", "messageId": f"ajs-{mark}", "userId": f"user-{mark}", "anonymousId": "a1",
        "traits": {"email": person(mark), "firstName": "Nora", "lastName": "Vale", "title": "Head of Sales",
                   "company": {"name": "Harbor Lines", "industry": "Logistics"},
                   "address": {"city": "Jena", "country": "Germany"}, "Marketing consent": False},
        "context": {"campaign": {"name": "spring", "source": "google", "medium": "cpc"}, "ip": "203.0.113.5"},
        "timestamp": "2026-11-26T09:01:00Z", "version": "2"}


def pipedrive(mark: str) -> dict[str, Any]:
    return {
        "meta": {"action": "create", "entity": "person", "version": "2.0", "id": f"a1b2-{mark}",
                 "entity_id": 77, "timestamp": "2026-11-26T09:01:00Z"},
        "data": {"id": 77, "name": "Nora Vale", "first_name": "Nora", "last_name": "Vale",
                 "emails": [{"value": f"private@{mark}.example", "label": "home", "primary": False},
                            {"value": person(mark), "label": "work", "primary": True}],
                 "phones": [{"value": phone(mark), "label": "work", "primary": True}],
                 "marketing_status": "unsubscribed", "org_id": 5, "owner_id": 3,
                 "update_time": "2026-11-26T09:01:00Z"},
        "previous": None}


def generic(mark: str) -> dict[str, Any]:
    return {"event_id": f"evt-{mark}", "contact": {
        "email": person(mark), "full_name": "Nora Vale", "company": "Harbor Lines"},
        "utm_source": "google", "utm_campaign": "spring", "Marketing consent": False}


_CAMPAIGN = {"utm.campaign": "spring", "utm.source": "google"}
_ANSWERS = {"full_name": "Nora Vale", "company_name": "Harbor Lines"}
_NAMES = {"first_name": "Nora", "last_name": "Vale", "company_name": "Harbor Lines"}
_NO = {"consent.marketing_email": False}


def _timed(header: str, time: str, secret: str, body: bytes, at: str, separator: str) -> dict[str, str]:
    return {time: at, header: mac(secret, f"{at}{separator}".encode() + body).hex()}


DELIVERIES = {delivery.source: delivery for delivery in (
    Delivery("typeform", typeform, lambda s, b, t, u: {"Typeform-Signature": "sha256=" + b64(mac(s, b))},
             _ANSWERS | _CAMPAIGN | _NO | {"refused.phone": True, "phone": phone("m1")},
             test=lambda mark: typeform(mark, "an_account@example.com")),
    Delivery("tally", tally, lambda s, b, t, u: {"Tally-Signature": b64(mac(s, b))},
             _NAMES | _CAMPAIGN | _NO),
    Delivery("webflow", webflow, lambda s, b, t, u: _timed(
        "X-Webflow-Signature", "X-Webflow-Timestamp", s, b, str(int(t * 1000)), ":"),
        _ANSWERS | _CAMPAIGN | {"consent.marketing_email": "false"}),
    Delivery("meta_lead_ads", meta_lead_ads,
             lambda s, b, t, u: {"X-Hub-Signature-256": "sha256=" + mac(s, b).hex()},
             _ANSWERS | _NO | {"utm.campaign": "Spring", "utm.source": "instagram", "utm.id": "120208"},
             test=lambda mark: meta_lead_ads(mark, "test@meta.com", "<test lead: dummy data for full_name>")),
    Delivery("google_ads", google_ads, lambda s, b, t, u: {},
             _ANSWERS | {"utm.campaign": "123456", "utm.source": "google", "custom.gclid": "EAIaIQob",
                         "consent.marketing_email": "no"},
             test=lambda mark: google_ads(mark, is_test=True)),
    Delivery("linkedin_lead_sync", linkedin_lead_sync,
             lambda s, b, t, u: {"X-LI-Signature": mac(s, b"hmacsha256=" + b).hex()},
             _NAMES | _NO | {"utm.campaign": "362567084", "utm.source": "linkedin-ads"},
             test=lambda mark: linkedin_lead_sync(mark, test=True)),
    Delivery("calendly", calendly, lambda s, b, t, u: {
        "Calendly-Webhook-Signature": f"t={int(t)},v1={mac(s, f'{int(t)}.'.encode() + b).hex()}"},
        _ANSWERS | _CAMPAIGN | {"consent.marketing_email": "no"}),
    Delivery("google_forms", google_forms, lambda s, b, t, u: {
        "X-Form-Timestamp": str(int(t)), "X-Form-Signature": b64(mac(s, f"{int(t)}.".encode() + b))},
        _ANSWERS | _CAMPAIGN | {"consent.marketing_email": "no"}),
    Delivery("hubspot", hubspot, lambda s, b, t, u: {
        "X-HubSpot-Request-Timestamp": str(int(t * 1000)),
        "X-HubSpot-Signature-v3": b64(mac(s, f"POST{u}".encode() + b + str(int(t * 1000)).encode()))},
        _NAMES | _CAMPAIGN | {"refused.marketing_email": "true", "phone": phone("m1")}),
    Delivery("jotform", jotform, lambda s, b, t, u: {},
             _NAMES | _CAMPAIGN | {"consent.marketing_email": "no", "phone": phone("m1")},
             multipart=True),
    Delivery("segment", segment, lambda s, b, t, u: {"X-Signature": mac(s, b, hashlib.sha1).hex()},
             _NAMES | _CAMPAIGN | _NO | {"city": "Jena", "industry": "Logistics"}),
    Delivery("pipedrive", pipedrive,
             lambda s, b, t, u: {"Authorization": "Basic " + b64(f"leads:{s}".encode())},
             {"first_name": "Nora", "last_name": "Vale", "refused.marketing_email": True}),
    Delivery("generic", generic, lambda s, b, t, u: {"X-Signature": "sha256=" + mac(s, b).hex()},
             _ANSWERS | _CAMPAIGN | _NO),
)}


@dataclass(frozen=True)
class Deed:
    """What a source tells of a deed of somebody. `body(mark, secret, time)`; want: of the event."""

    source: str
    body: Callable[[str, str, float], Any]
    sign: Sign
    want: dict[str, Any]

    def raw(self, mark: str, secret: str, time: float) -> bytes:
        return json.dumps(self.body(mark, secret, time)).encode()


# A key pair of SendGrid's kind, made for these tests.
SENDGRID_KEY = ec.derive_private_key(0x5EED, ec.SECP256R1())
SENDGRID_SECRET = b64(SENDGRID_KEY.public_key().public_bytes(
    Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _sendgrid_signed(secret: str, body: bytes, time: float, url: str) -> dict[str, str]:
    at = str(int(time))
    return {"X-Twilio-Email-Event-Webhook-Timestamp": at, "X-Twilio-Email-Event-Webhook-Signature": b64(
        SENDGRID_KEY.sign(at.encode() + body, ec.ECDSA(SHA256())))}


def _mailgun(mark: str, secret: str, time: float) -> dict[str, Any]:
    at, token = str(int(time)), f"token {mark}"
    return {
        "signature": {"timestamp": at, "token": token,
                      "signature": mac(secret, f"{at}{token}".encode()).hex()},
        "event-data": {"event": "clicked", "id": f"e-{mark}", "timestamp": time, "recipient": person(mark),
                       "ip": "198.51.100.7", "url": "https://firm.example/a",
                       "client-info": {"user-agent": "Mozilla/5.0"}}}


_CLICK = {"type": "email_click"}
DEEDS = {deed.source: deed for deed in (
    Deed("sendgrid", lambda mark, s, t: [{
        "event": "click", "email": person(mark), "timestamp": int(t), "sg_event_id": f"e-{mark}",
        "sg_message_id": "m1", "url": "https://firm.example/a", "useragent": "Mozilla/5.0",
        "ip": "198.51.100.7"}], _sendgrid_signed, _CLICK),
    Deed("mailgun", _mailgun, lambda s, b, t, u: {}, _CLICK),
    Deed("postmark", lambda mark, s, t: {
        "RecordType": "Click", "MessageID": f"m-{mark}", "Recipient": person(mark),
        "ReceivedAt": datetime.fromtimestamp(t, UTC).isoformat(), "OriginalLink": "https://firm.example/a",
        "UserAgent": "Mozilla/5.0", "Geo": {"IP": "198.51.100.7"}},
        lambda s, b, t, u: {"Authorization": "Basic " + b64(f"events:{s}".encode())}, _CLICK),
    Deed("mailchimp", lambda mark, s, t: {
        "type": "unsubscribe", "fired_at": datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "data[email]": person(mark), "data[list_id]": "a6b5da1054"},
        lambda s, b, t, u: {}, {"type": "unsubscribe"}),
    Deed("segment", lambda mark, s, t: {
        "type": "track", "event": "Demo Requested", "messageId": f"m-{mark}", "anonymousId": f"a-{mark}",
        "userId": "u-1", "timestamp": datetime.fromtimestamp(t, UTC).isoformat(),
        "properties": {"email": person(mark)},
        "context": {"ip": "198.51.100.7", "userAgent": "Mozilla/5.0", "campaign": {"name": "spring"},
                    "page": {"url": "https://firm.example/a"}}},
        lambda s, b, t, u: {"X-Signature": mac(s, b, hashlib.sha1).hex()}, {"type": "demo_request"}),
)}


def form_encoded(body: dict[str, Any]) -> bytes:
    return urlencode(body).encode()
