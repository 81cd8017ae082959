"""Structured JSON logs with the id of the request at work; personal data is masked."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from sidecar.masking import redact

# What is at work in this thread: a request by its id, a command of the command line, or nobody's.
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
request_id = _request_id.get
begin = _request_id.set
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id, and what `extra` gave."""

    converter = time.gmtime  # type: ignore[assignment]

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{record.msecs:03.0f}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            "request_id": request_id(),
        }
        for key, value in vars(record).items():
            if key not in _STANDARD:
                entry[key] = redact(value) if isinstance(value, str) else value
        if record.exc_info:
            entry["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry, default=str)


def carried(function: Callable[..., Any], *args: Any) -> Callable[[], Any]:
    """The call of a function, for another thread, that belongs to the request at work here."""
    at_work = request_id()

    def call() -> Any:
        begin(at_work)
        return function(*args)

    return call


class _Standard(logging.StreamHandler[Any]):
    """Standard error, whichever that is when something is logged."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def configure(level: str) -> None:
    """JSON lines on standard error."""
    handler = _Standard()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
