"""Enrichment Engine Trigger on the real n8n: it subscribes and unsubscribes itself, and starts runs."""

from __future__ import annotations

import pytest
import requests

from tests.client import Client, until
from tests.integration.receivers import receiving
from tests.workflows.events import Editor, flow, published, subscriptions
from tests.workflows.test_end_to_end import perfect, unique
from tests.workflows.test_erasure import in_databases


@pytest.fixture
def client(stack):
    return Client(stack.facts)


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


def create(client, lead):
    return client.post("/v1/leads", lead).json()["results"][0]["lead_id"]


def test_hot_leads_start_runs_with_references_and_unpublishing_leaves_nothing(stack, client, receiver):
    with published(stack, client, flow(receiver.url, events=["lead.became_hot"])) as workflow_id:
        [subscription] = subscriptions(client)
        assert subscription["events"] == ["lead.became_hot"] and subscription["state"] == "active"
        mark = unique()
        lead_id = create(client, perfect(mark))
        [event] = until(lambda: receiver.bodies, 90, "the run of the hot lead")
        assert (event["event"], event["lead_id"], event["grade"]) == ("lead.became_hot", lead_id, "hot")
        assert mark not in str(event)
        delivered = until(
            lambda: client.get(f"/v1/subscriptions/{subscription['id']}/deliveries?state=delivered"
                               ).json()["data"], 120, "the delivery to be settled")
        assert [row["id"] for row in delivered] == [event["event_id"]]
        assert client.post(f"/v1/subscriptions/{subscription['id']}/test", {}).json()["delivered"]
        unsigned = requests.post(
            subscription["url"], json={"type": "lead.became_hot"}, timeout=30, verify=stack.facts["ca_file"])
        assert unsigned.status_code == 401

        stack.kill("n8n")
        until(lambda: _answers(stack), 120, "n8n to be up again")
        another = create(client, perfect(unique()))
        until(lambda: another in str(receiver.bodies), 120, "a run after n8n was started again")
        assert [row["id"] for row in subscriptions(client)] == [subscription["id"]]
        assert len(receiver.bodies) == len({body["event_id"] for body in receiver.bodies}) == 2

        Editor.of(stack).unpublish(workflow_id)
        until(lambda: subscriptions(client) == [], 60, "the subscription to be removed")
        assert not in_databases(stack, (mark,), ("n8n",))


def test_a_run_that_fails_is_tried_again_with_the_same_event(stack, client, receiver):
    with published(stack, client, flow(receiver.url, events=["lead.created"])):
        receiver.status(500)
        create(client, perfect(unique()))
        until(lambda: len(receiver.bodies) >= 2, 90, "the event to be sent again")
        receiver.status(200)
        [subscription] = subscriptions(client)
        until(lambda: client.get(f"/v1/subscriptions/{subscription['id']}/deliveries?state=delivered"
                                 ).json()["data"], 120, "the event to come through")
        assert len({body["event_id"] for body in receiver.bodies}) == 1
    assert subscriptions(client) == []


def test_listening_for_a_test_event_is_a_subscription_of_its_own(stack, client, receiver):
    made = flow(receiver.url, events=["lead.status_changed"])
    with published(stack, client, made) as workflow_id:
        lead_id = create(client, perfect(unique()))
        assert Editor.of(stack).post(f"workflows/{workflow_id}/run", {
            "triggerToStartFrom": {"name": "Trigger"}}) == {"waitingForWebhook": True}
        both = until(lambda: len(found := subscriptions(client)) == 2 and found, 120, "two subscriptions")
        assert sorted(row["url"].split("/")[3] for row in both) == ["webhook", "webhook-test"]
        client.call("PATCH", f"/v1/leads/{lead_id}", json={"status": "working"})
        until(lambda: len(receiver.bodies) == 2, 60, "both runs")
        assert len({body["event_id"] for body in receiver.bodies}) == 1  # one event, two subscriptions
        until(lambda: len(subscriptions(client)) == 1, 60, "the test's subscription to be removed")


def _answers(stack):
    try:
        return requests.get(
            f"{stack.facts['internal']['n8n_main_url']}/healthz/readiness", timeout=5).ok
    except requests.RequestException:
        return False
