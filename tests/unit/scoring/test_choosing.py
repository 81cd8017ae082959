"""Which model is whose."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sidecar.scoring import choose, default_model

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def model(version: str, applies_to: dict[str, Any] | None = None, priority: int = 0) -> dict[str, Any]:
    made = default_model() | {"version": version, "priority": priority}
    return made | ({"applies_to": applies_to} if applies_to else {})


GERMAN = {"fact": "contact.country", "is": "DE"}
BANK = {"fact": "organization.industry", "words": "bank"}
MODELS = [model("all"), model("banks", BANK, 5), model("germany", GERMAN), model("b", GERMAN, -1)]


@pytest.mark.parametrize(("facts", "version"), [
    ({}, "all"),
    ({"contact": {"country": "DE"}}, "germany"),
    ({"contact": {"country": "DE"}, "organization": {"industry": "Banking"}}, "banks"),
])
def test_the_first_that_applies_is_chosen(facts: dict[str, Any], version: str) -> None:
    for models in (MODELS, MODELS[::-1]):
        chosen = choose(models, facts, NOW)
        assert chosen is not None and chosen["version"] == version


def test_there_may_be_none() -> None:
    assert choose([model("germany", GERMAN)], {}, NOW) is None
