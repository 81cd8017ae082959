"""What a request caused, from what it brought to the messages, found by its id."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from sidecar.engine import Engine
from sidecar.errors import NotFound
from sidecar.ids import is_id, is_request_id
from sidecar.pipeline.intake import lead_url
from sidecar.store import requests
from sidecar.store.database import Row
from sidecar.store.paging import paged

MOST_LEADS: Final = 100
# As the nodes call what a run does that nobody's request began (n8n/custom-nodes/shared/marks.ts).
_RUN: Final = re.compile(r"n8n-execution-(\w{1,50})", re.ASCII)


def find(
    engine: Engine, request_id: str, *, limit: int, after: tuple[datetime, str] | None, reveal: bool
) -> tuple[Row, list[Any] | None]:
    """What a request caused: ({leads: [{lead_id, lead_url}] (the first 100), more_leads, data: the earliest
    first [{at, key, kind, lead_id, details}]}, where the next page begins or None). The id is that of a
    request, of a run of n8n (n8n-execution-…) or of a job (job:…). Raises NotFound."""
    unknown = NotFound("No request with this id has left anything here; the logs may know it.")
    if not is_request_id(request_id):
        raise unknown
    run = _RUN.fullmatch(request_id)
    execution_id = run[1] if run else None
    kind, _, job_id = request_id.partition(":")
    with engine.database.read() as cursor:
        about = requests.leads(cursor, request_id, execution_id, MOST_LEADS + 1)
        more, about = len(about) > MOST_LEADS, about[:MOST_LEADS]
        rows, following = paged(
            requests.page(
                cursor, request_id, execution_id=execution_id, about=about, limit=limit + 1, after=after,
                job_id=job_id if kind == "job" and is_id(job_id) else None),
            limit, lambda row: [row["at"].isoformat(), row["key"]])
    if not rows and after is None:
        raise unknown
    told = [{"lead_id": row["lead_id"], "lead_url": lead_url(engine, row["lead_id"])} for row in about]
    data = rows if reveal else [row | {"details": _masked(row["details"])} for row in rows]
    return {"leads": told, "more_leads": more, "data": data}, following


def _masked(details: Row) -> Row:
    return details | {"to": None} if "to" in details else details
