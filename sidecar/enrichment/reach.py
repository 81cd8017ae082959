"""Reaching somebody: which address a verifier is asked about, and which answers enter the record.

An address is never guessed into the record. Candidates (of the domain's pattern, of a finder that did not
verify) only ask a verifier; what it calls valid enters, and what stands at a domain that takes all, with
that said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sidecar.enrichment import patterns
from sidecar.enrichment.model import Facts, Statement, known
from sidecar.records import canonical_email

ENTERS = frozenset({"valid", "catch_all_likely", "catch_all"})
# What a verifier must know: an address, or somebody's name and company, of which candidates are made.
NEEDS = (("email",), ("first_name", "last_name", "company_domain"))
_OF_AN_ADDRESS = ("email", "email_canonical", "email_type", "email_status")


def to_verify(facts: Facts) -> dict[str, str] | None:
    """The address to ask a verifier about: the person's own, else the likeliest candidate
    (`facts["contact"]["email_candidates"]`), else None."""
    contact = facts["contact"]
    if contact.get("email"):
        return {"email": contact["email"]} if known(facts, "email") else None
    untried = contact.get("email_candidates")
    return {"email": untried[0]} if untried else None


def candidates(
    facts: Facts, colleagues: Iterable[patterns.Known], found: Iterable[str] = (),
    tried: Collection[str] = (),
) -> list[str]:
    """Addresses that somebody without one may have, likeliest first: those a finder found and did not verify,
    then those of the domain's pattern; without those that were tried."""
    contact, company = facts["contact"], facts["organization"]
    if contact.get("email") or not company.get("domain"):
        return []
    made = patterns.candidates(
        contact.get("first_name"), contact.get("last_name"), company["domain"], colleagues,
        company.get("email_pattern"))
    addresses = dict.fromkeys((*found, *(candidate.email for candidate in made)))
    return [address for address in addresses if address not in tried]


def admitted(stated: Mapping[str, Statement], contact: Mapping[str, Any]) -> dict[str, Statement]:
    """The statements of an answer that may enter a contact.

    An address enters with its class: as the contact's own, whatever the class, else only if it takes mail.
    """
    if "email" not in stated:
        return {name: statement for name, statement in stated.items() if name != "email_status"}
    address, status = stated["email"].value, stated.get("email_status")
    own = contact.get("email")
    if own and canonical_email(own) == canonical_email(address):
        # As the contact writes it, so that the class goes with it.
        return {**stated, "email": Statement(own, stated["email"].confidence)}
    if status is not None and status.value in ENTERS:
        return dict(stated)
    return {name: statement for name, statement in stated.items() if name not in _OF_AN_ADDRESS}
