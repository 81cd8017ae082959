"""Messages, dead letters, failed workflows, providers, statistics, health."""

from __future__ import annotations

from marshmallow import fields, validate

from sidecar.api.schemas.base import Answer, Moment, PageQuery, QueryWhole, Strict, Text, page_of
from sidecar.api.schemas.leads import Message
from sidecar.channels import CHANNELS
from sidecar.channels.phrases import DEFAULT, LANGUAGES
from sidecar.terms.states import EMAIL_STATUSES, GRADES, LEFT, MESSAGE_KINDS, MESSAGE_STATES


class OverviewQuery(Strict):
    days = QueryWhole(1, 90, load_default=14)


class FirstTouchQuery(Strict):
    from_ = Moment(required=True, data_key="from")
    to = Moment(required=True, metadata={"description": "Exclusive."})
    by = Text(load_default="owner", validate=validate.OneOf(("owner", "source")))


class SpendQuery(Strict):
    days = QueryWhole(1, 365, load_default=30)


class Delivered(Answer):
    sent = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    dead = fields.Integer(required=True)


class NotificationQuery(PageQuery):
    state = fields.String(validate=validate.OneOf(MESSAGE_STATES))
    kind = fields.String(validate=validate.OneOf(MESSAGE_KINDS))
    channel = fields.String(validate=validate.OneOf(tuple(CHANNELS)))


class Swept(Delivered):
    more = fields.Boolean(required=True, metadata={
        "description": "The time was over before all was sent: ask again."})


class Notification(Message):
    lead_id = fields.String(required=True, allow_none=True)
    replayable = fields.Boolean(required=True, metadata={
        "description": "It was given up, and can be sent again."})


class NotificationPage(Answer.from_dict(page_of(Notification))):  # type: ignore[misc]
    """Messages."""


class PreviewQuery(Strict):
    kind = fields.String(load_default=MESSAGE_KINDS[0], validate=validate.OneOf(MESSAGE_KINDS))
    channel = fields.String(load_default="email", validate=validate.OneOf(tuple(CHANNELS)))
    language = fields.String(load_default=DEFAULT, validate=validate.OneOf(LANGUAGES))


class Preview(Answer):
    kind = fields.String(required=True)
    channel = fields.String(required=True)
    language = fields.String(required=True)
    rendered = fields.Dict(required=True)
    html = fields.String(required=True)


class DeadLetterQuery(PageQuery):
    stage = fields.String(load_default="dead", validate=validate.OneOf(LEFT))
    most_replays = QueryWhole(0, 1000)


class DeadLetter(Answer):
    lead_id = fields.String(required=True)
    full_name = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    source = fields.String(required=True)
    stage = fields.String(required=True, validate=validate.OneOf(LEFT))
    step = fields.String(required=True, allow_none=True, metadata={
        "description": "At which it left its run."})
    lane = fields.String(required=True)
    attempts = fields.Integer(required=True)
    replays = fields.Integer(required=True)
    code = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    updated_at = fields.DateTime(required=True)


class DeadLetterPage(Answer.from_dict(page_of(DeadLetter))):  # type: ignore[misc]
    """Leads that could not be processed."""


class Replayed(Answer):
    lead_id = fields.String(required=True)
    stage = fields.String(required=True)


class FailedWorkflow(Answer):
    id = fields.String(required=True)
    execution_id = fields.String(required=True, allow_none=True)
    workflow_id = fields.String(required=True, allow_none=True)
    workflow_name = fields.String(required=True, allow_none=True)
    node = fields.String(required=True, allow_none=True)
    message = fields.String(required=True, allow_none=True)
    batch_id = fields.String(required=True, allow_none=True)
    occurred_at = fields.DateTime(required=True)
    url = fields.String(required=True, allow_none=True, metadata={
        "description": "The execution in n8n's editor; null when it is not known where that is."})


class WorkflowErrorPage(Answer.from_dict(page_of(FailedWorkflow))):  # type: ignore[misc]
    """Failed n8n executions."""


class Provider(Answer):
    name = fields.String(required=True)
    title = fields.String(required=True)
    sandbox = fields.Boolean(required=True)
    health = fields.String(required=True, validate=validate.OneOf(["ok", "paused"]))
    last_error = fields.String(required=True, allow_none=True)
    calls = fields.Integer(required=True)
    found = fields.Integer(required=True)
    in_doubt = fields.Integer(required=True)
    credits = fields.Float(required=True)
    cost = fields.Float(required=True, metadata={"description": "USD, what is reserved included."})
    month_cost = fields.Float(required=True, metadata={"description": "USD since the month began (UTC)."})
    month_ceiling = fields.Float(required=True, allow_none=True, metadata={"description": "USD."})
    runway_days = fields.Float(required=True, allow_none=True, metadata={
        "description": "For how many days the rest of the month's ceiling lasts at the pace of the last 7;"
                       " null without a ceiling or without spending."})


class ProviderList(Answer):
    data = fields.List(fields.Nested(Provider), required=True)


class DaySpend(Answer):
    day = fields.Date(required=True)
    provider = fields.String(required=True)
    sandbox = fields.Boolean(required=True)
    usd = fields.Float(required=True)


class SourceSpend(Answer):
    source = fields.String(required=True, allow_none=True, metadata={
        "description": "null: of leads that are gone."})
    sandbox = fields.Boolean(required=True)
    leads = fields.Integer(required=True)
    usd = fields.Float(required=True)


