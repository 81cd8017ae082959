"""Host names and web addresses: registrable domains, LinkedIn profiles, UTM values, tags."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from .text import ONE_LEAD, tidy, word_set

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]{0,20}:/{0,2}", re.IGNORECASE)
_OPAQUE = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_HOST = re.compile(r"^[^\s/?#@:\\]{1,253}$")
# A host name of the usual kind, bare or in a web address.
_PLAIN_HOST = re.compile(
    r"(?:https?://)?((?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]+)(?=[/?#]|\Z)"
)
_LABEL = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?<!-)$")
_LINKEDIN = re.compile(
    r"^(?:(?:https?:)?//)?(?:[a-z]{2,3}\.)?(?:www\.|m\.|mobile\.)?linkedin\.com/+"
    r"(in|pub|company|school|showcase|sales/people|sales/lead)/+([^/?#\s]{1,200})"
    r"((?:/[0-9a-f]{1,3}){3}(?=[/?#]|\Z))?",
    re.IGNORECASE,
)
_TAG_MARKS = re.compile(r"[^\w+.&/:-]+")


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def host_of(text: str) -> str | None:
    """Return the host of a web address, an e-mail address or a bare host: ASCII, lower case.

    Internationalised names become IDNA 2008 with UTS 46 mapping, as browsers do. None for what
    is no host name: white space, a single label, an IP address.
    """
    text = text.strip()
    if len(text) > 2000:
        return None
    plain = _PLAIN_HOST.match(text)
    return plain[1] if plain and len(plain[1]) <= 63 else _general_host(text)


def _general_host(text: str) -> str | None:
    text = _SCHEME.sub("", text) if "://" in text or _OPAQUE.match(text) else text.removeprefix("//")
    host = re.split(r"[/?#\\]", text, maxsplit=1)[0].rpartition("@")[2]
    host = host.partition(":")[0].rstrip(".")
    if not _HOST.match(host):
        return None
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    host = host.lower()
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(map(_LABEL.match, labels)):
        return None
    return host


@lru_cache(maxsize=4096)
def registrable_domain(text: str) -> str | None:
    """Return the domain somebody registered ("mail.acme.co.uk" gives "acme.co.uk"), or None.

    Source: the Public Suffix List (publicsuffix.org) as packaged by publicsuffixlist, private
    suffixes included, so that "acme.github.io" stays whole. A public suffix alone is None.
    """
    host = host_of(text)
    return None if host is None else registrable_host(host)


@lru_cache(maxsize=4096)
def registrable_host(host: str) -> str | None:
    """As registrable_domain, for a host name that is ASCII and lower case already."""
    found: str | None = _suffixes().privatesuffix(host)
    return found


# Endings set aside for documentation, tests and private networks (RFC 2606, RFC 6761, RFC 6762, RFC 8375,
# ICANN's "internal").
_RESERVED = word_set("example test invalid localhost local internal home lan arpa onion alt corp")


@lru_cache(maxsize=4096)
def has_known_ending(host: str) -> bool:
    """Tell whether a host's last label is a top-level domain or reserved, by the Public Suffix List."""
    ending = host.rpartition(".")[2]
    return ending in _RESERVED or _suffixes().publicsuffix(ending, accept_unknown=False) is not None


@lru_cache(maxsize=ONE_LEAD)
def linkedin_url(text: str) -> str | None:
    """Return the one spelling of a LinkedIn profile or page address, or None for any other text.

    Country hosts, tracking parameters, language suffixes and letter case say nothing:
    "http://de.linkedin.com/in/Jane-Doe/?trk=x" is "https://www.linkedin.com/in/jane-doe".
    """
    found = _LINKEDIN.match(text.strip())
    if found is None:
        return None
    kind = found[1].lower()
    slug = tidy(unquote(found[2])).lower().strip("/ ")
    if not slug or re.search(r"[\s/?#%]", slug):
        return None
    if kind.startswith("sales/"):
        slug = slug.partition(",")[0]
        kind = "sales/people" if kind == "sales/people" else "sales/lead"
    # Old public profiles have a number in three parts, without which namesakes were one.
    number = (found[3] or "").lower() if kind == "pub" else ""
    return f"https://www.linkedin.com/{kind}/{slug}{number}" if slug else None


def tidy_url(text: str) -> str:
    """Return a web address trimmed, with its scheme and host in lower case."""
    text = tidy(text)
    found = re.match(r"^(https?://)([^/?#]*)(.*)$", text, re.IGNORECASE | re.DOTALL)
    return f"{found[1].lower()}{found[2].lower()}{found[3]}" if found else text


def tags_of(value: object) -> list[str]:
    """Return tags as a list of distinct lower-case words with hyphens, in their order.

    Takes a list or one text with commas or semicolons.
    """
    if isinstance(value, str):
        value = re.split(r"[,;\n]", value)
    if not isinstance(value, list):
        return []
    tags = (tidy(part).lower() for part in value if isinstance(part, str))
    cleaned = (_TAG_MARKS.sub("-", tag).strip("-.:/&") for tag in tags)
    return list(dict.fromkeys(tag[:100] for tag in cleaned if tag))[:50]


def utm_of(value: object) -> dict[str, str]:
    """Return campaign parameters without their "utm_" prefix.

    Source and medium are lower case, as Google Analytics' channel rules compare them.
    """
    if not isinstance(value, dict):
        return {}
    utm: dict[str, str] = {}
    for key, text in value.items():
        if not isinstance(key, str) or not isinstance(text, str):
            continue
        name = tidy(key).lower()
        while name.startswith("utm_"):
            name = name[4:].strip()
        text = tidy(text)
        if name and text:
            utm[name] = text.lower() if name in ("source", "medium") else text
    return utm
