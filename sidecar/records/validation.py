"""What of a lead can be used, and what is wrong with the rest; never raises, whatever the value is.

A lead is refused for two reasons alone:
- nothing identifies it: it has no e-mail address, telephone number or LinkedIn URL that can be used. Each one
  that was sent is an error with its reason; where none was sent the error is `missing_identity`;
- it is broken: no JSON object (`wrong_type`), or one of more than MAX_FIELDS members (`too_large`).

Everything else that cannot be used is left out, and told as a warning with the value as it was sent. What can
be read in another form is read: numbers for texts, `false` for nothing, several values of a field (the first
that can be used counts), a ticked box for a consent. What only says that there is nothing (`is_filler`) is
absent, without a word, and unknown members are answers of their own: they go to `custom`.

In strict mode all of this is refused, and nothing is read but what the contract of the API says.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from sidecar.terms import label
from sidecar.terms.fields import GIVEN

from . import numbers
from .cells import is_tidy_cell, link_target, read_cell
from .company import is_no_company
from .email import (
    Address,
    canonical_address,
    did_you_mean,
    email_type,
    has_odd_ending,
    is_free_domain,
    is_stand_in,
    parse_email,
    read_email,
)
from .filler import is_filler
from .industry import canonical_industry
from .person import is_junk_name, is_placeholder
from .phone import Phone, PhoneProblem, parse_phone
from .place import country_code, region_code
from .schema import (
    CAMPAIGNS,
    DERIVED,
    IDENTITIES,
    LISTS,
    LONG_TEXTS,
    MAX_CUSTOM_BYTES,
    MAX_DEPTH,
    MAX_FIELDS,
    MAX_KEY,
    MAX_KEYS,
    MAX_PROBLEMS,
    MAX_SAID,
    MAX_STRING,
    MAX_TAG,
    MAX_TAGS,
    MAX_VALUES,
    NUMBERS,
    OBJECTS,
    TEXTS,
    pointer,
)
from .settings import DEFAULT_SETTINGS, RecordSettings
from .text import clip, has_control, storable, tidy, tidy_lines
from .truth import truth
from .web import company_domain, host_of, linkedin_url, registrable_domain, tags_of, utm_of

Problem = dict[str, Any]
Path = tuple[object, ...]

# Names have rules of their own for filler, and filler is no address.
_OWN_FILLER: Final = frozenset(("full_name", "first_name", "last_name", "email", "linkedin_url"))
_ADDRESSES: Final = frozenset(("company_domain", "linkedin_url"))  # of a link its address counts
_COUNTS: Final = re.compile("[1-9]")  # a telephone number has one of these digits, filler has none
_ONE_DIGIT: Final = re.compile(r"\+?\W*(\d)(?:\W*\1){5,14}")  # "111-111-1111"
_BETWEEN_ADDRESSES: Final = re.compile(r"[\s;,|/]+(?::::[\s;,|/]+)?")


class Reading(NamedTuple):
    """What was found in a lead: a lead with errors is refused.

    errors: [{pointer, code, detail}]. warnings: the same, with `value` where that value is left out or cut,
    and `did_you_mean` with "email_typo". usable: the values that can be used, as texts on one line (`message`
    on several), numbers, tags and objects; not yet in canonical form.
    """

    errors: list[Problem]
    warnings: list[Problem]
    usable: dict[str, Any]


class Unusable(NamedTuple):
    """Why a value cannot be used. tolerated: it refuses a lead in strict mode neither."""

    code: str
    detail: str
    tolerated: bool = False


def validate(
    lead: object, settings: RecordSettings = DEFAULT_SETTINGS, *, strict: bool = False
) -> dict[str, Any]:
    """Return {"valid", "errors", "warnings"}; each problem is {"pointer", "code", "detail"}.

    `pointer` is a JSON pointer into the lead, `code` stable, `detail` a sentence a form can show. A warning
    about a value that is left out, or cut, also has `value`, of which at most MAX_SAID characters are kept;
    "email_typo" has `did_you_mean`, the address to put in place of the one typed.
    A lead is valid when it has no error. A field that is null or empty counts as absent.
    """
    reading = check(lead, settings, strict=strict)
    return {"valid": not reading.errors, "errors": reading.errors, "warnings": reading.warnings}


def check(
    lead: object, settings: RecordSettings = DEFAULT_SETTINGS, *, strict: bool = False, advise: bool = True
) -> Reading:
    """Read a raw lead. advise: also warn of what is usable but odd (a mistyped domain, a name of filler)."""
    if not isinstance(lead, dict):
        return _broken("wrong_type", "A lead must be a JSON object.")
    if len(lead) > MAX_FIELDS:
        return _broken("too_large", f"A lead may have at most {MAX_FIELDS} members.")
    found = _Check(lead, settings, strict)
    found.shapes()
    found.meanings()
    found.identity()
    if advise:
        found.advice()
    return Reading(found.errors, found.warnings, found.tidied() if strict else found.usable)


def _broken(code: str, detail: str) -> Reading:
    return Reading([_problem((), code, detail)], [], {})


def _problem(path: Path, code: str, detail: str) -> Problem:
    return {"pointer": pointer(*path), "code": code, "detail": detail}


class _Check:
    """`shapes` reads types and bounds, `meanings` what the values say; both leave out what cannot be used."""

    def __init__(self, lead: dict[Any, Any], settings: RecordSettings, strict: bool) -> None:
        self.lead = lead
        self.settings = settings
        self.strict = strict
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []
        self.usable: dict[str, Any] = {}
        # Field -> [(path, as sent, as read)…] of a field with several values.
        self.several: dict[str, list[tuple[Path, object, Any]]] = {}
        self.found: dict[str, object] = {}  # field -> what its usable value was read as
        self.no_identities: list[Problem] = []  # why identities that were sent are none

    def unusable(self, path: Path, why: Unusable, value: object) -> None:
        """Tell that a value is left out, or in strict mode refused."""
        problem = _problem(path, why.code, why.detail)
        if self.strict and not why.tolerated:
            _add(self.errors, problem)
        elif path[0] in IDENTITIES:
            _add(self.no_identities, problem | {"value": said(value)})
        else:
            _add(self.warnings, problem | {"value": said(value)})

    def warn(self, path: Path, code: str, detail: str, **more: object) -> None:
        _add(self.warnings, _problem(path, code, detail) | more)

    # Shapes

    def shapes(self) -> None:
        usable, strict = self.usable, self.strict
        read: Any
        custom: object = None
        others: dict[Any, Any] = {}
        for field, value in self.lead.items():
            if value is None or value == "":
                continue
            usual = _USUAL.get(field)
            if usual and type(value) is str and len(value) <= usual[0] and value.isprintable():
                read = value if strict else usual[1](value)  # the usual case, in one step
            elif field == "custom" and not strict:
                custom = value
                continue
            elif (reader := _READERS.get(field)) is None:
                others[field] = value
                continue
            elif type(value) is list and not strict and field in _SINGLE:
                read = self.first(field, value, reader)
            else:
                read = reader(self, (field,), value)
            if read is not None:
                usable[field] = read
        if strict:
            self.unknown(others)
        elif custom or others:
            self.answers(custom, others)

    def first(self, field: str, values: list[Any], reader: Callable[[_Check, Path, object], Any]) -> Any:
        """The first of the values of a field; all of them are kept in `several`."""
        several: list[tuple[Path, object, Any]] = []
        for place, value in enumerate(values[:MAX_VALUES]):
            if value is not None and (read := reader(self, (field, place), value)) is not None:
                several.append(((field, place), value, read))
        if len(values) > MAX_VALUES:
            self.warn((field,), "too_many", f"Only the first {MAX_VALUES} values are looked at.",
                      value=said(values[MAX_VALUES:]))
        if not several:
            return None
        self.several[field] = several
        return several[0][2]

    def text(self, path: Path, value: object) -> str | None:
        """A text of a field. None for none, which is told unless it is empty or filler."""
        field = str(path[0])
        text = self._text(path, value, TEXTS.get(field) or LONG_TEXTS[field], cut=field in LONG_TEXTS)
        return text if text is None or self.strict else _read(field, text)

    def _text(self, path: Path, value: object, limit: int, *, cut: bool = False) -> str | None:
        """A text within its bounds, as sent; None when it is none, which is told."""
        if isinstance(value, str):
            text = value
            if len(text) <= limit and text.isprintable():
                return text  # the usual case
        elif not self.strict and (value is False or value == [] or value == {}):
            return None  # how connectors say that there is nothing
        elif self.strict or (written := _digits(value)) is None:
            self.unusable(path, Unusable("wrong_type", "This must be a text."), value)
            return None
        else:
            text = written
        if len(text) > limit:
            why = Unusable("too_long", f"This may have at most {limit} characters.")
            self.unusable(path, why, value)
            if not cut or self.strict:
                return None
            text = text[:limit]
        if has_control(text):
            if self.strict:
                self.unusable(path, _CONTROL, value)
                return None
            self.warn(path, _CONTROL.code, _CONTROL.detail, value=said(value))
        return text

    def number(self, path: Path, value: object) -> int | float | None:
        read = numbers.READ[NUMBERS[str(path[0])]]
        if type(value) is int or (type(value) is str and value.isprintable()):
            number = read(value)
            if number is not None:
                return number  # the usual case
        if value is False and not self.strict:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            self.unusable(path, Unusable("wrong_type", "This must be a number."), value)
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self.unusable(path, Unusable("not_a_number", "This must be a finite number."), value)
            return None
        given: Any = value
        if isinstance(value, str):
            text = self._text(path, value, 100)
            if text is None:
                return None
            given = text if self.strict else tidy(read_cell(text))
        number = read(given)
        if number is not None:
            return number
        if not isinstance(value, str):
            self.unusable(path, Unusable("out_of_range", "This number is out of range."), value)
        elif self.strict or not is_filler(given, str(path[0])):
            self.unusable(path, Unusable("not_a_number", "This cannot be read as a number."), value)
        return None

    def tags(self, path: Path, value: object) -> list[str] | None:
        field = str(path[0])
        parts: list[tuple[Path, Any]]
        if isinstance(value, list):
            if len(value) > MAX_TAGS:
                why = Unusable("too_many", f"There may be at most {MAX_TAGS} {label(field).lower()}.")
                self.unusable(path, why, value[MAX_TAGS:])
            elif (not self.strict and all(type(part) is str and len(part) <= MAX_TAG for part in value)
                    and (usual := _usual_tags(tuple(value)))):
                return list(usual)
            parts = [((field, place), part) for place, part in enumerate(value[:MAX_TAGS])]
        elif isinstance(value, str):
            text = self._text(path, value, MAX_TAGS * MAX_TAG)
            parts = [(path, part) for part in re.split(r"[,;\n]", text or "")[:MAX_TAGS] if part.strip()]
        else:
            if self.strict or value is not False:
                self.unusable(path, Unusable("wrong_type", f"{label(field)} must be a list of texts."), value)
            return None
        read = [(at, part, text if self.strict else read_cell(text)) for at, part in parts
                if part is not None or self.strict
                if (text := self._text(at, part, MAX_STRING))]
        tags = [tag for tag in tags_of([text for _, _, text in read]) if not is_filler(tag)]
        if len(tags) < len(read):
            for at, part, text in read:
                if not tags_of([text]) and not is_filler(tidy(text)):
                    self.warn(at, "no_word", "This has no letter or digit.", value=said(part))
        return tags or None

    def derived(self, path: Path, value: object) -> str | None:
        """What is worked out anew: normalisation looks at the extension of a telephone alone."""
        if not isinstance(value, str):
            self.unusable(path, Unusable("wrong_type", "This must be a text."), value)
            return None
        return self._text(path, value, 2000)

    def members(self, path: Path, value: object) -> dict[Any, Any] | None:
        field = str(path[0])
        if not isinstance(value, dict):
            agreed = truth(value) if field == "consent" and not self.strict else None
            if agreed is not None:
                return {"marketing": agreed}  # a ticked box
            nothing = value is False or value == [] or (isinstance(value, str) and is_filler(value))
            if self.strict or not nothing:
                self.unusable(path, Unusable("wrong_type", "This must be a JSON object."), value)
            return None
        if field in CAMPAIGNS:
            return self.campaign(field, value) or None
        kept = self.tree(field, value)
        if field == "consent" and not self.strict:
            kept = {key: _ticked(said) for key, said in kept.items()}
        return kept or None

    def campaign(self, field: str, value: dict[Any, Any]) -> dict[str, str]:
        short = len(value) <= MAX_KEYS and all(
            type(key) is str and type(text) is str and len(key) + len(text) <= MAX_KEY
            for key, text in value.items())
        if short and not self.strict and (usual := _usual_campaign(tuple(value.items()))):
            return dict(usual)
        kept = {}
        for key, text in self._first(field, value):
            path = (field, key)
            if text is not None and self._key(path, key, text):
                read = self._text(path, text, MAX_STRING)
                if read:
                    kept[key] = read if self.strict else read_cell(read)
        utm = utm_of(kept)
        if len(utm) < len(kept):
            for key, text in kept.items():
                if tidy(text) and not utm_of({key: text}):
                    self.unusable((field, key), _BAD_KEY, text)
        return utm

    def tree(self, field: str, value: dict[Any, Any]) -> dict[Any, Any]:
        """The members of nested JSON that are within their bounds, each and all together."""
        kept: dict[Any, Any] = {}
        size = 2
        for key, child in self._first(field, value):
            path = (field, key)
            if not self._key(path, key, child):
                continue
            problem, at, weight = self._weigh(path, child, MAX_CUSTOM_BYTES - size - len(key))
            if problem is None:
                kept[key] = child
                size += len(key) + weight
            else:
                self.unusable(at if self.strict else path, problem, child)
        return kept

    def _first(self, field: str, value: dict[Any, Any]) -> list[tuple[Any, Any]]:
        members = list(value.items())
        if len(members) > MAX_KEYS:
            why = Unusable("too_many", f"This may have at most {MAX_KEYS} keys.")
            self.unusable((field,), why, dict(members[MAX_KEYS:]))
        return members[:MAX_KEYS]

    def _key(self, path: Path, key: object, value: object) -> bool:
        why = self._bad_key(key)
        if why:
            self.unusable(path, why, value)
        return why is None

    def _bad_key(self, key: object) -> Unusable | None:
        if not isinstance(key, str) or not (key.strip() if self.strict else tidy(key)):
            return _BAD_KEY
        if len(key) > MAX_KEY:
            return Unusable("too_long", f"A key may have at most {MAX_KEY} characters.")
        return _CONTROL if self.strict and has_control(key) else None

    def _weigh(self, path: Path, value: object, room: int) -> tuple[Unusable | None, Path, int]:
        """(what is wrong with nested JSON, where, its size). Walks without recursion, no further than the
        first thing wrong and the bound."""
        size = 0
        open_nodes: list[tuple[Path, object, int]] = [(path, value, 3)]
        while open_nodes:
            at, node, depth = open_nodes.pop()
            size += 2
            if isinstance(node, (dict, list)):
                if depth > MAX_DEPTH:
                    return Unusable("too_deep", f"A lead may nest at most {MAX_DEPTH} levels."), at, size
                if len(node) > room:
                    size = room + 1
                elif isinstance(node, dict):
                    for key, child in node.items():
                        if why := self._bad_key(key):
                            return why, (*at, key), size
                        size += len(key)
                        open_nodes.append(((*at, key), child, depth + 1))
                else:
                    open_nodes.extend(((*at, i), child, depth + 1) for i, child in enumerate(node))
            elif isinstance(node, str):
                size += len(node)
                if size <= room and has_control(node):
                    if self.strict:
                        return _CONTROL, at, size
                    self.warn(at, _CONTROL.code, _CONTROL.detail, value=said(node))
            elif isinstance(node, float) and not math.isfinite(node):
                return Unusable("not_a_number", "This must be a finite number."), at, size
            elif isinstance(node, int):
                size += node.bit_length() // 3
            elif node is not None and not isinstance(node, float):
                return Unusable("wrong_type", "This is no JSON value."), at, size
            if size > room:
                why = Unusable("too_large", f"This may take at most {MAX_CUSTOM_BYTES} bytes.")
                return why, path[:1], size
        return None, path, size

    def answers(self, custom: object, others: dict[Any, Any]) -> None:
        """Answers to questions of the sender's own: `custom`, and every member that is no field."""
        whole = dict(custom) if isinstance(custom, dict) else {"custom": custom} if custom else {}
        for key, value in others.items():
            if key in whole:
                self.warn(("custom", key), *_FURTHER, value=said(value))
            else:
                whole[key] = value
        if kept := self.tree("custom", whole):
            self.usable["custom"] = kept

    def unknown(self, others: Iterable[object]) -> None:
        for field in others:
            name = clip(str(field)[:100])
            self.unusable((field,), Unusable("unknown_field", f"There is no field {name!r} in a lead."), None)

    # Meanings

    def meanings(self) -> None:
        for field, judge in _JUDGES:
            if field in self.usable:
                found = self.found[field] = judge(self, self.usable[field])
                if isinstance(found, Unusable) or field in self.several:
                    self.choose(field, judge, found)
        for field in list(self.several):
            self.choose(field, _as_is, None)

    def choose(self, field: str, judge: Callable[[_Check, Any], object], found: object) -> None:
        """Keep the first value of a field that can be used, and tell of the others. found: what the judge
        said of the first."""
        value = self.usable[field]
        several = self.several.pop(field, None)
        if several is None:
            parts = _BETWEEN_ADDRESSES.split(value) if field == "email" and not self.strict else []
            several = [((field,), part, part) for part in parts if "@" in part]
            if len(several) < 2 and isinstance(found, Unusable):
                del self.usable[field]
                if self.strict or not is_filler(value):
                    self.unusable((field,), found, self.lead[field])
                return
        del self.usable[field]
        chosen = None
        for path, sent, value in several:
            found = judge(self, value)
            if isinstance(found, Unusable):
                if not is_filler(value):
                    self.unusable(path, found, sent)
                continue
            meant = (canonical_address(found) if isinstance(found, Address) else found.e164
                     if isinstance(found, Phone) else value if isinstance(found, PhoneProblem) else found)
            if chosen is None:
                self.usable[field], self.found[field], chosen = value, found, meant
            elif meant != chosen:
                self.warn(path, *_FURTHER, value=said(sent))

    def email(self, text: str) -> object:
        address = self._address(text)
        return Unusable("invalid_email", address) if isinstance(address, str) else address

    def _address(self, text: str) -> Address | str:
        """The address of a text; where it holds several, each is looked at by itself."""
        address = parse_email(text.strip(" "), self.settings.allow_domain_literals)
        if not isinstance(address, str) or self.strict:
            return address
        several = sum("@" in part for part in _BETWEEN_ADDRESSES.split(text)) > 1
        return address if several else read_email(text, self.settings.allow_domain_literals)

    def phone(self, text: str) -> object:
        if not text.strip():  # in strict mode
            return None
        if text[-2:] == 2 * text[-1:] and _ONE_DIGIT.fullmatch(text):
            return Unusable("invalid_phone", "This is not a phone number that can be dialled.")
        region = self.found.get("country") if "country" in self.usable else None
        phone = parse_phone(tidy(text) if self.strict else text, region or self.settings.default_region)
        if isinstance(phone, PhoneProblem):
            return phone if phone.code == "phone_country_unknown" else Unusable(*phone)
        return phone if phone.possible else Unusable("invalid_phone", "This phone number has a wrong length.")

    def country(self, text: str) -> object:
        return country_code(text) or Unusable("unknown_country", "This country is not known.", tolerated=True)

    def linkedin_url(self, text: str) -> object:
        return linkedin_url(text) or Unusable("invalid_url", "This is not the address of a LinkedIn page.")

    def company_domain(self, text: str) -> object:
        domain = company_domain(text)
        if domain is None and registrable_domain(text) is not None:
            return Unusable("no_company_domain", "This page is at somebody else's site.", tolerated=True)
        if domain is None:
            return (Unusable("invalid_domain", "This is not a domain name.") if host_of(text) is None
                    else Unusable("public_suffix", "This domain belongs to no company."))
        if is_free_domain(domain):
            return Unusable("no_company_domain", "This domain belongs to no company.", tolerated=True)
        return domain

    def company_name(self, text: str) -> object:
        if is_no_company(text):
            return Unusable("no_company", "This is no company's name.", tolerated=True)
        return text.casefold()

    def identity(self) -> None:
        """Refuse a lead that nothing identifies, for the reasons of what was sent."""
        if self.strict:
            sent = (self.lead.get(field) for field in IDENTITIES)
            if any(value.strip() if isinstance(value, str) else value is not None for value in sent):
                return
        elif not self.usable.keys().isdisjoint(IDENTITIES):
            for problem in self.no_identities:
                _add(self.warnings, problem)
            return
        self.errors += [{name: problem[name] for name in ("pointer", "code", "detail")}
                        for problem in self.no_identities]
        if not self.errors or self.strict:
            _add(self.errors, _problem(
                (), "missing_identity", "A lead needs an email address, a phone number or a LinkedIn URL."))

    def tidied(self) -> dict[str, Any]:
        """What is usable in strict mode, where it was looked at as it was sent."""
        texts = {field: tidy_lines(value) if field in LONG_TEXTS else tidy(value)
                 for field, value in self.usable.items() if isinstance(value, str)}
        return {field: texts.get(field, value) for field, value in self.usable.items()
                if texts.get(field) != ""}

    # What can be used, but is odd

    def advice(self) -> None:
        usable = self.usable
        address, phone = self.found.get("email"), self.found.get("phone")
        if isinstance(address, Address):
            self._email_advice(address)
        if isinstance(phone, PhoneProblem):
            self.warn(("phone",), phone.code, phone.detail)
        elif isinstance(phone, Phone) and not phone.valid:
            self.warn(("phone",), "phone_not_assigned", "No such phone number range is in use.")
        country = usable.get("country") and self.found["country"]
        if (
            country in ("US", "CA", "AU")
            and "region" in usable
            and region_code(usable["region"], country) is None
        ):
            self.warn(("region",), "unknown_region", "This is no state of that country.")
        self._names_advice(usable)
        if "industry" in usable and canonical_industry(usable["industry"]) is None:
            self.warn(("industry",), "unknown_industry", "This industry is not on the list.")

    def _email_advice(self, address: Address) -> None:
        meant = did_you_mean(address)
        if meant:
            self.warn(("email",), "email_typo", f"Did you mean {meant}?", did_you_mean=meant)
        elif has_odd_ending(address):
            ending = address.domain.rpartition(".")[2]
            self.warn(("email",), "email_typo", f"No domain ends in .{ending}.")
        elif is_stand_in(address):
            self.warn(("email",), "stand_in_email", "This address stands for none: many people give it.")
        elif email_type(address) == "disposable":
            self.warn(("email",), "disposable_email", "This is a throw-away email address.")
        if address.is_literal:
            self.warn(("email",), "domain_literal", "This email address names no domain.")

    def _names_advice(self, usable: dict[str, Any]) -> None:
        names: list[str] = [f for f in ("first_name", "last_name") if f in usable]
        if not names:
            if "full_name" not in usable:
                return
            names = ["full_name"]
        whole = " ".join([usable[field] for field in names])
        whole = tidy(whole) if self.strict else whole
        if whole and (is_placeholder(whole) or is_junk_name(whole)):
            self.warn((names[0],), "junk_name", "This does not look like a person's name.")


