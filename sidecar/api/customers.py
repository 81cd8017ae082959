"""Contacts and organizations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint, without
from sidecar.api.paging import decode_cursor, page
from sidecar.api.preconditions import if_match
from sidecar.engine import Engine
from sidecar.pipeline import waking
from sidecar.services import customers, editing, merging, splitting
from sidecar.services.access import Caller

bp = Blueprint("customers", __name__)


def _listed(engine: Engine, kind: str, query: dict[str, Any], caller: Caller) -> Any:
    after = decode_cursor(query.get("cursor"), 1)
    return page(*customers.page(
        engine, kind, q=query.get("q"), limit=query["limit"], after=after[0] if after else None,
        reveal=caller.may("pii:read"), equal=without(query, "q", "limit", "cursor")))


@endpoint(bp, "GET", "/v1/contacts", scope="leads:read", query=schemas.SearchQuery(),
          answer=schemas.ContactPage())
def list_contacts(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """People, newest first, in keyset pages; masked without the scope pii:read.

    `q` is searched in name and e-mail; without that scope in name and domain of companies that have a name.
    """
    return _listed(engine, "contact", query, caller)


@endpoint(bp, "GET", "/v1/organizations", scope="leads:read", query=schemas.OrganizationQuery(),
          answer=schemas.OrganizationPage())
def list_organizations(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Companies, newest first, in keyset pages; of a country, an industry, a size.

    `q` is searched in name and domain; without the scope pii:read in those of companies that have a name.
    """
    return _listed(engine, "organization", query, caller)


@endpoint(bp, "GET", "/v1/contacts/<uuid:contact_id>", scope="leads:read", answer=schemas.ContactDetail(),
          versioned=True)
def get_contact(engine: Engine, caller: Caller, contact_id: Any) -> Any:
    """One person with each field's source and their leads."""
    return customers.read(engine, "contact", str(contact_id), reveal=caller.may("pii:read"))


@endpoint(bp, "GET", "/v1/organizations/<uuid:organization_id>", scope="leads:read",
          answer=schemas.OrganizationDetail(), versioned=True)
def get_organization(engine: Engine, caller: Caller, organization_id: Any) -> Any:
    """One company with each field's source, its leads and what its people did of late."""
    return customers.read(engine, "organization", str(organization_id), reveal=caller.may("pii:read"))


@endpoint(bp, "PATCH", "/v1/contacts/<uuid:contact_id>", scope="leads", body=schemas.ContactEdit(),
          answer=schemas.ContactEdited(), versioned=True)
def edit_contact(engine: Engine, caller: Caller, contact_id: Any, body: dict[str, Any]) -> Any:
    """Edit a person. If-Match takes the version.

    A value is locked: neither a lead nor a file nor a provider replaces it. `null`, or an empty text, takes
    the value away and locks that there is none; `sources` tells who did. `changed` names the fields that were
    not so already. 422: a value that cannot be used.

    A person is known by a new `email` from then on, and by the old one still, so that a list with the mistake
    leads to them. If the old one is somebody else's, take it away first (`null`). 409: another contact has
    the address (`contact_id`).
    """
    result = editing.edit(
        engine, "contact", str(contact_id), body, by=actor(caller), versions=if_match(),
        reveal=caller.may("pii:read"))
    waking.wake_after(engine, "interactive")
    return result


@endpoint(bp, "PATCH", "/v1/organizations/<uuid:organization_id>", scope="leads",
          body=schemas.OrganizationEdit(), answer=schemas.OrganizationEdited(), versioned=True)
def edit_organization(
    engine: Engine, caller: Caller, organization_id: Any, body: dict[str, Any]
) -> Any:
    """Edit a company, as a person is edited: values are locked, `null` takes one away, `changed` names what
    was not so already. If-Match takes the version. 409: another company has the name.
    """
    result = editing.edit(
        engine, "organization", str(organization_id), body, by=actor(caller), versions=if_match(),
        reveal=caller.may("pii:read"))
    waking.wake_after(engine, "interactive")
    return result


