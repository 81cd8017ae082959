"""Clearbit's legacy keys (v2). There is no sign-up any more: Hunter answers in the same shape.

202 {"error": {"type": "queued"}}: ask the same again, or be told at `webhook_url`. 404 is a miss and is
BILLED; 422 is a miss too. 402: the quota is gone (?). Throttling: 429 with X-RateLimit-*. Companies stand at
a host of their own. Source: Clearbit's API reference and SDKs, v2.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sidecar.enrichment import clearbit_shape, reading
from sidecar.enrichment.model import Answer, Auth, Inputs, Operation, Provider, Request, get_request

_CONFIDENCE = 0.85
_BASE = "https://person.clearbit.com/v2"
_COMPANY_BASE = "https://company.clearbit.com/v2"
_PERSON = Inputs({"email": "email"})
_COMPANY = Inputs({"domain": "company_domain"})


def _find(path: str, params: Mapping[str, str], base_url: str) -> Request:
    """GET that path; a request that is queued is answered at `webhook_url`."""
    told = {name: value for name, value in params.items() if name != "callback"}
    if address := params.get("callback"):
        told["webhook_url"] = address
    return get_request(path)(told, base_url)


def _at_companies(params: Mapping[str, str], base_url: str) -> Request:
    return _find("/companies/find", params, _COMPANY_BASE if base_url == _BASE else base_url)


def _called_back(body: str) -> tuple[int, str] | None:
    """{id, type, status: 200 or 404, body: the record or null}."""
    answer = reading.json_object(body)
    status = reading.at(answer, "status")
    if status == 404:
        return 404, ""
    record = reading.at(answer, "body")
    return (200, json.dumps(record)) if status == 200 and isinstance(record, dict) else None


def _read(shape: Callable[[Any, float, float], Answer]) -> Any:
    def read(status: int, headers: Mapping[str, Any], body: str) -> Answer:
        if status == 200:
            record = reading.json_object(body)
            return shape(record, _CONFIDENCE, 1.0) if record is not None else Answer(
                "error", detail="the answer is not JSON")
        if status == 202:
            return Answer("pending")
        if status == 404:
            return Answer("not_found", credits=1.0)
        if status == 422:
            return Answer("not_found")
        if status == 402:
            return Answer("quota", detail="the quota is used up")
        if status == 429:
            reset = reading.number(reading.header(headers, "x-ratelimit-reset"))
            now = reading.until({"date": "1970-01-01T00:00:00"}, reading.header(headers, "date"))
            # The reset is a time in seconds since 1970, or so many seconds (?).
            wait = reset - now if reset and now and reset > 10**9 else reset
            return reading.throttled(headers, wait or reading.PAUSE_SECONDS)
        return reading.failure(status)

    return read


PROVIDER = Provider(
    name="clearbit",
    title="Clearbit (legacy)",
    key_setting="CLEARBIT_API_KEY",
    base_url=_BASE,
    hosts=("person.clearbit.com", "company.clearbit.com"),
    auth=Auth("header", "Authorization", "Bearer "),
    pace_per_second=10.0,  # 600 a minute
    prices="Not sold any more: what old contracts paid (?), 99 USD for 1,000 requests; 404 counts as a"
           " request (help.clearbit.com, 115015508588); 2026-11.",
    operations=(
        Operation(
            name="company", subject="organization", needs=_COMPANY.needs, lookup=_COMPANY,
            provides=clearbit_shape.COMPANY_FIELDS, price_found=0.099, price_missing=0.099, miss_credits=1.0,
            hit_rate=0.6, confidence=_CONFIDENCE, request=_at_companies,
            callback=_called_back, read=_read(clearbit_shape.company),
        ),
        Operation(
            name="person", subject="contact", needs=_PERSON.needs, lookup=_PERSON,
            provides=clearbit_shape.PERSON_FIELDS, price_found=0.099, price_missing=0.099, miss_credits=1.0,
            hit_rate=0.4, confidence=_CONFIDENCE, request=partial(_find, "/people/find"),
            callback=_called_back, read=_read(clearbit_shape.person),
        ),
        Operation(
            name="combined", subject="contact", needs=_PERSON.needs, lookup=_PERSON,
            provides=clearbit_shape.PERSON_FIELDS | clearbit_shape.COMPANY_FIELDS, price_found=0.099,
            price_missing=0.099, miss_credits=1.0, hit_rate=0.5, confidence=_CONFIDENCE,
            request=partial(_find, "/combined/find"), callback=_called_back,
            read=_read(clearbit_shape.combined),
        ),
    ),
)
