"""What is stored of people, made up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sidecar.privacy.grounds import Known

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def arrival(source: str = "csv import", at: datetime = NOW, **more: Any) -> dict[str, Any]:
    return {"source": source, "by_form": False, "imported": False, "event": None, "listed": False,
            "first_at": at, "last_at": at} | more


def known(*arrivals: dict[str, Any], **more: Any) -> Known:
    usual: dict[str, Any] = {
        "id": "1", "created_at": NOW, "customer": False, "open": True, "objects": False, "providers": {},
        "statements": (), "agreed": False, "objected_at": None, "acted_at": None, "written": ()}
    return Known(arrivals=arrivals, **usual | more)
