"""Find what is wrong with a lead; never raises, whatever the value is."""

from __future__ import annotations

import math
from typing import Any

from sidecar.terms import label

from . import numbers
from .email import did_you_mean, email_type, parse_email
from .industry import canonical_industry
from .person import is_junk_name, is_placeholder
from .phone import PhoneProblem, parse_phone
from .place import country_code, region_code
from .schema import (
    CAMPAIGNS,
    DERIVED,
    IDENTITIES,
    KNOWN,
    LISTS,
    LONG_TEXTS,
    MAX_CUSTOM_BYTES,
    MAX_DEPTH,
    MAX_ERRORS,
    MAX_KEYS,
    MAX_STRING,
    MAX_TAGS,
    NUMBERS,
    OBJECTS,
    TEXTS,
    pointer,
)
from .settings import DEFAULT_SETTINGS, RecordSettings
from .text import clip, has_control, tidy
from .web import host_of, linkedin_url, registrable_domain

Problem = dict[str, str]
Path = tuple[object, ...]


def validate(lead: object, settings: RecordSettings = DEFAULT_SETTINGS) -> dict[str, Any]:
    """Return {"valid", "errors", "warnings"}; each problem is {"pointer", "code", "detail"}.

    `pointer` is a JSON pointer into the lead, `code` stable, `detail` a sentence a form can show.
    The warning "email_typo" also has `did_you_mean`, the address to put in place of the one typed.
    A lead is valid when it has no error. A field that is null or empty counts as absent.
    """
    if not isinstance(lead, dict):
        return _result([_problem("", "wrong_type", "A lead must be a JSON object.")], [])
    check = _Check(settings)
    present: dict[str, Any] = {}
    for field, value in lead.items():
        limit = TEXTS.get(field, 0)
        if type(value) is str and 0 < len(value) <= limit and value.isprintable():
            present[field] = value  # the usual case, in one step
        elif field not in KNOWN:
            check.unknown(field)
        elif value is not None and value != "" and check.shape(field, value):
            present[field] = value
    check.identity(lead)
    check.meaning(present)
    return _result(check.errors, check.warnings)


def _problem(where: str, code: str, detail: str) -> Problem:
    return {"pointer": where, "code": code, "detail": detail}


def _result(errors: list[Problem], warnings: list[Problem]) -> dict[str, Any]:
    return {"valid": not errors, "errors": errors, "warnings": warnings}


