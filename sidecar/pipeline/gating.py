"""The identity gate of a run: which stored answers count, which are held for a person's review, and who has
another employer now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sidecar.engine import Engine
from sidecar.enrichment.freshness import employer_now
from sidecar.enrichment.gate import Held, judge_company, judge_person, two_people
from sidecar.enrichment.identity import Who, fields_of_entity, joined, who
from sidecar.enrichment.merge import FieldValue
from sidecar.enrichment.model import Answer, Statement
from sidecar.enrichment.provenance import Said
from sidecar.ids import new_id
from sidecar.matching import Firm
from sidecar.pipeline import provenance
from sidecar.records import registrable_domain
from sidecar.store import customers, facts, held_answers, intake, subscriptions
from sidecar.store.database import Cursor, Row
from sidecar.webhooks import of_employer


class Stored(NamedTuple):
    """A stored answer {provider, operation, request_key, subject_kind, subject_id, fetched_at, sandbox}, as
    it is read; `asked`: the parameters by which it was asked."""

    row: Row
    answer: Answer
    asked: Mapping[str, Any]

    @property
    def of_company(self) -> Mapping[str, Statement]:
        """What it says of a company."""
        return self.answer.company if self.row["subject_kind"] == "contact" else self.answer.statements


class Move(NamedTuple):
    """A contact who has another employer now, as a provider tells."""

    contact_id: str
    before: str
    firm: Firm
    said: Said


@dataclass
class Sifted:
    """What counts, by kind of entity; who moved; and the provenance that was loaded, by entity."""

    said: dict[str, list[Said]] = field(default_factory=lambda: {"contact": [], "organization": []})
    moves: list[Move] = field(default_factory=list)
    stored: Mapping[str, list[Row]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    """What is known of the subjects of a batch: provenance by entity, what people decided of answers about
    them, the company of each contact, the contacts that have an identity key, the companies' facts, and where
    their people are."""

    values: Mapping[str, list[FieldValue]]
    accepted: Mapping[str, list[Row]]
    rejected: Mapping[str, list[Row]]
    company: Mapping[str, str]
    holders: Mapping[tuple[str, str], set[str]]
    companies: Mapping[str, Row]
    countries: Mapping[str, list[str]]

    def own(self, contact: str | None, organization: str | None) -> Who:
        """Who the subject is by its own word, by staff's, and by what a person accepted."""
        return self._who(contact, organization, _own_word, self.accepted)

    def told(self, contact: str) -> Who:
        """Who the contact is by the word of other providers."""
        return self._who(contact, None, _others_word, {})

    def _who(self, contact: str | None, organization: str | None, counts: Callable[[FieldValue], bool],
             accepted: Mapping[str, list[Row]]) -> Who:
        told: list[Mapping[str, Any]] = []
        if not contact:
            told.append({"country": self.countries.get(organization or "", [])})
        for kind, entity in (("contact", contact), ("organization", organization)):
            people: dict[str | None, list[tuple[str, Any]]] = {}
            for value in self.values.get(entity or "", ()):
                if counts(value):
                    people.setdefault(value.person, []).append((value.field, value.value))
            if kind == "organization" and not people and entity and entity in self.companies:
                # Whose word it is that they are of this company is not known: that they are is.
                people[None] = [*self.companies[entity].items()]
            told += [fields_of_entity(kind, values) for values in people.values()]
            told += [record["about"] for record in accepted.get(entity or "", ())]
        return who(joined(*told))

    def others(self, contact: str, about: Who) -> set[tuple[str, str]]:
        """The identity keys of an answer that other contacts have and this one has not."""
        return {key for key in _keys(about) if (people := self.holders.get(key)) and contact not in people}


def _own_word(value: FieldValue) -> bool:
    return not value.sandbox and (value.source == "lead" or value.locked)


def _others_word(value: FieldValue) -> bool:
    return not value.sandbox and not _own_word(value)


def asked_by(params: Mapping[str, str]) -> dict[str, str]:
    """By what a provider was asked, by a lead's names: an address, a profile, a company's domain."""
    return {_kind_of(value): value for value in params.values() if "@" in value or registrable_domain(value)}


def _kind_of(value: str) -> str:
    if "@" in value:
        return "email"
    return "linkedin_url" if "linkedin.com/" in value else "company_domain"


def about_person(answer: Answer) -> dict[str, Any]:
    """Whom an answer about a person speaks of, with their company."""
    return joined(
        fields_of_entity("contact", _values(answer.statements)), answer.about,
        fields_of_entity("organization", _values(answer.company)))


