"""A hot lead that nobody touches is reminded of through the real n8n, within the minute of its schedule."""

from __future__ import annotations

import json

import pytest

from sidecar.terms.states import DAYS
from tests.client import Client, until
from tests.workflows.test_end_to_end import perfect, unique
from tests.workflows.test_kill import query


@pytest.fixture(scope="module")
def client(stack):
    return Client(stack.facts)


def given(stack, lead_id):
    return query(stack, "SELECT step FROM follow_ups WHERE lead_id = %s", lead_id)


def test_the_flow_follows_up(stack, client):
    query(stack, "UPDATE users SET working_hours = %s RETURNING id", json.dumps(
        {day: [["00:00", "24:00"]] for day in DAYS}))
    lead_id = client.post("/v1/leads", perfect(unique())).json()["results"][0]["lead_id"]
    until(lambda: client.get(f"/v1/leads/{lead_id}").json()["hot_changes"], 60, "the lead to be hot")
    for table in ("hot_changes", "assignments"):  # time passes
        query(stack, f"UPDATE {table} SET at = at - interval '20 minutes' WHERE lead_id = %s RETURNING 1",
              lead_id)
    until(lambda: given(stack, lead_id), 150, "the owner to be reminded")
    assert given(stack, lead_id) == [(1,)]
