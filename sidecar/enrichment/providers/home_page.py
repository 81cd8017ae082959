"""A company's home page and its imprint, read as its visitors see them; no key.

Both are fetched from the company's own domain: with which bounds, and only where robots.txt allows it, is the
business of n8n's node. An imprint stands at /impressum where the law asks for one (Germany, Austria,
Switzerland), and is looked for only there. What they say is read by `sidecar/enrichment/home_page.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from sidecar.enrichment import home_page, reading
from sidecar.enrichment.model import DAY, Answer, Facts, Inputs, Operation, Provider, Request

_BASE = "https://"
_DOMAIN = Inputs({"domain": "company_domain"})
_IMPRINTS = ("DE", "AT", "CH")
_REFUSED = (401, 403, 451)  # the site wants no programs
# As n8n's node calls it: asking again before the answer's time is over would find the same.
_MISSES = frozenset({
    "host_not_found", "robots_disallow", "url_not_allowed", "address_not_allowed", "too_many_redirects"})


def _with_imprint(facts: Facts) -> dict[str, str] | None:
    """The domain of a company that must have an imprint, by its country, its people's or its domain."""
    found = _DOMAIN(facts)
    if found is None:
        return None
    ending = found["domain"].rpartition(".")[2].upper()
    countries = {facts["organization"].get("country"), facts["contact"].get("country"), ending}
    return found if not countries.isdisjoint(_IMPRINTS) else None


def _request(path: str, params: Mapping[str, str], base_url: str) -> Request:
    live = base_url == _BASE
    return {"method": "GET", "url": f"{_BASE}{params['domain']}{path}" if live else f"{base_url}{path}",
            "headers": {"Accept": "text/html"}, "query": {} if live else dict(params), "body": None}


def _read(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    if status in _REFUSED or 300 <= status < 400 or status in (404, 410):
        return Answer("not_found", detail=f"status {status}")
    if status == 429:
        return reading.throttled(headers)
    if status != 200:
        return Answer("error", detail=f"status {status}")
    kind = reading.header(headers, "content-type") or "text/html"
    if "html" not in kind.lower():
        return Answer("not_found", detail="this is no page")
    page = home_page.read(body, reading.header(headers, "content-location"))
    return reading.found(reading.statements(0.6, page.facts), 0.0, about=page.about)


PROVIDER = Provider(
    name="home_page",
    title="Home page",
    key_setting="HOME_PAGE",
    base_url=_BASE,
    web=True,
    pace_per_second=20.0,
    prices="Free.",
    operations=(
        Operation(
            name="page", subject="organization", needs=_DOMAIN.needs, lookup=_DOMAIN,
            provides=frozenset({
                "company_name", "description", "linkedin_url", "country", "region", "city", "founded_year",
                "employee_count", "company_size", "technologies"}),
            credits=0.0, hit_rate=0.7, confidence=0.6, request=partial(_request, "/"), read=_read,
            ttl_found_s=90 * DAY, timeout_s=15, misses=_MISSES,
        ),
        Operation(
            name="imprint", subject="organization", needs=_DOMAIN.needs, lookup=_with_imprint,
            provides=frozenset({"company_name", "country", "city"}),
            credits=0.0, hit_rate=0.2, confidence=0.6, request=partial(_request, "/impressum"), read=_read,
            ttl_found_s=180 * DAY, timeout_s=15, misses=_MISSES,
        ),
    ),
)
