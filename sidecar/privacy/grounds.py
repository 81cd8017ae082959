"""How data of a person came and on which ground they are kept, by rule; what people say wins.

- Who asked for something themselves: contract, which takes in the steps before one (Art. 6(1)(b)).
- A form, a webinar or a download with a consent that still holds: consent (a); a form without one was filled
  in to be answered: contract; the others legitimate interest (f).
- Lists, other systems, providers: legitimate interest.
- A customer: contract. Of several grounds the one that carries most counts, in the order of `_STRONGEST`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sidecar.scoring.intake import is_filled_in, is_list
from sidecar.terms.states import GIVEN_BY_THEM

_ASKED: Final = ("demo_request", "contact_request", "meeting_booked")
_AT_EVENTS: Final = ("webinar", "content_download")
_STRONGEST: Final = ("contract", "legal_obligation", "vital_interest", "public_interest", "consent",
                     "legitimate_interest")


class Source(NamedTuple):
    """Where data of a person came from: what it is called, how it came (ORIGINS), on which ground and who
    says so (GROUNDS_BY), when first and last."""

    name: str
    origin: str
    ground: str
    by: str
    first_at: datetime
    last_at: datetime

    @property
    def given(self) -> bool:
        """Whether the person gave it themselves."""
        return self.origin in GIVEN_BY_THEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored of a contact. arrivals: [{source, by_form: a keyed form of ours, imported: with a file,
    event: which one the arrival was, or None, listed: a list told that, first_at, last_at}]; providers: name
    -> when it first told of them; statements: rows of privacy_statements, oldest first, without those that
    were undone; agreed_at, objected_at: last, of marketing or any contact; acted_at: when they last did
    something, or somebody of us about them; written: days on which we wrote to or called them."""

    id: str
    created_at: datetime
    customer: bool
    open: bool
    objects: bool
    arrivals: Sequence[Mapping[str, Any]]
    providers: Mapping[str, datetime]
    statements: Sequence[Mapping[str, Any]]
    agreed: bool
    objected_at: datetime | None
    acted_at: datetime | None
    written: Sequence[datetime]


class Setting(NamedTuple):
    """What people say of all that comes from a source; None: by rule."""

    ground: str | None
    origin: str | None


def sources_of(known: Known, settings: Mapping[str, Setting]) -> list[Source]:
    """Where data of a person came from, the first one first; one of each name and origin."""
    found: dict[tuple[str, str], Source] = {}
    for row in known.arrivals:
        said = settings.get(row["source"], Setting(None, None))
        origin = said.origin or _origin(row)
        _add(found, row["source"], origin, said.ground, known, row["first_at"], row["last_at"])
    for name, at in known.providers.items():
        _add(found, name, "provider", settings.get(name, Setting(None, None)).ground, known, at, at)
    return sorted(found.values(), key=lambda source: (source.first_at, source.name, source.origin))


def _add(
    found: dict[tuple[str, str], Source], name: str, origin: str, said: str | None, known: Known,
    first_at: datetime, last_at: datetime,
) -> None:
    before = found.get((name, origin))
    found[name, origin] = Source(
        name, origin, said or _by_rule(origin, known.agreed), "source" if said else "rule",
        min(first_at, before.first_at) if before else first_at,
        max(last_at, before.last_at) if before else last_at)


def _origin(row: Mapping[str, Any]) -> str:
    if row["imported"] or row["listed"] or is_list(row["source"]):
        return "list"
    if row["event"] in _ASKED:
        return "request"
    if row["event"] in _AT_EVENTS:
        return "event"
    return "form" if row["by_form"] or row["event"] or is_filled_in({"source": row["source"]}) else "system"


def _by_rule(origin: str, agreed: bool) -> str:
    if origin == "request":
        return "contract"
    if origin in GIVEN_BY_THEM and agreed:
        return "consent"
    return "contract" if origin == "form" else "legitimate_interest"


def ground_of(known: Known, sources: Iterable[Source]) -> tuple[str, str]:
    """(the ground on which a person is kept, who says so)."""
    said = next((row["ground"] for row in reversed(known.statements) if row["kind"] == "ground"), None)
    if said:
        return said, "person"
    if known.customer:
        return "contract", "rule"
    best = min(sources, key=lambda source: (_STRONGEST.index(source.ground), source.by != "source"),
               default=None)
    return (best.ground, best.by) if best else ("legitimate_interest", "rule")


def standing_of(known: Known) -> str:
    """Which of STANDINGS a person has."""
    if known.customer:
        return "customer"
    return "objected" if known.objects else "open" if known.open else "closed"
