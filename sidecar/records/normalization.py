"""Bring a valid lead into its one canonical form and report every change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from . import numbers
from .cells import read_cell
from .company import company_key, split_company
from .email import (
    canonical_address,
    email_type,
    is_free_domain,
    is_stand_in,
    read_email,
)
from .industry import canonical_industry
from .job_title import department, seniority, tidy_title
from .person import (
    ADDRESSED,
    Name,
    is_junk_name,
    is_no_part,
    is_placeholder,
    join_name,
    repair_case,
    split_name,
)
from .phone import PhoneProblem, parse_phone
from .place import country_code, place_name, region_code
from .schema import CAMPAIGNS, DERIVED, FIELDS, KNOWN, LISTS, LONG_TEXTS, MAX_DEPTH, NUMBERS, OBJECTS, TEXTS
from .settings import DEFAULT_SETTINGS, RecordSettings
from .text import tidy, tidy_lines
from .validation import Problem, check
from .web import company_domain, linkedin_url, registrable_host

MAX_READINGS = 10  # of a name, until nothing about it changes

Lead = dict[str, Any]
Changes = Iterator[dict[str, Any]]
Texts = Mapping[str, str]
_ORDER = (*FIELDS, *DERIVED)

# What the change of a field is put down to, unless a step says otherwise.
_RULES = {
    "email": "email_form", "email_canonical": "email_key", "email_type": "email_type",
    "first_name": "name_capitals", "last_name": "name_capitals", "full_name": "name_capitals",
    "job_title": "capitals", "seniority": "job_title", "department": "job_title",
    "phone": "e164", "phone_extension": "phone_extension", "phone_type": "phone_metadata",
    "phone_country": "phone_metadata", "linkedin_url": "linkedin_url",
    "company_domain": "registrable_domain", "company_legal_form": "legal_form",
    "company_key": "company_key", "employee_count": "number", "company_size": "band",
    "annual_revenue": "number", "revenue_range": "band", "industry": "industry_list",
    "country": "iso_3166_1", "region": "iso_3166_2",
    "city": "capitals", "tags": "tags", "utm": "utm", "first_utm": "utm",
}  # fmt: skip
# What has its canonical form when it is read: numbers, and texts without a rule of their own.
_AS_READ = (*(name for name in (*TEXTS, *LONG_TEXTS) if name not in _RULES), *NUMBERS, *LISTS, *CAMPAIGNS)
_NESTED = tuple(name for name in OBJECTS if name not in CAMPAIGNS)


class Read(NamedTuple):
    """A raw lead, read: why it is refused, what of it could not be used or is odd, and its canonical form,
    which is empty when there are errors."""

    errors: list[Problem]
    warnings: list[Problem]
    lead: Lead


def read_lead(
    lead: object, settings: RecordSettings = DEFAULT_SETTINGS, *, strict: bool = False
) -> Read:
    """Validate and normalise a lead in one: what `validate` finds, and the lead of `normalize`."""
    found = check(lead, settings, strict=strict)
    return Read(found.errors, found.warnings, {} if found.errors else _canonical(found.usable, {}, settings))


def canonical(lead: object, settings: RecordSettings = DEFAULT_SETTINGS) -> Lead:
    """The lead of `normalize` alone."""
    return _canonical(check(lead, settings, advise=False).usable, {}, settings)


def normalize(
    lead: Mapping[str, Any], settings: RecordSettings = DEFAULT_SETTINGS
) -> dict[str, Any]:
    """Return {"lead": canonical lead, "changes": [{"field", "from", "to", "rule"}…]}.

    What cannot be used is left out (`validate` tells why), and what remains may be a lead that nothing
    identifies; never raises. Absent and empty fields are absent from the result, but company_legal_form,
    which is None for a company without one. Normalising a result again changes nothing.
    """
    found = check(lead, settings, advise=False)
    rules: dict[str, str] = {}
    made = _canonical(found.usable, rules, settings)
    out = {field: made[field] for field in _ORDER if field in made}
    changes: list[dict[str, Any]] = []
    for field, to in out.items():
        before = lead.get(field)
        # 5 == 5.0 and 1 == True, but the type is a change too.
        if before is not to and (before != to or type(before) is not type(to)):
            rule = rules.get(field) or _RULES.get(field, "whitespace")
            changes.append({"field": field, "from": before, "to": to, "rule": rule})
    if not lead.keys() <= out.keys():
        for warning in (*found.errors, *found.warnings):
            rules.setdefault(warning["pointer"][1:].partition("/")[0], warning["code"])
        changes += _dropped(lead, out, rules)
    return {"lead": out, "changes": changes}


def _dropped(lead: Mapping[str, Any], out: Lead, rules: Mapping[str, str]) -> Changes:
    for field, before in lead.items():
        if field not in out and before is not None:
            rule = rules.get(field) or ("empty" if field in KNOWN else "custom")
            yield {"field": field, "from": before, "to": None, "rule": rule}


def _canonical(usable: Mapping[str, Any], rules: dict[str, str], settings: RecordSettings) -> Lead:
    """The canonical form of what is usable; in `rules` what fields owe it to, where that is not the usual."""
    out: Lead = {field: usable[field] for field in _AS_READ if field in usable}
    _place(usable, out, rules)
    _email(usable, out, rules, settings)
    _phone(usable, out, rules, settings)
    _person(usable, out, rules)
    _company(usable, out, rules)
    _figures(out)
    _industry(usable, out)
    _title(usable, out)
    if "linkedin_url" in usable:
        out["linkedin_url"] = linkedin_url(usable["linkedin_url"])
    for field in _NESTED:
        if field in usable:
            out[field] = _clean_json(usable[field], MAX_DEPTH + 1)
    return out


def _place(texts: Texts, out: Lead, rules: dict[str, str]) -> None:
    if "country" in texts:
        out["country"] = country_code(texts["country"])
    region = texts.get("region")
    if region:
        code = region_code(region, out.get("country"))
        place = code or place_name(region)
        if place:
            out["region"] = place
        if not code:
            rules["region"] = "capitals"
    city = place_name(texts.get("city", ""))
    if city:
        out["city"] = city


def _email(
    texts: Texts, out: Lead, rules: dict[str, str], settings: RecordSettings
) -> None:
    text = texts.get("email")
    if not text:
        return
    address = read_email(text, settings.allow_domain_literals)
    if isinstance(address, str):
        return
    out["email"] = address.email
    out["email_canonical"] = canonical_address(address)
    kind = out["email_type"] = email_type(address)
    if is_stand_in(address):
        return
    if kind == "corporate" or (kind == "role" and not is_free_domain(address.domain)):
        domain = None if address.is_literal else registrable_host(address.domain)
        if domain:
            out["company_domain"] = domain
            rules["company_domain"] = "from_email"


def _phone(
    texts: Texts, out: Lead, rules: dict[str, str], settings: RecordSettings
) -> None:
    text = texts.get("phone")
    if not text:
        return
    phone = parse_phone(text, out.get("country") or settings.default_region)
    if isinstance(phone, PhoneProblem) or not phone.possible:
        out["phone"], rules["phone"] = text, "whitespace"
        return
    extension = phone.extension or texts.get("phone_extension")
    out["phone"] = phone.e164
    out["phone_type"] = phone.type
    if phone.country:
        out["phone_country"] = phone.country
    if extension:
        out["phone_extension"] = extension


def _person(texts: Texts, out: Lead, rules: dict[str, str]) -> None:
    country = out.get("country")
    first, last, full = _read(
        texts.get("first_name", ""), texts.get("last_name", ""), texts.get("full_name", ""), rules, country
    )
    # Odd names become others when they are read again ("Doe V II", "Prof. n/a"), until none does.
    for _ in range(MAX_READINGS):
        if first and last and " " not in first and " " not in last and not is_placeholder(first):
            break
        again = _read(first, last, full, {}, country)
        if again == (first, last, full):
            break
        first, last, full = again
    if first:
        out["first_name"] = first
    if last:
        out["last_name"] = last
    if full:
        out["full_name"] = full


def _read(
    first: str, last: str, full: str, rules: dict[str, str], country: str | None
) -> tuple[str, str, str]:
    if full and is_placeholder(full):
        full, rules["full_name"] = "", "placeholder"
    if first and (is_no_part(first) or (not last and is_placeholder(first))):
        first, rules["first_name"] = "", "placeholder"
    if last and (is_no_part(last) or (not first and is_placeholder(last))):
        last, rules["last_name"] = "", "placeholder"
    whole = full or f"{first} {last}".strip()
    if last and first.lower().rstrip(".") in ADDRESSED:
        first, full, rules["first_name"] = "", whole, "placeholder"
    if not whole:
        return "", "", ""
    if is_junk_name(whole):
        rules |= dict.fromkeys(("first_name", "last_name", "full_name"), "whitespace")
        return first, last, full
    return _names(first, last, full, rules, country)


def _names(
    first: str, last: str, full: str, rules: dict[str, str], country: str | None
) -> tuple[str, str, str]:
    if full and not (first and last) and full not in (first, last):
        name = split_name(full, country)
        if "," in full and name.family:
            full = join_name(name)
            rules["full_name"] = "name_order"
        if not first and name.given:
            first, rules["first_name"] = _part(name.given), "name_split"
        if not last and name.family:
            last, rules["last_name"] = _part(name.family), "name_split"
    elif first and last and not full:
        full, rules["full_name"] = f"{first} {last}", "name_join"
    elif not full:
        full, rules["full_name"] = first or last, "name_join"
    if " " in first or " " in last:
        first, last = _bare(first, last)
    names = _part(repair_case(first)), _part(repair_case(last, family=True))
    # A name that is only a family name must stay one when it is read again.
    whole = names[0] if full == first else names[1] if full == last else repair_case(full)
    if not full.isascii():  # capitals may make a pair of what was decoded twice
        names, whole = (read_cell(names[0]), read_cell(names[1])), read_cell(whole)
    return *names, whole


def _part(text: str) -> str:
    """A part of a name without what a tool put around it, so that it stays when it is read again."""
    return text if text.isalpha() else read_cell(text)


def _bare(first: str, last: str) -> tuple[str, str]:
    """Take titles off a given name and suffixes off a family name ("Dr. Jane", "Doe Jr.")."""
    if not (first and last):
        return first, last
    name: Name = split_name(f"{first} {last}")
    if name.title and first.startswith(name.title + " "):
        first = first[len(name.title) + 1 :]
    if name.suffix and last.endswith(name.suffix) and len(last) > len(name.suffix):
        last = last[: -len(name.suffix)].rstrip(" ,") or last
    return first, last


def _company(texts: Texts, out: Lead, rules: dict[str, str]) -> None:
    text = texts.get("company_domain")
    if text:
        out["company_domain"] = company_domain(text)
        rules.pop("company_domain", None)
    name = texts.get("company_name")
    if name:
        out["company_name"] = name
        out["company_legal_form"] = split_company(name).form
        out["company_key"] = company_key(name)


def _figures(out: Lead) -> None:
    size = numbers.company_size(out.get("employee_count"))
    if size:
        out["company_size"] = size
    revenue = numbers.revenue_range(out.get("annual_revenue"))
    if revenue:
        out["revenue_range"] = revenue


def _industry(texts: Texts, out: Lead) -> None:
    industry = texts.get("industry")
    if industry:
        out["industry"] = canonical_industry(industry) or industry


def _title(texts: Texts, out: Lead) -> None:
    title = tidy_title(texts.get("job_title", ""))
    if not title:
        return
    out["job_title"] = title
    level = seniority(title, f"{out.get('industry', '')} {out.get('company_name', '')}")
    role = department(title)
    if level:
        out["seniority"] = level
    if role:
        out["department"] = role


def _clean_json(value: Any, depth: int) -> Any:
    """Return nested JSON with clean texts and keys; what nests deeper than allowed is left out."""
    if isinstance(value, str):
        return tidy_lines(value)
    if depth <= 0:
        return None
    if isinstance(value, dict):
        pairs = ((tidy(str(key)), _clean_json(item, depth - 1)) for key, item in value.items())
        return {key: item for key, item in pairs if key}
    if isinstance(value, list):
        return [_clean_json(item, depth - 1) for item in value]
    return value
