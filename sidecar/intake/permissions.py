"""What leads that come in say of consent and refusal: what is to be written of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sidecar.intake.model import Key, Known, Row
from sidecar.intake.refusals import (
    Statement,
    refused_now,
    shown_consent,
    shown_refused,
    statements_of,
)
from sidecar.terms.states import OF_MAIL, PURPOSES


@dataclass(frozen=True, slots=True)
class Word:
    """A lead's word: whose contact it is and which of the people merged into it said it; by which keys they
    came; whether it is their own act; where it came in; when it was said; whether the same words came shortly
    before, so that they may be said anew or only delivered again."""

    contact_id: str
    person_id: str
    lead_id: str
    keys: list[Key]
    lead: Row
    source: str
    own: bool
    intake_id: str
    said_at: datetime
    again: bool = False


@dataclass(slots=True)
class Permissions:
    """Of leads that come in together: `refusals`, statements to be added; `adopted`, those of an address that
    now somebody has, {id, contact_id, person_id}; `people`, by contact id, what they are to have: {id,
    lead_id, consent, refused, changed (whether other refusals hold than before)}."""

    refusals: list[Row] = field(default_factory=list)
    adopted: list[Row] = field(default_factory=list)
    people: dict[str, Row] = field(default_factory=dict)


def permissions(said: Iterable[Word], known: Known) -> Permissions:
    """What becomes of the words of leads, in their order."""
    result = Permissions()
    of_people: dict[str, list[Statement]] = {}
    of_lasting: dict[str, list[Statement]] = {}  # without what the undo of an import may take away
    of_keys: dict[Key, list[Row]] = {}
    for row in known.refusals:
        if row["contact_id"]:
            of_people.setdefault(row["contact_id"], []).append(statement_of(row))
            if not row["undoable"]:
                of_lasting.setdefault(row["contact_id"], []).append(statement_of(row))
        if row["key"]:
            of_keys.setdefault(row["key"], []).append(row)
    for word in said:
        consent, refused = word.lead.get("consent") or {}, word.lead.get("refused") or {}
        addressed = [row for key in word.keys for row in of_keys.get(key, ())
                     if row["contact_id"] != word.contact_id]
        if not (consent or refused or addressed):
            continue
        statements = of_people.setdefault(word.contact_id, [])
        lasting = of_lasting.setdefault(word.contact_id, [])
        for row in addressed:
            for one in _taken_over(row, word, lasting, result):
                statements.append(one)
                lasting.append(one)
        key_hash = next((known.hashes[key] for key in word.keys if key[0] == "email" and key in known.hashes),
                        None)
        # Words that are only delivered again refuse nothing new; a yes of theirs may be older than a no.
        for one in statements_of(consent, refused, source=word.source, own=word.own, now=word.said_at):
            if not (_says_nothing_new(one, lasting)
                    or (word.again and (not one.refused or _is_refused(one, lasting)))):
                statements.append(one)
                lasting.append(one)
                result.refusals.append(row_of(
                    one, word.contact_id, key_hash, intake_id=word.intake_id, person_id=word.person_id))
        before = result.people.get(word.contact_id) or known.permissions.get(word.contact_id) or {
            "consent": {}, "refused": {}}
        now_refused = shown_refused(refused_now(statements))
        result.people[word.contact_id] = {
            "id": word.contact_id, "lead_id": word.lead_id, "refused": now_refused,
            "consent": shown_consent(
                before["consent"], {} if word.again else consent, statements, own=word.own),
            "changed": before.get("changed", False) or before["refused"] != now_refused}
    return result


def _taken_over(row: Row, word: Word, lasting: list[Statement], result: Permissions) -> list[Statement]:
    """A statement about an address holds for whoever comes with it: of one that nobody had all of it, of
    somebody else's what it says of mail."""
    one = statement_of(row)
    if row["contact_id"] is None:
        row["contact_id"] = word.contact_id
        result.adopted.append(
            {"id": row["id"], "contact_id": word.contact_id, "person_id": word.person_id})
        return [one]
    if one.purpose not in OF_MAIL or (one := replace(one, purpose="marketing_email")) in lasting:
        return []
    result.refusals.append(row_of(
        one, word.contact_id, None, intake_id=word.intake_id, person_id=word.person_id))
    return [one]


def _says_nothing_new(one: Statement, lasting: list[Statement]) -> bool:
    """Whether a statement stands there to stay already, or a list only repeats one of its own that holds in
    whole."""
    if one in lasting:
        return True
    return not one.own and any(
        (other.purpose, other.refused, other.own, other.source)
        == (one.purpose, one.refused, one.own, one.source) for other in lasting) and (
        not one.refused or _is_refused(one, lasting))


def _is_refused(one: Statement, lasting: list[Statement]) -> bool:
    """Whether all that a statement is about is refused already."""
    return refused_now(lasting) >= {one.purpose, *PURPOSES[one.purpose]}


def statement_of(row: Row) -> Statement:
    """A stored statement."""
    return Statement(row["purpose"], row["refused"], row["own"], row["source"], row["stated_at"],
                     row["reason"])


def row_of(
    one: Statement, contact_id: str | None, key_hash: str | None, *, intake_id: str | None = None,
    person_id: str | None = None, dedupe_key: str | None = None,
) -> Row:
    """A statement as it is stored."""
    return {
        "contact_id": contact_id, "person_id": person_id, "key_hash": key_hash, "purpose": one.purpose,
        "refused": one.refused, "own": one.own, "source": one.source, "reason": one.reason,
        "stated_at": one.stated_at, "intake_id": intake_id, "dedupe_key": dedupe_key}
