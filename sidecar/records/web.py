"""Host names and web addresses: registrable domains, LinkedIn profiles, UTM values, tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import unquote

from .place import country_code
from .text import ONE_LEAD, tidy, word_set

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

MAX_CELL = 2000
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]{0,20}:/{0,2}", re.IGNORECASE)
_OPAQUE = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_HOST = re.compile(r"^[^\s/?#@:\\]{1,253}$")
# A host name of the usual kind, bare or in a web address.
_PLAIN_HOST = re.compile(
    r"(?:https?://)?((?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]+)(?=[/?#]|\Z)"
)
_LABEL = re.compile(r"^(?!-)[a-z0-9_-]{1,63}(?<!-)$")
_PROFILE = (
    r"(?:(?:mwlite|m|comm|mob)/+)?"
    r"(in|pub|company|school|showcase|sales/people|sales/lead)/+([^/?#\s,;<>]{1,200})"
    r"((?:/[0-9a-f]{1,3}){3}(?=[/?#,;>\s]|\Z))?"
)
_LINKEDIN = re.compile(
    rf"^(?:(?:https?:)?//)?(?:[a-z]{{2,3}}\.)?(?:www\.|m\.|mobile\.)?linkedin\.com/+{_PROFILE}",
    re.IGNORECASE)
_LINKEDIN_PATH = re.compile(rf"^/?(?=in/){_PROFILE}", re.IGNORECASE)
# Addresses that lead everybody to their own profile, to a list of people or to a form's sample.
_NOBODY = word_set(
    """me my self dir edit new profile username user-name yourname your-name yourprofile your-profile
    myprofile my-profile firstname-lastname firstnamelastname first-last unavailable unknown none null
    undefined
    na n-a test linkedin xxx xxxx"""
)
# Endings of countries that anybody takes for the letters.
_ANYWHERE = word_set(
    "ac ad ai am as bz cc cd co dj fm gg gl im io is la ly me ms nu pw sc sh sr st su tk tm to tv vc vg ws")
# Schemes as people type them: "http//", "https:/", "htpp://", one behind another.
_SCHEMES = re.compile(r"^(?:<?\s*h?t{1,2}?t?ps?\s*[:;]?\s*[/\\]{1,3}:?[/\\]?\s*)+", re.IGNORECASE)
_WEB_LINK = re.compile(r"""<a\s[^>]*?href\s*=\s*["']?([^"'\s>]+)|\]\(([^()\s]+)\)""", re.IGNORECASE)
_CELL_BREAK = re.compile(r"[\s,;|]+")
_EDGES = " .,;:|<>()[]{}\"'`´“”„‘’‚«»*"
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


def country_of_domain(domain: str) -> str | None:
    """Return the country (ISO 3166-1 alpha-2) whose ending a domain has; None for one that is used anywhere.

    Source: ISO 3166-1, without the endings that Google treats as generic (developers.google.com/search/docs,
    "Managing multi-regional and multilingual sites") and those like them.
    """
    ending = domain.rpartition(".")[2]
    return country_code(ending) if len(ending) == 2 and ending not in _ANYWHERE else None


@lru_cache(maxsize=1)
def _shared_sites() -> dict[str, bool]:
    """Return the sites of shared_sites.tsv, a full stop behind those without ending; True for "always"."""
    sites: dict[str, bool] = {}
    for line in files(__package__).joinpath("shared_sites.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            kind, names = line.split("\t")
            sites.update((name if "." in name else f"{name}.", kind == "always") for name in names.split())
    return sites


def is_shared_site(host: str, has_page: bool = True) -> bool:
    """Tell whether a page at this host is somebody else's than the host's: a profile, a link list, a shop.

    `host` is ASCII, lower case and without "www."; has_page: whether the address names a page there.
    """
    sites = _shared_sites()
    domain = registrable_host(host) or host
    label = domain.partition(".")[0] + "."
    for name in (host, domain, label):
        if name in sites:
            return sites[name] or has_page or host != domain
    return False


@lru_cache(maxsize=4096)
def company_domain(text: str) -> str | None:
    """Return the registered domain of the first website in a cell, or None.

    As people type websites ("http//acme.de", "acme.de; acme.com", "acme.de (main)"). A page at somebody
    else's site tells no company's domain.
    """
    plain = _PLAIN_HOST.match(text)
    if plain and text[plain.end() :] in ("", "/"):
        host = plain[1].removeprefix("www.")
        if len(host) <= 63:
            return None if is_shared_site(host, has_page=False) else registrable_host(host)
    return next((domain for domain in _domains_in(text) if domain), None)


def _words_of(text: str) -> list[str]:
    """Return what may be addresses in a cell: the target of a link, else all that stands between gaps."""
    link = _WEB_LINK.search(text) if "](" in text or "href" in text else None
    return _CELL_BREAK.split(link[1] or link[2] if link else text[:MAX_CELL].strip())


def _domains_in(text: str) -> Iterator[str | None]:
    for word in _words_of(text):
        address = _SCHEMES.sub("", word.strip(_EDGES)) if not _PLAIN_HOST.match(word) else word
        host = host_of(address)
        if host is None:
            continue
        host = host.removeprefix("www.")
        page = not address.lower().rstrip("/").endswith(host)
        yield None if is_shared_site(host, page) else registrable_host(host)


# Endings set aside for documentation, tests and private networks (RFC 2606, RFC 6761, RFC 6762, RFC 8375,
# ICANN's "internal").
_RESERVED = word_set("example test invalid localhost local internal home lan arpa onion alt corp")


def has_known_ending(host: str) -> bool:
    """Tell whether a host's last label is a top-level domain or reserved, by the Public Suffix List."""
    return _is_ending(host.rpartition(".")[2])


@lru_cache(maxsize=2048)
def _is_ending(ending: str) -> bool:
    return ending in _RESERVED or _suffixes().publicsuffix(ending, accept_unknown=False) is not None


@lru_cache(maxsize=ONE_LEAD)
def linkedin_url(text: str) -> str | None:
    """Return the one spelling of a LinkedIn profile or page address, or None for any other text.

    Country hosts, tracking parameters, language suffixes and letter case say nothing:
    "http://de.linkedin.com/in/Jane-Doe/?trk=x" is "https://www.linkedin.com/in/jane-doe".
    """
    found = _LINKEDIN.match(text)
    if found is None:
        addresses = [_SCHEMES.sub("", word.strip(_EDGES)) for word in _words_of(text)]
        found = _LINKEDIN_PATH.match(addresses[0])
        found = found or next(filter(None, map(_LINKEDIN.match, addresses)), None)
    if found is None:
        return None
    kind = found[1].lower()
    slug = tidy(unquote(found[2])).lower().strip("/ .")
    if not slug or (kind in ("in", "pub") and slug in _NOBODY) or re.search(r"[\s/?#%]", slug):
        return None
    if kind.startswith("sales/"):
        slug = slug.partition(",")[0]
        kind = "sales/people" if kind == "sales/people" else "sales/lead"
    # Old public profiles have a number in three parts, without which namesakes were one.
    number = (found[3] or "").lower() if kind == "pub" else ""
    return f"https://www.linkedin.com/{kind}/{slug}{number}" if slug else None


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
