"""Privacy by date: grounds, notices, retention."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from sidecar.api.schemas.base import (
    Answer,
    Edit,
    Id,
    PageQuery,
    QueryWhole,
    Strict,
    Text,
    Whole,
    Word,
    page_of,
    sent_as,
)
from sidecar.terms.states import (
    GROUNDS,
    GROUNDS_BY,
    LANGUAGES,
    NOTICE_STATES,
    ORIGINS,
    PRIVACY_KINDS,
    STANDINGS,
)

_MOST_RULES = 50
_MOST_MARKED = 1000


def _ground(**more: Any) -> fields.String:
    return Text(validate=validate.OneOf(tuple(GROUNDS)), **more)


def _standing(**more: Any) -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(STANDINGS), **more)


class RetentionRule(Strict):
    ground = Text(required=True, validate=validate.OneOf([*GROUNDS, "any"]))
    standing = Text(required=True, validate=validate.OneOf([*STANDINGS, "any"]))
    months = Whole(1, 600, required=True, allow_none=True, metadata={
        "description": "null: kept without end."})


class PrivacySettingsEdit(Edit):
    controller = Text(500, metadata={"description": "Name and address of who is responsible."})
    contact = Text(500, metadata={"description": "Where data protection is reached."})
    authority = Text(500)
    recipients = Text(2000)
    transfers = Text(2000)
    erase = fields.Boolean(metadata={
        "description": "Whether who is due is erased by itself, once the cooling period is over."})
    cooling_days = Whole(1, 365)
    rules = fields.List(fields.Nested(RetentionRule), validate=validate.Length(max=_MOST_RULES), metadata={
        "description": "The first that fits counts; where none does, people are kept."})


class PrivacyCounts(Answer):
    overdue = fields.Integer(required=True)
    due_soon = fields.Integer(required=True)
    due = fields.Integer(required=True)
    retention_due = fields.Integer(required=True)
    announced = fields.Integer(required=True)


class PrivacySettings(Answer):
    controller = fields.String(required=True)
    contact = fields.String(required=True)
    authority = fields.String(required=True)
    recipients = fields.String(required=True)
    transfers = fields.String(required=True)
    erase = fields.Boolean(required=True)
    cooling_days = fields.Integer(required=True)
    rules = fields.List(fields.Nested(RetentionRule), required=True)
    looked_at = fields.DateTime(required=True, allow_none=True, metadata={
        "description": "When the last part of the round was that works lists and figures out."})
    counts = fields.Nested(PrivacyCounts, required=True)


class SourceGroundSet(Strict):
    source = Word(100, required=True, metadata={"description": "As leads and imports name it."})
    ground = _ground(load_default=None, allow_none=True, metadata={"description": "null: by rule."})
    origin = Text(load_default=None, allow_none=True, validate=validate.OneOf(ORIGINS))


class SourceGround(Answer):
    source = fields.String(required=True)
    ground = fields.String(required=True, allow_none=True)
    origin = fields.String(required=True, allow_none=True)
    set_by = fields.String(required=True)
    set_at = fields.DateTime(required=True)


class SourceGroundList(Answer):
    data = fields.List(fields.Nested(SourceGround), required=True)


class NoticeState(Strict):
    state = Text(load_default="due", validate=validate.OneOf(NOTICE_STATES))


class NoticeQuery(PageQuery, NoticeState):
    """Which notices."""


class PrivacyOf(Answer):
    id = fields.String(required=True, metadata={"description": "The contact's."})
    full_name = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    ground = fields.String(required=True, validate=validate.OneOf(tuple(GROUNDS)))
    ground_by = fields.String(required=True, validate=validate.OneOf(GROUNDS_BY))
    standing = _standing()
    notice_due_on = fields.Date(required=True, allow_none=True)
    notice_sent_on = fields.Date(required=True, allow_none=True)
    retention_months = fields.Integer(required=True, allow_none=True)
    retention_from = fields.Date(required=True)
    retention_due_on = fields.Date(required=True, allow_none=True)
    announced_at = fields.DateTime(required=True, allow_none=True)


class NoticeOf(PrivacyOf):
    overdue = fields.Boolean(required=True)
    sources = fields.List(fields.String(), required=True, metadata={
        "description": "Whom the notice has to name."})


class NoticePage(Answer.from_dict(page_of(NoticeOf))):  # type: ignore[misc]
    """Who is to get a notice, or got it."""


@sent_as({"state": "overdue"})
class NoticesSent(Strict):
    contact_ids = fields.List(Id(), validate=validate.Length(1, _MOST_MARKED))
    state = Text(validate=validate.OneOf(("overdue", "due_soon", "due")), metadata={
        "description": "All of this state, 10,000 at once."})

    @validates_schema
    def one(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Send contact_ids or state.")


class NoticesMarked(Answer):
    batch_id = fields.String(required=True)
    count = fields.Integer(required=True)


class RetentionQuery(PageQuery):
    days = QueryWhole(0, 3660, load_default=0, metadata={
        "description": "Those too who will be due within so many days."})


class RetentionOf(PrivacyOf):
    why = fields.String(required=True)
    erased_from = fields.DateTime(required=True, allow_none=True, metadata={
        "description": "When the cooling period is over; null: it is not announced."})


class RetentionPage(Answer.from_dict(page_of(RetentionOf))):  # type: ignore[misc]
    """Who is to be erased, and why."""


class PersonSource(Answer):
    name = fields.String(required=True)
    origin = fields.String(required=True, validate=validate.OneOf(ORIGINS))
    given = fields.Boolean(required=True, metadata={
        "description": "Whether they gave it themselves: Art. 13, not 14."})
    ground = fields.String(required=True, validate=validate.OneOf(tuple(GROUNDS)))
    by = fields.String(required=True, validate=validate.OneOf(GROUNDS_BY))
    first_at = fields.DateTime(required=True)
    last_at = fields.DateTime(required=True)


class PersonNotice(Answer):
    due_on = fields.Date(required=True, allow_none=True, metadata={
        "description": "The last day on which it is in time; null: nothing is owed."})
    sent_on = fields.Date(required=True, allow_none=True)
    sources = fields.List(fields.String(), required=True)
    overdue = fields.Boolean(required=True)


class PersonRetention(Answer):
    months = fields.Integer(required=True, allow_none=True)
    from_on = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    why = fields.String(required=True)


class PrivacyStatement(Answer):
    kind = fields.String(required=True, validate=validate.OneOf(PRIVACY_KINDS))
    ground = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    sources = fields.List(fields.String(), required=True)
    stated_by = fields.String(required=True)
    stated_at = fields.DateTime(required=True)
    undone_at = fields.DateTime(required=True, allow_none=True)
    undone_by = fields.String(required=True, allow_none=True)


class PersonPrivacy(Answer):
    ground = fields.String(required=True, validate=validate.OneOf(tuple(GROUNDS)))
    ground_by = fields.String(required=True, validate=validate.OneOf(GROUNDS_BY))
    standing = _standing()
    sources = fields.List(fields.Nested(PersonSource), required=True)
    notice = fields.Nested(PersonNotice, required=True)
    retention = fields.Nested(PersonRetention, required=True)
    history = fields.List(fields.Nested(PrivacyStatement), required=True, metadata={
        "description": "What people said, the latest first."})


class GroundSet(Strict):
    ground = _ground(required=True, allow_none=True, metadata={"description": "null: by rule again."})
    reason = Word(500, required=True)


class ReportQuery(Strict):
    language = fields.String(load_default=LANGUAGES[0], validate=validate.OneOf(LANGUAGES))


class NoticeFileQuery(ReportQuery):
    format = Text(load_default="html", validate=validate.OneOf(("html", "text")))
