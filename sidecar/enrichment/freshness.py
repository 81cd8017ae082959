"""Freshness: what is to be looked at again, for how much, and who has another employer now.

A field goes stale by its class (sidecar.terms.fields.AGEING). Signals that cost nothing make some doubtful
before that: a bounce, a domain without mail, a home page that is gone, an edit elsewhere. Looking again is
free as far as free operations go; all paid calls together cost at most a tenth of what the same leads cost
first.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sidecar.enrichment.identity import Who
from sidecar.enrichment.merge import FieldValue, winners
from sidecar.matching import Firm, related_as
from sidecar.terms.fields import AGEING, fields_of
from sidecar.terms.states import ENTITIES

# Signal -> entity -> the classes of fields that it makes doubtful.
DOUBTS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "bounced": {"contact": frozenset({"job", "reach"})},
    "mail_gone": {"contact": frozenset({"job", "reach"}), "organization": frozenset({"size", "trade"})},
    "site_gone": {"organization": frozenset({"size", "trade"})},
    "edited": {"contact": frozenset({"job"}), "organization": frozenset({"size"})},
}
# An edit of these is a sign that more has changed.
_TELLING: Final = frozenset({"job_title", "seniority", "employee_count", "company_size"})
SHARE: Final = 0.1  # of the first price, for all paid calls that look again

_CLASS: Final = {entity: {field.name: field.ages for field in fields_of(entity)} for entity in ENTITIES}


class Seen(NamedTuple):
    """A signal, and when it came."""

    signal: str
    at: datetime


class Candidate(NamedTuple):
    """A lead that may be looked at again. Prices in USD: `first` what it cost when it was new, `since` what
    looking again cost since it was last fresh, `expected` what it would cost now; `doubtful` by a signal;
    `oldest`: since when its oldest stale field is known."""

    lead_id: str
    first: float
    since: float
    expected: float
    doubtful: bool
    oldest: datetime


class Look(NamedTuple):
    """A lead to look at again, and the most that its paid calls may cost in USD."""

    lead_id: str
    ceiling: float


def stale(
    entity: str, values: Iterable[FieldValue], now: datetime, signals: Iterable[Seen] = ()
) -> dict[str, datetime]:
    """Field -> since when what counts of it is known, of those that are too old or made doubtful by a signal
    that is newer. What a person locked is neither; what nobody knows is missing, not stale."""
    classes = _CLASS[entity]
    doubted: dict[str, datetime] = {}
    for seen in signals:
        for doubtful in DOUBTS[seen.signal].get(entity, ()):
            doubted[doubtful] = max(seen.at, doubted.get(doubtful, seen.at))
    found = {}
    for name, value in winners(values).items():
        ages = classes.get(name)
        if ages is None or value.locked or value.value is None:
            continue
        days = AGEING[ages].stale
        old = days > 0 and now - value.observed_at > timedelta(days=days)
        if old or (ages in doubted and value.observed_at < doubted[ages]):
            found[name] = value.observed_at
    return found


def site_gone(status: int | None, error: str | None) -> bool:
    """Whether what came of a visit to a home page says that there is none any more; that it lets no programs
    in, or says nothing, does not."""
    return status in (404, 410) or error == "host_not_found"


def edits(values: Iterable[FieldValue]) -> list[Seen]:
    """What people changed, here or in another system: what else was said of the job or company may be old."""
    return [Seen("edited", value.observed_at) for value in values
            if value.locked and value.field in _TELLING]


def choose(candidates: Collection[Candidate], spent: float = 0.0) -> list[Look]:
    """All of them, in the order of who needs it most; those that the common purse still pays for may buy what
    it is expected to cost, the others look for what is free. `spent`: what those cost since their last look
    who are looked at with them and are fresh."""
    purse = sum(SHARE * candidate.first - candidate.since for candidate in candidates) - spent
    looks = []
    for candidate in sorted(candidates, key=lambda one: (not one.doubtful, one.oldest, one.lead_id)):
        ceiling = candidate.expected if 0 < candidate.expected <= purse else 0.0
        purse -= ceiling
        looks.append(Look(candidate.lead_id, ceiling))
    return looks


def employer_now(
    own: Who, about: Who, *, confidence: float, said_at: datetime | None, now: datetime,
    bounced: bool = False,
) -> Firm | None:
    """The employer that an answer tells, which was found to be about the person, if it is another one than is
    known and counts before it: as a statement of that confidence would of which the other was made at
    `said_at`. An address that bounced since tells that its employer is a former one."""
    known, told = own.employer(), about.employer(own.emails)
    if not about.firm.known or related_as(known, told) not in ("different", "namesake"):
        return None
    if bounced or said_at is None:
        return told
    gained = (now - said_at) / timedelta(days=AGEING["job"].half_life)
    return told if gained + math.log2(max(confidence, 1e-6)) > 0 else None