@endpoint(bp, "DELETE", "/v1/contacts/<uuid:contact_id>/edits/<field>", scope="leads",
          answer=schemas.ContactEdited(), versioned=True)
def undo_contact_edit(engine: Engine, caller: Caller, contact_id: Any, field: str) -> Any:
    """Undo what people said of a field: what leads, files and providers say of it counts again. If-Match
    takes the version. 404: nobody edited it.
    """
    result = editing.take_back(
        engine, "contact", str(contact_id), field, by=actor(caller), versions=if_match(),
        reveal=caller.may("pii:read"))
    waking.wake_after(engine, "interactive")
    return result


@endpoint(bp, "DELETE", "/v1/organizations/<uuid:organization_id>/edits/<field>", scope="leads",
          answer=schemas.OrganizationEdited(), versioned=True)
def undo_organization_edit(engine: Engine, caller: Caller, organization_id: Any, field: str) -> Any:
    """Undo what people said of a field, as of a contact's."""
    result = editing.take_back(
        engine, "organization", str(organization_id), field, by=actor(caller), versions=if_match(),
        reveal=caller.may("pii:read"))
    waking.wake_after(engine, "interactive")
    return result


@endpoint(bp, "POST", "/v1/contacts/<uuid:contact_id>/refusals", scope="leads",
          body=schemas.RefusalRequest(), answer=schemas.ContactDetail())
def state_refusal(engine: Engine, caller: Caller, contact_id: Any, body: dict[str, Any]) -> Any:
    """Note that a person refused something, or agrees to it again, as they told somebody here. It counts as
    their own act: what they agree to lifts an earlier refusal. Nothing that was said before is deleted."""
    return customers.state(
        engine, str(contact_id), **body, by=actor(caller), reveal=caller.may("pii:read"))


@endpoint(bp, "GET", "/v1/contacts/<uuid:contact_id>/export", scope="pii:read",
          answer=schemas.ContactExport())
def export_contact(engine: Engine, caller: Caller, contact_id: Any) -> Any:
    """Everything that is known of a person, for their right of access."""
    return customers.export(engine, str(contact_id), by=actor(caller))


@endpoint(bp, "GET", "/v1/contacts/<uuid:contact_id>/origins", scope="leads:read",
          answer=schemas.ContactOrigins())
def contact_origins(engine: Engine, caller: Caller, contact_id: Any) -> Any:
    """What a contact was made of: who was merged into it, and all that was sent in about it."""
    return splitting.origins(engine, str(contact_id), reveal=caller.may("pii:read"))


@endpoint(bp, "POST", "/v1/contacts/<uuid:contact_id>/merge", scope="leads", body=schemas.MergeInto(),
          answer=schemas.Merged())
def merge_contact(engine: Engine, caller: Caller, contact_id: Any, body: dict[str, Any]) -> Any:
    """Merge another contact into this one, whether the search for duplicates found the two or not; all that
    hung on the other moves to it."""
    result = merging.merge_into(engine, str(contact_id), body["contact_id"], by=actor(caller))
    waking.wake_after(engine, "interactive")
    return result


@endpoint(bp, "POST", "/v1/contacts/<uuid:contact_id>/unmerge", scope="leads", body=schemas.Unmerge(),
          answer=schemas.Unmerged())
def unmerge_contact(engine: Engine, caller: Caller, contact_id: Any, body: dict[str, Any]) -> Any:
    """Make two people of one contact again: the one who was merged into it, with what came of them since; or
    whom intake took for it, with the submissions that are named."""
    result = merging.unmerge(
        engine, str(contact_id), body["contact_id"], by=actor(caller),
    ) if "contact_id" in body else splitting.split(
        engine, str(contact_id), body["submission_ids"], by=actor(caller))
    waking.wake_after(engine, "interactive")
    return result


@endpoint(bp, "DELETE", "/v1/contacts/<uuid:contact_id>", scope="admin", status=204)
def erase_contact(engine: Engine, caller: Caller, contact_id: Any) -> Any:
    """Forget a person for good: they are refused from now on. This cannot be undone."""
    customers.erase(engine, str(contact_id), by=actor(caller))
    return None, 204