def _keys(about: Who) -> set[tuple[str, str]]:
    """The identity keys that an answer tells of its person."""
    return {*(("email", email) for email in about.emails), *(("linkedin", url) for url in about.profiles)}


def about_company(answer: Answer, statements: Mapping[str, Statement]) -> dict[str, Any]:
    """Which company an answer speaks of; `statements`: what it says of the company."""
    about = dict(answer.about)
    country = about.pop("country", None) if statements is answer.statements else None
    return joined(
        fields_of_entity("organization", _values(statements)), about,
        {"company_country": country} if country else {})


def _values(statements: Mapping[str, Statement]) -> Iterable[tuple[str, Any]]:
    return ((name, statement.value) for name, statement in statements.items())


def sift(engine: Engine, cursor: Cursor, known: list[Row], stored: Collection[Stored]) -> Sifted:
    """Judge the live answers about these leads (their facts), and hold those that seem to be about somebody
    else. What the sandbox says is about nobody, and counts last."""
    sifted = Sifted()
    company = {row["contact"]["id"]: row["organization"]["id"]
               for row in known if row["organization"].get("id")}
    live = [each for each in stored
            if not each.row["sandbox"] and (each.answer.statements or each.answer.company)]
    domains = {row["organization"]["id"]: row["organization"].get("domain")
               for row in known if row["organization"].get("id")}
    for each in stored:
        if each.row["sandbox"]:
            entity = each.row["subject_id"]
            sifted.said[each.row["subject_kind"]].append(_said(each, entity, each.answer.statements))
            there = company.get(entity)
            if there and domains[there] and domains[there] == each.answer.about.get("company_domain"):
                sifted.said["organization"].append(_said(each, there, each.answer.company))
    if not live:
        return sifted
    people: dict[str, list[_Person]] = {}
    for each in live:
        if each.row["subject_kind"] == "contact":
            fields = about_person(each.answer)
            people.setdefault(each.row["subject_id"], []).append(_Person(each, fields, who(fields)))
    keys = {key for several in people.values() for one in several for key in _keys(one.about)}
    about, sifted.stored = _load(engine, cursor, known, company, live, keys)
    held: list[Row] = []
    for contact, several in people.items():
        _sift_person(engine, cursor, contact, several, about, sifted, held)
    for each in live:
        if each.row["subject_kind"] == "organization":
            _sift_company(engine, each, each.row["subject_id"], each.answer.statements, about, sifted, held)
    held_answers.hold(cursor, held)
    return sifted


class _Person(NamedTuple):
    """An answer about a person, and who it speaks of: by a lead's names, and as it is compared."""

    each: Stored
    fields: dict[str, Any]
    about: Who


def _load(
    engine: Engine, cursor: Cursor, known: list[Row], company: Mapping[str, str], live: Collection[Stored],
    keys: set[tuple[str, str]],
) -> tuple[_Known, dict[str, list[Row]]]:
    """What is known, and the provenance as it is stored."""
    contacts = {each.row["subject_id"] for each in live if each.row["subject_kind"] == "contact"}
    organizations = {each.row["subject_id"] for each in live if each.row["subject_kind"] == "organization"}
    organizations |= {company[contact] for contact in contacts if contact in company}
    stored: dict[str, list[Row]] = {entity: [] for entity in contacts | organizations}
    for kind, entities in (("contact", contacts), ("organization", organizations)):
        if entities:
            stored |= facts.load_provenance(cursor, kind, entities)
    decisions: dict[str, dict[str, list[Row]]] = {"accepted": {}, "rejected": {}}
    for row in held_answers.decided(cursor, sorted(contacts | organizations)):
        decisions[row["state"]].setdefault(row["subject_id"], []).append(engine.vault.open(row["record"]))
    countries: dict[str, list[str]] = {}
    for row in known:
        if row["organization"].get("id") and row["contact"].get("country"):
            countries.setdefault(row["organization"]["id"], []).append(row["contact"]["country"])
    return _Known(
        {entity: [FieldValue(**row) for row in rows] for entity, rows in stored.items()},
        decisions["accepted"], decisions["rejected"], company,
        {key: {*people, *people.values()} for key, people in intake.find_people(cursor, keys).items()}
        if keys else {}, {row["organization"]["id"]: row["organization"] for row in known
                          if row["organization"].get("id")}, countries), stored


