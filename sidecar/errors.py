"""What can go wrong, in the engine's own terms; `api.errors` gives each its HTTP status."""

from __future__ import annotations

from typing import Any


class EngineError(Exception):
    """Base: `code` is stable, the message is a sentence for people."""

    code = "engine_error"

    def __init__(self, detail: str, *, errors: list[dict[str, Any]] | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []
        self.extra = extra


class NotFound(EngineError):
    code = "not_found"


class Invalid(EngineError):
    """The request can be read but not accepted; `errors` names each field."""

    code = "invalid"


class Conflict(EngineError):
    code = "conflict"


class PreconditionFailed(EngineError):
    """Somebody else changed it since the caller loaded it."""

    code = "precondition_failed"


class Unauthorized(EngineError):
    code = "unauthorized"


class Forbidden(EngineError):
    code = "forbidden"


class TooMany(EngineError):
    """Slow down; `retry_after` seconds."""

    code = "too_many_requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(EngineError):
    """Postgres or Redis does not answer."""

    code = "unavailable"


class Deadlock(Unavailable):
    """Two transactions waited for each other; this one was ended and wrote nothing. Asked again, it works."""
