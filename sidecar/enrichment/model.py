"""The terms of enrichment: providers, their operations, what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal[
    "found", "not_found", "pending", "throttled", "quota", "auth", "refused", "error", "invalid"]
Facts = Mapping[str, Any]
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source says of one field: the value in canonical form, confidence 0 to 1."""

    value: Any
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer, read. `statements` by field; `credits` is what it cost."""

    outcome: Outcome
    statements: Mapping[str, Statement] = field(default_factory=dict)
    credits: float = 0.0
    retry_after_s: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Auth:
    """Where the key goes; the key itself is never here."""

    location: Literal["header", "query"]
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a provider can be asked.

    `lookup(facts)` gives the identifying parameters or None; `request(params, base_url)` the HTTP
    request {method, url, headers, query, body}; `read(status, headers, body)` never raises.
    `needs`: alternatives, each the fields of a lead that must be known before it can be asked. Prices are in
    USD; `confidence` is what its answers are mostly given, `hit_rate` only what is believed at first.
    """

    name: str
    subject: Literal["contact", "organization"]
    provides: frozenset[str]
    credits: float
    hit_rate: float
    lookup: Callable[[Facts], dict[str, str] | None]
    request: Callable[[Mapping[str, str], str], dict[str, Any]]
    read: Callable[[int, Mapping[str, Any], str], Answer]
    miss_credits: float = 0.0
    needs: tuple[tuple[str, ...], ...] = ()
    price_found: float = 0.0
    price_missing: float = 0.0
    confidence: float = 0.8
    ttl_found_s: int = 60 * DAY
    ttl_missing_s: int = 14 * DAY
    ttl_error_s: int = 3600
    timeout_s: int = 10


def get_request(path: str) -> Callable[[Mapping[str, str], str], dict[str, Any]]:
    """An operation's `request`: GET that path with the parameters as its query."""

    def build(params: Mapping[str, str], base_url: str) -> dict[str, Any]:
        return {"method": "GET", "url": f"{base_url}{path}", "headers": {}, "query": dict(params),
                "body": None}

    return build


@dataclass(frozen=True, slots=True)
class Provider:
    """An outside source of data. `key_setting` is the setting that holds its key."""

    name: str
    title: str
    key_setting: str
    base_url: str
    hosts: tuple[str, ...]
    auth: Auth
    pace_per_second: float
    operations: tuple[Operation, ...]
