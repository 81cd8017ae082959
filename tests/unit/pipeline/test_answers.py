"""Whom an answer is about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sidecar.enrichment.model import Statement
from sidecar.enrichment.provenance import Said
from sidecar.pipeline.providers import is_about

NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(("told", "contact", "sandbox", "about"), [
    ({"full_name": "Ottilie Vosskuhl", "job_title": "CEO"}, {"full_name": "Benno Karstens"}, False, False),
    ({"first_name": "Bill"}, {"first_name": "William", "last_name": "Holloway"}, False, True),
    ({"job_title": "CEO"}, {"full_name": "Benno Karstens"}, False, True),
    ({"full_name": "Ottilie Vosskuhl"}, {}, False, True),
    ({"full_name": "Ottilie Vosskuhl"}, {"full_name": "Benno Karstens"}, True, True),
])
def test_an_answer_under_another_name_is_about_somebody_else(told, contact, sandbox, about):
    item = Said("c", {name: Statement(value, 0.9) for name, value in told.items()}, "peopledatalabs", NOW,
                sandbox=sandbox)
    assert is_about(item, contact) == about
