"""Refusals (opt-outs) and consents: who said what, what of it holds, and what it allows.

A statement is one word of one source about one purpose. Statements are only ever added; what holds is worked
out from all of them, whatever their order of arrival:

- A refusal holds, and wins over every list, also one that comes later, and over a yes of the same moment.
- Only a later yes by the person's own act lifts it: their own form with the box ticked, a double opt-in, a
  new subscription, or what staff note as said by the person.
- A refusal of a purpose is one of all that it takes in (`PURPOSES`); who refuses both mail and phone refuses
  any contact. A yes lifts what it takes in and no more: who opts in to the newsletter again may still not be
  called.

What is an own act is said in `is_own_act` alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sidecar.enrichment.consent import merge_consent
from sidecar.records.text import word_set, words
from sidecar.records.truth import moment, opted_out, truth
from sidecar.scoring.intake import is_filled_in
from sidecar.terms.states import ASKING, PURPOSES

# The words of a key of `consent` or `refused`: the first line that shares one with it names the purpose.
_KEYS: Final = {purpose: word_set(known) for purpose, known in {
    "enrichment": "enrichment enrich profiling anreicherung",
    "phone": "phone call calls calling telephone telefon sms mobile whatsapp anruf",
    "marketing_email": "marketing email emails mail mails newsletter newsletters mailing mailings werbung",
    "any_contact": "contact contacts contacted kontakt kontaktaufnahme disturb",
    "any": "any all everything",
}.items()}
# Keys with one of these ask for a refusal: {"unsubscribed": true}, {"do_not_contact": "yes"}.
_NEGATIVE: Final = word_set(
    "not no out optout unsubscribed unsubscribe withdrawn revoked denied declined refused objected")
# What stands for a consent by itself: one to marketing, unless what it stands in says more.
_POSITIVE: Final = word_set("granted given consent agreed opt opted optin subscribed double doi")
_STATES: Final = _POSITIVE | word_set("status state value accepted allowed")
_DOUBLE: Final = word_set("double doi")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source says of a purpose: `refused`, else agreed; `own`: by the person's own act."""

    purpose: str
    refused: bool
    own: bool
    source: str
    stated_at: datetime
    reason: str | None = None


def is_own_act(lead: Mapping[str, Any], *, client: str = "", submitted: bool = False) -> bool:
    """Whether what a lead brings is the person's own act: it came by a keyed web form (client `form:NAME`),
    or as a submission and is a form that was filled in: by the name of its source (`web form`, `landing
    page`, `typeform` …) or by the event that it says it is. Who else comes in the same request tells nothing.

    All else is a list: imports, and sources that name a list, an API or a CRM.
    """
    return client.startswith("form:") or (submitted and is_filled_in(lead))


def statements_of(
    consent: object, refused: object, *, source: str, own: bool, now: datetime
) -> list[Statement]:
    """What a lead's `consent{…}` and `refused{…}` say, each purpose once: a refusal before a yes, an own act
    before a list.

    A key that nobody knows says nothing in `consent`, and in `refused` that the person wants no contact. A
    double opt-in is the person's own act from a list too if it has its date.
    """
    said = [Statement(purpose, True, own, source, now) for purpose in _refused(refused)]
    said += [Statement(purpose, not yes, own or at is not None, source, min(at or now, now))
             for purpose, yes, at in _consents(consent)]
    said.sort(key=lambda one: (one.refused, one.own, one.stated_at))
    return list({one.purpose: one for one in said}.values())


def _refused(refused: object) -> Iterator[str]:
    """A no in a column of refusals is no consent: it says nothing."""
    for key, value in refused.items() if isinstance(refused, Mapping) else ():
        if opted_out(value):
            yield _meant(key).purpose or ("marketing_email" if _meant(key).stands else "any_contact")