class Spend(Answer):
    days = fields.List(fields.Nested(DaySpend), required=True)
    sources = fields.List(fields.Nested(SourceSpend), required=True)


class MailClass(Answer):
    email_status = fields.String(required=True, validate=validate.OneOf(EMAIL_STATUSES))
    addresses = fields.Integer(required=True)
    bounced = fields.Integer(required=True)
    bounce_rate = fields.Float(required=True, metadata={"description": "Of the addresses, 0 to 1."})


class MailStatistics(Answer):
    data = fields.List(fields.Nested(MailClass), required=True)


class Minutes(Answer):
    median = fields.Float(required=True, allow_none=True)
    p90 = fields.Float(required=True, allow_none=True, metadata={
        "description": "Nine of ten were touched by then."})


class FirstTouches(Answer):
    name = fields.String(required=True, allow_none=True, metadata={
        "description": "Who had the leads when they became hot (null: nobody), or their source."})
    hot = fields.Integer(required=True, metadata={"description": "Changes into hot."})
    touched = fields.Integer(required=True)
    claimed = fields.Integer(required=True)
    contacted = fields.Integer(required=True)
    won = fields.Integer(required=True)
    minutes = fields.Nested(Minutes, required=True, metadata={"description": "To the first touch."})
    working_minutes = fields.Nested(Minutes, required=True, metadata={
        "description": "The same in the working time of who had them; known a minute after the touch."})


class FirstTouchStatistics(Answer):
    data = fields.List(fields.Nested(FirstTouches), required=True)


class Totals(Answer):
    received = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    scored = fields.Integer(required=True)
    queued = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    let_go = fields.Integer(required=True)
    dead = fields.Integer(required=True)


_OF_GRADES = {grade: fields.Integer(required=True) for grade in GRADES}


class GradeCounts(Answer.from_dict(_OF_GRADES)):  # type: ignore[misc]
    unscored = fields.Integer(required=True)


class Day(Answer.from_dict(_OF_GRADES)):  # type: ignore[misc]
    day = fields.Date(required=True)
    received = fields.Integer(required=True)


class SourceFigures(Answer):
    source = fields.String(required=True)
    leads = fields.Integer(required=True)
    hot = fields.Integer(required=True)
    won = fields.Integer(required=True)


class PeriodFigures(Answer):
    sent = fields.Integer(required=True, metadata={
        "description": "Leads that were sent in, however often."})
    created = fields.Integer(required=True, metadata={"description": "New leads among them."})
    repeated = fields.Integer(required=True, metadata={"description": "Sent again by who was known."})
    rejected = fields.Integer(required=True)
    hot = fields.Integer(required=True, metadata={"description": "Of the new leads, now."})
    won = fields.Integer(required=True, metadata={"description": "Of the new leads, now."})
    became_hot = fields.Integer(required=True)
    touched = fields.Integer(required=True, metadata={"description": "Of those that became hot."})
    minutes = fields.Float(required=True, allow_none=True, metadata={
        "description": "Median to the first touch."})


class Period(Answer):
    now = fields.Nested(PeriodFigures, required=True)
    before = fields.Nested(PeriodFigures, required=True, metadata={
        "description": "Of as many days before."})
    sources = fields.List(fields.Nested(SourceFigures), required=True)
    scores = fields.List(fields.Integer(), required=True, metadata={
        "description": "New leads by tenth of the score: below 10, below 20, …"})


class ToDo(Answer):
    hot = fields.Integer(required=True, metadata={"description": "Hot leads with the status new."})
    duplicates = fields.Integer(required=True)
    rejects = fields.Integer(required=True)
    messages = fields.Integer(required=True, metadata={
        "description": "That were given up in the last 7 days."})


class HotLead(Answer):
    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    job_title = fields.String(required=True, allow_none=True)
    company = fields.String(required=True, allow_none=True)
    score = fields.Float(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    source = fields.String(required=True)
    created_at = fields.DateTime(required=True)


class Pace(Answer):
    stalled = fields.Boolean(required=True)
    oldest_waiting_seconds = fields.Float(required=True)
    last_run_at = fields.DateTime(required=True, allow_none=True)


class Overview(Answer):
    totals = fields.Nested(Totals, required=True)
    pace = fields.Nested(Pace, required=True)
    grades = fields.Nested(GradeCounts, required=True)
    by_day = fields.List(fields.Nested(Day), required=True)
    period = fields.Nested(Period, required=True)
    to_do = fields.Nested(ToDo, required=True)
    hot = fields.List(fields.Nested(HotLead), required=True)
    providers = fields.List(fields.Nested(Provider), required=True)


class Health(Answer):
    status = fields.String(required=True)


class Checks(Answer):
    postgres = fields.String(required=True, validate=validate.OneOf(["ok", "down"]))
    redis = fields.String(required=True, validate=validate.OneOf(["ok", "down"]))
    pipeline = fields.String(required=True, validate=validate.OneOf(["ok", "stalled", "unknown"]))


class Readiness(Health):
    checks = fields.Nested(Checks, required=True)


class Document(Answer):
    openapi = fields.String(required=True)
    info = fields.Dict(required=True)
    paths = fields.Dict(required=True)
    components = fields.Dict(required=True)
