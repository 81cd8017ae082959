"""Jobs: files of leads and re-scorings, done step by step."""

from __future__ import annotations

import io
import json
from typing import Any

from flask import Blueprint, request

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint, load
from sidecar.api.leads import csv_file
from sidecar.api.paging import decode_cursor, numbers_after, page
from sidecar.engine import Engine
from sidecar.errors import Forbidden, Invalid, NotFound
from sidecar.services import backfill, import_mappings, import_preview, import_rows, imports, jobs
from sidecar.services.access import Caller
from sidecar.tables import TableError, refusal_of

bp = Blueprint("jobs", __name__)
_PREVIEW_SECONDS = 3.0


@endpoint(bp, "POST", "/v1/jobs/imports", scope="leads", query=schemas.ImportOptions(),
          answer=schemas.JobAnswer(), status=202, idempotent=True)
def import_leads(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Send a file of leads (CSV, XLSX, XLS, ODS, vCard) as the body or a form's file; its rows wait for the
    job's steps.

    What the file is, its encoding, delimiter, header line and columns are found, or said by `encoding`,
    `delimiter`, `header_row` and `sheet`. `mapping` is a JSON object {column: field}, where the guess from
    the headers is not right; an empty field leaves a column out. `save_mapping` is a name: files with this
    header are read so from now on. `refused` is what everybody in the file refuses; without it the name of
    the form's file, or `file_name`, may say so ("unsubscribed_members.csv"). `dry_run` counts and writes no
    lead. Larger files: `sidecar import`.
    """
    content = _content()
    try:
        job = imports.create(engine, content, _options(query), by=actor(caller))
    except TableError as error:
        raise _invalid("", "not_a_table", str(error)) from None
    return {"job": job}


@endpoint(bp, "POST", "/v1/jobs/imports/preview", scope="leads", query=schemas.ImportOptions(),
          answer=schemas.FilePreview())
def preview_import(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """What a file of leads is, sent as an import is, and how its columns would be read, with three values of
    each; nothing is kept.

    `problem` tells why it could not be imported so.
    """
    content = _content()
    try:
        return import_preview.look(engine, io.BytesIO(content), _options(query))
    except TableError as error:
        raise _invalid("", "not_a_table", str(error)) from None


def _options(query: dict[str, Any]) -> imports.Options:
    """What the query, or the fields of a form, say of a file."""
    if request.form:
        query = load(schemas.ImportOptions(), request.args.to_dict() | request.form.to_dict())
    said = dict(query)  # it may be read again
    file, name = request.files.get("file"), said.pop("file_name", None)
    return imports.Options(**said | {
        "mapping": _mapping(said.get("mapping")),
        "refused": refusal_of(name or (file and file.filename) or "", said.get("refused"))})


# What the file is, is found by what it holds; other types are bodies that somebody sends by mistake.
_TYPES = frozenset((
    "text/csv", "text/plain", "text/tab-separated-values", "text/vcard", "text/x-vcard", "text/directory",
    "application/octet-stream", "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet"))


def _content() -> bytes:
    if request.mimetype == "multipart/form-data":
        file = request.files.get("file")
        if file is None:
            raise _invalid("/file", "required", "Send the table as the form's file.")
        file.stream.seek(0)  # it may be read again
        return bytes(file.read())
    if request.mimetype not in _TYPES:
        raise _invalid("", "wrong_type", "Send the table as text/csv, application/octet-stream or the type of"
                                         " the spreadsheet or vCard, or as a form with a file.")
    return request.get_data()


def _mapping(text: str | None) -> dict[str, str]:
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not all(isinstance(field, str) for field in value.values()):
        raise _invalid("/mapping", "invalid", 'This must be a JSON object such as {"Mail": "email"}.')
    return value


def _invalid(pointer: str, code: str, detail: str) -> Invalid:
    return Invalid("The file is not accepted; see errors.", errors=[
        {"pointer": pointer, "code": code, "detail": detail[:2000]}])


@endpoint(bp, "GET", "/v1/jobs", scope="leads", query=schemas.JobQuery(), answer=schemas.JobPage())
def list_jobs(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Jobs, newest first."""
    after = decode_cursor(query.get("cursor"), 1)
    return page(*jobs.listed(
        engine, limit=query["limit"], after=after, state=query.get("state"), kind=query.get("kind")))


@endpoint(bp, "GET", "/v1/jobs/<uuid:job_id>", scope="leads", answer=schemas.JobAnswer())
def get_job(engine: Engine, caller: Caller, job_id: Any) -> Any:
    """One job: progress; of an import what each column was taken for, the first problems."""
    return {"job": jobs.get(engine, str(job_id))}


@endpoint(bp, "POST", "/v1/jobs/step", scope="leads", body=schemas.Empty(), answer=schemas.JobStep())
def step_due(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Work for five seconds on the oldest job that waits; its job is null when none does."""
    return {"job": jobs.step_due(engine), "more": jobs.more(engine)}


@endpoint(bp, "POST", "/v1/jobs/<uuid:job_id>/step", scope="leads", body=schemas.Empty(),
          answer=schemas.JobStep())
def step_job(engine: Engine, caller: Caller, job_id: Any, body: dict[str, Any]) -> Any:
    """Work for five seconds on a job and tell its progress; may be repeated at any time."""
    job, _ = jobs.step(engine, str(job_id))
    return {"job": job, "more": jobs.more(engine)}


@endpoint(bp, "POST", "/v1/jobs/<uuid:job_id>/cancel", scope="leads", body=schemas.Empty(),
          answer=schemas.JobAnswer())
def cancel_job(engine: Engine, caller: Caller, job_id: Any, body: dict[str, Any]) -> Any:
    """Stop a job; what came in stays."""
    return {"job": jobs.cancel(engine, str(job_id), by=actor(caller))}


@endpoint(bp, "POST", "/v1/jobs/<uuid:job_id>/undo", scope="leads", body=schemas.Empty(),
          answer=schemas.JobAnswer())
def undo_job(engine: Engine, caller: Caller, job_id: Any, body: dict[str, Any]) -> Any:
    """Take an import back: everything as before, except what others changed since, which `kept` tells.

    It works for five seconds; while the state is `undoing`, call again, or leave the rest to the job's steps.
    For whoever started the job, and callers with the scope pii:read.
    """
    _own(engine, caller, job_id)
    return {"job": imports.undo(engine, str(job_id), by=actor(caller))}


@endpoint(bp, "POST", "/v1/jobs/<uuid:job_id>/undo/preview", scope="leads", body=schemas.Empty(),
          answer=schemas.UndoPreview())
def preview_undo(engine: Engine, caller: Caller, job_id: Any, body: dict[str, Any]) -> Any:
    """What an undo would leave, because others changed it since; nothing is changed. It looks for five
    seconds at most.

    For whoever started the job, and callers with the scope pii:read.
    """
    _own(engine, caller, job_id)
    return imports.preview_undo(engine, str(job_id), by=actor(caller))


@endpoint(bp, "GET", "/v1/jobs/<uuid:job_id>/rows", scope="leads", query=schemas.RowQuery(),
          answer=schemas.RowPage())
def list_rows(engine: Engine, caller: Caller, job_id: Any, query: dict[str, Any]) -> Any:
    """Rows of an import that were refused, skipped or taken with warnings, in the order of the file; of a dry
    run the first 500 whatever would become of them.

    For whoever started the job, and callers with the scope pii:read.
    """
    _own(engine, caller, job_id)
    return page(*import_rows.listed(
        engine, str(job_id), outcome=query.get("outcome"), limit=query["limit"],
        after=numbers_after(query.get("cursor"), 2)))


@endpoint(bp, "POST", "/v1/jobs/<uuid:job_id>/rows/<int:line>/repair", scope="leads",
          body=schemas.RowRepair(), answer=schemas.IntakeResult(), status=202, idempotent=True)
def repair_row(engine: Engine, caller: Caller, job_id: Any, line: int, body: dict[str, Any]) -> Any:
    """Send a refused row of an import again, with all its cells as they should be; it is a row of the import
    then.

    For whoever started the job, and callers with the scope pii:read.
    """
    _own(engine, caller, job_id)
    return import_rows.repair(engine, str(job_id), body["chunk"], line, body["cells"], by=actor(caller))


@endpoint(bp, "GET", "/v1/jobs/<uuid:job_id>/rejects.csv", scope="leads")
def rejected_rows(engine: Engine, caller: Caller, job_id: Any) -> Any:
    """The refused rows as a CSV file with the reasons, to correct and send again.

    For whoever started the job, and callers with the scope pii:read.
    """
    return csv_file(imports.rejects_file(engine, _own(engine, caller, job_id)), "rejects.csv")


@endpoint(bp, "GET", "/v1/jobs/<uuid:job_id>/warnings.csv", scope="leads")
def warned_rows(engine: Engine, caller: Caller, job_id: Any) -> Any:
    """Rows of which something was left out, or that were skipped, as a CSV file with what was said of them.

    For whoever started the job, and callers with the scope pii:read.
    """
    return csv_file(imports.warnings_file(engine, _own(engine, caller, job_id)), "warnings.csv")


def _own(engine: Engine, caller: Caller, job_id: Any) -> dict[str, Any]:
    job = jobs.get(engine, str(job_id))
    if job["kind"] != "import":
        raise NotFound("Only an import has rows.")
    if job["created_by"] != caller.name and not caller.may("pii:read"):
        raise Forbidden("Another caller's rows need the scope pii:read.")
    return job


@endpoint(bp, "GET", "/v1/jobs/backfills", scope="leads:read", query=schemas.BackfillQuery(),
          answer=schemas.BackfillPreview())
def preview_backfill(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """How many leads a backfill would take up, by what they lack; with `more` it has not looked at all of
    those that came since then, and there may be more.

    Each is counted once, by the first of `dead`, `let_go`, `waiting`, `unscored`, `ceiling` (no money was
    left), `provider` (it failed, or nobody knows whether it answered), `message` (it was given up).
    """
    lacks, more = backfill.preview(engine, query["since"], _PREVIEW_SECONDS)
    return {"leads": sum(lacks.values()), "lacks": lacks, "more": more}


@endpoint(bp, "POST", "/v1/jobs/backfills", scope="leads", body=schemas.Backfill(),
          answer=schemas.JobAnswer(), status=202, idempotent=True)
def begin_backfill(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """After a stall: what came since then and lacks something is taken up again, and messages that were given
    up are owed again, as a job. What was answered and still counts is not paid for again.

    With `pull` vendors are asked by the next pulls for what they have since then.
    """
    return {"job": backfill.begin(engine, body["since"], pull=body["pull"], by=actor(caller))}


@endpoint(bp, "GET", "/v1/import-mappings", scope="leads", answer=schemas.ImportMappings())
def list_mappings(engine: Engine, caller: Caller) -> Any:
    """The mappings that were saved: files with such a header are read so."""
    return {"data": import_mappings.listed(engine)}


@endpoint(bp, "DELETE", "/v1/import-mappings/<name>", scope="leads", answer=schemas.Empty())
def forget_mapping(engine: Engine, caller: Caller, name: str) -> Any:
    """Read files with that header by its names again."""
    import_mappings.forget(engine, name, by=actor(caller))
    return {}