class _Check:
    """Collects errors and warnings: `shape` checks types and bounds, `meaning` the values themselves."""

    def __init__(self, settings: RecordSettings) -> None:
        self.settings = settings
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def error(self, path: Path, code: str, detail: str) -> bool:
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(_problem(pointer(*path), code, detail))
        elif len(self.errors) == MAX_ERRORS:
            self.errors.append(_problem("", "too_many_errors", "Further errors are not listed."))
        return False

    def warn(self, field: str, code: str, detail: str, **more: str) -> None:
        self.warnings.append(_problem(f"/{field}", code, detail) | more)

    def unknown(self, field: object) -> None:
        name = clip(str(field)[:100])
        self.error((field,), "unknown_field", f"There is no field {name!r} in a lead.")

    # Shapes

    def shape(self, field: str, value: object) -> bool:
        if field in TEXTS:
            return self._text((field,), value, TEXTS[field])
        if field in LONG_TEXTS:
            return self._text((field,), value, LONG_TEXTS[field])
        if field in NUMBERS:
            return self._number(field, value)
        if field in LISTS:
            return self._list(field, value)
        if field in OBJECTS:
            return self._object(field, value)
        # Derived fields are recomputed, so only what could not be one at all is refused.
        if isinstance(value, str) and field in DERIVED:
            return self._text((field,), value, 2000)
        return self.error((field,), "wrong_type", "This must be a text.")

    def _text(self, where: Path, value: object, limit: int) -> bool:
        if not isinstance(value, str):
            return self.error(where, "wrong_type", "This must be a text.")
        if len(value) > limit:
            return self.error(where, "too_long", f"This may have at most {limit} characters.")
        if has_control(value):
            return self.error(
                where, "control_character", "This contains characters that cannot be printed."
            )
        return True

    def _number(self, field: str, value: object) -> bool:
        where = (field,)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return self.error(where, "wrong_type", "This must be a number.")
        if isinstance(value, str) and not self._text(where, value, 100):
            return False
        if isinstance(value, float) and not math.isfinite(value):
            return self.error(where, "not_a_number", "This must be a finite number.")
        if numbers.READ[NUMBERS[field]](value) is not None:
            return True
        if isinstance(value, str):
            return self.error(where, "not_a_number", "This cannot be read as a number.")
        return self.error(where, "out_of_range", "This number is out of range.")

    def _list(self, field: str, value: object) -> bool:
        where, name = (field,), label(field)
        if isinstance(value, str):
            return self._text(where, value, MAX_TAGS * 100)
        if not isinstance(value, list):
            return self.error(where, "wrong_type", f"{name} must be a list of texts.")
        if len(value) > MAX_TAGS:
            return self.error(where, "too_many", f"There may be at most {MAX_TAGS} {name.lower()}.")
        return all(self._text((field, i), text, MAX_STRING) for i, text in enumerate(value))

    def _object(self, field: str, value: object) -> bool:
        where = (field,)
        if not isinstance(value, dict):
            return self.error(where, "wrong_type", "This must be a JSON object.")
        if len(value) > MAX_KEYS:
            return self.error(where, "too_many", f"This may have at most {MAX_KEYS} keys.")
        if field in CAMPAIGNS:
            return all(
                self._key((field, key), key)
                and (text is None or self._text((field, key), text, MAX_STRING))
                for key, text in value.items()
            )
        return self._tree(field, value)

    def _key(self, where: Path, key: object) -> bool:
        if not isinstance(key, str) or not key.strip():
            return self.error(where, "bad_key", "Keys must be texts that are not empty.")
        return self._text(where, key, 100)

    def _tree(self, field: str, value: dict[Any, Any]) -> bool:
        """Walk nested JSON without recursion; stop at the first thing wrong, at the size bound."""
        size = 0
        open_nodes: list[tuple[tuple[object, ...], object, int]] = [((field,), value, 2)]
        while open_nodes:
            path, node, depth = open_nodes.pop()
            size += 2
            if isinstance(node, (dict, list)):
                if depth > MAX_DEPTH:
                    return self.error(
                        path, "too_deep", f"A lead may nest at most {MAX_DEPTH} levels."
                    )
                if len(node) > MAX_CUSTOM_BYTES:
                    size = MAX_CUSTOM_BYTES + 1
                elif isinstance(node, dict):
                    for key, child in node.items():
                        if not self._key((*path, key), key):
                            return False
                        size += len(key)
                        open_nodes.append(((*path, key), child, depth + 1))
                else:
                    open_nodes.extend(
                        ((*path, i), child, depth + 1) for i, child in enumerate(node)
                    )
            elif isinstance(node, str):
                size += len(node)
                if size <= MAX_CUSTOM_BYTES and not self._text(
                    path, node, MAX_CUSTOM_BYTES
                ):
                    return False
            elif isinstance(node, float) and not math.isfinite(node):
                return self.error(path, "not_a_number", "This must be a finite number.")
            elif isinstance(node, int):
                size += node.bit_length() // 3
            elif node is not None and not isinstance(node, float):
                return self.error(path, "wrong_type", "This is no JSON value.")
            if size > MAX_CUSTOM_BYTES:
                return self.error(
                    (field,), "too_large", f"This may take at most {MAX_CUSTOM_BYTES} bytes."
                )
        return True

    def identity(self, lead: dict[Any, Any]) -> None:
        for field in IDENTITIES:
            value = lead.get(field)
            if value is not None and (not isinstance(value, str) or value.strip()):
                return
        self.error(
            (),
            "missing_identity",
            "A lead needs an email address, a phone number or a LinkedIn URL.",
        )

    # Meanings

    def meaning(self, lead: dict[str, Any]) -> None:
        country = self._place(lead)
        if "email" in lead:
            self._email(lead["email"])
        if "phone" in lead and lead["phone"].strip():
            self._phone(lead["phone"], country)
        if "linkedin_url" in lead and linkedin_url(lead["linkedin_url"]) is None:
            self.error(
                ("linkedin_url",), "invalid_url", "This is not the address of a LinkedIn page."
            )
        if "company_domain" in lead and registrable_domain(lead["company_domain"]) is None:
            known = host_of(lead["company_domain"]) is not None
            self.error(
                ("company_domain",),
                "public_suffix" if known else "invalid_domain",
                "This domain belongs to no company." if known else "This is not a domain name.",
            )
        self._names(lead)
        if "industry" in lead and canonical_industry(lead["industry"]) is None:
            self.warn("industry", "unknown_industry", "This industry is not on the list.")

    def _email(self, text: str) -> None:
        address = parse_email(text.strip(" "), self.settings.allow_domain_literals)
        if isinstance(address, str):
            self.error(("email",), "invalid_email", address)
            return
        meant = did_you_mean(address)
        if meant:
            self.warn("email", "email_typo", f"Did you mean {meant}?", did_you_mean=meant)
        elif email_type(address) == "disposable":
            self.warn("email", "disposable_email", "This is a throw-away email address.")
        if address.is_literal:
            self.warn("email", "domain_literal", "This email address names no domain.")

    def _phone(self, text: str, country: str | None) -> None:
        phone = parse_phone(tidy(text), country or self.settings.default_region)
        if isinstance(phone, PhoneProblem):
            if phone.code == "phone_country_unknown":
                self.warn("phone", phone.code, phone.detail)
            else:
                self.error(("phone",), phone.code, phone.detail)
        elif not phone.possible:
            self.error(("phone",), "invalid_phone", "This phone number has a wrong length.")
        elif not phone.valid:
            self.warn("phone", "phone_not_assigned", "No such phone number range is in use.")

    def _place(self, lead: dict[str, Any]) -> str | None:
        country = None
        if "country" in lead:
            country = country_code(lead["country"])
            if country is None:
                self.warn("country", "unknown_country", "This country is not known.")
        if (
            country in ("US", "CA", "AU")
            and "region" in lead
            and region_code(lead["region"], country) is None
        ):
            self.warn("region", "unknown_region", "This is no state of that country.")
        return country

    def _names(self, lead: dict[str, Any]) -> None:
        names: list[str] = [f for f in ("first_name", "last_name") if f in lead]
        if not names:
            if "full_name" not in lead:
                return
            names = ["full_name"]
        whole = tidy(" ".join([lead[field] for field in names]))
        if whole and (is_placeholder(whole) or is_junk_name(whole)):
            self.warn(names[0], "junk_name", "This does not look like a person's name.")
