"""What a company's home page or imprint says of it: JSON-LD, OpenGraph, title, address, technologies.

Pages are read by selectolax (Lexbor, an HTML5 parser in C, as browsers read them).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from sidecar.enrichment import reading
from sidecar.records import company_key, is_no_company, legal_form
from sidecar.records.text import fold, tidy

LONGEST: Final = 300_000  # characters; n8n's node cuts a page there, too
_MOST_TAGS: Final = 20_000  # one within the other the parser takes half a second for so many
_MOST_BLOCKS, _MOST_NODES, _DEEPEST = 20, 500, 6
# What stands in the title of a page that is nobody's yet, of a refusal or of a server's own page.
_NO_PAGE = re.compile(
    r"just a moment|attention required|access denied|are you a robot|captcha|security check|"
    r"domain (?:is |name )?(?:for sale|parked|default)|is for sale|parked|coming soon|under construction|"
    r"welcome to nginx|"
    r"apache2? .*default page|it works!|index of /|default web site|iis windows|test page|site not found|"
    r"account suspended|403 forbidden|404 not found|bad gateway|service unavailable|wartungs|baustelle",
    re.IGNORECASE)
_TITLE_MARKS = re.compile(r"\s+[|–—·•:»-]\s+|\s*[|»]\s*")
_COMPANY_TYPES = re.compile(r"(?:Organization|Corporation|Business|Company|Store|NGO|Airline|Brand)$")
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_RIGHTS = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:by\s+)?(?:\d{4}(?:\s*[-–]\s*\d{4})?)?\s*(?:by\s+)?", re.IGNORECASE)
# Numbers for value added tax, which say the country, and postal codes before a town, as imprints have them.
_VAT = re.compile(r"\b(DE\s?\d{3}\s?\d{3}\s?\d{3}|ATU\s?\d{8}|CHE[-\s]?\d{3}\.\d{3}\.\d{3})\b")
_VAT_COUNTRIES: Final = {"DE": "DE", "AT": "AT", "CH": "CH"}
_TOWN = re.compile(r"^(?:(?:DE?|AT?|CH)[-\s]\s?)?\d{4,5}\s+([A-ZÄÖÜ][\w.\- /()ÄÖÜäöüß]{1,40})$")
_LINES = re.compile(r"[\n\r|•]")


class Page(NamedTuple):
    """What a page says: `facts` of an organization by their own names, `about` whose page it is."""

    facts: dict[str, Any]
    about: dict[str, str]


_NOTHING = Page({}, {})


def read(body: str, url: str | None = None) -> Page:
    """Read a page; `url` is where it was found at last. Nothing that stands in it can raise."""
    beginning = "<".join(body[:LONGEST].split("<", _MOST_TAGS + 1)[:_MOST_TAGS + 1])
    # Lone surrogates are no text to a parser.
    tree = LexborHTMLParser(beginning.encode("utf-8", "replace").decode())
    title = _text(tree, "title") or ""
    if _NO_PAGE.search(title):
        return _NOTHING
    markup = next(_organizations(tree), {})
    meta = _meta(tree)
    lines = _lines(tree)
    host = urlsplit(url).hostname if url else None
    name = (reading.text(markup.get("name")) or reading.text(meta.get("og:site_name"))
            or _of_title(title, host) or _of_rights(lines))
    if name and is_no_company(name):
        name = None
    address = _first(markup.get("address"))
    facts: dict[str, Any] = {
        "name": name,
        "description": reading.text(
            markup.get("description") or meta.get("description") or meta.get("og:description")),
        "linkedin_url": _linkedin(tree, markup),
        "founded_year": _year(markup.get("foundingDate")),
        **reading.size(*_staff(markup.get("numberOfEmployees"))),
        "country": _country(reading.at(address, "addressCountry")) or _vat_country(lines),
        "region": reading.text(reading.at(address, "addressRegion")),
        "city": reading.text(reading.at(address, "addressLocality")) or _town(lines),
        "technologies": _technologies(tree, meta) or None,
    }
    facts = {field: value for field, value in facts.items() if value is not None}
    domain = reading.domain(host)
    return Page(facts, reading.about(
        company_name=name, company_domain=domain, company_country=facts.get("country")))


def _text(tree: LexborHTMLParser, selector: str) -> str | None:
    node = tree.css_first(selector)
    return reading.text(node.text()) if node else None


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    """Name or property of each <meta> -> its content, of two the first."""
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name")
        if name:
            found.setdefault(name.strip().lower(), node.attributes.get("content") or "")
    return found


def _organizations(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """Objects of JSON-LD that are organizations (schema.org), in their order."""
    for script in tree.css('script[type="application/ld+json"]')[:_MOST_BLOCKS]:
        try:
            root = json.loads(script.text() or "null")
        except (ValueError, RecursionError):
            continue
        seen = 0
        waiting = [(root, 0)]
        while waiting and seen < _MOST_NODES:
            node, depth = waiting.pop(0)
            seen += 1
            if isinstance(node, list):
                waiting[:0] = [(item, depth + 1) for item in node[:50] if depth < _DEEPEST]
            elif isinstance(node, dict):
                kinds = node.get("@type")
                kinds = kinds if isinstance(kinds, list) else [kinds]
                if any(isinstance(kind, str) and _COMPANY_TYPES.search(kind) for kind in kinds):
                    yield node
                if depth < _DEEPEST:
                    waiting += [(node[key], depth + 1) for key in ("@graph", "publisher", "mainEntity")
                                if isinstance(node.get(key), dict | list)]


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _of_title(title: str, host: str | None) -> str | None:
    """The part of a title that is the host's name: "Widgets for all | Acme" at acme.com."""
    label = re.sub("[^a-z0-9]", "", fold((host or "").removeprefix("www.").partition(".")[0]))
    for part in _TITLE_MARKS.split(title):
        letters = re.sub("[^a-z0-9]", "", fold(part))
        if letters and label and (letters == label or company_key(part).replace(" ", "") == label):
            return tidy(part)
    return None


