"""Who somebody is, as far as fields tell, in a form that is compared: a person with their employer, or a
company."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from sidecar.matching import Firm, Named, named
from sidecar.records import (
    canonical_email,
    country_code,
    is_free_domain,
    linkedin_url,
    parse_phone,
    registrable_domain,
)
from sidecar.records.phone import Phone
from sidecar.records.text import tidy, words

_PERSONAL: Final = ("https://www.linkedin.com/in/", "https://www.linkedin.com/pub/")
# "Anna Berger (geb. Schmidt)", "née Schmidt", "(Schmidt)".
_BORN: Final = re.compile(
    r"[\s(,]+(?:n[ée]e?|geb(?:\.|orene?)|born|roz\.?|z domu|урожд[а-я.]*)\s+([^()]+)\)?$|\(([^()]+)\)\s*$",
    re.IGNORECASE)
# "Acme (formerly Brightwater)": in English, German, French, Spanish, Italian, Dutch.
_FORMERLY: Final = re.compile(
    r"[\s(\[,]+(?:formerly(?: known as)?|previously|f/?k/?a|vormals|fr[uü]her|ehemals|anciennement|antes|"
    r"gi[aà]|voorheen|now|jetzt|a/?k/?a|d/?b/?a)\b[:\s]*", re.IGNORECASE)


class Who(NamedTuple):
    """Who somebody is: a person and their employer, or a company (`firm`, `firm_countries`) alone; `former`:
    employers before, `records`: ids of providers' records."""

    names: tuple[Named, ...] = ()
    emails: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    firm: Firm = Firm()
    firm_countries: frozenset[str] = frozenset()
    former: tuple[Firm, ...] = ()
    records: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The first name that is known, for people."""
        return " ".join(word for one in self.names[:1] for word in (*one.given, *one.family))

    def employer(self, asked: Collection[str] = ()) -> Firm:
        """The employer, with the domains of the addresses. Beside an employer, an address that was `asked`
        about says nothing: it may be an echo."""
        return self.firm._replace(domains=self.firm.domains | {
            domain for email in self.emails if not (self.firm.known and email in asked)
            and (domain := _company_domain(email.partition("@")[2]))})


def who(fields: Mapping[str, Any]) -> Who:
    """Who is meant by fields, each a text or a list of texts, by a lead's names: email, first_name,
    last_name, full_name, linkedin_url, phone, country, company_name, company_domain; and

    - company_country: where the company is;
    - other_names: full names that the person has, too; former_employers: their names or domains;
    - company_other_names: former names, brands; domain_aliases: domains that lead to the company, former too;
    - parent_name, parent_domain: the company above;
    - record_id: the provider's id of the record, beginning with the provider's name.

    Nothing that they hold can raise.
    """
    full, first, last = (_texts(fields.get(part)) for part in ("full_name", "first_name", "last_name"))
    name = named(*(next(iter(texts), "") for texts in (first, last, full)))
    names = [name, *(named("", "", other) for other in full[1:] + _texts(fields.get("other_names")))]
    names += [Named(name.given, tuple(words(born)))
              for text in full + last if (born := _name_at_birth(text))]
    companies = _texts(fields.get("company_name"))
    return Who(
        names=tuple(dict.fromkeys(one for one in names if one.known)),
        emails=_each(fields, "email", canonical_email),
        profiles=_each(fields, "linkedin_url", _profile),
        phones=_each(fields, "phone", _phone),
        countries=_each(fields, "country", country_code),
        firm=Firm(
            frozenset(now for text in companies if (now := _FORMERLY.split(tidy(text), 1)[0])),
            _each(fields, "company_domain", _company_domain),
            _each(fields, "company_name", _name_before) | _each(fields, "company_other_names", tidy),
            _each(fields, "domain_aliases", _company_domain), _each(fields, "parent_domain", _company_domain),
            _each(fields, "parent_name", tidy)),
        firm_countries=_each(fields, "company_country", country_code),
        former=tuple(map(_former, _texts(fields.get("former_employers")))),
        records=_each(fields, "record_id", tidy),
    )


def _each(fields: Mapping[str, Any], field: str, read: Callable[[str], str | None]) -> frozenset[str]:
    if field not in fields:
        return frozenset()
    return frozenset(found for text in _texts(fields[field]) if (found := read(text)))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    several = isinstance(value, list | tuple | set | frozenset)
    return [text for text in value if isinstance(text, str) and text] if several else []


def _profile(text: str) -> str | None:
    url = linkedin_url(text)
    return url if url and url.startswith(_PERSONAL) else None


def _phone(text: str) -> str | None:
    parsed = parse_phone(text)
    return parsed.e164 if isinstance(parsed, Phone) else None


def _company_domain(text: str) -> str | None:
    domain = registrable_domain(text)
    return None if domain is None or is_free_domain(domain) else domain


def _former(text: str) -> Firm:
    domain = _company_domain(text) if "." in text.strip(" .") and " " not in text.strip() else None
    return Firm(domains=frozenset({domain})) if domain else Firm(names=frozenset({tidy(text)} - {""}))


def _name_at_birth(text: str) -> str | None:
    found = _BORN.search(text)
    return (found[1] or found[2]) if found else None


def _name_before(text: str) -> str | None:
    parts = _FORMERLY.split(tidy(text), maxsplit=1)
    return parts[1].strip(" )]") or None if len(parts) > 1 else None


# What a lead calls the fields of a company that tell which it is.
_OF_COMPANY: Final = {"name": "company_name", "domain": "company_domain", "country": "company_country"}
_NAMES: Final = ("first_name", "last_name", "full_name")


def fields_of_entity(kind: str, values: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    """The values of a contact's or organization's fields, by the names that `who` reads."""
    found: dict[str, list[Any]] = {}
    for name, value in values:
        known = name if kind == "contact" else _OF_COMPANY.get(name)
        if known and value is not None:
            found.setdefault(known, []).append(value)
    return found


def joined(*told: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What several tell of one subject, for `who`: all values; the names that others than the first tell are
    other names."""
    found: dict[str, list[Any]] = {}
    named_already = False
    for fields in told:
        parts = {name: value for name in _NAMES if (value := _texts(fields.get(name)))}
        if named_already and parts:
            whole = parts.get("full_name") or [" ".join(value[0] for value in parts.values())]
            found.setdefault("other_names", []).extend(whole)
        for name, value in fields.items():
            if not (named_already and name in _NAMES):
                found.setdefault(name, []).extend(_texts(value))
        named_already = named_already or bool(parts)
    return found
