"""The terms of enrichment: providers, their operations, what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sidecar.terms.fields import NAMED

Outcome = Literal[
    "found", "not_found", "pending", "throttled", "quota", "auth", "refused", "error", "invalid"]
# What is known of a lead: {"contact": {…}, "organization": {…}, "lead": {…}}, each by its own names.
Facts = Mapping[str, Any]
Request = dict[str, Any]
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source says of one field: the value in canonical form, confidence 0 to 1."""

    value: Any
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer, read.

    `statements`: of the operation's subject, by its fields' own names. `company`: of the company of the
    person, when a call tells both. `about`: of whom it speaks, by a lead's names (email, full_name,
    company_name, company_domain, country…) and those that sidecar.enrichment.identity.who reads besides:
    evidence that is never merged. `candidates`: addresses that nobody verified, likeliest first: what a
    verifier may be asked. `credits` is what it cost, as the provider bills. `ticket`: by what the answer is
    fetched when it is pending and not asked for again by the same request.
    """

    outcome: Outcome
    statements: Mapping[str, Statement] = field(default_factory=dict)
    credits: float = 0.0
    retry_after_s: float | None = None
    detail: str = ""
    company: Mapping[str, Statement] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    candidates: tuple[str, ...] = ()
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Auth:
    """Where the key goes, and what stands before it there; the key itself is never here."""

    location: Literal["header", "query"]
    name: str
    prefix: str = ""


class Inputs:
    """What identifies somebody to an operation: alternatives, the first whose fields are all known counts.

    Each is {parameter: field by a lead's name}. The address of a function or of a minute identifies nobody.
    """

    def __init__(self, *alternatives: Mapping[str, str]) -> None:
        self.alternatives = alternatives
        self.needs = tuple(tuple(names.values()) for names in alternatives)
        self._alternatives = [tuple(names.items()) for names in alternatives]

    def __call__(self, facts: Facts) -> dict[str, str] | None:
        """The parameters, or None while too little is known."""
        return next(self.each(facts), None)

    def each(self, facts: Facts) -> Iterator[dict[str, str]]:
        """The parameters of each alternative whose fields are all known."""
        for names in self._alternatives:
            params = {}
            for parameter, name in names:
                value = known(facts, name)
                if value is None:
                    break
                params[parameter] = value
            else:
                yield params


def known(facts: Facts, name: str) -> str | None:
    """What is known of a field, by a lead's name; None for a mailbox that is nobody's own."""
    entity, own = NAMED[name]
    about = facts[entity]
    if own != "email":
        return about.get(own) or None
    if about.get("email_type") in ("disposable", "role"):
        return None
    return about.get("email_canonical") or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that a provider can be asked.

    `needs`: alternatives, each the fields that must be known before; `provides`: what it may tell;
    `sought`: what of that it is asked for by who wants to know more, where that is not all, as one that is
    dear or slow is not bought for what comes by the way; all by a lead's names, an organization's own fields
    by their own. `lookup(facts)` gives the identifying
    parameters or None; `request(params, base_url)` the HTTP request {method, url, headers, query, body};
    `read(status, headers, body)` never raises. Prices are in USD, `credits` as the provider bills them.
    `hit_rate` is what is expected until it is known better; `confidence` what its statements usually have.
    `misses`: what the node may tell instead of an answer that means that there is nothing to be had.
    `polled`: a pending answer has a ticket, which `request` finds among its parameters as `ticket`.
    `callback(body)`: what is answered later by itself, as (status, body) for `read`; None for what is no
    answer. `request` finds the address for it, if there is one, among its parameters as `callback`.
    """

    name: str
    subject: Literal["contact", "organization"]
    provides: frozenset[str]
    lookup: Callable[[Facts], dict[str, str] | None]
    request: Callable[[Mapping[str, str], str], Request]
    read: Callable[[int, Mapping[str, Any], str], Answer]
    sought: frozenset[str] | None = None
    needs: tuple[tuple[str, ...], ...] = ()
    price_found: float = 0.0
    price_missing: float = 0.0
    credits: float = 1.0
    miss_credits: float = 0.0
    hit_rate: float = 0.5
    confidence: float = 0.8
    misses: frozenset[str] = frozenset()
    polled: bool = False
    callback: Callable[[str], tuple[int, str] | None] | None = None
    ttl_found_s: int = 60 * DAY
    ttl_missing_s: int = 14 * DAY
    ttl_error_s: int = 3600
    timeout_s: int = 10


def get_request(path: str, **headers: str) -> Callable[[Mapping[str, str], str], Request]:
    """An operation's `request`: GET that path with the parameters as its query."""

    def build(params: Mapping[str, str], base_url: str) -> Request:
        return {"method": "GET", "url": f"{base_url}{path}", "headers": dict(headers),
                "query": dict(params), "body": None}

    return build


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An outside source of data.

    `key_setting` is the setting that holds its key, or, where it needs none (`auth` is None), whether it is
    asked. `hosts` are the only ones that see the key; `web`: it is asked at the companies' own sites,
    which may be any public host. `prices`: where the prices are from, and of when.
    """

    name: str
    title: str
    key_setting: str = ""
    base_url: str = ""
    hosts: tuple[str, ...] = ()
    auth: Auth | None = None
    web: bool = False
    pace_per_second: float = 1.0
    prices: str = ""
    operations: tuple[Operation, ...] = ()

    def operation(self, name: str) -> Operation:
        """One of its operations, by name."""
        return next(item for item in self.operations if item.name == name)