def _said(each: Stored, entity: str, statements: Mapping[str, Statement]) -> Said:
    return Said(entity, statements, each.row["provider"], each.row["fetched_at"], each.row["sandbox"])


def _rejected(known: _Known, entity: str) -> list[Who]:
    return [who(record["about"]) for record in known.rejected.get(entity, ())]


def _sift_person(
    engine: Engine, cursor: Cursor, contact: str, answers: Collection[_Person], known: _Known, sifted: Sifted,
    held: list[Row],
) -> None:
    organization = known.company.get(contact)
    own = known.own(contact, organization)
    told = known.told(contact) if not own.names else Who()
    rejected = _rejected(known, contact)
    whys = [judge_person(own, about, who(asked_by(each.asked)), told, elsewhere=known.others(contact, about),
                         rejected=rejected) for each, _, about in answers]
    two = two_people(own, [one.about for one, why in zip(answers, whys, strict=True) if why is None])
    for (each, fields, about), held_for in zip(answers, whys, strict=True):
        if why := held_for or two:
            held += _held(engine, each, "contact", contact, fields, each.answer.statements, why)
        elif each.answer.statements:
            said = _said(each, contact, each.answer.statements)
            sifted.said["contact"].append(said)
            firm = _other_employer(engine, cursor, own, about, said, known.values.get(contact, ()))
            if firm and organization:
                there = said._replace(statements=each.answer.company)
                sifted.moves.append(Move(contact, organization, firm, there))
                continue
        if each.answer.company and organization:
            _sift_company(engine, each, organization, each.answer.company, known, sifted, held)


def _other_employer(
    engine: Engine, cursor: Cursor, own: Who, about: Who, said: Said, values: Iterable[FieldValue]
) -> Firm | None:
    """The employer that an accepted answer tells, if it is another one now. One without a domain could be any
    company of its name."""
    if not about.firm.domains:
        return None
    said_at = max((value.observed_at for value in values if _own_word(value)), default=None)
    told = said.statements.get("job_title")
    confidence = told.confidence if told else 0.7
    now = engine.now()
    if said_at is None or employer_now(own, about, confidence=confidence, said_at=None, now=now) is None:
        return None
    if moves := customers.employments(cursor, said.entity_id):  # that one counts as said then
        said_at = max(said_at, moves[0]["until"])
    return employer_now(own, about, confidence=confidence, said_at=said_at, now=now,
                        bounced=customers.bounced_since(cursor, said.entity_id, said_at))


def _sift_company(
    engine: Engine, each: Stored, organization: str, statements: Mapping[str, Statement], known: _Known,
    sifted: Sifted, held: list[Row],
) -> None:
    fields = about_company(each.answer, statements)
    own = known.own(None, organization)
    why = judge_company(own, who(fields), who(asked_by(each.asked)), rejected=_rejected(known, organization))
    if why:
        held += _held(engine, each, "organization", organization, fields, statements, why)
    else:
        sifted.said["organization"].append(_said(each, organization, statements))


def _held(
    engine: Engine, each: Stored, kind: str, entity: str, about: Mapping[str, Any],
    statements: Mapping[str, Statement], why: Held,
) -> list[Row]:
    """The row that holds an answer; none for a record that was rejected before."""
    if why.code == "rejected":
        return []
    record = engine.vault.seal({
        "about": dict(about), "ours": why.ours, "theirs": why.theirs,
        "statements": {name: [said.value, said.confidence] for name, said in statements.items()}})
    return [held_answers.row_of(kind, entity, each.row, why.code, record)]


def move(cursor: Cursor, moves: Iterable[Move]) -> None:
    """Let contacts be of the companies that they work for now; where they were before is remembered, and the
    owners of their open leads are told. Their leads are locked."""
    for contact, before, firm, said in moves:
        [domain, *_] = sorted(firm.domains)
        there = customers.organization_of_domain(cursor, domain)
        if there is None:
            there = new_id()
            facts.insert_organizations(cursor, [{"id": there, "domain": domain}])
        if there == before:
            continue
        told = {"domain": Statement(domain, 0.9)} | (
            {"name": Statement(min(firm.names), 0.8)} if firm.names else {}) | dict(said.statements)
        provenance.write_all(cursor, "organization", [said._replace(entity_id=there, statements=told)])
        subscriptions.tell(cursor, of_employer(
            customers.change_employer(cursor, contact, before, there, said.source), said.source))
