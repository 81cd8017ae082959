"""IPinfo: whose network a lead came from.

`company.type: isp` (and hosting) is the line somebody is on, not whom they work for; so is `org`, whose kind
nobody tells. Core answers have `as` and `geo` instead of `company` and `city`, Lite ones only the network's
name. Errors come in three envelopes; a bogon is no error. Bad key: 403 "Unknown token". 429 is haste or the
month's limit, told apart by words. Source: IPinfo's documentation.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from sidecar.enrichment import reading
from sidecar.enrichment.model import Answer, Auth, Facts, Operation, Provider, Request, get_request

_CONFIDENCE = 0.4  # people work from home and travel
# What forms call the address that a lead came from, among its other answers.
_NAMES = ("ip", "ip_address", "client_ip", "remote_ip", "user_ip")
_EMPLOYERS = ("business", "education", "government")


def _lookup(facts: Facts) -> dict[str, str] | None:
    custom = facts["lead"].get("custom") if facts.get("lead") else None
    for name in _NAMES:
        told = reading.text(reading.at(custom, name))
        try:
            address = ipaddress.ip_address(told or "")
        except ValueError:
            continue
        if address.is_global and not address.is_multicast:
            return {"ip": str(address)}
    return None


def _request(params: Mapping[str, str], base_url: str) -> Request:
    return get_request(f"/{params['ip']}")({}, base_url)


def _read(status: int, headers: Mapping[str, Any], body: str) -> Answer:
    answer = reading.json_object(body)
    if status != 200:
        said = body.lower()
        if status == 403:
            return Answer("auth", detail="the key was refused")
        if status == 404:
            return Answer("invalid", detail="this is no address")
        if status == 429:
            return Answer("quota", detail="the month's requests are used up") if "month" in said or (
                "quota" in said) else reading.throttled(headers)
        return reading.failure(status)
    if answer is None or not isinstance(answer.get("ip"), str):
        return Answer("error", detail="no address in the answer")
    if answer.get("bogon") is True:
        return Answer("not_found", credits=1.0)
    place = answer["geo"] if isinstance(answer.get("geo"), dict) else answer
    owner = answer["company"] if isinstance(answer.get("company"), dict) else answer.get("as")
    employer: dict[str, Any] = {}
    if reading.at(owner, "type") in _EMPLOYERS:
        employer = {"name": reading.text(reading.at(owner, "name")),
                    "domain": reading.domain(reading.at(owner, "domain"))}
    country = reading.country(place.get("country_code") or place.get("country"))
    return reading.found(
        reading.statements(_CONFIDENCE, {
            "country": country, "region": reading.text(place.get("region")),
            "city": reading.text(place.get("city"))}),
        1.0, company=reading.statements(_CONFIDENCE, employer),
        about=reading.about(country=country, company_name=employer.get("name"),
                            company_domain=employer.get("domain")))


PROVIDER = Provider(
    name="ipinfo",
    title="IPinfo",
    key_setting="IPINFO_TOKEN",
    base_url="https://ipinfo.io",
    hosts=("ipinfo.io",),
    auth=Auth("header", "Authorization", "Bearer "),
    pace_per_second=20.0,
    prices="ipinfo.io/faq/article/90, Business: 60 USD for 50,000 requests, each counts; 2026-11.",
    operations=(
        Operation(
            name="network", subject="contact", needs=(("custom",),), lookup=_lookup,
            provides=frozenset({"country", "region", "city", "company_name", "company_domain"}),
            price_found=0.0012, price_missing=0.0012, miss_credits=1.0, hit_rate=0.9,
            confidence=_CONFIDENCE, request=_request, read=_read,
        ),
    ),
)
