"""Leads: in, out, edited; what people did."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from sidecar.api.examples import LEAD
from sidecar.api.schemas.base import (
    MAX_LEADS,
    Answer,
    Edit,
    FieldError,
    FieldWarning,
    Id,
    Ids,
    Moment,
    PageQuery,
    Strict,
    Text,
    Whole,
    Word,
    page_of,
    sent_as,
)
from sidecar.api.schemas.facts import LeadContact, LeadOrganization, Refusal, Score
from sidecar.api.sparse import FieldPaths
from sidecar.store.leads import SORTS
from sidecar.store.timeline import KINDS
from sidecar.terms.states import (
    BUTTONS,
    ENTITIES,
    GOALS,
    GRADES,
    INTAKE_OUTCOMES,
    MACHINES,
    MESSAGE_STATES,
    STAGES,
    STATUSES,
    STOPS,
    TOUCHES,
)


class IntakeResult(Answer):
    index = fields.Integer(required=True)
    lead_id = fields.String(required=True, allow_none=True)
    contact_id = fields.String(required=True, allow_none=True)
    organization_id = fields.String(required=True, allow_none=True)
    lead_url = fields.String(required=True, allow_none=True)
    outcome = fields.String(
        required=True, validate=validate.OneOf(INTAKE_OUTCOMES))
    errors = fields.List(fields.Nested(FieldError), required=True)
    warnings = fields.List(fields.Nested(FieldWarning), required=True)


class IntakeResults(Answer):
    results = fields.List(fields.Nested(IntakeResult), required=True)


class Strictness(Schema):
    strict = fields.Boolean(load_default=False, metadata={
        "description": "Refuse a lead for every value that cannot be used, instead of leaving that out."})

    class Meta:
        unknown = EXCLUDE  # senders hang marks of their own on addresses


class GivenWarning(FieldWarning):
    pointer = Text(500, required=True)
    code = Text(100, required=True)
    detail = Text(500)
    did_you_mean = Text(320)


class GivenWarnings(Strict):
    """What Validate said of leads before they were normalised: for each of them a list."""

    warnings = fields.List(fields.List(fields.Nested(GivenWarning), validate=validate.Length(max=101)))


class LeadIds(Strict):
    lead_ids = Ids(MAX_LEADS, 1, required=True)


class FormSave(Strict):
    name = Text(100, required=True, validate=validate.Length(min=1))
    origins = fields.List(Text(200), required=True, validate=validate.Length(1, 20), metadata={
        "description": "Where its pages are: https://www.example.com."})
    source = Text(100, load_default="web_form", validate=validate.Length(min=1))


class FormName(Strict):
    name = Text(100, required=True)


class WebForm(Answer):
    key = fields.String(required=True)
    name = fields.String(required=True)
    origins = fields.List(fields.String(), required=True)
    source = fields.String(required=True)
    disabled_at = fields.DateTime(required=True, allow_none=True)
    snippet = fields.String(required=True)


class FormList(Answer):
    data = fields.List(fields.Nested(WebForm), required=True)


class FormAnswer(Answer):
    status = Text(required=True)


class Queued(Answer):
    queued = fields.List(fields.String(), required=True, metadata={"description": "Ids of leads."})


class Rescored(Queued):
    next = fields.String(required=True, allow_none=True, metadata={
        "description": "After which lead the rest of the filters follows."})


class Touch(Strict):
    how = Text(required=True, validate=validate.OneOf(BUTTONS))


class Touched(Answer):
    first = fields.Boolean(required=True, metadata={
        "description": "Whether nobody had touched the lead since it became hot."})


class LookAgain(Strict):
    limit = Whole(1, MAX_LEADS, load_default=500)
    after = Id()


class LookedAt(Answer):
    looked = fields.Integer(required=True, metadata={"description": "Leads that were checked."})
    queued = fields.Integer(required=True, metadata={
        "description": "Of whom something went stale: they are enriched again."})
    paid = fields.Integer(required=True, metadata={
        "description": "For whom of those something may be bought."})
    next = fields.String(required=True, allow_none=True, metadata={
        "description": "After which lead the rest follows."})


class LeadFilters(Strict):
    q = Text(100)
    status = Text(validate=validate.OneOf(STATUSES))
    stage = Text(validate=validate.OneOf(STAGES))
    grade = Text(validate=validate.OneOf(GRADES))
    source = Text(100)
    tag = Text(100)
    owner = Text(320)
    country = Text(validate=validate.Regexp("[A-Z]{2}$"), metadata={
        "description": "Where the person is, as ISO 3166-1 alpha-2."})
    touched = fields.Boolean(metadata={
        "description": "Of leads that became hot: whether somebody did something about it since."})
    import_id = Id(metadata={"description": "Those that an import brought, while it can be undone."})
    organization = Id(metadata={"description": "The id of a company."})
    min_score = fields.Float(validate=validate.Range(0, 100))
    max_score = fields.Float(validate=validate.Range(0, 100))
    created_from = Moment()
    created_to = Moment()
    updated_from = Moment()
    updated_to = Moment()
    scored_from = Moment()
    scored_to = Moment()


@sent_as({"source": "demo_request", "min_score": 50})
class Rescore(LeadFilters):
    lead_ids = Ids(MAX_LEADS, 1)
    after = Id()

    @validates_schema
    def one_way(self, data: dict[str, Any], **_: Any) -> None:
        if "lead_ids" in data and len(data) > 1:
            raise ValidationError("Send lead_ids or filters.")


@sent_as({"source": "demo_request", "grade": "hot"})
class EnrichAgain(LeadFilters):
    lead_ids = Ids(MAX_LEADS, 1)
    after = Id()
    ask_again = fields.Boolean(load_default=False)

    @validates_schema
    def one_way(self, data: dict[str, Any], **_: Any) -> None:
        if ("lead_ids" in data) == bool(data.keys() - {"lead_ids", "ask_again"}):
            raise ValidationError("Send lead_ids or filters.")


class BulkChange(Strict):
    status = Text(validate=validate.OneOf(STATUSES))
    owner = Word(320, allow_none=True)
    add_tags = fields.List(Word(100), validate=validate.Length(1, 50))
    remove_tags = fields.List(Word(100), validate=validate.Length(1, 50))

    @validates_schema
    def one_thing(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Send one thing to change.")


@sent_as({"source": "trade fair", "grade": "warm", "change": {"status": "working"}})
class Bulk(LeadFilters):
    lead_ids = Ids(MAX_LEADS, 1)
    change = fields.Nested(BulkChange, required=True)

    @validates_schema
    def one_way(self, data: dict[str, Any], **_: Any) -> None:
        if "lead_ids" in data and len(data) > 2:
            raise ValidationError("Send lead_ids or filters.")


class LeadCount(Answer):
    count = fields.Integer(required=True)
    more = fields.Boolean(required=True, metadata={"description": "There are more than that."})


class LeadExport(LeadFilters):
    custom = fields.Boolean(load_default=False, metadata={
        "description": "With a column for each other answer."})
    reasons = fields.Boolean(load_default=False, metadata={"description": "With the reasons of the score."})


@sent_as({"source": "trade fair", "grade": "warm"})
class EstimateRequest(LeadFilters):
    lead_ids = Ids(MAX_LEADS, 1)

    @validates_schema
    def one_way(self, data: dict[str, Any], **_: Any) -> None:
        if "lead_ids" in data and len(data) > 1:
            raise ValidationError("Send lead_ids or filters.")


class Sum(Answer):
    expected = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)


class ExpectedCalls(Answer):
    provider = fields.String(required=True)
    operation = fields.String(required=True)
    sandbox = fields.Boolean(required=True)
    calls = fields.Float(required=True)
    found = fields.Float(required=True)
    cost = fields.Float(required=True)


class CeilingAfter(Answer):
    per = fields.String(required=True, validate=validate.OneOf(["day", "month"]))
    provider = fields.String(required=True, allow_none=True, metadata={"description": "null: all of them."})
    sandbox = fields.Boolean(required=True)
    ceiling = fields.Float(required=True)
    spent = fields.Float(required=True, metadata={"description": "Before the run, with what is reserved."})
    expected = fields.Float(required=True)
    left = fields.Float(required=True, metadata={"description": "After the run."})
    runway_leads = fields.Integer(required=True, allow_none=True, metadata={
        "description": "How many more leads like these the rest pays for."})
    runway_days = fields.Float(required=True, allow_none=True, metadata={
        "description": "How long the rest of a month's lasts at the pace of the last seven days."})


class Estimate(Answer):
    """What enriching leads is expected to cost, in USD; sandbox_cost is play money."""

    leads = fields.Integer(required=True)
    gone_through = fields.Integer(required=True, metadata={
        "description": "Of more leads than this a part stands for all."})
    asked = fields.Integer(required=True, metadata={
        "description": "Leads about which something is asked that may cost."})
    settled = fields.Integer(required=True, metadata={"description": "Leads that need nothing that costs."})
    refused = fields.Integer(required=True, metadata={"description": "Leads that may not be asked about."})
    ceiling = fields.Integer(required=True, metadata={
        "description": "Leads that stop at a ceiling, asked before or not."})
    cost = fields.Nested(Sum, required=True, metadata={
        "description": "Nine bills of ten are from low to high."})
    sandbox_cost = fields.Nested(Sum, required=True)
    operations = fields.List(fields.Nested(ExpectedCalls), required=True)
    ceilings = fields.List(fields.Nested(CeilingAfter), required=True)
    away = fields.List(fields.String(), required=True, metadata={
        "description": "Providers that fail and are not asked until they answer again."})


class Lead(Answer):
    id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    stage = fields.String(required=True, allow_none=True, validate=validate.OneOf([*STAGES, None]))
    lane = fields.String(required=True, allow_none=True)
    stage_code = fields.String(required=True, allow_none=True)
    stage_reason = fields.String(required=True, allow_none=True)
    source = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    message = fields.String(required=True, allow_none=True)
    utm = fields.Dict(required=True, metadata={"description": "Of the last touch that had any."})
    first_utm = fields.Dict(required=True, metadata={"description": "Of the first touch that had any."})
    custom = fields.Dict(required=True)
    is_test = fields.Boolean(required=True, metadata={
        "description": "Somebody tries a form out: nobody is told of it."})
    external_ids = fields.Dict(required=True)
    owner_name = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    outcome_at = fields.String(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True, metadata={
        "description": "The e-mail address of the user who works on it."})
    owner_id = fields.String(required=True, allow_none=True)
    goal = fields.String(required=True, allow_none=True, validate=validate.OneOf([*GOALS, None]), metadata={
        "description": "What providers are asked for; null: what is set for its source or lane."})
    version = fields.Integer(required=True, metadata={"description": "For If-Match."})
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    contact = fields.Nested(LeadContact, required=True)
    organization = fields.Nested(LeadOrganization, required=True, allow_none=True)
    score = fields.Nested(Score, required=True, allow_none=True)
    may_email = fields.Boolean(required=True, metadata={
        "description": "The person does not refuse marketing mail."})
    may_call = fields.Boolean(required=True, metadata={"description": "The person does not refuse calls."})
    masked = fields.Boolean(metadata={"description": "There when personal data is hidden."})


class Event(Answer):
    type = fields.String(required=True)
    occurred_at = fields.DateTime(required=True)
    properties = fields.Dict(required=True)
    source = fields.String(required=True)
    machine = fields.String(required=True, allow_none=True, validate=validate.OneOf(MACHINES), metadata={
        "description": "By what it is known to be a machine's, which scores nothing; null: a person's."})


class PastScore(Answer):
    total = fields.Float(required=True)
    grade = fields.String(required=True, validate=validate.OneOf(GRADES))
    model_version = fields.String(required=True)
    calculated_at = fields.DateTime(required=True)


class StatusChange(Answer):
    id = fields.Integer(required=True)
    from_status = fields.String(required=True, allow_none=True)
    to_status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    changed_by = fields.String(required=True)
    changed_at = fields.DateTime(required=True)


class Message(Answer):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    channel = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(MESSAGE_STATES))
    attempts = fields.Integer(required=True)
    due_at = fields.DateTime(required=True, allow_none=True)
    sent_at = fields.DateTime(required=True, allow_none=True)
    possible_duplicate = fields.Boolean(required=True)
    last_error = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class FollowUp(Answer):
    step = fields.Integer(required=True, metadata={
        "description": "1: the owner was reminded, from 2 on others were told."})
    at = fields.DateTime(required=True)


class HotChange(Answer):
    number = fields.Integer(required=True)
    at = fields.DateTime(required=True)
    touched_at = fields.DateTime(required=True, allow_none=True, metadata={
        "description": "When somebody first did something about it."})
    touched_how = fields.String(required=True, allow_none=True, validate=validate.OneOf([*TOUCHES, None]))
    claimed_at = fields.DateTime(required=True, allow_none=True)
    contacted_at = fields.DateTime(required=True, allow_none=True)
    won_at = fields.DateTime(required=True, allow_none=True)
    follow_ups = fields.List(fields.Nested(FollowUp), required=True)


class LeadDetail(Lead):
    warnings = fields.List(fields.Nested(FieldWarning), required=True, metadata={
        "description": "What of its deliveries could not be used or is odd, the newest last; without the"
                       " scope pii:read pointer and code alone."})
    events = fields.List(fields.Nested(Event), required=True)
    history = fields.List(fields.Nested(PastScore), required=True)
    status_history = fields.List(fields.Nested(StatusChange), required=True)
    notifications = fields.List(fields.Nested(Message), required=True)
    hot_changes = fields.List(fields.Nested(HotChange), required=True, metadata={
        "description": "When it became hot, and what followed, newest first."})
    refusals = fields.List(fields.Nested(Refusal), required=True, metadata={
        "description": "What the person refused and agreed to, newest first."})


class ReceiptLine(Answer):
    call_id = fields.String(required=True)
    provider = fields.String(required=True)
    operation = fields.String(required=True)
    about = fields.String(required=True, validate=validate.OneOf(ENTITIES))
    sandbox = fields.Boolean(required=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    asked_at = fields.DateTime(required=True)
    price = fields.Float(required=True, metadata={
        "description": "USD; until it is answered, the most that it may cost."})
    paid_by = fields.String(required=True, allow_none=True, metadata={"description": "For which lead."})
    reason = fields.Dict(required=True, metadata={
        "description": "goal; missing: what was wanted; doubt: how likely the grade would have changed,"
                       " change: the part of that which the call was expected to settle."})
    changed = fields.List(fields.String(), required=True, metadata={
        "description": "Fields whose value counts now because of it."})
    text = fields.String(required=True)


class Receipt(Answer):
    lead_id = fields.String(required=True)
    goal = fields.String(required=True, allow_none=True)
    stopped = fields.String(required=True, allow_none=True, validate=validate.OneOf([*STOPS, None]))
    stopped_text = fields.String(required=True, allow_none=True)
    cost = fields.Float(required=True, metadata={"description": "USD that this lead cost."})
    sandbox_cost = fields.Float(required=True, metadata={"description": "The same in play money."})
    ceiling = fields.Float(required=True, allow_none=True)
    calls = fields.List(fields.Nested(ReceiptLine), required=True)


def changed() -> fields.List[str]:
    """What an edit changed."""
    return fields.List(fields.String(), required=True, metadata={
        "description": "The fields of the request that this edit changed; empty: all were so already."})


class LeadEdited(LeadDetail):
    changed = changed()


class LeadPage(Answer.from_dict(page_of(Lead))):  # type: ignore[misc]
    """Leads."""


class RejectQuery(PageQuery):
    closed = fields.Boolean(load_default=False)
    source = Text(100)
    code = Text(100)
    received_from = Moment()
    received_to = Moment()


class RejectIds(Strict):
    ids = Ids(MAX_LEADS, 1, required=True)


class Changed(Answer):
    changed = fields.List(fields.String(), required=True, metadata={
        "description": "The ids of those that were not so already."})


class Reject(Answer):
    id = fields.String(required=True)
    received_at = fields.DateTime(required=True)
    client = fields.String(required=True)
    source = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldError), required=True)
    lead = fields.Raw(required=True, allow_none=True, metadata={
        "description": "As it was sent; null without the scope pii:read, or when it is no longer kept."})
    closed_at = fields.DateTime(required=True, allow_none=True)
    closed_by = fields.String(required=True, allow_none=True)


class RejectPage(Answer.from_dict(page_of(Reject))):  # type: ignore[misc]
    """Leads that were refused."""


@sent_as({"changes": {"email": LEAD["email"]}})
class Repair(Strict):
    changes = fields.Dict(keys=fields.String(), required=True)


class LeadQuery(PageQuery, LeadFilters):
    sort = Text(load_default="newest", validate=validate.OneOf(SORTS))
    fields = FieldPaths(Lead, metadata={  # type: ignore[assignment]
        "description": "What to answer of each lead, e.g. id,score,contact.email"})


class NeighbourQuery(LeadFilters):
    sort = Text(load_default="newest", validate=validate.OneOf(SORTS))


class Neighbours(Answer):
    previous = fields.String(required=True, allow_none=True)
    next = fields.String(required=True, allow_none=True)


class TimelineQuery(PageQuery):
    kind = Text(validate=validate.OneOf(KINDS))


class TimelineEntry(Answer):
    at = fields.DateTime(required=True)
    key = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    details = fields.Dict(required=True, metadata={
        "description": "As the kind has them. Of an edit: action, by, about, changes [{field, from, to}] (a"
                       " value is there as far as it is kept), more."})


class TimelinePage(Answer.from_dict(page_of(TimelineEntry))):  # type: ignore[misc]
    """What happened to a lead."""


@sent_as({"status": "working", "tags": ["trade fair"], "owner": "ada@example.com"})
class LeadEdit(Edit):
    status = Text(validate=validate.OneOf(STATUSES))
    tags = fields.List(Word(100), validate=validate.Length(max=50))
    owner = Word(320, allow_none=True)
    goal = Text(validate=validate.OneOf(GOALS), allow_none=True)
    message = Text(10_000, allow_none=True)
