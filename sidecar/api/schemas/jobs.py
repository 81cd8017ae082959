"""Files of leads."""

from __future__ import annotations

from typing import Final

from marshmallow import fields, validate

from sidecar.api.schemas.base import (
    Answer,
    FieldError,
    FieldWarning,
    Moment,
    PageQuery,
    Strict,
    Text,
    Whole,
    page_of,
)
from sidecar.terms.states import ENTITIES, JOB_STATES, LANES, PURPOSES, ROW_OUTCOMES

FORMATS: Final = ("text", "spreadsheet", "vcard")


class ImportOptions(Strict):
    mapping = Text(20_000)
    unknown_columns = Text(load_default="custom", validate=validate.OneOf(["custom", "ignore"]))
    source = Text(100, load_default="import", validate=validate.Length(min=1))
    lane = Text(load_default="bulk", validate=validate.OneOf(LANES))
    dry_run = fields.Boolean(load_default=False)
    encoding = Text(40)
    delimiter = Text(1, validate=validate.Length(equal=1))
    header_row = fields.Integer(validate=validate.Range(min=1))
    sheet = Text(100)
    save_mapping = Text(100, validate=validate.Length(min=1))
    file_name = Text(255)
    refused = Text(validate=validate.OneOf([*PURPOSES, "nothing"]))


class FileLine(Answer):
    line = fields.Integer(required=True)
    text = fields.String(required=True)


class JobQuery(PageQuery):
    kind = Text(validate=validate.OneOf(["import", "rescore", "erasure", "backfill"]))
    state = Text(validate=validate.OneOf(JOB_STATES))


class JobCounts(Answer):
    total = fields.Integer(required=True, allow_none=True)
    handled = fields.Integer(required=True)
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    suppressed = fields.Integer(required=True)
    skipped = fields.Integer(required=True)


class JobColumn(Answer):
    column = fields.String(required=True)
    field = fields.String(required=True, allow_none=True)
    how = fields.String(
        required=True, validate=validate.OneOf(["given", "guessed", "custom", "ignored"]))


class FileColumn(JobColumn):
    samples = fields.List(fields.String(), required=True)


class FilePreview(Answer):
    format = fields.String(required=True, validate=validate.OneOf(FORMATS))
    encoding = fields.String(required=True, allow_none=True)
    encoding_certainty = fields.Float(required=True, allow_none=True)
    delimiter = fields.String(required=True, allow_none=True)
    sheet = fields.String(required=True, allow_none=True)
    sheets = fields.List(fields.String(), required=True)
    header_line = fields.Integer(required=True, allow_none=True)
    lines = fields.List(fields.Nested(FileLine), required=True, metadata={
        "description": "What stands above the header, it, and the first rows."})
    mapping_name = fields.String(required=True, allow_none=True)
    source = fields.String(required=True)
    rows = fields.Integer(required=True)
    columns = fields.List(fields.Nested(FileColumn), required=True)
    refused = fields.String(required=True, allow_none=True, validate=validate.OneOf(tuple(PURPOSES)))
    problem = fields.String(required=True, allow_none=True)


class JobProblem(Answer):
    line = fields.Integer(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["rejected", "skipped"]))
    errors = fields.List(fields.Nested(FieldError), required=True)


class JobWarning(Answer):
    column = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    rows = fields.Integer(required=True)


class JobKept(Answer):
    kind = fields.String(required=True, validate=validate.OneOf([*ENTITIES, "lead"]))
    id = fields.String(required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields", attribute="fields")


class UndoPreview(Answer):
    kept = fields.List(fields.Nested(JobKept), required=True)
    kept_count = fields.Integer(required=True)
    complete = fields.Boolean(required=True, metadata={
        "description": "Whether there was time for all of it."})


class RowQuery(PageQuery):
    outcome = Text(validate=validate.OneOf(ROW_OUTCOMES))


class JobRow(Answer):
    chunk = fields.Integer(required=True)
    line = fields.Integer(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(ROW_OUTCOMES))
    cells = fields.List(fields.String(), required=True)
    errors = fields.List(fields.Nested(FieldWarning), required=True)


class RowPage(Answer.from_dict(page_of(JobRow))):  # type: ignore[misc]
    """Rows of an import."""


class RowRepair(Strict):
    chunk = Whole(0, 2**31 - 1, required=True)
    cells = fields.List(Text(131_072), required=True, validate=validate.Length(max=500), metadata={
        "description": "One for each column, in their order."})


class Job(Answer):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(JOB_STATES))
    dry_run = fields.Boolean(required=True)
    lane = fields.String(required=True)
    created_by = fields.String(required=True)
    driver = fields.String(required=True, validate=validate.OneOf(["steps", "command line"]))
    counts = fields.Nested(JobCounts, required=True)
    progress = fields.Float(required=True)
    error = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True)
    updated_at = fields.String(required=True)


class JobDetail(Job):
    source = fields.String(required=True, allow_none=True)
    format = fields.String(
        required=True, allow_none=True, validate=validate.OneOf(FORMATS))
    encoding = fields.String(required=True, allow_none=True)
    encoding_certainty = fields.Float(required=True, allow_none=True)
    delimiter = fields.String(required=True, allow_none=True)
    sheet = fields.String(required=True, allow_none=True)
    header_line = fields.Integer(required=True, allow_none=True)
    mapping_name = fields.String(required=True, allow_none=True)
    refused = fields.String(required=True, allow_none=True, validate=validate.OneOf(tuple(PURPOSES)))
    columns = fields.List(fields.Nested(JobColumn), required=True)
    problems = fields.List(fields.Nested(JobProblem), required=True)
    warnings = fields.List(fields.Nested(JobWarning), required=True)
    kept = fields.List(fields.Nested(JobKept), required=True)
    kept_count = fields.Integer(required=True)


class JobAnswer(Answer):
    job = fields.Nested(JobDetail, required=True, allow_none=True)


class BackfillQuery(Strict):
    since = Moment(required=True)


class Backfill(Strict):
    since = Moment(required=True)
    pull = fields.Boolean(load_default=True)


class BackfillPreview(Answer):
    leads = fields.Integer(required=True)
    lacks = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    more = fields.Boolean(required=True)


class ImportMapping(Answer):
    name = fields.String(required=True)
    mapping = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    unknown_columns = fields.String(required=True)
    source = fields.String(required=True)
    created_by = fields.String(required=True)
    created_at = fields.String(required=True)
    updated_at = fields.String(required=True)


class ImportMappings(Answer):
    data = fields.List(fields.Nested(ImportMapping), required=True)


class JobStep(JobAnswer):
    more = fields.Boolean(required=True)


class JobPage(Answer.from_dict(page_of(Job))):  # type: ignore[misc]
    """Jobs."""
