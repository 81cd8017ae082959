"""The identity gate: an answer counts only if it is about whom was asked.

What an answer says of who it is about is compared, by the matcher's own comparisons, with what the subject
and staff said; what other providers told confirms nothing, since feeds are resold. A conflict is held for a
person's review, and scores nothing until then. The person and the company of an answer are judged apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations, product
from typing import Final, NamedTuple

from sidecar.enrichment.identity import Who
from sidecar.matching import Firm, Named, NameRelation, mailbox_relation, name_relation, related_as
from sidecar.matching.names import same_name
from sidecar.records import country_of_domain
from sidecar.records.email import is_role_name

# Why an answer is held, for people: code -> what it says.
HELD: Final = {
    "rejected": "somebody said before that this record is not about the subject",
    "two_people": "the address or profile is another contact's, or another person is told for it",
    "role_mailbox": "a mailbox of a function says nothing of a person",
    "name": "the name is another",
    "family_name": "the family name is another, and no address or profile is the same",
    "profile": "the LinkedIn profile is another",
    "employer": "the employer is another, and no address or profile is the same",
    "email": "the e-mail address is another, and nothing else is the same",
    "country": "the country is another, and nothing but the name is the same",
    "group": "the answer is about a parent, a subsidiary or another firm of the brand",
    "company": "the company is another",
    "domain": "a company of that name has another domain",
}  # fmt: skip


class Held(NamedTuple):
    """Why an answer is held: a code of HELD, what is known and what was answered."""

    code: str
    ours: str
    theirs: str


_NOBODY: Final = Who()
_ONE_EMPLOYER: Final = ("same", "likely", "related")


def judge_person(
    own: Who, about: Who, asked: Who = _NOBODY, told: Who = _NOBODY, *,
    elsewhere: Collection[tuple[str, str]] = (), rejected: Iterable[Who] = (),
) -> Held | None:
    """Why an answer about a person is held, or None: it counts.

    `own`: what the person and staff said, `told`: what other providers did; `asked`: by what it was asked;
    `elsewhere`: those of the answer's identity keys (kind, value) that other contacts have; `rejected`: what
    was answered and said not to be about the person.
    """
    own = own._replace(names=own.names or asked.names)
    for record in rejected:
        if _same_person(record, about, own, asked):
            return Held("rejected", own.name, about.name)
    if elsewhere:
        return Held("two_people", own.name, min(elsewhere)[1])
    same_profile = not own.profiles.isdisjoint(about.profiles)
    of_a_function = {email for email in asked.emails or own.emails if is_role_name(email.partition("@")[0])}
    about_a_person = about._replace(emails=frozenset()) != _NOBODY
    if of_a_function and about_a_person and not same_profile and (asked.emails or not asked.profiles):
        return Held("role_mailbox", min(of_a_function), about.name)
    same_email = not (own.emails & about.emails).issubset(of_a_function)
    key = same_email or same_profile or not own.phones.isdisjoint(about.phones)
    names = _name_said(own, about)
    if names == "other" and not (same_profile and _one_family(own.names, about.names)):
        return Held("name", own.name or min(own.emails or asked.emails, default=""), about.name)
    if not own.names and _several(told, about) and (names != "same" or _name_said(own, told) == "same"):
        return Held("two_people", told.name, about.name)
    if names == "family" and not key:
        return Held("family_name", own.name, about.name)
    ours = own.employer()
    theirs = about.employer(own.emails)
    employer = related_as(ours, theirs)
    together = employer in _ONE_EMPLOYER
    abroad = bool(own.countries and about.countries and own.countries.isdisjoint(about.countries))
    profiles = own.profiles | asked.profiles
    if profiles and about.profiles and profiles.isdisjoint(about.profiles) and not (
            names == "same" and (same_email or (together and not own.profiles))):
        return Held("profile", min(profiles), min(about.profiles))
    if any(related_as(ours, firm) in _ONE_EMPLOYER for firm in about.former):
        return None
    elsewhere_now = employer in ("different", "namesake")
    if same_profile or (key and not (abroad and elsewhere_now)):
        return None
    if elsewhere_now:
        return Held("employer", _firm_name(ours), _firm_name(theirs))
    if abroad and employer != "same":
        return Held("country", min(own.countries), min(about.countries))
    if together:
        return None
    if asked.emails and about.emails and asked.emails.isdisjoint(about.emails):
        return Held("email", min(asked.emails), min(about.emails))
    return None


def two_people(own: Who, answers: Collection[Who]) -> Held | None:
    """Why none of several answers for one person counts that each would alone, or None: nobody but providers
    tells a name, and they tell those of two."""
    if own.names:
        return None
    for one, other in combinations(answers, 2):
        if _several(one, other):
            return Held("two_people", one.name, other.name)
    return None


def judge_company(
    own: Who, about: Who, asked: Who = _NOBODY, *, rejected: Iterable[Who] = ()
) -> Held | None:
    """Why an answer about a company is held, or None: it counts. As for `judge_person`."""
    own = own._replace(firm=own.firm if own.firm.known else asked.firm)
    ours, theirs = own.firm, about.firm
    for record in rejected:
        if _same_company(record, about, ours):
            return Held("rejected", _firm_name(ours), _firm_name(theirs))
    relation = related_as(ours, theirs)
    if relation == "related":
        return Held("group", _firm_name(ours), _firm_name(theirs))
    if relation == "namesake":
        return Held("domain", min(ours.domains), min(theirs.domains))
    if relation == "different":
        return Held("company", _firm_name(ours), _firm_name(theirs))
    # By the name alone companies of several countries are the same; where people are tells less.
    agree = _domain_agrees(ours, theirs)
    countries = own.firm_countries or (own.countries if not ours.domains else frozenset() if agree else
                                       frozenset(filter(None, map(country_of_domain, ours.domains))))
    abroad = bool(countries and about.firm_countries and countries.isdisjoint(about.firm_countries))
    if abroad and (not agree or _renamed(ours, theirs)):
        return Held("country", min(countries), min(about.firm_countries))
    return None


def _domain_agrees(ours: Firm, theirs: Firm) -> bool:
    return related_as(ours._replace(names=frozenset()), theirs._replace(names=frozenset())) == "same"


def _renamed(ours: Firm, theirs: Firm) -> bool:
    """Whether both have the very domain, under names that have nothing in common."""
    return related_as(Firm(ours.names), Firm(theirs.names, other_names=theirs.other_names)) == "different"


def _same_company(record: Who, about: Who, ours: Firm) -> bool:
    """Whether an answer is a rejected record again: by its id or domain; else by its name if not ours."""
    if record == about or not record.records.isdisjoint(about.records):
        return True
    if not (record.firm.domains - ours.domains).isdisjoint(about.firm.domains):
        return True
    return related_as(record.firm, about.firm) == "same" and related_as(ours, about.firm) not in (
        "same", "likely", "unknown")


def _firm_name(firm: Firm) -> str:
    return min(firm.names, default="") or min(firm.domains, default="")


def _same_person(record: Who, about: Who, own: Who, asked: Who) -> bool:
    """Whether an answer is a rejected record again, of whichever provider: by its id, profile, address or
    telephone number; else by its name, or by name and employer where the subject has the name, too, or has
    none that is known."""
    if record == about or not record.records.isdisjoint(about.records):
        return True
    # An address beside a name may be an echo of what was asked; alone it was what was rejected.
    addresses = own.emails | (asked.emails if record.names else frozenset())
    if any(not (rejected - ours).isdisjoint(again) for rejected, ours, again in (
            (record.profiles, own.profiles, about.profiles), (record.emails, addresses, about.emails),
            (record.phones, own.phones, about.phones))):
        return True
    if not any(name_relation(one, other) == "same" for one in record.names for other in about.names):
        return False
    theirs = about.employer(own.emails)
    if not own.names:
        return related_as(record.employer(own.emails), theirs) not in ("different", "namesake")
    if _name_said(own, about) != "same":
        return True
    return related_as(own.employer(), theirs) != "same" and (
        related_as(record.employer(own.emails), theirs) == "same")


def _name_said(own: Who, about: Who) -> NameRelation:
    """How the names agree: those that are known, else by the addresses."""
    if own.names:
        return _nearest(name_relation(*pair) for pair in product(own.names, about.names))
    return _nearest(mailbox_relation(*pair) for pair in product(own.emails, about.names))


def _several(one: Who, other: Who) -> bool:
    """Whether providers tell two people for an address of which nobody else tells a name: none is certain."""
    return _nearest(name_relation(*pair) for pair in product(one.names, other.names)) == "other"


_NEARNESS: Final[tuple[NameRelation, ...]] = ("same", "family", "other", "unknown")


def _nearest(found: Iterable[NameRelation]) -> NameRelation:
    return min(found, key=_NEARNESS.index, default="unknown")


def _one_family(left: Iterable[Named], right: Iterable[Named]) -> bool:
    return any(same_name(one, other) for ours in left for theirs in right
               for one in ours.family for other in theirs.family)