def _lines(tree: LexborHTMLParser) -> list[str]:
    """Short lines of what is read on the page, where addresses and rights stand."""
    body = tree.body
    if body is None:
        return []
    for node in body.css("script, style, noscript, template, svg"):
        node.decompose()
    lines = map(str.strip, _LINES.split(body.text(separator="\n")))
    return [line for line in lines if 2 < len(line) <= 120]


def _of_rights(lines: list[str]) -> str | None:
    """The company of "© 2026 Acme GmbH", else the line of an imprint that has a legal form."""
    for line in reversed(lines):
        if found := _RIGHTS.match(line):
            rest = re.split(r"[.,]?\s+(?:all rights|alle rechte|tous droits)|\s[-–|]\s", line[found.end():],
                            flags=re.IGNORECASE)[0]
            name = tidy(rest.strip(" .,–-"))
            if name and legal_form(name):
                return name
    return next((tidy(line) for line in lines if len(line) <= 60 and len(line.split()) <= 7
                 and not line.endswith((".", ":", "!", "?")) and _ends_in_form(line)), None)


def _ends_in_form(line: str) -> bool:
    form = legal_form(line)
    return form is not None and len(form) > 1 and fold(line).endswith(fold(form))


def _linkedin(tree: LexborHTMLParser, markup: dict[str, Any]) -> str | None:
    told = [item for item in reading.items(markup.get("sameAs")) or [markup.get("sameAs")]
            if isinstance(item, str)]
    links = (node.attributes.get("href") or "" for node in tree.css('a[href*="linkedin.com/"]'))
    for link in (*told, *links):
        if re.search(r"linkedin\.com/(?:company|school|showcase)/", link):
            return reading.linkedin(link, "company")
    return None


def _year(value: Any) -> int | None:
    found = _YEAR.match(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    return int(found[1]) if found else None


def _staff(value: Any) -> tuple[int | None, None]:
    """schema.org's number, text or QuantitativeValue; a range has no number of its own."""
    value = _first(value)
    told = reading.number(value.get("value") if isinstance(value, dict) else value)
    return (int(told), None) if told is not None and 0 < told < 10**7 else (None, None)


def _country(value: Any) -> str | None:
    value = _first(value)
    return reading.country(value.get("name") if isinstance(value, dict) else value)


def _vat_country(lines: list[str]) -> str | None:
    for line in lines:
        if found := _VAT.search(line):
            return _VAT_COUNTRIES.get(found[1][:2])
    return None


def _town(lines: list[str]) -> str | None:
    return next((tidy(found[1]) for found in map(_TOWN.match, lines) if found), None)


@lru_cache(maxsize=1)
def _marks() -> tuple[tuple[str, str], ...]:
    """Pieces of addresses that pages load, with the product that has pages load them."""
    text = files(__package__).joinpath("technologies.tsv").read_text("utf-8")
    return tuple((piece, product) for line in text.splitlines() if line and not line.startswith("#")
                 for product, _, pieces in (line.partition("\t"),) for piece in pieces.split())


def _technologies(tree: LexborHTMLParser, meta: dict[str, str]) -> list[str]:
    """Products whose files or marks are on the page, in the order of their list."""
    loaded = " ".join(
        node.attributes.get(name) or "" for name in ("src", "href")
        for node in tree.css(f"script[{name}], link[{name}], iframe[{name}], img[{name}]")).lower()
    loaded += " " + (meta.get("generator") or "").lower()
    inline = {script for script in ("__next_data__", "__nuxt") if tree.css_first(f'[id="{script.upper()}"]')
              or tree.css_first(f'[id="{script}"]')}
    return list(dict.fromkeys(
        product for piece, product in _marks() if piece in loaded or piece in inline))[:50]
