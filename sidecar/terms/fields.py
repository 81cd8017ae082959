"""Every field of a contact, an organization and a lead, once: all lists of fields are made from this one.

A new field of a contact or an organization is one line here and the migration that adds its column. It
is then validated, tidied, stored, masked, editable, exported, imported, scored and in GET /v1/fields.
A rule of its own (a normalisation, a check) stands with its kind: sidecar/records/. What files and forms call
a field stands in sidecar/sources/ (words.txt, places.txt); its own name is known without a word there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sidecar.terms import label, states


class Ageing(NamedTuple):
    """How what is said of a field ages, in days: after `half_life` a statement weighs half as much as a new
    one (0: never less); after `stale` it is looked at again (0: never)."""

    half_life: int
    stale: int


# Class of field -> how it ages. The newest credible statement counts, of `history` the oldest.
# About a fifth of all addresses, titles and employers change within a year (MarketingSherpa: 22.5 %; median
# tenure 3.9 years, US Bureau of Labor Statistics 2024), companies' figures more slowly. The half-lives are
# shorter, so that a source of less confidence that looked lately counts before a better one of long ago.
AGEING: Final = {
    "history": Ageing(0, 0),
    "identity": Ageing(3650, 0),
    "job": Ageing(365, 180),
    "reach": Ageing(365, 180),
    "size": Ageing(545, 365),
    "trade": Ageing(1095, 730),
    "place": Ageing(1095, 730),
    "state": Ageing(545, 365),
}

# Kind -> SQL type of the column.
_SQL: Final = {"text": "text", "integer": "integer", "number": "numeric", "list": "text[]", "object": "jsonb"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field; its place in FIELDS is that in which people read it.

    entity: contact, organization or lead. name: within the entity, in answers and to scoring.
    lead: what a lead that comes in calls it; None when no lead may tell it.
    kind: text, integer, number, list (of texts) or object. longest: characters, None for unbounded.
    multiline: a text that may have several lines. column: in the entity's table (of owner: the user's id).
    derived_from: the field that it is worked out from, anew each time; unstated: it follows that field
    alone, so that nobody's word for it is kept and it goes where that field's value goes.
    personal: it may tell who somebody is: masked for callers who may not see people, neither searched
    nor filtered by them. Whatever is not known to be harmless is personal.
    audited: its value may stand in the audit log, which outlives the person.
    editable: by people; reads_as: the field of a lead by whose rules an edit is read.
    exported: to CSV. scored: rules may look at it. matched: it tells whether two records are one person.
    filter: the query parameter of GET /v1/leads that it is filtered by. choices: all values there are.
    ages: its class in AGEING.
    """

    entity: str
    name: str
    label: str
    lead: str | None
    kind: str
    longest: int | None
    multiline: bool
    column: str
    derived_from: str | None
    unstated: bool
    personal: bool
    audited: bool
    editable: bool
    reads_as: str | None
    exported: bool
    scored: bool
    matched: bool
    filter: str | None
    choices: tuple[str, ...]
    ages: str

    @property
    def sql(self) -> str:
        """The SQL type of the column."""
        return _SQL[self.kind]


def _field(entity: str, name: str, title: str | None, lead: str | None, **said: Any) -> Field:
    """A field of which what is usual need not be said."""
    kind, derived = said.get("kind", "text"), said.get("derived_from") is not None
    plain = lead is not None and not derived and kind != "object"
    bounded = kind == "text" and (plain or "reads_as" in said)
    usual: dict[str, Any] = {
        "kind": "text", "longest": 500 if bounded else None, "multiline": False, "column": name,
        "derived_from": None, "unstated": False, "personal": True, "audited": False, "editable": plain,
        "reads_as": lead, "exported": plain, "scored": True,
        "matched": False, "filter": None, "choices": (), "ages": "state",
    }
    return Field(entity=entity, name=name, label=title or label(name), lead=lead, **usual | said)


def _contact(name: str, title: str | None = None, *, given: bool = True, **said: Any) -> Field:
    """Of a person. A lead calls it by the same name, unless it may not tell it."""
    return _field("contact", name, title, name if given else None, **said)


def _organization(name: str, title: str | None = None, *, lead: str | None = None, **said: Any) -> Field:
    """Of a company, which is nobody's person. `lead`: what a lead calls it, None when no lead tells it."""
    usual = {"personal": False, "audited": True, "editable": bool(lead or said.get("reads_as")) and
             not said.get("derived_from")}
    return _field("organization", name, title, lead, **usual | said)


def _lead(name: str, title: str | None = None, *, given: bool = True, **said: Any) -> Field:
    """Of a lead itself. `given`: a lead that comes in may tell it."""
    return _field("lead", name, title, name if given else None, **said)


