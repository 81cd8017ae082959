"""Messages, dead letters, providers, statistics, health."""

from __future__ import annotations

from sidecar.api.schemas.base import QueryWhole, Strict


class OverviewQuery(Strict):
    days = QueryWhole(1, 90, load_default=14)
