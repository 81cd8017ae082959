"""marshmallow schemas of requests and answers, built once; OpenAPI is made from the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from sidecar.ids import is_id
from sidecar.store.work import LANES

MAX_LEADS = 1000
STATUSES = ("new", "working", "qualified", "converted", "lost", "archived")
STAGES = ("queued", "leased", "waiting", "scored", "done", "dead")
GRADES = ("hot", "warm", "cold")
JOB_STATES = ("queued", "running", "done", "failed", "cancelled")


def clean(text: str) -> None:
    """Refuse text that Postgres cannot hold: NUL and lone surrogates."""
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValidationError("Control characters are not accepted.")


class Text(fields.String):
    """A bounded string that Postgres can hold."""

    def __init__(self, longest: int = 200, **more: Any) -> None:
        extra = more.pop("validate", [])
        checks = [validate.Length(max=longest), clean, *(extra if isinstance(extra, list) else [extra])]
        super().__init__(validate=checks, **more)


class Moment(fields.AwareDateTime):
    """A time with its zone, as UTC: Postgres knows fewer zones and years than ISO 8601."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> datetime:
        found: datetime = super()._deserialize(value, attr, data, **more)
        try:
            return found.astimezone(UTC)
        except OverflowError:
            raise ValidationError("This time is out of range.") from None


