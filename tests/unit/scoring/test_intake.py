"""What the arrival of a lead is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.scoring import facts_of_lead, intake_event

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(("lead", "event"), [
    ({"tags": ["demo"]}, "demo_request"),
    ({"tags": ["Request-a-Demo"], "source": "csv import"}, "demo_request"),
    ({"source": "requestDemo form"}, "demo_request"),
    ({"custom": {"intent": "demo_request"}, "source": "api"}, "demo_request"),
    ({"tags": ["pricing"], "source": "website"}, "contact_request"),
    ({"source": "contact form"}, "contact_request"),
    ({"source": "contact list"}, None),
    ({"tags": ["webinar"]}, "webinar"),
    ({"source": "whitepaper download"}, "content_download"),
    ({"source": "web form"}, "form_submit"),
    ({"source": "webhook"}, "form_submit"),
    ({"source": "csv"}, None),
    ({"source": "API"}, None),
    ({"source": "csv import", "tags": ["trade fair"]}, None),
    ({"tags": ["demographics", "demolition"]}, None),
    ({}, None),
    ({"source": None, "tags": None, "custom": None}, None),
    ({"source": 3, "tags": [None, 4], "custom": {"intent": ["demo"]}}, None),
])
def test_intake_event(lead: dict[str, Any], event: str | None) -> None:
    assert intake_event(lead) == event


@given(st.dictionaries(
    st.sampled_from(["source", "tags", "custom"]),
    st.none() | st.text() | st.lists(st.text() | st.none()) | st.dictionaries(st.text(), st.text()),
))
def test_any_lead_is_answered(lead: dict[str, Any]) -> None:
    assert intake_event(lead) in {
        None, "demo_request", "contact_request", "webinar", "content_download", "form_submit",
    }


def test_facts_of_a_lead() -> None:
    lead = {"email": "ada@fjordlight.example", "company_name": "Fjordlight", "country": "SE",
            "company_domain": "fjordlight.example", "tags": ["demo"], "source": "web form"}
    assert facts_of_lead(lead, NOW) == {
        "contact": {"email": "ada@fjordlight.example", "country": "SE"},
        "organization": {"name": "Fjordlight", "domain": "fjordlight.example"},
        "lead": {"tags": ["demo"], "source": "web form"},
        "events": [{"type": "demo_request", "occurred_at": NOW, "properties": {}}],
    }
    assert facts_of_lead({}, NOW)["events"] == []
