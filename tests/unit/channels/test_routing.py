"""Who is told."""

from __future__ import annotations

from typing import Any

import pytest

from sidecar.channels.routing import RouteSettings, route

SETTINGS = RouteSettings(
    {"email": ("a@example.com", "b@example.com", "a@example.com"), "slack": ("sales",)},
    by_country={"DE": {"email": ("dach@example.com",)}, "KP": {"email": (), "slack": ()}},
)
GENERAL = [("email", "a@example.com"), ("email", "b@example.com"), ("slack", "sales")]


def routed(facts: dict[str, Any], settings: RouteSettings = SETTINGS) -> list[tuple[str, str]]:
    return [(target["channel"], target["recipient"]) for target in route(facts, settings)]


@pytest.mark.parametrize(("facts", "expected"), [
    ({}, GENERAL),
    ({"contact": None, "organization": {"country": "FR"}}, GENERAL),
    ({"contact": {"country": "DE"}}, [("email", "dach@example.com"), ("slack", "sales")]),
    ({"contact": {}, "organization": {"country": "de"}},
     [("email", "dach@example.com"), ("slack", "sales")]),
    ({"contact": {"country": "SE"}, "organization": {"country": "DE"}}, GENERAL),
    ({"contact": {"country": "KP"}}, []),
])
def test_route(facts: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert routed(facts) == expected


def test_nobody_is_told_when_nobody_is_named() -> None:
    assert routed({}, RouteSettings()) == []
