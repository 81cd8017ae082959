"""Planning: which calls are worth making now, at the lowest expected cost per field found."""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sidecar.enrichment import PROVIDERS
from sidecar.enrichment.model import Facts, Operation, Provider

# What scoring and salespeople need, and what costs nothing and tells whether mail can reach a company at all;
# a subject that has these is not asked about again.
WANTED: Mapping[str, frozenset[str]] = {
    "organization": frozenset({"industry", "company_size", "country", "mail_host", "spf", "dmarc"}),
    "contact": frozenset({"full_name", "job_title", "seniority", "linkedin_url"}),
}

_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Lookup:
    """A call worth making. `reason`: what is expected of it, as JSON: `missing`, what is wanted and it may
    tell; or `doubt`, how likely the grade would change if all were asked, and `change`, the part of that
    which this is expected to settle."""

    provider: str
    operation: str
    subject: str
    params: dict[str, str] = field(hash=False)
    reason: Mapping[str, Any] = field(default_factory=dict, hash=False)


def lacks(facts: Facts) -> dict[str, set[str]]:
    """What is wanted of each subject and not known."""
    return {subject: {name for name in wanted if facts[subject].get(name) in (None, "")}
            for subject, wanted in WANTED.items()}


def plan(
    facts: Facts,
    asked: Mapping[tuple[str, str], str],
    providers: Mapping[str, Provider] = PROVIDERS,
    unavailable: frozenset[str] = frozenset(),
    removed: Mapping[str, Collection[str]] = MappingProxyType({}),
    too_dear: Collection[tuple[str, str]] = (),
) -> list[Lookup]:
    """One round of the waterfall: for each subject that still lacks something, all that is free and the
    cheapest call.

    `asked` holds what has an outcome, (provider, operation) -> outcome: never asked twice. While an
    answer about a subject is pending, nobody else is paid for it. `removed`, by the subject's id: what a
    person took away, which no answer brings back; `too_dear`: (provider, operation) for which there is no
    money: cheaper ones are asked instead.
    """
    lookups = []
    for subject, missing in lacks(facts).items():
        missing -= set(removed.get(facts[subject].get("id", ""), ()))
        choices = [
            (_cost(operation, missing), provider.name, operation)
            for provider in providers.values()
            for operation in provider.operations
            if operation.subject == subject
        ]
        if not missing or any(
            asked.get((name, operation.name)) == "pending" for _, name, operation in choices
        ):
            continue
        for cost, name, operation in sorted(choices, key=lambda choice: choice[:2]):
            asking = (name, operation.name)
            if cost == _NEVER or name in unavailable or asking in asked or asking in too_dear:
                continue
            params = operation.lookup(facts)
            if params:
                lookups.append(Lookup(name, operation.name, subject, params, {
                    "missing": sorted(missing & operation.provides)}))
                if cost > 0:
                    break
    return lookups


def _cost(operation: Operation, missing: set[str]) -> float:
    """Expected price per missing field found; who bills misses is dearer."""
    sought = operation.provides if operation.sought is None else operation.sought
    found = len(operation.provides & missing) * operation.hit_rate if sought & missing else 0
    paid = operation.hit_rate * operation.price_found + (1 - operation.hit_rate) * operation.price_missing
    return paid / found if found else _NEVER


def request_key(
    provider: str, operation: str, params: Mapping[str, str], secret: bytes
) -> str:
    """HMAC-SHA256 (hex) of a call: tells that two calls are the same, and nothing of whom."""
    said = ", ".join(f"{_quoted(name)}: {_quoted(params[name])}" for name in sorted(params))
    canonical = f"[{_quoted(provider)}, {_quoted(operation)}, {{{said}}}]"  # as json.dumps words it
    return hmac.digest(secret, canonical.encode(), "sha256").hex()


_quoted = json.encoder.encode_basestring_ascii
