"""What is wanted of a lead, and a call that is worth making."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sidecar.enrichment.model import Facts
from sidecar.terms.fields import COLUMNS

# What scoring and salespeople need, and what costs nothing and tells whether mail can reach a company at all;
# a subject that has these is not asked about again.
WANTED: Mapping[str, frozenset[str]] = {
    "organization": frozenset({"industry", "company_size", "country", "mail_host"}),
    "contact": frozenset({"full_name", "job_title", "seniority", "linkedin_url"}),
}


def wanted_with(more: Iterable[str]) -> dict[str, frozenset[str]]:
    """What is wanted of each subject when these are, too ("organization.spf"). Raises ValueError that names
    what no provider could tell."""
    wanted = {subject: set(names) for subject, names in WANTED.items()}
    for place in more:
        subject, _, name = place.partition(".")
        if name not in COLUMNS.get(subject, ()):
            raise ValueError(f"there is no field {place}: use contact.phone, organization.spf …")
        wanted[subject].add(name)
    return {subject: frozenset(names) for subject, names in wanted.items()}


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


def lacks(facts: Facts, wanted: Mapping[str, frozenset[str]] = WANTED) -> dict[str, set[str]]:
    """What is wanted of each subject and not known."""
    return {subject: {name for name in names if facts[subject].get(name) in (None, "")}
            for subject, names in wanted.items()}


def request_key(
    provider: str, operation: str, params: Mapping[str, str], secret: bytes
) -> str:
    """HMAC-SHA256 (hex) of a call: tells that two calls are the same, and nothing of whom."""
    canonical = _canonical([provider, operation, dict(params)])
    return hmac.digest(secret, canonical.encode(), "sha256").hex()


_canonical = json.JSONEncoder(sort_keys=True).encode
