"""Duplicates: pairs of contacts that may be one person, for a person's review."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.api.paging import decode_cursor, page
from sidecar.engine import Engine
from sidecar.pipeline import waking
from sidecar.services import duplicates, merging
from sidecar.services.access import Caller

bp = Blueprint("duplicates", __name__)


@endpoint(bp, "POST", "/v1/duplicates/find", scope="leads", body=schemas.Empty(),
          answer=schemas.DuplicateSearch())
def find_duplicates(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Compare contacts that are new or changed since, for at most five seconds."""
    return duplicates.find(engine)


@endpoint(bp, "GET", "/v1/duplicates", scope="leads:read", query=schemas.DuplicateQuery(),
          answer=schemas.DuplicatePage())
def list_duplicates(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
    """Pairs with score, reasons and both contacts side by side; masked without the scope pii:read."""
    rows, following, total = duplicates.listed(
        engine, state=query["state"], limit=query["limit"], after=decode_cursor(query.get("cursor"), 1),
        reveal=caller.may("pii:read"))
    return page(rows, following) | {"total": total}


@endpoint(bp, "GET", "/v1/duplicates/<uuid:duplicate_id>/preview", scope="leads:read",
          query=schemas.MergeQuery(), answer=schemas.MergePreview())
def preview_merge(engine: Engine, caller: Caller, duplicate_id: Any, query: dict[str, Any]) -> Any:
    """What merging a pair into the contact to keep would make: the contact, and the lead that would stay
    open; masked without the scope pii:read. Nothing is merged."""
    return merging.try_merge(
        engine, str(duplicate_id), keep=query["keep"], by=actor(caller), reveal=caller.may("pii:read"))


@endpoint(bp, "POST", "/v1/duplicates/<uuid:duplicate_id>/merge", scope="leads",
          body=schemas.MergeRequest(), answer=schemas.Merged())
def merge_duplicate(engine: Engine, caller: Caller, duplicate_id: Any, body: dict[str, Any]) -> Any:
    """Merge both contacts into the one to keep; all that hung on the other moves to it."""
    result = merging.merge(engine, str(duplicate_id), keep=body["keep"], by=actor(caller))
    waking.wake_after(engine, "interactive")
    return result


@endpoint(bp, "POST", "/v1/duplicates/<uuid:duplicate_id>/dismiss", scope="leads",
          body=schemas.Empty(), answer=schemas.DuplicateState())
def dismiss_duplicate(engine: Engine, caller: Caller, duplicate_id: Any, body: dict[str, Any]) -> Any:
    """These are two people; the pair is not brought up again."""
    return duplicates.dismiss(engine, str(duplicate_id), by=actor(caller))


@endpoint(bp, "POST", "/v1/duplicates/<uuid:duplicate_id>/reopen", scope="leads",
          body=schemas.Empty(), answer=schemas.DuplicateState())
def reopen_duplicate(engine: Engine, caller: Caller, duplicate_id: Any, body: dict[str, Any]) -> Any:
    """Take a dismissal back: the pair is to be reviewed again."""
    return duplicates.reopen(engine, str(duplicate_id), by=actor(caller))