def _consents(consent: object, outer: str | None = None) -> Iterator[tuple[str, bool, datetime | None]]:
    """(purpose, whether yes, when, where it is told) of a consent, nested as people nest them. A box to
    unsubscribe that was not ticked says nothing."""
    for key, value in consent.items() if isinstance(consent, Mapping) else ():
        about = _about(key, outer)
        if isinstance(value, Mapping):
            yield from _consents(value, about)
        elif about and (yes := _yes(key, value)) is not None and not (yes and _meant(key).negative):
            yield about, yes, moment(value) if yes and _meant(key).double else None


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key is about; whether it asks for a refusal, tells a state, is a double opt-in, and says enough
    where nothing names a purpose."""

    purpose: str | None
    negative: bool
    state: bool
    double: bool
    stands: bool


@lru_cache(1024)
def _meant(key: object) -> _Key:
    name = str(key)[:100]
    parts = frozenset(words(name))
    purpose = name if name in PURPOSES else next(
        (purpose for purpose, known in _KEYS.items() if known & parts), None)
    negative = name not in PURPOSES and bool(parts & _NEGATIVE)
    return _Key(purpose, negative, bool(parts & _STATES), bool(parts & _DOUBLE),
                negative or bool(parts & _POSITIVE))


def _about(key: object, outer: str | None) -> str | None:
    """The purpose of a member of a consent; of its own and that of what it stands in the more special one."""
    meant = _meant(key)
    if meant.purpose and outer:
        return next(purpose for purpose in _KEYS if purpose in (meant.purpose, outer))
    if meant.purpose:
        return meant.purpose
    return (outer or "marketing_email") if meant.stands or (outer and meant.state) else None


def _yes(key: object, value: object) -> bool | None:
    """Whether a member of a consent agrees."""
    if _meant(key).negative:
        no = opted_out(value)
        return None if no is None else not no
    return truth(value)


def _covers(stated: str, purpose: str) -> bool:
    return stated == purpose or purpose in PURPOSES[stated]


def holds(statement: Statement, statements: Collection[Statement]) -> bool:
    """Whether a statement is in force: a refusal that no later own act lifted, a yes against which no refusal
    of its purpose holds."""
    if statement.refused:
        return not any(
            other.own and not other.refused and other.stated_at > statement.stated_at
            and _covers(other.purpose, statement.purpose) for other in statements)
    return statement.purpose not in refused_now(statements)


def refused_now(statements: Iterable[Statement]) -> frozenset[str]:
    """All purposes that are refused, what they take in included."""
    lifted: dict[str, datetime] = {}
    refused: dict[str, datetime] = {}
    for one in statements:
        latest = refused if one.refused else lifted if one.own else None
        if latest is not None:
            for purpose in (one.purpose, *PURPOSES[one.purpose]):
                latest[purpose] = max(latest.get(purpose, one.stated_at), one.stated_at)
    found = {purpose for purpose, at in refused.items() if purpose not in lifted or lifted[purpose] <= at}
    if found >= set(PURPOSES["any_contact"]):
        found.add("any_contact")
    return frozenset(found)


def shown_refused(refused: Collection[str]) -> dict[str, bool]:
    """`contact.refused` as it is stored and shown: {purpose: true}."""
    return {purpose: True for purpose in PURPOSES if purpose in refused}


def shown_consent(
    before: Mapping[str, Any], said: Mapping[str, Any], statements: Collection[Statement], *,
    own: bool = False,
) -> dict[str, Any]:
    """`contact.consent` after somebody said more: keys and values as they were sent, but where a refusal
    holds they say no, and where one was lifted they say yes again."""
    refused = refused_now(statements)
    agreed = {purpose for one in statements if one.own and not one.refused
              for purpose in (one.purpose, *PURPOSES[one.purpose])}
    consent = _amended({**before, **said} if own else merge_consent(said, before), refused, agreed)
    # What stands there for a refusal that is another contact's again, or was taken back with its file.
    consent = {key: value for key, value in consent.items()
               if value is not False or key not in PURPOSES or key in refused}
    shown = {purpose for purpose, yes, _ in _consents(consent) if not yes}
    shown |= {part for purpose in refused for part in PURPOSES[purpose]}
    return consent | {purpose: False for purpose in PURPOSES if purpose in refused and purpose not in shown}


def _amended(
    consent: Mapping[str, Any], refused: Collection[str], agreed: Collection[str], outer: str | None = None
) -> dict[str, Any]:
    amended = dict(consent)
    for key, value in consent.items():
        about = _about(key, outer)
        if isinstance(value, Mapping):
            amended[key] = _amended(value, refused, agreed, about)
        elif about and (yes := _yes(key, value)) is not None:
            if yes and about in refused:
                amended[key] = _meant(key).negative
            elif not yes and about not in refused and about in agreed:
                amended[key] = not _meant(key).negative
    return amended


def may_enrich(refused: Collection[str], forbidding: Collection[str]) -> bool:
    """Whether providers may be asked about them; forbidding: the refusals that forbid it."""
    return not any(purpose in refused for purpose in forbidding)


def asked_themselves(
    events: Iterable[Mapping[str, Any]], statements: Iterable[Statement], forbidding: Collection[str],
    told_at: datetime | None = None,
) -> bool:
    """Whether the person asked to be answered and nobody was told yet: an event of their own, newer than what
    sales was last told of them, and not older than the last refusal of theirs that forbids to tell. What a
    list says of them is none: its events carry `list`."""
    refused_at = max((
        one.stated_at for one in statements if one.refused and one.own
        and any(_covers(one.purpose, purpose) for purpose in forbidding)), default=None)
    return any(
        event["type"] in ASKING and not event["properties"].get("list")
        and (refused_at is None or event["occurred_at"] >= refused_at)
        and (told_at is None or event["occurred_at"] > told_at) for event in events)


def may_alert(refused: Collection[str], forbidding: Collection[str], *, asked: bool) -> bool:
    """Whether sales is told of them: not when they refused contact, unless they asked themselves."""
    return asked or not any(purpose in refused for purpose in forbidding)


def told(statements: Collection[Statement]) -> list[dict[str, Any]]:
    """What was said, newest first, as it is shown: the fields of `Statement`, and whether it `holds`."""
    return [
        {"purpose": one.purpose, "refused": one.refused, "own": one.own, "source": one.source,
         "reason": one.reason, "stated_at": one.stated_at, "holds": holds(one, statements)}
        for one in sorted(statements, key=lambda one: one.stated_at, reverse=True)]


def may(refused: Collection[str]) -> dict[str, bool]:
    """{may_email, may_call}: whether marketing mail may go to somebody who refuses this, and whether they may
    be called."""
    return {"may_email": "marketing_email" not in refused, "may_call": "phone" not in refused}