FIELDS: Final = (
    _contact("full_name", "Name", column="name", matched=True, ages="identity"),
    _contact("first_name", matched=True, ages="identity"),
    _contact("last_name", matched=True, ages="identity"),
    _contact("job_title", personal=False, ages="job"),
    _contact("seniority", derived_from="job_title", choices=states.SENIORITIES, personal=False,
             audited=True, exported=True, ages="job"),
    _contact("department", derived_from="job_title", choices=states.DEPARTMENTS, personal=False,
             audited=True, exported=True, ages="job"),
    _contact("email", "E-mail", matched=True, ages="identity"),
    _contact("email_type", "E-mail type", derived_from="email", unstated=True, choices=states.EMAIL_TYPES,
             personal=False),
    _contact("email_status", "E-mail status", given=False, derived_from="email", unstated=True,
             choices=states.EMAIL_STATUSES, personal=False, audited=True, exported=True, ages="reach"),
    _contact("phone", matched=True, ages="reach"),
    _contact("phone_extension", derived_from="phone", longest=500, ages="reach"),
    _contact("phone_type", derived_from="phone", unstated=True, choices=states.PHONE_TYPES, personal=False,
             matched=True),
    _contact("phone_country", derived_from="phone", unstated=True, personal=False),
    _contact("linkedin_url", "LinkedIn", column="linkedin", longest=2000, matched=True, ages="identity"),
    _contact("city", personal=False, matched=True, ages="place"),
    _contact("region", personal=False, audited=True, matched=True, ages="place"),
    _contact("country", personal=False, audited=True, matched=True, ages="place"),
    _contact("consent", kind="object", personal=False, scored=False),
    _contact("refused", kind="object", personal=False, scored=False),
    _contact("email_canonical", "E-mail for matching", derived_from="email", unstated=True, matched=True),

    _organization("name", lead="company_name", matched=True, ages="identity"),
    _organization("domain", lead="company_domain", longest=2000, editable=False, matched=True,
                  ages="identity"),
    _organization("legal_form", lead="company_legal_form", derived_from="name", ages="identity"),
    _organization("industry", lead="industry", ages="trade"),
    _organization("employee_count", "Employees", lead="employee_count", kind="integer", ages="size"),
    _organization("company_size", lead="company_size", derived_from="employee_count",
                  choices=states.COMPANY_SIZES, exported=True, ages="size"),
    _organization("annual_revenue", lead="annual_revenue", kind="number", column="revenue", ages="size"),
    _organization("revenue_range", lead="revenue_range", derived_from="annual_revenue",
                  choices=states.REVENUE_RANGES, ages="size"),
    _organization("founded_year", "Founded", kind="integer", ages="history"),
    _organization("city", reads_as="city", ages="place"),
    _organization("region", reads_as="region", ages="place"),
    _organization("country", reads_as="country", ages="place"),
    _organization("linkedin_url", "LinkedIn", column="linkedin", longest=2000, reads_as="linkedin_url",
                  ages="identity"),
    _organization("description", ages="trade"),
    _organization("technologies", kind="list", ages="trade"),
    _organization("mail_host", ages="reach"),
    _organization("spf", "SPF", ages="reach"),
    _organization("dmarc", "DMARC", ages="reach"),
    _organization("email_pattern", "E-mail pattern", ages="reach"),
    _organization("company_key", "Name for matching", lead="company_key", derived_from="name", unstated=True,
                  matched=True),

    _lead("status", given=False, personal=False, audited=True, editable=True, exported=True, scored=False,
          filter="status", choices=states.STATUSES),
    _lead("owner", given=False, column="owner_id", longest=320, audited=True, editable=True, exported=True,
          scored=False, filter="owner"),
    _lead("goal", "Goal of enrichment", given=False, personal=False, audited=True, editable=True,
          scored=False, choices=states.GOALS),
    _lead("source", personal=False, editable=False, filter="source", ages="history"),
    _lead("tags", kind="list", audited=True, filter="tag"),
    _lead("message", longest=10_000, multiline=True),
    _lead("utm", "Campaign (UTM)", kind="object", personal=False),
    _lead("first_utm", "First campaign (UTM)", kind="object", personal=False, ages="history"),
    _lead("external_ids", "Ids elsewhere", kind="object", scored=False),
    _lead("owner_name", "Owner elsewhere", editable=False, scored=False),
    _lead("outcome", "Outcome elsewhere", personal=False, editable=False, scored=False),
    _lead("outcome_at", "Outcome's date", personal=False, editable=False, scored=False),
    _lead("custom", "Other answers", kind="object"),
)


def fields_of(entity: str) -> tuple[Field, ...]:
    """The fields of a contact, an organization or a lead."""
    return tuple(field for field in FIELDS if field.entity == entity)


# What a lead that comes in may tell, by the lead's names; then what of it is worked out anew.
GIVEN: Final = {field.lead: field for field in FIELDS if field.lead and not field.derived_from}
DERIVED: Final = {field.lead: field for field in FIELDS if field.lead and field.derived_from}

# Entity -> name -> (column, SQL type) of the facts that sources tell, with provenance. (A consent is
# merged by rules of its own.)
COLUMNS: Final = {
    entity: {field.name: (field.column, field.sql) for field in fields_of(entity) if field.kind != "object"}
    for entity in states.ENTITIES}
# What a lead calls it, else its own name -> (entity, name); of two the person's.
NAMED: Final = {
    field.lead or field.name: (field.entity, field.name)
    for entity in reversed((*states.ENTITIES, "lead")) for field in fields_of(entity)}
# Entity -> what a lead calls it -> its name: what a lead that comes in tells of each.
FROM_LEAD: Final = {
    entity: {field.lead: field.name for field in fields_of(entity) if field.lead and field.kind != "object"}
    for entity in states.ENTITIES}
# Places such as "contact.seniority" that scoring rules may look at.
SCORED: Final = {
    entity: tuple(field.name for field in fields_of(entity) if field.scored)
    for entity in (*states.ENTITIES, "lead")}
