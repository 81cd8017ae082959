"""What a company's domain says of its mail, asked of a public resolver by DNS over HTTPS; no key.

Who takes the mail (MX; none for a null MX, RFC 7505, and for a domain that is not there), what the domain
says of other senders (SPF, RFC 7208; DMARC, RFC 7489). Each is a query of its own. The resolver sees the
domain, nobody's address. Source: developers.cloudflare.com, "DNS over HTTPS, JSON format", which
dns.google answers too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from sidecar.enrichment import reading
from sidecar.enrichment.model import DAY, Answer, Facts, Inputs, Operation, Provider, get_request
from sidecar.records.web import registrable_host

_DOMAIN = Inputs({"name": "company_domain"})
_TYPES = {"MX": 15, "TXT": 16}
_NO_ERROR, _NXDOMAIN = 0, 3
NO_MAIL = "none"
_QUALIFIERS = {"-": "fail", "~": "softfail", "?": "neutral", "+": "pass", "": "pass"}
_ALL = re.compile(r"(?:^|\s)([-~?+]?)all(?:\s|$)", re.IGNORECASE)
_POLICY = re.compile(r"(?:^|;)\s*p\s*=\s*(none|quarantine|reject)\s*(?:;|$)", re.IGNORECASE)
_MX = re.compile(r"(\d{1,5})\s+(\S+)")
_PART = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|\\?$)')


def _lookup(kind: str, prefix: str, facts: Facts) -> dict[str, str] | None:
    found = _DOMAIN(facts)
    return {"name": prefix + found["name"], "type": kind} if found else None


def _read(kind: str, field: str, status: int, headers: Mapping[str, Any], body: str) -> Answer:
    if status == 429:
        return reading.throttled(headers)
    if status != 200:
        return reading.failure(status)
    answer = reading.json_object(body)
    code = reading.whole(reading.at(answer, "Status"))
    if code not in (_NO_ERROR, _NXDOMAIN):
        return Answer("error", detail="the resolver had no answer")
    records = [
        record["data"] for record in reading.items(reading.at(answer, "Answer"))
        if reading.at(record, "type") == _TYPES[kind] and isinstance(reading.at(record, "data"), str)]
    value = {"mail_host": _mail_host, "spf": _spf, "dmarc": _dmarc}[field](records, code == _NXDOMAIN)
    return reading.found(reading.statements(0.95, {field: value}), 0.0)


def _mail_host(records: list[str], gone: bool) -> str | None:
    hosts = sorted((int(found[1]), found[2].rstrip(".").lower())
                   for found in map(_MX.fullmatch, map(str.strip, records)) if found)
    if gone or (hosts and not any(host for _, host in hosts)):
        return NO_MAIL
    first = next((host for _, host in hosts if host), None)
    return (registrable_host(first) or first) if first else None


def _texts(records: list[str]) -> list[str]:
    """Texts of records as zone files write them: strings of 255 characters that belong together."""
    return ["".join(_PART.findall(record)) or record.strip('"') for record in records]


def _spf(records: list[str], gone: bool) -> str | None:
    policy = next((told for told in _texts(records) if told.lower().startswith("v=spf1")), None)
    if policy is None:
        return NO_MAIL
    found = _ALL.search(policy)
    return _QUALIFIERS[found[1]] if found else "neutral"


def _dmarc(records: list[str], gone: bool) -> str | None:
    policy = next((told for told in _texts(records) if told.lower().startswith("v=dmarc1")), None)
    found = _POLICY.search(policy) if policy else None
    return found[1].lower() if found else NO_MAIL


def _operation(field: str, kind: str, prefix: str = "") -> Operation:
    return Operation(
        name=field, subject="organization", needs=_DOMAIN.needs, lookup=partial(_lookup, kind, prefix),
        provides=frozenset({field}), credits=0.0, hit_rate=0.95, confidence=0.95,
        request=get_request("/dns-query", Accept="application/dns-json"),
        read=partial(_read, kind, field), ttl_found_s=30 * DAY, timeout_s=5)


PROVIDER = Provider(
    name="mail_domain",
    title="Mail of the domain (DNS)",
    key_setting="MAIL_DOMAIN",
    base_url="https://cloudflare-dns.com",
    hosts=("cloudflare-dns.com",),
    pace_per_second=20.0,
    prices="Free.",
    operations=(
        _operation("mail_host", "MX"), _operation("spf", "TXT"), _operation("dmarc", "TXT", "_dmarc.")),
)