class Id(fields.String):
    """A UUID as text."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not is_id(value):
            raise ValidationError("This is not an id.")
        return str(value).lower()


class Whole(fields.Integer):
    """An integer that is one in JSON too: no strings, no booleans."""

    def __init__(self, low: int, high: int, **more: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(low, high), **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("This must be a whole number.")
        return super()._deserialize(value, attr, data, **kwargs)


class QueryWhole(fields.Integer):
    """An integer in a query string."""

    def __init__(self, low: int, high: int, **more: Any) -> None:
        super().__init__(validate=validate.Range(low, high), **more)


class Strict(Schema):
    """Unknown fields are refused by name."""

    class Meta:
        unknown = RAISE


class TokenRequest(Strict):
    grant_type = Text(required=True, validate=validate.OneOf(["password", "client_credentials"]))
    client_id = Text()
    client_secret = Text(1000)
    username = Text(320)
    password = Text(1000)

    @validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        needed = {"password": ("username", "password")}.get(
            data.get("grant_type", ""), ("client_id", "client_secret"))
        missing = {name: ["Missing data for required field."] for name in needed if not data.get(name)}
        if missing:
            raise ValidationError(missing)


class RefreshRequest(Strict):
    refresh_token = Text(500, required=True)


class TokenAnswer(Schema):
    access_token = fields.String(required=True)
    refresh_token = fields.String()
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    scope = fields.String(required=True)
    role = fields.String()
    name = fields.String(allow_none=True)
    email = fields.String()


class LeadList(Strict):
    """Leads are checked one by one by the engine, which names every wrong field."""

    leads = fields.List(
        fields.Raw(allow_none=True), required=True, validate=validate.Length(min=1, max=MAX_LEADS))


class ValidateRequest(LeadList):
    check_dns = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class FieldError(Schema):
    pointer = fields.String(required=True)
    code = fields.String()
    detail = fields.String(required=True)


class Validation(Schema):
    valid = fields.Boolean(required=True)
    errors = fields.List(fields.Nested(FieldError), required=True)
    warnings = fields.List(fields.Nested(FieldError), required=True)


class Results(Schema):
    results = fields.List(fields.Dict(), required=True)


class IntakeResult(Schema):
    index = fields.Integer(required=True)
    lead_id = fields.String(required=True, allow_none=True)
    contact_id = fields.String(required=True, allow_none=True)
    organization_id = fields.String(required=True, allow_none=True)
    lead_url = fields.String(required=True, allow_none=True)
    outcome = fields.String(
        required=True, validate=validate.OneOf(["created", "updated", "rejected", "suppressed"]))
    errors = fields.List(fields.Nested(FieldError), required=True)


class IntakeResults(Schema):
    results = fields.List(fields.Nested(IntakeResult), required=True)


class ScoreRequest(Strict):
    leads = fields.List(fields.Raw(allow_none=True), validate=validate.Length(min=1, max=MAX_LEADS))
    lead_ids = fields.List(Id(), validate=validate.Length(min=1, max=MAX_LEADS))

    @validates_schema
    def either(self, data: dict[str, Any], **_: Any) -> None:
        if ("leads" in data) == ("lead_ids" in data):
            raise ValidationError("Send either leads or lead_ids.")


class LeadIds(Strict):
    lead_ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=MAX_LEADS))


class ClaimRequest(Strict):
    lane = Text(validate=validate.OneOf(LANES), allow_none=True)
    limit = Whole(1, 500, allow_none=True)
    execution_id = Text(100, allow_none=True)


class StartRequest(Strict):
    call_ids = fields.List(Id(), required=True, validate=validate.Length(max=5000))
    live = fields.List(Text(50), load_default=list, validate=validate.Length(max=50))


class ProviderAnswer(Strict):
    call_id = Id(required=True)
    status = Whole(0, 999, allow_none=True)
    headers = fields.Dict(keys=fields.String(), values=fields.Raw(), allow_none=True)
    body = fields.String(allow_none=True, validate=validate.Length(max=1_048_576))
    elapsed_ms = fields.Integer(allow_none=True)
    error = Text(100, allow_none=True)


class AnswersRequest(Strict):
    answers = fields.List(
        fields.Nested(ProviderAnswer), required=True, validate=validate.Length(max=50))


class Empty(Strict):
    """No members."""


class FailRequest(Strict):
    reason = Text(500, required=True)


class WakeRequest(Strict):
    lane = Text(load_default="interactive", validate=validate.OneOf((*LANES, "imports")))


class WorkflowError(Strict):
    execution_id = Text(100, allow_none=True)
    workflow_id = Text(100, allow_none=True)
    workflow_name = Text(200, allow_none=True)
    node = Text(200, allow_none=True)
    message = Text(2000, allow_none=True)


class PageQuery(Strict):
    limit = QueryWhole(1, 200, load_default=50)
    cursor = Text(200)


class SearchQuery(PageQuery):
    q = Text(100)


def _edited(*names: str) -> dict[str, Text]:
    return {name: Text(2000, required=False) for name in names}


class ContactEdit(Strict.from_dict(_edited(  # type: ignore[misc]
        "full_name", "first_name", "last_name", "job_title", "phone", "linkedin_url", "country", "region",
        "city"))):
    """What a person may say of a contact; identities by e-mail stay."""

    @validates_schema
    def some(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Send at least one field.")


class OrganizationEdit(Strict.from_dict(_edited(  # type: ignore[misc]
        "name", "industry", "country", "region", "city", "linkedin_url"))):
    """What a person may say of a company."""

    employee_count = fields.Integer(strict=True, validate=validate.Range(0, 10_000_000))
    annual_revenue = fields.Float(validate=validate.Range(0, 1e13))

    @validates_schema
    def some(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Send at least one field.")


class FormAnswer(Schema):
    status = Text(required=True)


class LeadFilters(Strict):
    q = Text(100)
    status = Text(validate=validate.OneOf(STATUSES))
    stage = Text(validate=validate.OneOf(STAGES))
    grade = Text(validate=validate.OneOf(GRADES))
    source = Text(100)
    tag = Text(100)
    owner = Text(320)
    min_score = fields.Float(validate=validate.Range(0, 100))
    max_score = fields.Float(validate=validate.Range(0, 100))
    created_from = Moment()
    created_to = Moment()


class LeadQuery(PageQuery, LeadFilters):
    sort = Text(load_default="newest", validate=validate.OneOf(["newest", "score"]))


class ImportOptions(Strict):
    mapping = Text(20_000)
    unknown_columns = Text(load_default="custom", validate=validate.OneOf(["custom", "ignore"]))
    source = Text(100, load_default="import", validate=validate.Length(min=1))
    lane = Text(load_default="bulk", validate=validate.OneOf(LANES))
    dry_run = fields.Boolean(load_default=False)


class JobQuery(PageQuery):
    state = Text(validate=validate.OneOf(JOB_STATES))


class JobCounts(Schema):
    total = fields.Integer(required=True, allow_none=True)
    handled = fields.Integer(required=True)
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    suppressed = fields.Integer(required=True)


class JobColumn(Schema):
    column = fields.String(required=True)
    field = fields.String(required=True, allow_none=True)
    how = fields.String(
        required=True, validate=validate.OneOf(["given", "guessed", "custom", "ignored"]))


class JobProblem(Schema):
    line = fields.Integer(required=True)
    errors = fields.List(fields.Nested(FieldError), required=True)


class Job(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(JOB_STATES))
    dry_run = fields.Boolean(required=True)
    lane = fields.String(required=True)
    source = fields.String()
    created_by = fields.String(required=True)
    driver = fields.String(required=True, validate=validate.OneOf(["steps", "command line"]))
    counts = fields.Nested(JobCounts, required=True)
    progress = fields.Float(required=True)
    columns = fields.List(fields.Nested(JobColumn))
    problems = fields.List(fields.Nested(JobProblem))
    error = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True)
    updated_at = fields.String(required=True)


class JobAnswer(Schema):
    job = fields.Nested(Job, required=True, allow_none=True)


class JobStep(JobAnswer):
    more = fields.Boolean(required=True)


class LeadEdit(Strict):
    status = Text(validate=validate.OneOf(STATUSES))
    tags = fields.List(Text(100), validate=validate.Length(max=50))
    owner = Text(320, allow_none=True)
    message = Text(10_000, allow_none=True)


class EventRequest(Strict):
    lead_id = Id(required=True)
    type = Text(required=True, validate=validate.OneOf([
        "page_view", "pricing_view", "form_submit", "demo_request", "contact_request",
        "content_download", "webinar", "email_open", "email_click", "email_reply",
        "meeting_booked", "unsubscribe", "bounce"]))
    occurred_at = Moment()
    event_id = Text(200)


class EventList(Strict):
    events = fields.List(
        fields.Nested(EventRequest), required=True, validate=validate.Length(min=1, max=1000))


class DuplicateQuery(PageQuery):
    state = Text(load_default="open", validate=validate.OneOf(["open", "dismissed"]))


class Duplicate(Schema):
    id = fields.String(required=True)
    state = fields.String(required=True)
    score = fields.Float(required=True)
    reasons = fields.List(fields.String(), required=True)
    left = fields.Dict(required=True)
    right = fields.Dict(required=True)
    masked = fields.Boolean()
    created_at = fields.DateTime(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)


class DuplicatePage(Schema):
    data = fields.List(fields.Nested(Duplicate), required=True)
    next = fields.String(required=True, allow_none=True)


class DuplicateSearch(Schema):
    checked = fields.Integer(required=True)
    found = fields.Integer(required=True)
    more = fields.Boolean(required=True)


class MergeRequest(Strict):
    keep = Id(required=True)


class Merged(Schema):
    kept_id = fields.String(required=True)
    lost_id = fields.String(required=True)
    lead_id = fields.String(required=True, allow_none=True)
    archived_lead_id = fields.String(required=True, allow_none=True)


class Dismissed(Schema):
    id = fields.String(required=True)
    state = fields.String(required=True)


class OverviewQuery(Strict):
    days = QueryWhole(1, 90, load_default=14)


class Page(Schema):
    data = fields.List(fields.Dict(), required=True)
    next = fields.String(required=True, allow_none=True)


class Anything(Schema):
    """An object."""

    class Meta:
        unknown = "include"
