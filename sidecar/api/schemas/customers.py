"""Contacts and organizations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, Edit, SearchQuery, Strict, Text, Word, page_of
from sidecar.api.schemas.facts import ContactFields, OrganizationFields, Refusal, refused, sources
from sidecar.api.schemas.handlings import HandlingDone
from sidecar.api.schemas.held_answers import HeldAnswer
from sidecar.api.schemas.leads import Event, LeadDetail, changed
from sidecar.api.schemas.owners import Assignment
from sidecar.api.schemas.privacy import PrivacyStatement
from sidecar.terms.fields import fields_of
from sidecar.terms.states import COMPANY_SIZES, GRADES, PURPOSES

# Bounds of the request; what a field may hold is said by the rules that read a lead's.
_OF_KIND: Final[dict[str, Callable[[], fields.Field[Any]]]] = {
    "text": lambda: Text(2000, allow_none=True),
    "integer": lambda: fields.Integer(strict=True, validate=validate.Range(0, 10_000_000), allow_none=True),
    "number": lambda: fields.Float(validate=validate.Range(0, 1e13), allow_none=True),
}


def _edited(entity: str) -> dict[str, fields.Field[Any]]:
    return {field.name: _OF_KIND[field.kind]() for field in fields_of(entity) if field.editable}


class ContactEdit(Edit.from_dict(_edited("contact"))):  # type: ignore[misc]
    """What a person may say of a contact; null: there is none."""


class OrganizationEdit(Edit.from_dict(_edited("organization"))):  # type: ignore[misc]
    """What a person may say of a company; null: there is none."""


class EntityLead(Answer):
    id = fields.String(required=True)
    status = fields.String(required=True)
    source = fields.String(required=True)
    grade = fields.String(required=True, allow_none=True)
    total = fields.Float(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class Entity(Answer):
    id = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "For If-Match."})
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class Contact(Entity):
    consent = fields.Dict(required=True)
    refused = refused()
    may_email = fields.Boolean(required=True)
    may_call = fields.Boolean(required=True)
    organization_id = fields.String(required=True, allow_none=True)
    fields = fields.Nested(ContactFields, required=True)  # type: ignore[assignment]


class AccountReason(Answer):
    contact_id = fields.String(required=True)
    points = fields.Float(required=True)
    text = fields.String(required=True)


class AccountScore(Answer):
    total = fields.Float(required=True)
    grade = fields.String(required=True, validate=validate.OneOf(GRADES))
    people = fields.Integer(required=True)
    reasons = fields.List(fields.Nested(AccountReason), required=True)


class OrganizationQuery(SearchQuery):
    country = Word(2, metadata={"description": "ISO 3166-1 alpha-2."})
    industry = Word(500)
    company_size = Text(validate=validate.OneOf(COMPANY_SIZES))


class Organization(Entity):
    people = fields.Integer(required=True, metadata={"description": "How many are of it."})
    open_leads = fields.Integer(required=True)
    score = fields.Nested(AccountScore, required=True, allow_none=True, metadata={
        "description": "What its people with open leads say of it together; the reasons add up to it. Null"
                       " where none is scored."})
    fields = fields.Nested(OrganizationFields, required=True)  # type: ignore[assignment]


class Employment(Answer):
    organization_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    domain = fields.String(required=True, allow_none=True)
    until = fields.DateTime(required=True)
    source = fields.String(required=True, metadata={"description": "Who told the new employer."})


class ContactDetail(Contact):
    sources = sources()
    employments = fields.List(fields.Nested(Employment), required=True, metadata={
        "description": "Where they worked before."})
    refusals = fields.List(fields.Nested(Refusal), required=True)
    leads = fields.List(fields.Nested(EntityLead), required=True)


class PersonsEvent(Event):
    contact_id = fields.String(required=True)


class OrganizationDetail(Organization):
    events = fields.List(fields.Nested(PersonsEvent), required=True, metadata={
        "description": "What its people did, the latest first."})
    sources = sources()
    leads = fields.List(fields.Nested(EntityLead), required=True)


class ContactEdited(ContactDetail):
    changed = changed()


class OrganizationEdited(OrganizationDetail):
    changed = changed()


class ContactPage(Answer.from_dict(page_of(Contact))):  # type: ignore[misc]
    """People."""


class OrganizationPage(Answer.from_dict(page_of(Organization))):  # type: ignore[misc]
    """Companies."""


class Received(Answer):
    received_at = fields.DateTime(required=True)
    client = fields.String(required=True)
    source = fields.String(required=True)
    payload = fields.Raw(required=True, allow_none=True)


class ProvidersWord(Answer):
    provider = fields.String(required=True)
    fetched_at = fields.DateTime(required=True)
    answer = fields.Dict(required=True, allow_none=True)


class RefusalRequest(Strict):
    purpose = Text(required=True, validate=validate.OneOf(tuple(PURPOSES)))
    refused = fields.Boolean(required=True, metadata={"description": "false: the person agrees again."})
    reason = Word(500, required=True, metadata={"description": "How the person said so, for the record."})


class WrongAnswer(Strict):
    provider = Word(60, required=True)


class BeforeImport(Answer):
    job_id = fields.UUID(required=True)
    before = fields.Dict(required=True, metadata={
        "description": "Rows by table, as they stood before an import that can be undone."})


class PastEvent(Event):
    received_at = fields.DateTime(required=True)


class ScoredBy(Answer):
    lead_id = fields.String(required=True)
    since = fields.String(required=True)
    facts = fields.Dict(required=True)


class PrivacySaid(PrivacyStatement):
    id = fields.String(required=True)
    contact_id = fields.String(required=True)


class ContactExport(Answer):
    contact = fields.Nested(Contact, required=True)
    sources = sources()
    refusals = fields.List(fields.Nested(Refusal), required=True)
    leads = fields.List(fields.Nested(LeadDetail), required=True)
    assignments = fields.List(fields.Nested(Assignment), required=True, metadata={
        "description": "To whom the leads went, and why."})
    handlings = fields.List(fields.Nested(HandlingDone), required=True, metadata={
        "description": "What was done about them by buttons and links."})
    scored_by = fields.List(fields.Nested(ScoredBy), required=True, metadata={
        "description": "What scoring saw of the person's leads, and since when."})
    received = fields.List(fields.Nested(Received), required=True)
    provider_answers = fields.List(fields.Nested(ProvidersWord), required=True)
    held_answers = fields.List(fields.Nested(HeldAnswer), required=True)
    employments = fields.List(fields.Nested(Employment), required=True)
    events = fields.List(fields.Nested(PastEvent), required=True)
    privacy = fields.List(fields.Nested(PrivacySaid), required=True, metadata={
        "description": "What people said of the ground, and that notices were sent."})
    before_imports = fields.List(fields.Nested(BeforeImport), required=True)
