"""Users as owners of leads."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, Edit, Moment, PageQuery, Strict, Text, Whole, Word, page_of
from sidecar.terms.states import ABSENCE_SOURCES, ASSIGNMENT_KINDS, DAYS, LANGUAGES


class Owner(Answer):
    id = fields.String(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)


class OwnerList(Answer):
    data = fields.List(fields.Nested(Owner), required=True)


class Assignment(Answer):
    id = fields.String(required=True)
    lead_id = fields.String(required=True)
    owner_id = fields.String(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True)
    previous_owner_id = fields.String(required=True, allow_none=True)
    previous_owner = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(ASSIGNMENT_KINDS))
    reason = fields.String(required=True)
    rule = fields.String(required=True, allow_none=True, metadata={
        "description": "Of the routing model that decided."})
    model_version = fields.String(required=True, allow_none=True)
    actor = fields.String(required=True)
    at = fields.DateTime(required=True)
    undone_at = fields.DateTime(required=True, allow_none=True)


class AssignmentList(Answer):
    data = fields.List(fields.Nested(Assignment), required=True)


class AssignmentUndone(Answer):
    lead_id = fields.String(required=True)
    assignment_id = fields.String(required=True, metadata={"description": "Which gave the lead back."})


class OwnerName(Answer):
    name = fields.String(required=True, metadata={"description": "In lower case."})
    written = fields.String(required=True)
    owner_id = fields.String(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True)
    left = fields.Boolean(required=True, metadata={"description": "Who they are has left."})
    open_leads = fields.Integer(required=True, metadata={"description": "That nobody owns here."})
    mapped_by = fields.String(required=True, allow_none=True)
    mapped_at = fields.DateTime(required=True, allow_none=True)


class OwnerNamePage(Answer.from_dict(page_of(OwnerName))):  # type: ignore[misc]
    """Owners elsewhere."""


class OwnerNameQuery(PageQuery):
    cursor = Text(5000)


class OwnerNameMap(Strict):
    owner = Word(320, required=True, allow_none=True)


class OwnerNameMapped(Answer):
    name = fields.String(required=True)
    owner_id = fields.String(required=True, allow_none=True)
    assigned = fields.Integer(required=True, metadata={"description": "Leads that went to them."})


def hours(**more: object) -> fields.Dict:
    """Working hours: day of the week -> [[from, until], …]."""
    return fields.Dict(
        keys=Text(validate=validate.OneOf(DAYS)),
        values=fields.List(fields.List(Text(5), validate=validate.Length(2, 2)),
                           validate=validate.Length(max=6)),
        allow_none=True, metadata={
            "example": {"mon": [["09:00", "12:00"], ["13:00", "17:00"]], "fri": [["09:00", "13:00"]]},
            "description": "Day of the week -> [[from, until], …] as HH:MM; other days are free. null: those"
                           " of the settings."}, **more)  # type: ignore[arg-type]


class OwnWorking(Edit):
    time_zone = Text(100, allow_none=True, metadata={"description": "Of the IANA, e.g. Europe/Berlin."})
    working_hours = hours()
    holidays = Text(10, allow_none=True, metadata={
        "description": "Whose public holidays are free: a country, or country-subdivision (DE-BY)."})
    language = Text(validate=validate.OneOf(LANGUAGES))


class OwnEdit(OwnWorking):
    name = Text(200, allow_none=True)


class Working(OwnWorking):
    capacity = Whole(0, 1_000_000, allow_none=True, metadata={
        "description": "How many open hot leads they take from routing at most; null: any number."})


class Absence(Answer):
    id = fields.String(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    source = fields.String(required=True, validate=validate.OneOf(ABSENCE_SOURCES))


class AbsenceList(Answer):
    data = fields.List(fields.Nested(Absence), required=True)


class AbsenceAdd(Strict):
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class CalendarFeed(Strict):
    url = Text(2000, required=True, metadata={"description": "https:// or webcal://; it is kept encrypted."})


class CalendarState(Answer):
    read_at = fields.DateTime(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)


class TeamMember(Answer):
    user_id = fields.String(required=True)
    user = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    weight = fields.Integer(required=True)
    left = fields.Boolean(required=True)


class Team(Answer):
    id = fields.String(required=True)
    name = fields.String(required=True)
    lead_id = fields.String(required=True, allow_none=True)
    lead = fields.String(required=True, allow_none=True)
    members = fields.List(fields.Nested(TeamMember), required=True)
    created_at = fields.DateTime(required=True)


class TeamList(Answer):
    data = fields.List(fields.Nested(Team), required=True)


class Member(Strict):
    user = Word(320, required=True)
    weight = Whole(0, 100, load_default=1)


class TeamEdit(Edit):
    name = Word(100)
    lead = Word(320, allow_none=True)
    members = fields.List(fields.Nested(Member), validate=validate.Length(max=500))


class TeamAdd(TeamEdit):
    name = Word(100, required=True)