_BAD_KEY: Final = Unusable("bad_key", "Keys must be texts that are not empty.")
_CONTROL: Final = Unusable("control_character", "This contains characters that cannot be printed.")
_FURTHER: Final = ("further_value", "Another value of this field counts.")


def _as_is(check: _Check, value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


# The country comes first: it tells how a telephone number is read.
_JUDGES: Final[tuple[tuple[str, Callable[[_Check, Any], object]], ...]] = (
    ("country", _Check.country), ("email", _Check.email), ("phone", _Check.phone),
    ("linkedin_url", _Check.linkedin_url), ("company_domain", _Check.company_domain),
    ("company_name", _Check.company_name))


def _read(field: str, value: str) -> str | None:
    """A text without what was put around it; None when it says that there is nothing."""
    if is_tidy_cell(value):
        text = value
    elif field in LONG_TEXTS:
        # Of several lines only entities are a tool's work.
        text = tidy_lines(read_cell(value) if value.isprintable() or "&" in value else value)
    else:
        text = tidy(read_cell((field in _ADDRESSES and link_target(value)) or value))
    if field in _OWN_FILLER or (field == "phone" and _COUNTS.search(text)):
        return text or None
    return None if is_filler(text, field) else text


_SINGLE: Final = frozenset((*TEXTS, *LONG_TEXTS, *NUMBERS))  # of a list one value counts
_READERS: Final[dict[str, Callable[[_Check, Path, object], Any]]] = {
    **dict.fromkeys((*TEXTS, *LONG_TEXTS), _Check.text), **dict.fromkeys(NUMBERS, _Check.number),
    **dict.fromkeys(LISTS, _Check.tags), **dict.fromkeys(OBJECTS, _Check.members),
    **dict.fromkeys(DERIVED, _Check.derived)}
# Words that many people's leads have in common.
_SHARED: Final = frozenset(
    name for name in TEXTS if name == "job_title" or not (
        GIVEN[name].personal or name in ("company_name", "company_domain")))
# Text field -> (its limit, what reads it).
_USUAL: Final[dict[str, tuple[int, Callable[[str], str | None]]]] = {
    name: (limit, lru_cache(maxsize=1024)(partial(_read, name)) if name in _SHARED else partial(_read, name))
    for name, limit in TEXTS.items()}


@lru_cache(1024)
def _usual_tags(texts: tuple[str, ...]) -> list[str] | None:
    """The tags of a list, which many leads have in common; None where something of it may be to be told."""
    if not all(map(str.isprintable, texts)):
        return None
    tags = [tag for tag in tags_of(list(map(read_cell, texts))) if not is_filler(tag)]
    return tags if len(tags) == len(texts) else None


@lru_cache(1024)
def _usual_campaign(parameters: tuple[tuple[str, str], ...]) -> dict[str, str] | None:
    """A campaign's parameters, which many leads have in common; None where something may be to be told."""
    if not all(key.isprintable() and tidy(key) and text.isprintable() for key, text in parameters):
        return None
    utm = utm_of({key: read_cell(text) for key, text in parameters})
    return utm if len(utm) == len(parameters) else None


def _digits(value: object) -> str | None:
    """A JSON number as people write it; None for what is none, or has more digits than anything has."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 10**18:
        return None
    return str(int(value)) if value == int(value) else str(value)


def _add(problems: list[Problem], problem: Problem) -> None:
    if len(problems) < MAX_PROBLEMS:
        problems.append(problem)
    elif len(problems) == MAX_PROBLEMS:
        problems.append(_problem((), "too_many_errors", "Further ones are not listed."))


def _ticked(consent: object) -> object:
    """A tick or one plain word of a consent as its truth; a date, a sentence, a state tell more and stay."""
    if not isinstance(consent, str) or not (consent in ("0", "1") or consent.strip().isalpha()):
        return consent
    agreed = truth(consent)
    return consent if agreed is None else agreed


def said(value: object) -> Any:
    """A value as it was sent, for a warning: JSON that Postgres can hold, at most MAX_SAID characters."""
    if isinstance(value, str):
        return storable(value if len(value) <= MAX_SAID else value[:MAX_SAID - 1] + "…")
    brief = _brief(value, 3)
    if not isinstance(brief, (dict, list)):
        return brief
    text = json.dumps(brief, ensure_ascii=False)
    return brief if len(text) <= MAX_SAID else text[:MAX_SAID - 1] + "…"


def _brief(value: object, depth: int) -> Any:
    if isinstance(value, str):
        return storable(value[:100])
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value if abs(value) < 10**18 else str(value) if isinstance(value, float) else "a number"
    if depth and isinstance(value, dict):
        return {storable(key)[:100]: _brief(value[key], depth - 1) for key in list(value)[:10]}
    if depth and isinstance(value, list):
        return [_brief(item, depth - 1) for item in value[:10]]
    return "…"
